"""How all prototypes are searched: exact or approximate, with its recall measured."""

import faiss
import numpy as np
import pytest

from model.retrieval import search
from model.retrieval.search import choose_effort, new_index, of_members, recall, resolved


@pytest.fixture(scope="module")
def crowd():
    rng = np.random.default_rng(0)
    return rng.normal(size=(2000, 16)).astype(np.float32), rng.normal(size=(60, 16)).astype(np.float32)


def test_a_million_are_searched_exactly_and_more_by_lists():
    assert resolved("auto", 1_000_000) == "Flat"
    assert resolved("auto", 1_000_001) == "IVF4096,Flat"
    assert resolved("auto", 5_000_000) == "IVF8192,Flat"
    assert resolved("SQ8", 5_000_000) == "SQ8"


@pytest.mark.parametrize(
    ("prototypes", "members"),
    [("Flat", "Flat"), ("SQ8", "SQ8"), ("IVF256,SQ8", "SQ8"), ("HNSW32", "Flat"), ("HNSW32,SQ8", "SQ8"),
     ("PCA8,IVF16,Flat", "PCA8,Flat")],
)  # fmt: skip
def test_members_are_coded_like_prototypes_without_what_only_a_search_needs(prototypes, members):
    assert of_members(prototypes) == members


@pytest.mark.parametrize(("factory", "effort"), [("IVF32,Flat", "nprobe"), ("HNSW4,Flat", "efSearch")])
def test_the_effort_is_the_least_that_finds_enough(crowd, factory, effort):
    rows, queries = crowd
    index = new_index(factory, 16, rows)
    index.add(rows)
    exact = faiss.knn(queries, rows, 5)[1]
    told = choose_effort(index, factory, queries, exact)
    assert told["effort"] == effort
    assert told["recall"] == recall(index, queries, exact) >= search.RECALL
    if told["value"] > search.EFFORTS[effort]:
        search.set_effort(index, told | {"value": told["value"] // 2})
        assert recall(index, queries, exact) < search.RECALL


def test_recall_is_a_share_worked_out_by_hand():
    index = faiss.IndexFlatL2(1)
    index.add(np.array([[0.0], [1.0], [2.0], [9.0]], np.float32))
    queries = np.array([[0.1], [8.0]], np.float32)  # nearest two: 0 1, and 3 2
    assert recall(index, queries, np.array([[0, 1], [3, 1]])) == 0.75


def test_an_exact_index_needs_no_effort(crowd):
    rows, queries = crowd
    index = new_index("Flat", 16, rows)
    index.add(rows)
    told = choose_effort(index, "Flat", queries, faiss.knn(queries, rows, 5)[1])
    assert told == {"recall": 1.0, "recall_at": 5, "queries": 60}
