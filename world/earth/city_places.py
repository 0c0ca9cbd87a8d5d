"""Places in and around famous cities, city by city, so that no game has one twice. Knows no scene and no split.

Which points may be drawn is a rule of the caller's; a city counts where the rule leaves a part of its surroundings.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model.geo.distance import destination, haversine_km
from world.earth.cities import famous_cities

CITY_KM = 25.0  # how far from the middle of a city its places lie
LEAST_SHARE = 0.03  # of its surroundings that fit, for a city to count
TRIED = 96  # points at a time; with the least share, some three of them fit

Floats = NDArray[np.float64]
Rule = Callable[[Floats], NDArray[np.bool_]]


def cities_in_reach(fits: Rule) -> NDArray[np.int64]:
    """Which cities count, by their row in `famous_cities()`."""
    at, rng = _positions(), np.random.default_rng(0)
    shares = [_fitting(_around(rng, at[city], 20 * TRIED), city, fits).mean() for city in range(len(at))]
    return np.flatnonzero(np.array(shares) >= LEAST_SHARE)


def draw_city_by_city(rng: np.random.Generator, n: int, cities: NDArray[np.int64], fits: Rule) -> Floats:
    """Points (n, 2) that fit: every city comes once, in any order, before one comes again."""
    at, points = _positions(), np.empty((n, 2))
    turns = [rng.permutation(cities) for _ in range(0, n, max(1, len(cities)))]
    for row, city in enumerate(np.concatenate([*turns, cities[:0]])[:n]):
        fitting: Floats = points[:0]
        while not len(fitting):
            tried = _around(rng, at[city], TRIED)
            fitting = tried[_fitting(tried, int(city), fits)]
        points[row] = fitting[0]
    return points


def _around(rng: np.random.Generator, at: Floats, n: int) -> Floats:
    return destination(np.repeat(at[None], n, axis=0), rng.uniform(0.0, 360.0, n), CITY_KM * rng.random(n))


def _fitting(points: Floats, city: int, fits: Rule) -> NDArray[np.bool_]:
    """Whether points (n, 2) fit, and lie nearer to this city than to any other: The Hague is not Rotterdam."""
    nearest = haversine_km(points[:, None], _positions()[None]).argmin(axis=1)
    fitting: NDArray[np.bool_] = fits(points) & (nearest == city)
    return fitting


def _positions() -> Floats:
    found: Floats = famous_cities()[["lat", "lng"]].to_numpy(np.float64)
    return found
