"""What each step of pretraining looks at: places in a seeded order, their views and captions.

A step's content depends on the seed and the step alone, so that a training that was stopped goes on exactly. The order
is drawn once an epoch, not at each step. Knows no network and no pixels; arrays and words only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data.caption_source import CaptionSource


@dataclass(frozen=True)
class StepPlan:
    """What one step looks at."""

    rows: NDArray[np.int64]  # (N,) places
    views: NDArray[np.int64]  # (N, V) which views of each
    captioned: NDArray[np.int64]  # (M,) which of the N·V views has each caption
    captions: list[str]  # (M,)


class EpochOrder:
    """The order of all places, drawn anew for each epoch and kept while that lasts."""

    def __init__(self, n_places: int, batch: int, seed: int):
        self.n_places, self.batch, self.seed = n_places, batch, seed
        self.per_epoch = steps_per_epoch(n_places, batch)
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def epoch(self, step: int) -> int:
        """The epoch of a step, both from 0."""
        return step // self.per_epoch

    def rows(self, step: int) -> NDArray[np.int64]:
        """The places of a step (from 0) -> (N,); the last incomplete batch of an epoch is left out."""
        epoch, position = self.epoch(step), step % self.per_epoch
        if epoch != self._epoch:
            self._order = np.random.default_rng((self.seed, 1, epoch)).permutation(self.n_places)
            self._epoch = epoch
        return self._order[position * self.batch :][: self.batch]


def plan_step(step: int, order: EpochOrder, source: CaptionSource, n_views: int, views: int, captions: int) -> StepPlan:
    """The plan of a step.

    Args:
        step: from 0.
        order: of the places, with the run's seed.
        source: where captions come from.
        n_views: of each place.
        views: V ≤ n_views, drawn without repetition where it is less.
        captions: captioned views of each place, ≤ views.
    """
    rows = order.rows(step)
    rng = np.random.default_rng((order.seed, 2, step))
    ranked = np.argsort(rng.random((len(rows), n_views)), axis=1)
    chosen = np.sort(ranked[:, :views], axis=1) if views < n_views else np.tile(np.arange(n_views), (len(rows), 1))
    slots = np.argsort(rng.random(chosen.shape), axis=1)[:, :captions]  # (N, M/N) of the chosen views
    captioned = (np.arange(len(rows))[:, None] * chosen.shape[1] + slots).reshape(-1)
    flat = chosen.reshape(-1)
    texts = source.captions(rows[captioned // chosen.shape[1]], flat[captioned], order.seed, order.epoch(step))
    return StepPlan(rows, chosen, captioned, texts)


def steps_per_epoch(n_places: int, batch: int) -> int:
    """Whole batches in a pass over all places."""
    return max(1, n_places // batch)
