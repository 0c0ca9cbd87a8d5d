"""Which plants grow where: tables of zones, of what a kind bears, of where it is at home. Knows no pixels.

`species.csv` has a row for each kind that is drawn: whether it is low, what it bears (mean of the coldest month, of
the year, rain; `hard` edges are those of a crop, soft ones blur) and the countries where it is at home or planted, with
a factor; a kind without countries grows wherever its zone and climate allow. `vegetation.csv` says which kinds a Köppen
zone (by the longest prefix that fits) or a country without forest bears, and in what proportion. `species_ranges.csv`
then narrows and widens in this order: `*0.2` times, `=5` instead, `+1.8` more, inside or outside of a landscape;
`absent` is what to take where the zone bears none of it.
"""

from functools import lru_cache
from typing import NamedTuple

from world.earth.landscapes import Here, Landscape, landscape
from world.earth.table_rows import FOLDER, Countries, TableRow, read_rows

SPECIES, VEGETATION, RANGES = (FOLDER / f"{name}.csv" for name in ("species", "vegetation", "species_ranges"))
BEARS = ("coldest_c", "warmest_year_c", "least_rain_mm", "most_rain_mm")
Mix = dict[str, float]  # weights of kinds


class Species(NamedTuple):
    """One kind."""

    low: bool  # a bush, a tuft, a crop: no tree
    bears: tuple[float, float, float, float] | None  # coldest month at least, year at most (°C), rain (mm a year)
    hard: bool  # nothing grows beyond its edges; otherwise they are soft
    countries: Mix | None  # where it is at home or planted; None: wherever it can


class Range(NamedTuple):
    """One change of the weights of some kinds in some countries."""

    countries: Countries
    kinds: tuple[str, ...]
    but: bool  # all that grow here but these kinds
    inside: Landscape
    outside: Landscape | None
    sign: str  # "*", "=", "+"
    amount: float
    absent: float

    def change(self, kinds: Mix, here: Here) -> None:
        """Change `kinds` where the range says so."""
        if not self.inside.holds(here) or (self.outside is not None and self.outside.holds(here)):
            return
        for kind in [kind for kind in kinds if kind not in self.kinds] if self.but else self.kinds:
            weight = kinds.get(kind, self.absent)
            if self.sign == "*":
                kinds[kind] = weight * self.amount
            else:
                kinds[kind] = self.amount + (weight if self.sign == "+" else 0.0)


@lru_cache(maxsize=1)
def species() -> dict[str, Species]:
    """All kinds."""
    columns = ("kind", "low", *BEARS, "edge", "countries")
    return {row.text("kind"): _species(row) for row in read_rows(SPECIES, columns, key="kind")}


@lru_cache(maxsize=1)
def low_kinds() -> frozenset[str]:
    """The kinds that are no trees."""
    return frozenset(kind for kind, one in species().items() if one.low)


@lru_cache(maxsize=1)
def vegetation() -> dict[str, Mix]:
    """What Köppen zones (keys like "Cs") and countries without forest (keys like "country IS") bear."""
    found: dict[str, Mix] = {}
    for row in read_rows(VEGETATION, ("zone", "country", "kinds")):
        if row.empty("zone") == row.empty("country"):
            raise row.refusal("zone", "either a zone or a country")
        key = row.text("zone") or f"country {row.country('country')}"
        found[key] = row.shares("kinds", 0.0, 10.0, species())
        if not found[key]:
            raise row.refusal("kinds", "one kind or more")
    return found


def of_zone(koppen: str) -> Mix:
    """What a Köppen zone bears."""
    table = vegetation()
    return table[next(koppen[:k] for k in (3, 2, 1) if koppen[:k] in table)]


def of_treeless(iso: str) -> Mix | None:
    """What grows in a country where wind, sheep and cold left no forest; None for all others."""
    return vegetation().get(f"country {iso}")


@lru_cache(maxsize=1)
def ranges() -> tuple[Range, ...]:
    """All rows of `species_ranges.csv`, in its order."""
    columns = ("countries", "kinds", "inside", "outside", "change", "absent")
    return tuple(_range(row) for row in read_rows(RANGES, columns))


@lru_cache(maxsize=512)
def ranges_in(iso: str) -> tuple[Range, ...]:
    """The rows that speak of a country."""
    return tuple(row for row in ranges() if row.countries.has(iso))


def _species(row: TableRow) -> Species:
    bears = None
    if not all(row.empty(name) for name in BEARS):
        cold, warm = row.number("coldest_c", -60.0, 30.0), row.number("warmest_year_c", 0.0, 45.0)
        dry, wet = row.number("least_rain_mm", 0.0, 5000.0), row.number("most_rain_mm", 0.0, 9999.0)
        if dry >= wet:
            raise row.refusal("most_rain_mm", f"more rain than the least, {dry:g}")
        bears = (cold, warm, dry, wet)
    hard = row.one_of("edge", ("soft", "hard")) == "hard"
    countries = row.shares_by_country("countries", 0.0, 10.0) or None
    return Species(row.one_of("low", ("yes", "no")) == "yes", bears, hard, countries)


def _range(row: TableRow) -> Range:
    words = row.words("kinds", ("but", *species()))
    but = words[0] == "but"
    kinds = words[1:] if but else words
    if not kinds or "but" in kinds:
        raise row.refusal("kinds", "kinds, all of them after one 'but' where they are left out")
    sign, amount = row.text("change")[:1], row.text("change")[1:]
    if sign not in ("*", "=", "+") or not amount.replace(".", "", 1).isdecimal():
        raise row.refusal("change", "a change like *0.5, =2 or +1.8")
    return Range(
        countries=row.countries("countries"),
        kinds=kinds,
        but=but,
        inside=landscape(row, "inside"),
        outside=None if row.empty("outside") else landscape(row, "outside"),
        sign=sign,
        amount=float(amount),
        absent=0.0 if row.empty("absent") else row.number("absent", 0.0, 10.0),
    )
