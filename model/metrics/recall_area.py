"""Recall against the area searched: the share of photos found within so many km². Arrays in, numbers out.

Budgets are the caps of 25, 200, 750 and 2500 km around a point; 1 km is below a pixel. Recall within a cap's area is
not the share of guesses within its radius: the two never stand in one column.

Balanced over strata (the buckets of population density, say) every stratum weighs the same, whatever its number of
photos: the mean of what drawing as many photos from each would give. Intervals draw the photos again, each stratum by
itself.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.errors import ManifestError
from model.geo.distance import EARTH_RADIUS_KM, Floats, cap_area_km2
from model.metrics.bootstrap import BLOCK, LEVEL, SAMPLES

CAPS_KM = (25.0, 200.0, 750.0, 2500.0)
SHARES = (0.50, 0.80, 0.95)
EARTH_KM2 = 4.0 * np.pi * EARTH_RADIUS_KM**2
CURVE_KM2 = np.geomspace(10.0, EARTH_KM2 * (1.0 + 1e-9), 78)  # ten for each factor of ten; the last one is everything


def recall_at(areas_km2: ArrayLike, budgets_km2: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Share of photos that were found within each budget, (N,), (B,) -> (B,); `weights` (N,) count photos unequally."""
    areas, weight = _ordered(areas_km2, weights)
    risen = np.concatenate([[0.0], np.cumsum(weight)])
    risen /= risen[-1]  # and not by the sum, which is rounded otherwise: the last is 1
    return np.asarray(risen[np.searchsorted(areas, np.asarray(budgets_km2, np.float64), side="right")])


def area_for_recall(areas_km2: ArrayLike, shares: ArrayLike = SHARES, weights: ArrayLike | None = None) -> Floats:
    """The least area within which each share of the photos was found, (N,), (Q,) -> (Q,) km²."""
    areas, weight = _ordered(areas_km2, weights)
    return np.asarray(areas[_reached(np.cumsum(weight)[None] / weight.sum(), np.asarray(shares, np.float64))[0]])


def balancing_weights(strata: ArrayLike) -> Floats:
    """A weight for each photo (N,), so that all strata that hold any weigh the same; the weights sum to 1."""
    _, number, count = np.unique(np.asarray(strata), return_inverse=True, return_counts=True)
    return np.asarray(1.0 / (count[number] * len(count)), np.float64)


def area_report(
    areas_km2: ArrayLike, strata: ArrayLike | None = None, samples: int = SAMPLES, seed: int = 0
) -> dict[str, Any]:
    """The figures of photos that needed areas (N,): JSON data.

    Keys: n; recall, by the radius of the cap ("25" … "2500"); caps_km2, those budgets; area_for_recall_km2 ("50", "80",
    "95"); interval_95 of recall and area_for_recall_km2; curve: area_km2 and recall. With `strata` (N,), the photos of
    each count the same, and n_by_stratum tells how many there are.

    Raises:
        ManifestError: no photos, areas that are no numbers, or strata of another number.
    """
    areas = np.asarray(areas_km2, np.float64)
    if areas.ndim != 1 or not len(areas) or not (np.isfinite(areas) & (areas >= 0)).all():
        raise ManifestError(f"looked for the areas of some photos in km², found {areas.size} with numbers that are no "
                            "areas." if areas.size else "looked for the areas of some photos, found none.")  # fmt: skip
    names = np.zeros(len(areas), np.int64) if strata is None else np.asarray(strata)
    if names.shape != areas.shape:
        raise ManifestError(f"looked for a stratum for each of {len(areas):,} photos, found {names.size:,}.")
    caps = np.asarray(cap_area_km2(CAPS_KM), np.float64)
    weights = balancing_weights(names)
    keys, shares = [f"{cap:g}" for cap in CAPS_KM], [f"{share * 100:g}" for share in SHARES]
    recalls, needed = _drawn_again(areas, names, caps, samples, seed)
    figures = {
        "n": len(areas),
        "recall": dict(zip(keys, recall_at(areas, caps, weights).tolist(), strict=True)),
        "caps_km2": dict(zip(keys, caps.tolist(), strict=True)),
        "area_for_recall_km2": dict(zip(shares, area_for_recall(areas, SHARES, weights).tolist(), strict=True)),
        "interval_95": {
            "recall": dict(zip(keys, recalls, strict=True)),
            "area_for_recall_km2": dict(zip(shares, needed, strict=True)),
        },
        "curve": {"area_km2": CURVE_KM2.tolist(), "recall": recall_at(areas, CURVE_KM2, weights).tolist()},
    }
    if strata is not None:
        found, count = np.unique(names, return_counts=True)
        figures["n_by_stratum"] = dict(zip(map(str, found.tolist()), count.tolist(), strict=True))
    return figures


def _ordered(areas_km2: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    areas = np.asarray(areas_km2, np.float64)
    weight = np.ones(len(areas)) if weights is None else np.asarray(weights, np.float64)
    order = np.argsort(areas, kind="stable")
    return areas[order], weight[order]


def _reached(risen: Floats, shares: Floats) -> NDArray[np.int64]:
    """The first photo with which each share is reached, (B, N) cumulated weights, (Q,) -> (B, Q)."""
    short = 1e-12  # 0.1 + 0.2 is 0.3 here
    found = np.stack([(risen < share - short).sum(axis=1) for share in shares], axis=1)
    return np.asarray(np.minimum(found, risen.shape[1] - 1), np.int64)


def _drawn_again(
    areas: Floats, strata: NDArray[np.generic], caps: Floats, samples: int, seed: int
) -> tuple[list[list[float]], list[list[float]]]:
    """95 % intervals of recall at the caps and of the areas for `SHARES`: [low, high] each."""
    rng = np.random.default_rng(seed)
    order = np.argsort(areas, kind="stable")
    areas, strata = areas[order], strata[order]
    groups = [np.flatnonzero(strata == name) for name in np.unique(strata)]
    within = np.searchsorted(areas, caps, side="right")
    recalls, needed = [], []
    step = max(1, min(samples, BLOCK // len(areas)))
    for start in range(0, samples, step):
        rows = min(step, samples - start)
        weight = np.zeros((rows, len(areas)))
        for group in groups:
            drawn = rng.integers(0, len(group), (rows, len(group))) + len(group) * np.arange(rows)[:, None]
            times = np.bincount(drawn.reshape(-1), minlength=rows * len(group)).reshape(rows, len(group))
            weight[:, group] = times / (len(group) * len(groups))
        risen = np.cumsum(weight, axis=1)
        recalls.append(np.column_stack([np.zeros(rows), risen])[:, within])
        needed.append(areas[_reached(risen, np.asarray(SHARES))])
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    return (np.quantile(np.concatenate(recalls), ends, axis=0).T.tolist(),
            np.quantile(np.concatenate(needed), ends, axis=0).T.tolist())  # fmt: skip
