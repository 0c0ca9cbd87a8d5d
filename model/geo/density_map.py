"""People per square kilometre on a whole grid: the bells of `density.py`, put down town by town. Knows no buckets.

Asking the kernel estimate at millions of pixels would take minutes. Here every town adds its two bells to the pixels
around it, each pixel getting the mean over itself (on a plane around the town, by error functions), so that a town
smaller than a pixel is not lost between two middles. All towns in reach count, where the estimate at a point takes the
nearest ones: in crowded land the map has somewhat more people.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from model.geo.density import CORE_SHARE, bell_widths_km
from model.geo.distance import EARTH_RADIUS_KM, Floats
from model.geo.rasters import Ints, pixels_of

REACH = 3.5  # standard deviations of a bell that are put down
AT_ONCE = 2_000_000  # pixels in the air at a time, some 50 MB
POLE = 0.02  # the least cosine of a latitude: nearer to the poles nobody lives
KM_A_DEGREE = EARTH_RADIUS_KM * np.pi / 180.0


def density_grid(points: Floats, population: NDArray[np.integer], grid: tuple[int, int]) -> NDArray[np.float32]:
    """People per km² of every pixel (H, W), from towns (T, 2) with so many people (T,)."""
    height, width = grid
    out = np.zeros(height * width, np.float32)
    for rows, cols, lat, share, sigma in _batches(points, population, grid):
        tall, wide = rows.shape[1], cols.shape[1]
        # Edges of pixels in km from the town: (B, tall + 1), (B, wide + 1).
        north = (90.0 - lat[:, 0, None]) * (height / 180.0)
        up = (np.append(rows, rows[:, -1:] + 1, axis=1) - north) * (180.0 / height * KM_A_DEGREE)
        east = (lat[:, 1, None] + 180.0) * (width / 360.0)
        narrow = np.maximum(np.cos(np.radians(lat[:, 0])), POLE)[:, None]
        right = (np.append(cols, cols[:, -1:] + 1, axis=1) - east) * (360.0 / width * KM_A_DEGREE) * narrow
        scaled = np.sqrt(2.0) * sigma[:, None]
        down, across = (np.diff(erf(edges / scaled), axis=1) / 2.0 for edges in (up, right))
        area = np.diff(up, axis=1)[:, :1] * np.diff(right, axis=1)[:, :1]  # km² of a pixel there, on the plane
        people = (share[:, None] / area)[:, :, None] * down[:, :, None] * across[:, None, :]
        inside = (rows >= 0) & (rows < height)
        flat = np.clip(rows, 0, height - 1)[:, :, None] * width + (cols % width)[:, None, :]
        np.add.at(
            out, flat.reshape(-1), (people * inside[:, :, None]).astype(np.float32).reshape(-1, tall * wide).ravel()
        )
    return out.reshape(grid)


def _batches(
    points: Floats, population: NDArray[np.integer], grid: tuple[int, int]
) -> Iterator[tuple[Ints, Ints, Floats, Floats, Floats]]:
    """Bells with windows of one size: rows (B, h), columns (B, w), towns (B, 2), people (B,), widths in km (B,)."""
    height, width = grid
    core, belt, people = bell_widths_km(population)
    row, col = pixels_of(points, *grid)
    narrow = np.maximum(np.cos(np.radians(points[:, 0])), POLE)
    for part, sigma in ((CORE_SHARE, core), (1.0 - CORE_SHARE, belt)):
        tall = np.ceil(REACH * sigma / (180.0 / height * KM_A_DEGREE)).astype(np.int64) + 1
        wide = np.ceil(REACH * sigma / (360.0 / width * KM_A_DEGREE * narrow)).astype(np.int64) + 1
        # Windows are rounded up to few sizes, so that many towns go together.
        tall, wide = (2 ** np.ceil(np.log2(size)).astype(np.int64) for size in (tall, wide))
        wide = np.minimum(wide, (width - 1) // 2)
        sizes, which = np.unique(np.column_stack([tall, wide]), axis=0, return_inverse=True)
        for number, (h, w) in enumerate(sizes.tolist()):
            own = np.flatnonzero(which.reshape(-1) == number)
            step = max(1, AT_ONCE // ((2 * h + 1) * (2 * w + 1)))
            for start in range(0, len(own), step):
                some = own[start : start + step]
                yield (row[some, None] + np.arange(-h, h + 1), col[some, None] + np.arange(-w, w + 1), points[some],
                       part * people[some], sigma[some])  # fmt: skip
