"""Where the camera stands as it goes along the road, and what keeps out of its way. Knows no pixels and no clues.

The camera stays in its lane: it goes along the curve y = CURVE x² by the length of that curve. Nothing depends on the
step itself: what would stand in the camera's way at any step is moved or left out at all of them, so nothing pops up.
"""

from functools import lru_cache
from math import atan, degrees
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from world.scene import STEP_M, STEPS, Road, Scene

Floats = NDArray[np.float64]
NEWTON_STEPS = 5
REACH_M = 300  # as far along the road as anything is moved between two steps


class Track(NamedTuple):
    """The camera's way along a road of one curvature, and its spots at all steps."""

    curve: float  # y = curve · x²
    x: Floats  # (STEPS,)
    y: Floats  # (STEPS,)
    tens: Floats  # (m,) x at every tenth metre, beyond the steps too
    middles: Floats  # (m - 1,) x half way between two of them

    def at(self, step_m: int) -> tuple[float, float]:
        """Road coordinates of the camera at a step."""
        k = STEPS.index(step_m)
        return float(self.x[k]), float(self.y[k])

    def off(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Where points (n,) lie, seen from the nearest spot of the camera."""
        k = np.rint(np.interp(x, self.x, np.arange(len(STEPS)))).astype(int)
        return x - self.x[k], y - self.y[k]

    def clear(self, x: Floats, y: Floats, metres: float) -> NDArray[np.bool_]:
        """Which of the points (n,) lie farther than `metres` from every spot of the camera."""
        dx, dy = self.off(x, y)
        return np.asarray(dx * dx + dy * dy > metres * metres)

    def between(self, x: Floats) -> Floats:
        """Places (n,) along the road moved half way between the two steps that they lie between."""
        return self.middles[np.searchsorted(self.tens[1:-1], x, side="right")]


@lru_cache(maxsize=256)
def track(curve: float) -> Track:
    """The camera's way where the road's middle runs along y = curve · x²."""
    metres = np.arange(-REACH_M, REACH_M + 1, STEP_M // 2)
    marks = reached(metres.astype(np.float64), curve)
    x = marks[np.isin(metres, STEPS)]
    return Track(curve, x, curve * x * x, marks[::2], marks[1::2])


def curve_of(road: Road) -> float:
    """The curve of y = curve · x² that the road's middle follows; of a straight road 0."""
    return 0.5 / road.bend_m


def road_heading_deg(scene: Scene) -> float:
    """Where the road leads at the recipe's step, in degrees from north."""
    curve = curve_of(scene.road)
    x, _ = track(curve).at(scene.recipe.step_m)
    return (scene.road.heading_deg + degrees(atan(2.0 * curve * x))) % 360.0


def gone(x: Floats, curve: float) -> Floats:
    """Metres along y = curve · x² from 0 to x (n,), negative behind."""
    if abs(curve) < 1e-9:
        return x
    slope = 2.0 * curve * x
    length: Floats = 0.5 * x * np.sqrt(1.0 + slope * slope) + np.arcsinh(slope) / (4.0 * curve)
    return length


def reached(metres: Floats, curve: float) -> Floats:
    """The x (n,) that lies `metres` (n,) along y = curve · x²: Newton's method on `gone`."""
    x = metres
    if abs(curve) < 1e-9:
        return x
    for _ in range(NEWTON_STEPS):
        x = x - (gone(x, curve) - metres) / np.sqrt(1.0 + (2.0 * curve * x) ** 2)
    return x
