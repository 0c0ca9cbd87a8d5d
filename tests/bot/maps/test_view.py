"""A flat map is known from three of its pixels, or from two where north is up."""

import math

import pytest

from bot.maps.view import AffineView
from bot.mercator import MapView
from model.geo.distance import haversine_km

PLACES = [(58.38, 26.72), (-33.9, 18.4), (0.0, 0.0), (71.3, -156.8), (-16.5, 179.9)]


def known_of(view, pixels):
    return [(x, y, *view.place_at(x, y)) for x, y in pixels]


@pytest.mark.parametrize("place", PLACES)
def test_three_pixels_give_the_whole_map(place):
    true = MapView(40.0, 10.0, 3.3, 600, 420)
    view = AffineView.through(known_of(true, [(300, 210), (360, 210), (300, 270)]), 600, 420, "mercator", nearest=True)
    assert view.pixel_of(*place) == pytest.approx(true.pixel_of(*place), abs=1e-3)
    assert view.place_at(17.0, 333.0) == pytest.approx(true.place_at(17.0, 333.0), abs=1e-6)
    assert view.km_per_px(*place) == pytest.approx(true.km_per_px(place[0]), rel=0.05)


def test_two_pixels_are_enough_where_north_is_up():
    true = MapView(58.0, 26.0, 5.0, 600, 420)
    view = AffineView.through(known_of(true, [(210, 147), (390, 273)]), 600, 420, "mercator")
    assert view.pixel_of(58.38, 26.72) == pytest.approx(true.pixel_of(58.38, 26.72), abs=1e-6)


def test_a_turned_map_is_known_from_three_pixels():
    turn = math.radians(30.0)

    def place(x, y):
        dx, dy = x - 300, y - 200
        return -(dx * math.sin(turn) + dy * math.cos(turn)) / 10, (dx * math.cos(turn) - dy * math.sin(turn)) / 10

    known = [(x, y, *place(x, y)) for x, y in ((300, 200), (360, 200), (300, 260))]
    view = AffineView.through(known, 600, 400, "plate")
    assert view.pixel_of(*place(123.0, 45.0)) == pytest.approx((123.0, 45.0), abs=1e-9)


def test_a_picture_with_bounds_is_linear_in_degrees():
    view = AffineView.through([(0, 0, 59.0, 26.0), (800, 600, 58.0, 28.0)], 800, 600, "plate")
    assert view.pixel_of(58.5, 27.0) == pytest.approx((400, 300))
    assert view.shows(2, 2, 2) and not view.shows(1, 2, 2)


def test_distances_count_the_short_way_round():
    view = AffineView.through(known_of(MapView(0, 179, 4, 600, 420), [(1, 1), (99, 99)]), 600, 420, "mercator", True)
    assert view.distance_px((0.0, 179.9), (0.0, -179.9)) == pytest.approx(0.2 / 360 * view.x_row[0], rel=1e-6)
    assert float(haversine_km(view.place_at(10, 10), view.place_at(11, 10))) == pytest.approx(
        view.km_per_px(*view.place_at(10, 10)), rel=0.02
    )


@pytest.mark.parametrize("known", [[(1, 1, 5, 5), (9, 9, 5, 5)], [(0, 0, 1, 1), (1, 0, 1, 2), (2, 0, 1, 3)]])
def test_what_tells_no_scale_is_refused(known):
    with pytest.raises(ValueError):
        AffineView.through(known, 600, 420, "plate")
