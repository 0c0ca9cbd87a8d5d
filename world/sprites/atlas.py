"""The atlas of plants: every kind grown by ourselves once as a model in space, seen from the side, with mips.

A texel is four bytes: coverage; shade; the normal, sideways in the high four bits and upward in the low four; and the
matter, leaf against wood in the high four bits and the kind's second colour (`mark`) in the low four. No colour: so
one tree is re-coloured and re-lit in every scene. Knows no scenes.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.geo.folders import cache_dir
from world.draw.compiled import WORLD, fingerprint, processor
from world.draw.textures import LEVELS, SIDE
from world.sprites.kept import kept
from world.sprites.kinds import BARE, KINDS, LOW, SHAPES, Shape
from world.sprites.model import Model, averaged

__all__ = ["BARE", "KINDS", "LOW", "SHAPES", "VARIANTS", "Shape", "draw_atlas", "plant_atlas", "sprite_row"]

VARIANTS = 3  # of every kind, each grown from its own seed
SHEET = (SIDE + SIDE // 2, SIDE, 4)  # the finest picture above, all coarser ones in a row below


def sprite_row(kind: str, variant: int, bare: bool) -> int:
    """Where in the atlas a kind's variant (0 … VARIANTS - 1) stands, in leaf or bare."""
    if bare and kind in BARE:
        return VARIANTS * (len(KINDS) + BARE.index(kind)) + variant
    return VARIANTS * KINDS.index(kind) + variant


@lru_cache(maxsize=1)
def plant_atlas() -> NDArray[np.uint8]:
    """All sprites: (sprites, 3/2 · SIDE, SIDE, 4). Drawn once, then mapped from the cache folder."""
    return kept(cache_dir() / f"sprites-{_sources()}.npy", (VARIANTS * (len(KINDS) + len(BARE)), *SHEET), draw_atlas)


def _sources() -> str:
    """A fingerprint of what the sprites are drawn by."""
    return fingerprint((Path(__file__).parent, WORLD / "draw/textures.py"), np.__version__, processor())


def draw_atlas() -> NDArray[np.uint8]:
    """Draw every sprite anew, some seconds of work; the same bytes each time."""
    kinds = [(kind, False) for kind in KINDS] + [(kind, True) for kind in BARE]
    atlas = np.zeros((VARIANTS * len(kinds), *SHEET), np.uint8)
    for k, (kind, bare) in enumerate(kinds):
        for variant in range(VARIANTS):
            _write_mips(atlas[VARIANTS * k + variant], _drawn(kind, variant, bare))
    return atlas


def _drawn(kind: str, variant: int, bare: bool) -> NDArray[np.float32]:
    """A sprite as (SIDE, SIDE, 6): a bare tree has the limbs of the leafy one, both come from one seed."""
    shape = SHAPES[kind]
    model = Model(seed=1000 * KINDS.index(kind) + 10 * variant, aspect=shape.aspect, bare=bare)
    shape.grow(model)
    return model.picture(SIDE)


def _write_mips(sheet: NDArray[np.uint8], picture: NDArray[np.float32]) -> None:
    """(SIDE, SIDE, 6) floats into `sheet` with every coarser level."""
    side = SIDE
    for level in range(LEVELS):
        top, left = (SIDE, SIDE - 2 * side) if level else (0, 0)
        sheet[top : top + side, left : left + side] = _packed(picture)
        picture = averaged(picture, 2)
        side //= 2


def _packed(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(h, w, 6) floats -> (h, w, 4) bytes."""
    cover, leaf, mark, shade, side, up = np.moveaxis(picture, -1, 0)
    halves = (side * 0.5 + 0.5, up * 0.5 + 0.5, leaf, mark)
    four = [np.clip(np.rint(15.0 * part), 0, 15).astype(np.uint8) for part in halves]
    eight = [np.clip(np.rint(255.0 * part), 0, 255).astype(np.uint8) for part in (cover, shade)]
    return np.stack([*eight, four[0] << 4 | four[1], four[2] << 4 | four[3]], axis=-1)
