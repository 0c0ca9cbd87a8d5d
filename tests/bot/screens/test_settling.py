"""What a page says of a result is read once it holds. No browser here."""

import pytest

from bot.screens import settling
from bot.screens.settling import settled


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that goes on by the pauses alone."""
    now = [0.0]
    monkeypatch.setattr(settling.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(settling.time, "sleep", lambda pause_s: now.__setitem__(0, now[0] + pause_s))
    return now


def test_points_that_count_up_are_read_at_their_end():
    counting = iter([*range(0, 900, 100), *[900] * 1000])
    assert settled(lambda: next(counting), lambda told: True) == 900


def test_a_page_too_busy_to_count_is_given_its_looks(clock):
    told = iter([100] * 6 + [800] * 100)

    def slow_look():
        clock[0] += 0.3
        return next(told)

    assert settled(slow_look, lambda told: True) == 800


def test_a_page_that_has_said_all_is_not_waited_for(clock):
    assert settled(lambda: 7, lambda told: True) == 7 and clock[0] < settling.SETTLED_S + 0.1


def test_what_comes_a_little_later_is_waited_for(clock):
    assert settled(lambda: 7 if clock[0] > 0.6 else None, lambda told: told is not None) == 7


def test_what_never_comes_is_not_waited_for_long(clock):
    assert settled(lambda: None, lambda told: told is not None) is None and clock[0] < settling.SAID_S + 0.1


def test_a_result_that_is_gone_again_was_said_all_the_same(clock):
    assert settled(lambda: 7 if clock[0] < 0.1 else None, lambda told: told is not None) == 7


def test_a_page_that_never_holds_still_is_read_all_the_same(clock):
    assert settled(lambda: clock[0], lambda told: True) == pytest.approx(settling.COUNTED_S, abs=0.1)
