"""Which places words can name: parts of the world, countries, and cities or regions of each. Knows no network.

Everything comes from the atlas. A city is known by its row there, never by its name: a country may have two
Springfields, which are then told apart by their regions.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.geo.atlas import Atlas
from model.geo.distance import from_unit, to_unit
from model.geocells.sites import SiteCells, cells_of_sites
from model.predictors.prompts import PromptSet

Leaves = Literal["city", "region"]


@dataclass(frozen=True)
class Gazetteer:
    """Countries, and in their order the leaves of each.

    Attributes:
        leaves: "city" or "region".
        countries: a row a country: iso, name, part (of the world); those without a town are left out.
        table: a row a leaf, country by country: town_row (of `Atlas.towns`; of a region that of its largest town),
            name, region, country, lat, lng, population; within a country the most populous first.
        first: (M + 1,) where the leaves of each country begin, and the end.
    """

    leaves: Leaves
    countries: pd.DataFrame
    table: pd.DataFrame
    first: NDArray[np.int64]

    @classmethod
    def of_atlas(cls, atlas: Atlas, leaves: Leaves = "city", most: int = 30) -> "Gazetteer":
        """At most so many leaves a country (0: all), the most populous."""
        towns = atlas.towns.assign(town_row=np.arange(len(atlas.towns)))
        found = _cities(towns) if leaves == "city" else _regions(towns)
        # Two places of one position cannot be told apart on the map: the larger stays.
        found = found.sort_values(["population", "town_row"], ascending=[False, True])
        found = found[~found[["lat", "lng"]].round(6).duplicated()]
        known = atlas.countries[atlas.countries.index.isin(found["country"])]
        countries = pd.DataFrame(
            {"iso": known.index.to_numpy(object), "name": known["name"].to_numpy(object),
             "part": known["continent_name"].to_numpy(object)}
        )  # fmt: skip
        order = {iso: row for row, iso in enumerate(countries["iso"])}
        found = found[found["country"].isin(order)].assign(_of=found["country"].map(order))
        found = found.sort_values(["_of", "population", "town_row"], ascending=[True, False, True])
        if most > 0:
            found = found[found.groupby("_of").cumcount() < most]
        found = found.reset_index(drop=True)
        first = np.searchsorted(found["_of"].to_numpy(), np.arange(len(countries) + 1)).astype(np.int64)
        return cls(leaves, countries, found.drop(columns="_of"), first)

    @classmethod
    @cache
    def open(cls, leaves: Leaves = "city", most: int = 30) -> "Gazetteer":
        """That of the atlas, made once for the process."""
        return cls.of_atlas(Atlas.open(), leaves, most)

    @cached_property
    def regions(self) -> SiteCells:
        """The leaves as a table of regions."""
        return cells_of_sites(self.table, {"name": "gazetteer", "leaves": self.leaves, "places": len(self.table)})

    @cached_property
    def ambiguous(self) -> NDArray[np.bool_]:
        """(J,) leaves that share their name with another one of their country."""
        shared: NDArray[np.bool_] = self.table.duplicated(["country", "name"], keep=False).to_numpy()
        return shared

    def of_country(self, country: int) -> slice:
        """The leaves of a row of `countries`."""
        return slice(int(self.first[country]), int(self.first[country + 1]))

    def texts_of_country(self, country: int, prompts: PromptSet) -> list[str]:
        """What a picture of a country is called."""
        return prompts.of_country(str(self.countries["name"].iat[country]))

    def texts_of_leaf(self, leaf: int, prompts: PromptSet) -> list[str]:
        """What a picture of a leaf is called."""
        row = self.table.iloc[leaf]
        country = str(self.countries["name"].iat[int(np.searchsorted(self.first, leaf, side="right")) - 1])
        if self.leaves == "region":
            return prompts.of_region(str(row["name"]), country)
        region = str(row["region"]) or country
        name = f"{row['name']} in {region}" if self.ambiguous[leaf] else str(row["name"])
        return prompts.of_city(name, region, country)


def _cities(towns: pd.DataFrame) -> pd.DataFrame:
    return towns[["town_row", "name", "region", "country", "lat", "lng", "population"]]


def _regions(towns: pd.DataFrame) -> pd.DataFrame:
    """Each where its people live: the mean of its towns on the sphere, weighted by their people."""
    named = towns[towns["region"] != ""]
    weight = np.maximum(named["population"].to_numpy(np.float64), 1.0)
    units = to_unit(named[["lat", "lng"]].to_numpy(np.float64)) * weight[:, None]
    parts = named.assign(x=units[:, 0], y=units[:, 1], z=units[:, 2]).sort_values("population", ascending=False)
    grouped = parts.groupby(["country", "region_code"], sort=False)
    found = grouped.agg(
        town_row=("town_row", "first"), name=("region", "first"), region=("region", "first"),
        population=("population", "sum"), x=("x", "sum"), y=("y", "sum"), z=("z", "sum"),
    ).reset_index()  # fmt: skip
    points = from_unit(found[["x", "y", "z"]].to_numpy(np.float64))
    return found.assign(lat=points[:, 0], lng=points[:, 1]).drop(columns=["x", "y", "z", "region_code"])
