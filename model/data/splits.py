"""Who is trained on and who is measured: splits that keep neighbours, sequences and photographers on one side.

A draw is a hash of a name and the seed: of a cell, or of an author or sequence. It depends neither on the order nor on
the number of the rows, so a table that grows keeps the splits of its cells. Those of groups stay as long as no new row
joins two groups, and none crosses a limit of size, which counts in shares of all rows.
"""

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import ManifestError

CELL_DEG = 0.5  # side of the cells that are kept whole within a split
COLUMNS = 1024  # more than there are cells around the Earth
LARGEST = 0.01  # of all rows: a group above it stays in the training, or a split would be one person's photographs
Groups = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]  # of each row, then a draw and a size of each


def split_by_cell(frame: pd.DataFrame, validation: float, test: float, seed: int) -> NDArray[np.object_]:
    """A split for each row (N,) by its lat and lng in degrees, the same for all rows of a half-degree cell.

    `validation` and `test` are shares of the cells; the rest is for training.
    """
    cells = np.floor(frame[["lat", "lng"]].to_numpy(np.float64) / CELL_DEG).astype(np.int64)
    unique, inverse = np.unique(cells[:, 0] * COLUMNS + cells[:, 1], return_inverse=True)
    rows, columns = np.divmod(unique + COLUMNS // 2, COLUMNS)  # cells are counted from the equator and from Greenwich
    draws = _draws([f"{lat}:{lng}" for lat, lng in zip(rows, columns - COLUMNS // 2, strict=True)], seed)
    names = np.where(draws < test, "test", np.where(draws < test + validation, "validation", "train"))
    splits: NDArray[np.object_] = names.astype(object)[inverse.reshape(-1)]
    return splits


def groups_of(frame: pd.DataFrame) -> NDArray[np.int64]:
    """A number for each row (N,), the same for all that share a sequence or an author, however many steps apart.

    A row that has neither is a group of its own.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n, rows, nodes, first = len(frame), [], [], len(frame)
    for column in ("sequence", "author"):
        if column not in frame:
            continue
        codes, names = pd.factorize(frame[column].where(frame[column] != ""))
        known = np.flatnonzero(codes >= 0)
        rows.append(known)
        nodes.append(codes[known] + first)
        first += len(names)
    if not rows:
        return np.arange(n)
    ends, others = np.concatenate(rows), np.concatenate(nodes)
    graph = coo_matrix((np.ones(len(ends), np.int8), (ends, others)), shape=(first, first))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels[:n], np.int64)


def split_by_group(frame: pd.DataFrame, validation: float, test: float, seed: int) -> NDArray[np.object_]:
    """A split for each row (N,), the same for all rows of a group; groups above 1 % of all rows are for training.

    Where that leaves a split empty, because there are few groups, a group may be as large as the split is wanted to be;
    where that is not enough either, sequences alone stay whole, and an author may stand on both sides. The last resort
    is the group with the lowest draw.

    Raises:
        ManifestError: no group is small enough for a split that is wanted.
    """
    shares = {split: share for split, share in (("test", test), ("validation", validation)) if share > 0}
    largest = min(shares.values(), default=LARGEST)
    ways = [_groups(frame, ("author", "sequence"), seed), _groups(_by_sequence(frame), ("sequence",), seed)]
    for groups in ways:
        for limit in (LARGEST, largest):
            names = _drawn(groups, limit, validation, test)
            if set(shares) <= set(names):
                return np.asarray(names[groups[0]], object)
    for groups in ways:
        names = _filled(groups, _drawn(groups, largest, validation, test), list(shares), largest)
        if set(shares) <= set(names):
            return np.asarray(names[groups[0]], object)
    sizes = ways[-1][2]
    raise ManifestError(
        f"the {len(frame):,} places without a split are of {len(sizes):,} sequences or authors, the smallest of them "
        f"with {sizes.min() / len(frame):.1%} of the places; whole ones cannot make a {' and a '.join(shares)} of "
        f"{largest:.1%}. Ask for larger shares by --validation and --test, or for none with 0."
    )


def _by_sequence(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the author for a sequence where a row has none: it may be a step of any of that author's."""
    empty = pd.Series("", frame.index)
    sequence, author = (frame[name].fillna("") if name in frame else empty for name in ("sequence", "author"))
    named = sequence.astype("str").where(sequence != "", author.astype("str"))
    return frame[["id"]].assign(sequence=named)


def _groups(frame: pd.DataFrame, names: tuple[str, ...], seed: int) -> Groups:
    """The group of each row (N,), 0 … G − 1; a draw in [0, 1) for each, by the first of its `names`; its rows (G,)."""
    _, group = np.unique(groups_of(frame), return_inverse=True)
    called: pd.Series[Any] = pd.Series(np.nan, range(int(group.max()) + 1), dtype="object")
    for column in (*names, "id"):
        if column in frame:
            known = frame[column].where(frame[column] != "").dropna().astype("str")
            called = called.combine_first(known.groupby(group[frame.index.get_indexer(known.index)]).min())
    return group, _draws(called.tolist(), seed), np.bincount(group)


def _draws(names: list[str], seed: int) -> NDArray[np.float64]:
    return np.array([
        int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "big") / 2**64 for name in names
    ])  # fmt: skip


def _drawn(groups: Groups, limit: float, validation: float, test: float) -> NDArray[np.object_]:
    """The split of each group (G,); those above `limit` of all rows are for training."""
    rows, draws, sizes = groups
    small = sizes <= max(1.0, limit * len(rows))
    names = np.where(draws < test, "test", np.where(draws < test + validation, "validation", "train"))
    return np.asarray(np.where(small, names, "train"), object)


def _filled(groups: Groups, names: NDArray[np.object_], wanted: list[str], limit: float) -> NDArray[np.object_]:
    """The splits of the groups (G,), with one small group for each that is still empty, and something to train on."""
    rows, draws, sizes = groups
    names = names.copy()
    for split in wanted:
        free = np.flatnonzero((names == "train") & (sizes <= max(1.0, limit * len(rows))))
        if split not in names and len(free) and (names == "train").sum() > 1:
            names[free[draws[free].argmin()]] = split
    return names
