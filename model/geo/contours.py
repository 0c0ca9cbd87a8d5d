"""Lines on a grid of cells, as (lng, lat) in degrees: where a value crosses a level, and where two classes meet.

Marching squares by array operations; knows no country and no land. Row 0 lies at 90° N, column 0 at 180° W, and shapes
end at the antimeridian.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from model.geo.distance import Floats

# Which edges (0 top, 1 right, 2 bottom, 3 left) a contour joins, for each pattern of corners above the level
# (1 top left, 2 top right, 4 bottom right, 8 bottom left); saddles keep the high corners apart.
_SEGMENTS = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 5: ((3, 0), (1, 2)), 6: ((0, 2),), 7: ((3, 2),),
    8: ((2, 3),), 9: ((2, 0),), 10: ((0, 1), (2, 3)), 11: ((2, 1),), 12: ((1, 3),), 13: ((1, 0),), 14: ((0, 3),),
}  # fmt: skip


def contour_rings(values: NDArray[np.floating], level: float, cells_per_degree: int) -> list[Floats]:
    """Closed rings [(P, 2) of (lng, lat), …] around the cells of `values` (H, W) above `level`."""
    # A border of low cells closes every ring at the poles and the antimeridian.
    padded = np.pad(np.asarray(values, np.float64), 1, constant_values=0.0)
    corners = padded[:-1, :-1], padded[:-1, 1:], padded[1:, 1:], padded[1:, :-1]
    above = np.stack([corner > level for corner in corners])
    pattern = np.tensordot(np.array([1, 2, 4, 8], np.int16), above.astype(np.int16), axes=1)
    starts, ends = [], []
    for code, joins in _SEGMENTS.items():
        rows, cols = np.nonzero(pattern == code)
        around = [corner[rows, cols] for corner in corners]
        for first, last in joins:
            starts.append(_crossing(first, rows, cols, around, level))
            ends.append(_crossing(last, rows, cols, around, level))
    segments = np.stack([np.concatenate(starts), np.concatenate(ends)], axis=1)  # (S, 2, 2) of (col, row)
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(list(np.round(segments, 6)))))
    height, width = values.shape
    rings = []
    for line in merged:
        points = np.asarray(line.coords)
        if len(points) > 3 and (points[0] == points[-1]).all():
            lng = np.clip(points[:, 0] - 0.5, 0, width) / cells_per_degree - 180.0
            lat = 90.0 - np.clip(points[:, 1] - 0.5, 0, height) / cells_per_degree
            rings.append(np.stack([lng, lat], axis=-1))
    return rings


def lines_between(classes: NDArray[np.integer], cells_per_degree: int) -> list[Floats]:
    """Cell edges [(2, 2) of (lng, lat), …] between neighbours of different classes (H, W), 0 (the sea) left out."""
    segments = []
    rows, cols = np.nonzero((classes[:, 1:] != classes[:, :-1]) & (classes[:, 1:] > 0) & (classes[:, :-1] > 0))
    segments.append(np.stack([cols + 1, rows, cols + 1, rows + 1], axis=-1))
    rows, cols = np.nonzero((classes[1:] != classes[:-1]) & (classes[1:] > 0) & (classes[:-1] > 0))
    segments.append(np.stack([cols, rows + 1, cols + 1, rows + 1], axis=-1))
    edges = np.concatenate(segments).reshape(-1, 2, 2).astype(np.float64) / cells_per_degree
    return list(np.stack([edges[..., 0] - 180.0, 90.0 - edges[..., 1]], axis=-1))


def _crossing(
    edge: int, rows: NDArray[np.int64], cols: NDArray[np.int64], around: list[Floats], level: float
) -> Floats:
    """Where the level is crossed on an edge, as (col, row) (S, 2) in the padded grid's cell centres."""
    a, b = ((0, 1), (1, 2), (3, 2), (0, 3))[edge]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = np.nan_to_num((level - around[a]) / (around[b] - around[a]), nan=0.5)
    along = np.clip(along, 0.001, 0.999)  # never at a corner: where four segments meet, no ring can be followed through
    if edge in (0, 2):
        return np.stack([cols + along, rows + (edge == 2)], axis=-1)
    return np.stack([cols + float(edge == 1), rows + along], axis=-1)
