"""Which names stand on a map: every country, the world's largest towns, and the smaller ones around the places shown.

Pure choice from the atlas's tables; the browser lets no two names overlap and shows more of them the closer one looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from model.geo.distance import haversine_km

LARGEST = 250  # towns that any map may show
AROUND = ((1200.0, 60), (300.0, 60), (60.0, 40), (15.0, 20))  # within so many km of a place: the so many largest towns
MOST_PLACES = 12  # with towns around them; more would make a heavy page
COUNTRY_KM2, COUNTRY_PEOPLE = 1500.0, 10_000  # a smaller one has no name here; its towns may


@dataclass(frozen=True)
class Name:
    """A name on a map. `weight` decides between two that would overlap, -1000 … 1000: the larger one stands."""

    name: str
    lat: float
    lng: float
    weight: int


def countries(table: pd.DataFrame) -> list[Name]:
    """Every country (name, lat, lng, area_km2, population of the atlas), the large and peopled before the others."""
    large = (table["area_km2"] >= COUNTRY_KM2) & (table["population"] >= COUNTRY_PEOPLE)
    known = table[np.isfinite(table["lat"]) & large]
    return _names(known, _weights(known["area_km2"] * known["population"], 200, 1000))


def towns(table: pd.DataFrame, points: Sequence[Sequence[float]]) -> list[Name]:
    """The largest towns (name, lat, lng, population of the atlas), and those around the first of `points` (N, 2)."""
    rows = set(table["population"].nlargest(LARGEST).index)
    for lat, lng in list(points)[:MOST_PLACES]:
        box = table[np.abs(table["lat"] - lat) < max(AROUND)[0] / 111.0]
        away_km = haversine_km(box[["lat", "lng"]].to_numpy(), (lat, lng))
        for radius_km, count in AROUND:
            rows |= set(box["population"][away_km < radius_km].nlargest(count).index)
    chosen = table.loc[sorted(rows)]
    return _names(chosen, _weights(chosen["population"], -1000, 199))


def _weights(sizes: pd.Series, low: int, high: int) -> np.ndarray:
    """Sizes as weights from `low` to `high`, in the order of their logarithms."""
    if sizes.empty:
        return np.zeros(0, int)
    logs = np.log(np.maximum(sizes.to_numpy(float), 1.0))
    span = max(float(np.ptp(logs)), 1e-9)
    return np.rint(low + (high - low) * (logs - logs.min()) / span).astype(int)


def _names(table: pd.DataFrame, weights: np.ndarray) -> list[Name]:
    return [
        Name(str(row.name_), round(float(row.lat), 3), round(float(row.lng), 3), int(weight))
        for row, weight in zip(table.rename(columns={"name": "name_"}).itertuples(), weights, strict=True)
    ]
