"""A GeoTIFF on the project's grid: read window by window, brought down by the mode of classes or the mean of numbers.

A file of a person's own (LandScan, ESA-CCI land cover, GHS-POP) is looked at before it is believed: longitudes and
latitudes in degrees (EPSG:4326), north up, one band that is named. Its pixels are sorted into those of the grid by
their middles, so its extent and its resolution may be any; where it is coarser than the grid, every pixel of the grid
takes what lies at its own middle. What the file does not cover, and its nodata, is none. Needs rasterio, which is
imported when a file is opened. Knows no class and no bucket.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from model.errors import ArtifactError, ConfigError
from model.geo.distance import EARTH_RADIUS_KM, Floats
from model.geo.rasters import Ints

AT_ONCE = 16_000_000  # pixels of the file that are read at a time, 128 MB as float64
MOST_PIXELS = 20_000_000_000  # ESA-CCI has 8.4 billion, LandScan 0.9
TURN = 1e-6  # degrees: an extent wider than the Earth by less is rounding
WANTED = "looked for a GeoTIFF in longitude and latitude (EPSG:4326)"


@dataclass(frozen=True)
class Tiff:
    """What is known of a file before its pixels: west and north edge, degrees a pixel, size, and the value of none."""

    path: Path
    west: float
    north: float
    step_lng: float  # degrees a pixel, above 0
    step_lat: float  # degrees a pixel, above 0
    height: int
    width: int
    nodata: float | None

    def pixel_km2(self, first: int, last: int) -> Floats:
        """The area of a pixel in rows `first` … `last` − 1, (n,) km²."""
        edges = np.radians(self.north - np.arange(first, last + 1) * self.step_lat).clip(-np.pi / 2.0, np.pi / 2.0)
        return np.asarray(EARTH_RADIUS_KM**2 * np.radians(self.step_lng) * -np.diff(np.sin(edges)), np.float64)


def look_at_tiff(path: Path) -> Tiff:
    """Read the head of a file and check that it can be used.

    Raises:
        ArtifactError: no such file, no GeoTIFF, another reference system, rotated, or too large to be one.
        ConfigError: rasterio is not installed.
    """
    with _opened(path) as file:
        crs, turn = file.crs, file.transform
        if crs is None or crs.to_epsg() != 4326:
            found = "none" if crs is None else (crs.to_string() or "an unnamed one")[:80]
            raise ArtifactError(f"{WANTED} at {path}, found the reference system {found}; bring it over first: "
                                f"`gdalwarp -t_srs EPSG:4326 {path.name} OUT.tif`.")  # fmt: skip
        straight = turn.b == turn.d == 0.0 and turn.a > 0 > turn.e
        bounds = (turn.c, turn.f, turn.c + turn.a * file.width, turn.f + turn.e * file.height)
        if not straight or not np.isfinite(bounds).all():
            raise ArtifactError(f"{WANTED} with north up at {path}, found one that is turned or mirrored; bring it "
                                "over with gdalwarp first.")  # fmt: skip
        if bounds[2] - bounds[0] > 360.0 + TURN or bounds[1] > 90.0 + TURN or bounds[3] < -90.0 - TURN:
            raise ArtifactError(f"{path} reaches from {bounds[3]:g} to {bounds[1]:g}° north and {bounds[0]:g} to "
                                f"{bounds[2]:g}° east, which is more than the Earth; looked for degrees.")  # fmt: skip
        if file.width * file.height > MOST_PIXELS:
            raise ArtifactError(f"{path} has {file.width:,} x {file.height:,} pixels, more than {MOST_PIXELS:,}.")
        nodata = None if file.nodata is None else float(file.nodata)
        return Tiff(path, turn.c, turn.f, turn.a, -turn.e, file.height, file.width, nodata)


def classes_on_grid(
    tiff: Tiff, classify: Callable[[NDArray[Any]], NDArray[np.int8]], count: int, grid: tuple[int, int]
) -> NDArray[np.int8]:
    """The most frequent class of the file's pixels in each pixel of a grid (H, W); -1 where there is none.

    `classify` turns values into classes 0 … `count` − 1, -1 for none. Of classes as frequent the first is taken.

    Raises:
        ArtifactError: a file that breaks off.
    """
    out = np.full(grid, -1, np.int8)
    for rows, cols, values, _ in _pieces(tiff, grid):
        classes = classify(values)
        if tiff.nodata is not None:
            classes = np.where(values == tiff.nodata, np.int8(-1), classes).astype(np.int8)
        top, tall = int(rows[0]), int(rows[-1] - rows[0] + 1)
        flat = ((rows - top)[:, None] * grid[1] + cols) * (count + 1) + (classes.astype(np.int64) + 1)
        votes = np.bincount(flat.reshape(-1), minlength=tall * grid[1] * (count + 1))
        votes = votes.reshape(tall, grid[1], count + 1)[:, :, 1:]
        seen = votes.any(axis=2)
        out[top : top + tall][seen] = votes.argmax(axis=2)[seen]
    return out


def mean_on_grid(tiff: Tiff, grid: tuple[int, int], counts: bool) -> NDArray[np.float32]:
    """The mean of the file's pixels in each pixel of a grid (H, W), by area; NaN where there is none.

    With `counts` a value is how many there are in its pixel (as LandScan's people), and the mean is per km².

    Raises:
        ArtifactError: a file that breaks off.
    """
    out = np.full(grid, np.nan, np.float32)
    for rows, cols, values, km2 in _pieces(tiff, grid):
        numbers = values.astype(np.float64)
        known = np.isfinite(numbers) & (numbers >= 0.0)
        if tiff.nodata is not None:
            known &= numbers != tiff.nodata
        top, tall = int(rows[0]), int(rows[-1] - rows[0] + 1)
        flat = ((rows - top)[:, None] * grid[1] + cols)[known]
        area = np.broadcast_to(km2[:, None], numbers.shape)[known]
        total = numbers[known] if counts else numbers[known] * area
        summed = np.bincount(flat, total, tall * grid[1]).reshape(tall, -1)
        areas = np.bincount(flat, area, tall * grid[1]).reshape(tall, -1)
        seen = areas > 0
        out[top : top + tall][seen] = summed[seen] / areas[seen]
    return out


def _pieces(tiff: Tiff, grid: tuple[int, int]) -> Iterator[tuple[Ints, Ints, NDArray[Any], Floats]]:
    """Whole rows of the grid after each other: rows (h,) and columns (w,) of the grid that the values (h, w) belong to,
    and the area of the file's pixel in each row (h,).
    """  # fmt: skip
    height, width = grid
    own_rows = _towards(tiff.north, -tiff.step_lat, tiff.height, 90.0, -180.0 / height, height)
    own_cols = _towards(tiff.west, tiff.step_lng, tiff.width, -180.0, 360.0 / width, width, round_about=True)
    (source_rows, rows), (source_cols, cols) = own_rows, own_cols
    if not len(rows) or not len(cols):
        return
    # Cut between rows of the grid, so that no pixel of it is in two pieces.
    begins = np.append(np.flatnonzero(np.append(True, rows[1:] != rows[:-1])), len(rows))
    step = max(1, AT_ONCE // max(1, tiff.width) // max(1, int(np.diff(begins).max())))
    import rasterio
    from rasterio.windows import Window

    with _opened(tiff.path) as file:
        starts = range(0, len(begins) - 1, step)
        for start in track(starts, f"reading {tiff.path.name}", transient=True, disable=len(starts) < 3):
            some = slice(int(begins[start]), int(begins[min(start + step, len(begins) - 1)]))
            low, high = int(source_rows[some].min()), int(source_rows[some].max()) + 1
            try:
                band = file.read(1, window=Window(0, low, tiff.width, high - low))
            except rasterio.errors.RasterioError as error:
                raise ArtifactError(f"{tiff.path} breaks off near row {low:,} ({_first_line(error)}); copy the file "
                                    "again.") from error  # fmt: skip
            yield (rows[some], cols, band[source_rows[some] - low][:, source_cols],
                   tiff.pixel_km2(low, high)[source_rows[some] - low])  # fmt: skip


def _towards(
    edge: float, step: float, size: int, grid_edge: float, grid_step: float, grid_size: int, round_about: bool = False
) -> tuple[Ints, Ints]:
    """Which pixel of the file goes to which of the grid, along one axis: (M,) and (M,)."""
    if abs(step) <= abs(grid_step) * (1.0 + 1e-9):
        source = np.arange(size)
        target = np.floor((edge + (source + 0.5) * step - grid_edge) / grid_step).astype(np.int64)
    else:  # coarser than the grid, which asks the file at its own middles
        target = np.arange(grid_size)
        middle = grid_edge + (target + 0.5) * grid_step
        if round_about:
            middle = edge + (middle - edge) % 360.0
        source = np.floor((middle - edge) / step).astype(np.int64)
    if round_about:
        target = target % grid_size
    inside = (source >= 0) & (source < size) & (target >= 0) & (target < grid_size)
    return source[inside], target[inside]


def _opened(path: Path) -> Any:
    try:
        import rasterio
    except ImportError as error:
        raise ConfigError("maps of one's own need rasterio, which is not installed here; run `pip install "
                          "rasterio==1.4.4`.") from error  # fmt: skip
    if not path.is_file():
        raise ArtifactError(f"{WANTED} at {path}, found no such file.")
    try:
        return rasterio.open(path, driver="GTiff")
    except rasterio.errors.RasterioError as error:
        raise ArtifactError(f"{WANTED} at {path}, found something else ({_first_line(error)}).") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
