"""The atlas of plants: every kind drawn by ourselves once, with mips. Knows no scenes and no kernels.

A sprite has four channels and no colour of its own: coverage, leaf (255) or wood (0), shade, and a sideways normal
(128 faces the viewer). So one tree is re-coloured and re-lit in every scene.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import PIL
from numpy.typing import NDArray

from model.artifacts import whole
from model.errors import StorageError
from model.geo.folders import cache_dir
from world.raycast_sprites import LEVELS, SIDE
from world.scene import RGB
from world.sprites_bare import bare_tree
from world.sprites_brush import Brush
from world.sprites_shapes import DRAWERS


@dataclass(frozen=True)
class Shape:
    """What layout must know of a kind: usual height, whether it sheds its leaves, its own bark."""

    height_m: float
    deciduous: bool = False
    bark: RGB | None = None
    aspect: float = 1.0  # width / height of its picture


SHAPES: dict[str, Shape] = {
    "oak": Shape(12.0, True),
    "maple": Shape(11.0, True),
    "poplar": Shape(17.0, True),
    "birch": Shape(12.0, True, (0.86, 0.86, 0.83)),
    "willow": Shape(10.0, True),
    "spruce": Shape(15.0),
    "pine": Shape(15.0, False, (0.52, 0.33, 0.22)),
    "umbrella-pine": Shape(13.0, False, (0.46, 0.32, 0.24)),
    "larch": Shape(14.0, True),
    "cypress": Shape(11.0),
    "araucaria": Shape(14.0),
    "olive": Shape(5.5, False, (0.42, 0.38, 0.32)),
    "eucalyptus": Shape(16.0, False, (0.80, 0.76, 0.68)),
    "acacia": Shape(8.0, True),
    "baobab": Shape(13.0, True, (0.55, 0.47, 0.42)),
    "jungle": Shape(18.0),
    "palm": Shape(11.0, False, (0.50, 0.44, 0.36)),
    "date-palm": Shape(9.0, False, (0.42, 0.34, 0.25)),
    "banana": Shape(4.2, False, (0.45, 0.48, 0.25)),
    "bamboo": Shape(8.0, False, (0.50, 0.58, 0.24)),
    "cactus": Shape(5.5),
    "joshua": Shape(4.8),
    "agave": Shape(1.5),
    "dead": Shape(7.0, False, (0.46, 0.41, 0.36)),
    "bush": Shape(1.8, True),
    "shrub": Shape(1.3),
    "fern": Shape(1.3),
    "grass": Shape(0.55),
}
KINDS: tuple[str, ...] = tuple(SHAPES)
VARIANTS = 2  # of every kind
LOW = frozenset({"agave", "bush", "shrub", "fern", "grass"})  # undergrowth; never a tree line
# kinds whose green is their own, whatever the country's leaves look like
EVERGREEN_TINTS: dict[str, RGB] = {
    "spruce": (0.13, 0.29, 0.17),
    "pine": (0.20, 0.36, 0.19),
    "umbrella-pine": (0.20, 0.38, 0.16),
    "cypress": (0.12, 0.26, 0.14),
    "araucaria": (0.12, 0.27, 0.15),
    "olive": (0.45, 0.51, 0.38),
    "eucalyptus": (0.38, 0.46, 0.32),
    "banana": (0.36, 0.60, 0.16),
    "cactus": (0.32, 0.46, 0.26),
    "agave": (0.42, 0.55, 0.48),
    "joshua": (0.40, 0.48, 0.28),
    "palm": (0.27, 0.47, 0.16),
    "date-palm": (0.32, 0.44, 0.22),
    "bamboo": (0.44, 0.60, 0.20),
}
BARE = tuple(kind for kind, shape in SHAPES.items() if shape.deciduous)


def sprite_row(kind: str, variant: int, bare: bool) -> int:
    """Where in the atlas a kind's variant (0 … VARIANTS - 1) stands, in leaf or bare."""
    if bare and kind in BARE:
        return VARIANTS * (len(KINDS) + BARE.index(kind)) + variant
    return VARIANTS * KINDS.index(kind) + variant


@lru_cache(maxsize=1)
def plant_atlas() -> NDArray[np.uint8]:
    """All sprites with their mips below one another: (sprites, 2 · SIDE, SIDE, 4). Drawn once, then cached."""
    path = cache_dir() / f"sprites-{_sources()}.npy"
    try:
        atlas: NDArray[np.uint8] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):  # not drawn yet, or cut short
        atlas = draw_atlas()
        with suppress(StorageError), whole(path) as partial:  # a full disk costs only time
            np.save(partial, atlas)
    return atlas


def _sources() -> str:
    """A fingerprint of what the sprites are drawn by."""
    digest = hashlib.sha256(PIL.__version__.encode())
    for name in ("sprites.py", "sprites_brush.py", "sprites_shapes.py", "sprites_bare.py", "raycast_sprites.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:12]


def draw_atlas() -> NDArray[np.uint8]:
    """Draw every sprite anew, some seconds of work; the same bytes each time."""
    sheets = []
    for kind in KINDS:
        for variant in range(VARIANTS):
            sheets.append(_with_mips(_drawn(kind, variant, bare=False)))
    for kind in BARE:
        for variant in range(VARIANTS):
            sheets.append(_with_mips(_drawn(kind, variant, bare=True)))
    return np.ascontiguousarray(np.stack(sheets))


def _drawn(kind: str, variant: int, bare: bool) -> NDArray[np.float32]:
    brush = Brush(seed=1000 * KINDS.index(kind) + 10 * variant + bare)
    if bare:
        bare_tree(brush, kind)
    else:
        DRAWERS[kind](brush)
    return brush.picture(SIDE)


def _with_mips(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 4) floats -> bytes with every coarser level below; colours are averaged where there is coverage."""
    sheet = np.zeros((2 * SIDE, SIDE, 4), dtype=np.uint8)
    side = SIDE
    for _ in range(LEVELS):
        top = 2 * SIDE - 2 * side
        sheet[top : top + side, :side] = np.clip(np.round(picture), 0, 255).astype(np.uint8)
        weight = picture[..., :1] / 255.0 + 1e-6
        parts = np.concatenate([picture[..., :1], picture[..., 1:] * weight, weight], axis=-1)
        parts = parts.reshape(side // 2, 2, side // 2, 2, 5).mean(axis=(1, 3))
        picture = np.concatenate([parts[..., :1], parts[..., 1:4] / parts[..., 4:]], axis=-1)
        side //= 2
    return sheet
