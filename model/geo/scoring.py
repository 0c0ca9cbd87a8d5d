"""The points of a guess. One law, one scale parameter; knows no game."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

PAPER_SCALE_KM = 1492.7  # PIGEON (arXiv 2307.05845), section 4.2: fitted to the World map
MAX_SCORE = 5000


def geoguessr_score(distance_km: ArrayLike, scale_km: float = PAPER_SCALE_KM) -> Any:
    """Whole points from 0 to 5000: round(5000·exp(−distance/scale)).

    The game's own law is 5000·exp(−10·distance/max_error) of a map, so `scale_km` = max_error_km / 10
    (`scale_of_map_km`).

    Raises:
        ValueError: a scale that is not positive, a distance that is negative or not a number.
    """
    distance = np.asarray(distance_km, np.float64)
    if not scale_km > 0 or not np.all(distance >= 0):
        raise ValueError(f"scale_km must be positive and distances not negative, found {scale_km} and {distance_km!r}")
    points = np.rint(MAX_SCORE * np.exp(-distance / scale_km)).astype(np.int64)
    return points if points.ndim else int(points)


def scale_of_map_km(max_error_m: float) -> float:
    """The scale of a map whose `max_error_m` the game states (World: 14,916,862 m → 1491.7 km)."""
    return max_error_m / 10_000.0
