"""What is said of some rounds: points, distance, shares within so many km, each with its interval. Knows no player.

A guess that never came is within no distance and in no country; the median distance is over the others.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from arena.resampling import NONE, intervals
from model.geo.distance import Floats

WITHIN_KM = (1, 25, 200, 750, 2500)  # street, city, region, country, continent (Im2GPS)
SHARES = [*(f"within_{km}_km" for km in WITHIN_KM), "country"]
FIGURES = ["mean_score", "median_km", *SHARES]
MEASURED = [name for figure in FIGURES for name in (figure, f"{figure}_low", f"{figure}_high")]


def arrays_of(guesses: pd.DataFrame) -> dict[str, Floats]:
    """What the figures are made of, (N,) each: 1 and 0 for yes and no."""
    away = pd.to_numeric(guesses["distance_km"]).to_numpy(np.float64)
    arrays: dict[str, Floats] = {"mean_score": guesses["score"].to_numpy(np.float64), "median_km": away}
    arrays |= {f"within_{km}_km": (away <= km).astype(np.float64) for km in WITHIN_KM}
    return arrays | {"country": _right_country(guesses)}


def figures_of(
    arrays: dict[str, Floats], own: NDArray[np.intp], units: NDArray[np.int64], samples: int, seed: int
) -> dict[str, Any]:
    """n, missed, and every figure of the rounds `own` with its interval."""
    values = {name: array[own] for name, array in arrays.items()}
    away = values["median_km"]
    means = {name: array for name, array in values.items() if name != "median_km"}
    limits = intervals(means, units, {"median_km": away}, samples, seed, SHARES) if samples else {}
    found: dict[str, Any] = {"n": len(own), "missed": int(np.isnan(away).sum())}
    for name in FIGURES:
        low, high = limits.get(name, NONE)
        known = values[name][~np.isnan(values[name])]
        middle = np.median(known) if name == "median_km" and len(known) else known.mean() if len(known) else np.nan
        found |= {name: float(middle), f"{name}_low": low, f"{name}_high": high}
    return found


def _right_country(own: pd.DataFrame) -> Floats:
    """1 where the guess lies in the country of the place, 0 where not, not a number where that is not known."""
    if "guess_country" not in own:
        return np.full(len(own), np.nan)
    truth = own["country"].fillna("").to_numpy(object)
    right = (own["guess_country"].fillna("").to_numpy(object) == truth).astype(np.float64)
    return np.where(truth == "", np.nan, right)
