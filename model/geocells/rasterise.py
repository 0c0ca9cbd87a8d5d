"""Regions of any kind on a regular grid: polygons, and cells of what lies nearest. Knows no score and no file.

A pixel belongs to a region when its middle lies within (of two regions with a common border, to one). Regions that
overlap are both there. A region too small to hold a pixel's middle takes the pixel that its own point lies in, beside
what is there already: else its probability would be lost. Longitudes may run beyond ±180 degrees, as those of a polygon
drawn across the antimeridian do.
"""

import heapq
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.errors import ArtifactError
from model.geo.distance import Floats, check_points, to_unit
from model.geo.rasters import Ints, centres_of, pixels_of
from model.geo.runs import GRID, RegionRaster, RunRaster
from model.geocells.table import Geocells

BLOCK = 30  # pixels on a side of the blocks that are asked first
FINER = 5  # an undecided block is cut into so many, both ways
AT_ONCE = 2_000_000  # crossings of edges and rows in the air at a time, about 100 MB
MARGIN = 1e-9  # of a chord: rounding must not decide a block


def rasterise(regions: Geocells, grid: tuple[int, int] = GRID) -> RegionRaster:
    """The regions of a table on a grid (H, W), by the table's own rule.

    "nearest": every pixel of the Earth has exactly one region. "polygon": a pixel has the regions whose polygons hold
    its middle; one at sea may have none.

    Raises:
        ArtifactError: a polygon that is empty, not finite or wider than the Earth.
    """
    if regions.rule == "nearest":
        runs = nearest_runs(regions.table[["site_lat", "site_lng"]].to_numpy(np.float64), grid)
        return _with_the_small([runs], regions.centroids, len(regions))
    return rasterise_polygons(regions.polygons, regions.centroids, grid)


def rasterise_polygons(
    polygons: NDArray[np.object_], points: Floats | None = None, grid: tuple[int, int] = GRID
) -> RegionRaster:
    """Polygons (J,) in (lng, lat) degrees on a grid (H, W).

    Args:
        polygons: shapely polygons or multipolygons; they may overlap.
        points: (J, 2) degrees, a point of each, which says where a polygon smaller than a pixel goes (default: a point
            within it).
        grid: height and width.

    Raises:
        ArtifactError: a polygon that is empty, not finite or wider than the Earth.
    """
    shapes = np.asarray(polygons, object)
    if points is None:
        _refuse_odd(shapes)
        inner = shapely.point_on_surface(shapes)
        points = np.column_stack([shapely.get_y(inner), shapely.get_x(inner)])
    first, stop, region = polygon_spans(shapes, grid)
    depth = _layers(first, stop)
    layers = [RunRaster.of_spans(grid, first[depth == k], stop[depth == k], region[depth == k])
              for k in range(int(depth.max(initial=0)) + 1)]  # fmt: skip
    return _with_the_small(layers, points, len(shapes))


