"""One stream of random numbers for each family of clues at each place. Knows no clue.

A stream is seeded by the recipe's seed, the position and the family's name, never by month or hour: so two dates of
one place share their houses, and a change of one family leaves the draws of all others untouched. The numbers come
from SplitMix64 (Steele et al. 2014), computed for a whole batch at once, because making ten generators for each place
would cost more than all clues together.

A number depends on nothing but its place in the stream. So what stands along a road is numbered along the road, and
`uniforms` gives the rows of those things alone that are asked for: thing 40 is the same, whoever comes by.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from world.draw.compiled import kernel

T = TypeVar("T")
LENGTH = 64  # numbers in a stream; then it starts again
_GAMMA = np.uint64(0x9E3779B97F4A7C15)


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
    values = _units(state(seed, points, family)[:, None], np.arange(1, LENGTH + 1, dtype=np.uint64)[None, :])  # (N, L)
    return [Stream(row) for row in values.tolist()]


def uniforms(place: NDArray[np.uint64], numbers: NDArray[np.int64] | Sequence[int], width: int) -> NDArray[np.float64]:
    """Rows of `width` numbers in [0, 1), one for each of `numbers` (k,), which may be negative: (k, width).

    `place` is the `state` of one place and family, (1,).
    """
    out = np.empty((len(numbers), width))
    fill_uniforms(place, np.asarray(numbers, np.int64), out)
    return out


@kernel
def fill_uniforms(place, numbers, out):  # type: ignore[no-untyped-def]
    """`uniforms` into `out` (k, width): the arithmetic of `_units` and `_mix`, without their arrays between."""
    width = out.shape[1]
    for i in range(out.shape[0]):
        for j in range(width):
            bits = place[0] + np.uint64(numbers[i] * width + j + 1) * np.uint64(0x9E3779B97F4A7C15)
            bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            bits = bits ^ (bits >> np.uint64(31))
            out[i, j] = np.float64(bits >> np.uint64(11)) * (1.0 / 9007199254740992.0)


def state(seed: NDArray[np.int64], points: NDArray[np.float64], family: str) -> NDArray[np.uint64]:
    """What a family's numbers at each place are made from: seeds (N,), points (N, 2) in degrees -> (N,)."""
    return _at(seed.astype(np.uint64) ^ _names((family,)), points)


def states(seed: int, lat: float, lng: float, families: tuple[str, ...]) -> NDArray[np.uint64]:
    """What the numbers of each of the F families at one place are made from: (F,)."""
    return _at(np.array([seed], np.int64).astype(np.uint64) ^ _names(families), np.array([[lat, lng]]))


def _at(mixed: NDArray[np.uint64], points: NDArray[np.float64]) -> NDArray[np.uint64]:
    mixed = _mix(mixed)
    for axis in (0, 1):  # places nearer to one another than about ten metres are one place
        mixed = _mix(mixed ^ np.rint(points[:, axis] * 1e4).astype(np.int64).astype(np.uint64))
    return mixed


@lru_cache(maxsize=256)
def _names(families: tuple[str, ...]) -> NDArray[np.uint64]:
    return np.array([int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little") for name in families],
                    np.uint64)  # fmt: skip


def _units(place: NDArray[np.uint64], steps: NDArray[np.uint64]) -> NDArray[np.float64]:
    return (_mix(place + steps * _GAMMA) >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
