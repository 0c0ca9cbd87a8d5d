"""Nearest rows within ranges: what a loop over all of them finds, however the vectors are kept."""

import faiss
import numpy as np
import pytest

from model.retrieval import vectors
from model.retrieval.search import giving_back
from model.retrieval.vectors import nearest_in_ranges

EDGES = np.array([0, 40, 40, 41, 90, 200, 300])  # of ranges; the second is empty


def slowly(stored, queries, which, first, last, count):
    distance, rows = np.full((len(which), count), np.inf), np.full((len(which), count), -1)
    for i, query in enumerate(which):
        away = np.linalg.norm(stored[first[i] : last[i]] - queries[query], axis=1)
        nearest = np.argsort(away)[:count]
        distance[i, : len(nearest)], rows[i, : len(nearest)] = away[nearest], first[i] + nearest
    return distance, rows


@pytest.mark.parametrize("budget", [1, 5000, 1 << 26])
@pytest.mark.parametrize("factory", ["Flat", "SQ8", "IVF4,Flat", "IVF4,SQ8", "HNSW8"])
def test_it_is_the_plain_loop(factory, budget, monkeypatch):
    monkeypatch.setattr(vectors, "BUDGET", budget)
    rng = np.random.default_rng(0)
    index = faiss.index_factory(8, factory)
    rows = rng.normal(size=(300, 8)).astype(np.float32)
    index.train(rows)
    index.add(rows)
    giving_back(index)
    queries = rng.normal(size=(7, 8)).astype(np.float32)
    which, ranges = np.repeat(np.arange(7), 4), rng.integers(0, 6, 28)
    first, last = EDGES[ranges], EDGES[ranges + 1]
    distance, found = nearest_in_ranges(index, queries, which, first, last, 3)
    stored = index.reconstruct_n(0, 300)
    expected, expected_rows = slowly(stored, queries, which, first, last, 3)
    assert (found == expected_rows).all()
    assert distance == pytest.approx(expected, abs=1e-4)
    alone = nearest_in_ranges(index, queries[which[5:6]], np.array([0]), first[5:6], last[5:6], 3)
    assert (alone[0] == distance[5:6]).all()  # to the last bit


def test_nothing_asked_is_nothing_found():
    index = faiss.IndexFlatL2(2)
    none = np.empty(0, np.int64)
    distance, rows = nearest_in_ranges(index, np.zeros((1, 2), np.float32), none, none, none, 2)
    assert distance.shape == rows.shape == (0, 2)
