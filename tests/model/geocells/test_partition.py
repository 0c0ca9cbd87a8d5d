"""Both procedures: every training point in exactly one cell, everywhere on the sphere."""

import numpy as np
import pandas as pd
import pytest
import shapely

from model.errors import ConfigError, ManifestError
from model.geo.distance import from_unit, haversine_km, spherical_mean, to_unit
from model.geocells import kmeans, naive
from model.geocells.partition import make_geocells


def sphere(n, seed=0):
    """Points all over the sphere, some on the antimeridian and at the poles."""
    rng = np.random.default_rng(seed)
    points = from_unit(rng.normal(size=(n, 3)))
    points[:6] = [[10, 180], [10, -180], [10, 179.99], [90, 0], [-90, 12], [-89.9, -170]]
    points[:, 1] = np.mod(points[:, 1] + 180, 360) - 180
    return points


def frame(points, country="FR"):
    return pd.DataFrame({"lat": points[:, 0], "lng": points[:, 1], "country": country, "region": "somewhere"})


@pytest.mark.parametrize("partition", [naive.partition(sphere(600), 20), kmeans.partition(sphere(600), 40, 0)])
def test_every_point_is_in_exactly_one_cell_and_no_cell_is_empty(partition):
    assert partition.labels.shape == (600,)
    assert set(partition.labels) == set(range(len(partition.polygons)))


def test_naive_cells_hold_no_more_than_the_maximum_and_their_rectangles_do_not_overlap():
    points = sphere(600)
    partition = naive.partition(points, 20)
    assert np.bincount(partition.labels).max() <= 20
    total = shapely.union_all(partition.polygons).area
    assert total == pytest.approx(sum(p.area for p in partition.polygons))
    covered = [
        partition.polygons[c].covers(shapely.Point(p[::-1])) for p, c in zip(points, partition.labels, strict=True)
    ]
    assert all(covered)


def test_naive_cells_of_places_that_share_one_spot_come_to_an_end():
    partition = naive.partition(np.tile([[48.0, 2.0]], (50, 1)), 10)
    assert partition.labels.tolist() == [0] * 50


def test_naive_cells_split_the_longer_side_first():
    partition = naive.partition(np.array([[1.0, -100.0], [1.0, 100.0]]), 1)
    assert [p.bounds for p in partition.polygons] == [(-180, -90, 0, 90), (0, -90, 180, 90)]


def test_kmeans_points_are_nearest_to_their_own_site():
    points = sphere(600)
    partition = kmeans.partition(points, 40, 0)
    nearest = haversine_km(points[:, None], partition.sites[None]).argmin(axis=1)
    assert (nearest == partition.labels).all()


def test_kmeans_is_the_same_for_the_same_seed():
    first, second = kmeans.partition(sphere(300), 20, 3), kmeans.partition(sphere(300), 20, 3)
    assert (first.labels == second.labels).all()


def test_kmeans_does_not_tear_neighbours_apart_at_the_antimeridian():
    east, west = np.array([[0.0, 179.5]] * 20), np.array([[0.0, -179.5]] * 20)
    far = np.array([[0.0, 0.0]] * 20)
    labels = kmeans.partition(np.concatenate([east, west, far]), 2, 0).labels
    assert labels[0] == labels[20] != labels[40]


def test_kmeans_with_more_cells_than_distinct_places_makes_one_cell_each():
    points = np.repeat([[0.0, 0.0], [10.0, 10.0]], 5, axis=0)
    assert set(kmeans.partition(points, 8, 0).labels) == {0, 1}


def test_kmeans_refuses_more_cells_than_places():
    with pytest.raises(ConfigError, match="cells"):
        kmeans.partition(sphere(10), 11, 0)


def test_voronoi_polygons_cover_the_earth_once_poles_and_antimeridian_included():
    sites = kmeans.partition(sphere(600), 40, 0).sites
    polygons = kmeans.voronoi_polygons(sites)
    assert all(p.is_valid and p.bounds[0] >= -180 and p.bounds[2] <= 180 for p in polygons)
    tree = shapely.STRtree(polygons)
    probes = from_unit(np.random.default_rng(1).normal(size=(3000, 3)))
    which, cell = tree.query(shapely.points(probes[:, ::-1]), predicate="intersects")
    nearest = haversine_km(probes[:, None], sites[None]).argmin(axis=1)
    assert np.mean(cell == nearest[which]) > 0.99  # edges are simplified for drawing
    assert len(set(which)) > 0.99 * len(probes)
    assert abs(len(which) - len(probes)) < 0.02 * len(probes)


def test_the_table_has_the_spherical_mean_and_the_majority_country_of_each_cell():
    points = np.array([[0.0, 179.0], [0.0, -179.0], [0.0, -178.0], [50.0, 0.0]])
    places = frame(points)
    places["country"] = ["FJ", "FJ", "TO", "FR"]
    table, rule = make_geocells(places, "kmeans", 2, 60, 0)
    assert rule == "nearest"
    assert table["cell_id"].tolist() == [0, 1]
    assert table["country"].tolist() == ["FJ", "FR"]
    assert table["n_train"].tolist() == [3, 1]
    assert table.loc[0, ["lat", "lng"]].to_numpy(float) == pytest.approx(spherical_mean(points[:3]))


def test_namibia_and_places_without_a_country_survive_the_vote():
    places = frame(np.array([[-22.0, 17.0], [-22.1, 17.0], [-22.2, 17.0]]))
    places["country"] = ["NA", None, "NA"]
    assert make_geocells(places, "naive", 1, 60, 0)[0]["country"].tolist() == ["NA"]


def test_no_places_or_no_such_method_is_refused_in_a_sentence():
    with pytest.raises(ManifestError, match="train"):
        make_geocells(frame(np.empty((0, 2))), "kmeans", 2, 60, 0)
    with pytest.raises(ConfigError, match="voronoi"):
        make_geocells(frame(sphere(10)), "voronoi", 2, 60, 0)


def test_unit_vectors_of_the_fixture_are_what_they_seem():
    assert np.allclose(np.linalg.norm(to_unit(sphere(10)), axis=1), 1)
