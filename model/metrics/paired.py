"""Two systems on the same places: the differences, place by place, with their intervals. Tables in, numbers out."""

from typing import Any

import numpy as np
import pandas as pd

from model.errors import ManifestError
from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.metrics.bootstrap import interval

NEEDED = ("id", "truth_lat", "truth_lng", "distance_km", "country", "truth_country")
SAME_PLACE_KM = 0.01


def same_places(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Rows of two predictions.csv joined by id, their columns with `_other` behind; truths must be the same.

    Raises:
        ManifestError: no predictions, no common place, or an id that means two places.
    """
    for table in (ours, theirs):
        if missing := [name for name in NEEDED if name not in table]:
            raise ManifestError(f"looked for predictions.csv of `python -m model.evaluate`, found a table without "
                                f"{', '.join(missing)}.")  # fmt: skip
        twice = table["id"][table["id"].duplicated()]
        if len(twice):
            raise ManifestError(f"predictions.csv holds the id '{twice.iloc[0]}' twice; measure again.")
    tables = [table.assign(id=table["id"].astype(str)) for table in (ours, theirs)]
    both = tables[0].merge(tables[1], on="id", suffixes=("", "_other"))
    if both.empty:
        raise ManifestError("these two runs were measured on different places: no id is in both predictions.csv; "
                            "measure them on one manifest and one split.")  # fmt: skip
    truth, other = (both[[f"truth_lat{end}", f"truth_lng{end}"]].to_numpy(np.float64) for end in ("", "_other"))
    moved = haversine_km(truth, other) > SAME_PLACE_KM
    if moved.any():
        raise ManifestError(f"{int(moved.sum()):,} ids, such as '{both['id'][moved].iloc[0]}', mean different places "
                            "in these two runs; measure them on one manifest.")  # fmt: skip
    return both


def paired_difference(ours: pd.DataFrame, theirs: pd.DataFrame, scale_km: float = PAPER_SCALE_KM) -> dict[str, Any]:
    """How much better `ours` is than `theirs` (predictions.csv of each) on the places that both have.

    Keys: n, and mean_score, country_accuracy, within_25_km, within_200_km, log_distance (natural logarithm: negative is
    nearer), each with `_95`, the interval of the mean of the differences.

    Raises:
        ManifestError: as `same_places`.
    """
    both = same_places(ours, theirs)
    near, far = both["distance_km"].to_numpy(np.float64), both["distance_km_other"].to_numpy(np.float64)
    named = both["truth_country"].fillna("").astype(str)
    right = (both["country"].fillna("") == named) & (named != "")
    right_other = (both["country_other"].fillna("") == named) & (named != "")
    differences = {
        "mean_score": np.asarray(geoguessr_score(near, scale_km), np.float64) - geoguessr_score(far, scale_km),
        "country_accuracy": right.to_numpy(np.float64) - right_other.to_numpy(np.float64),
        "within_25_km": (near <= 25.0).astype(np.float64) - (far <= 25.0),
        "within_200_km": (near <= 200.0).astype(np.float64) - (far <= 200.0),
        "log_distance": np.log(np.maximum(near, 0.1)) - np.log(np.maximum(far, 0.1)),
    }
    figures: dict[str, Any] = {"n": len(both)}
    for name, values in differences.items():
        figures |= {name: float(values.mean()), f"{name}_95": interval(values)}
    return figures
