"""Vectors in a faiss index, asked among some of its rows only: the rows of one cell, or of one cluster. Knows no cells.

Members and prototypes are sorted, so a cell is a range of rows. All ranges of all queries are one call of faiss, each
query with its own row numbers; distances are taken number by number, so that a query gets the same answer alone and
among thousands. Vectors that lie in memory as they are (Flat, HNSW over Flat) are not copied; coded ones (SQ8, inverted
files) are decoded a range at a time, within BUDGET bytes, however many ranges are asked for.
"""

from collections.abc import Iterator
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
BUDGET = 64 << 20  # bytes of queries, row numbers and decoded vectors that are in memory at once


def nearest_in_ranges(
    index: Any, vectors: Floats, which: Rows, first: Rows, last: Rows, count: int
) -> tuple[Floats, Rows]:
    """The `count` nearest rows of each range, nearest first.

    Args:
        index: a faiss index of (M, d) vectors that can give them back.
        vectors: (N, d) queries.
        which: (Q,) the query of each range.
        first: (Q,) its first row.
        last: (Q,) the row behind its last; ranges that begin alike end alike.
        count: how many.

    Returns:
        Euclidean distances and rows, (Q, count); infinity and -1 where a range has fewer rows.
    """
    squared = np.full((len(which), count), np.inf, np.float32)
    rows = np.full((len(which), count), -1, np.int64)
    stored = _as_they_lie(index)
    for chunk in _chunks(first, last, index.d, decoded=stored is None):
        begins, sizes = first[chunk], (last - first)[chunk]
        base = stored
        if base is None:
            distinct, position, place = np.unique(begins, return_index=True, return_inverse=True)
            lengths = sizes[position]
            begins = (np.cumsum(lengths) - lengths)[place]  # where each range begins among those decoded
            base = _decoded(index, distinct, lengths)
        steps = np.arange(sizes.max())
        subset = np.where(steps < sizes[:, None], begins[:, None] + steps, -1)  # (q, longest)
        squared[chunk], found = _search(base, vectors[which[chunk]], subset, count)
        rows[chunk] = np.where(found >= 0, found - begins[:, None] + first[chunk][:, None], -1)
    squared[rows < 0] = np.inf
    return np.sqrt(np.maximum(squared, 0.0)), rows


def _search(stored: Floats, queries: Floats, subset: Rows, count: int) -> tuple[Floats, Rows]:
    """The nearest of the rows `subset` (q, n), -1 behind each one's last, to each of `queries` (q, d)."""
    queries, subset = np.ascontiguousarray(queries, np.float32), np.ascontiguousarray(subset, np.int64)
    squared, found = np.empty((len(queries), count), np.float32), np.empty((len(queries), count), np.int64)
    q, n = subset.shape
    pointers = [faiss.swig_ptr(array) for array in (queries, stored, subset, squared, found)]
    # The stride of `subset` is said, since its default of -1 is taken for a stride of -1 (faiss 1.15).
    knn: Any = faiss.knn_L2sqr_by_idx  # type: ignore[attr-defined,unused-ignore]  # a C++ function of its own
    knn(*pointers[:3], queries.shape[1], q, len(stored), n, count, *pointers[3:], n)
    return squared, found


def _as_they_lie(index: Any) -> Floats | None:
    """The vectors (M, d) of an index that keeps them as they are, without a copy; None for one that codes them."""
    flat = faiss.downcast_index(index)
    if isinstance(flat, faiss.IndexHNSWFlat):
        flat = faiss.downcast_index(flat.storage)
    if not isinstance(flat, faiss.IndexFlat) or flat.ntotal == 0:
        return None
    stored: Floats = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d).reshape(flat.ntotal, flat.d)
    return stored


def _chunks(first: Rows, last: Rows, dim: int, decoded: bool) -> Iterator[Rows]:
    """The ranges that have rows, those that begin alike together, in lots that fit in BUDGET (or of one)."""
    sizes = last - first
    asked = np.flatnonzero(sizes > 0)
    asked = asked[np.argsort(first[asked], kind="stable")]
    if len(asked) == 0:
        return
    cost = 8 * dim + 16 * sizes[asked]  # the query twice, its row numbers twice
    if decoded:
        cost = cost + 4 * dim * sizes[asked] * (np.diff(first[asked], prepend=-1) != 0)
    lots = np.cumsum(cost) // BUDGET
    yield from np.split(asked, np.flatnonzero(np.diff(lots)) + 1)


def _decoded(index: Any, begins: Rows, lengths: Rows) -> Floats:
    """The vectors of ranges in rising order, one range after the other; those that touch are decoded in one go."""
    ends = np.cumsum(lengths)
    out = np.empty((ends[-1], index.d), np.float32)
    runs = np.flatnonzero(np.append(True, begins[1:] != (begins + lengths)[:-1]))
    starts = (ends - lengths)[runs]
    for row, start, end in zip(begins[runs].tolist(), starts.tolist(), [*starts[1:].tolist(), len(out)], strict=True):
        index.reconstruct_n(row, end - start, out[start:end])
    return out
