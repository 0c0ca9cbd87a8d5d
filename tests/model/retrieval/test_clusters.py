"""Location clusters: nobody is lost."""

import pickle

import numpy as np
import pytest
from sklearn.cluster import OPTICS

from model.geo.distance import to_unit
from model.retrieval import clusters
from model.retrieval.clusters import clusters_by_cell, location_clusters, reach


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


@pytest.mark.parametrize(("n", "min_samples", "xi"), [(30, 3, 0.15), (90, 10, 0.1)])
def test_clusters_are_those_of_scikit_learn(n, min_samples, xi):
    rng = np.random.default_rng(n)
    points = (
        np.array([48.0, 2.0]) + rng.normal(size=(n, 2)) * rng.choice([0.01, 0.3], (n, 1)) + rng.integers(0, 3, (n, 1))
    )
    theirs = OPTICS(min_samples=min_samples, xi=xi, metric="haversine").fit(np.radians(points))
    ours = location_clusters(points, min_samples, xi)
    clustered = theirs.labels_ >= 0
    assert clustered.any()
    assert (ours[clustered] == theirs.labels_[clustered]).all()
    assert len(set(ours[~clustered])) == (~clustered).sum()  # noise is kept, each a cluster of its own
    order, reachability, before = reach(to_unit(points), min_samples)
    assert (order == theirs.ordering_).all()
    assert reachability[1:] == pytest.approx(theirs.reachability_[1:], abs=1e-12)
    assert (before == theirs.predecessor_).all()


def test_the_order_of_four_places_on_a_meridian_is_worked_out_by_hand():
    order, reachability, before = reach(to_unit(np.array([[0.0, 0], [1, 0], [3, 0], [3.5, 0]])), 2)
    assert order.tolist() == [0, 1, 2, 3]
    assert np.degrees(reachability) == pytest.approx([np.inf, 1.0, 2.0, 0.5])
    assert before.tolist() == [-1, 0, 1, 2]


def test_a_small_town_of_fewer_than_two_clusters_is_a_cluster_and_not_all_noise():
    assert len(set(location_clusters(crowd(48, 2, 5), 3, 0.15))) < 5


def test_cells_are_clustered_apart_in_any_order_and_number_of_processes(monkeypatch):
    rng = np.random.default_rng(0)
    cells = rng.permutation(np.repeat([0, 3, 7], [20, 1, 30]))
    points = np.array([10.0, 10.0]) + cells[:, None] + rng.normal(size=(51, 2)) * 0.05
    monkeypatch.setattr(clusters, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(clusters, "PIECE", 10)
    told = []
    found = clusters_by_cell(points, cells, 3, 0.15, 1, told.append)
    assert sum(told) == 51
    for cell in (0, 3, 7):
        assert (found[cells == cell] == location_clusters(points[cells == cell], 3, 0.15)).all()

    def elsewhere(work, pieces, workers, done):
        """What other processes do: pieces and answers travel, and come back in any order."""
        assert (workers, len(pieces)) == (2, 2)
        for piece in reversed(pieces):
            done(pickle.loads(pickle.dumps(work(pickle.loads(pickle.dumps(piece))))))

    monkeypatch.setattr(clusters, "spread", elsewhere)
    assert (clusters_by_cell(points, cells, 3, 0.15, 2) == found).all()
