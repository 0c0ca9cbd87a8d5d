"""Landscapes as the tables tell them: limits of position, height, climate and people. Knows no table and no clue.

`lat>47.2 lng<-1.6` holds where both limits hold; `|` stands between two ways to belong; `zone=B/Cs` asks for a Köppen
zone that begins with either. Nothing at all holds everywhere. Names of what can be asked: the fields of `Here`.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

from model.geo.layers import KOPPEN_ZONES
from world.earth.table_rows import TableRow
from world.scene import Place, Recipe


class Here(NamedTuple):
    """What a limit may ask of a place."""

    country: str  # ISO-2; the tables ask for it in a column of its own
    zone: str  # Köppen
    lat: float
    lng: float
    abs_lat: float
    altitude_m: float
    coldest_c: float  # mean of the coldest month
    mean_c: float  # of the year
    rain_mm: float  # a year
    people_km2: float
    urban: float  # 0 … 1


BOUNDS: dict[str, tuple[float, float]] = {  # of what may be asked for; beyond them a number is a slip of the pen
    "lat": (-90.0, 90.0), "lng": (-180.0, 180.0), "abs_lat": (0.0, 90.0), "altitude_m": (-500.0, 9000.0),
    "coldest_c": (-80.0, 45.0), "mean_c": (-60.0, 45.0), "rain_mm": (0.0, 13000.0), "people_km2": (0.0, 1e5),
    "urban": (0.0, 1.0),
}  # fmt: skip
SIGNS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, ">": gt, "<=": le, ">=": ge}
TERM = re.compile(r"([a-z_0-9]+)(<=|>=|<|>|=)(\S+)")
Limit = tuple[int, Callable[[Any, Any], bool], Any]  # which field of Here, how it is compared, and with what


class Landscape(NamedTuple):
    """Ways to belong, each a row of limits that must all hold."""

    ways: tuple[tuple[Limit, ...], ...]

    def holds(self, here: Here) -> bool:
        """Whether this place belongs."""
        for way in self.ways:
            for field, test, bound in way:
                if not test(here[field], bound):
                    break
            else:
                return True
        return False


def here_of(recipe: Recipe, place: Place) -> Here:
    """What the tables may ask of a place."""
    return Here(
        place.country, place.koppen, recipe.lat, recipe.lng, abs(recipe.lat), place.altitude_m,
        place.temperature_c - 0.5 * place.temperature_range_c, place.temperature_c, place.precipitation_mm,
        place.population_per_km2, place.urban,
    )  # fmt: skip


def landscape(row: TableRow, column: str) -> Landscape:
    """The landscape that a cell tells.

    Raises:
        ConfigError: a limit that cannot be read, an unknown name, a number that no place on Earth has.
    """
    try:
        return read_landscape(row.text(column))
    except ValueError as error:
        raise row.refusal(column, str(error)) from error


@lru_cache(maxsize=512)
def read_landscape(text: str) -> Landscape:
    """The landscape that a text tells; ValueError says what was looked for."""
    if not text.strip():
        return Landscape(((),))
    return Landscape(tuple(tuple(_limit(term) for term in way.split()) for way in _ways(text)))


def _ways(text: str) -> list[str]:
    ways = text.split("|")
    if not all(way.strip() for way in ways):
        raise ValueError("limits on both sides of '|'")
    return ways


def _limit(term: str) -> Limit:
    found = TERM.fullmatch(term)
    if found is None:
        raise ValueError("limits like lat>47.2 or zone=B/Cs with blanks between them")
    name, sign, bound = found.groups()
    if name == "zone" and sign == "=":
        zones = tuple(bound.split("/"))
        if not all(zone and any(known.startswith(zone) for known in KOPPEN_ZONES) for zone in zones):
            raise ValueError("zones of Köppen or their first letters")
        return Here._fields.index("zone"), str.startswith, zones
    if name not in BOUNDS or sign == "=":
        raise ValueError(f"limits (< or >) of {', '.join(BOUNDS)}, or zone=")
    low, high = BOUNDS[name]
    try:
        number = float(bound)
    except ValueError:
        raise ValueError(f"a number after {name}{sign}") from None
    if not low <= number <= high:
        raise ValueError(f"{name} from {low:g} to {high:g}")
    return Here._fields.index(name), SIGNS[sign], number
