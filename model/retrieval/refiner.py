"""From cell probabilities to one place: the refiner. Knows no picture and no file.

For each of the K most probable cells, d_k is the distance from the embedding to the nearest prototype of the cell, and
x_k the place of the member of that cluster nearest to the embedding; s_k = P_k · softmax_k(−d_k / T); the guess is the
x_k of the largest s_k. A guess farther than `max_move_km` from the unrefined one falls back to the order of P. A cell
without places keeps its representative and stands last. Source: PIGEON (arXiv 2307.05845), section 3.4.

Beyond the paper, off by default: x_k as the mean of several nearest members of the cell; the hedge, the candidate with
the largest expected score under s; and the pool, which asks the members of all K cells at once. Member j of cell k
weighs P_k · exp(−d_j / T); the member with the largest expected score under these weights is chosen and moved to the
weighted mean of the members around it (a Gaussian of `pool_km`), so that both sides of a cell's edge count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from model.errors import ConfigError
from model.geo.distance import EARTH_RADIUS_KM, from_unit, haversine_km, to_unit
from model.geo.scoring import MAX_SCORE, PAPER_SCALE_KM
from model.retrieval.index import PrototypeIndex
from model.retrieval.space import Floats
from model.retrieval.vectors import nearest_in_ranges

MAX_NEIGHBOURS = 20
POOL = 64  # members that a pooled guess is chosen among: the rest weigh next to nothing
POOL_ROWS = 256  # places at a time, for the sake of memory


@dataclass(frozen=True)
class RefinerSettings:
    """How candidates become a guess; defaults are PIGEON's."""

    candidates: int = 5  # K
    temperature: float = 1.6  # T, in distances of the index's space
    max_move_km: float = 1000.0  # 0: no limit
    neighbours: int = 1  # members averaged in a cell, or taken from each cell by the pool
    hedge: bool = False
    pool_km: float = 0.0  # 0: no pool

    def __post_init__(self) -> None:
        if self.candidates < 1 or not self.temperature > 0 or self.max_move_km < 0:
            raise ConfigError(f"the refiner needs at least 1 candidate, a temperature above 0 and a furthest move of 0 "
                              f"(no limit) or more, found {self}.")  # fmt: skip
        if self.pool_km < 0:
            raise ConfigError(f"the refiner's pool reaches 0 km (no pool) or more, found {self.pool_km}.")
        if not 1 <= self.neighbours <= MAX_NEIGHBOURS:
            raise ConfigError(f"the refiner averages 1 to {MAX_NEIGHBOURS} members, found {self.neighbours}.")

    @property
    def looked_up(self) -> int:
        """How many nearest members of a whole cell are needed beside the one of its nearest cluster."""
        return 0 if self.neighbours == 1 and self.pool_km == 0 else self.neighbours


@dataclass(frozen=True)
class Matches:
    """What the index knows of the K most probable cells of N embeddings."""

    cells: NDArray[np.int64]  # (N, K), most probable first
    probability: Floats  # (N, K)
    distance: Floats  # (N, K) to the nearest prototype; inf for a cell without places
    near: NDArray[np.float64]  # (N, K, 1 + m, 2): nearest member of that cluster; then nearest members of the cell
    near_distance: Floats  # (N, K, 1 + m); inf where the cell has fewer members
    fallback: NDArray[np.float64]  # (N, K, 2) representatives


@dataclass(frozen=True)
class Refined:
    """Candidates with their places, and the guess."""

    cells: NDArray[np.int64]  # (N, K)
    probability: Floats  # (N, K) of the head
    score: Floats  # (N, K) s_k, rows sum to 1
    points: NDArray[np.float64]  # (N, K, 2) x_k
    guess: NDArray[np.float64]  # (N, 2)


def match(
    index: PrototypeIndex, vectors: Floats, probabilities: Floats, centroids: NDArray[np.float64],
    candidates: int, neighbours: int = 1,
) -> Matches:  # fmt: skip
    """Look up the `candidates` most probable cells of each of `vectors` (N, d) with `probabilities` (N, C).

    `neighbours` nearest members of each whole cell are looked up beside the paper's one of the nearest cluster; 0
    spares that work (`RefinerSettings.looked_up` says what settings need).
    """
    n, k = len(vectors), min(candidates, probabilities.shape[1])
    cells = most_probable(probabilities, k)
    near_distance = np.full((n * k, 1 + neighbours), np.inf, np.float32)
    rows = np.full((n * k, 1 + neighbours), -1, np.int64)
    which = np.repeat(np.arange(n), k)
    first, last = index.first_prototype[cells.ravel()], index.first_prototype[cells.ravel() + 1]
    distance, best = nearest_in_ranges(index.prototype_vectors, vectors, which, first, last, 1)
    ask = np.flatnonzero(best[:, 0] >= 0)  # cells with places
    cluster = best[ask, 0]
    near_distance[ask, :1], rows[ask, :1] = nearest_in_ranges(
        index.member_vectors, vectors, which[ask], index.first_member[cluster], index.first_member[cluster + 1], 1
    )
    if neighbours:
        near_distance[ask, 1:], rows[ask, 1:] = nearest_in_ranges(
            index.member_vectors, vectors, which[ask], index.first_member[first[ask]], index.first_member[last[ask]],
            neighbours,
        )  # fmt: skip
    fallback = centroids[cells]
    near = np.where(
        (rows >= 0).reshape(n, k, -1, 1), index.member_points[rows].reshape(n, k, -1, 2), fallback[:, :, None]
    )
    return Matches(
        cells, np.take_along_axis(probabilities, cells, axis=1), distance.reshape(n, k), near,
        near_distance.reshape(n, k, -1), fallback,
    )  # fmt: skip


