"""The procedures that know no borders: every training point in exactly one cell, everywhere on the sphere."""

import numpy as np
import pandas as pd
import pytest
import shapely

from model.errors import ConfigError, ManifestError
from model.geo.distance import from_unit, haversine_km, spherical_mean, to_unit
from model.geocells import kmeans, naive, s2
from model.geocells.kmeans import KMeansSettings
from model.geocells.naive import NaiveSettings
from model.geocells.partition import make_geocells, means_of, most_common
from model.geocells.s2 import S2Settings
from model.geocells.table import Geocells


def sphere(n, seed=0):
    """Points all over the sphere, some on the antimeridian and at the poles."""
    rng = np.random.default_rng(seed)
    points = from_unit(rng.normal(size=(n, 3)))
    points[:6] = [[10, 180], [10, -180], [10, 179.99], [90, 0], [-90, 12], [-89.9, -170]]
    points[:, 1] = np.mod(points[:, 1] + 180, 360) - 180
    return points


def frame(points, country="FR"):
    return pd.DataFrame({"lat": points[:, 0], "lng": points[:, 1], "country": country, "region": "somewhere"})


@pytest.mark.parametrize(
    "partition", [naive.partition(sphere(600), NaiveSettings(20)), kmeans.partition(sphere(600), KMeansSettings(40))]
)
def test_every_point_is_in_exactly_one_cell_and_no_cell_is_empty(partition):
    assert partition.labels.shape == (600,)
    assert set(partition.labels) == set(range(len(partition.polygons)))


def test_naive_cells_hold_no_more_than_the_maximum_and_their_rectangles_do_not_overlap():
    points = sphere(600)
    partition = naive.partition(points, NaiveSettings(20))
    assert np.bincount(partition.labels).max() <= 20
    total = shapely.union_all(partition.polygons).area
    assert total == pytest.approx(sum(p.area for p in partition.polygons))
    covered = [
        partition.polygons[c].covers(shapely.Point(p[::-1])) for p, c in zip(points, partition.labels, strict=True)
    ]
    assert all(covered)


def test_naive_cells_of_places_that_share_one_spot_come_to_an_end():
    partition = naive.partition(np.tile([[48.0, 2.0]], (50, 1)), NaiveSettings(10))
    assert partition.labels.tolist() == [0] * 50


def test_naive_cells_split_the_longer_side_first():
    partition = naive.partition(np.array([[1.0, -100.0], [1.0, 100.0]]), NaiveSettings(1))
    assert [p.bounds for p in partition.polygons] == [(-180, -90, 0, 90), (0, -90, 180, 90)]


def test_kmeans_points_are_nearest_to_their_own_site():
    points = sphere(600)
    partition = kmeans.partition(points, KMeansSettings(40))
    nearest = haversine_km(points[:, None], partition.sites[None]).argmin(axis=1)
    assert (nearest == partition.labels).all()


def test_kmeans_is_the_same_for_the_same_seed():
    first, second = (
        kmeans.partition(sphere(300), KMeansSettings(20, 3)),
        kmeans.partition(sphere(300), KMeansSettings(20, 3)),
    )
    assert (first.labels == second.labels).all()


def test_kmeans_does_not_tear_neighbours_apart_at_the_antimeridian():
    east, west = np.array([[0.0, 179.5]] * 20), np.array([[0.0, -179.5]] * 20)
    far = np.array([[0.0, 0.0]] * 20)
    labels = kmeans.partition(np.concatenate([east, west, far]), KMeansSettings(2, 0)).labels
    assert labels[0] == labels[20] != labels[40]


def test_kmeans_with_more_cells_than_distinct_places_makes_one_cell_each():
    points = np.repeat([[0.0, 0.0], [10.0, 10.0]], 5, axis=0)
    assert set(kmeans.partition(points, KMeansSettings(8, 0)).labels) == {0, 1}


def test_kmeans_refuses_more_cells_than_places():
    with pytest.raises(ConfigError, match="cells"):
        kmeans.partition(sphere(10), KMeansSettings(11, 0))


def test_voronoi_polygons_cover_the_earth_once_poles_and_antimeridian_included():
    sites = kmeans.partition(sphere(600), KMeansSettings(40)).sites
    polygons = kmeans.voronoi_polygons(sites)
    assert all(p.is_valid and p.bounds[0] >= -180 and p.bounds[2] <= 180 for p in polygons)
    tree = shapely.STRtree(polygons)
    probes = from_unit(np.random.default_rng(1).normal(size=(3000, 3)))
    which, cell = tree.query(shapely.points(probes[:, ::-1]), predicate="intersects")
    nearest = haversine_km(probes[:, None], sites[None]).argmin(axis=1)
    assert np.mean(cell == nearest[which]) > 0.99  # edges are simplified for drawing
    times = np.bincount(which, minlength=len(probes))
    assert np.mean(times == 1) > 0.99 and times.max() <= 2


