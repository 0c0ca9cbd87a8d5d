"""How sure the figures of rounds are: a bootstrap that draws whole games. Arrays in, numbers out; knows no player.

Rounds of one game are not independent: the same sitting, the same form, the same opponent. On 876 rounds that one
person played in 118 duels on one map, the correlation within a duel is 0.07; drawing single rounds would make the
intervals there about a fifth too narrow. So games are drawn with replacement, each with all of its rounds (the usual
bootstrap of clusters). With fewer than five games a drawn mean could take a handful of values only, and single rounds
are drawn instead.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from model.geo.distance import Floats
from model.metrics.bootstrap import LEVEL, SAMPLES

MIN_ROUNDS = 10  # fewer tell too little for an interval
MIN_UNITS = 5  # fewer games (or players, for a band) give a handful of different draws only
BLOCK = 100  # draws at a time, so that a hundred thousand rounds fit into memory
NONE = (float("nan"), float("nan"))

Interval = tuple[float, float]


def units_of(games: ArrayLike) -> NDArray[np.int64]:
    """What is drawn, as a number for each round (N,): its game, or the round itself where there are too few games."""
    codes = pd.factorize(np.asarray(games, object))[0].astype(np.int64)
    return codes if codes.max(initial=-1) + 1 >= MIN_UNITS else np.arange(len(codes), dtype=np.int64)


def intervals(
    means: Mapping[str, Floats],
    units: NDArray[np.int64],
    medians: Mapping[str, Floats] | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
) -> dict[str, Interval]:
    """95 % percentile intervals of several figures from the same draws.

    Args:
        means: arrays (N,) whose mean is wanted; not a number stands for a round that does not count there.
        units: the number of the unit that each round belongs to (N,), see `units_of`.
        medians: arrays (N,) whose median is wanted, likewise.

    Returns:
        name -> (low, high); not a number where fewer than ten rounds count, or where nothing varies. A share of
        nothing or of everything, which a bootstrap takes for certain, gets Wilson's interval instead.
    """
    medians = medians or {}
    found = dict.fromkeys([*means, *medians], NONE)
    if len(units) < MIN_ROUNDS:
        return found
    drawn: dict[str, list[Floats]] = {name: [] for name in found}
    ordered = {name: _ordered(values) for name, values in medians.items()}
    count, rng = int(units.max()) + 1, np.random.default_rng(seed)
    totals = {name: _totals(values, units, count) for name, values in means.items()}
    for start in range(0, samples, BLOCK):
        rows = min(BLOCK, samples - start)
        weights = _weights(rng, rows, count)  # (rows, units)
        for name, (sums, counts) in totals.items():
            with np.errstate(invalid="ignore", divide="ignore"):
                drawn[name].append((weights @ sums) / (weights @ counts))
        for name, (order, values) in ordered.items():
            drawn[name].append(_weighted_median(values, weights[:, units[order]]))
    for name, blocks in drawn.items():
        values = means[name] if name in means else medians[name]
        found[name] = _limits(np.concatenate(blocks), values[~np.isnan(values)])
    return found


def draws_of_mean(values: Floats, units: NDArray[np.int64], samples: int = SAMPLES, seed: int = 0) -> Floats:
    """Means of `values` (N,) over drawn units, (samples,)."""
    count = int(units.max()) + 1
    sums, counts = _totals(values, units, count)
    weights = _weights(np.random.default_rng(seed), samples, count)
    return np.asarray((weights @ sums) / (weights @ counts), np.float64)


def wilson(hits: int, of: int) -> Interval:
    """Wilson's 95 % interval of a share, which has a width even where the share is nothing or everything."""
    ends: Any = binomtest(hits, of).proportion_ci(LEVEL, "wilson")
    return float(ends.low), float(ends.high)


def _weights(rng: np.random.Generator, rows: int, count: int) -> Floats:
    """How often each unit was drawn (rows, count)."""
    picked = rng.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
    return np.bincount(picked.ravel(), minlength=rows * count).reshape(rows, count).astype(np.float64)


def _totals(values: Floats, units: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    known = ~np.isnan(values)
    sums = np.bincount(units[known], values[known], minlength=count).astype(np.float64)
    return sums, np.bincount(units[known], minlength=count).astype(np.float64)


def _ordered(values: Floats) -> tuple[NDArray[np.int64], Floats]:
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")].astype(np.int64)
    return order, values[order]


def _weighted_median(values: Floats, weights: Floats) -> Floats:
    """The median (rows,) of sorted `values` (N,) that count `weights` (rows, N) times."""
    if len(values) == 0:
        return np.full(len(weights), np.nan)
    below = np.cumsum(weights, axis=1)
    half = below[:, -1:] / 2.0
    low = np.minimum((below < half).sum(axis=1), len(values) - 1)
    high = np.minimum((below <= half).sum(axis=1), len(values) - 1)
    return np.asarray((values[low] + values[high]) / 2.0, np.float64)


def _limits(drawn: Floats, values: Floats) -> Interval:
    drawn = drawn[np.isfinite(drawn)]
    if len(values) < MIN_ROUNDS or len(drawn) == 0:
        return NONE
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if low < high:
        return float(low), float(high)
    if np.isin(values, (0.0, 1.0)).all():
        return wilson(int(values.sum()), len(values))
    return NONE
