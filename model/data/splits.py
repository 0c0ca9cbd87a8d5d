"""Who is trained on and who is measured: splits that keep neighbours, sequences and photographers on one side.

A draw is a hash of the cell's or the group's name and the seed: it depends neither on the order nor on the number of
the rows, so a table that grows keeps the splits it has.
"""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CELL_DEG = 0.5  # side of the cells that are kept whole within a split
COLUMNS = 1024  # more than there are cells around the Earth
LARGEST = 0.01  # of all rows: a group above it stays in the training, or a split would be one person's photographs


def split_by_cell(frame: pd.DataFrame, validation: float, test: float, seed: int) -> NDArray[np.object_]:
    """A split for each row (N,) by its lat and lng in degrees, the same for all rows of a half-degree cell.

    `validation` and `test` are shares of the cells; the rest is for training.
    """
    cells = np.floor(frame[["lat", "lng"]].to_numpy(np.float64) / CELL_DEG).astype(np.int64)
    unique, inverse = np.unique(cells[:, 0] * COLUMNS + cells[:, 1], return_inverse=True)
    rows, columns = np.divmod(unique + COLUMNS // 2, COLUMNS)  # cells are counted from the equator and from Greenwich
    draws = np.array([
        int.from_bytes(hashlib.sha256(f"{seed}:{lat}:{lng}".encode()).digest()[:8], "big") / 2**64
        for lat, lng in zip(rows, columns - COLUMNS // 2, strict=True)
    ])  # fmt: skip
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

    The draw is by the smallest id of the group, so it does not depend on the order of the rows.
    """
    groups = groups_of(frame)
    table = pd.DataFrame({"group": groups, "id": frame["id"].to_numpy()})
    told = table.groupby("group")["id"].agg(["min", "size"])
    draws = np.array([
        int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "big") / 2**64 for name in told["min"]
    ])  # fmt: skip
    draws[(told["size"] > max(1.0, LARGEST * len(frame))).to_numpy()] = 1.0
    names = np.where(draws < test, "test", np.where(draws < test + validation, "validation", "train")).astype(object)
    splits: NDArray[np.object_] = names[told.index.get_indexer(pd.Index(groups))]
    return splits
