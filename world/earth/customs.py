"""What only some countries do or have, one row a custom: stone bridges, pillar boxes, red barns. Knows no scene.

`customs.csv`: a custom, its countries, the landscape inside which they keep it, and in words what it is. A custom may
have several rows. They are from general knowledge.
"""

from functools import lru_cache

from model.errors import ConfigError
from world.earth.landscapes import Here, Landscape, landscape
from world.earth.table_rows import FOLDER, Countries, read_rows

TABLE = FOLDER / "customs.csv"


@lru_cache(maxsize=1)
def customs() -> dict[str, tuple[tuple[Countries, Landscape], ...]]:
    """(countries, landscape) of the rows of each custom."""
    found: dict[str, tuple[tuple[Countries, Landscape], ...]] = {}
    for row in read_rows(TABLE, ("custom", "countries", "inside", "what")):
        name = " ".join(row.words("custom"))
        row.words("what")
        countries = row.countries("countries")
        if countries.but:
            raise row.refusal("countries", "the countries that keep it")
        found[name] = (*found.get(name, ()), (countries, landscape(row, "inside")))
    return found


def kept(custom: str, here: Here) -> bool:
    """Whether a custom is kept here.

    Raises:
        ConfigError: no such custom.
    """
    return any(countries.has(here.country) and inside.holds(here) for countries, inside in _rows_of(custom))


def countries_of(custom: str) -> frozenset[str]:
    """The countries that keep a custom, at least in a part of them.

    Raises:
        ConfigError: no such custom.
    """
    return frozenset(iso for countries, _ in _rows_of(custom) for iso in countries.codes)


def _rows_of(custom: str) -> tuple[tuple[Countries, Landscape], ...]:
    if custom not in customs():
        raise ConfigError(
            f"looked for the custom '{custom}' in {TABLE.name}, found {', '.join(customs())}; write a row for it."
        )
    return customs()[custom]
