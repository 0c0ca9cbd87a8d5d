"""Which kinds and colours of cars a country drives: a table by region, and by country where it stands out.

`car_fashions.csv` has a row for every region (the `cars` of a house style) and for about sixty countries (ISO-2). A
share ends with `!` where it is more than a guess (what street imagery is known for, looked up nowhere: kei cars and
small lorries of Japan, pickups of Thailand, jeepneys, matatus, tuk-tuks, taxis' colours); all other shares are
guesses for the region. Shares are of what is met on the road, not of registrations. Colours are hex triples, the
commonest first. Knows no place.
"""

from dataclasses import dataclass
from functools import lru_cache

from world.earth.table_rows import FOLDER, TableRow, read_rows
from world.scene import RGB

TABLE = FOLDER / "car_fashions.csv"
TAXI = (232 / 255, 232 / 255, 228 / 255)  # where the table names no colour
TWO_WHEELERS = ("motorbike", "motorbike-two", "bicycle")


@dataclass(frozen=True)
class CarFashion:
    """A region's or a country's traffic."""

    colours: tuple[RGB, ...]
    taxi_rgb: RGB
    kinds: tuple[tuple[str, float], ...]  # kind and share; shares sum to 1
    documented: frozenset[str]  # the kinds whose share is more than a guess


@lru_cache(maxsize=512)
def fashion(iso: str, region: str) -> CarFashion:
    """The traffic of a country; of its region where the country has no row."""
    table = fashions()
    return table.get(iso) or table[region]


@lru_cache(maxsize=1)
def fashions() -> dict[str, CarFashion]:
    """The whole table, by region and ISO-2."""
    rows = read_rows(TABLE, ("cars", "colours", "taxi", "kinds"), key="cars")
    return {row.text("cars"): _read(row) for row in rows}


def _read(row: TableRow) -> CarFashion:
    kinds, documented = row.marked_shares("kinds")
    colours, taxi = row.hexes("colours"), row.hexes("taxi")
    if not kinds:
        raise row.refusal("kinds", "one kind or more")
    if not colours:
        raise row.refusal("colours", "one colour or more")
    return CarFashion(colours=colours, taxi_rgb=taxi[0] if taxi else TAXI, kinds=kinds, documented=documented)
