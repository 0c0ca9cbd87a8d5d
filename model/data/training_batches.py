"""What each step of pretraining reads: places in a seeded order, their views, captions and labels.

A step's content depends on the seed and the step alone, so that a training that was stopped goes on exactly.
Knows no network; arrays only.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.captions import Style, caption
from model.data.manifest import VIEW_COLUMNS
from model.data.views import HEADINGS_DEG


@dataclass(frozen=True)
class StepPlan:
    """What one step looks at."""

    rows: NDArray[np.int64]  # (N,) places
    views: NDArray[np.int64]  # (N, V) which views of each
    captioned: NDArray[np.int64]  # (M,) which of the N·V views has each caption
    captions: list[str]  # (M,)


class CaptionSource:
    """Captions of the views of a frame's rows."""

    def __init__(self, frame: pd.DataFrame, style: Style):
        self.rows: list[dict[Any, Any]] = frame.to_dict("records")
        self.style: Style = style
        # A single photo has a heading only where the manifest says so; views are N, E, S, W of heading 0 by custom.
        self.headings: list[float | None] = [_number(row.get("heading_deg")) for row in self.rows]
        if VIEW_COLUMNS[0] in frame:
            self.headings = [heading or 0.0 for heading in self.headings]

    def caption(self, row: int, view: int, rng: np.random.Generator) -> str:
        """A caption of one view of one row."""
        start, month = self.headings[row], _number(self.rows[row].get("month"))
        heading = None if start is None else (start + HEADINGS_DEG[view % len(HEADINGS_DEG)]) % 360.0
        return caption(self.rows[row], rng, heading, None if month is None else int(month), self.style)

    def sample(self, n: int, seed: int) -> list[str]:
        """Captions of `n` random views, for the vocabulary."""
        rng = np.random.default_rng(seed)
        rows = rng.integers(0, len(self.rows), n)
        return [self.caption(int(row), int(rng.integers(4)), rng) for row in rows]


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
    texts = [source.caption(int(rows[slot // chosen.shape[1]]), int(flat[slot]), rng) for slot in captioned]
    return StepPlan(rows, chosen, captioned, texts)


def steps_per_epoch(n_places: int, batch: int) -> int:
    """Whole batches in a pass over all places."""
    return max(1, n_places // batch)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None
