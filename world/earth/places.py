"""Where and when to look: places that resemble street coverage, of one of the four splits. Knows no scene.

Countries count by their coverage (countries.py), area and people; within a country, places lie in towns, on country
roads near towns, and far out. Sea, Antarctica and closed countries never. Which ground is whose says `splits.py`, and
what a continent's map shows `continents.py`.
"""

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import ConfigError
from model.geo.atlas import Atlas
from model.geo.distance import destination
from world.earth.cities import FIRST, famous_cities
from world.earth.city_places import CITY_KM, draw_city_by_city
from world.earth.continents import Continent, continents
from world.earth.countries import facts
from world.earth.customs import countries_of
from world.earth.splits import SHARES, SPLITS, Split, keeps_its_margin
from world.earth.sun import solar_position

PRESETS = ("world", *continents(), "urban", "rural", "famous")  # or a country's ISO-2 code
KIND_SHARES = {"urban": (1.0, 0.0, 0.0), "rural": (0.0, 0.35, 0.65)}  # in towns, near towns, far out
USUAL_SHARES = (0.26, 0.36, 0.38)
COVERAGE_WEIGHT = (0.015, 0.12, 0.5, 1.0)  # by coverage class
CLOSED = countries_of("closed")
LOWEST_SUN_DEG = 5.0
TRIES = 12  # moments drawn for each place before noon is taken

Floats = NDArray[np.float64]


