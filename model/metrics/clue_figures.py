"""How well each clue is read, and each family of clues. Arrays and names in, plain figures out; knows no file."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.metrics.linear_probe import r_squared

LEAST_SHOWN = 20  # places asked that must show a clue before anything is said of it
CLASSES, FLAG = "classes", "flag"


def family_of(clue: str) -> str:
    """ "plants" of "plants.kinds"; a clue without a family is one of its own."""
    return clue.split(".")[0]


def clue_figures(
    kinds: Mapping[str, str], columns: Mapping[str, Sequence[int]], train: NDArray[Any], truth: NDArray[Any],
    reading: NDArray[Any],
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Figures of each clue that at least LEAST_SHOWN of the places asked show and in which they differ.

    Args:
        kinds: of each clue what its columns are: CLASSES (shares of one whole), FLAG, or numbers.
        columns: which ones.
        train: (T, K) truths of the training places, NaN where not shown.
        truth, reading: (N, K) of the places asked.

    Returns:
        By clue: family, columns (how many), n (places that show it), r2 (of all its columns together), and of classes
        and flags accuracy (of classes the largest share) and majority, what the commonest of training would get.
    """
    figures: dict[str, dict[str, Any]] = {}
    for clue, at in columns.items():
        own, said = truth[:, at], reading[:, at]
        shown = np.isfinite(own).any(axis=1) & np.isfinite(said).any(axis=1)
        value = r_squared(own[shown], said[shown]) if shown.sum() >= LEAST_SHOWN else None
        if value is None:
            continue
        figures[clue] = {"family": family_of(clue), "columns": len(at), "n": int(shown.sum()), "r2": value}
        if kinds[clue] == CLASSES:
            common = np.nanmean(train[:, at], axis=0).argmax()
            best = _largest(own[shown])
            right, usual = _largest(said[shown]) == best, best == common
        elif kinds[clue] == FLAG:
            common = np.nanmean(train[:, at], axis=0) >= 0.5
            yes = own[shown] >= 0.5
            right, usual = (said[shown] >= 0.5) == yes, yes == common
        else:
            continue
        figures[clue] |= {"accuracy": float(right.mean()), "majority": float(usual.mean())}
    return figures


def _largest(shares: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(np.where(np.isfinite(shares), shares, -np.inf).argmax(axis=1), np.int64)


def family_figures(clues: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By family: clues (how many), r2 (the mean; reading worse than the mean counts as 0), accuracy and majority.

    The last two are means over its classes and flags, None where it has none. The best read family comes first.
    """
    found: dict[str, dict[str, Any]] = {}
    for family in sorted({str(figures["family"]) for figures in clues.values()}):
        own = [figures for figures in clues.values() if figures["family"] == family]
        named = [figures for figures in own if "accuracy" in figures]
        found[family] = {
            "clues": len(own), "r2": float(np.mean([max(0.0, figures["r2"]) for figures in own])),
            **{key: float(np.mean([figures[key] for figures in named])) if named else None
               for key in ("accuracy", "majority")},
        }  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: -item[1]["r2"]))
