"""A picture is waited for until it is there, drawn and still. No browser here."""

import numpy as np
import pytest
from PIL import Image

from bot.pictures import NotThere, Pictures, thumb
from model.errors import BrowserError

DRAWN = Image.fromarray((np.indices((40, 60)).sum(0) * 5 % 256).astype(np.uint8))


class Slow(Pictures):
    """Has nothing to show for the first looks."""

    def __init__(self, *shots, timeout_s=20.0):
        super().__init__(None, ".photo", still_s=0.0, timeout_s=timeout_s)
        self.shots = list(shots)

    def shoot(self):
        shot = self.shots.pop(0) if len(self.shots) > 1 else self.shots[0]
        if isinstance(shot, Exception):
            raise shot
        return shot


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("bot.pictures.POLL_S", 0.0)


def test_a_photo_that_has_no_size_yet_is_waited_for():
    assert Slow(NotThere("no size"), NotThere("no such element"), DRAWN).take() == DRAWN


def test_a_photo_that_never_comes_is_a_sentence():
    with pytest.raises(BrowserError, match="no size"):
        Slow(NotThere("the picture has no size."), timeout_s=0.02).take()


def test_a_machine_too_busy_to_turn_the_picture_at_once_is_given_its_looks(monkeypatch):
    turned = Image.fromarray(np.asarray(DRAWN)[::-1].copy())
    monkeypatch.setattr("bot.pictures.TURNED_S", 0.0)
    assert Slow(*[DRAWN] * 8, turned).take(thumb(DRAWN)) == turned


def test_a_view_that_looks_as_the_one_before_is_believed_after_a_while(monkeypatch):
    monkeypatch.setattr("bot.pictures.TURNED_S", 0.0)
    assert Slow(DRAWN).take(thumb(DRAWN)) == DRAWN
