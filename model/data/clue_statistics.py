"""What training places say of each number of a clue: how often it is seen, its spread, and how much it tells of where.

Numbers are added a slice of places at a time, so that millions of places need no more memory than thousands.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

CELL_DEG = 5.0  # places of one cell are taken for the same somewhere
CLOSE = 0.02  # shares are written with few digits; they sum to one within this


class Statistics:
    """Count, mean and deviation of each column, and its sums over cells of the Earth."""

    def __init__(self, groups: Sequence[Sequence[int]], points: NDArray[np.float64]):
        """Groups are the columns of each clue, points (N, 2) the training places in degrees."""
        self.groups, self.n_places = groups, len(points)
        n_columns = 1 + max(max(group) for group in groups)
        row = np.floor((points[:, 0] + 90.0) / CELL_DEG)
        wide = np.maximum(1.0, np.round(360.0 / CELL_DEG * np.cos(np.deg2rad((row + 0.5) * CELL_DEG - 90.0))))
        column = np.floor((points[:, 1] + 180.0) / 360.0 * wide)
        _, self.cell = np.unique(row * 1000.0 + column, return_inverse=True)
        self.n_cells = int(self.cell.max(initial=-1)) + 1
        self.cell_count = np.zeros((self.n_cells, n_columns))
        self.cell_sum = np.zeros((self.n_cells, n_columns))
        self.squares = np.zeros(n_columns)
        self.is_flag = np.ones(n_columns, bool)
        self.sums_to_one = np.array([len(group) > 1 for group in groups], bool)

    def add(self, rows: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        """Some training places: which ones (n,) and their numbers (n, columns), NaN where not seen."""
        if not len(rows):
            return
        known = np.isfinite(values)
        clean = np.where(known, values, 0.0).astype(np.float64)
        where = sparse.csr_matrix(
            (np.ones(len(rows)), (self.cell[rows], np.arange(len(rows)))), shape=(self.n_cells, len(rows))
        )
        self.cell_count += where @ known.astype(np.float64)
        self.cell_sum += where @ clean
        self.squares += np.square(clean).sum(axis=0)
        self.is_flag &= ((clean == 0.0) | (clean == 1.0)).all(axis=0)
        for number, group in enumerate(self.groups):
            if self.sums_to_one[number]:
                columns = list(group)
                seen = known[:, columns]
                whole = seen.all(axis=1)
                sums = clean[:, columns].sum(axis=1)
                fits = (np.abs(sums - 1.0) < CLOSE)[whole].all() and (clean[:, columns] >= 0.0).all()
                self.sums_to_one[number] = bool(fits and (whole == seen.any(axis=1)).all())

    @property
    def count(self) -> NDArray[np.float64]:
        """How many training places show each column."""
        count: NDArray[np.float64] = self.cell_count.sum(axis=0)
        return count

    @property
    def mean(self) -> NDArray[np.float64]:
        """Of those that show it."""
        mean: NDArray[np.float64] = self.cell_sum.sum(axis=0) / np.maximum(self.count, 1.0)
        return mean

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Standard deviation of those that show it."""
        variance = self.squares / np.maximum(self.count, 1.0) - np.square(self.mean)
        deviation: NDArray[np.float64] = np.sqrt(np.maximum(variance, 0.0))
        return deviation


def told_by_position(statistics: Statistics) -> NDArray[np.float64]:
    """The share of each column's variance that its cell of the Earth explains, 0 … 1.

    It is epsilon squared (Kelley 1935): the correlation ratio without what chance alone would give, 1 − (1 − η²)·(n −
    1)/(n − cells). A clue that it calls 0, like the height of the sun at a random hour, says nothing of the place.
    """
    count, total = statistics.count, np.square(statistics.deviation) * statistics.count
    means = statistics.cell_sum / np.maximum(statistics.cell_count, 1.0)
    between = (statistics.cell_count * np.square(means - statistics.mean)).sum(axis=0)
    cells = (statistics.cell_count > 0).sum(axis=0)
    eta2 = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    free = np.maximum(count - cells, 1.0)
    told = 1.0 - (1.0 - eta2) * np.maximum(count - 1.0, 0.0) / free
    clipped: NDArray[np.float64] = np.clip(told, 0.0, 1.0)
    return clipped
