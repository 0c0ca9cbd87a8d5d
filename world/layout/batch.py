"""Objects gathered kind by kind, so that a family puts them on the stage with one call a kind. Knows no pixels."""

from collections.abc import Sequence
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from world.layout.stage import BLACK, Stage
from world.scene import RGB

_EXTRA = 8  # numbers of a kind's own that a batch carries
_MEASURES = 5  # yaw, length, width, height, base


class Batch:
    """Rows of objects given by place along the road, x, and metres to the right of the road's middle, lateral.

    Single ones go on the stage at once; those that come many at a time are put there together, by `place`.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._rows: dict[int, list[NDArray[np.float64]]] = {}

    def add(
        self, kind: int, x: float | NDArray[np.float64], lateral: float, *, yaw: float = 0.0, length: float = 0.0,
        width: float = 0.0, height: float = 1.0, base: float = 0.0, a: RGB = BLACK, b: RGB = BLACK, c: RGB = BLACK,
        d: RGB = BLACK, extra: Sequence[Any] = (),
    ) -> None:  # fmt: skip
        """One object, or one at each of x (n,); `yaw` is measured from the road's direction there. As `Stage.put`."""
        if not isinstance(x, np.ndarray):
            self.stage.put(
                kind, x, self.stage.y_at(x, lateral), yaw=yaw + self.stage.yaw_at(x), length=length, width=width,
                height=height, base=base, a=a, b=b, c=c, d=d, extra=extra,
            )  # fmt: skip
            return
        rows = np.empty((len(x), 2 + _MEASURES + 12 + _EXTRA))
        rows[:, 0], rows[:, 1] = x, lateral
        rows[:, 2:] = (yaw, length, width, height, base, *a, *b, *c, *d, *extra, *((0.0,) * (_EXTRA - len(extra))))
        self._rows.setdefault(kind, []).append(rows)

    def place(self) -> None:
        """Put everything on the stage."""
        stage = self.stage
        for kind, parts in self._rows.items():
            rows = np.concatenate(parts)
            x = rows[:, 0]
            y = np.asarray(stage.y_at(x, rows[:, 1]))  # type: ignore[arg-type]
            yaw, length, width, height, base = rows[:, 2:7].T
            stage.put_many(
                kind, x, y, yaw=yaw + np.arctan(2.0 * stage.curve * x), length=length, width=width, height=height,
                base=base, a=rows[:, 7:10], b=rows[:, 10:13], c=rows[:, 13:16], d=rows[:, 16:19], extra=rows[:, 19:],
            )  # fmt: skip
        self._rows.clear()


def along(first: float, spacing: float, reach: float, at: float = 0.0) -> NDArray[np.float64]:
    """Places along the road: one `first` metres ahead, then every `spacing` both ways, within `reach` of `at`."""
    spacing = max(spacing, 4.0)
    low, high = np.ceil((at - reach - first) / spacing), np.floor((at + reach - first) / spacing)
    places = first + spacing * np.arange(low, high + 1.0)
    return np.asarray(places[np.abs(places) > 2.5])


def in_street(stage: Stage) -> bool:
    """True where a pavement or close houses leave no verge: what stands there stands at the kerb."""
    return stage.scene.road.sidewalk_m > 0.0 or stage.scene.buildings.density > 0.5


AHEAD, BEHIND = pi, 0.0  # yaw of a board that faces us when we look along the road, or back
