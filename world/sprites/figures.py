"""The atlas of figures: people, animals and things of the street, drawn by ourselves once, with mips.

A figure has six channels and no colour of its own: coverage, three parts that every scene colours anew, shade, and a
sideways normal. Knows no scenes and no kernels.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import PIL
from numpy.typing import NDArray

from model.geo.folders import cache_dir
from world.draw.compiled import WORLD, fingerprint
from world.draw.things.figures import FIGURE_LEVELS, FIGURE_SIDE
from world.sprites.animals import ANIMALS
from world.sprites.clay import Clay, Floats, halo
from world.sprites.kept import kept
from world.sprites.people import PEOPLE
from world.sprites.things import THINGS

FIGURES: tuple[str, ...] = (*PEOPLE, *ANIMALS, *THINGS)
SIZE_M: dict[str, float] = {name: entry[0] for table in (PEOPLE, ANIMALS, THINGS) for name, entry in table.items()}


def figure_row(name: str, view: int = 0) -> int:
    """Where in the atlas a figure's view stands: people 0 sideways, 1 along; animals 0 standing, 1 grazing."""
    return 2 * FIGURES.index(name) + view


@lru_cache(maxsize=1)
def figure_atlas() -> NDArray[np.uint8]:
    """All figures with their mips below one another: (2 · figures, 2 · FIGURE_SIDE, FIGURE_SIDE, 6); kept."""
    shape = (2 * len(FIGURES), 2 * FIGURE_SIDE, FIGURE_SIDE, 6)
    return kept(cache_dir() / f"figures-{_sources()}.npy", shape, draw_figures)


def _sources() -> str:
    """A fingerprint of what the figures are drawn by."""
    return fingerprint((Path(__file__).parent, WORLD / "draw/things/figures.py"), PIL.__version__, np.__version__)


def draw_figures() -> NDArray[np.uint8]:
    """Draw every figure anew; the same bytes each time."""
    return np.ascontiguousarray(np.stack([_with_mips(_drawn(name, view)) for name in FIGURES for view in (0, 1)]))


def _drawn(name: str, view: int) -> Floats:
    clay = Clay(seed=2 * FIGURES.index(name) + view)
    if name in PEOPLE:
        PEOPLE[name][1][view](clay)
    elif name in ANIMALS:
        ANIMALS[name][1](clay, view == 1)
    else:
        THINGS[name][1](clay)
    return clay.picture(FIGURE_SIDE)


def _with_mips(picture: Floats) -> NDArray[np.uint8]:
    """(FIGURE_SIDE, FIGURE_SIDE, 6) in 0 … 255 -> bytes with every coarser level below."""
    sheet = np.zeros((2 * FIGURE_SIDE, FIGURE_SIDE, 6), dtype=np.uint8)
    side = FIGURE_SIDE
    for _ in range(FIGURE_LEVELS):
        top = 2 * FIGURE_SIDE - 2 * side
        sheet[top : top + side, :side] = np.clip(np.round(picture), 0, 255).astype(np.uint8)
        weight = picture[..., :1] / 255.0
        values = picture / 255.0
        values[..., 5] = 2.0 * values[..., 5] - 1.0
        sums = np.concatenate([weight, values[..., 1:] * weight], axis=-1)
        picture = halo(sums.reshape(side // 2, 2, side // 2, 2, 6).mean(axis=(1, 3)).astype(np.float32))
        side //= 2
    return sheet
