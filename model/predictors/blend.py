"""A guess without cells: the place of the most points that kernel and head together expect. Knows no file.

Each anchor j (a known place) is worth v_j = (1 − s)·(E_j + w·L_j) + s·(H_j + w·Q_j): E_j is the share of the full score
that the kernel predicts for a guess there, L_j the probability of j's country by the regression beside it, H_j the
score that the head's cells expect there, Q_j their probability of j's country. The guess is the anchor worth most.
Scores over regions come from the same worth, softmax(v / t) summed by region, mixed with the head's own; t and the
mixture are fitted so that the true region is as likely as can be.

Two things are asked of a guess, points and the right country, and the same weight w serves both: a little of it earns
points, more buys countries with points. Score comes first: of all settings whose mean score is within one standard
error of the best one's, which is as near as so many places can tell, the one with most countries right is taken.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from model.geo.distance import haversine_km
from model.geo.scoring import MAX_SCORE, PAPER_SCALE_KM
from model.geocells.table import Geocells
from model.predictors.calibration import Decision
from model.retrieval.kernel import Kernel
from model.retrieval.refiner import Refined, most_probable

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the head
COUNTRIES = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # weight of the country; from 3 on the likeliest one is always guessed
TEMPERATURES = (0.01, 0.02, 0.04, 0.08, 0.16)
MIXES = (0.1, 0.25, 0.5, 0.75, 0.9)  # share of the head's own probabilities in the scores
CITY_KM, CITY_WEIGHT = 25.0, 1000.0  # one more percent within 25 km is worth ten points of mean score,
COUNTRY_WEIGHT = 1000.0  # and one more percent of countries ten others
SHOWN = 10  # candidates


@dataclass(frozen=True)
class Evidence:
    """What kernel and head say of N embeddings at J anchors; −inf in `expected` where a place may not be guessed."""

    expected: Floats  # (N, J) E
    likeness: Floats  # (N, J) L
    expected_by_head: Floats  # (N, J) H
    country_by_head: Floats  # (N, J) Q
    probabilities: Floats  # (N, C) of the head

    def worth(self, decision: Decision) -> Floats:
        """v, (N, J)."""
        allowed = np.isfinite(self.expected)
        kernel = np.where(allowed, self.expected, 0.0) + np.float32(decision.country) * self.likeness
        head = self.expected_by_head + np.float32(decision.country) * self.country_by_head
        worth = np.float32(1.0 - decision.share) * kernel + np.float32(decision.share) * head
        found: Floats = np.where(allowed, worth, np.float32(-np.inf))
        return found


class Anchors:
    """The anchors of a kernel among the cells of a head: what does not depend on the picture."""

    def __init__(self, kernel: Kernel, cells: Geocells) -> None:
        self.points, self.cells = kernel.anchor_points, cells
        self.cell = cells.assign(self.points)  # (J,)
        self.inside = np.eye(len(cells), dtype=np.float32)[self.cell]  # (J, C)
        away_km = haversine_km(cells.centroids[:, None], self.points[None])
        self.reach = np.exp(-away_km / PAPER_SCALE_KM).astype(np.float32)  # (C, J)
        names = np.array([*kernel.countries, ""], object)
        self.country = kernel.anchor_country
        of_cell = cells.countries.astype(object)[:, None] == names[None, self.country]
        self.same = (of_cell & (self.country >= 0)[None]).astype(np.float32)  # (C, J)

    def evidence(self, said: tuple[Floats, Floats], probabilities: Floats) -> Evidence:
        """What a kernel `said` (as `Kernel.predict`) beside the head's probabilities (N, C)."""
        expected, countries = said
        known = (self.country >= 0).astype(np.float32)
        likeness = countries[:, np.maximum(self.country, 0)] * known if countries.shape[1] else np.zeros_like(expected)
        return Evidence(expected, likeness, probabilities @ self.reach, probabilities @ self.same, probabilities)

    def scores(self, worth: Floats, probabilities: Floats, decision: Decision) -> Floats:
        """Over the regions, (N, C); rows sum to 1."""
        weight = softmax(worth / np.float32(decision.temperature), axis=1)  # (N, J)
        mixed: Floats = (1.0 - decision.mix) * (weight @ self.inside) + decision.mix * probabilities
        out: Floats = (mixed / mixed.sum(axis=1, keepdims=True)).astype(np.float32)
        return out

    def refined(self, worth: Floats, scores: Floats, candidates: int = SHOWN) -> Refined:
        """The guess, and the likeliest cells with the best anchor of each; the guess's own is always among them."""
        rows, best = np.arange(len(worth)), worth.argmax(axis=1)
        cells = most_probable(scores, min(candidates, scores.shape[1]))
        absent = ~(cells == self.cell[best][:, None]).any(axis=1)
        cells[absent, -1] = self.cell[best][absent]
        points = self.cells.centroids[cells]  # (N, K, 2), a copy
        for cell in np.unique(cells):
            inside = np.flatnonzero(self.cell == cell)
            if len(inside):
                row, column = np.nonzero(cells == cell)
                points[row, column] = self.points[inside[worth[np.ix_(row, inside)].argmax(axis=1)]]
        probability = np.take_along_axis(scores, cells, axis=1)
        score = probability / np.maximum(probability.sum(axis=1, keepdims=True), 1e-30)
        return Refined(cells, probability, score, points, self.points[best[rows]])


