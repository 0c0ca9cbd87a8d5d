"""Location clusters: nobody is lost."""

import numpy as np
import pytest

from model.retrieval.clusters import location_clusters


def crowd(lat, lng, n, spread=0.01, seed=0):
    return np.array([lat, lng]) + np.random.default_rng(seed).normal(size=(n, 2)) * spread


def test_two_towns_are_two_clusters_and_the_hermit_is_one_of_his_own():
    points = np.concatenate([crowd(48, 2, 15), crowd(49, 5, 15, seed=1), [[40.0, -5.0]]])
    labels = location_clusters(points, 3, 0.15)
    assert len(labels) == 31
    assert set(labels) == set(range(labels.max() + 1))
    assert not set(labels[:15]) & set(labels[15:30])
    assert (labels == labels[30]).sum() == 1


def test_a_town_on_the_antimeridian_is_not_torn_apart():
    points = crowd(0.0, 180.0, 20, 0.05)
    wrapped = np.column_stack([points[:, 0], np.mod(points[:, 1] + 180, 360) - 180])
    assert (location_clusters(points, 3, 0.15) == location_clusters(wrapped, 3, 0.15)).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_places_than_a_cluster_needs_are_clusters_of_their_own(n):
    assert location_clusters(crowd(10, 10, n), 3, 0.15).tolist() == list(range(n))


def test_places_that_share_one_spot_are_one_cluster_without_a_warning(recwarn):
    assert location_clusters(np.tile([[48.0, 2.0]], (9, 1)), 3, 0.15).tolist() == [0] * 9
    pairs = np.repeat(crowd(48, 2, 6), 4, axis=0)
    assert len(location_clusters(pairs, 3, 0.15)) == 24
    assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]
