"""The wheel learns what a turn does."""

import pytest
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

from bot.maps.wheel import LEAST_DELTA, MOST_DELTA, TURNS, Wheel


def turned(wheel, count, levels):
    wheel._turned = count
    wheel.learn(2.0**levels, 1.0)
    return wheel


def test_a_turn_that_does_much_is_made_smaller():
    wheel = turned(Wheel(), 1, 4.0)
    assert wheel.delta == 60 and wheel.levels_per_turn == pytest.approx(2.0)


def test_a_turn_that_does_little_is_made_larger_within_reason():
    wheel = Wheel()
    for _ in range(6):
        turned(wheel, 1, 0.1)
    assert wheel.delta == MOST_DELTA


def test_a_wheel_that_turns_no_less_believes_what_it_saw():
    wheel = Wheel()
    for _ in range(6):
        turned(wheel, 1, 2.0)
    assert wheel.delta == LEAST_DELTA and wheel.levels_per_turn == pytest.approx(2.0)


def test_zooming_out_teaches_as_well():
    assert turned(Wheel(), -2, -2.0).levels_per_turn == pytest.approx(1.0)


def test_a_map_at_its_end_does_not_spoil_what_was_learnt():
    wheel = turned(Wheel(), 1, 1.0)
    for _ in range(5):
        turned(wheel, 1, 0.0)
    assert wheel.levels_per_turn is not None and wheel.delta <= MOST_DELTA


class Browser:
    """Counts the notches that it is told of."""

    def __init__(self):
        self.notches = 0

    def execute(self, command, parameters):
        for source in parameters["actions"]:
            self.notches += sum(step["type"] == "scroll" for step in source["actions"])


@pytest.mark.parametrize(
    ("levels", "notches"), [(0.3, 1), (0.99, 1), (1.4, 2), (-1.4, 2), (2.0, 2), (3.05, 3), (3.2, 4), (90.0, TURNS)]
)
def test_rather_a_notch_too_many_than_another_look(levels, notches):
    browser = Browser()
    Wheel(levels_per_turn=1.0).turn(browser, ScrollOrigin.from_viewport(5, 5), levels)
    assert browser.notches == notches
