"""People per square kilometre around a point, estimated from the populations of towns. Knows no rasters.

Each town spreads its people as two bells: 75 % within a core whose peak grows slowly with the town (1,500 people per
km² for 10,000 inhabitants, 4,200 for 10 million), and 25 % over a belt four times as wide plus 5 km, which stands for
suburbs, villages and farms. A point takes the sum over the nearest towns and the nearest large ones. An estimate: good
to a factor of two or so, enough to tell wilderness, village, town and metropolis apart.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.geo.distance import EARTH_RADIUS_KM, Floats
from model.geo.rasters import Ints

CORE_SHARE = 0.75
NEAR_TOWNS, LARGE_TOWNS = 16, 6
LARGE_POPULATION = 100_000
FEW_POINTS = 500  # looked up without threads
BELT_REACH_KM = 400.0


class PopulationDensity:
    """The kernel estimate over towns (T,) at unit vectors (T, 3)."""

    def __init__(self, units: Floats, population: NDArray[np.int64], tree: cKDTree):
        self._core_km, self._belt_km, people = bell_widths_km(population)
        self._tree = tree
        self._people = people
        self._large = np.flatnonzero(people >= LARGE_POPULATION)
        self._large_tree = cKDTree(units[self._large]) if len(self._large) else None

    def at(self, units: Floats) -> Floats:
        """People per km² (N,) at unit vectors (N, 3)."""
        return self.of(units, *nearest(self._tree, units, NEAR_TOWNS))

    def of(self, units: Floats, chord: Floats, town: Ints) -> Floats:
        """The same, with the chords and numbers of the nearest towns (N, K) known already."""
        density = self._sum(chord, town, self._people[town])
        if self._large_tree is not None:
            far, number = nearest(self._large_tree, units, LARGE_TOWNS)
            beyond = far > chord[:, -1:]  # large towns that the first sum did not reach
            density += self._sum(far, self._large[number], np.where(beyond, self._people[self._large[number]], 0.0))
        return density

    def _sum(self, chord: Floats, town: Ints, people: Floats) -> Floats:
        """Sum of both bells over towns (N, K)."""
        distance = np.minimum(chord * EARTH_RADIUS_KM, BELT_REACH_KM)
        total = np.zeros(len(chord))
        for share, width in ((CORE_SHARE, self._core_km), (1.0 - CORE_SHARE, self._belt_km)):
            spread = width[town] ** 2
            total += (share * people / (2.0 * np.pi * spread) * np.exp(-(distance**2) / (2.0 * spread))).sum(axis=1)
        return total


def bell_widths_km(population: NDArray[np.integer]) -> tuple[Floats, Floats, Floats]:
    """Of towns (T,): the standard deviations of core and belt in km, and the people that the two share."""
    people = np.maximum(population, 200).astype(np.float64)  # listed with 0: small, not empty
    peak = 1500.0 * (people / 10_000.0) ** 0.15
    core_km = np.maximum(np.sqrt(people * CORE_SHARE / (2.0 * np.pi * peak)), 0.6)
    return core_km, 4.0 * core_km + 5.0, people


def nearest(tree: cKDTree, units: Floats, count: int) -> tuple[Floats, Ints]:
    """Chords and numbers (N, K) of the `count` nearest entries of a tree, fewer where it holds fewer.

    Many points are looked up on all cores; for a few, as each new game needs, threads would cost more than they bring.
    """
    workers = -1 if len(units) > FEW_POINTS else 1
    chord, number = tree.query(units, k=np.arange(1, min(count, tree.n) + 1), workers=workers)
    return np.asarray(chord, np.float64), np.asarray(number, np.int64)
