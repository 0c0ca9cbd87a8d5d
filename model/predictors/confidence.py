"""How far a guess can be believed: expected score, and radii that hold as often as they say. Any predictor's.

It needs scores over regions and a guess; knows no head, no index and no file.

A radius is read off the scores first: a region counts as spread evenly over the distances around its representative's,
and r_p is where the sum reaches p. What probabilities of regions cannot know (how well places within are told apart,
what the refiner adds) is then corrected on validation: r_p is multiplied by the p-quantile of true distance over r_p
among places that are about as sure (split conformal prediction by groups: Vovk, arXiv 1209.2673).
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.geo.distance import EARTH_RADIUS_KM, haversine_km, to_unit
from model.geo.scoring import MAX_SCORE, PAPER_SCALE_KM
from model.predictors.calibration import LEVELS, Calibration, Radius

FURTHEST_KM = np.pi * EARTH_RADIUS_KM
STEPS = 40  # halvings of the Earth's half circumference: 2e-8 km
NUMBERS = 4_000_000  # of a table at a time, 32 MB
GROUP = 150  # places of a group at least: fewer make a 95 % radius a matter of luck
MOST_GROUPS = 4


class Regions(Protocol):
    """What is needed of a table of regions."""

    @property
    def centroids(self) -> NDArray[np.float64]:
        """(J, 2) degrees."""


@dataclass(frozen=True)
class Confidence:
    """What can be promised of N guesses."""

    expected_score: NDArray[np.float64]  # (N,) points
    radius_km: NDArray[np.float64]  # (N, 3) for 50, 80 and 95 %; NaN where nothing was calibrated


def confidence(
    scores: NDArray[Any], points: NDArray[np.float64], regions: Regions, calibration: Calibration,
    scale_km: float = PAPER_SCALE_KM,
) -> Confidence:  # fmt: skip
    """How far guesses can be believed.

    Args:
        scores: (N, J) over the regions, not negative; rows are made to sum to 1. Those of a calibrated predictor.
        points: (N, 2) degrees, the guesses.
        regions: where the J regions are.
        calibration: what validation said.
        scale_km: of the score.
    """
    offset, slope = calibration.expected_line
    expected = np.clip(offset + slope * expected_scores(scores, points, regions, scale_km), 0.0, MAX_SCORE)
    if calibration.radius is None:
        return Confidence(expected, np.full((len(points), len(LEVELS)), np.nan))
    return Confidence(expected, stretched(raw_radii(scores, points, regions), calibration.radius))


def expected_scores(
    scores: NDArray[Any], points: NDArray[np.float64], regions: Regions, scale_km: float = PAPER_SCALE_KM
) -> NDArray[np.float64]:
    """Mean points (N,) if the scores were right and every region were its representative."""
    out = np.empty(len(points))
    for block in _blocks(len(points), scores.shape[1]):
        away_km = haversine_km(points[block, None, :], regions.centroids[None])  # (n, J)
        out[block] = MAX_SCORE * (_shares(scores[block]) * np.exp(-away_km / scale_km)).sum(axis=1)
    return out


def raw_radii(scores: NDArray[Any], points: NDArray[np.float64], regions: Regions) -> NDArray[np.float64]:
    """Radii (N, 3) within which the scores put 50, 80 and 95 % of a place, km."""
    half = half_widths(regions.centroids)
    out = np.empty((len(points), len(LEVELS)))
    for block in _blocks(len(points), scores.shape[1]):
        shares = _shares(scores[block])
        nearest = haversine_km(points[block, None, :], regions.centroids[None]) - half  # (n, J) where a region begins
        for i, level in enumerate(LEVELS):
            low, high = np.zeros(len(shares)), np.full(len(shares), FURTHEST_KM + half.max())
            for _ in range(STEPS):
                middle = (low + high) / 2.0
                reached = np.clip((middle[:, None] - nearest) / (2.0 * half), 0.0, 1.0)
                enough = (shares * reached).sum(axis=1) >= level
                low, high = np.where(enough, low, middle), np.where(enough, middle, high)
            out[block, i] = high
    return np.minimum(out, FURTHEST_KM)


def half_widths(centroids: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half the distance from each representative to the nearest other one, (J,) km; at least a kilometre."""
    if len(centroids) < 2:
        return np.full(len(centroids), FURTHEST_KM / 2.0)
    chord = cKDTree(to_unit(centroids)).query(to_unit(centroids), k=2)[0][:, 1]
    half: NDArray[np.float64] = np.maximum(EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2.0)), 1.0)
    return half


def fitted_line(expected: NDArray[np.float64], scores: NDArray[np.float64]) -> tuple[float, float]:
    """Offset and slope of the least-squares line from expected scores to real ones; it never falls."""
    if np.ptp(expected) == 0:
        return float(scores.mean() - expected.mean()), 1.0
    slope = max(0.0, float(np.polyfit(expected, scores, 1)[0]))
    return float(scores.mean() - slope * expected.mean()), slope


def fit_radius(raw: NDArray[np.float64], distance_km: NDArray[np.float64]) -> Radius:
    """What raw radii (N, 3) must be multiplied by so that they hold for validation guesses `distance_km` (N,) off."""
    groups = int(np.clip(len(raw) // GROUP, 1, MOST_GROUPS))
    edges = _parting(raw[:, 1], np.unique(np.quantile(raw[:, 1], np.arange(1, groups) / groups)))
    which = np.searchsorted(edges, raw[:, 1], side="right")
    factors = []
    for group in range(len(edges) + 1):
        mine = which == group
        ratio = np.sort(distance_km[mine, None] / np.maximum(raw[mine], 1e-3), axis=0)  # (n, 3)
        # The ⌈(n + 1)·p⌉-th smallest: with it a new place of the group is inside with probability p or a little more.
        rank = [min(int(np.ceil((len(ratio) + 1) * level)), len(ratio)) - 1 for level in LEVELS]
        a, b, c = (float(ratio[rank[i], i]) for i in range(len(LEVELS)))
        factors.append((a, b, c))
    return Radius(tuple(map(float, edges)), tuple(factors))


def _parting(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those of rising `edges` that leave a whole group of `values` on either side: many may be equally sure."""
    below = np.searchsorted(np.sort(values), edges, side="left")  # as many values are under each edge
    kept, taken = [], 0
    for edge, count in zip(edges, below, strict=True):
        if count - taken >= GROUP and len(values) - count >= GROUP:
            kept.append(edge)
            taken = count
    return np.array(kept)


def stretched(raw: NDArray[np.float64], radius: Radius) -> NDArray[np.float64]:
    """Raw radii (N, 3) made honest; a larger probability never has the smaller radius."""
    group = np.searchsorted(np.asarray(radius.edges), raw[:, 1], side="right")
    wide = np.maximum.accumulate(raw * np.asarray(radius.factors)[group], axis=1)
    return np.minimum(wide, FURTHEST_KM)


def _shares(scores: NDArray[Any]) -> NDArray[np.float64]:
    plain = np.asarray(scores, np.float64)
    total = plain.sum(axis=1, keepdims=True)
    return np.where(total > 0, plain / np.where(total > 0, total, 1.0), 1.0 / plain.shape[1])


def _blocks(rows: int, columns: int) -> list[slice]:
    step = max(1, NUMBERS // max(1, columns))
    return [slice(start, start + step) for start in range(0, rows, step)]
