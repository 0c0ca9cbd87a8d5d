"""Which clues of a scene are in its picture, as a table of numbers. Knows no place but the scene's own.

A clue that no pixel shows helps nobody: a plate without a car, a sign behind a house, ridges behind a street front. So
the truth is asked of the renderer itself: the class and depth maps of a picture (visibility.py, roadside.py) decide by
a table of rules (rules.py) over every field; readings.py makes numbers of those that are seen.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from world.scene import Scene
from world.study.readings import fields_of, read
from world.study.rules import FAMILIES, NEVER, Rule, rule_of
from world.study.visibility import SKYLINE, Visibility, of_scene


def clue_table(
    scenes: Sequence[Scene], visibilities: Sequence[Visibility] | None = None, without: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """One row a scene, one column a number of a clue ("family.field:part"), float32; NaN where no pixel shows it.

    `visibilities` say what the pictures of the scenes show; without them a small panorama of each is drawn.
    """
    seen = [of_scene(scene) for scene in scenes] if visibilities is None else visibilities
    pairs = list(zip(scenes, seen, strict=True))
    columns: dict[str, NDArray[np.float32]] = {}
    for family in FAMILIES:
        if family in without:
            continue
        parts = [getattr(scene, family) for scene in scenes]
        shown_of: dict[Rule, NDArray[np.bool_]] = {}  # fields that are seen together are asked for once
        for name in fields_of(family):
            if name in NEVER:
                continue
            rule = rule_of(name)
            if rule not in shown_of:
                shown_of[rule] = np.array([rule(*pair) for pair in pairs], bool)
            values = [getattr(part, name.split(".")[1]) for part in parts]
            for part, numbers in read(name, values).items():
                shown = shown_of[rule] & np.isfinite(numbers)
                columns[f"{name}:{part}"] = np.where(shown, numbers, np.nan).astype(np.float32)
    if "relief" not in without:
        columns |= _skyline(scenes, seen)
    return pd.DataFrame(np.column_stack(list(columns.values())), columns=list(columns))


def _skyline(scenes: Sequence[Scene], seen: Sequence[Visibility]) -> dict[str, NDArray[np.float32]]:
    """The highest of the bands and the share of water at each of the azimuths from north, where they are seen."""
    open_view = np.stack([visibility.skyline for visibility in seen])  # (N, SKYLINE)
    highest = np.stack([scene.relief.tan_elevation.max(axis=0) for scene in scenes]).reshape(len(scenes), SKYLINE, -1)
    sea = np.stack([scene.relief.sea for scene in scenes]).reshape(len(scenes), SKYLINE, -1)
    columns = {}
    for k in range(SKYLINE):
        for part, values in (("tangent", highest[:, k]), ("sea", sea[:, k])):
            shown = np.where(open_view[:, k], values.mean(axis=1), np.nan)
            columns[f"relief.skyline_{k:02}:{part}"] = shown.astype(np.float32)
    return columns
