"""Animals that only some lands keep: camels, llamas, yaks, reindeer. Knows no road and no season.

`street_life.csv` says what a country keeps, `herds.csv` where its climate and height let that be: inside a landscape of
the countries named there are `at least` these shares, or these animals `instead` of all others. An animal that the
table names as the first of a row lives nowhere else.
"""

from functools import lru_cache
from typing import NamedTuple

from world.earth.landscapes import Here, Landscape, landscape
from world.earth.table_rows import FOLDER, Countries, read_rows

TABLE = FOLDER / "herds.csv"


class Herd(NamedTuple):
    """One row."""

    countries: Countries
    inside: Landscape
    instead: bool  # of all other animals; otherwise at least so many beside them
    animals: tuple[tuple[str, float], ...]


@lru_cache(maxsize=1)
def herds() -> tuple[Herd, ...]:
    """All rows, in the table's order."""
    found = []
    for row in read_rows(TABLE, ("countries", "inside", "how", "animals")):
        animals = tuple(row.shares("animals", 0.001, 1.0).items())
        if not animals:
            raise row.refusal("animals", "one animal or more")
        instead = row.one_of("how", ("at least", "instead")) == "instead"
        found.append(Herd(row.countries("countries"), landscape(row, "inside"), instead, animals))
    return tuple(found)


@lru_cache(maxsize=1)
def bound() -> frozenset[str]:
    """The animals that live only where the table says."""
    return frozenset(row.animals[0][0] for row in herds())


@lru_cache(maxsize=512)
def _herds_in(iso: str) -> tuple[Herd, ...]:
    return tuple(row for row in herds() if row.countries.has(iso))


def herds_of(usual: dict[str, float], here: Here) -> dict[str, float]:
    """The `usual` animals of a country and their shares, as far as this landscape keeps them; sums to anything."""
    shares = {animal: share for animal, share in usual.items() if animal not in bound()}
    for row in _herds_in(here.country):
        if not row.inside.holds(here):
            continue
        if row.instead:
            return dict(row.animals)
        for animal, share in row.animals:
            shares[animal] = max(usual.get(animal, 0.0), share)
    return shares
