"""Figures of an evaluation as sentences, and with and without the places that leak. Numbers in, words out."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.metrics.distance import named_right, share_within


def with_and_without(predictions: pd.DataFrame, leaks: dict[str, NDArray[np.bool_]]) -> dict[str, Any]:
    """Figures of the places (N,) that leak for each reason, and of those that do not; None where there are none."""
    right = named_right(predictions["country"], predictions["truth_country"])

    def of(rows: NDArray[np.bool_]) -> dict[str, Any] | None:
        if not rows.any():
            return None
        km = predictions["distance_km"].to_numpy(np.float64)[rows]
        return {"n": int(rows.sum()), "country_accuracy": float(right[rows].mean()), "within_km": share_within(km),
                "median_km": float(np.median(km)), "mean_km": float(km.mean()),
                "mean_score": float(predictions["score"].to_numpy(np.float64)[rows].mean())}  # fmt: skip

    return {reason: {"share": float(bad.mean()), "with": of(bad), "without": of(~bad)} for reason, bad in leaks.items()}


def line_of(path: Path, figures: dict[str, Any]) -> str:
    """What a command prints of the figures it wrote to `path`."""
    within = figures["within_km"]
    text = (
        f"{path}: {figures['n']:,} places, country {figures['country_accuracy']:.1%}, median "
        f"{figures['median_km']:,.0f} km, score {figures['mean_score']:,.0f}, within 25 / 200 / 750 / 2500 km "
        f"{within['25']:.1%} / {within['200']:.1%} / {within['750']:.1%} / {within['2500']:.1%}"
    )
    for name, words in (("unrefined", "without refinement"), ("one_view", "from one view")):
        if name in figures:
            other = figures[name]
            text += (f"\n{words}: country {other['country_accuracy']:.1%}, median {other['median_km']:,.0f} km, score "
                     f"{other['mean_score']:,.0f}, within 25 km {other['within_km']['25']:.1%}")  # fmt: skip
    if leaks := figures.get("leakage"):
        other = leaks["any"]["without"]
        by = "place or author" if "same_author" in leaks else "place"
        text += f"\n{leaks['any']['share']:.1%} leak from the training (by {by}); without them: "
        text += (
            "none is left"
            if other is None
            else (
                f"{other['n']:,} places, country {other['country_accuracy']:.1%}, median {other['median_km']:,.0f} km, "
                f"within 25 / 200 km {other['within_km']['25']:.1%} / {other['within_km']['200']:.1%}"
            )
        )
    honest = []
    if "expected_calibration_error" in figures:
        honest.append(f"calibration error {figures['expected_calibration_error']:.3f}")
    if "expected_score" in figures:
        honest.append(f"expected score {figures['expected_score']['mean']:,.0f}")
    text += f"\n{', '.join(honest)}" if honest else ""
    if "candidates" in figures:
        near = figures["candidates"]
        text += f"\n{near['per_place']:.1f} candidates a photo; the nearest of them within 25 / 200 km: "
        text += f"{near['nearest_within_km']['25']:.1%} / {near['nearest_within_km']['200']:.1%}"
    if "coverage" in figures:
        held = ", ".join(f"{chance} %: {share:.1%}" for chance, share in figures["coverage"].items())
        text += f"; radii hold {held}"
    if "recall_area" in figures:
        found = figures["recall_area"]
        shares = " / ".join(f"{share:.1%}" for share in found["recall"].values())
        text += f"\nfound in the area of a cap of {' / '.join(found['recall'])} km: {shares}; 80 % of the places need "
        text += f"{found['area_for_recall_km2']['80']:,.0f} km²"
    return text
