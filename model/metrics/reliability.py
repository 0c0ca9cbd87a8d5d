"""Whether stated chances hold: bins of confidence, and radii that should contain the truth. Arrays in, numbers out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = 15) -> list[dict[str, float | int]]:
    """Equally wide bins of confidence (N,) in which anything fell: where they begin and end, how many places, their
    mean confidence and the share that was right (N,). Source: Guo et al., arXiv 1706.04599, figure 1.
    """
    stated, true = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    which = np.minimum((stated * bins).astype(int), bins - 1)
    n = np.bincount(which, minlength=bins)
    held, said = np.bincount(which, true, minlength=bins), np.bincount(which, stated, minlength=bins)
    return [
        {"from": b / bins, "to": (b + 1) / bins, "places": int(n[b]), "confidence": float(said[b] / n[b]),
         "accuracy": float(held[b] / n[b])}
        for b in np.flatnonzero(n)
    ]  # fmt: skip


def calibration_error(found: list[dict[str, float | int]]) -> float:
    """Mean gap between confidence and accuracy over bins as of `reliability`, weighted by their places (eq. 3)."""
    places = sum(int(one["places"]) for one in found)
    return sum(one["places"] * abs(one["confidence"] - one["accuracy"]) for one in found) / max(1, places)


def coverage(radius_km: Mapping[str, ArrayLike], distance_km: ArrayLike) -> dict[str, dict[str, Any]]:
    """For each stated chance, the share of places (N,) whose truth lies within their radius, and the median radius."""
    distance = np.asarray(distance_km, np.float64)
    return {
        chance: {
            "share": float(np.mean(distance <= np.asarray(radius, np.float64))),
            "median_radius_km": float(np.median(np.asarray(radius, np.float64))),
        }
        for chance, radius in radius_km.items()
    }
