"""Which faiss index searches all prototypes, and how far it looks: exact while that is quick, approximate beyond.

A factory string says how vectors are kept ("Flat", "SQ8": a byte a number) and found ("IVF4096,Flat", "HNSW32,Flat").
An approximate index looks at some lists (nprobe) or nodes (efSearch) only: as few as find RECALL of the exact answer,
measured on queries, not assumed. Knows no cell and no file.
"""

import math
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from model.errors import ConfigError

Floats = NDArray[np.float32]
AUTO = "auto"
EXACT_UP_TO = 1_000_000  # prototypes; a search through so many takes tenths of a second
RECALL = 0.95
RECALL_AT = 5
EFFORTS = {"nprobe": 1, "efSearch": 16}  # the least that is tried, then doubled
MOST_EFFORT = {"nprobe": 1 << 16, "efSearch": 1024}


def resolved(factory: str, rows: int) -> str:
    """A factory string for so many vectors; "auto" is exact to a million and inverted lists beyond."""
    if factory != AUTO:
        return factory
    lists = 2 ** round(math.log2(4.0 * math.sqrt(max(rows, 1))))  # of the size that faiss advises
    return "Flat" if rows <= EXACT_UP_TO else f"IVF{lists},Flat"


def of_members(factory: str) -> str:
    """How members are kept beside such prototypes: coded alike, but never searched as a whole, so without lists."""
    parts = [part for part in factory.split(",") if not part.startswith(("IVF", "HNSW"))]
    return ",".join(parts) or "Flat"


def new_index(factory: str, dim: int, sample: Floats) -> Any:
    """An empty index, trained on `sample` (S, dim) where its kind needs it.

    Raises:
        ConfigError: a factory string that faiss does not know or cannot train on so few vectors.
    """
    try:
        index = faiss.index_factory(dim, factory)
        if not index.is_trained:
            index.train(np.ascontiguousarray(sample, np.float32))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ConfigError(f"faiss cannot make an index '{factory}' of {len(sample):,} vectors: {reason}") from error
    return index


def giving_back(index: Any) -> Any:
    """The same index, able to give its vectors back by row: inverted files keep no order unless asked to."""
    if hasattr(index, "make_direct_map"):
        index.make_direct_map()
    return index


def set_effort(index: Any, search: dict[str, Any]) -> None:
    """Look as far as `choose_effort` said."""
    if search.get("effort") in EFFORTS:
        faiss.ParameterSpace().set_index_parameter(index, search["effort"], float(search["value"]))


def choose_effort(index: Any, factory: str, queries: Floats, exact: NDArray[np.int64]) -> dict[str, Any]:
    """Set the least effort that reaches RECALL, and say what was measured.

    Args:
        index: of the prototypes.
        factory: what it was made by.
        queries: (Q, d).
        exact: (Q, k) rows that are truly nearest to them.

    Returns:
        `recall` (share of the k truly nearest that are found), `recall_at` (k), `queries`; for an approximate index
        `effort` ("nprobe" or "efSearch") and its `value` as well.
    """
    effort = "nprobe" if "IVF" in factory else "efSearch" if "HNSW" in factory else None
    told: dict[str, Any] = {"recall_at": exact.shape[1], "queries": len(queries)}
    if effort is None:
        return told | {"recall": recall(index, queries, exact)}
    most = min(MOST_EFFORT[effort], _lists(index) if effort == "nprobe" else MOST_EFFORT[effort])
    value = EFFORTS[effort]
    while True:
        found = told | {"effort": effort, "value": value}
        set_effort(index, found)
        found["recall"] = recall(index, queries, exact)
        if found["recall"] >= RECALL or value >= most:
            return found
        value = min(2 * value, most)


def recall(index: Any, queries: Floats, exact: NDArray[np.int64]) -> float:
    """Share of the truly nearest rows `exact` (Q, k) that the index finds among its k."""
    rows = index.search(np.ascontiguousarray(queries, np.float32), exact.shape[1])[1]
    return float((exact[:, :, None] == rows[:, None, :]).any(axis=2).mean())


def _lists(index: Any) -> int:
    return int(faiss.extract_index_ivf(index).nlist)
