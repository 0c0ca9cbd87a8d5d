"""What each step of pretraining looks at: places in a seeded order, their views and captions.

A step's content depends on the seed and the step alone, so that a training that was stopped goes on exactly. The order
is drawn once an epoch and rows stay in columns: five million places cost a few bytes each. Knows no network and no
pixels; arrays and words only.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from model.data.captions import Style, caption
from model.data.manifest import VIEW_COLUMNS
from model.data.views import HEADINGS_DEG

CAPTION_COLUMNS = ("country_name", "country", "region", "town", "koppen", "driving_side", "month", "heading_deg")


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
        kept = [column for column in CAPTION_COLUMNS if column in frame]
        self.table = pa.Table.from_pandas(frame[kept], preserve_index=False)
        self.n_places, self.style = len(frame), style
        # A single photo has a heading only where the manifest says so; views are N, E, S, W of heading 0 by custom.
        self.has_directions = VIEW_COLUMNS[0] in frame

    def __len__(self) -> int:
        return self.n_places

    def places(self, rows: NDArray[np.int64]) -> list[dict[str, Any]]:
        """What is known of some rows, in their order."""
        if not self.table.num_columns:
            return [{} for _ in rows]
        found: list[dict[str, Any]] = self.table.take(pa.array(rows)).to_pylist()
        return found

    def describe(self, place: dict[str, Any], view: int, rng: np.random.Generator) -> str:
        """A caption of one view of a place of `places`."""
        start, month = _number(place.get("heading_deg")), _number(place.get("month"))
        if start is None and self.has_directions:
            start = 0.0
        heading = None if start is None else (start + HEADINGS_DEG[view % len(HEADINGS_DEG)]) % 360.0
        return caption(place, rng, heading, None if month is None else int(month), self.style)

    def caption(self, row: int, view: int, rng: np.random.Generator) -> str:
        """A caption of one view of one row."""
        return self.describe(self.places(np.array([row]))[0], view, rng)

    def sample(self, n: int, seed: int) -> list[str]:
        """Captions of `n` random views, for the vocabulary."""
        rng = np.random.default_rng(seed)
        rows = rng.integers(0, len(self), n)
        return [self.describe(place, int(rng.integers(4)), rng) for place in self.places(rows)]


class EpochOrder:
    """The order of all places, drawn anew for each epoch and kept while that lasts."""

    def __init__(self, n_places: int, batch: int, seed: int):
        self.n_places, self.batch, self.seed = n_places, batch, seed
        self.per_epoch = steps_per_epoch(n_places, batch)
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def rows(self, step: int) -> NDArray[np.int64]:
        """The places of a step (from 0) -> (N,); the last incomplete batch of an epoch is left out."""
        epoch, position = divmod(step, self.per_epoch)
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
    seen = chosen.shape[1]
    slots = np.argsort(rng.random((len(rows), seen)), axis=1)[:, :captions]  # (N, M/N) of the chosen views
    captioned = (np.arange(len(rows))[:, None] * seen + slots).reshape(-1)
    places = source.places(rows)
    texts = [source.describe(places[slot // seen], int(chosen[slot // seen, slot % seen]), rng) for slot in captioned]
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
