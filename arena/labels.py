"""Names on the guess map: countries and the largest towns, from the atlas. Knows no game."""

import functools
from typing import Any

from model.geo.distance import spherical_mean

TOWNS = 1500  # the page shows more of them the closer one looks


@functools.cache
def map_labels() -> dict[str, list[list[Any]]]:
    """{"countries": [[name, lat, lng, area_km2]], "towns": [[name, lat, lng, population]]}, the largest first.

    A country's name stands at the mean of its towns, which is where its people are.
    """
    from model.geo.atlas import Atlas

    atlas = Atlas.open()
    towns = atlas.towns
    countries = {str(row["iso"]): row for row in atlas.countries.rename_axis("iso").reset_index().to_dict("records")}
    names = []
    for code, own in towns.groupby("country", observed=True):
        if (country := countries.get(str(code))) is None:
            continue
        # Weights are softened, or one metropolis would pull the whole name onto itself.
        lat, lng = spherical_mean(own[["lat", "lng"]].to_numpy(), own["population"].clip(lower=1).to_numpy() ** 0.25)
        area_km2 = float(country["area_km2"] or 0.0)
        names.append([str(country["name"]), round(float(lat), 3), round(float(lng), 3), area_km2])
    largest = towns.nlargest(TOWNS, "population")
    return {
        "countries": sorted(names, key=lambda name: -name[3]),
        "towns": [
            [str(row["name"]), round(row["lat"], 3), round(row["lng"], 3), int(row["population"])]
            for row in largest[["name", "lat", "lng", "population"]].to_dict("records")
        ],
    }
