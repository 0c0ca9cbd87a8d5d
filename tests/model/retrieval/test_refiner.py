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


def two_places(clusters):
    """Cell 0: two places that look like 0 and 10, in one cluster or in two; cell 1: somewhere else, looks like 100."""
    cells, vectors = np.array([0, 0, 1]), np.array([[0.0], [10.0], [100.0]], np.float32)
    points = np.array([[20.0, 20.0], [21.0, 21.0], [-30.0, -30.0]])
    index = build_index(np.array(list("abc"), object), points, cells, np.array([*clusters, 0]), vectors,
                        fit_space("raw", 0, vectors, cells), 2, "Flat")  # fmt: skip
    return index, np.array([[20.5, 20.5], [-30.0, -30.0]])


@pytest.mark.parametrize("clusters", [[0, 0], [0, 1]])
@pytest.mark.parametrize(("look", "place"), [(1.0, [20.0, 20.0]), (9.0, [21.0, 21.0])])
def test_of_two_places_the_one_that_looks_alike_is_the_guess_and_never_the_other(clusters, look, place):
    index, centroids = two_places(clusters)
    matches = match(index, np.array([[look]], np.float32), np.array([[0.9, 0.1]], np.float32), centroids, 2, 0)
    assert refine(matches, RefinerSettings(2)).guess[0] == pytest.approx(place)


def test_the_settings_of_pigeotto_weigh_forty_cells_by_their_formula():
    rng = np.random.default_rng(1)
    cells, vectors = np.arange(50), rng.normal(size=(50, 3)).astype(np.float32)
    points = np.column_stack([rng.uniform(-60, 60, 50), rng.uniform(-180, 180, 50)]).astype(np.float32)
    index = build_index(cells.astype(str).astype(object), points, cells, np.zeros(50, int), vectors,
                        fit_space("raw", 0, vectors, cells), 50, "Flat")  # fmt: skip
    probability = rng.dirichlet(np.ones(50), 1).astype(np.float32)
    query = rng.normal(size=(1, 3)).astype(np.float32)
    settings = RefinerSettings(40, 0.6, 0.0)
    refined = refine(match(index, query, probability, points, 40, settings.looked_up), settings)
    top = np.argsort(-probability[0])[:40]
    score = probability[0, top] * softmax(-np.linalg.norm(vectors[top] - query, axis=1) / 0.6)
    assert refined.cells[0].tolist() == top.tolist()
    assert refined.score[0] == pytest.approx(score / score.sum(), rel=1e-4)
    assert refined.guess[0] == pytest.approx(points[top[score.argmax()]])


def transcribed(index, vectors, probabilities, centroids, candidates, neighbours):
    """`match`, a place and a cell at a time, as the paper tells it."""
    prototypes = index.prototype_vectors.reconstruct_n(0, len(index.prototypes))
    members = index.member_vectors.reconstruct_n(0, len(index.members))
    near, distances = [], []
    for vector, probability in zip(vectors, probabilities, strict=True):
        for cell in np.argsort(-probability, kind="stable")[:candidates]:
            own = np.flatnonzero(index.prototypes["cell"] == cell)
            places, away = [centroids[cell]] * (1 + neighbours), [np.inf] * (1 + neighbours)
            if len(own):
                best = own[np.linalg.norm(prototypes[own] - vector, axis=1).argmin()]
                cluster = np.flatnonzero(index.members["prototype"] == best)
                to = np.linalg.norm(members - vector, axis=1)
                chosen = cluster[to[cluster].argmin()]
                everyone = np.flatnonzero(index.members["prototype"].isin(own))
                nearest = everyone[np.argsort(to[everyone], kind="stable")][:neighbours]
                for slot, member in enumerate([chosen, *nearest]):
                    places[slot], away[slot] = index.member_points[member], to[member]
            near.append(places)
            distances.append(away)
    shape = (len(vectors), candidates, 1 + neighbours)
    return np.reshape(near, (*shape, 2)), np.reshape(distances, shape)


@pytest.mark.parametrize("factory", ["Flat", "SQ8", "IVF4,Flat", "HNSW8"])
@pytest.mark.parametrize("neighbours", [0, 4])
def test_matches_are_those_of_a_plain_transcription(factory, neighbours):
    rng = np.random.default_rng(3)
    cells = np.sort(rng.choice([0, 1, 2, 4, 5, 6], 200))  # cells 3 and 7 hold nobody
    vectors = rng.normal(size=(200, 6)).astype(np.float32)
    points, centroids = rng.uniform(-60, 60, (200, 2)), rng.uniform(-60, 60, (8, 2))
    index = build_index(np.arange(200).astype(str).astype(object), points, cells, rng.integers(0, 12, 200), vectors,
                        fit_space("raw", 0, vectors, cells), 8, factory)  # fmt: skip
    queries, probability = rng.normal(size=(9, 6)).astype(np.float32), rng.dirichlet(np.ones(8), 9).astype(np.float32)
    found = match(index, queries, probability, centroids, 6, neighbours)
    near, away = transcribed(index, queries, probability, centroids, 6, neighbours)
    assert (found.near == near).all()
    assert found.near_distance == pytest.approx(away, abs=1e-4)
    empty = np.isin(found.cells, [3, 7])
    assert empty.any()
    assert (np.isinf(found.distance) == empty).all()
    assert (found.near[empty] == found.fallback[empty][:, None]).all()  # never (0, 0)


def test_a_guess_decodes_the_nearest_clusters_and_no_whole_cells(monkeypatch):
    from model.retrieval import vectors as stored

    rng = np.random.default_rng(0)
    cells, vectors = np.repeat(np.arange(4), 500), rng.normal(size=(2000, 8)).astype(np.float32)
    index = build_index(np.arange(2000).astype(str).astype(object), rng.uniform(-60, 60, (2000, 2)), cells,
                        np.arange(2000) % 100, vectors, fit_space("raw", 0, vectors, cells), 4, "SQ8")  # fmt: skip
    decoded = []
    real = stored._decoded

    def counted(faiss_index, begins, lengths):
        decoded.append((faiss_index.ntotal, int(lengths.sum())))
        return real(faiss_index, begins, lengths)

    monkeypatch.setattr(stored, "_decoded", counted)
    probability = np.full((1, 4), 0.25, np.float32)
    match(index, vectors[:1], probability, np.zeros((4, 2)), 4, RefinerSettings(4).looked_up)
    assert decoded == [(400, 400), (2000, 4 * 5)]  # all prototypes of four cells, the members of four clusters


def test_equal_probabilities_are_taken_in_the_order_of_cells(index):
    probability = np.array([[0.2, 0.4, 0.4]], np.float32)
    assert match(index, VECTORS[:1], probability, CENTROIDS, 2).cells.tolist() == [[1, 2]]
    assert match(index, VECTORS[:1], probability, CENTROIDS, 3).cells.tolist() == [[1, 2, 0]]