def most_probable(probabilities: Floats, count: int) -> NDArray[np.int64]:
    """The `count` most probable of C cells, (N, C) -> (N, count), best first; of equals the first."""
    if count < probabilities.shape[1]:
        some = np.sort(np.argpartition(-probabilities, count - 1, axis=1)[:, :count], axis=1)
        chosen = np.take_along_axis(probabilities, some, axis=1)
        return np.take_along_axis(some, np.argsort(-chosen, axis=1, kind="stable"), axis=1)
    return np.argsort(-probabilities, axis=1, kind="stable")


def refine(matches: Matches, settings: RefinerSettings) -> Refined:
    """Choose by `settings` among matches, which may hold more cells than `settings.candidates` (those are cut off)."""
    k = min(settings.candidates, matches.cells.shape[1])
    if settings.pool_km > 0:
        return _refine_pooled(matches, settings, k)
    distance = matches.distance[:, :k].astype(np.float64)
    probability = matches.probability[:, :k]
    points = _positions(matches, settings, k)
    known = np.isfinite(distance)
    weight = softmax(np.where(known.any(axis=1, keepdims=True), -distance / settings.temperature, 0.0), axis=1)
    score = probability * weight
    total = score.sum(axis=1, keepdims=True)
    score = np.where(total > 0, score / np.where(total > 0, total, 1.0), probability)
    best = score.argmax(axis=1)
    if settings.hedge:
        gap = haversine_km(points[:, :, None, :], points[:, None, :, :])  # (N, K, K)
        expected = (score[:, None, :] * np.exp(-gap / PAPER_SCALE_KM)).sum(axis=2) * MAX_SCORE
        best = expected.argmax(axis=1)
    rows = np.arange(len(points))
    guess = _kept_near(points[rows, best], points, matches, settings)
    return Refined(matches.cells[:, :k], probability, score.astype(np.float32), points, guess)


def _kept_near(
    guess: NDArray[np.float64], points: NDArray[np.float64], matches: Matches, settings: RefinerSettings
) -> NDArray[np.float64]:
    if settings.max_move_km == 0:
        return guess
    too_far = haversine_km(guess, matches.fallback[:, 0]) > settings.max_move_km
    return np.where(too_far[:, None], points[:, 0], guess)


def _refine_pooled(matches: Matches, settings: RefinerSettings, k: int) -> Refined:
    m = min(settings.neighbours, matches.near.shape[2] - 1)
    distance = matches.near_distance[:, :k, 1 : 1 + m].astype(np.float64)  # (N, K, m)
    n, flat = len(distance), (len(distance), k * m)
    known = np.isfinite(distance)
    nearest = np.where(known, distance, np.inf).min(axis=(1, 2), keepdims=True)
    nearest = np.where(np.isfinite(nearest), nearest, 0.0)  # no member in any cell: the order of P stands
    closeness = np.where(known, np.exp((nearest - distance) / settings.temperature), 0.0)
    weight = matches.probability[:, :k, None].astype(np.float64) * closeness
    by_cell = weight.sum(axis=2)
    total = by_cell.sum(axis=1, keepdims=True)
    score = np.where(total > 0, by_cell / np.where(total > 0, total, 1.0), matches.probability[:, :k])

    order = np.argsort(-weight.reshape(flat), axis=1, kind="stable")[:, :POOL]
    weight = np.take_along_axis(weight.reshape(flat), order, axis=1) / np.where(total > 0, total, 1.0)
    vectors = to_unit(np.take_along_axis(matches.near[:, :k, 1 : 1 + m].reshape(n, -1, 2), order[..., None], axis=1))
    guess, chosen = np.empty((n, 2)), np.empty(n, np.int64)
    for start in range(0, n, POOL_ROWS):
        block = slice(start, start + POOL_ROWS)
        u, w = vectors[block], weight[block]
        chord = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * u @ u.swapaxes(1, 2)))
        gap_km = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2.0))  # (rows, POOL, POOL)
        best = (np.exp(-gap_km / PAPER_SCALE_KM) * w[:, None, :]).sum(axis=2).argmax(axis=1)
        around = w * np.exp(-0.5 * (gap_km[np.arange(len(u)), best] / settings.pool_km) ** 2)
        guess[block] = from_unit((u * around[..., None]).sum(axis=1))
        chosen[block] = order[block][np.arange(len(u)), best] // m
    points = matches.near[:, :k, 1].copy()  # the nearest member of each cell
    nobody = total[:, 0] == 0
    chosen = np.where(nobody, 0, chosen)
    guess = np.where(nobody[:, None], points[:, 0], guess)
    points[np.arange(n), chosen] = guess
    return Refined(
        matches.cells[:, :k], matches.probability[:, :k], score.astype(np.float32), points,
        _kept_near(guess, points, matches, settings),
    )  # fmt: skip


def _positions(matches: Matches, settings: RefinerSettings, k: int) -> NDArray[np.float64]:
    if settings.neighbours == 1:
        return matches.near[:, :k, 0]
    taken = slice(1, 1 + min(settings.neighbours, matches.near.shape[2] - 1))
    distance = matches.near_distance[:, :k, taken].astype(np.float64)
    empty = ~np.isfinite(distance[:, :, :1])
    weight = softmax(np.where(empty, 0.0, -distance / settings.temperature), axis=2)
    return from_unit((to_unit(matches.near[:, :k, taken]) * weight[..., None]).sum(axis=2))