@dataclass(frozen=True)
class Worth:
    """What guesses at places whose truth is known are worth, one by one."""

    score: Numbers  # (N,) points
    right: NDArray[np.bool_]  # (N,) the country is
    value: Numbers  # (N,) points, and what a city and a country are worth beside them


def worth_of(guess: Numbers, country_right: NDArray[np.bool_], truth: Numbers, scale_km: float) -> Worth:
    """Of guesses (N, 2) at truths (N, 2)."""
    away_km = haversine_km(guess, truth)
    score = MAX_SCORE * np.exp(-away_km / scale_km)
    return Worth(score, country_right, score + CITY_WEIGHT * (away_km <= CITY_KM) + COUNTRY_WEIGHT * country_right)


def choose(
    anchors: Anchors, evidence: Evidence, truth: Numbers, country: NDArray[np.int64], scale_km: float
) -> tuple[Decision, Worth]:
    """The share of the head and the weight of the country: score first, then countries (see above).

    Ties go to the kernel, then to the smaller weight.

    Args:
        anchors: of the kernel.
        evidence: of N places.
        truth: (N, 2) degrees.
        country: (N,) index into the kernel's countries, −1: not known.
        scale_km: of the score.
    """
    tried = []
    for share, weight in product(SHARES, COUNTRIES if len(np.unique(anchors.country)) > 1 else COUNTRIES[:1]):
        decision = Decision(share, weight)
        found = evidence.worth(decision).argmax(axis=1)
        right = (anchors.country[found] == country) & (country >= 0)
        tried.append((decision, worth_of(anchors.points[found], right, truth, scale_km)))
    _, best = max(tried, key=lambda one: one[1].score.mean())
    least = best.score.mean() - best.score.std() / np.sqrt(len(best.score))
    level = [one for one in tried if one[1].score.mean() >= least]
    return max(level, key=lambda one: (one[1].right.mean(), one[1].score.mean()))


def fit_scores(anchors: Anchors, evidence: Evidence, own: NDArray[np.int64], decision: Decision) -> Decision:
    """The same decision with the temperature and mixture that make the true cells `own` (N,) likeliest."""
    worth, rows = evidence.worth(decision), np.arange(len(own))
    best, kept = np.inf, decision
    for temperature in TEMPERATURES:
        by_anchors = anchors.scores(worth, evidence.probabilities, replace(decision, temperature=temperature, mix=0.0))
        for mix in MIXES:
            likely = (1.0 - mix) * by_anchors[rows, own] + mix * evidence.probabilities[rows, own]
            loss = float(-np.log(np.maximum(likely, 1e-12)).mean())
            if loss < best:
                best, kept = loss, replace(decision, temperature=temperature, mix=mix)
    return kept
