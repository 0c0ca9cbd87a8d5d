"""Continents as maps show them: the bounds of each, and the parts of countries that lie on another. Knows no towns.

A country belongs whole to the continent of the atlas (GeoNames), but for what `tables/continent_parts.csv` moves:
Russia ends at the Urals (the crest and the Ural river, in steps), and islands and towns across the sea go to the
continent off whose coast they lie. What lies beyond a continent's bounds in `tables/continents.csv` (Svalbard, Easter
Island, the north of Greenland) is on none of the maps, so that a map of a continent never asks for what it does not
show. Bounds may cross the date line: then `east` is above 180.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from world.earth.table_rows import FOLDER, TableRow, read_rows

TABLE, PARTS = FOLDER / "continents.csv", FOLDER / "continent_parts.csv"
SIDES = ("south", "west", "north", "east")
CODES = ("EU", "AS", "AF", "NA", "SA", "OC")

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class Bounds:
    """A rectangle in degrees."""

    south: float
    west: float
    north: float
    east: float

    def hold(self, points: Floats) -> Truths:
        """Whether points (N, 2) lie inside."""
        east_of_west = np.mod(points[:, 1] - self.west, 360.0)
        inside: Truths = (
            (points[:, 0] > self.south) & (points[:, 0] < self.north) & (east_of_west < self.east - self.west)
        )
        return inside


@dataclass(frozen=True)
class Part:
    """What of a country lies on another continent than the rest."""

    country: str  # ISO-2
    bounds: Bounds
    code: str  # of that continent


@dataclass(frozen=True)
class Continent:
    """A continent and what a map of it shows."""

    name: str  # as presets and maps are called
    code: str  # as in the atlas
    bounds: Bounds

    def holds(self, points: Floats, countries: NDArray[np.object_], usual: NDArray[np.object_]) -> Truths:
        """Whether points (N, 2) belong to it, by their countries and what those countries' continents usually are."""
        codes = usual.copy()
        for part in parts():
            codes[(countries == part.country) & part.bounds.hold(points)] = part.code
        belongs: Truths = (codes == self.code) & self.bounds.hold(points)
        return belongs


@lru_cache(maxsize=1)
def continents() -> dict[str, Continent]:
    """All continents with streets, by name.

    Raises:
        ConfigError: a row of the table that cannot be read.
    """
    rows = read_rows(TABLE, ("name", "code", *SIDES), key="name")
    return {row.text("name"): Continent(row.text("name"), row.one_of("code", CODES), _bounds(row)) for row in rows}


@lru_cache(maxsize=1)
def parts() -> tuple[Part, ...]:
    """What of countries lies on another continent.

    Raises:
        ConfigError: a row of the table that cannot be read.
    """
    rows = read_rows(PARTS, ("country", "part", *SIDES, "continent"))
    return tuple(Part(row.country("country"), _bounds(row), row.one_of("continent", CODES)) for row in rows)


def _bounds(row: TableRow) -> Bounds:
    south, west, north, east = (row.number(side, -180.0, 360.0) for side in SIDES)
    return Bounds(south, west, north, east)
