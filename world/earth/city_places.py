"""Places in and around famous cities, city by city, so that no game has one twice. Knows no scene and no split.

Which points may be drawn is a rule of the caller's, which must leave a part of the surroundings of every city.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model.geo.distance import destination, haversine_km
from world.earth.cities import famous_cities

CITY_KM = 25.0  # how far from the middle of a city its places lie
TRIED = 96  # points at a time; of the city with the least ground some three fit

Floats = NDArray[np.float64]
Rule = Callable[[Floats], NDArray[np.bool_]]


def draw_city_by_city(rng: np.random.Generator, n: int, fits: Rule) -> Floats:
    """Points (n, 2) that fit: every city comes once, in any order, before one comes again."""
    at, points = _positions(), np.empty((n, 2))
    turns = [rng.permutation(len(at)) for _ in range(0, max(n, 1), len(at))]
    for row, city in enumerate(np.concatenate(turns)[:n]):
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
