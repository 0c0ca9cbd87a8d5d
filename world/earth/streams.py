"""One stream of random numbers for each family of clues at each place. Knows no clue.

A stream is seeded by the recipe's seed, the position and the family's name, never by month or hour: so two dates of
one place share their houses, and a change of one family leaves the draws of all others untouched. The numbers come
from SplitMix64 (Steele et al. 2014), computed for a whole batch at once, because making ten generators for each place
would cost more than all clues together.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
LENGTH = 64  # numbers in a stream; then it starts again


class Stream:
    """Random numbers, drawn one after the other."""

    __slots__ = ("_next", "_values")

    def __init__(self, values: list[float]) -> None:
        self._values = values
        self._next = 0

    def unit(self) -> float:
        """A number in [0, 1)."""
        value = self._values[self._next]
        self._next = (self._next + 1) % len(self._values)
        return value

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.unit()

    def normal(self) -> float:
        """About standard normal: three uniform numbers, scaled."""
        return 2.0 * (self.unit() + self.unit() + self.unit() - 1.5)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.unit() < probability

    def choice(self, items: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the items, by weight."""
        spot = self.unit()
        if weights is None:
            return items[int(spot * len(items))]
        spot *= sum(weights)
        for item, weight in zip(items, weights, strict=True):
            spot -= weight
            if spot < 0.0:
                return item
        return items[-1]


def streams(seed: NDArray[np.int64], points: NDArray[np.float64], family: str) -> list[Stream]:
    """A stream of `family` for each place: seeds (N,), points (N, 2) in degrees."""
    name = np.frombuffer(hashlib.sha256(family.encode()).digest()[:8], np.uint64)[0]
    with np.errstate(over="ignore"):
        state = _mix(seed.astype(np.uint64) ^ name)
        for axis in (0, 1):
            state = _mix(state ^ np.rint(points[:, axis] * 1e4).astype(np.int64).astype(np.uint64))
        steps = np.arange(1, LENGTH + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        bits = _mix(state[:, None] + steps[None, :])  # (N, LENGTH)
    values = (bits >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return [Stream(row) for row in values.tolist()]


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
