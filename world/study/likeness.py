"""How alike two places look: clues weighted by how far each can be trusted, and the nearest by family. Knows no place.

For each group of numbers (one clue) two covariances are learnt: of differences within a place and between any two
places. Where they are diagonal together, a number whose spread between places is λ times that within counts
d²·(1 − 1/λ) against two places being one (twice the logarithm of the ratio of likelihoods, both Gaussian, as in the
two-covariance model of Brümmer & de Villiers 2010, less its constant log λ: that would reward places for showing many
clues of which each says the same country). So a number that says nothing weighs nothing, numbers that vary together
count once, and a clue that one of the two places does not show adds nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.geo.distance import haversine_km
from world.study.clue_files import groups

LEAST_PAIRS = 40  # with fewer pairs that show a clue, only the eye's precision is known of it
LEAST_RATIO = 1.05  # numbers that spread hardly wider between places than within are left out
QUERIES_AT_ONCE = 64
QUESTIONS, CANDIDATES = 1000, 200  # known places that are asked of the others to weigh families, and likely answers
WEIGHTS, SWEEPS, NEAR_KM = (0.1, 0.25, 0.4, 0.6, 0.8, 1.0, 1.3, 1.7), 3, 10.0

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Scale:
    """What turns the columns of one clue (n,) into numbers (m,) that all weigh the same."""

    columns: tuple[str, ...]
    centre: Floats  # (n,)
    turn: Floats  # (n, m)


def learn(first: pd.DataFrame, second: pd.DataFrame, known: pd.DataFrame) -> dict[str, Scale]:
    """The scale of every clue that tells places apart, from pairs of looks at one place (P rows each) and known places.

    Numbers are in steps that an eye can just tell apart, so 1 is added to every variance within.
    """
    scales = {}
    other = np.random.default_rng(0).permutation(len(known))
    for clue, columns in groups(list(known.columns)).items():
        here = _of(known, columns)
        between = _spread(here, here[other])
        if between is None:
            continue
        within = _spread(_of(first, columns), _of(second, columns))
        within = np.eye(len(columns)) + (0.0 if within is None else within)
        root = np.linalg.inv(np.linalg.cholesky(within))
        ratio, turn = np.linalg.eigh(root @ (between + np.eye(len(columns))) @ root.T)
        useful = ratio > LEAST_RATIO
        if useful.any():
            turned = root.T @ turn[:, useful] * np.sqrt(1.0 - 1.0 / ratio[useful])
            centre = np.nanmean(here, axis=0)
            scales[clue] = Scale(tuple(columns), centre.astype(np.float32), turned.astype(np.float32))
    return scales


def _of(table: pd.DataFrame, columns: list[str]) -> NDArray[np.float64]:
    """The columns; a part that is not there (stripes' colour where there are none) as 0 where the clue is seen."""
    values = table[columns].to_numpy(np.float64)
    seen = np.isfinite(values).any(axis=1, keepdims=True)
    return np.where(seen & np.isnan(values), 0.0, values)


def _spread(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Half the mean square of differences (n, n), of the rows that are seen in both; None with too few."""
    gaps = (a - b)[np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)]
    return None if len(gaps) < LEAST_PAIRS else gaps.T @ gaps / (2.0 * len(gaps))


class Gallery:
    """Known places, ready to be compared with others family by family."""

    def __init__(self, scales: dict[str, Scale], known: pd.DataFrame) -> None:
        self.families = tuple(dict.fromkeys(clue.split(".")[0] for clue in scales))
        self._scales = scales
        self._sides = {family: self._known_side(family, known) for family in self.families}

    def unlikeness(self, asked: pd.DataFrame) -> Iterator[tuple[slice, dict[str, Floats]]]:
        """Rows of `asked`, and for each family how unlike they are to every known place: (rows, N), low is alike."""
        sides = {family: self._asked_side(family, asked) for family in self.families}
        for start in range(0, len(asked), QUERIES_AT_ONCE):
            rows = slice(start, start + QUERIES_AT_ONCE)
            yield rows, {family: sides[family][rows] @ self._sides[family].T for family in self.families}

    def _turned(self, family: str, table: pd.DataFrame) -> Iterator[tuple[Floats, Floats]]:
        for clue, scale in self._scales.items():
            if clue.split(".")[0] == family:
                values = _of(table, list(scale.columns)).astype(np.float32)
                seen = np.asarray(np.isfinite(values).all(axis=1), bool)
                yield np.where(seen[:, None], values - scale.centre, 0.0) @ scale.turn, seen.astype(np.float32)

    # d² between x and y, where both are seen (m, k are 1): m·k·(x² − 2xy + y²), as one matrix product.
    def _asked_side(self, family: str, asked: pd.DataFrame) -> Floats:
        parts = []
        for x, m in self._turned(family, asked):
            parts += [(x * x).sum(axis=1)[:, None], -2.0 * x, m[:, None]]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _known_side(self, family: str, known: pd.DataFrame) -> Floats:
        parts = []
        for y, k in self._turned(family, known):
            parts += [k[:, None], y, (y * y).sum(axis=1)[:, None]]
        return np.concatenate(parts, axis=1).astype(np.float32)


def family_weights(
    scales: dict[str, Scale], known: pd.DataFrame, points: NDArray[np.float64], seed: int = 0
) -> dict[str, float]:
    """How much each family is worth beside the others: known places (N,) at `points` (N, 2), some of them asked.

    Clues of one family vary together (a skyline is one thing, at whatever azimuth it is read), so that their sum says
    more than it knows. A sample of the known places is asked of all others, and one weight after the other is moved to
    where the answers lie nearest to the truth.
    """
    gallery, rng = Gallery(scales, known), np.random.default_rng(seed)
    asked = np.sort(rng.choice(len(known), min(QUESTIONS, len(known)), replace=False))
    apart, away = [], []
    for rows, of_family in gallery.unlikeness(known.iloc[asked]):
        total = np.zeros_like(next(iter(of_family.values())))
        for part in of_family.values():
            total += part
        total[np.arange(total.shape[0]), asked[rows]] = np.inf
        likely = np.argpartition(total, min(CANDIDATES, total.shape[1] - 2), axis=1)[:, :CANDIDATES]
        likely = np.where(likely == asked[rows][:, None], likely[:, :1], likely)
        apart.append(np.stack([np.take_along_axis(part, likely, axis=1) for part in of_family.values()]))
        away.append(haversine_km(points[likely], points[asked[rows]][:, None]))
    parts, lost = np.concatenate(apart, axis=1), np.log1p(np.concatenate(away) / NEAR_KM)

    def loss(weights: NDArray[np.float32]) -> float:
        best = np.tensordot(weights, parts, axes=1).argmin(axis=1)
        return float(lost[np.arange(len(best)), best].mean())

    weights = np.ones(len(gallery.families), np.float32)
    for _ in range(SWEEPS):
        for k in range(len(weights)):
            tried = [np.where(np.arange(len(weights)) == k, np.float32(w), weights) for w in WEIGHTS]
            weights = min([weights, *tried], key=loss)
    return dict(zip(gallery.families, weights.tolist(), strict=True))


def nearest(
    scales: dict[str, Scale],
    known: pd.DataFrame,
    asked: pd.DataFrame,
    weights: dict[str, float] | None = None,
    done: Callable[[int], object] = lambda _: None,
) -> dict[str, NDArray[np.int64]]:
    """The known place (Q,) that looks most alike: with "all" clues, and with each family left out.

    `weights` are those of the families (default: all 1); `done` hears how many more have been asked.
    """
    gallery = Gallery(scales, known)
    best = {name: np.zeros(len(asked), np.int64) for name in ("all", *gallery.families)}
    for rows, of_family in gallery.unlikeness(asked):
        total = np.zeros_like(next(iter(of_family.values())))
        for family, apart in of_family.items():
            apart *= np.float32(1.0 if weights is None else weights[family])
            total += apart
        best["all"][rows] = total.argmin(axis=1)
        for family, apart in of_family.items():
            best[family][rows] = np.subtract(total, apart, out=apart).argmin(axis=1)
        done(len(total))
    return best
