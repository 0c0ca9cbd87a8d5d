"""Fusing: the order of neighbours, and what never happens."""

import numpy as np

from model.geo.distance import to_unit
from model.geocells.fuse import Graph, fuse, join_empty


def graph(points, country, admin1, touching, lng=None):
    lng = np.arange(len(points)) if lng is None else lng
    centres = to_unit(np.stack([np.zeros(len(points)), np.asarray(lng, float)], axis=1))
    pairs = np.array(touching, np.int64).reshape(-1, 2)
    return Graph(np.array(points), np.array(country), np.array(admin1), centres, pairs)


def cells(g, minimum):
    return fuse(g, join_empty(g), minimum).tolist()


CHAIN = [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_an_empty_region_joins_the_nearest_over_land_before_a_nearer_one_over_water():
    g = graph([5, 0, 5], [0, 0, 0], [0, 0, 0], [(0, 1)], lng=[0, 10, 11])
    assert join_empty(g).tolist() == [0, 0, 2]
    island = graph([5, 0, 5], [0, 0, 0], [0, 0, 0], [], lng=[0, 10, 11])
    assert join_empty(island).tolist() == [0, 2, 2]


def test_empty_regions_stay_in_their_country_and_a_country_without_points_has_no_cell():
    g = graph([5, 0, 0], [0, 0, 1], [0, 0, 1], [(0, 1)])
    assert join_empty(g).tolist() == [0, 0, -1]


def test_the_smallest_goes_to_a_small_neighbour_of_its_admin1_before_a_larger_one():
    # 1 may go to 0 (small, same admin-1) or to 2 (large, same admin-1)
    assert cells(graph([3, 2, 50], [0] * 3, [0] * 3, CHAIN[:2]), 5) == [0, 0, 2]


def test_a_large_neighbour_of_its_admin1_comes_before_a_small_one_of_another():
    assert cells(graph([3, 2, 50], [0] * 3, [1, 0, 0], CHAIN[:2]), 4)[1] == 2


def test_a_small_neighbour_of_the_country_comes_before_a_large_one():
    assert cells(graph([3, 2, 50], [0] * 3, [1, 0, 2], CHAIN[:2]), 4)[1] == 0


def test_of_several_the_largest_is_taken():
    assert cells(graph([20, 2, 50], [0] * 3, [0] * 3, CHAIN[:2]), 5) == [0, 2, 2]


def test_an_island_goes_to_the_nearest_of_its_admin1_and_else_of_its_country():
    g = graph([20, 2, 20, 20], [0] * 4, [7, 7, 8, 9], [], lng=[0, 10, 11, 30])
    assert cells(g, 5) == [0, 0, 2, 3]
    lone = graph([20, 2, 20, 20], [0] * 4, [7, 6, 8, 9], [], lng=[0, 10, 11, 30])
    assert cells(lone, 5) == [0, 2, 2, 3]


def test_nothing_is_fused_across_a_border_however_small_it_stays():
    g = graph([1, 50], [0, 1], [0, 1], [])
    assert cells(g, 30) == [0, 1]


def test_cells_grow_until_all_reach_the_minimum():
    rng = np.random.default_rng(0)
    points = rng.integers(0, 6, 60)
    g = graph(points, [0] * 60, np.arange(60) // 7, [(k, k + 1) for k in range(59)])
    owner = fuse(g, join_empty(g), 12)
    sizes = np.bincount(owner, weights=points, minlength=60)
    assert sizes[np.unique(owner)].min() >= 12 and sizes.sum() == points.sum()
