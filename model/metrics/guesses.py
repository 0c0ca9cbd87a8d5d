"""Figures of guesses that come as a table, and one row for each place, as `measure` writes them. Knows no system."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.geo.atlas import Atlas
from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.metrics.bootstrap import interval
from model.metrics.distance import named_right, share_within
from model.metrics.report import Truth, by_group, intervals, place_figures


def measure_guesses(
    candidates: pd.DataFrame, places: pd.DataFrame, carried: list[str], scale_km: float = PAPER_SCALE_KM
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Figures as in metrics.json, and a row of predictions for every place that was guessed.

    Args:
        candidates: `place` (row of `places`), lat, lng, probability (or NaN); grouped by place, the best first.
        places: id, lat, lng, and country and koppen where they are known.
        carried: further columns of `places` to keep.
        scale_km: of the score.

    Where some place has several candidates, `candidates` says how many and how near the nearest of them were; where
    they have probabilities, `expected_score` says what score these promise (the listed candidates alone count, their
    probabilities made to sum to 1), and how far the real one is from it.
    """
    atlas = Atlas.open()
    first = ~candidates["place"].duplicated().to_numpy()
    which = candidates["place"].to_numpy(np.int64)
    kept = places.iloc[which[first]].reset_index(drop=True)
    truth_points = kept[["lat", "lng"]].to_numpy(np.float64)
    guess = candidates[["lat", "lng"]].to_numpy(np.float64)[first]
    described = None if {"country", "koppen"} <= set(kept) else atlas.describe(truth_points)
    true_country, koppen = (
        (kept[name] if name in kept or described is None else described[name]).fillna("").to_numpy(object)
        for name in ("country", "koppen")
    )
    country = atlas.describe(guess)["country"].fillna("").to_numpy(object)
    distance = haversine_km(guess, truth_points)
    score = np.asarray(geoguessr_score(distance, scale_km), np.float64)
    right = named_right(country, true_country)
    truth = Truth(truth_points, true_country, np.zeros(len(kept), np.int64))
    figures: dict[str, Any] = place_figures(guess, country, truth, scale_km)
    figures["interval_95"] = intervals(distance, right, scale_km)
    more: dict[str, Any] = {}
    group = np.cumsum(first) - 1  # of each candidate, (M,)
    if not first.all():
        nearest = np.full(len(kept), np.inf)
        np.minimum.at(
            nearest, group, haversine_km(candidates[["lat", "lng"]].to_numpy(np.float64), truth_points[group])
        )
        figures["candidates"] = {"per_place": len(candidates) / len(kept), "nearest_within_km": share_within(nearest),
                                 "nearest_median_km": float(np.median(nearest))}  # fmt: skip
    if candidates["probability"].notna().any():
        probability = candidates["probability"].fillna(0.0).to_numpy(np.float64)
        expected = _expected(candidates, probability, guess, group, scale_km)
        promised = expected - score
        figures["expected_score"] = {"mean": float(expected.mean()), "minus_real": float(promised.mean()),
                                     "minus_real_95": interval(promised)}  # fmt: skip
        more = {"probability": probability[first].round(6), "expected_score": expected.round(1)}
    for name, names in (("by_country", true_country), ("by_climate", koppen)):
        figures[name] = by_group(names, distance, right, scale_km)
    predictions = pd.DataFrame(
        {
            "id": kept["id"], "lat": guess[:, 0].round(6), "lng": guess[:, 1].round(6), "truth_lat": truth_points[:, 0],
            "truth_lng": truth_points[:, 1], "distance_km": distance.round(3), "score": score.astype(int),
            "country": country, "truth_country": true_country, "koppen": koppen, **more,
            **{name: kept[name] for name in carried if name in kept},
        }
    )  # fmt: skip
    return figures, predictions


def _expected(
    candidates: pd.DataFrame, probability: NDArray[np.float64], guess: NDArray[np.float64], group: NDArray[np.int64],
    scale_km: float,
) -> NDArray[np.float64]:  # fmt: skip
    """Σ p·score(guess, candidate) / Σ p of each place, (n,); candidates that are all at 0 count alike."""
    total = np.bincount(group, probability)
    counted = np.where(total[group] > 0, probability, 1.0)
    points = candidates[["lat", "lng"]].to_numpy(np.float64)
    worth = np.asarray(geoguessr_score(haversine_km(guess[group], points), scale_km), np.float64)
    expected: NDArray[np.float64] = np.bincount(group, counted * worth) / np.bincount(group, counted)
    return expected
