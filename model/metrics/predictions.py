"""The figures of one predictions.csv, as metrics.json names them, with an interval for each. Table in, numbers out."""

from typing import Any

import numpy as np
import pandas as pd

from model.errors import ManifestError
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.metrics.distance import named_right, share_within
from model.metrics.report import intervals

NEEDED = ("distance_km", "country", "truth_country")


def figures_of(predictions: pd.DataFrame, scale_km: float = PAPER_SCALE_KM) -> dict[str, Any]:
    """n, country_accuracy, within_km, median_km, mean_km, mean_score and interval_95 of predictions of N places.

    Raises:
        ManifestError: no predictions of `python -m model.evaluate`, none at all, or a distance that is none.
    """
    if missing := [name for name in NEEDED if name not in predictions]:
        raise ManifestError(f"looked for predictions.csv of `python -m model.evaluate`, found a table without "
                            f"{', '.join(missing)}.")  # fmt: skip
    distance = pd.to_numeric(predictions["distance_km"], errors="coerce").to_numpy(np.float64)
    if not len(distance) or not np.isfinite(distance).all() or (distance < 0).any():
        raise ManifestError("looked for the distances of some guesses in predictions.csv, found none, or one that is "
                            "no distance; measure again.")  # fmt: skip
    right = named_right(predictions["country"], predictions["truth_country"])
    return {
        "n": len(distance),
        "country_accuracy": float(right.mean()),
        "within_km": share_within(distance),
        "median_km": float(np.median(distance)),
        "mean_km": float(distance.mean()),
        "mean_score": float(np.mean(geoguessr_score(distance, scale_km))),
        "interval_95": intervals(distance, right, scale_km),
    }
