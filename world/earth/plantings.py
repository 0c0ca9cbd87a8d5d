"""What people plant in rows and blocks: plantations, hedgerows, windbreaks, street trees. Knows no pixels.

`plantations.csv`: chance that a country road runs beside a block of a kind, by country, outside of a landscape where
one is named. `field_edges.csv`: hedgerows and windbreaks with the share of roads that have them; of a country's rows
the first whose landscape fits counts; `cypress` is the share of windbreaks that are no poplars. `street_trees.csv`:
the trees of streets, the first row that fits.
"""

from functools import lru_cache
from typing import NamedTuple

from world.earth.landscapes import Here, Landscape, landscape
from world.earth.species import species
from world.earth.table_rows import FOLDER, Countries, read_rows

PLANTATIONS, EDGES, TREES = (FOLDER / f"{name}.csv" for name in ("plantations", "field_edges", "street_trees"))


class Plantation(NamedTuple):
    """Blocks of one kind."""

    kind: str
    chance: dict[str, float]  # by country
    outside: Landscape | None


class FieldEdge(NamedTuple):
    """What runs along fields."""

    inside: Landscape
    share: float
    cypress: float  # share of windbreaks that are of cypress; the others are of poplar


NO_EDGE = FieldEdge(Landscape(((),)), 0.0, 0.0)


@lru_cache(maxsize=1)
def plantations() -> tuple[Plantation, ...]:
    """All rows, in the table's order."""
    return tuple(
        Plantation(
            row.one_of("kind", species()),
            row.shares_by_country("countries", 0.0, 1.0),
            None if row.empty("outside") else landscape(row, "outside"),
        )
        for row in read_rows(PLANTATIONS, ("kind", "countries", "outside"))
    )


def plantations_in(here: Here) -> list[tuple[str, float]]:
    """(kind, chance) of the blocks that may stand here."""
    return [
        (row.kind, row.chance[here.country])
        for row in plantations()
        if here.country in row.chance and not (row.outside is not None and row.outside.holds(here))
    ]


@lru_cache(maxsize=1)
def field_edges() -> dict[tuple[str, str], tuple[FieldEdge, ...]]:
    """Rows by ("hedgerow" or "windbreak", country)."""
    found: dict[tuple[str, str], tuple[FieldEdge, ...]] = {}
    for row in read_rows(EDGES, ("what", "country", "inside", "share", "cypress")):
        key = row.one_of("what", ("hedgerow", "windbreak")), row.country("country")
        cypress = 0.0 if row.empty("cypress") else row.number("cypress", 0.0, 1.0)
        edge = FieldEdge(landscape(row, "inside"), row.number("share", 0.0, 0.95), cypress)
        found[key] = (*found.get(key, ()), edge)
    return found


def field_edge(what: str, here: Here) -> FieldEdge:
    """The "hedgerow" or "windbreak" of this landscape; of share 0 where none is usual."""
    rows = field_edges().get((what, here.country), ())
    return next((row for row in rows if row.inside.holds(here)), NO_EDGE)


@lru_cache(maxsize=1)
def street_trees() -> tuple[tuple[Countries, Landscape, tuple[str, ...]], ...]:
    """(countries, landscape, kinds), in the table's order."""
    return tuple(
        (row.countries("countries"), landscape(row, "inside"), row.words("kinds", species()))
        for row in read_rows(TREES, ("countries", "inside", "kinds"))
    )


def trees_of_streets(here: Here) -> tuple[str, ...]:
    """Kinds of street trees here, the commonest more than once; none where no row fits."""
    fitting = (
        kinds for countries, inside, kinds in street_trees() if countries.has(here.country) and inside.holds(here)
    )
    return next(fitting, ())