def test_the_table_has_the_spherical_mean_and_the_majority_country_of_each_cell():
    points = np.array([[0.0, 179.0], [0.0, -179.0], [0.0, -178.0], [50.0, 0.0]])
    places = frame(points)
    places["country"] = ["FJ", "FJ", "TO", "FR"]
    table, rule = make_geocells(places, KMeansSettings(2))
    assert rule == "nearest"
    assert table["cell_id"].tolist() == [0, 1]
    assert table["country"].tolist() == ["FJ", "FR"]
    assert table["points"].tolist() == [3, 1]
    assert table.loc[0, ["lat", "lng"]].to_numpy(float) == pytest.approx(spherical_mean(points[:3]))


def test_namibia_and_places_without_a_country_survive_the_vote():
    places = frame(np.array([[-22.0, 17.0], [-22.1, 17.0], [-22.2, 17.0]]))
    places["country"] = ["NA", None, "NA"]
    assert make_geocells(places, NaiveSettings())[0]["country"].tolist() == ["NA"]


def test_no_places_are_refused_in_a_sentence():
    with pytest.raises(ManifestError, match="train"):
        make_geocells(frame(np.empty((0, 2))), KMeansSettings(2))


def test_naive_cells_and_their_table_agree_on_every_border():
    half, quarter = np.meshgrid(np.arange(-90, 90.5, 2.5), np.arange(-180, 180, 2.5), indexing="ij"), 5
    points = np.stack([half[0].ravel(), half[1].ravel()], axis=1)
    table, rule = make_geocells(frame(points), NaiveSettings(quarter))
    labels = naive.partition(points, NaiveSettings(quarter)).labels
    assert (Geocells(table, {}, rule).assign(points) == labels).all()


@pytest.mark.parametrize("seed", range(3))
def test_s2_cells_hold_what_their_table_says_and_do_not_overlap(seed):
    points = sphere(500, seed)
    partition = s2.partition(points, S2Settings(10, 25, 1, 8))
    sizes = np.bincount(partition.labels)
    assert len(sizes) == len(partition.polygons) and sizes.min() > 0
    assert sizes.max() < 10 + 25
    assert all(polygon.is_valid for polygon in partition.polygons)
    whole = shapely.union_all(partition.polygons).area
    assert sum(polygon.area for polygon in partition.polygons) == pytest.approx(whole, rel=1e-3)
    table, rule = make_geocells(frame(points), S2Settings(10, 25, 1, 8))
    assert (Geocells(table, {}, rule).assign(points) == partition.labels).all()


def test_s2_cells_split_down_to_the_finest_level_and_no_further():
    near = np.array([[48.0, 2.0]]) + np.random.default_rng(0).normal(size=(100, 2)) * 1e-4
    (polygon,) = s2.partition(near, S2Settings(1, 10, 2, 6)).polygons
    assert 0.5 < polygon.bounds[2] - polygon.bounds[0] < 4.0  # a cell of level 6 is some 150 km wide


def test_small_s2_cells_join_the_smaller_neighbour_within_their_coarsest_cell():
    assert s2._join([9, 2, 5, 9], [1, 1, 1, 1], 4) == [(0, 1), (1, 3), (3, 4)]
    assert s2._join([2, 9, 2], [1, 1, 2], 4) == [(0, 2), (2, 3)]  # the last is alone in its coarsest cell


def test_s2_levels_and_sizes_that_contradict_each_other_are_refused():
    for wrong in ({"min_level": 5, "max_level": 3}, {"max_level": 31}, {"min_points": 70}):
        with pytest.raises(ConfigError):
            S2Settings(**wrong)


def test_many_points_place_the_centres_of_kmeans_by_a_sample(monkeypatch):
    monkeypatch.setattr(kmeans, "SAMPLE", 200)
    partition = kmeans.partition(sphere(600), KMeansSettings(20, 1))
    assert len(partition.labels) == 600 and len(partition.sites) <= 20
    assert np.bincount(partition.labels).min() > 0


def test_means_of_cells_are_those_on_the_sphere_and_antipodes_have_one_too():
    points = np.array([[0.0, 179.0], [10.0, 0.0], [0.0, -179.0], [0.0, 90.0], [0.0, -90.0]])
    means = means_of(points, np.array([0, 1, 0, 2, 2]), 3)
    assert means[0] == pytest.approx([0.0, -180.0])
    assert means[1] == pytest.approx([10.0, 0.0])
    assert abs(means[2, 1]) == pytest.approx(90.0)


def test_the_most_common_name_is_the_first_of_several_and_empty_where_there_is_none():
    names = pd.Series(["b", "a", "NA", "NA", None, None])
    assert most_common(names, np.array([0, 0, 1, 1, 1, 2]), 4).tolist() == ["a", "NA", "", ""]
    assert most_common(pd.Series([None, None], dtype=object), np.array([0, 0]), 1).tolist() == [""]


def test_unit_vectors_of_the_fixture_are_what_they_seem():
    assert np.allclose(np.linalg.norm(to_unit(sphere(10)), axis=1), 1)
