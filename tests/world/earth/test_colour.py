"""Colours as plain triples."""

import pytest

from world.earth.colour import NAMED, clip, mix, saturate, shift


def test_mixing_runs_from_one_to_the_other_and_no_further():
    assert mix((0.0, 0.2, 1.0), (1.0, 0.4, 0.0), 0.5) == pytest.approx((0.5, 0.3, 0.5))
    assert mix((0.1, 0.1, 0.1), (0.9, 0.9, 0.9), 2.0) == pytest.approx((0.9, 0.9, 0.9))


def test_warm_is_redder_and_less_blue_and_light_is_lighter():
    red, green, blue = shift((0.5, 0.5, 0.5), warm=0.1)
    assert red > green > blue
    assert min(shift((0.3, 0.3, 0.3), light=0.5)) > 0.4
    assert shift((0.5, 0.5, 0.5), green=0.1)[1] > 0.55


def test_nothing_leaves_the_range():
    for rgb in NAMED.values():
        for changed in (shift(rgb, 3.0, 1.0, -1.0), saturate(rgb, 9.0), clip((-1.0, 0.5, 2.0))):
            assert all(0.0 <= channel <= 1.0 for channel in changed)


def test_no_saturation_is_grey():
    assert len({round(channel, 9) for channel in saturate((0.9, 0.2, 0.4), 0.0)}) == 1
