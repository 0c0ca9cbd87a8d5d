"""Which building tradition a country follows, or its landscapes where it has several. Knows no house.

`traditions.csv`: of a country's rows the first whose landscape fits names a row of `house_styles.csv`. Where none fits
the country keeps the style of `country_facts.csv`.
"""

from functools import lru_cache

from world.earth.landscapes import Here, Landscape, landscape
from world.earth.styles import STYLES
from world.earth.table_rows import FOLDER, read_rows

TABLE = FOLDER / "traditions.csv"


@lru_cache(maxsize=1)
def traditions() -> dict[str, tuple[tuple[Landscape, str], ...]]:
    """(landscape, name of the style) of each country, in the table's order."""
    found: dict[str, tuple[tuple[Landscape, str], ...]] = {}
    for row in read_rows(TABLE, ("country", "inside", "style")):
        iso = row.country("country")
        found[iso] = (*found.get(iso, ()), (landscape(row, "inside"), row.one_of("style", STYLES)))
    return found


def tradition(here: Here) -> str:
    """The name of the style that is built here; "" where the table does not know better than the country's facts."""
    return next((name for inside, name in traditions().get(here.country, ()) if inside.holds(here)), "")
