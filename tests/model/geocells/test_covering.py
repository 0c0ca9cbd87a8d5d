"""Which polygon a point belongs to: inside, on a border, at sea, at the edge of the map."""

import numpy as np
import pytest
import shapely

from model.geocells.area import area_km2
from model.geocells.covering import Cover

SQUARES = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(170, 60, 180, 70)]


def test_inside_on_a_border_and_at_sea():
    points = np.array([[5.0, 5.0], [5.0, 15.0], [5.0, 10.0], [5.0, -1.0], [11.0, 19.0]])
    assert Cover(SQUARES).find(points).tolist() == [0, 1, 0, 0, 1]
    assert Cover(SQUARES).covering(points).tolist() == [0, 1, 0, -1, -1]


def test_few_points_and_many_are_answered_alike():
    points = np.random.default_rng(0).uniform(-20, 40, (300, 2))
    cover = Cover(SQUARES)
    one_by_one = [int(cover.find(point[None])[0]) for point in points]
    assert cover.find(points).tolist() == one_by_one


def test_the_nearest_polygon_is_found_across_the_antimeridian_and_over_the_pole():
    cover = Cover([shapely.box(-175, 60, -160, 70), SQUARES[2]])
    assert cover.find(np.array([[65.0, -179.5]])).tolist() == [1]
    assert cover.find(np.array([[89.0, 10.0]])).tolist() == [1]


def test_areas_are_those_on_the_sphere():
    earth = shapely.box(-180, -90, 180, 90)
    assert area_km2([earth])[0] == pytest.approx(510_065_622, rel=1e-4)
    assert area_km2([shapely.box(0, 0, 90, 90)])[0] == pytest.approx(510_065_622 / 8, rel=1e-4)
