"""What a probe is asked of places beside their position: numbers, classes, and what a manifest tells only indirectly.

Elevation, climate, population and the rest as PIGEON lists them (arXiv 2307.05845, appendix), the hour, the script of
the town's own name, and the clues that players name first: poles, plates, lamps. Knows no network and no embedding.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.attributes import AttributeSpace
from model.data.clues import CLASSES, ClueTable

CIRCLES = {"hour": 24.0, "month": 12.0}  # column -> how much is once around; read as cosine and sine
SCRIPT_OF = "native_town"  # the manifest's column whose letters tell the script
# Clues with a name of their own in the report, where the table has them.
NAMED_CLUES = {"utility poles": "furniture.pole", "street lamps": "furniture.lamp", "bollards": "furniture.bollard",
               "plates in front": "vehicles.plate_front_rgb", "plates behind": "vehicles.plate_rear_rgb",
               "driving side, seen": "road.driving_side", "centre line": "road.centre_line"}  # fmt: skip

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Questions:
    """Of N places: numbers (N, m) with NaN where unknown, classes (N,) from 0 with −1 where unknown, by name."""

    numbers: dict[str, Floats]
    classes: dict[str, NDArray[np.int64]]


def questions(frame: pd.DataFrame, train: NDArray[np.bool_], clues: ClueTable | None = None) -> Questions:
    """What can be asked of the rows of a frame; `train` (N,) says which rows a probe is fitted to.

    What is absent, or the same in all those rows, is not asked. Numbers are standardised as heads learn them, `hour`
    and `month` lie on a circle. A class that those rows lack stays a class of its own: no probe can be right about it.
    """
    learned = frame[train]
    space = AttributeSpace.fit(learned)
    numbers = dict(zip(space.regressions, np.split(space.targets(frame), len(space.regressions) or 1, axis=1),
                       strict=False))  # fmt: skip
    texts = {name: frame[name] for name in space.classes}
    classes = {name: _coded([_text(value) for value in column]) for name, column in texts.items()}
    for name, around in CIRCLES.items():
        if name in frame:
            angle = 2.0 * np.pi * pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64) / around
            known = angle[train & np.isfinite(angle)]
            if len(known) and np.cos(known).std() + np.sin(known).std() > 1e-6:
                numbers[f"{name}, on the circle"] = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    if SCRIPT_OF in frame:
        classes["script"] = _coded([script_of(_text(name)) for name in frame[SCRIPT_OF]])
    if clues is not None:
        _add_clues(clues, numbers, classes)
    kept = {name: codes for name, codes in classes.items() if len(np.unique(codes[train & (codes >= 0)])) > 1}
    return Questions({name: values for name, values in numbers.items() if np.isfinite(values[train]).any()}, kept)


def _add_clues(clues: ClueTable, numbers: dict[str, Floats], classes: dict[str, NDArray[np.int64]]) -> None:
    """Clues of NAMED_CLUES: one task of classes is a class, several tasks are a number of several parts."""
    for name, clue in NAMED_CLUES.items():
        tasks = [task for task in clues.space.tasks if task.clue == clue]
        if not tasks:
            continue
        columns = [column for task in tasks for column in range(task.start, task.stop)]
        values = np.asarray(clues.values[:, columns], np.float32)
        if tasks[0].kind == CLASSES:
            shown = np.asarray(np.isfinite(values).all(axis=1), bool)
            classes[name] = np.where(shown, np.where(shown[:, None], values, 0.0).argmax(axis=1), -1)
        else:
            numbers[name] = values


def script_of(name: str) -> str:
    """The script of a name's letters by their Unicode names ("LATIN", "CJK", "THAI" …), the commonest; "" if none."""
    found = [unicodedata.name(letter, "").split(" ")[0].split("-")[0] for letter in name if letter.isalpha()]
    return max(sorted(set(found) - {""}), key=found.count, default="")


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def _coded(names: Sequence[str]) -> NDArray[np.int64]:
    """Texts as numbers from 0, −1 for none."""
    array = np.asarray(names, object)
    codes, _ = pd.factorize(np.where(array == "", None, array))  # type: ignore[call-overload]
    return np.asarray(codes, np.int64)
