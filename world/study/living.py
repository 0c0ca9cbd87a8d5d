"""What lives, as a picture shows it: people by their dress, animals, trees in blossom. Knows no clue's value.

The class map says LIFE, or PLANTS; what it is, say the pictures and colours of the things that were laid out (world/
layout/life.py, plants.py).
"""

from functools import lru_cache

import numpy as np

import world.draw.slots as n
from world.layout.plants import BLOSSOM
from world.layout.stage import linear
from world.scene import Scene
from world.sprites.animals import ANIMALS
from world.sprites.figures import figure_row
from world.sprites.people import PEOPLE
from world.study.visibility import REACH_M, Visibility

IN_BLOSSOM = 0.3  # from which a cherry's crown is white
ROBES = ("robe", "thobe")


def people(scene: Scene, visibility: Visibility) -> bool:
    """Somebody."""
    return _figure(visibility, tuple(PEOPLE))


def dressed(scene: Scene, visibility: Visibility) -> bool:
    """Somebody who wears no robe."""
    return _figure(visibility, tuple(kind for kind in PEOPLE if kind not in ROBES))


def robed(scene: Scene, visibility: Visibility) -> bool:
    """Somebody in a robe."""
    return _figure(visibility, ROBES)


def animals(scene: Scene, visibility: Visibility) -> bool:
    """An animal."""
    return _figure(visibility, tuple(ANIMALS))


def blossom(scene: Scene, visibility: Visibility) -> bool:
    """A cherry in blossom."""
    if scene.plants.blossom <= IN_BLOSSOM:
        return False
    rows = visibility.layout.objects
    rows = rows[(rows[:, n.KIND] == n.PLANT) & (rows[:, n.NEAR] < REACH_M)]
    white = np.abs(rows[:, n.RGB_A : n.RGB_A + 3] - np.array(linear(BLOSSOM), np.float32)).max(axis=1, initial=0.0)
    return bool(visibility.sees(rows[white < 1e-3]).any())


def _figure(visibility: Visibility, kinds: tuple[str, ...]) -> bool:
    rows = visibility.layout.objects
    rows = rows[(rows[:, n.KIND] == n.FIGURE) & (rows[:, n.CLASS] == n.LIFE) & (rows[:, n.NEAR] < REACH_M)]
    rows = rows[np.isin(np.rint(rows[:, n.FIGURE_COLUMNS.picture]), _pictures(kinds))]
    return bool(visibility.sees(rows).any())


@lru_cache(maxsize=8)
def _pictures(kinds: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(figure_row(kind, view) for kind in kinds for view in (0, 1))
