"""Pages write numbers in many ways; what cannot be read is None."""

import pytest

from bot.screens.reading import distance_in, number_in, place_in, points_in


@pytest.mark.parametrize(
    ("text", "decimal", "km"),
    [
        ("You were 1,204 km away", ".", 1204.0),
        ("320 m", ".", 0.32),
        ("12.5 miles off", ".", 20.1168),
        ("1.204,5 km", ",", 1204.5),
        ("1 204 km", ".", 1204.0),
        ("round 2: 7 km", ".", 7.0),
        ("3.25", ".", 3.25),
        ("far away", ".", None),
        ("", ".", None),
    ],
)
def test_distances(text, decimal, km):
    assert distance_in(text, decimal) == (None if km is None else pytest.approx(km))


@pytest.mark.parametrize(("text", "points"), [("4,987 points", 4987), ("+250", 250), ("−3", -3), ("none", None)])
def test_points(text, points):
    assert points_in(text) == points


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("58.38, 26.72", (58.38, 26.72)),
        ("58.38° N, 26.72° W", (58.38, -26.72)),
        ("(-33.9, 18.4)", (-33.9, 18.4)),
        ('{"lat": 1.5, "lng": -2.5}', (1.5, -2.5)),
        ("somewhere", None),
        ("120.0, 10.0", None),
    ],
)
def test_positions(text, place):
    assert place_in(text) == place


def test_a_number_may_group_its_thousands():
    assert number_in("total 12'345.5 of") == 12345.5
