"""Layers of the Earth on regular grids, and how a point is looked up in one. Knows no place names and no files' owner.

A `TiledRaster` keeps a large raster of classes (zones, land) as 16 x 16 tiles: one number for a tile of one class, all
pixels for the others. The 1 km land mask of 933 million pixels shrinks to some 20 MB and stays as quick to read.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.geo.distance import Floats

TILE = 16

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]


def pixels_of(points: Floats, height: int, width: int) -> tuple[Ints, Ints]:
    """Rows and columns (N,), (N,) of points (N, 2) on a grid whose first pixel touches (90, -180)."""
    rows = np.clip((90.0 - points[..., 0]) * (height / 180.0), 0, height - 1).astype(np.int64)
    cols = np.floor((points[..., 1] + 180.0) * (width / 360.0)).astype(np.int64) % width
    return rows, cols


def centres_of(rows: NDArray[Any], cols: NDArray[Any], height: int, width: int) -> Floats:
    """The points (N, 2) at the middle of pixels, whole or between two: the inverse of `pixels_of`."""
    return np.stack([90.0 - (rows + 0.5) * (180.0 / height), (cols + 0.5) * (360.0 / width) - 180.0], axis=-1)


def bilinear(grid: NDArray[np.floating | np.integer], points: Floats) -> Floats:
    """Values (N,) between pixel centres of `grid` (H, W); round the antimeridian, held at the poles."""
    height, width = grid.shape
    y = np.clip((90.0 - points[..., 0]) * (height / 180.0) - 0.5, 0.0, height - 1.0)
    x = (points[..., 1] + 180.0) * (width / 360.0) - 0.5
    top, left = np.floor(y).astype(np.int64), np.floor(x).astype(np.int64)
    down, right = y - top, x - left
    below, left, after = np.minimum(top + 1, height - 1), left % width, (left + 1) % width
    upper = grid[top, left] * (1.0 - right) + grid[top, after] * right
    lower = grid[below, left] * (1.0 - right) + grid[below, after] * right
    return np.asarray(upper * (1.0 - down) + lower * down, np.float64)


@dataclass(frozen=True)
class TiledRaster:
    """A raster of classes 0 … 255 in tiles. `index` (H/16, W/16): -1 - class of a plain tile, or a row of `tiles`."""

    index: NDArray[np.int32]  # (H/16, W/16)
    tiles: Bytes  # (T, 16, 16)

    @classmethod
    def pack(cls, raster: NDArray[np.uint8] | NDArray[np.bool_]) -> "TiledRaster":
        """Pack (H, W); both sides must be multiples of 16."""
        height, width = raster.shape
        index = np.empty((height // TILE, width // TILE), np.int32)
        mixed: list[Bytes] = []
        count = 0
        for band in range(height // TILE):  # a band at a time: no second copy of a large raster
            rows = raster[band * TILE : (band + 1) * TILE].astype(np.uint8)
            low, high = (ends.reshape(-1, TILE) for ends in (rows.min(axis=0), rows.max(axis=0)))  # downwards is fast
            low, high = low.min(axis=1), high.max(axis=1)
            rows = rows.reshape(TILE, -1, TILE).swapaxes(0, 1)
            several = low != high
            index[band] = -1 - low.astype(np.int32)
            index[band, several] = count + np.arange(several.sum(), dtype=np.int32)
            mixed.append(np.ascontiguousarray(rows[several]))
            count += int(several.sum())
        return cls(index, np.concatenate(mixed))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.index.shape[0] * TILE, self.index.shape[1] * TILE

    def at(self, points: Floats) -> Bytes:
        """Classes (...) of points (..., 2)."""
        rows, cols = pixels_of(points, *self.shape)
        tile = self.index[rows // TILE, cols // TILE]
        values = (-1 - tile).astype(np.uint8)  # right where the tile is plain
        several = tile >= 0
        values[several] = self.tiles[tile[several], rows[several] % TILE, cols[several] % TILE]
        return values

    def any_in(self, factor: int) -> NDArray[np.bool_]:
        """Whether any pixel of a block of `factor` x `factor` (1, 2, 4, 8 or 16) is not 0, (H/factor, W/factor)."""
        side = TILE // factor
        plain = np.repeat(np.repeat(self.index < -1, side, axis=0), side, axis=1)
        blocks = plain.reshape(self.index.shape[0], side, self.index.shape[1], side)
        rows, cols = np.nonzero(self.index >= 0)
        small = np.asarray(self.tiles.reshape(-1, side, factor, side, factor).any(axis=(2, 4)))  # (T, side, side)
        blocks[rows, :, cols, :] = small[self.index[rows, cols]]
        return plain

    def unpack(self) -> Bytes:
        """The whole raster (H, W) again; large."""
        full = np.where(self.index >= 0, 0, -1 - self.index).astype(np.uint8)
        out = np.repeat(np.repeat(full, TILE, axis=0), TILE, axis=1)
        blocks = out.reshape(self.index.shape[0], TILE, self.index.shape[1], TILE)
        rows, cols = np.nonzero(self.index >= 0)
        blocks[rows, :, cols, :] = self.tiles[self.index[rows, cols]]
        return out
