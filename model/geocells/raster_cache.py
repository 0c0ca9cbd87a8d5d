"""Rasters of tables of regions, made once and kept in the cache folder by the fingerprint of what they were made from.

A file holds runs, not pixels: a megabyte or so at 5400 x 10800. It is written whole or not at all; one that cannot be
read or does not fit its name is made again. The oldest go when there are more than a few.
"""

import hashlib
import json
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from model.artifacts import whole
from model.geo.folders import cache_dir
from model.geo.runs import GRID, RegionRaster, RunRaster
from model.geocells.rasterise import rasterise
from model.geocells.table import Geocells

RASTER_VERSION = 1  # a change of how a pixel finds its region: one more
MOST_KEPT = 24
DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
PARTS = ("starts", "values", "offsets", "members", "key")


def region_raster(regions: Geocells, grid: tuple[int, int] = GRID) -> RegionRaster:
    """The regions of a table on a grid (H, W): from the cache folder, else made (seconds) and kept there.

    Raises:
        ArtifactError: polygons that cannot be rasterised.
        StorageError: the cache folder cannot be written.
    """
    key = raster_key(regions, grid)
    path = rasters_folder() / f"{key[:32]}.npz"
    found = _read(path, key, grid, len(regions))
    if found is not None:
        return found
    raster = rasterise(regions, grid)
    with whole(path) as temporary:
        np.savez_compressed(
            temporary, starts=raster.runs.starts, values=raster.runs.values, offsets=raster.offsets,
            members=raster.members, key=np.frombuffer(key.encode(), np.uint8),
        )  # fmt: skip
    _forget_the_oldest(path.parent)
    return raster


def rasters_folder() -> Path:
    """Where they lie; safe to delete."""
    return cache_dir() / "rasters"


def raster_key(regions: Geocells, grid: tuple[int, int]) -> str:
    """SHA-256 of everything that a raster depends on: rule, grid, version, places and, where they count, polygons."""
    digest = hashlib.sha256(json.dumps([RASTER_VERSION, regions.rule, *grid, len(regions)]).encode())
    digest.update(regions.table[["lat", "lng", "site_lat", "site_lng"]].to_numpy(np.float64).tobytes())
    if regions.rule == "polygon":
        for polygon in regions.table["polygon"]:
            digest.update(len(polygon).to_bytes(8, "little") + bytes(polygon))
    return digest.hexdigest()


def _read(path: Path, key: str, grid: tuple[int, int], count: int) -> RegionRaster | None:
    """The raster of a file; None where there is none, or one that is damaged or of something else."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            starts, values, offsets, members, written = (archive[name] for name in PARTS)
    except DAMAGED:
        return None
    sound = (
        written.tobytes().decode("ascii", "replace") == key
        and len(starts) == len(values) > 0
        and starts[-1] < grid[0] * grid[1]
        and values.max() < len(offsets) - 1
        and offsets[-1] == len(members)
        and (not len(members) or members.max() < count)
    )
    return RegionRaster(RunRaster(grid, starts, values), offsets, members, count) if sound else None


def _forget_the_oldest(folder: Path) -> None:
    """Other processes prune the same folder: what is gone is gone, and what they are writing (".…") is left alone."""
    written: list[tuple[int, Path]] = []
    for file in folder.glob("*.npz"):
        if not file.name.startswith("."):
            with suppress(FileNotFoundError):
                written.append((file.stat().st_mtime_ns, file))
    for _, file in sorted(written, reverse=True)[MOST_KEPT:]:
        file.unlink(missing_ok=True)
