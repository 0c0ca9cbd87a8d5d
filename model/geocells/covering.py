"""Which polygon covers a point, or lies nearest to it: quick for a million points. Knows no cell and no region.

A point on a shared border belongs to the lowest of its polygons. A point in none (at sea) belongs to the polygon with
the nearest corner, borders cut into steps of a twentieth of a degree first, measured on the sphere: so 180° east and
180° west are one meridian, and the poles are places like others.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.geo.distance import Floats, to_unit

STEP_DEG = 0.05
MANY = 20_000  # points worth a second thread
AT_ONCE = 250_000  # points in the air at a time: some 100 MB


class Cover:
    """An index over polygons (R,) in (lng, lat) degrees; finding changes nothing in it."""

    def __init__(self, polygons: Sequence[Any] | NDArray[np.object_]) -> None:
        """Take the polygons apart: islands far from each other would make large boxes."""
        self._parts, self._owner = shapely.get_parts(np.asarray(polygons, object), return_index=True)
        shapely.prepare(self._parts)

    @cached_property
    def _boxes(self) -> shapely.STRtree:
        return shapely.STRtree(self._parts)

    @cached_property
    def _corners(self) -> tuple[cKDTree, NDArray[np.int64]]:
        step = shapely.segmentize(self._parts, STEP_DEG)
        spots, part = shapely.get_coordinates(step, return_index=True)
        # A corner of several polygons is the lowest one's, like the border it lies on.
        order = np.lexsort((self._owner[part], spots[:, 0], spots[:, 1]))
        spots, owner = spots[order], self._owner[part][order]
        first = np.append(True, (spots[1:] != spots[:-1]).any(axis=1))
        return cKDTree(to_unit(spots[first][:, ::-1]), balanced_tree=False), owner[first]

    def covering(self, points: Floats) -> NDArray[np.int64]:
        """The polygon that covers each of the points (N, 2) -> (N,), -1 where none does."""
        found = np.full(len(points), -1, np.int64)
        for start in range(0, len(points), AT_ONCE):
            some = shapely.points(points[start : start + AT_ONCE, ::-1])
            if len(some) < len(self._parts):
                which, part = self._boxes.query(some, predicate="intersects")
            else:  # prepared polygons ask a tree of points: corners are counted once, not once a point
                part, which = shapely.STRtree(some).query(self._parts, predicate="intersects")
            owner = self._owner[part]
            order = np.argsort(-owner, kind="stable")  # the last assignment wins
            found[start + which[order]] = owner[order]
        return found

    def find(self, points: Floats) -> NDArray[np.int64]:
        """The polygon of each of the points (N, 2) -> (N,): the covering one, else the nearest."""
        found = self.covering(points)
        lost = np.flatnonzero(found < 0)
        if len(lost):
            tree, owner = self._corners
            found[lost] = owner[tree.query(to_unit(points[lost]), workers=-1 if len(lost) > MANY else 1)[1]]
        return found
