"""The rows of the ablation in PIGEON's order: each takes one more thing away. Says what a row is, makes nothing."""

from dataclasses import dataclass, replace
from typing import Any

from benchmarks.tables.published import PIGEON


@dataclass(frozen=True)
class Setup:
    """What a row still has."""

    refined: bool = True
    captions: bool = True  # in the pretraining of its encoder
    semantic: bool = True  # cells; naive ones otherwise
    tasks: bool = True  # attributes, clues and class maps beside the cells
    tuned: bool = True  # an encoder that learned on these places; otherwise the one that all started from
    four_views: bool = True
    smoothed: bool = True  # haversine smoothing of the cells that the head learns

    @property
    def encoder(self) -> "Setup":
        """The first row that has the same encoder."""
        if not self.tuned:
            return FROZEN
        return FULL if self.captions else self

    @property
    def cells(self) -> "Setup":
        """The first row that has the same cells."""
        return FULL if self.semantic else NAIVE

    @property
    def head(self) -> "Setup":
        """The first row that has the same head."""
        return FULL if self.captions else self


TAKEN = {
    "without refinement": {"refined": False},
    "without contrastive pretraining": {"captions": False},
    "without semantic cells": {"semantic": False},
    "without multi-task heads": {"tasks": False},
    "without last-layer tuning": {"tuned": False},
    "one view for four": {"four_views": False},
    "without haversine smoothing": {"smoothed": False},
}


def _rows() -> dict[str, Setup]:
    rows = {"full": Setup()}
    for name, change in TAKEN.items():
        rows[name] = replace(list(rows.values())[-1], **change)
    return rows


ROWS = _rows()
FULL, NAIVE, FROZEN = ROWS["full"], ROWS["without semantic cells"], ROWS["without last-layer tuning"]

# What each step is here and is not in the paper: the first place to look where the two disagree.
APART = {
    "without refinement": "Here a guess is moved to one of the known training places, and how far these lie from each "
    "other bounds what that can give.",
    "without contrastive pretraining": "Here captions are one loss of the same pretraining as cells, attributes, clues "
    "and class maps, not a stage before them: what they took of the budget goes to the others.",
    "without semantic cells": "Here there are about as many naive cells as semantic ones, the encoder learns them too, "
    "and a guess is a cell's centre.",
    "without multi-task heads": "Here attributes, visible clues and class maps leave the encoder's pretraining; the "
    "head is linear, so that its tasks share no weights.",
    "without last-layer tuning": "Here the encoder goes back to the one that all began with, or to random weights; "
    "behind the paper's row stands CLIP.",
    "one view for four": "Here the head learns from one view of each place, in turn, and sees one.",
    "without haversine smoothing": "Here it is a linear head on stored embeddings that loses its smoothing.",
}


def published_step(name: str) -> dict[str, float]:
    """What the paper's row has more or less than the row above it there: mean_score, country_accuracy, within_25_km."""
    names = list(PIGEON)
    ours, above = PIGEON[name], PIGEON[names[names.index(name) - 1]]
    return {
        "mean_score": ours["mean_score"] - above["mean_score"],
        "country_accuracy": ours["country_accuracy"] - above["country_accuracy"],
        "within_25_km": ours["within_km"]["25"] - above["within_km"]["25"],
    }


def compare(step: dict[str, Any], published: dict[str, float], key: str) -> str:
    """Whether a step has the sign of the published one: "same", "other", "unclear" (0 lies in our interval), "none"
    (the paper saw no change)."""
    low, high = step[f"{key}_95"]
    if low <= 0.0 <= high:
        return "unclear"
    if published[key] == 0.0:
        return "none"
    return "same" if (step[key] > 0) == (published[key] > 0) else "other"
