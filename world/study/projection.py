"""Which way the pixels of a picture look, and which pixel lies in a direction. Knows no scene.

Directions are an azimuth (radians clockwise from north) and a slope (tangent of the elevation). A frame is a set of
views that lie side by side round the horizon, or a band of a panorama; its pixels are numbered row by row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import pi, tan
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """A picture's geometry: P pixels."""

    azimuth: Floats  # (P,)
    slope: Floats  # (P,)
    pixel_rad: float  # the angle of a pixel in the middle
    sharp_rad: float  # the finest that is told apart in the picture that is studied: its pixel, or a finer one
    at: Callable[[Any, Any], NDArray[np.intp]]  # azimuths and slopes -> pixels, -1 where the picture does not reach


@lru_cache(maxsize=4)
def views_frame(size: int) -> Frame:
    """Four square views of 90°, north, east, south and west: pixels in the order of an array (4, size, size)."""
    ray = (2.0 * (np.arange(size) + 0.5) / size - 1.0).astype(np.float32)
    azimuth = np.arctan(ray)[None, None, :] + (np.arange(4, dtype=np.float32) * 0.5 * pi)[:, None, None]
    slope = -ray[:, None] / np.sqrt(1.0 + ray * ray)
    shape = (4, size, size)

    def at(azimuth: Any, slope: Any) -> NDArray[np.intp]:
        quarter = np.rint(np.asarray(azimuth) / (0.5 * pi))
        across = np.tan(azimuth - quarter * 0.5 * pi)
        column = np.clip((across + 1.0) * (0.5 * size), 0, size - 1).astype(np.intp)
        row = np.floor((1.0 - slope * np.sqrt(1.0 + across * across)) * (0.5 * size)).astype(np.intp)
        pixel = ((quarter.astype(np.intp) % 4) * size + row) * size + column
        return np.where((row >= 0) & (row < size), pixel, -1)

    return Frame(_flat(azimuth, shape), _flat(slope, shape), 2.0 / size, 2.0 / size, at)


@lru_cache(maxsize=4)
def panorama_frame(columns: int, top: int, bottom: int, sharp_rad: float) -> Frame:
    """Rows top … bottom of a panorama of columns // 2 rows, its middle north, read as one that is `sharp_rad` fine."""
    rows = columns // 2
    azimuth = ((np.arange(columns) + 0.5) / columns - 0.5)[None, :] * (2.0 * pi)
    slope = np.tan((0.5 - (np.arange(top, bottom) + 0.5) / rows) * pi)[:, None]
    shape = (bottom - top, columns)
    reach = tan((0.5 - top / rows) * pi), tan((0.5 - bottom / rows) * pi)

    def at(azimuth: Any, slope: Any) -> NDArray[np.intp]:
        column = np.floor((np.asarray(azimuth) / (2.0 * pi) + 0.5) * columns).astype(np.intp) % columns
        row = np.floor((0.5 - np.arctan(slope) / pi) * rows).astype(np.intp) - top
        inside = (slope < reach[0]) & (slope > reach[1]) & (row >= 0) & (row < bottom - top)
        return np.where(inside, row * columns + column, -1)

    return Frame(_flat(azimuth, shape), _flat(slope, shape), 2.0 * pi / columns, sharp_rad, at)


def _flat(values: NDArray[Any], shape: tuple[int, ...]) -> Floats:
    return np.ascontiguousarray(np.broadcast_to(values, shape).astype(np.float32).ravel())
