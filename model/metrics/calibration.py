"""How far stated probabilities can be believed. Arrays in, numbers out; knows no model."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax


def entropy(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Entropy of each row in nats, (N, C) -> (N,); a probability of 0 adds nothing."""
    p = np.asarray(probabilities, np.float64)
    return np.asarray(-np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1))


def expected_calibration_error(probabilities: ArrayLike, true_class: ArrayLike, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over equally wide bins of confidence, weighted by their samples.

    Source: Guo et al., arXiv 1706.04599, eq. 3.
    """
    p, truth = np.asarray(probabilities, np.float64), np.asarray(true_class)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == truth
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(bin_of, confidence - right, minlength=bins)  # Σ confidence − Σ right in each bin
    return float(np.abs(gap).sum() / len(p))


def fit_temperature(logits: ArrayLike, true_class: ArrayLike) -> float:
    """The temperature by which to divide `logits` (N, C) so that the true classes (N,) become most likely.

    Source: Guo et al., arXiv 1706.04599, section 4.2; searched between 1/20 and 20.
    """
    z, truth = np.asarray(logits, np.float64), np.asarray(true_class, np.int64)[:, None]

    def negative_log_likelihood(log_temperature: float) -> float:
        log_p = log_softmax(z / np.exp(log_temperature), axis=1)
        return float(-np.take_along_axis(log_p, truth, axis=1).mean())

    found = minimize_scalar(negative_log_likelihood, bounds=(-np.log(20), np.log(20)), method="bounded")
    return float(np.exp(found.x))


def top_k_share(probabilities: ArrayLike, true_class: ArrayLike, k: int) -> float:
    """Share of samples whose true class is among the k most probable; fewer classes than k count all."""
    return float(np.mean(rank_of(probabilities, true_class) < k))


def rank_of(probabilities: ArrayLike, true_class: ArrayLike) -> NDArray[np.int64]:
    """How many classes stand before the true one, (N, C), (N,) -> (N,); of equal ones the first stands before."""
    p, truth = np.asarray(probabilities), np.asarray(true_class, np.int64)
    of_truth = np.take_along_axis(p, truth[:, None], axis=1)
    before = (p == of_truth) & (np.arange(p.shape[1]) < truth[:, None])
    return np.asarray((p > of_truth).sum(axis=1) + before.sum(axis=1), np.int64)
