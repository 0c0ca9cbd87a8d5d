"""Semantic cells on countries of squares: the invariants, by random points and by cases that a hand can follow."""

import numpy as np
import pytest
import shapely

from model.errors import ConfigError
from model.geo.distance import check_points
from model.geocells import semantic
from model.geocells.area import area_km2
from model.geocells.covering import Cover
from model.geocells.regions import Regions
from model.geocells.semantic import PRESETS, SemanticSettings, settings_of

SMALL = SemanticSettings(5, 12, ((3, 0.05), (4, 0.025)))


def squares(west=-10.0, south=-10.0, wide=4, tall=5, side=4.0):
    """Countries A and B beside each other, each of columns (admin-1) of squares; wrapped at the antimeridian."""
    polygons, country, admin1 = [], [], []
    for column in range(2 * wide):
        for row in range(tall):
            left = (west + side * column + 180.0) % 360.0 - 180.0
            bottom = south + side * row
            polygons.append(shapely.box(left, bottom, left + side, bottom + side))
            country.append("A" if column < wide else "B")
            admin1.append(f"{country[-1]}{column // 2}")
    return Regions(np.array(polygons, object), np.array(country, object), np.array(admin1, object))


def crowded(regions, n, seed):
    """Points in clusters around a few towns, a few on corners, borders and at sea."""
    rng = np.random.default_rng(seed)
    west, south, east, north = -10.0, -10.0, 22.0, 10.0
    towns = np.stack([rng.uniform(south, north, 12), rng.uniform(west, east, 12)], axis=1)
    points = towns[rng.integers(12, size=n)] + rng.normal(size=(n, 2)) * rng.choice([0.05, 0.8], size=(n, 1))
    points[:4] = [[-6.0, -6.0], [2.0, 6.0], [10.0, 22.0], [40.0, 6.01]]
    points[4:20] = points[20]  # many at one spot
    return points


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("halve", [True, False])
def test_every_point_is_in_one_cell_that_crosses_no_border_and_nothing_is_lost(seed, halve):
    regions = squares()
    points = crowded(regions, 400, seed)
    made = semantic.partition(points, regions, SemanticSettings(5, 12, SMALL.rounds, halve))
    polygons = np.array(made.polygons, object)
    sizes = np.bincount(made.labels, minlength=len(polygons))
    assert sizes.min() >= 1 and sizes.sum() == 400
    assert shapely.is_valid(polygons).all()
    # disjoint, and together the regions
    total = shapely.area(regions.polygons).sum()
    assert shapely.area(polygons).sum() == pytest.approx(total, rel=1e-9)
    assert shapely.area(shapely.union_all(polygons)) == pytest.approx(total, rel=1e-9)
    for name, left in (("A", -10.0), ("B", 6.0)):
        own = polygons[made.countries == name]
        beyond = shapely.difference(shapely.union_all(own), shapely.box(left, -10.0, left + 16.0, 10.0))
        assert shapely.area(beyond) == pytest.approx(0.0, abs=1e-9)
    # a point off its cell is one that no cell covers
    covered = shapely.intersects(polygons[made.labels], shapely.points(points[:, ::-1]))
    anywhere = shapely.intersects(shapely.union_all(polygons), shapely.points(points[:, ::-1]))
    assert (covered == anywhere).all()
    if halve:
        ashore = np.bincount(made.labels[anywhere])  # the rest is counted where the coast is nearest
        assert (ashore > 12).sum() <= 1  # only where many share one spot


def test_cells_are_the_same_in_whatever_order_the_points_come():
    regions = squares()
    points = crowded(regions, 300, 9)
    shuffled = np.random.default_rng(1).permutation(300)
    first, second = (semantic.partition(p, regions, SMALL) for p in (points, points[shuffled]))
    assert (first.labels[shuffled] == second.labels).all()
    assert [p.wkb for p in first.polygons] == [p.wkb for p in second.polygons]


def test_the_rule_for_other_points_gives_training_points_their_own_cell():
    regions = squares()
    points = crowded(regions, 300, 3)
    made = semantic.partition(points, regions, SMALL)
    assert (Cover(made.polygons).find(points) == made.labels).all()


def test_a_country_across_the_antimeridian_is_one_country():
    plain, across = squares(), squares(west=172.0)
    points = crowded(plain, 300, 5)
    moved = check_points(points + np.array([0.0, 182.0]))
    here, there = semantic.partition(points, plain, SMALL), semantic.partition(moved, across, SMALL)
    polygons = np.array(there.polygons, object)
    bounds = shapely.bounds(polygons)
    assert bounds[:, 0].min() >= -180.0 and bounds[:, 2].max() <= 180.0
    assert len(polygons) == len(here.polygons)
    pairs = set(zip(here.labels[4:].tolist(), there.labels[4:].tolist(), strict=True))
    assert len(pairs) == len(polygons)  # the same cells, whatever their numbers; the first four lie on borders
    assert area_km2(polygons).sum() == pytest.approx(area_km2(np.array(here.polygons, object)).sum(), rel=1e-6)


def test_too_few_places_make_one_cell_a_country_and_countries_without_any_none():
    regions = squares()
    made = semantic.partition(np.array([[0.0, -9.0], [0.0, 1.0]]), regions, SMALL)
    assert made.countries.tolist() == ["A"]
    assert shapely.area(made.polygons[0]) == pytest.approx(16.0 * 20.0)


def test_sizes_follow_the_preset_the_number_of_cells_or_what_was_given():
    assert settings_of("pigeon", 1000) == PRESETS["pigeon"]
    assert PRESETS["pigeon"].rounds == ((8, 0.05), (10, 0.025), (15, 0.015))
    assert (PRESETS["pigeotto"].min_points, PRESETS["pigeotto"].max_points) == (1000, 2000)
    assert PRESETS["pigeotto"].rounds == ((300, 0.05), (400, 0.005), (1000, 0.0001))
    wished = settings_of("pigeon", 900, cells=20)  # 45 places a cell
    assert (wished.min_points, wished.max_points) == (30, 60)
    assert settings_of("pigeon", 900, min_points=15).max_points == 30
    assert settings_of("pigeon", 900, min_points=15).rounds[0] == (4, 0.05)
    with pytest.raises(ConfigError, match="twice"):
        SemanticSettings(10, 19)


def test_the_bar_is_told_of_every_cell():
    told = []
    semantic.partition(crowded(None, 100, 0), squares(), SMALL, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] == len(told)


def test_a_cell_whose_points_all_lie_nearer_to_others_is_joined_to_its_neighbour():
    boxes = np.array([shapely.box(0, 0, 4, 4), shapely.box(4, 0, 8, 4), shapely.box(20, 0, 24, 4)], object)
    points = np.array([[1.0, 1.0], [2.0, 22.0]])
    polygons, countries, labels = semantic._final(boxes, np.array(["A", "A", "B"], object), np.zeros(3, int), points)
    assert countries.tolist() == ["A", "B"] and labels.tolist() == [0, 1]
    assert polygons[0].area == pytest.approx(32.0)
    only, countries, labels = semantic._final(boxes.copy(), np.array(["A", "B", "C"], object), np.arange(3), points)
    assert countries.tolist() == ["A", "C"] and labels.tolist() == [0, 1] and len(only) == 2
