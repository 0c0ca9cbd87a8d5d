"""Which refiner settings are best on validation: a small grid, and the figures of each. Knows no file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from model.geo.distance import haversine_km
from model.geo.scoring import PAPER_SCALE_KM, geoguessr_score
from model.retrieval.refiner import Matches, RefinerSettings, refine

CANDIDATES = (5, 10, 20, 40)
TEMPERATURES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # in median distances to the nearest prototype
NEIGHBOURS = (1, 3, 10)
POOL_NEIGHBOURS = 15
POOL_TEMPERATURES = (0.05, 0.1, 0.2, 0.4)
POOL_KM = (50.0, 100.0, 200.0)
CITY_KM = 25.0
CITY_WEIGHT = 1000.0  # points: one more percent within 25 km is worth ten points of mean score


@dataclass(frozen=True)
class Trial:
    """One choice of settings and what it gave."""

    settings: RefinerSettings
    mean_score: float
    within_city: float

    @property
    def value(self) -> float:
        """What is maximised: the mean score, and the share within 25 km, which the mean score hardly sees."""
        return self.mean_score + CITY_WEIGHT * self.within_city


def tune(matches: Matches, truth: NDArray[np.float64], start: RefinerSettings) -> list[Trial]:
    """Try the grid around `start` on validation matches and truths (N, 2) -> trials, best first.

    Ties go to the earlier of the grid: no hedge, fewer candidates, fewer neighbours, no pool.
    """
    trials = [measure(matches, truth, settings) for settings in grid(matches, start)]
    return sorted(trials, key=lambda trial: -trial.value)


def grid(matches: Matches, start: RefinerSettings) -> Iterator[RefinerSettings]:
    """The settings that are tried around `start`, the plainest first."""
    finite = matches.distance[np.isfinite(matches.distance)]
    unit = max(float(np.median(finite)) if len(finite) else 1.0, 1e-6)
    most = matches.near.shape[2] - 1
    for hedge, candidates, neighbours, temperature in product(
        (False, True), CANDIDATES, [m for m in NEIGHBOURS if m <= most], TEMPERATURES
    ):
        yield replace(start, hedge=hedge, candidates=candidates, neighbours=neighbours, temperature=temperature * unit)
    for candidates, temperature, pool_km in product(CANDIDATES[1:], POOL_TEMPERATURES, POOL_KM):
        yield RefinerSettings(  # the pool guards itself against far guesses: it weighs all that it knows
            candidates, temperature * unit, 0.0, min(POOL_NEIGHBOURS, most), True, pool_km
        )


def measure(
    matches: Matches, truth: NDArray[np.float64], settings: RefinerSettings, scale_km: float = PAPER_SCALE_KM
) -> Trial:
    """What `settings` give on matches whose truth (N, 2) is known."""
    distance = haversine_km(refine(matches, settings).guess, truth)
    score = float(np.mean(geoguessr_score(distance, scale_km)))
    return Trial(settings, score, float(np.mean(distance <= CITY_KM)))