def sample_places(n: int, seed: int, split: Split = "train", preset: str = "world") -> pd.DataFrame:
    """Draw `n` places and moments of a split: columns id, lat, lng, month, hour (local solar time), seed.

    Presets: the world, a continent, towns ("urban"), open country ("rural"), famous cities and what lies within 25 km
    of them ("famous"), or one country by its ISO-2 code. The sun stands above 5°, no two splits share a seed, and the
    same arguments give the same places. A continent is what a map of it shows. In a game, no famous city comes a second
    time before each has come once, and its places lie where no stage trains.

    Raises:
        ConfigError: an unknown split or preset, a negative `n`, or a preset without a cell in this split.
    """
    if split not in SPLITS:
        raise ConfigError(f"no split is called '{split}'; the splits are {', '.join(SPLITS)}.")
    if n < 0 or seed < 0:
        raise ConfigError(f"looked for a number of places and a seed that are not negative, found {n} and {seed}.")
    pool = _pool(preset)
    key = hashlib.sha256(f"{seed} {split} {preset}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(key, np.uint32))
    if split == "game" and preset == "famous":
        points = draw_city_by_city(rng, n, _fits_a_game)
    else:
        points = _gather(pool, rng, n, split, preset)
    points = np.round(points, 5)
    months, hours = _moments(points[:, 0], rng)
    return pd.DataFrame(
        {
            "id": [f"{split}-{i:07d}" for i in range(n)],
            "lat": points[:, 0],
            "lng": points[:, 1],
            "month": months,
            "hour": hours,
            "seed": rng.integers(0, 2**29, n) * len(SPLITS) + SPLITS.index(split),
        }
    )


def _gather(pool: "_Pool", rng: np.random.Generator, n: int, split: Split, preset: str) -> Floats:
    """The first `n` points (n, 2) of a pool that lie in a split."""
    share = SHARES[SPLITS.index(split)] * (1.0 if split == "train" else 0.6)
    found, count, misses = [np.empty((0, 2))], 0, 0
    while count < n:
        drawn = pool.draw(rng, int((n - count) / share * 1.3) + 64)
        kept = drawn[keeps_its_margin(drawn, split)]
        kept = kept[pool.welcome(kept)]
        found.append(kept)
        count += len(kept)
        misses = 0 if len(kept) else misses + 1
        if misses > 50:
            raise ConfigError(
                f"looked for places of the split '{split}' in '{preset}', found none; take a larger preset."
            )
    return np.concatenate(found)[:n]


class _Pool:
    """The towns of a preset with three kinds of weights: to be in, near, and far from.

    Of a country that a continent has a part of, the towns there keep the weights that they have in the whole country.
    """

    def __init__(
        self, atlas: Any, weights: pd.Series, shares: tuple[float, ...], continent: Continent | None = None
    ) -> None:
        towns = atlas.towns
        self._atlas, self._shares, self._continent = atlas, shares, continent
        self._countries = towns["country"].to_numpy(object)
        self._usual = towns["country"].map(atlas.countries["continent"]).to_numpy(object)
        self._counts = towns["country"].map(weights).fillna(0.0).to_numpy(np.float64) > 0.0
        self._points = towns[["lat", "lng"]].to_numpy(np.float64)
        self._people = np.maximum(300.0, towns["population"].to_numpy(np.float64))
        codes, names = pd.factorize(towns["country"])
        of_country = weights.reindex(names).fillna(0.0).to_numpy(np.float64)
        kept = self._counts
        if continent is not None:
            kept = kept & continent.holds(self._points, self._countries, self._usual)
        self._cumulative = []
        for power in (0.8, 0.4, 0.0):
            weight = self._people**power
            total = np.bincount(codes, weight, len(names))
            of_town = of_country[codes] * weight / total[codes]
            self._cumulative.append(np.cumsum(np.where(kept, of_town, 0.0)))

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        """Points (n, 2): a town, and a step away from it in any direction."""
        kind = rng.choice(3, n, p=self._shares)
        spot = rng.random(n)
        town = np.zeros(n, np.int64)
        for k, cumulative in enumerate(self._cumulative):
            town[kind == k] = np.searchsorted(cumulative, spot[kind == k] * cumulative[-1], side="right")
        town = np.minimum(town, len(self._points) - 1)
        size_km = np.clip(0.5 * (self._people[town] / 3000.0) ** 0.38, 0.3, 12.0)
        away = rng.exponential(1.0, n) * np.choose(kind, [0.7 * size_km, size_km + 5.0, size_km + 24.0])
        return destination(self._points[town], rng.uniform(0.0, 360.0, n), np.minimum(away, 90.0))

    def welcome(self, points: Floats) -> NDArray[np.bool_]:
        """Land of a country that counts: a step across a border may lead into one that does not."""
        if not len(points):
            return np.zeros(0, bool)
        _, near = self._atlas.nearest_towns(points)
        town = near[:, 0]
        inside: NDArray[np.bool_] = self._counts[town] & self._atlas.is_land(points) & (points[:, 0] > -60.0)
        if self._continent is not None:
            inside &= self._continent.holds(points, self._countries[town], self._usual[town])
        return inside


class _FamousPool(_Pool):
    """The famous cities, all alike, and their surroundings."""

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        """Points (n, 2): a city, and a step away from it in any direction."""
        cities = famous_cities()[["lat", "lng"]].to_numpy(np.float64)[: len(FIRST)]
        chosen = cities[rng.integers(0, len(cities), n)]
        return destination(chosen, rng.uniform(0.0, 360.0, n), CITY_KM * rng.random(n))


def _fits_a_game(points: Floats) -> NDArray[np.bool_]:
    return keeps_its_margin(points, "game") & _pool("famous").welcome(points)


@lru_cache(maxsize=16)
def _pool(preset: str) -> _Pool:
    atlas = Atlas.open()
    if preset == "famous":
        everywhere = pd.Series(1.0, index=atlas.countries.index).drop(list(CLOSED & set(atlas.countries.index)))
        return _FamousPool(atlas, everywhere, USUAL_SHARES)
    countries = atlas.countries
    weights = pd.Series({str(iso): _weight(str(iso), row) for iso, row in countries.iterrows()}, dtype=np.float64)
    if preset in continents():
        return _Pool(atlas, weights, USUAL_SHARES, continents()[preset])
    if preset in weights.index:
        weights = weights.where(weights.index == preset, 0.0)
    elif preset not in PRESETS:
        raise ConfigError(f"no preset is called '{preset}'; there are {', '.join(PRESETS)}, and ISO codes such as FR.")
    if not weights.sum() > 0.0:
        raise ConfigError(f"'{preset}' has no places to look at: it is closed or has no towns.")
    return _Pool(atlas, weights, KIND_SHARES.get(preset, USUAL_SHARES))


def _weight(iso: str, row: Any) -> float:
    """Coverage × area^0.3 × people^0.15 × wealth: the United States count some 30 times as much as Luxembourg."""
    if iso in CLOSED:
        return 0.0
    area, people = max(20.0, float(row["area_km2"])), max(1000.0, float(row["population"]))
    country = facts(iso, str(row["continent"]))
    return float(COVERAGE_WEIGHT[country.coverage] * area**0.3 * people**0.15 * (0.35 + country.wealth))


def _moments(lat: Floats, rng: np.random.Generator) -> tuple[NDArray[np.int64], Floats]:
    """A month and an hour for each latitude: any month, daylight; where winter has none, a month that has."""
    n = len(lat)
    months = np.repeat(rng.integers(1, 13, n)[:, None], TRIES + 1, axis=1)
    months = np.concatenate([months, rng.integers(1, 13, (n, TRIES))], axis=1)
    hours = np.round(rng.uniform(7.0, 18.0, months.shape), 2)
    hours[:, TRIES:] = 12.0  # first noon of the month drawn, then noon of others
    _, elevation = solar_position(lat[:, None], months, hours)
    light = elevation > LOWEST_SUN_DEG
    first = np.where(light.any(axis=1), light.argmax(axis=1), elevation.argmax(axis=1))
    at = np.arange(n)
    return months[at, first], hours[at, first]
