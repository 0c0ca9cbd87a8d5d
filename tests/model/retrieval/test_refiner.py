"""The refiner, step by step on an index small enough to work out by hand."""

import numpy as np
import pytest
from scipy.special import softmax

from model.errors import ConfigError
from model.geo.distance import haversine_km
from model.retrieval.index import build_index
from model.retrieval.refiner import RefinerSettings, match, refine
from model.retrieval.space import fit_space

# Cell 0: a cluster of three (near and far members) and one alone. Cell 1: one place. Cell 2: nobody.
CELLS, CLUSTERS = np.array([0, 0, 0, 0, 1]), np.array([0, 0, 0, 1, 0])
POINTS = np.array([[10.0, 10.0], [10.1, 10.1], [10.2, 10.2], [12.0, 12.0], [-50.0, -170.0]])
VECTORS = np.array([[0, 0], [1, 0], [5, 0], [9, 9], [0, 4]], np.float32)
CENTROIDS = np.array([[10.6, 10.6], [-50.0, -170.0], [70.0, 70.0]])


@pytest.fixture(scope="module")
def index():
    space = fit_space("raw", 0, VECTORS, CELLS)
    return build_index(np.array(list("abcde"), object), POINTS, CELLS, CLUSTERS, VECTORS, space, 3, "Flat")


def run(index, vector, probability, neighbours=1, candidates=5, **settings):
    matches = match(index, np.array([vector], np.float32), np.array([probability], np.float32), CENTROIDS, candidates,
                    neighbours)  # fmt: skip
    return matches, refine(matches, RefinerSettings(candidates=candidates, neighbours=neighbours, **settings))


def test_the_guess_is_the_nearest_member_of_the_nearest_cluster_and_not_the_farthest(index):
    matches, refined = run(index, [0.9, 0.0], [0.9, 0.05, 0.05])
    assert matches.distance[0, 0] == pytest.approx(2.0 - 0.9)  # to the mean of (0, 1, 5)
    assert refined.guess[0] == pytest.approx([10.1, 10.1], abs=1e-5)


def test_scores_follow_the_formula(index):
    _, refined = run(index, [0.0, 2.0], [0.5, 0.4, 0.1], temperature=1.6, max_move_km=0.0)
    by_hand = np.array([0.5, 0.4, 0.1]) * softmax([-np.hypot(2, 2) / 1.6, -2.0 / 1.6, -np.inf])
    assert refined.score[0] == pytest.approx(by_hand / by_hand.sum(), rel=1e-5)
    assert refined.guess[0] == pytest.approx([-50.0, -170.0], abs=1e-4)


def test_a_cell_without_places_answers_its_representative_and_never_zero_zero(index):
    matches, refined = run(index, [0.0, 0.0], [0.0, 0.0, 1.0], candidates=1)
    assert np.isinf(matches.distance[0, 0])
    assert refined.guess[0].tolist() == [70.0, 70.0]
    assert np.isfinite(refined.score).all()


def test_a_cell_without_places_does_not_beat_one_that_looks_alike(index):
    _, refined = run(index, [0.0, 0.0], [0.3, 0.0, 0.7], max_move_km=0.0)
    assert refined.guess[0] == pytest.approx([10.0, 10.0], abs=1e-5)


def test_beyond_the_furthest_move_the_order_of_probabilities_stands(index):
    vector, probability = [0.0, 4.0], [0.5, 0.4, 0.1]
    assert run(index, vector, probability, max_move_km=0.0)[1].guess[0][0] == pytest.approx(-50.0)
    kept = run(index, vector, probability, max_move_km=1000.0)[1].guess[0]
    assert haversine_km(kept, CENTROIDS[0]) < 200


def test_several_neighbours_are_averaged_with_the_nearer_ones_weighing_more(index):
    guess = run(index, [0.4, 0.0], [1.0, 0.0, 0.0], neighbours=2, temperature=1.0)[1].guess[0]
    weight = softmax([-0.4, -0.6])[1]
    assert guess[0] == pytest.approx(10.0 + 0.1 * weight, abs=1e-3)


