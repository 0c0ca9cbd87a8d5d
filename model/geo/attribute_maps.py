"""What the ground is like, pixel by pixel: a map of population density in four buckets and one of seven land covers.

From the atlas by default, whose land cover is a stand-in (see land_cover.py), or from a person's own GeoTIFFs of
LandScan and ESA-CCI. A map is of land: pixels without any by the atlas are none (-1), so that "bare, water or snow"
does not thin out over the oceans. Made once and kept in the cache folder by a key of all that it depends on. Knows no
network and no score.

Source: the ground-level attributes of "Recall vs Area"; its buckets have equal widths in log10 of the density.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rich.progress import track

from model.artifacts import fingerprint, whole
from model.errors import ArtifactError, ConfigError
from model.geo import land_cover
from model.geo.atlas import Atlas
from model.geo.atlas_files import ATLAS_VERSION
from model.geo.density_map import density_grid
from model.geo.distance import check_points
from model.geo.folders import cache_dir
from model.geo.geotiffs import classes_on_grid, look_at_tiff, mean_on_grid
from model.geo.rasters import centres_of
from model.geo.runs import GRID, NONE, RegionRaster, RunRaster

Name = Literal["density", "land_cover"]
NAMES: tuple[Name, ...] = ("density", "land_cover")
TITLES = {"density": "people per km²", "land_cover": "land cover"}
EDGES_PER_KM2 = (10.0, 100.0, 1000.0)  # four buckets, equal in the logarithm from 1 to 10,000
MAP_VERSION = 1  # a change of how a pixel finds its class: one more
ROWS_AT_ONCE = 60  # of the grid, when the atlas is asked
PARTS = ("starts", "values", "grid", "about")


@dataclass(frozen=True)
class AttributeMap:
    """Classes of the Earth's pixels.

    Attributes:
        name: "density" or "land_cover".
        legend: the names of its classes.
        runs: the class of each pixel; -1 for none.
        source: what it was made from: "kind" is "atlas" or "geotiff". JSON data.
        key: of all that it depends on.
    """

    name: Name
    legend: tuple[str, ...]
    runs: RunRaster
    source: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""

    def __len__(self) -> int:
        return len(self.legend)

    @cached_property
    def regions(self) -> RegionRaster:
        """Its classes as regions, for atoms."""
        values = self.runs.values
        found = np.unique(values[values >= 0])
        number = np.full(len(self) + 1, NONE, np.int32)  # the last for pixels of no class
        number[found] = np.arange(len(found))
        runs = RunRaster(self.runs.shape, self.runs.starts, number[values])
        return RegionRaster(runs, np.arange(len(found) + 1), found.astype(np.int64), len(self))

    @cached_property
    def areas_km2(self) -> NDArray[np.float64]:
        """The area of each class, (M,)."""
        return self.runs.areas_km2(len(self))

    def at(self, points: ArrayLike) -> NDArray[np.int64]:
        """The class under each point, (N, 2) -> (N,); -1 where the map has none.

        Raises:
            CoordinateError: points that lie on no Earth.
        """
        return self.runs.at(check_points(points).reshape(-1, 2)).astype(np.int64)


def bucket_names(edges: tuple[float, ...]) -> tuple[str, ...]:
    """What buckets of density between `edges` are called."""
    inner = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    return (f"under {edges[0]:g}", *inner, f"{edges[-1]:g} or more")


def density_map(
    tiff: Path | None = None, counts: bool = True, edges: tuple[float, ...] = EDGES_PER_KM2,
    grid: tuple[int, int] = GRID,
) -> AttributeMap:  # fmt: skip
    """Population density in buckets: of the atlas, or of a GeoTIFF of people in each pixel (without `counts`: per km²).

    Raises:
        ArtifactError: a file that cannot be used.
        ConfigError: edges that do not rise.
        StorageError: the cache folder cannot be written.
    """
    if not edges or min(edges) <= 0 or list(edges) != sorted(set(edges)):
        raise ConfigError(f"looked for rising edges of density above 0, found {', '.join(f'{e:g}' for e in edges)}.")
    source: dict[str, Any] = {"edges_per_km2": list(edges), **_source(tiff)}
    if tiff is not None:
        source["counts"] = counts

    def make() -> NDArray[np.int8]:
        atlas = Atlas.open()
        if tiff is not None:
            people = mean_on_grid(look_at_tiff(tiff), grid, counts)
        else:
            towns = atlas.towns
            people = density_grid(towns[["lat", "lng"]].to_numpy(np.float64), towns["population"].to_numpy(), grid)
        out = np.digitize(people, edges).astype(np.int8)
        out[np.isnan(people) | ~atlas.land_grid(grid)] = NONE
        return out

    return _kept("density", bucket_names(edges), source, grid, make)


def land_cover_map(tiff: Path | None = None, grid: tuple[int, int] = GRID) -> AttributeMap:
    """Land cover in seven classes: the atlas's stand-in, or the codes of ESA-CCI in a GeoTIFF.

    Raises:
        ArtifactError: a file that cannot be used.
        StorageError: the cache folder cannot be written.
    """

    def make() -> NDArray[np.int8]:
        atlas = Atlas.open()
        if tiff is None:
            return _stand_in(atlas, grid)
        table = land_cover.of_esa_codes()

        def classify(codes: NDArray[Any]) -> NDArray[np.int8]:
            known = (codes >= 0) & (codes < len(table))
            return np.where(known, table[np.where(known, codes, 0).astype(np.int64)], np.int8(NONE)).astype(np.int8)

        out = classes_on_grid(look_at_tiff(tiff), classify, len(land_cover.LEGEND), grid)
        out[~atlas.land_grid(grid)] = NONE
        return out

    return _kept("land_cover", land_cover.LEGEND, _source(tiff), grid, make)


def make_map(name: Name, tiff: Path | None = None, grid: tuple[int, int] = GRID, counts: bool = True) -> AttributeMap:
    """A map by its name, as `density_map` and `land_cover_map`."""
    return density_map(tiff, counts, grid=grid) if name == "density" else land_cover_map(tiff, grid)


def save_map(found: AttributeMap, path: Path) -> Path:
    """Write a map whole or not at all: so it travels with what was trained on it."""
    about = {"name": found.name, "legend": list(found.legend), "source": dict(found.source), "key": found.key}
    with whole(path) as temporary:
        np.savez_compressed(
            temporary, starts=found.runs.starts, values=found.runs.values.astype(np.int8), grid=found.runs.shape,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        )  # fmt: skip
    return path


def load_map(path: Path) -> AttributeMap:
    """Read a map.

    Raises:
        ArtifactError: no such file, no map, or one that is damaged.
    """
    if not path.is_file():
        raise ArtifactError(f"looked for a map at {path}, found none; copy the whole folder again.")
    try:
        with np.load(path, allow_pickle=False) as archive:
            starts, values, shape, about = (archive[part] for part in PARTS)
        told = json.loads(about.tobytes())
        grid = (int(shape[0]), int(shape[1]))
        legend = tuple(str(name) for name in told["legend"])
        pixels = grid[0] * grid[1]
        sound = (
            told["name"] in NAMES and min(grid) > 0 and len(legend) > 1 and len(starts) == len(values) > 0
            and starts[0] == 0 and bool((np.diff(starts) > 0).all()) and starts[-1] < pixels
            and np.isin(np.arange(0, pixels, grid[1]), starts).all()
            and values.min() >= NONE and values.max() < len(legend)
        )  # fmt: skip
        if not sound:
            raise ValueError("its runs or its legend cannot be")
        runs = RunRaster(grid, starts.astype(np.int64), values.astype(np.int32))
        return AttributeMap(told["name"], legend, runs, dict(told["source"]), str(told["key"]))
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path} holds no map that can be used ({error}); make it again.") from error


def maps_folder() -> Path:
    """Where they are kept; safe to delete."""
    return cache_dir() / "maps"


def _kept(
    name: Name, legend: tuple[str, ...], source: dict[str, Any], grid: tuple[int, int], make: Any
) -> AttributeMap:
    """The map of the cache folder, else made and put there."""
    told = json.dumps([MAP_VERSION, name, list(legend), source, *grid], sort_keys=True)
    key = hashlib.sha256(told.encode()).hexdigest()
    path = maps_folder() / f"{key[:32]}.npz"
    if path.is_file():
        try:
            found = load_map(path)
            if found.key == key:
                return found
        except ArtifactError:
            pass  # damaged: made again
    classes = make()
    if not (classes >= 0).any():
        raise ArtifactError(f"the map of {TITLES[name]} has no pixel on land: the file covers none, or is empty.")
    found = AttributeMap(name, legend, RunRaster.pack(classes), source, key)
    save_map(found, path)
    return found


def _source(tiff: Path | None) -> dict[str, Any]:
    if tiff is None:
        return {"kind": "atlas", "version": ATLAS_VERSION}
    look_at_tiff(tiff)  # before its gigabytes are read for the fingerprint
    return {"kind": "geotiff", "sha256": fingerprint(tiff)}


def _stand_in(atlas: Atlas, grid: tuple[int, int]) -> NDArray[np.int8]:
    towns = atlas.towns
    people = density_grid(towns[["lat", "lng"]].to_numpy(np.float64), towns["population"].to_numpy(), grid)
    land, out = atlas.land_grid(grid), np.full(grid, NONE, np.int8)
    starts = range(0, grid[0], ROWS_AT_ONCE)
    for top in track(starts, "mapping the land cover (once)", transient=True, disable=len(starts) < 10):
        rows, cols = np.nonzero(land[top : top + ROWS_AT_ONCE])
        if len(rows):
            rows += top
            points = centres_of(rows, cols, *grid)
            zones, altitude_m, rain_mm = atlas.ground(points)
            out[rows, cols] = land_cover.stand_in(zones, people[rows, cols].astype(np.float64), altitude_m, rain_mm)
    return out