def polygon_spans(polygons: NDArray[np.object_], grid: tuple[int, int]) -> tuple[Ints, Ints, Ints]:
    """Stretches of rows that the polygons hold: first flat pixel, the one after the last, and the polygon; (M,) each.

    Scan conversion by the even-odd rule: where the middle of a row crosses the edges of a polygon, from the first
    crossing to the second is inside, and so on. Every edge is walked from south to north, so that the two polygons on
    its sides find the very same crossing.
    """
    _refuse_odd(polygons)
    height, width = grid
    low, high, owner = _edges(polygons)
    south, north = low[:, 1], high[:, 1]
    # The first and the last row whose middle lies in [south, north).
    top = np.floor((90.0 - north) * (height / 180.0) - 0.5).astype(np.int64) + 1
    bottom = np.floor((90.0 - south) * (height / 180.0) - 0.5).astype(np.int64)
    top, bottom = np.maximum(top, 0), np.minimum(bottom, height - 1)
    count = np.maximum(bottom - top + 1, 0)
    slope = (high[:, 0] - low[:, 0]) / np.where(north > south, north - south, 1.0)
    found = []
    for some in _blocks(owner, count):
        edge = np.repeat(np.arange(some.start, some.stop), count[some])
        within = np.arange(len(edge)) - np.repeat(np.cumsum(count[some]) - count[some], count[some])
        row = top[edge] + within
        middle = 90.0 - (row + 0.5) * (180.0 / height)
        lng = low[edge, 0] + slope[edge] * (middle - south[edge])
        order = np.lexsort((lng, row, owner[edge]))
        row, who = row[order], owner[edge][order]
        # The first pixel whose middle is not west of the crossing.
        col = np.ceil((lng[order] + 180.0) * (width / 360.0) - 0.5).astype(np.int64)
        found.append(np.stack([row[::2], col[::2], col[1::2], who[::2]]))
    row, left, right, who = np.concatenate(found, axis=1) if found else np.zeros((4, 0), np.int64)
    filled = right > left
    return _wrapped(row[filled], left[filled], right[filled], who[filled], width)


def nearest_runs(sites: Floats, grid: tuple[int, int] = GRID) -> RunRaster:
    """The site nearest to the middle of each pixel, on the sphere; sites (C, 2) degrees.

    Blocks of pixels are asked first: where the second site is farther than the first by more than twice the block's
    reach, no pixel of it can have another one (the triangle inequality), and only the rest is asked pixel by pixel.
    """
    height, width = grid
    tree = cKDTree(to_unit(check_points(sites)))
    block = BLOCK if height % BLOCK == 0 and width % BLOCK == 0 and tree.n > 1 else 1
    starts, values = [], []
    for top in range(0, height, block):
        band = np.zeros((block, width), np.int32)
        lefts = np.arange(0, width, block)
        _decide(tree, band, top, np.zeros_like(lefts), lefts, block, grid)
        runs = RunRaster.pack(band)
        starts.append(runs.starts + top * width)
        values.append(runs.values)
    return RunRaster(grid, np.concatenate(starts), np.concatenate(values))


def _decide(
    tree: cKDTree, band: NDArray[np.int32], top: int, rows: Ints, cols: Ints, size: int, grid: tuple[int, int]
) -> None:
    """Fill square blocks of a band, whose corners (B,) are `rows` and `cols`, with the site nearest to each pixel."""
    if size == 1:
        band[rows, cols] = tree.query(to_unit(centres_of(top + rows, cols, *grid)))[1]
        return
    half = (size - 1) / 2.0
    middle = to_unit(centres_of(top + rows + half, cols + half, *grid))
    chord, site = tree.query(middle, k=2)
    # The farthest pixel of a block lies at one of its corners; a chord is never longer than its arc.
    corners = np.stack([to_unit(centres_of(top + rows + down, cols + right, *grid))
                        for down in (0, size - 1) for right in (0, size - 1)])  # fmt: skip
    reach = np.linalg.norm(corners - middle, axis=-1).max(axis=0)
    sure = chord[:, 1] - chord[:, 0] > 2.0 * reach + MARGIN
    inner = np.arange(size)
    band[rows[sure, None, None] + inner[:, None], cols[sure, None, None] + inner] = site[sure, 0, None, None]
    finer = size // FINER if size % FINER == 0 and size > FINER else 1
    steps = np.arange(0, size, finer)
    down, right = np.meshgrid(steps, steps, indexing="ij")
    rows = (rows[~sure, None] + down.reshape(-1)).reshape(-1)
    cols = (cols[~sure, None] + right.reshape(-1)).reshape(-1)
    if len(rows):
        _decide(tree, band, top, rows, cols, finer, grid)


