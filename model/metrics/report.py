"""The whole report of a set of guesses: one dictionary with the keys of metrics.json. Arrays in, numbers out.

Shares (`country_accuracy`, `within_km`, `cell_top1`, `cell_top5`) run from 0 to 1; entropy is in nats.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.metrics.bootstrap import interval
from model.metrics.calibration import entropy, rank_of
from model.metrics.distance import named_right, share_equal, summary
from model.metrics.reliability import calibration_error, coverage, reliability


@dataclass(frozen=True)
class Truth:
    """What is true of N places."""

    points: NDArray[np.float64]  # (N, 2)
    country: NDArray[np.object_]  # (N,) ISO-2
    cell: NDArray[np.int64]  # (N,)


def place_figures(
    guess: NDArray[np.float64], country: NDArray[np.object_], truth: Truth, scale_km: float = PAPER_SCALE_KM
) -> dict[str, Any]:
    """Figures of guesses (N, 2) and the countries they fall in (N,)."""
    return {"country_accuracy": share_equal(country, truth.country)} | summary(guess, truth.points, scale_km)


def report(
    guess: NDArray[np.float64], country: NDArray[np.object_], probabilities: NDArray[np.float32], truth: Truth,
    scale_km: float = PAPER_SCALE_KM,
) -> dict[str, Any]:  # fmt: skip
    """Everything: figures of the places, of the cells (N, C), and 95 % intervals over places."""
    return report_of(
        guess, country, truth, probabilities.max(axis=1), rank_of(probabilities, truth.cell), entropy(probabilities),
        scale_km=scale_km,
    )  # fmt: skip


def report_of(
    guess: NDArray[np.float64], country: NDArray[np.object_], truth: Truth, confidence: ArrayLike, rank: ArrayLike,
    entropies: ArrayLike, radius_km: Mapping[str, ArrayLike] | None = None, scale_km: float = PAPER_SCALE_KM,
) -> dict[str, Any]:  # fmt: skip
    """Everything, from one number a place: the highest probability, how many cells stood before the true one, entropy
    in nats, and, where stated, the radii of each chance; all (N,).
    """
    distance, place = haversine_km(guess, truth.points), np.asarray(rank)
    bins = reliability(confidence, place == 0)
    figures = place_figures(guess, country, truth, scale_km) | {
        "cell_top1": float(np.mean(place < 1)),
        "cell_top5": float(np.mean(place < 5)),
        "mean_entropy": float(np.mean(np.asarray(entropies, np.float64))),
        "expected_calibration_error": calibration_error(bins),
        "reliability": bins,
        "interval_95": {
            "country_accuracy": interval(named_right(country, truth.country)),
            "median_km": interval(distance, np.median),
            "mean_score": interval(geoguessr_score(distance, scale_km)),
            "within_25_km": interval(distance <= 25.0),
        },
    }
    return figures if radius_km is None else figures | {"coverage": coverage(radius_km, distance)}


def difference(
    guess: NDArray[np.float64], other: NDArray[np.float64], truth: Truth, scale_km: float = PAPER_SCALE_KM
) -> dict[str, Any]:
    """How much better `guess` is than `other` on the same places, with 95 % intervals of the paired differences."""
    ours, theirs = haversine_km(guess, truth.points), haversine_km(other, truth.points)
    score = np.asarray(geoguessr_score(ours, scale_km), np.float64) - geoguessr_score(theirs, scale_km)
    city = (ours <= 25.0).astype(np.float64) - (theirs <= 25.0)
    return {
        "mean_score": float(score.mean()), "mean_score_95": interval(score),
        "within_25_km": float(city.mean()), "within_25_km_95": interval(city),
    }  # fmt: skip
