"""The whole report of a set of guesses: one dictionary with the keys of metrics.json. Arrays in, numbers out.

Shares (`country_accuracy`, `within_km`, `cell_top1`, `cell_top5`) run from 0 to 1; entropy is in nats.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.metrics.bootstrap import interval
from model.metrics.calibration import calibration_error, coverage, diagram, entropy, rank_of
from model.metrics.distance import THRESHOLDS_KM, named_right, share_equal, share_within, summary


@dataclass(frozen=True)
class Truth:
    """What is true of N places."""

    points: NDArray[np.float64]  # (N, 2)
    country: NDArray[np.object_]  # (N,) ISO-2
    cell: NDArray[np.int64]  # (N,)


@dataclass(frozen=True)
class Cells:
    """What probabilities of the cells said of N places."""

    confidence: NDArray[np.float64]  # (N,) of the likeliest cell
    rank: NDArray[np.int64]  # (N,) how many cells stood before the true one
    entropy: NDArray[np.float64]  # (N,) nats


def place_figures(
    guess: NDArray[np.float64], country: NDArray[np.object_], truth: Truth, scale_km: float = PAPER_SCALE_KM
) -> dict[str, Any]:
    """Figures of guesses (N, 2) and the countries they fall in (N,)."""
    return {"country_accuracy": share_equal(country, truth.country)} | summary(guess, truth.points, scale_km)


def report(
    guess: NDArray[np.float64], country: NDArray[np.object_], probabilities: NDArray[np.float32], truth: Truth,
    scale_km: float = PAPER_SCALE_KM, radius_km: NDArray[np.float64] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Everything: figures of the places, of the cells (N, C), and 95 % intervals over places.

    With `radius_km` (N, L), the radii that were stated for some probabilities, also how often they held.
    """
    confidence = probabilities.max(axis=1)
    cells = Cells(confidence, rank_of(probabilities, truth.cell), entropy(probabilities))
    return report_of(guess, country, cells, truth, scale_km, radius_km)


def report_of(
    guess: NDArray[np.float64], country: NDArray[np.object_], cells: Cells, truth: Truth,
    scale_km: float = PAPER_SCALE_KM, radius_km: NDArray[np.float64] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """As `report`, from some numbers a place in place of a table (N, C), which millions of places could not have."""
    distance = haversine_km(guess, truth.points)
    bins = diagram(cells.confidence, cells.rank == 0)
    stated = {} if radius_km is None else {"within_radius": coverage(distance, radius_km).tolist()}
    figures = place_figures(guess, country, truth, scale_km) | {
        "cell_top1": float(np.mean(cells.rank < 1)),
        "cell_top5": float(np.mean(cells.rank < 5)),
        "mean_entropy": float(np.mean(cells.entropy)),
        "expected_calibration_error": calibration_error(bins),
        "reliability": bins,
        "interval_95": intervals(distance, named_right(country, truth.country), scale_km),
    }
    return stated | figures


def intervals(
    distance_km: NDArray[np.float64], right: NDArray[np.bool_], scale_km: float = PAPER_SCALE_KM
) -> dict[str, Any]:
    """95 % intervals over N places, from how far each guess was (N,) and whether its country was right (N,).

    Keys as those of the figures themselves: country_accuracy, median_km, mean_score, within_km by threshold; and
    within_25_km once more by itself.
    """
    within = {f"{threshold:g}": interval(distance_km <= threshold) for threshold in THRESHOLDS_KM}
    return {
        "country_accuracy": interval(right),
        "median_km": interval(distance_km, np.median),
        "mean_score": interval(geoguessr_score(distance_km, scale_km)),
        "within_25_km": within["25"],
        "within_km": within,
    }


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


def by_group(
    names: NDArray[np.object_], distance: NDArray[np.float64], right: NDArray[np.bool_], scale_km: float
) -> dict[str, Any]:
    """Figures of the places of each country or climate, the most frequent first."""
    table = pd.DataFrame({"name": names, "km": distance, "right": right})
    table["score"] = geoguessr_score(distance, scale_km)
    grouped = [(str(name), group) for name, group in table[table["name"] != ""].groupby("name")]
    return {
        name: {"n": len(group), "country_accuracy": float(group["right"].mean()),
               "median_km": float(group["km"].median()), "mean_score": float(group["score"].mean()),
               "within_km": share_within(group["km"])}
        for name, group in sorted(grouped, key=lambda one: -len(one[1]))
    }  # fmt: skip
