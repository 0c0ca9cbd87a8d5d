"""Who and what stands along a street: people's dress, animals, clutter, by region and country. Knows no place.

`street_life.csv` has a row for every region (as in `car_fashions.csv`) and for about eighty countries (ISO-2); an empty
cell takes the region's. A share that ends with `!` is commonly known (livestock, dress, street furniture, the
colours of post boxes) though looked up nowhere; all others are guesses for the region.
"""

from dataclasses import dataclass
from functools import lru_cache

from world.earth.table_rows import FOLDER, TableRow, read_rows
from world.scene import RGB

TABLE = FOLDER / "street_life.csv"
COLUMNS = ("key", "dress", "skin", "people", "robes", "animals", "stray", "clutter", "post", "walk")
NEEDED = ("dress", "skin", "people", "animals", "stray", "clutter")  # of every region
Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class StreetLife:
    """One region's or country's row."""

    dress: tuple[RGB, ...]
    skin: tuple[RGB, ...]
    people: Shares
    robes: tuple[RGB, ...]  # colours of robes; of the dress where there are none
    animals: Shares
    stray: float  # how freely animals walk by the road
    clutter: Shares
    post_rgb: RGB | None  # of post boxes
    walk: float  # how many walk, against where walking is usual: fewer in the lands of drivers
    documented: frozenset[str]  # people, animals and clutter whose share is more than a guess


@lru_cache(maxsize=512)
def street_life(iso: str, region: str) -> StreetLife:
    """What stands along the streets of a country; of its region where the country has no row."""
    rows = _rows()
    usual = rows[region]
    return _read(rows.get(iso, usual), usual)


def known() -> tuple[str, ...]:
    """Regions and countries of the table."""
    return tuple(_rows())


@lru_cache(maxsize=1)
def _rows() -> dict[str, TableRow]:
    rows = {row.text("key"): row for row in read_rows(TABLE, COLUMNS, key="key")}
    for key, row in rows.items():
        region = key.islower()
        for name in NEEDED:
            if region and row.empty(name):
                raise row.refusal(name, f"something, since '{key}' is a region that its countries lean on")
        _read(row, row)
    return rows


def _read(own: TableRow, usual: TableRow) -> StreetLife:
    """The country's own row, its empty cells filled from the usual one of its region."""
    row = {name: usual if own.empty(name) else own for name in COLUMNS}
    people, animals, clutter = (row[name].marked_shares(name) for name in ("people", "animals", "clutter"))
    dress, post = row["dress"].hexes("dress"), row["post"].hexes("post")
    return StreetLife(
        dress=dress,
        skin=row["skin"].hexes("skin"),
        people=people[0],
        robes=row["robes"].hexes("robes") or dress,
        animals=animals[0],
        stray=0.0 if row["stray"].empty("stray") else row["stray"].number("stray", 0.0, 1.0),
        clutter=clutter[0],
        post_rgb=post[0] if post else None,
        walk=1.0 if row["walk"].empty("walk") else row["walk"].number("walk", 0.0, 1.0),
        documented=people[1] | animals[1] | clutter[1],
    )
