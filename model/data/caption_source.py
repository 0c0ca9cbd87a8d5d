"""Captions of a whole frame's views, drawn from its columns with a seed for each view and epoch. Knows no pixels.

Five million places fit: text columns are kept as numbers of distinct words, not as one record a row.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.captions import Style, caption, country_prompt
from model.data.manifest import VIEW_COLUMNS
from model.data.views import HEADINGS_DEG

TEXTS = ("country_name", "country", "region", "town", "koppen", "driving_side")


class CaptionSource:
    """Captions of the views of a frame's rows."""

    def __init__(self, frame: pd.DataFrame, style: Style):
        self.style: Style = style
        self.n = len(frame)
        self.words = {name: pd.Categorical(frame[name].astype(object)) for name in TEXTS if name in frame}
        self.codes = {name: np.asarray(words.codes) for name, words in self.words.items()}
        month = _numbers(frame, "month")
        self.month = np.where((month >= 1) & (month <= 12), month, 0).astype(np.int8)  # 0: not known
        heading = _numbers(frame, "heading_deg").astype(np.float32)
        # A single photo has a heading only where the manifest says so; views are N, E, S, W of heading 0 by custom.
        whole_ring = VIEW_COLUMNS[0] in frame or ("views" in frame and bool((frame["views"] == 4).all()))
        self.heading = np.nan_to_num(heading) if whole_ring else heading

    def __len__(self) -> int:
        return self.n

    def place(self, row: int) -> dict[str, str]:
        """What captions may say of a row."""
        return {name: str(words.categories[code]) for name, words in self.words.items()
                if (code := int(self.codes[name][row])) >= 0 and isinstance(words.categories[code], str)}  # fmt: skip

    def caption(self, row: int, view: int, rng: np.random.Generator) -> str:
        """A caption of one view of one row."""
        start, month = float(self.heading[row]), int(self.month[row])
        heading = (start + HEADINGS_DEG[view % len(HEADINGS_DEG)]) % 360.0 if np.isfinite(start) else None
        return caption(self.place(row), rng, heading, month or None, self.style)

    def captions(self, rows: Sequence[int] | NDArray[np.int64], views: Any, seed: int, epoch: int) -> list[str]:
        """Captions of some views, the same for a seed and an epoch whoever asks, and others in the next epoch.

        Args:
            rows: (M,) rows of the frame.
            views: (M,) a view of each.
            seed: of the run.
            epoch: from 0.
        """
        return [
            self.caption(int(row), int(view), np.random.default_rng((seed, 3, epoch, int(row), int(view))))
            for row, view in zip(rows, views, strict=True)
        ]

    def sample(self, n: int, seed: int) -> list[str]:
        """Captions of `n` random views, for the vocabulary."""
        rng = np.random.default_rng(seed)
        rows = rng.integers(0, self.n, n)
        return [self.caption(int(row), int(rng.integers(4)), rng) for row in rows]

    def country_prompts(self) -> tuple[list[str], list[str]]:
        """Codes of all countries of the rows, sorted, and the zero-shot sentence of each."""
        if "country" not in self.words:
            return [], []
        codes = [str(code) for code in self.words["country"].categories if code]
        names = dict(zip(codes, codes, strict=True))
        if "country_name" in self.words:
            told = pd.DataFrame({"country": self.words["country"], "name": self.words["country_name"]}).dropna()
            first = told.drop_duplicates("country")
            names |= {str(code): str(name) for code, name in zip(first["country"], first["name"], strict=True) if name}
        return codes, [country_prompt(names[code], self.style) for code in codes]


def _numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as numbers, NaN where it holds none or is absent."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)
    return np.where(np.isfinite(values), values, np.nan)
