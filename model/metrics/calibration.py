"""How far stated probabilities can be believed. Arrays in, numbers out, in blocks of rows; knows no model."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

BINS = 15
BLOCK = 4_000_000  # numbers of a table (N, C) that are copied at a time, 32 MB


def entropy(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Entropy of each row in nats, (N, C) -> (N,); a probability of 0 adds nothing."""
    table = np.asarray(probabilities)
    out = np.empty(len(table))
    for rows in _blocks(table):
        p = table[rows].astype(np.float64)
        out[rows] = -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1)
    return out


def reliability(probabilities: ArrayLike, true_class: ArrayLike, bins: int = BINS) -> dict[str, list[float]]:
    """The reliability diagram of the likeliest class, in equally wide bins of confidence.

    Args:
        probabilities: (N, C), rows sum to 1.
        true_class: (N,) indices.
        bins: how many.

    Returns:
        Lists of `bins` numbers: "low" and "high" edges; "n" samples; their mean "confidence" and the share of right
        ones, "accuracy" (both 0 where n is 0). On the diagonal, confidence and accuracy agree.

    Source: Guo et al., arXiv 1706.04599, figure 1.
    """
    table, truth = np.asarray(probabilities), np.asarray(true_class)
    confidence, right = np.empty(len(table)), np.empty(len(table), bool)
    for rows in _blocks(table):
        best = table[rows].argmax(axis=1)
        confidence[rows] = np.take_along_axis(table[rows], best[:, None], axis=1)[:, 0]
        right[rows] = best == truth[rows]
    return diagram(confidence, right, bins)


def diagram(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS) -> dict[str, list[float]]:
    """As `reliability`, from the confidence of each place (N,) and whether it was right (N,)."""
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    n = np.bincount(bin_of, minlength=bins)
    filled = np.maximum(n, 1)
    return {
        "low": (np.arange(bins) / bins).tolist(),
        "high": (np.arange(1, bins + 1) / bins).tolist(),
        "n": n.tolist(),
        "confidence": (np.bincount(bin_of, confidence, minlength=bins) / filled).tolist(),
        "accuracy": (np.bincount(bin_of, right, minlength=bins) / filled).tolist(),
    }


def calibration_error(diagram: dict[str, list[float]]) -> float:
    """Mean gap between confidence and accuracy of a reliability diagram, weighted by the samples of its bins.

    Source: Guo et al., arXiv 1706.04599, eq. 3.
    """
    n = np.asarray(diagram["n"], np.float64)
    gap = np.abs(np.asarray(diagram["confidence"]) - np.asarray(diagram["accuracy"]))
    return float((gap * n).sum() / max(n.sum(), 1.0))


def expected_calibration_error(probabilities: ArrayLike, true_class: ArrayLike, bins: int = BINS) -> float:
    """The calibration error of probabilities (N, C) of the true classes (N,)."""
    return calibration_error(reliability(probabilities, true_class, bins))


def coverage(distance_km: ArrayLike, radius_km: ArrayLike) -> NDArray[np.float64]:
    """Share of distances (N,) inside each of the stated radii (N, L) -> (L,): honest where it is what was stated."""
    distance, radius = np.asarray(distance_km, np.float64), np.asarray(radius_km, np.float64)
    return np.asarray((distance[:, None] <= radius).mean(axis=0))


def fit_temperature(logits: ArrayLike, true_class: ArrayLike) -> float:
    """The temperature by which to divide `logits` (N, C) so that the true classes (N,) become most likely.

    Source: Guo et al., arXiv 1706.04599, section 4.2; searched between 1/20 and 20.
    """

    def lost(log_temperature: float) -> float:
        return log_loss(logits, true_class, float(np.exp(log_temperature)))

    found = minimize_scalar(lost, bounds=(-np.log(20), np.log(20)), method="bounded")
    return float(np.exp(found.x))


def log_loss(logits: ArrayLike, true_class: ArrayLike, temperature: float = 1.0) -> float:
    """Mean negative log-likelihood in nats of the true classes (N,), whose logits (N, C) are divided by a number."""
    table, truth = np.asarray(logits), np.asarray(true_class, np.int64)[:, None]
    total = 0.0
    for rows in _blocks(table):
        log_p = log_softmax(table[rows].astype(np.float64) / temperature, axis=1)
        total -= float(np.take_along_axis(log_p, truth[rows], axis=1).sum())
    return total / len(table)


def top_k_share(probabilities: ArrayLike, true_class: ArrayLike, k: int) -> float:
    """Share of samples whose true class is among the k most probable; fewer classes than k count all."""
    return float(np.mean(rank_of(probabilities, true_class) < k))


def rank_of(probabilities: ArrayLike, true_class: ArrayLike) -> NDArray[np.int64]:
    """How many classes stand before the true one, (N, C), (N,) -> (N,); of equal ones the first stands before."""
    table, truth = np.asarray(probabilities), np.asarray(true_class, np.int64)[:, None]
    rank = np.empty(len(table), np.int64)
    for rows in _blocks(table):
        p, own = table[rows], truth[rows]
        of_truth = np.take_along_axis(p, own, axis=1)
        rank[rows] = (p > of_truth).sum(axis=1) + ((p == of_truth) & (np.arange(p.shape[1]) < own)).sum(axis=1)
    return rank


def _blocks(table: NDArray[np.generic]) -> Iterator[slice]:
    step = max(1, BLOCK // max(1, table.shape[1]))
    for start in range(0, len(table), step):
        yield slice(start, start + step)
