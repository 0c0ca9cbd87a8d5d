"""What PIGEON published, in the keys of metrics.json: 5,000 street-view places, each row with one more thing away.

Source: PIGEON (arXiv 2307.05845), the cumulative ablation. Real street view: a different task from the simulated Earth.
"""

from typing import Any

# country %, mean km, median km, score, % within 1, 25, 200, 750 and 2500 km
_ROWS = {
    "full": (91.96, 251.6, 44.35, 4525, 5.36, 40.36, 78.28, 94.52, 98.56),
    "last layer tuned as well": (91.82, 255.1, 45.47, 4531, 4.84, 39.86, 78.98, 94.76, 98.48),
    "without refinement": (91.14, 251.9, 50.01, 4522, 1.32, 34.96, 78.48, 94.82, 98.48),
    "without contrastive pretraining": (89.36, 316.9, 55.51, 4464, 1.24, 34.54, 76.36, 93.36, 97.94),
    "without semantic cells": (87.96, 299.9, 60.63, 4454, 1.18, 33.22, 75.42, 93.42, 98.16),
    "without multi-task heads": (87.90, 312.7, 61.81, 4442, 1.10, 32.74, 75.14, 93.00, 97.98),
    "without last-layer tuning": (87.64, 315.7, 60.81, 4442, 1.10, 32.50, 75.32, 92.92, 98.00),
    "one view for four": (74.74, 877.4, 131.1, 3986, 0.92, 24.18, 59.04, 82.84, 92.76),
    "without haversine smoothing": (72.12, 990.0, 148.0, 3890, 1.28, 24.08, 55.38, 80.20, 92.00),
}  # fmt: skip


def _figures(row: tuple[float, ...]) -> dict[str, Any]:
    country, mean, median, score, *within = row
    names = ("1", "25", "200", "750", "2500")
    return {
        "n": 5000, "country_accuracy": country / 100, "mean_km": mean, "median_km": median, "mean_score": float(score),
        "within_km": {name: share / 100 for name, share in zip(names, within, strict=True)},
    }  # fmt: skip


PIGEON: dict[str, dict[str, Any]] = {name: _figures(row) for name, row in _ROWS.items()}
