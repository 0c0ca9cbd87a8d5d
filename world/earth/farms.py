"""What farms grow in each region: a table of crops by climate and country. Knows no month and no colour.

`crop_regions.csv`: of each group of rows the first that fits counts (rice, tea, …, and last the staples), and says what
its farms grow, the commonest more than once. A row fits in its countries, on its continent, inside its landscape.
"""

from functools import lru_cache
from typing import NamedTuple

from world.earth.countries import CONTINENTS
from world.earth.landscapes import Here, Landscape, landscape
from world.earth.table_rows import FOLDER, Countries, read_rows

TABLE = FOLDER / "crop_regions.csv"
GROWN = ("wheat", "maize", "rice", "rows", "vineyard", "rapeseed", "sunflower", "cotton", "cane", "tea")


class CropRegion(NamedTuple):
    """One row."""

    group: str
    countries: Countries
    continent: str  # its name, "" for all
    inside: Landscape
    grows: tuple[str, ...]  # of GROWN


@lru_cache(maxsize=1)
def crop_regions() -> tuple[CropRegion, ...]:
    """All rows, in the table's order."""
    return tuple(
        CropRegion(
            row.text("group"),
            row.countries("countries"),
            row.one_of("continent", ("", *dict.fromkeys(CONTINENTS.values()))),
            landscape(row, "inside"),
            row.words("grows", GROWN),
        )
        for row in read_rows(TABLE, ("group", "countries", "continent", "inside", "grows"))
    )


@lru_cache(maxsize=512)
def crop_regions_in(iso: str, continent: str) -> tuple[CropRegion, ...]:
    """The rows that speak of a country."""
    return tuple(row for row in crop_regions() if row.countries.has(iso) and row.continent in ("", continent))


def grown(here: Here, continent: str) -> list[str]:
    """What farms grow here, the commonest more than once; nothing where no row fits."""
    found: dict[str, tuple[str, ...]] = {}
    for row in crop_regions_in(here.country, continent):
        if row.group not in found and row.inside.holds(here):
            found[row.group] = row.grows
    return [crop for crops in found.values() for crop in crops]
