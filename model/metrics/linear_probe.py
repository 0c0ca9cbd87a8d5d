"""What a frozen embedding knows, read by linear probes (Alain & Bengio 2016). Arrays in, numbers out; knows no file.

Numbers are read by ridge regression, classes by linear discriminant analysis with a shrunken covariance; both are
closed forms. How strongly each is held back is chosen on rows that neither the probe nor, where these are validation
places, the encoder was fitted to: an encoder knows its own training places better than others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.metrics.bootstrap import interval

STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)  # beside the variance of a feature, which is 1
PLAIN = 3  # which of them where too few places could choose
LEAST_CHOOSING = 20

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """Which rows a probe is fitted to, which choose its strength, and which it is asked."""

    fit: Rows
    choose: Rows
    asked: Rows


def standardised(features: NDArray[Any], fit: Rows) -> Floats:
    """Features (N, D) with mean 0 and deviation 1 over the rows `fit`; what is constant there becomes 0."""
    plain = np.asarray(features, np.float32)
    mean, deviation = plain[fit].mean(axis=0, dtype=np.float64), plain[fit].std(axis=0, dtype=np.float64)
    alive = deviation > 1e-6 * np.maximum(1.0, np.abs(mean))
    scale = np.where(alive, 1.0 / np.where(alive, deviation, 1.0), 0.0)
    return np.asarray((plain - mean.astype(np.float32)) * scale.astype(np.float32), np.float32)


def read_numbers(features: Floats, targets: Floats, parts: Parts) -> Floats:
    """Ridge readings of K numbers at once.

    Args:
        features: (N, D), standardised.
        targets: (N, K), NaN where unknown; a column is fitted to the rows that know it, one that is known to fewer
            than two of them is read as NaN.
        parts: rows of both.

    Returns:
        (A, K) for the rows `parts.asked`, in the targets' own units.
    """
    out = np.full((len(parts.asked), targets.shape[1]), np.nan, np.float32)
    for columns, known in _alike(targets[parts.fit]):
        rows = parts.fit[known]
        if len(rows) < 2:
            continue
        x, y = features[rows], targets[np.ix_(rows, columns)]
        x_mean, y_mean = x.mean(axis=0, dtype=np.float64), y.mean(axis=0, dtype=np.float64)
        gram = (x.T @ x) / np.float32(len(rows)) - np.outer(x_mean, x_mean)
        cross = (x.T @ y) / np.float32(len(rows)) - np.outer(x_mean, y_mean)
        values, turn = np.linalg.eigh(gram)
        turned = turn.T @ cross  # (D, k)

        def weights(strength: float, turn: Any = turn, values: Any = values, turned: Any = turned) -> Any:
            return turn @ (turned / (np.maximum(values, 0.0) + strength)[:, None])

        ways = np.stack([weights(strength) for strength in STRENGTHS])  # (S, D, k)
        best = _best(features[parts.choose] - x_mean, targets[np.ix_(parts.choose, columns)] - y_mean, ways)
        chosen = ways[best, :, np.arange(len(columns))].T  # (D, k)
        out[:, columns] = (features[parts.asked] - x_mean) @ chosen + y_mean
    return out


def _alike(targets: Floats) -> Iterator[tuple[Rows, NDArray[np.bool_]]]:
    """Columns that are known at the same rows, and those rows: they share one covariance."""
    known = np.isfinite(targets)
    _, group = np.unique(np.packbits(known, axis=0), axis=1, return_inverse=True)
    for number in range(int(group.max(initial=-1)) + 1):
        columns = np.flatnonzero(group == number)
        yield columns, known[:, columns[0]]


def _best(x: NDArray[Any], y: NDArray[Any], ways: NDArray[Any]) -> Rows:
    """Which of the weights (S, D, k) errs least on rows x (n, D), y (n, k), for each column (k,)."""
    known = np.isfinite(y)
    truth = np.where(known, y, 0.0)
    lost = np.stack([(np.square(x @ one - truth) * known).sum(axis=0) for one in ways])
    return np.asarray(np.where(known.sum(axis=0) < LEAST_CHOOSING, PLAIN, lost.argmin(axis=0)), np.int64)


def read_classes(features: Floats, labels: NDArray[np.int64], parts: Parts) -> NDArray[np.int64]:
    """The likeliest class of the rows `parts.asked`, (A,).

    Linear discriminant analysis with frequencies as priors; the covariance within classes gets a multiple of the
    identity added, which multiple the accuracy on `parts.choose` says.

    Args:
        features: (N, D), standardised.
        labels: (N,) from 0; −1 is unknown.
        parts: rows of both.

    Raises:
        ValueError: no row of `parts.fit` has a label.
    """
    fit = parts.fit[labels[parts.fit] >= 0]
    if not len(fit):
        raise ValueError("looked for labels to fit a probe to, found none")
    names, own, count = np.unique(labels[fit], return_inverse=True, return_counts=True)
    x = features[fit]
    sums = np.zeros((len(names), x.shape[1]))
    np.add.at(sums, own, x)
    means = sums / count[:, None]
    within = (x.T @ x) / np.float32(len(fit)) - (means.T * (count / len(fit))) @ means
    values, turn = np.linalg.eigh(within)
    turned, prior = means @ turn, np.log(count / len(fit))  # (C, D), (C,)

    def likeliest(rows: Rows, strength: float) -> NDArray[np.int64]:
        scaled = turned / (np.maximum(values, 0.0) + strength)
        height = prior - 0.5 * (scaled * turned).sum(axis=1)
        return np.asarray(names[((features[rows] @ turn) @ scaled.T + height).argmax(axis=1)], np.int64)

    choose = parts.choose[labels[parts.choose] >= 0]
    right = [float((likeliest(choose, strength) == labels[choose]).sum()) for strength in STRENGTHS]
    best = PLAIN if len(choose) < LEAST_CHOOSING else int(np.argmax(right))
    return likeliest(parts.asked, STRENGTHS[best])


def r_squared(truth: NDArray[Any], reading: NDArray[Any]) -> float | None:
    """The share of the variance that readings (N, m) explain, of all columns together; None where nothing varies.

    1 − Σ(y − ŷ)² / Σ(y − ȳ)² over what is known, ȳ the mean of the same rows; below 0 the mean would read better.
    """
    lost, spread = _sums(*_parts_of(truth, reading))
    return float(1.0 - lost / spread) if spread > 1e-9 else None


def number_figures(truth: NDArray[Any], reading: NDArray[Any]) -> dict[str, Any] | None:
    """{"n", "r2", "r2_95"} of readings (N, m), the interval over rows; None where nothing varies."""
    value = r_squared(truth, reading)
    if value is None:
        return None
    parts = tuple(part[np.isfinite(truth).any(axis=1)] for part in _parts_of(truth, reading))

    def of_rows(rows: NDArray[np.float64], axis: int) -> NDArray[np.float64]:  # (samples, n) -> (samples,)
        found = [_sums(*(part[drawn.astype(np.int64)] for part in parts)) for drawn in rows]
        return np.array([1.0 - lost / spread if spread > 1e-9 else 0.0 for lost, spread in found])

    n = len(parts[0])
    return {"n": n, "r2": value, "r2_95": interval(np.arange(n), of_rows)}


def _parts_of(truth: NDArray[Any], reading: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Known (N, m), truth and error there, 0 elsewhere."""
    known = np.isfinite(truth) & np.isfinite(reading)
    true = np.where(known, truth, 0.0).astype(np.float64)
    return known, true, np.where(known, reading, 0.0) - true


def _sums(known: NDArray[Any], true: NDArray[Any], error: NDArray[Any]) -> tuple[float, float]:
    count = np.maximum(known.sum(axis=0), 1)
    spread = np.square(true).sum(axis=0) - np.square(true.sum(axis=0)) / count
    return float(np.square(error).sum()), float(spread.sum())


def class_figures(truth: NDArray[Any], said: NDArray[Any], majority: Any) -> dict[str, Any]:
    """{"n", "accuracy", "accuracy_95", "majority"}: `majority` is the commonest class of the training rows.

    The share of (N,) that it would have been right for stands beside the accuracy.
    """
    right = truth == said
    return {"n": len(truth), "accuracy": float(right.mean()), "accuracy_95": interval(right),
            "majority": float((truth == majority).mean())}  # fmt: skip
