"""How sure a figure is: percentile bootstrap over places. Arrays in, numbers out."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SAMPLES = 1000
LEVEL = 0.95
BLOCK = 4_000_000  # values drawn at a time, 64 MB with their numbers


def interval(
    values: ArrayLike, statistic: Callable[..., np.ndarray] = np.mean, samples: int = SAMPLES, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of `statistic` (called with axis=1) over resampled `values` (N,).

    Two systems measured on the same places are compared by the interval of their difference, place by place.
    """
    array = np.asarray(values, np.float64)
    rng = np.random.default_rng(seed)
    rows = max(1, min(samples, BLOCK // max(1, len(array))))  # samples at a time, so that millions of places fit
    drawn = np.concatenate(
        [
            np.atleast_1d(
                statistic(array[rng.integers(0, len(array), (min(rows, samples - start), len(array)))], axis=1)
            )
            for start in range(0, samples, rows)
        ]
    )
    return _ends(drawn)


def paired_interval(
    ours: ArrayLike, theirs: ArrayLike, statistic: Callable[..., Any], samples: int = SAMPLES, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of `statistic`(ours) − `statistic`(theirs), both (N,), the same places drawn for both.

    For figures such as the median, whose difference is not that of the places one by one.
    """
    a, b = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    rng = np.random.default_rng(seed)
    drawn = np.empty(samples)
    for sample in range(samples):
        which = rng.integers(0, len(a), len(a))
        drawn[sample] = float(statistic(a[which])) - float(statistic(b[which]))
    return _ends(drawn)


def _ends(drawn: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
