"""How far guesses are from the truth, in the figures of the field. Arrays in, numbers out; shares run from 0 to 1."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score

THRESHOLDS_KM = (1.0, 25.0, 200.0, 750.0, 2500.0)  # street, city, region, country, continent
MORE_THRESHOLDS_KM = (5.0, 10.0, 50.0, 100.0, 1000.0)


def share_within(distance_km: ArrayLike, thresholds_km: Sequence[float] = THRESHOLDS_KM) -> dict[str, float]:
    """Share of distances at or under each threshold, keyed by the threshold as people write it ("25")."""
    distance = np.asarray(distance_km, np.float64)
    return {f"{threshold:g}": float(np.mean(distance <= threshold)) for threshold in thresholds_km}


def named_right(guess: ArrayLike, truth: ArrayLike) -> NDArray[np.bool_]:
    """Whether each guessed name is the true one, (N,); a place without a name (the sea) is never right."""
    guessed, true = np.asarray(guess, dtype=object), np.asarray(truth, dtype=object)
    named = np.array([isinstance(name, str) and bool(name) for name in true], dtype=bool)
    return np.asarray(named & (guessed == true), np.bool_)


def share_equal(guess: ArrayLike, truth: ArrayLike) -> float:
    """Share of places whose guessed name is the true one, as `named_right` counts."""
    right = named_right(guess, truth)
    return float(right.mean()) if len(right) else 0.0


def summary(guess: ArrayLike, truth: ArrayLike, scale_km: float = PAPER_SCALE_KM) -> dict[str, Any]:
    """n, within_km, median_km, mean_km and mean_score of guesses (N, 2) at truths (N, 2).

    Raises:
        ValueError: no places.
    """
    distance = np.atleast_1d(haversine_km(guess, truth))
    if distance.size == 0:
        raise ValueError("looked for the figures of some guesses, found none")
    return {
        "n": int(distance.size),
        "within_km": share_within(distance),
        "within_km_more": share_within(distance, MORE_THRESHOLDS_KM),
        "median_km": float(np.median(distance)),
        "mean_km": float(np.mean(distance)),
        "mean_score": float(np.mean(geoguessr_score(distance, scale_km))),
    }
