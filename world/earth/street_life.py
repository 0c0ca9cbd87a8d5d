"""Who and what stands along a street: people's dress, animals, clutter, by region and country. Knows no place.

`street_life.csv` has a row for every region (as in `car_fashions.csv`) and for about eighty countries (ISO-2); an empty
cell takes the region's. A share that ends with `!` is commonly known (livestock, dress, street furniture, the
colours of post boxes) though looked up nowhere; all others are guesses for the region.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from world.scene import RGB

TABLE = Path(__file__).parent / "tables/street_life.csv"
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
    documented: frozenset[str]  # people, animals and clutter whose share is more than a guess


@lru_cache(maxsize=512)
def street_life(iso: str, region: str) -> StreetLife:
    """What stands along the streets of a country; of its region where the country has no row."""
    rows = _rows()
    usual = rows[region]
    own = rows.get(iso, usual)
    return _read({name: own[name] or usual[name] for name in usual})


def known() -> tuple[str, ...]:
    """Regions and countries of the table."""
    return tuple(_rows())


@lru_cache(maxsize=1)
def _rows() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {row["key"]: row for row in csv.DictReader(stream)}


def _read(row: dict[str, str]) -> StreetLife:
    cells = [cell.split(":") for name in ("people", "animals", "clutter") for cell in row[name].split()]
    dress = _colours(row["dress"])
    return StreetLife(
        dress=dress,
        skin=_colours(row["skin"]),
        people=_shares(row["people"]),
        robes=_colours(row["robes"]) or dress,
        animals=_shares(row["animals"]),
        stray=float(row["stray"].rstrip("!")),
        clutter=_shares(row["clutter"]),
        post_rgb=_colours(row["post"])[0] if row["post"] else None,
        documented=frozenset(kind for kind, share in cells if share.endswith("!")),
    )


def _shares(text: str) -> Shares:
    cells = [cell.split(":") for cell in text.split()]
    shares = [float(share.rstrip("!")) for _, share in cells]
    return tuple((kind, share / sum(shares)) for (kind, _), share in zip(cells, shares, strict=True))


def _colours(text: str) -> tuple[RGB, ...]:
    return tuple((int(h[0:2], 16) / 255, int(h[2:4], 16) / 255, int(h[4:6], 16) / 255) for h in text.split())
