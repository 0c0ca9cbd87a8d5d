"""Location clusters inside each geocell: OPTICS on great-circle distance. Knows no embedding.

Source: PIGEON (arXiv 2307.05845), section 3.4. Places that OPTICS calls noise stay known: each is a cluster of its own.

The order and the reachability of points (Ankerst et al., OPTICS, 1999) are found here, since scikit-learn spends
nearly a millisecond on every point, which is a quarter of an hour for a million; where clusters begin and end in that
order is scikit-learn's to say.
"""

import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.cluster import cluster_optics_xi

from model.geo.distance import check_points, to_unit
from model.processes import spread

PIECE = 20_000  # places that a process clusters at a time
WORTH_PROCESSES = 100_000  # places: fewer are done before other processes have begun
DIGITS = 15  # reachabilities that differ less are the same, as in scikit-learn


def location_clusters(points: NDArray[np.float64], min_samples: int, xi: float) -> NDArray[np.int64]:
    """The cluster of each of the `points` (N, 2) of one cell -> (N,), 0 … P−1, every point in exactly one."""
    checked = check_points(points)
    if len(checked) < max(2, min_samples):
        return np.arange(len(checked))
    if (checked == checked[0]).all():  # xi compares by dividing
        return np.zeros(len(checked), np.int64)
    order, reachability, before = reach(to_unit(checked), min_samples)
    # Places that share one spot have reachability 0, and lone ones infinite: both are answers here, not warnings.
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found, _ = cluster_optics_xi(
            reachability=reachability, predecessor=before, ordering=order, min_samples=min_samples, xi=xi
        )
    labels = np.asarray(found, np.int64).copy()
    noise = labels < 0
    labels[noise] = labels.max(initial=-1) + 1 + np.arange(noise.sum())
    return labels


def reach(
    units: NDArray[np.float64], min_samples: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """OPTICS without a furthest distance, of points on the sphere (N, 3), N at least `min_samples` and 2.

    Returns:
        The order in which points are reached (N,); by point, the angle in radians at which it is (the first: infinite)
        and the point it is reached from (the first: -1).
    """
    n = len(units)
    chords = cKDTree(units).query(units, k=min_samples)[0].reshape(n, min_samples)[:, -1]
    core = np.round(2.0 * np.arcsin(np.minimum(1.0, chords / 2.0)), DIGITS)
    waiting = np.full(n, np.inf)  # reachability of those not reached yet; infinite once they are
    reachability, before = np.full(n, np.inf), np.full(n, -1)
    order = np.empty(n, np.int64)
    x, y, z = np.ascontiguousarray(units.T)
    for step in range(n):
        point = int(waiting.argmin()) if step else 0
        order[step] = point
        here = x[point], y[point], z[point]
        waiting[point], x[point] = np.inf, np.nan  # reached: nothing that compares with it is true any more
        away = np.sqrt((x - here[0]) ** 2 + (y - here[1]) ** 2 + (z - here[2]) ** 2)
        angle = np.round(np.maximum(2.0 * np.arcsin(np.minimum(1.0, away / 2.0)), core[point]), DIGITS)
        nearer = np.flatnonzero(angle < waiting)
        waiting[nearer] = reachability[nearer] = angle[nearer]
        before[nearer] = point
    return order, reachability, before


class _Piece(NamedTuple):
    """Some cells' places, one cell after the other."""

    begin: int
    points: NDArray[np.float64]  # (n, 2)
    sizes: list[int]  # of the cells
    min_samples: int
    xi: float


def clusters_by_cell(
    points: NDArray[np.float64], cells: NDArray[np.int64], min_samples: int, xi: float, workers: int = 1,
    told: Callable[[int], object] = lambda places: None,
) -> NDArray[np.int64]:  # fmt: skip
    """Location clusters of many cells, in so many processes (0: one for each core).

    Args:
        points: (N, 2) degrees.
        cells: (N,) cell of each.
        min_samples: of OPTICS.
        xi: of OPTICS.
        workers: processes; few places need one.
        told: hears how many more places are done.

    Returns:
        (N,) the cluster of each, counted from 0 in every cell.
    """
    order = np.argsort(cells, kind="stable")
    begins = np.flatnonzero(np.diff(cells[order], prepend=-1))  # of each cell's places in that order
    sizes = np.diff(begins, append=len(order))
    pieces = []
    for group in np.split(np.arange(len(begins)), np.flatnonzero(np.diff(begins // PIECE)) + 1):
        if len(group):
            begin, end = int(begins[group[0]]), int(begins[group[-1]] + sizes[group[-1]])
            pieces.append(_Piece(begin, points[order[begin:end]], sizes[group].tolist(), min_samples, xi))
    labels = np.empty(len(order), np.int64)

    def keep(done: tuple[int, NDArray[np.int64]]) -> None:
        begin, found = done
        labels[order[begin : begin + len(found)]] = found
        told(len(found))

    spread(_cluster, pieces, workers if len(order) >= WORTH_PROCESSES else 1, keep)
    return labels


def _cluster(piece: _Piece) -> tuple[int, NDArray[np.int64]]:
    parts = np.split(piece.points, np.cumsum(piece.sizes)[:-1])
    return piece.begin, np.concatenate([location_clusters(part, piece.min_samples, piece.xi) for part in parts])
