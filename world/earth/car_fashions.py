"""Which kinds and colours of cars a country drives: a table by region, and by country where it stands out.

`car_fashions.csv` has a row for every region (the `cars` of a house style) and for about sixty countries (ISO-2). A
share ends with `!` where it is more than a guess (what street imagery is known for, looked up nowhere: kei cars and
small lorries of Japan, pickups of Thailand, jeepneys, matatus, tuk-tuks, taxis' colours); all other shares are
guesses for the region. Shares are of what is met on the road, not of registrations. Colours are hex triples, the
commonest first. Knows no place.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from world.scene import RGB

TABLE = Path(__file__).parent / "tables/car_fashions.csv"
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
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {row["cars"]: _read(row) for row in csv.DictReader(stream)}


def _read(row: dict[str, str]) -> CarFashion:
    cells = [cell.split(":") for cell in row["kinds"].split()]
    shares = [float(share.rstrip("!")) for _, share in cells]
    return CarFashion(
        colours=tuple(_colour(h) for h in row["colours"].split()),
        taxi_rgb=_colour(row["taxi"] or "e8e8e4"),
        kinds=tuple((kind, share / sum(shares)) for (kind, _), share in zip(cells, shares, strict=True)),
        documented=frozenset(kind for kind, share in cells if share.endswith("!")),
    )


def _colour(h: str) -> RGB:
    return (int(h[0:2], 16) / 255, int(h[2:4], 16) / 255, int(h[4:6], 16) / 255)
