"""Naive geocells, the baseline: rectangles of latitude and longitude, split until small enough. Knows no borders.

Source: PIGEON (arXiv 2307.05845), ablation "− semantic geocells".
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from model.errors import ConfigError
from model.geo.distance import haversine_km
from model.geocells.procedure import Partition

SMALLEST_SIDE_KM = 0.5  # points that share one spot cannot be split for ever


@dataclass(frozen=True)
class NaiveSettings:
    """How many training points a rectangle holds at most."""

    max_points: int = 60

    def __post_init__(self) -> None:
        if self.max_points < 1:
            raise ConfigError(f"--max-points must be 1 or more, found {self.max_points}.")


class _Box(NamedTuple):
    """A point on a border belongs to the first of the boxes it touches: the southern, the western one."""

    south: float
    west: float
    north: float
    east: float

    @property
    def sides_km(self) -> tuple[float, float]:
        """Height, and width along the parallel nearest to the equator, where the rectangle is widest."""
        widest = 0.0 if self.south < 0.0 < self.north else min(abs(self.south), abs(self.north))
        half_width = haversine_km((widest, 0.0), (widest, (self.east - self.west) / 2.0))
        return float(haversine_km((self.south, 0.0), (self.north, 0.0))), 2.0 * float(half_width)

    def halves(self) -> tuple["_Box", "_Box"]:
        """Split at the midpoint of the longer side."""
        height, width = self.sides_km
        if height > width:
            middle = (self.south + self.north) / 2.0
            return self._replace(north=middle), self._replace(south=middle)
        middle = (self.west + self.east) / 2.0
        return self._replace(east=middle), self._replace(west=middle)


def partition(points: NDArray[np.float64], settings: NaiveSettings) -> Partition:
    """Split the Earth until no rectangle holds more than the maximum of `points` (N, 2); empty ones are left out.

    First halves come first in the table, so that the lowest of the rectangles that a point touches is its own.
    """
    labels = np.full(len(points), -1, np.int64)
    boxes: list[_Box] = []
    waiting = [(_Box(-90.0, -180.0, 90.0, 180.0), np.arange(len(points)))]
    while waiting:
        box, rows = waiting.pop()
        if len(rows) == 0:
            continue
        if len(rows) <= settings.max_points or max(box.sides_km) < SMALLEST_SIDE_KM:
            labels[rows] = len(boxes)
            boxes.append(box)
            continue
        first, second = box.halves()
        lat, lng = points[rows, 0], points[rows, 1]
        in_second = lat > second.south if second.south > box.south else lng > second.west
        waiting += [(second, rows[in_second]), (first, rows[~in_second])]
    return Partition(labels, [shapely.box(b.west, b.south, b.east, b.north) for b in boxes], "polygon")
