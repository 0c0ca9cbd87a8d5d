"""Where places are, without cells: kernel ridge regression on a few thousand training places. Knows no head, no cells.

For an embedding x it predicts y_j(x) = exp(−d(x, j) / 1492.7 km), the share of the full score that a guess at place j
would get, for many places j at once; beside it stands a regression of countries (see countries.py). The kernel is a
Gaussian of standardised embeddings plus a constant, so that far from everything known the mean over all places is said.
The ridge has a closed form: coefficients A = (K + rI)⁻¹ Y by Cholesky, and what a model without place i (or without a
whole fold of places) says of it comes out of the same inverse, so bandwidth and
ridge are chosen without a place being spent on validation. Source: Saunders, Gammerman and Vovk, "Ridge regression
learning algorithm in dual variables" (ICML 1998); leaving out: Rifkin and Lippert, "Notes on regularized least squares"
(MIT-CSAIL-TR-2007-025).

Memory: N × N numbers twice while it is fitted (3.2 GB at 20,000 places in float32), N × J in the file.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from scipy.linalg import cho_factor, cho_solve, eigh

from model.artifacts import whole
from model.errors import ArtifactError, ConfigError
from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM
from model.retrieval.countries import choose_strength, fit_countries, likeness

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
WEIGHTS, SHAPE = "kernel.safetensors", "kernel.json"
FORMAT = 1
LEAST, MOST = 50, 20_000  # training places: with fewer nothing can be chosen, with more an index of clusters is better
ANCHORS = 4096  # places that a guess is chosen among; more would make the file large and the guess hardly better
TUNED_ON = 1200  # places that bandwidth and ridge are chosen on
NAMED_ON = 4000  # places that the strength of the regression of countries is chosen on
BANDWIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)  # variance of the Gaussian, in median squared distances
RIDGES = (0.02, 0.06, 0.2, 0.6, 2.0)
EXACT = 8000  # places up to which a fit is in double precision
BLOCK = 1024  # embeddings that are asked together
STILL = 1e-6  # a deviation below this is that of a number that never changes


@dataclass(frozen=True)
class Kernel:
    """A fitted regression, ready to be asked by many threads; N members, J of which are anchors."""

    mean: Floats  # (D,)
    deviation: Floats  # (D,)
    members: Floats  # (N, D) standardised
    coefficients: Floats  # (N, J)
    country_weights: Floats  # (D + 1, countries), see `fit_countries`
    points: Numbers  # (N, 2) degrees, of the members
    country: NDArray[np.int64]  # (N,) index into `countries`, −1: not known
    anchors: NDArray[np.int64]  # (J,) rows of the members that a guess is chosen among
    countries: tuple[str, ...]
    variance: float  # of the Gaussian, squared distances of standardised embeddings
    ridge: float
    strength: float  # of the regression of countries

    @property
    def dim(self) -> int:
        """D, the size of the embeddings it takes."""
        return len(self.mean)

    @property
    def anchor_points(self) -> Numbers:
        """(J, 2) degrees."""
        return self.points[self.anchors]

    @property
    def anchor_country(self) -> NDArray[np.int64]:
        """(J,) index into `countries`, −1: not known."""
        return self.country[self.anchors]

    def predict(self, embeddings: NDArray[Any]) -> tuple[Floats, Floats]:
        """(N, D) -> share of the full score at each anchor (N, J), and probability of each country (N, countries)."""
        expected = np.empty((len(embeddings), len(self.anchors)), np.float32)
        countries = np.empty((len(embeddings), len(self.countries)), np.float32)
        for start in range(0, len(embeddings), BLOCK):
            block = slice(start, start + BLOCK)
            seen = (np.asarray(embeddings[block], np.float32) - self.mean) / self.deviation
            expected[block] = gram(seen, self.members, self.variance) @ self.coefficients
            countries[block] = likeness(seen, self.country_weights)
        return expected, countries

    def left_out(self, rows: NDArray[np.int64], folds: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """As `predict`, of the members `rows` (M,), each by models of those `rows` that are of another fold (M,)."""
        members = self.members[rows].astype(np.float64)
        inverse = _inverse(gram(members, members, self.variance), self.ridge)
        expected = _without_folds(inverse, targets_of(self.points[rows], self.anchor_points), folds)
        countries = np.empty((len(rows), len(self.countries)), np.float32)
        for fold in np.unique(folds):
            rest, own = rows[folds != fold], rows[folds == fold]
            weights = fit_countries(self.members[rest], self.country[rest], len(self.countries), self.strength)
            countries[folds == fold] = likeness(self.members[own], weights)
        return expected.astype(np.float32), countries

    def raw(self, rows: NDArray[np.int64]) -> Floats:
        """Embeddings of members as the encoder gave them, (M, D)."""
        return self.members[rows] * self.deviation + self.mean

    def save(self, folder: Path) -> None:
        """Write both files, each whole or not at all."""
        tensors = {name: np.ascontiguousarray(getattr(self, name)) for name in _TENSORS}
        with whole(folder / WEIGHTS) as temporary:
            temporary.write_bytes(save(tensors))
        shape = {"format": FORMAT, "countries": self.countries, "variance": self.variance, "ridge": self.ridge,
                 "strength": self.strength}  # fmt: skip
        with whole(folder / SHAPE) as temporary:
            temporary.write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Kernel":
        """Read what `save` wrote.

        Raises:
            ArtifactError: a missing or foreign file, or arrays that do not fit together.
        """
        for name in (WEIGHTS, SHAPE):
            if not (folder / name).is_file():
                raise ArtifactError(f"looked for {name} in {folder}, found none; run `python -m model.build_index`.")
        try:
            shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
            if shape["format"] != FORMAT:
                raise ValueError(f"format {shape['format']} where {FORMAT} is known")
            tensors = load_file(folder / WEIGHTS)
            parts: dict[str, Any] = {name: tensors[name] for name in _TENSORS}
            parts |= {name: float(shape[name]) for name in _NUMBERS}
            found = cls(countries=tuple(map(str, shape["countries"])), **parts)
            found._check()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
            raise ArtifactError(f"{folder} holds no kernel that can be used ({error}); build the index "
                                "again.") from error  # fmt: skip
        return found

    def _check(self) -> None:
        n, dim = len(self.points), self.dim
        shapes = {"mean": (dim,), "deviation": (dim,), "members": (n, dim), "coefficients": (n, len(self.anchors)),
                  "country_weights": (dim + 1, len(self.countries)), "points": (n, 2), "country": (n,),
                  "anchors": (len(self.anchors),)}  # fmt: skip
        wrong = [name for name, shape in shapes.items() if getattr(self, name).shape != shape]
        if wrong or n == 0 or len(self.anchors) == 0:
            raise ValueError(f"arrays that do not fit together: {', '.join(wrong) or 'no places'}")
        if not all(np.isfinite(getattr(self, name)).all() for name in _TENSORS) or not (self.deviation > 0).all():
            raise ValueError("numbers that are not finite, or a deviation of 0")
        if np.abs(self.points[:, 0]).max() > 90:
            raise ValueError("places beyond the poles")
        if not (self.anchors.min() >= 0 and self.anchors.max() < n):
            raise ValueError("anchors that are no members")
        if not (self.country.min() >= -1 and self.country.max() < len(self.countries)):
            raise ValueError("countries that are not listed")
        if not all(0 < getattr(self, name) < np.inf for name in _NUMBERS):
            raise ValueError("a variance, a ridge or a strength that is not above 0")


_TENSORS = ("mean", "deviation", "members", "coefficients", "country_weights", "points", "country", "anchors")
_NUMBERS = ("variance", "ridge", "strength")


def fit_kernel(embeddings: NDArray[Any], points: Numbers, countries: NDArray[np.object_]) -> Kernel:
    """Fit on training places; bandwidth and ridge are those of the best guesses when each place is left out in turn,
    the strength of the regression of countries that of the likeliest truth.

    Args:
        embeddings: (N, D).
        points: (N, 2) degrees.
        countries: (N,) names; "" where not known.

    Raises:
        ConfigError: fewer than 50 places or more than 20,000.
    """
    n = len(points)
    if not LEAST <= n <= MOST:
        raise ConfigError(f"looked for {LEAST} to {MOST:,} training places for a kernel ridge, found {n:,}.")
    seen = np.asarray(embeddings, np.float64)
    mean, deviation = seen.mean(axis=0), seen.std(axis=0)
    deviation[deviation < STILL] = 1.0
    members = ((seen - mean) / deviation).astype(np.float32)
    names = tuple(sorted({str(name) for name in countries if name}))
    place_of = {name: i for i, name in enumerate(names)}
    country = np.array([place_of.get(str(name), -1) for name in countries], np.int64)
    some = spread(n, TUNED_ON)
    variance, ridge = _chosen(members[some].astype(np.float64), points[some])
    anchors = spread(n, ANCHORS)
    precise = members.astype(np.float64) if n <= EXACT else members
    table = gram(precise, precise, variance)
    table[np.diag_indices(n)] += ridge
    targets = targets_of(points, points[anchors]).astype(table.dtype)
    factor = cho_factor(table, lower=True, overwrite_a=True, check_finite=False)
    coefficients = cho_solve(factor, targets, overwrite_b=True, check_finite=False).astype(np.float32, order="C")
    some = spread(n, NAMED_ON)
    strength = choose_strength(members[some], country[some], len(names))
    weights = fit_countries(members, country, len(names), strength)
    return Kernel(mean.astype(np.float32), deviation.astype(np.float32), members, coefficients, weights,
                  np.asarray(points, np.float64), country, anchors, names, variance, ridge, strength)  # fmt: skip


def spread(n: int, most: int) -> NDArray[np.int64]:
    """At most so many of n rows, evenly taken, rising."""
    return np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)


def gram(a: NDArray[Any], b: NDArray[Any], variance: float) -> NDArray[Any]:
    """exp(−|a − b|² / (2·variance)) + 1, (N, D), (M, D) -> (N, M), in the precision of its arguments."""
    table: NDArray[Any] = a @ b.T
    table *= -2.0
    table += (a**2).sum(axis=1)[:, None]
    table += (b**2).sum(axis=1)[None]
    np.maximum(table, 0.0, out=table)
    table *= -0.5 / variance
    np.exp(table, out=table)
    table += 1.0
    return table


def targets_of(points: Numbers, anchors: Numbers) -> Numbers:
    """What is regressed on: share of the full score at each of J anchors, (N, 2), (J, 2) -> (N, J)."""
    out = np.empty((len(points), len(anchors)))
    for start in range(0, len(points), BLOCK):
        away_km = haversine_km(points[start : start + BLOCK, None], anchors[None])
        out[start : start + BLOCK] = np.exp(-away_km / PAPER_SCALE_KM)
    return out


def _chosen(members: Numbers, points: Numbers) -> tuple[float, float]:
    """Variance and ridge whose guesses are best when each place is left out; ties go to the earlier of the grid."""
    share = np.exp(-haversine_km(points[:, None], points[None]) / PAPER_SCALE_KM)
    squares = (members**2).sum(axis=1)
    squared = np.maximum(squares[:, None] + squares[None] - 2.0 * members @ members.T, 0.0)
    median = max(float(np.median(squared[np.triu_indices(len(points), 1)])), 1e-12)
    rows, best, kept = np.arange(len(points)), -np.inf, (median, RIDGES[-1])
    for bandwidth in BANDWIDTHS:
        values, vectors = eigh(np.exp(squared * (-0.5 / (bandwidth * median))) + 1.0)
        turned = vectors.T @ share
        for ridge in RIDGES:
            shrunk = 1.0 / (np.maximum(values, 0.0) + ridge)
            said = share - (vectors @ (shrunk[:, None] * turned)) / ((vectors**2) @ shrunk)[:, None]
            np.fill_diagonal(said, -np.inf)  # nobody may guess the place itself
            score = float(share[rows, said.argmax(axis=1)].mean())
            if score > best:
                best, kept = score, (bandwidth * median, ridge)
    return kept


def _inverse(table: NDArray[Any], ridge: float) -> Numbers:
    table[np.diag_indices(len(table))] += ridge
    factor = cho_factor(table, lower=True, overwrite_a=True, check_finite=False)
    inverse: Numbers = cho_solve(factor, np.eye(len(table)), overwrite_b=True, check_finite=False)
    return inverse


def _without_folds(inverse: Numbers, targets: Numbers, folds: NDArray[np.int64]) -> Numbers:
    """What ridge regressions without each fold say of that fold, from the inverse (M, M) with all of them."""
    coefficients = inverse @ targets
    out = np.empty_like(targets)
    for fold in np.unique(folds):
        own = np.flatnonzero(folds == fold)
        out[own] = targets[own] - np.linalg.solve(inverse[np.ix_(own, own)], coefficients[own])
    return out
