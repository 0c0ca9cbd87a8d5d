"""Continents as maps show them: the bounds of each, and the parts of countries that lie on another. Knows no towns.

A country belongs whole to the continent of the atlas (GeoNames), but for what `tables/continent_parts.csv` moves:
Russia ends at the Urals (the crest and the Ural river, in steps), and islands and towns across the sea go to the
continent off whose coast they lie. What lies beyond a continent's bounds in `tables/continents.csv` (Svalbard, Easter
Island, the north of Greenland) is on none of the maps, so that a map of a continent never asks for what it does not
show. Bounds may cross the date line: then `east` is above 180.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import ConfigError

TABLES = Path(__file__).parent / "tables"

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
    return {row["name"]: Continent(row["name"], row["code"], bounds) for row, bounds in _rows("continents.csv")}


@lru_cache(maxsize=1)
def parts() -> tuple[Part, ...]:
    """What of countries lies on another continent.

    Raises:
        ConfigError: a row of the table that cannot be read.
    """
    return tuple(Part(row["country"], bounds, row["continent"]) for row, bounds in _rows("continent_parts.csv"))


def _rows(name: str) -> Iterator[tuple[dict[str, str], Bounds]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            try:
                yield row, Bounds(*(float(row[side]) for side in ("south", "west", "north", "east")))
            except (KeyError, TypeError, ValueError) as error:
                raise ConfigError(f"{name}: the row {row} cannot be read ({error}); mend that row.") from error
