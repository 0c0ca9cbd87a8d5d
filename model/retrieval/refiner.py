"""From cell probabilities to one place: the refiner. Knows no picture and no file.

For each of the K most probable cells, d_k is the distance from the embedding to the nearest prototype of the cell, and
x_k the place of the member of that cluster nearest to the embedding; s_k = P_k · softmax_k(−d_k / T); the guess is the
x_k of the largest s_k. A guess farther than `max_move_km` from the unrefined one falls back to the order of P. A cell
without places keeps its representative and stands last. Source: PIGEON (arXiv 2307.05845), section 3.4.

Two options beyond the paper, off by default: x_k as the mean of several nearest members of the cell, and the hedge, the
candidate with the largest expected score under s.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from model.errors import ConfigError
from model.geo.distance import from_unit, haversine_km, to_unit
from model.geo.scoring import MAX_SCORE, PAPER_SCALE_KM
from model.retrieval.index import PrototypeIndex
from model.retrieval.space import Floats

MAX_NEIGHBOURS = 20


@dataclass(frozen=True)
class RefinerSettings:
    """How candidates become a guess; defaults are PIGEON's."""

    candidates: int = 5  # K
    temperature: float = 1.6  # T, in distances of the index's space
    max_move_km: float = 1000.0  # 0: no limit
    neighbours: int = 1  # members averaged in a cell
    hedge: bool = False

    def __post_init__(self) -> None:
        if self.candidates < 1 or not self.temperature > 0 or self.max_move_km < 0:
            raise ConfigError(f"the refiner needs at least 1 candidate, a temperature above 0 and a furthest move of 0 "
                              f"(no limit) or more, found {self}.")  # fmt: skip
        if not 1 <= self.neighbours <= MAX_NEIGHBOURS:
            raise ConfigError(f"the refiner averages 1 to {MAX_NEIGHBOURS} members, found {self.neighbours}.")


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
    """Look up the `candidates` most probable cells of each of `vectors` (N, d) with `probabilities` (N, C)."""
    n, k = len(vectors), min(candidates, probabilities.shape[1])
    cells = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    distance = np.full((n, k), np.inf, np.float32)
    near_distance = np.full((n, k, 1 + neighbours), np.inf, np.float32)
    near = np.repeat(centroids[cells][:, :, None, :], 1 + neighbours, axis=2)
    for row in range(n):
        for slot, cell in enumerate(cells[row]):
            first, last = index.first_prototype[cell], index.first_prototype[cell + 1]
            if first == last:
                continue
            to_prototype = _distances(index.prototype_vectors, first, last, vectors[row])
            best = int(to_prototype.argmin())
            distance[row, slot] = to_prototype[best]
            start, end = index.first_member[first], index.first_member[last]
            to_member = _distances(index.member_vectors, start, end, vectors[row])
            inside = slice(index.first_member[first + best] - start, index.first_member[first + best + 1] - start)
            nearest = inside.start + int(to_member[inside].argmin())
            order = np.argsort(to_member, kind="stable")[:neighbours]
            picked = np.concatenate([[nearest], order])
            near[row, slot, : len(picked)] = index.member_points[start + picked]
            near_distance[row, slot, : len(picked)] = to_member[picked]
    return Matches(
        cells, np.take_along_axis(probabilities, cells, axis=1), distance, near, near_distance, centroids[cells]
    )


def refine(matches: Matches, settings: RefinerSettings) -> Refined:
    """Choose by `settings` among matches, which may hold more cells than `settings.candidates` (those are cut off)."""
    k = min(settings.candidates, matches.cells.shape[1])
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
    guess = points[rows, best]
    if settings.max_move_km > 0:
        too_far = haversine_km(guess, matches.fallback[:, 0]) > settings.max_move_km
        guess = np.where(too_far[:, None], points[:, 0], guess)
    return Refined(matches.cells[:, :k], probability, score.astype(np.float32), points, guess)


def _positions(matches: Matches, settings: RefinerSettings, k: int) -> NDArray[np.float64]:
    if settings.neighbours == 1:
        return matches.near[:, :k, 0]
    taken = slice(1, 1 + min(settings.neighbours, matches.near.shape[2] - 1))
    distance = matches.near_distance[:, :k, taken].astype(np.float64)
    empty = ~np.isfinite(distance[:, :, :1])
    weight = softmax(np.where(empty, 0.0, -distance / settings.temperature), axis=2)
    return from_unit((to_unit(matches.near[:, :k, taken]) * weight[..., None]).sum(axis=2))


def _distances(vectors: object, first: int, last: int, query: Floats) -> Floats:
    stored: Floats = vectors.reconstruct_n(int(first), int(last - first))  # type: ignore[attr-defined]
    found: Floats = np.linalg.norm(stored - query, axis=1)
    return found
