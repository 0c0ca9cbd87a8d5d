"""The small map holds both places, wherever on Earth they are."""

import numpy as np
import pytest
from PIL import ImageColor

from bot.small_map import GUESS, LAND, SEA, TRUTH, Outlines, great_circle, small_map, view_of
from model.geo.distance import haversine_km

PAIRS = [
    ((58.38, 26.72), (58.37, 26.73)),
    ((58.38, 26.72), (58.38, 26.72)),
    ((-17.8, 178.4), (21.3, -157.8)),
    ((64.1, -21.9), (-45.0, 170.5)),
    ((40.0, 0.0), (-40.0, 180.0)),
    ((89.0, 10.0), (-89.0, 10.0)),
]


@pytest.mark.parametrize(("guess", "truth"), PAIRS)
def test_both_places_lie_on_the_map(guess, truth):
    view = view_of(guess, truth, 600, 300)
    for place in (guess, truth):
        if abs(place[0]) < 80:  # a whole hemisphere does not fit a wide map; its poles may be cut off
            assert view.shows(*view.pixel_of(*place), 1)


@pytest.mark.parametrize(("guess", "truth"), PAIRS)
def test_both_pins_are_painted_in_their_colours(guess, truth, outlines):
    image = small_map(outlines, guess, truth, 600, 420)
    assert image.size == (600, 420)
    colours = {colour for _, colour in image.getcolors(600 * 420)}
    assert ImageColor.getrgb(GUESS) in colours or abs(guess[0]) > 80
    assert guess == truth or ImageColor.getrgb(TRUTH) in colours or abs(truth[0]) > 80


def test_land_and_sea_are_where_the_outlines_say(outlines):
    guess, truth = (0.0, -30.0), (0.0, 60.0)
    view, image = view_of(guess, truth, 600, 300), small_map(outlines, guess, truth, 600, 300)
    for place, colour in (((30.0, 10.0), LAND), ((30.0, -28.0), SEA)):
        x, y = view.pixel_of(*place)
        assert image.getpixel((round(x), round(y))) == ImageColor.getrgb(colour)


def test_land_across_the_antimeridian_is_drawn_on_both_sides():
    fiji = Outlines({"type": "Polygon", "coordinates": [[[170, -30], [190, -30], [190, 10], [170, 10], [170, -30]]]})
    view, image = view_of((-12.0, 178.0), (-12.0, -178.0), 600, 300), None
    image = small_map(fiji, (-12.0, 178.0), (-12.0, -178.0), 600, 300)
    for lng in (175.0, -175.0):
        x, y = view.pixel_of(-10.0, lng)
        assert image.getpixel((round(x), round(y))) == ImageColor.getrgb(LAND)


def test_every_kind_of_geojson_is_understood():
    square = [[0, 0], [9, 0], [9, 9], [0, 0]]
    kinds = [
        {"type": "Polygon", "coordinates": [square]},
        {"type": "MultiPolygon", "coordinates": [[square], [square]]},
        {"type": "LineString", "coordinates": square},
        {"type": "MultiLineString", "coordinates": [square]},
        {"type": "Point", "coordinates": [0, 0]},
    ]
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": kind} for kind in kinds]}
    assert len(Outlines(collection).land) == 5
    assert len(Outlines({"type": "GeometryCollection", "geometries": kinds}).land) == 5


@pytest.mark.parametrize(("guess", "truth"), PAIRS)
def test_the_great_circle_runs_from_guess_to_truth_without_a_detour(guess, truth):
    way = great_circle(guess, truth)
    steps = haversine_km(way[:-1], way[1:])
    assert float(np.sum(steps)) == pytest.approx(float(haversine_km(guess, truth)), rel=1e-6, abs=1e-6)
