"""Pixels of the map and places on Earth lead to each other, everywhere."""

import math

import pytest

from bot.mercator import MAX_LAT, MapView
from model.geo.distance import haversine_km


def test_the_centre_of_the_map_is_where_it_looks():
    assert MapView(48.0, 11.0, 5.0, 800, 600).pixel_of(48.0, 11.0) == pytest.approx((400, 300))


def test_at_zoom_0_the_world_is_512_pixels_wide_and_high():
    view = MapView(0.0, 0.0, 0.0, 512, 512)
    assert view.pixel_of(0.0, 90.0) == pytest.approx((384, 256))
    assert view.pixel_of(MAX_LAT, -180.0) == pytest.approx((0, 0), abs=1e-3)


def test_a_known_tile_corner_lies_where_the_tile_scheme_says():
    # Tile 8/134/86 of 256 px has its north-western corner at 50.736455 N, 8.4375 E.
    view = MapView(0.0, 0.0, 7.0, 0, 0)
    x, y = view.pixel_of(50.736455, 8.4375)
    assert (x + view.world_px / 2, y + view.world_px / 2) == pytest.approx((134 * 256, 86 * 256), abs=0.01)


@pytest.mark.parametrize("zoom", [0.0, 3.7, 10.0])
@pytest.mark.parametrize("place", [(0.0, 0.0), (58.38, 26.72), (-54.8, -68.3), (71.0, 179.9), (-16.5, -179.9)])
def test_a_pixel_leads_back_to_its_place(zoom, place):
    view = MapView(-17.0, 179.0, zoom, 600, 420)
    lat, lng = view.place_at(*view.pixel_of(*place))
    assert lat == pytest.approx(place[0], abs=1e-9)
    assert math.cos(math.radians(lng - place[1])) == pytest.approx(1.0)


def test_across_the_antimeridian_a_place_is_near():
    x, _ = MapView(-17.0, 179.5, 6.0, 600, 420).pixel_of(-17.0, -179.5)
    assert x == pytest.approx(300 + 512 * 64 / 360)


def test_the_resolution_agrees_with_the_haversine():
    view = MapView(60.0, 20.0, 8.0, 600, 420)
    a, b = view.place_at(300, 210), view.place_at(310, 210)
    assert view.km_per_px(60.0) * 10 == pytest.approx(float(haversine_km(a, b)), rel=1e-4)


def test_the_distance_in_pixels_takes_the_short_way_round():
    view = MapView(0.0, 0.0, 0.0, 512, 512)
    assert view.distance_px((0.0, 179.0), (0.0, -179.0)) == pytest.approx(2 * 512 / 360)


def test_the_poles_lie_on_the_edge_of_the_map_and_not_at_infinity():
    view = MapView(0.0, 0.0, 0.0, 512, 512)
    assert view.pixel_of(90.0, 0.0) == pytest.approx(view.pixel_of(MAX_LAT, 0.0))
    assert view.km_per_px(90.0) > 0


def test_a_map_shows_what_lies_inside_its_margin():
    view = MapView(0.0, 0.0, 0.0, 100, 100)
    assert view.shows(50, 50, 40)
    assert not view.shows(5, 50, 10)
    assert not view.shows(50, 120)
