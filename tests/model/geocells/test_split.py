"""Splitting: OPTICS as scikit-learn orders it, parts of the minimum at least, polygons that follow their points."""

import numpy as np
import pytest
import shapely
from sklearn.cluster import OPTICS

from model.geocells import optics
from model.geocells.split import Plane, SplitRule, cut_polygon, take_apart

ROUNDS = ((8, 0.05), (10, 0.025), (15, 0.015))


def towns(sizes, seed=0, spread=0.02):
    rng = np.random.default_rng(seed)
    return np.concatenate([[[3.0 * k, 1.5 * (k % 2)]] + rng.normal(size=(n, 2)) * spread for k, n in enumerate(sizes)])


@pytest.mark.parametrize(("n", "samples", "xi"), [(80, 5, 0.05), (200, 8, 0.025), (150, 3, 0.15)])
def test_clusters_are_those_of_scikit_learn(n, samples, xi):
    rng = np.random.default_rng(n)
    points = rng.normal(size=(6, 2))[rng.integers(6, size=n)] * 3 + rng.normal(size=(n, 2)) * 0.2
    assert (optics.clusters(points, samples, xi) == OPTICS(min_samples=samples, xi=xi).fit(points).labels_).all()


def test_many_points_are_clustered_by_a_sample_that_all_follow(monkeypatch):
    monkeypatch.setattr(optics, "SAMPLE", 100)
    points = towns([200, 200])
    labels = optics.clusters(points, 16, 0.05)
    assert labels.shape == (400,)
    of = [set(labels[:200].tolist()) - {-1}, set(labels[200:].tolist()) - {-1}]
    assert of[0] and of[1] and not of[0] & of[1]


def test_places_on_one_spot_are_one_cluster_and_cannot_be_taken_apart():
    spots = np.tile([[2.0, 48.0]], (100, 1))
    assert set(optics.clusters(spots, 8, 0.05)) == {0}
    assert set(take_apart(spots, SplitRule(10, 20, ROUNDS, True))) == {0}


def test_two_towns_are_two_parts_and_the_lone_places_between_go_to_the_nearer():
    spots = np.concatenate([towns([40, 40]), [[0.4, 0.2], [2.6, 1.3]]])
    labels = take_apart(spots, SplitRule(30, 60, ROUNDS, False))
    assert len(set(labels[:40])) == len(set(labels[40:80])) == 1
    assert labels[0] != labels[40]
    assert labels[80] == labels[0] and labels[81] == labels[40]


def test_three_towns_are_three_parts_around_their_centres():
    labels = take_apart(towns([35, 35, 35]), SplitRule(30, 60, ROUNDS, False))
    assert [len(set(labels[start : start + 35])) for start in (0, 35, 70)] == [1, 1, 1]
    assert len(set(labels)) == 3


def test_a_town_too_small_to_stand_alone_is_not_cut_out():
    spots = towns([60, 10])
    assert set(take_apart(spots, SplitRule(30, 60, ROUNDS, False))) == {0}


@pytest.mark.parametrize("seed", range(5))
def test_halves_hold_the_minimum_and_never_more_than_the_maximum(seed):
    spots = np.random.default_rng(seed).normal(size=(500, 2)) * [1.0, 4.0]
    sizes = np.bincount(take_apart(spots, SplitRule(30, 60, ROUNDS, True)))
    assert sizes.min() >= 30 and sizes.max() <= 60


def test_pieces_cover_the_polygon_once_and_hold_their_own_points():
    polygon = shapely.difference(shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6))
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 10, (60, 2))
    points = points[shapely.intersects(polygon, shapely.points(points))]
    plane = Plane.around(polygon, 5.0)
    spots = plane.place(points)
    labels = (points[:, 0] > 5).astype(np.int64) + 2 * (points[:, 1] > 5)
    pieces = cut_polygon(polygon, spots, labels, plane)
    assert sum(piece.area for piece in pieces) == pytest.approx(96.0)
    assert shapely.union_all(pieces).area == pytest.approx(96.0)
    for point, label in zip(points, labels, strict=True):
        assert shapely.distance(pieces[label], shapely.Point(point)) < 1e-9


def test_a_stray_part_goes_to_the_longest_border_and_an_island_to_the_nearest_point():
    # A comb: its right tooth is nearer to the left point than to the lower ones, but hangs on what is theirs.
    base, tooth, island = shapely.box(0, 0, 10, 1), shapely.box(9, 1, 10, 6), shapely.box(5, 5, 6, 6)
    polygon = shapely.union_all([base, tooth, island])
    points = np.array([[0.5, 0.9], [8.0, 0.1], [9.5, 0.1], [9.99, 0.5]])
    labels = np.array([0, 1, 1, 1])
    plane = Plane(False, 1.0)
    left, right = cut_polygon(polygon, points, labels, plane)
    assert left.area + right.area == pytest.approx(polygon.area)
    assert shapely.union_all([left, base]).area == pytest.approx(10.0 + (1.0 if left.intersects(island) else 0.0))
    assert right.intersection(tooth).area == pytest.approx(tooth.area)


def test_a_cell_across_the_antimeridian_is_cut_where_its_points_are():
    polygon = shapely.MultiPolygon([shapely.box(176, 0, 180, 4), shapely.box(-180, 0, -176, 4)])
    points = np.array([[178.0, 2.0], [-178.0, 2.0]])
    plane = Plane.around(polygon, 2.0)
    east, west = cut_polygon(polygon, plane.place(points), np.array([0, 1]), plane)
    assert east.bounds == pytest.approx((176, 0, 180, 4))
    assert west.bounds == pytest.approx((-180, 0, -176, 4))
