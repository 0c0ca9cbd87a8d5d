"""What the atlas leaves open at sea, on causeways and on atolls, taken from the neighbour. Knows no family of clues.

A road over water belongs to the country of the nearest town and has the climate of the nearest land: the causeway to
Bahrain is a desert road, the airport of the Maldives a tropical one. Lands of the Antarctic continent have no ways of
building of their own; they follow the settled continent that is nearest.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.geo.driving import LEFT_DRIVING
from model.geo.layers import KOPPEN_ZONES
from world.earth.countries import CONTINENTS

LAND_ZONES = frozenset(KOPPEN_ZONES) - {"Ocean", ""}
UNSETTLED = "AN"  # Antarctica, in the atlas
TOWNS_ASKED = 16  # more than Antarctic lands have

Floats = NDArray[np.float64]


def brought_ashore(described: pd.DataFrame, points: Floats, atlas: Any) -> pd.DataFrame:
    """What `atlas.describe` says of points (N, 2), with no climate and no country left open.

    Filled are koppen and, where there is no country, country, region, town, native_town and driving_side; town and
    region stay empty in Antarctica.
    """
    zones = described["koppen"].to_numpy(object).copy()
    open_zone = ~_on_land(zones)
    if open_zone.any():
        zones[open_zone] = _nearest_zones(points[open_zone], atlas)
    at_sea = described["country"].to_numpy(object) == ""
    filled = described.assign(koppen=zones)
    if at_sea.any():
        countries = atlas.country(points[at_sea])
        _, town = atlas.nearest_towns(points[at_sea])
        towns = atlas.towns.iloc[town[:, 0]]
        theirs = towns["country"].to_numpy(object) == countries  # not so in Antarctica, and off Greenland
        for column, source in (("region", "region"), ("town", "name"), ("native_town", "native_name")):
            filled.loc[at_sea, column] = np.where(theirs, towns[source].to_numpy(object), "")
        filled.loc[at_sea, "country"] = countries
        filled.loc[at_sea, "driving_side"] = ["left" if iso in LEFT_DRIVING else "right" for iso in countries]
    return filled


def continents_of(countries: NDArray[np.object_], points: Floats, atlas: Any) -> list[str]:
    """The continents (N,), by name, of countries at points; the nearest settled one where the atlas has none."""
    codes = atlas.countries["continent"].astype(str).to_dict()
    found = [codes.get(iso, UNSETTLED) for iso in countries]
    for k, code in enumerate(found):
        if code == UNSETTLED:
            _, towns = atlas.nearest_towns(points[k : k + 1], TOWNS_ASKED)
            near = (codes.get(iso, UNSETTLED) for iso in atlas.towns["country"].iloc[towns[0]])
            found[k] = next(code for code in near if code != UNSETTLED)
    return [CONTINENTS[code] for code in found]


def _nearest_zones(points: Floats, atlas: Any) -> NDArray[np.object_]:
    """The climate raster's own answer, which reaches beyond the shore; further out that of the nearest town."""
    zones: NDArray[np.object_] = atlas.koppen(points).copy()
    out = ~_on_land(zones)
    if out.any():
        _, town = atlas.nearest_towns(points[out])
        zones[out] = atlas.koppen(atlas.towns[["lat", "lng"]].to_numpy(np.float64)[town[:, 0]])
    return zones


def _on_land(zones: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.array([zone in LAND_ZONES for zone in zones], bool)
