"""OPTICS for many small sets of points on a plane: the ordering by arrays, the clusters by scikit-learn.

scikit-learn's own ordering asks a tree for the neighbours of one point after another, some 0.2 ms each; here a step is
four operations on arrays. Labels are the same. Sets too large for that are clustered by a sample.
Source: Ankerst et al., OPTICS, SIGMOD 1999; the xi method of section 4.3.
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.cluster import cluster_optics_xi

NOISE = -1
SAMPLE = 6000  # points that are ordered at most; more follow the nearest of them


def clusters(points: NDArray[np.float64], min_samples: int, xi: float) -> NDArray[np.int64]:
    """The cluster of each of the points (N, 2) on a plane -> (N,), 0 …, or −1 for noise."""
    if len(points) > SAMPLE:
        picked = np.unique(np.linspace(0, len(points) - 1, SAMPLE).astype(np.int64))
        fewer = max(2, round(min_samples * len(picked) / len(points)))
        found = clusters(points[picked], fewer, xi)
        followed: NDArray[np.int64] = found[cKDTree(points[picked]).query(points)[1]]
        return followed
    if len(points) < max(2, min_samples) or (points == points[0]).all():
        return np.zeros(len(points), np.int64)
    reachability, predecessor, ordering = _order(points, min_samples)
    # Places that share one spot have reachability 0, and the first of all infinite: answers, not warnings.
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        labels, _ = cluster_optics_xi(
            reachability=reachability, predecessor=predecessor, ordering=ordering, min_samples=min_samples, xi=xi
        )
    return np.asarray(labels, np.int64)


def _order(
    points: NDArray[np.float64], min_samples: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Reachability, predecessor and order of the points."""
    size = len(points)
    core = cKDTree(points).query(points, k=[min_samples])[0][:, 0]
    core = np.round(core, 15)
    reach = np.full(size, np.inf)
    open_reach = np.full(size, np.inf)  # the same, but for points that are done: never the least
    before = np.full(size, -1, np.int64)
    order = np.empty(size, np.int64)
    done = np.zeros(size, bool)
    x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    for step in range(size):
        here = int(open_reach.argmin())
        if done[here]:  # all that is left is infinitely far
            here = int(np.flatnonzero(~done)[0])
        order[step] = here
        done[here] = True
        open_reach[here] = np.inf
        away = np.maximum(np.round(np.hypot(x - x[here], y - y[here]), 15), core[here])
        better = (away < reach) & ~done
        reach[better] = away[better]
        open_reach[better] = away[better]
        before[better] = here
    return reach, before, order
