"""Famous cities: names that everyone knows, a table, looked up in the atlas. Knows no scene and no split."""

from functools import lru_cache

import numpy as np
import pandas as pd

from model.errors import ArtifactError
from model.geo.atlas import Atlas
from world.earth.table_rows import FOLDER, read_rows

TABLE = FOLDER / "famous_cities.csv"
City = tuple[str, str]  # name as GeoNames writes it, ISO-2 code of the country


def _listed() -> tuple[tuple[City, ...], tuple[City, ...]]:
    """Cities that training data of the preset are drawn from, and further ones that games are played in."""
    rows = read_rows(TABLE, ("city", "country", "taught"))
    cities = [((" ".join(row.words("city")), row.country("country")), row.yes("taught")) for row in rows]
    return tuple(city for city, taught in cities if taught), tuple(city for city, taught in cities if not taught)


FIRST, FURTHER = _listed()
FAMOUS = FIRST + FURTHER


@lru_cache(maxsize=1)
def famous_cities() -> pd.DataFrame:
    """The cities in the order of FAMOUS: name, country, lat, lng; of several of a name the most populous.

    Raises:
        ArtifactError: the atlas lacks one of them.
    """
    towns = Atlas.open().towns
    known = towns[towns["name"].isin([name for name, _ in FAMOUS])].sort_values("population", ascending=False)
    first = known.drop_duplicates(["name", "country"]).set_index(["name", "country"])
    found = first[["lat", "lng"]].reindex(pd.MultiIndex.from_tuples(FAMOUS, names=["name", "country"])).reset_index()
    lost = found.loc[found["lat"].isna(), "name"]
    if len(lost):
        raise ArtifactError(
            f"looked for {', '.join(lost)} in the atlas, found no such city; build it again with "
            "`python -m model.geo.atlas`."
        )
    return found.astype({"lat": np.float64, "lng": np.float64})