def test_more_neighbours_than_members_and_more_candidates_than_cells_are_no_error(index):
    guess = run(index, [0.0, 4.0], [0.0, 1.0, 0.0], neighbours=10, candidates=40, max_move_km=0.0)[1].guess[0]
    assert guess == pytest.approx([-50.0, -170.0], abs=1e-4)


def test_the_hedge_prefers_two_neighbours_over_one_slightly_likelier_stranger():
    cells = np.arange(3)
    points = np.array([[0.0, 0.0], [40.0, 100.0], [40.0, 101.0]])
    vectors = np.zeros((3, 2), np.float32)
    index = build_index(np.array(list("abc"), object), points, cells, np.zeros(3, int), vectors,
                        fit_space("raw", 0, vectors, cells), 3, "Flat")  # fmt: skip
    matches = match(index, vectors[:1], np.array([[0.36, 0.33, 0.31]], np.float32), points, 3)
    plain = refine(matches, RefinerSettings(max_move_km=0.0)).guess[0]
    hedged = refine(matches, RefinerSettings(max_move_km=0.0, hedge=True)).guess[0]
    assert plain == pytest.approx([0.0, 0.0])
    assert hedged[1] > 99


def test_the_pool_chooses_where_members_of_several_cells_agree_and_averages_around_it():
    points = np.array([[0.0, 0.0], [40.0, 179.6], [40.0, -179.6], [40.2, 180.0]])
    vectors = np.array([[0.0, 0.0], [0.1, 0.0], [0.1, 0.0], [0.1, 0.0]], np.float32)
    cells, centroids = np.array([0, 1, 2, 2]), np.array([[0.0, 0.0], [40.0, 179.6], [40.1, -179.8]])
    index = build_index(np.array(list("abcd"), object), points, cells, np.array([0, 0, 0, 1]), vectors,
                        fit_space("raw", 0, vectors, cells), 3, "Flat")  # fmt: skip
    matches = match(index, vectors[:1], np.array([[0.4, 0.3, 0.3]], np.float32), centroids, 3, 2)
    refined = refine(matches, RefinerSettings(3, 1.0, 0.0, 2, True, pool_km=100.0))
    assert abs(refined.guess[0, 1]) > 179.8  # between the three, across the antimeridian
    assert refined.guess[0, 0] == pytest.approx(40.1, abs=0.1)
    assert refined.score.sum() == pytest.approx(1.0)
    assert (refined.points[0] == refined.guess[0]).all(axis=1).any()  # the guess is one of the candidates' places


def test_the_pool_without_any_member_answers_the_representative(index):
    refined = run(index, [0.0, 0.0], [0.0, 0.0, 1.0], candidates=1, pool_km=100.0)[1]
    assert refined.guess[0].tolist() == [70.0, 70.0]
    assert np.isfinite(refined.score).all()


def test_the_pool_at_its_sharpest_is_the_nearest_member(index):
    refined = run(index, [0.9, 0.0], [0.9, 0.05, 0.05], neighbours=3, temperature=0.01, pool_km=100.0)[1]
    assert refined.guess[0] == pytest.approx([10.1, 10.1], abs=1e-4)


def test_many_places_at_once_are_what_each_is_alone(index):
    rng = np.random.default_rng(0)
    vectors, probability = (
        rng.normal(size=(6, 2)).astype(np.float32) * 4,
        rng.dirichlet([1, 1, 1], 6).astype(np.float32),
    )
    together = refine(match(index, vectors, probability, CENTROIDS, 2), RefinerSettings(2)).guess
    alone = [refine(match(index, v[None], p[None], CENTROIDS, 2), RefinerSettings(2)).guess[0]
             for v, p in zip(vectors, probability, strict=True)]  # fmt: skip
    assert (together == np.array(alone)).all()


@pytest.mark.parametrize(
    "wrong", [{"candidates": 0}, {"temperature": 0.0}, {"max_move_km": -1.0}, {"neighbours": 99}, {"pool_km": -1.0}]
)
def test_impossible_settings_are_refused_at_birth(wrong):
    with pytest.raises(ConfigError, match="refiner"):
        RefinerSettings(**wrong)
