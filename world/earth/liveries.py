"""The paint of vehicles where it is a livery: three-wheelers by country. Knows no street.

`liveries.csv`, of what street imagery is known for: the body's and the canopy's colour, the usual one where empty.
"""

from functools import lru_cache
from typing import NamedTuple

from world.earth.table_rows import FOLDER, read_rows
from world.scene import RGB

TABLE = FOLDER / "liveries.csv"


class Livery(NamedTuple):
    """One country's paint of a vehicle; None: any colour, or the usual canopy."""

    body: RGB | None = None
    canopy: RGB | None = None


UNPAINTED = Livery()


def livery(vehicle: str, iso: str) -> Livery:
    """How a kind of vehicle is painted in a country."""
    return liveries().get((vehicle, iso), UNPAINTED)


@lru_cache(maxsize=1)
def liveries() -> dict[tuple[str, str], Livery]:
    """All rows, by (vehicle, ISO-2)."""
    found: dict[tuple[str, str], Livery] = {}
    for row in read_rows(TABLE, ("country", "vehicle", "body", "canopy")):
        key = row.one_of("vehicle", ("three-wheeler",)), row.country("country")
        if key in found:
            raise row.refusal("country", "each country once")
        found[key] = Livery(row.rgb("body"), None if row.empty("canopy") else row.rgb("canopy"))
    return found
