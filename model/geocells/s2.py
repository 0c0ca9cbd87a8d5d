"""S2 cells: quadrilaterals of Google's S2 grid, split where there are many points, joined where there are few.

A cell of the coarsest level is split into its four children while it holds more than the maximum, down to the finest
level. A cell that is left with fewer than the minimum joins its smaller neighbour along the Hilbert curve, within one
cell of the coarsest level. Cells without a point are left out. Knows no borders.
Source: PlaNet (arXiv 1602.05314), section 3.1, which throws away the places of small cells instead.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import s2sphere
import shapely
from numpy.typing import NDArray

from model.errors import ConfigError
from model.geo.distance import Floats, from_unit
from model.geocells.covering import Cover
from model.geocells.kmeans import spherical_polygon
from model.geocells.procedure import Partition

LEAF_LEVEL = 30
BESIDE_POLE = 1e-6  # how far from a pole a corner is drawn: there it has no longitude
PRECISION_DEG = 1e-6

Ids = NDArray[np.uint64]


@dataclass(frozen=True)
class S2Settings:
    """Points a cell, and the coarsest and finest level (0: six on Earth; 13: about a kilometre; 30: a centimetre)."""

    min_points: int = 30
    max_points: int = 60
    min_level: int = 2
    max_level: int = 13

    def __post_init__(self) -> None:
        if not 0 <= self.min_points <= self.max_points or self.max_points < 1:
            raise ConfigError(f"--min-points must not be above --max-points, found {self.min_points} and "
                              f"{self.max_points}.")  # fmt: skip
        if not 0 <= self.min_level <= self.max_level <= LEAF_LEVEL:
            raise ConfigError(f"the levels of S2 run from 0 to {LEAF_LEVEL}, the coarsest first, found "
                              f"{self.min_level} to {self.max_level}.")  # fmt: skip


def partition(points: Floats, settings: S2Settings) -> Partition:
    """Cells of `points` (N, 2)."""
    return nested(points, [settings])[0][0]


def nested(points: Floats, levels: Sequence[S2Settings]) -> tuple[list[Partition], list[NDArray[np.int64]]]:
    """Partitions of `points` (N, 2), the coarsest first, each within the cells of the one before.

    Args:
        points: degrees.
        levels: settings with the same S2 levels, `max_points` and `min_points` never rising.

    Returns:
        The partitions, and for each but the last the cell (J,) that holds each of the J cells of the last.

    Raises:
        ConfigError: settings that do not nest.
    """
    for coarse, fine in pairwise(levels):
        if (coarse.min_level, coarse.max_level) != (fine.min_level, fine.max_level) or (
            fine.max_points > coarse.max_points or fine.min_points > coarse.min_points
        ):
            raise ConfigError(f"nested cells need the same S2 levels and numbers of points that never rise from the "
                              f"coarsest to the finest, found {coarse} above {fine}.")  # fmt: skip
    leaves = np.sort(leaf_ids(points))
    within: Callable[[int], int] = lambda cell: _parent(cell, levels[0].min_level)  # noqa: E731
    drawn_levels, holders = [], []
    shapes = cache(_polygon)  # levels share most of the cells of sparse country
    for settings in levels:
        cells = _split(leaves, settings)
        runs = _join([_count(leaves, cell) for cell in cells], [within(cell) for cell in cells], settings.min_points)
        within = _run_of(cells, runs)
        drawn_levels.append([shapely.union_all([shapes(cell) for cell in cells[start:stop]]) for start, stop in runs])
        holders.append(within)
        firsts = [cells[start] for start, _ in runs]  # of the last level, once the loop has ended
    used, labels = np.unique(Cover(drawn_levels[-1]).find(points), return_inverse=True)
    partitions, parents = [], []
    for drawn, holder in zip(drawn_levels[:-1], holders[:-1], strict=True):
        kept, parent = np.unique([holder(firsts[run]) for run in used.tolist()], return_inverse=True)
        parents.append(parent.astype(np.int64))
        partitions.append(Partition(parent[labels].astype(np.int64), [drawn[run] for run in kept], "polygon"))
    finest = Partition(labels.astype(np.int64), [drawn_levels[-1][run] for run in used], "polygon")
    return [*partitions, finest], parents


def _run_of(cells: list[int], runs: list[tuple[int, int]]) -> Callable[[int], int]:
    """Which run of cells, in the order of the curve, holds a cell that lies in one of them."""
    ends = np.array([cells[stop - 1] + (cells[stop - 1] & -cells[stop - 1]) - 1 for _, stop in runs], np.uint64)
    return lambda cell: int(np.searchsorted(ends, np.uint64(cell)))


def leaf_ids(points: Floats) -> Ids:
    """The leaf cell of each of the points (N, 2) -> (N,); a spot that comes twice is looked up once."""
    unique, where = np.unique(points, axis=0, return_inverse=True)
    ids = [s2sphere.CellId.from_lat_lng(s2sphere.LatLng.from_degrees(lat, lng)).id() for lat, lng in unique.tolist()]
    return np.array(ids, np.uint64)[where]


def _split(leaves: Ids, settings: S2Settings) -> list[int]:
    """The cells that hold points, in the order of the curve, none above the maximum but on the finest level."""
    waiting = sorted({_parent(int(leaf), settings.min_level) for leaf in leaves.tolist()}, reverse=True)
    kept = []
    while waiting:
        cell = waiting.pop()
        count = _count(leaves, cell)
        if count > settings.max_points and s2sphere.CellId(cell).level() < settings.max_level:
            waiting += [child.id() for child in reversed(list(s2sphere.CellId(cell).children()))]
        elif count:
            kept.append(cell)
    return kept


def _join(counts: list[int], parents: list[int], minimum: int) -> list[tuple[int, int]]:
    """Runs (start, stop) of neighbours along the curve, joined while one is below the minimum and not alone."""
    size = list(counts)
    before, after = [number - 1 for number in range(len(counts))], [number + 1 for number in range(len(counts))]
    stop = [number + 1 for number in range(len(counts))]
    alive = [True] * len(counts)
    waiting = [(count, number) for number, count in enumerate(counts)]
    heapq.heapify(waiting)
    while waiting:
        count, number = heapq.heappop(waiting)
        if not alive[number] or count != size[number]:
            continue
        if count >= minimum:
            break
        near = [other for other in (before[number], after[number])
                if 0 <= other < len(counts) and parents[other] == parents[number]]  # fmt: skip
        if not near:
            continue
        target = min(near, key=lambda other: (size[other], other))
        first, second = min(number, target), max(number, target)
        size[first] += size[second]
        alive[second], stop[first], after[first] = False, stop[second], after[second]
        if after[second] < len(counts):
            before[after[second]] = first
        heapq.heappush(waiting, (size[first], first))
    return [(number, stop[number]) for number in range(len(counts)) if alive[number]]


def _count(leaves: Ids, cell: int) -> int:
    """How many of the sorted leaves lie in a cell: its descendants are one stretch of the curve."""
    low = (cell & -cell) - 1
    start, stop = np.searchsorted(leaves, np.array([cell - low, cell + low], np.uint64), side="left")
    return int(stop - start) + int(stop < len(leaves) and int(leaves[stop]) == cell + low)


def _parent(cell: int, level: int) -> int:
    return int(s2sphere.CellId(cell).parent(level).id())


def _polygon(cell: int) -> shapely.Geometry:
    """A cell in (lng, lat), its edges great circles."""
    square = s2sphere.Cell(s2sphere.CellId(cell))
    corners = np.array([_vector(square.get_vertex(corner)) for corner in range(4)])
    ring = []
    for number, corner in enumerate(corners):
        if abs(corner[2]) < 1.0 - 1e-12:
            ring.append(corner)
            continue
        for neighbour in (corners[number - 1], corners[(number + 1) % 4]):
            ring.append((1.0 - BESIDE_POLE) * corner + BESIDE_POLE * neighbour)
    middle = np.array(_vector(square.get_center()))
    vectors = np.array(ring) / np.linalg.norm(ring, axis=1, keepdims=True)
    return spherical_polygon(vectors, from_unit(middle), simplify_deg=0.0, precision_deg=PRECISION_DEG)


def _vector(point: s2sphere.Point) -> list[float]:
    return [float(point[axis]) for axis in range(3)]
