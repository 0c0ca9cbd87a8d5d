"""What a picture shows of houses: gardens' fences, and what is written above shops. Knows no clue's value.

The class map says BUILDINGS, or FURNITURE; which house, or strip, it is, say the things that were laid out, as the
layout builds them (world/layout/town.py).
"""

import numpy as np

import world.draw.slots as n
from world.scene import Scene
from world.study.projection import Floats
from world.study.visibility import Visibility

CLOSED = 0.72  # density from which houses stand wall to wall
SETBACK_M, DENSITY = 2.5, 0.22  # from which gardens run between houses and road
GARDENS = {"picket": n.FENCE_WOOD, "panel": n.FENCE_WOOD, "bars": n.FENCE_WIRE, "wire": n.FENCE_WIRE, "hedge": n.HEDGE,
           "wall": n.WALL, "panelblock": n.WALL, "adobe": n.WALL, "stone": n.STONE_WALL}  # fmt: skip
FASCIA = 0.87  # of a storey: where its words stand
ROOM_M = 0.8  # how far the pixel of a wall may lie before or behind it
HOUSE = n.HOUSE_COLUMNS


def closed(scene: Scene) -> bool:
    """Whether houses stand wall to wall along the street."""
    return scene.buildings.density > CLOSED and not scene.buildings.estate


def may_be_fenced(scene: Scene) -> bool:
    """Whether there is room for gardens' fences between the houses and the road."""
    town = scene.buildings
    return not closed(scene) and not town.estate and town.setback_m >= SETBACK_M and town.density >= DENSITY


def garden(scene: Scene, visibility: Visibility) -> bool:
    """A garden's fence, hedge or wall."""
    town = scene.buildings
    return town.garden in GARDENS and may_be_fenced(scene) and visibility.strip(GARDENS[town.garden], town.garden_rgb)


def shop(scene: Scene, visibility: Visibility, within_m: float) -> bool:
    """The words above a shop, so near."""
    P, rows = visibility.layout.numbers, visibility.layout.objects
    rows = rows[(rows[:, n.KIND] == n.HOUSE) & (rows[:, n.NEAR] <= within_m)]
    rows = rows[rows[:, HOUSE.shop] > 0.5]
    if not len(rows) or not scene.buildings.shop_words:
        return False
    x, y = _front(rows, P[n.ROAD_Y] - P[n.WALK_Y])
    z = (rows[:, n.BASE] + FASCIA * rows[:, HOUSE.storey] - P[n.CAMERA_Z])[:, None]
    seen = visibility.points(x, y, np.broadcast_to(z, x.shape), n.BUILDINGS, ROOM_M)
    return bool((seen & (np.hypot(x, y) <= within_m)).any())


def _front(rows: Floats, road_y: float) -> tuple[Floats, Floats]:
    """Points (h, 3) along the middle of the wall that looks at the road."""
    cos, sin = rows[:, n.COS], rows[:, n.SIN]
    side = np.where((rows[:, n.Y] - road_y) * cos > 0.0, -1.0, 1.0) * rows[:, n.WIDTH]
    across = np.array([-0.5, 0.0, 0.5]) * np.minimum(rows[:, n.LENGTH], 2.0)[:, None]
    x = rows[:, n.X, None] - (side * sin)[:, None] + across * cos[:, None]
    y = rows[:, n.Y, None] + (side * cos)[:, None] + across * sin[:, None]
    return x, y
