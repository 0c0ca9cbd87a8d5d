"""What is particular about the roads of a country: dashes, concrete, kerbs, mouths, lanes, rails. Knows no place.

`roads.csv` has a row for each country of which something is known; empty cells and other countries take what is usual.
National rules of dashes: MUTCD 10 and 30 ft; RMS 4 and 8 m; arrêté of 1967 3 and 10 m; TSRGD diagram 1008; AS 1742;
GOST R 51256. Painted kerbs, cycle lanes, rails, grids and what marks a junction's mouth are from memory.
"""

from dataclasses import dataclass
from functools import lru_cache

from world.earth.colour import NAMED
from world.earth.table_rows import FOLDER, TableRow, read_rows
from world.scene import RGB

TABLE = FOLDER / "roads.csv"
COLUMNS = ("country", "dash_m", "gap_m", "concrete", "unpaved", "kerb", "mouth", "zebra", "cycle_lane", "trams", "grid")
CONCRETE = 0.04  # share of paved roads that are of concrete, where the table says nothing


@dataclass(frozen=True, slots=True)
class RoadCustoms:
    """One country's row."""

    dash_m: tuple[float, float] | None = None  # paint and gap of centre lines out of town; None: no national rule
    concrete: float = CONCRETE
    unpaved: bool = False  # more dirt and gravel than its wealth tells
    kerb: tuple[RGB, RGB] | None = None  # the two colours of painted kerbs
    mouth: str = "bar"  # across the mouth of a side road: "teeth", "dashes", "bar"
    zebra_rgb: RGB | None = None
    cycle_lane_rgb: RGB | None = None
    trams: bool = False
    grid: bool = False  # towns of straight streets


USUAL = RoadCustoms()


def road_customs(iso: str) -> RoadCustoms:
    """The customs of a country; the usual ones where the table does not know it."""
    return known_roads().get(iso, USUAL)


@lru_cache(maxsize=1)
def known_roads() -> dict[str, RoadCustoms]:
    """All rows, by ISO-2."""
    return {row.country("country"): _read(row) for row in read_rows(TABLE, COLUMNS, key="country")}


def _read(row: TableRow) -> RoadCustoms:
    dash, kerb = None, None
    if not (row.empty("dash_m") and row.empty("gap_m")):
        dash = row.number("dash_m", 0.5, 20.0), row.number("gap_m", 0.5, 20.0)
    if not row.empty("kerb"):
        names = row.words("kerb", NAMED)
        if len(names) != 2:
            raise row.refusal("kerb", "two names of colours")
        kerb = NAMED[names[0]], NAMED[names[1]]
    return RoadCustoms(
        dash_m=dash,
        concrete=CONCRETE if row.empty("concrete") else row.number("concrete", 0.0, 1.0),
        unpaved=row.yes("unpaved"),
        kerb=kerb,
        mouth=row.one_of("mouth", ("", "teeth", "dashes")) or "bar",
        zebra_rgb=None if row.empty("zebra") else row.rgb("zebra"),
        cycle_lane_rgb=None if row.empty("cycle_lane") else row.rgb("cycle_lane"),
        trams=row.yes("trams"),
        grid=row.yes("grid"),
    )
