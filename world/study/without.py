"""A place drawn again without one family of clues: what would a viewer say then? Knows no model and no clue's reasons.

The scene is changed between the clues and the drawing, so ordinary pictures stay as they are to the last pixel. What
gives a place its shape stays: the road runs where it ran and is as wide, the camera stands as high. What is left of a
family is what the rest of the world has in common: a grey road without lines, a clear noon, flat land, a plain lens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ConfigError
from world.clues import FAMILIES
from world.render import render_views
from world.scene import Scene

KEPT = {
    "road": ("heading_deg", "width_m", "shoulder_m", "sidewalk_m", "kerb", "driving_side", "cross_street_m", "bend_m",
             "side_arm", "side_width_m"),
    "camera": ("height_m", "lane_offset_m"),
}  # fmt: skip
VISIBLY = 6  # of 255: a pixel that differs by more shows something else


@dataclass(frozen=True, eq=False)
class Lesser:
    """A place drawn without one family of clues."""

    family: str  # "" of the whole place
    views: NDArray[np.uint8]  # (V, size, size, 3)
    changed: float  # 0 … 1, the share of pixels that look otherwise than in the whole place


def without(scene: Scene, family: str) -> Scene:
    """The same scene with nothing of one family of clues in it.

    Raises:
        ConfigError: an unknown family.
    """
    if family not in FAMILIES:
        raise ConfigError(f"no family of clues is called {family}; the families are {', '.join(FAMILIES)}.")
    own, plain = getattr(scene, family), FAMILIES[family].NOTHING
    kept: dict[str, Any] = {name: getattr(own, name) for name in KEPT.get(family, ())}
    changed: dict[str, Any] = {family: replace(plain, **kept)}
    return replace(scene, **changed)


def draw_without(
    scene: Scene, size: int = 96, samples: int = 2, families: Sequence[str] = tuple(FAMILIES)
) -> list[Lesser]:
    """The four views of the whole place, and then without each of these families in turn.

    Raises:
        ConfigError: an unknown family, or a size or a number of samples that cannot be drawn.
    """
    whole = render_views(scene, size, samples)
    drawn = [Lesser("", whole, 0.0)]
    for family in families:
        views = render_views(without(scene, family), size, samples)
        other = np.abs(views.astype(np.int16) - whole).max(axis=-1) > VISIBLY  # (V, size, size)
        drawn.append(Lesser(family, views, float(other.mean())))
    return drawn
