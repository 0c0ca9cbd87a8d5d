"""How far a picture moved is read off the picture; a whole turn is found where the first picture comes round again."""

import itertools

import numpy as np
import pytest
from PIL import Image

import bot.cameras.matched as matched
from bot.cameras.matched import MatchedCamera
from bot.cameras.matching import SIZE, shift_between
from bot.cameras.protocol import apart_deg
from model.errors import BrowserError

TURN = np.asarray(
    Image.fromarray(np.random.default_rng(5).integers(0, 255, (12, 48), np.uint8)).resize(
        (720, 60), Image.Resampling.BOX
    )
)  # a turn of the Earth in blocks, two columns a degree


def seen_at(yaw_deg, fov_deg=80):
    columns = np.arange(round(2 * (yaw_deg - fov_deg / 2)), round(2 * (yaw_deg + fov_deg / 2))) % 720
    return Image.fromarray(TURN[:, columns])


@pytest.mark.parametrize("by_deg", [0.0, 3.0, -3.0, 20.0, -31.0])
def test_the_shift_is_found_with_its_sign(by_deg):
    before, after = (np.asarray(seen_at(yaw), np.float64) for yaw in (100.0, 100.0 + by_deg))
    shift = shift_between(before, after)
    assert shift.share == pytest.approx(-by_deg / 80.0, abs=0.004) and shift.similarity > 0.95


def test_what_shows_something_else_is_not_alike():
    before, after = (np.asarray(seen_at(yaw), np.float64) for yaw in (0.0, 180.0))
    assert shift_between(before, after).similarity < 0.6


class Viewer:
    """Pictures of a viewer, and the hand that turns it: `deg_per_unit`, negative in a mirror."""

    path = "#viewer"

    def __init__(self, deg_per_unit, whole):
        self.deg_per_unit, self.whole, self.yaw = deg_per_unit, whole, 33.0

    def first(self, pictures):
        return 1.0 if self.whole else 40.0

    def by(self, pictures, units):
        units = float(round(units))
        self.yaw += units * self.deg_per_unit
        return units

    def take(self):
        return seen_at(self.yaw).resize((640, 240))


@pytest.mark.parametrize(("deg_per_unit", "whole"), [(0.2, False), (-0.13, False), (15.0, True), (-7.5, True)])
def test_four_views_are_a_quarter_turn_apart_clockwise_without_a_compass(deg_per_unit, whole):
    viewer = Viewer(deg_per_unit, whole)
    camera = MatchedCamera(viewer)
    faced = []
    for view in camera.views:
        camera.face(viewer, view)
        faced.append(viewer.yaw)
    steps = [apart_deg(b, a) for a, b in itertools.pairwise(faced)]
    assert steps == pytest.approx([90.0] * 3, abs=2.0)
    # The flat toy shows 80° of a cylinder; a lens with the same scale in its middle shows a little less.
    assert camera.fov_deg == pytest.approx(2 * np.degrees(np.arctan(np.radians(80.0) / 2)), abs=4.0)


def test_a_viewer_that_does_not_turn_is_a_sentence():
    with pytest.raises(BrowserError, match="does not turn"):
        MatchedCamera(Viewer(0.0, False)).calibrate(Viewer(0.0, False))


def test_a_viewer_that_never_comes_round_again_is_a_sentence(monkeypatch):
    monkeypatch.setattr(matched, "STEPS", 3)
    viewer = Viewer(0.2, False)
    with pytest.raises(BrowserError, match="did not come round again in 3"):
        MatchedCamera(viewer).calibrate(viewer)


def test_thumbs_are_wide_enough_to_tell_half_a_degree():
    assert SIZE[0] >= 160