def _refuse_odd(polygons: NDArray[np.object_]) -> None:
    bounds = shapely.bounds(polygons)
    areal = np.isin(shapely.get_type_id(polygons), (3, 6))
    odd = ~areal | ~np.isfinite(bounds).all(axis=-1)
    wide = ~odd & ((bounds[:, 2] - bounds[:, 0] > 360.0 + 1e-9) | (np.abs(bounds[:, [1, 3]]) > 90.0 + 1e-9).any(axis=1))
    if (odd | wide).any():
        which = int(np.flatnonzero(odd | wide)[0])
        what = "is wider than the Earth" if wide[which] else "is empty or no polygon"
        raise ArtifactError(f"region {which} {what}; looked for polygons in degrees, build the cells again.")


def _edges(polygons: NDArray[np.object_]) -> tuple[Floats, Floats, Ints]:
    """All edges of all rings: their southern and northern ends (E, 2) in (lng, lat), and the polygon of each (E,)."""
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    spots, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = spots[:-1][same], spots[1:][same]
    owner = of_part[of_ring[ring[:-1][same]]]
    upward = (start[:, 1] <= end[:, 1])[:, None]
    low, high = np.where(upward, start, end), np.where(upward, end, start)
    return low, high, owner


def _blocks(owner: Ints, count: Ints) -> list[slice]:
    """Stretches of edges, those of one polygon together, that cross about `AT_ONCE` rows."""
    if not len(owner):
        return []
    begins = np.append(np.flatnonzero(np.append(True, owner[1:] != owner[:-1])), len(owner))
    crossed = np.concatenate([[0], np.cumsum(count)])[begins]
    cuts = np.unique(np.searchsorted(crossed, np.arange(0, crossed[-1] + AT_ONCE, AT_ONCE)).clip(0, len(begins) - 1))
    cuts = np.union1d(cuts, [0, len(begins) - 1])
    return [slice(int(begins[a]), int(begins[b])) for a, b in pairwise(cuts)]


def _wrapped(row: Ints, left: Ints, right: Ints, who: Ints, width: int) -> tuple[Ints, Ints, Ints]:
    """Flat spans: what leaves the grid in the east comes in again in the west, and the other way about."""
    turn = np.floor_divide(left, width)
    left, right = left - turn * width, right - turn * width
    over = right > width
    first = np.concatenate([row * width + left, row[over] * width])
    stop = np.concatenate([row * width + np.minimum(right, width), row[over] * width + right[over] - width])
    return first, stop, np.concatenate([who, who[over]])


def _layers(first: Ints, stop: Ints) -> Ints:
    """A layer for each span (M,), so that no two spans of a layer overlap; as few as can be."""
    layer = np.zeros(len(first), np.int64)
    order = np.argsort(first, kind="stable")
    if (first[order][1:] >= np.maximum.accumulate(stop[order])[:-1]).all():
        return layer
    busy: list[tuple[int, int]] = []  # where a layer is free again, and which
    for span in order.tolist():
        begin = int(first[span])
        if busy and busy[0][0] <= begin:
            layer[span] = heapq.heappop(busy)[1]
        else:
            layer[span] = len(busy)
        heapq.heappush(busy, (int(stop[span]), int(layer[span])))
    return layer


def _with_the_small(layers: list[RunRaster], points: Floats, count: int) -> RegionRaster:
    """The regions of some layers, and the pixel of its own point for each region that has none."""
    have = np.zeros(count + 1, np.bool_)  # the last for pixels without a region
    for layer in layers:
        have[layer.values] = True
    small = np.flatnonzero(~have[:-1])
    grid = layers[0].shape
    rows, cols = pixels_of(check_points(points[small]), *grid)
    pixels = rows * grid[1] + cols
    depth = _layers(pixels, pixels + 1)
    more = [RunRaster.of_spans(grid, pixels[depth == k], pixels[depth == k] + 1, small[depth == k])
            for k in range(int(depth.max(initial=0)) + 1 if len(small) else 0)]  # fmt: skip
    return RegionRaster.of_layers([*layers, *more], count)
