"""What each step of pretraining reads: places in a seeded order, their views, captions and labels.

A step's content depends on the seed and the step alone, so that a training that was stopped goes on exactly.
Knows no network; arrays only.
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


def plan_step(
    step: int, n_places: int, n_views: int, batch: int, views: int, captions: int, seed: int, source: CaptionSource
) -> StepPlan:
    """The plan of a step.

    Args:
        step: from 0.
        n_places: how many there are; each epoch shows all in a new order, its last incomplete batch left out.
        n_views: of each place.
        batch: N, places a step.
        views: V ≤ n_views, drawn without repetition where it is less.
        captions: captioned views of each place, ≤ views.
        seed: of the run.
        source: where captions come from.
    """
    per_epoch = max(1, n_places // batch)
    order = np.random.default_rng((seed, 1, step // per_epoch)).permutation(n_places)
    rows = order[(step % per_epoch) * batch :][:batch]
    rng = np.random.default_rng((seed, 2, step))
    ranked = np.argsort(rng.random((len(rows), n_views)), axis=1)
    chosen = np.sort(ranked[:, :views], axis=1) if views < n_views else np.tile(np.arange(n_views), (len(rows), 1))
    slots = np.argsort(rng.random(chosen.shape), axis=1)[:, :captions]  # (N, M/N) of the chosen views
    captioned = (np.arange(len(rows))[:, None] * chosen.shape[1] + slots).reshape(-1)
    flat = chosen.reshape(-1)
    texts = source.captions(rows[captioned // chosen.shape[1]], flat[captioned], seed, step // per_epoch)
    return StepPlan(rows, chosen, captioned, texts)


def steps_per_epoch(n_places: int, batch: int) -> int:
    """Whole batches in a pass over all places."""
    return max(1, n_places // batch)
