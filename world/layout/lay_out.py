"""Scene -> arrays that the kernels draw: objects in bins of azimuth, strips, rings, shadows. Knows no pixels."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.bins import fill_bins
from world.draw.noise import LATTICE
from world.draw.shadows import cast_shadows
from world.layout.bridge import place_bridge
from world.layout.camera import place_carrier
from world.layout.cars import place_cars
from world.layout.land import terrain_numbers, terrain_table
from world.layout.life import place_life
from world.layout.light import scene_numbers
from world.layout.plants import far_shares, place_plants
from world.layout.road import place_furniture
from world.layout.signs import place_signs
from world.layout.stage import Stage, linear
from world.layout.town import place_houses
from world.layout.walk import curve_of
from world.lettering.sheets import letter_table
from world.scene import Scene
from world.sprites.atlas import plant_atlas
from world.sprites.figures import figure_atlas

# of relief: the altitude grid is too smooth for what eyes expect
EXAGGERATION = np.array([[1.3], [1.7], [2.1]], np.float32)


class Layout(NamedTuple):
    """Everything that `world.draw.rows.draw_rows` reads of a scene, handed over as one."""

    numbers: NDArray[np.float32]  # (NUMBERS,)
    objects: NDArray[np.float32]  # (n, COLUMNS) by distance
    starts: NDArray[np.int32]  # (BINS + 1,)
    items: NDArray[np.int32]
    strips: NDArray[np.float32]  # (m, STRIP_COLUMNS)
    terrain: NDArray[np.float32]  # (LAYERS, LAND_TURNS + 2, LAND_STEPS)
    rings: NDArray[np.float32]  # (RING_ROWS, RING_STEPS), from the road's heading on
    atlas: NDArray[np.uint8]
    figures: NDArray[np.uint8]
    shares: NDArray[np.float32]  # (k, 11) kinds of the forest edge
    palette: NDArray[np.float32]  # (k, 3) walls of the skyline, linear
    text: NDArray[np.uint8]
    noise: NDArray[np.float32]  # (LATTICE, LATTICE)
    shadows: NDArray[np.float32]  # (SHADOW_SIDE, SHADOW_SIDE)


def lay_out(scene: Scene, fine: bool = False) -> Layout:
    """Place everything the scene speaks of, seen from the recipe's step; `fine`: with letters for a close look.

    The rings (relief, forest edge, skyline) stay where they are by azimuth: what is kilometres away does not move when
    one walks a hundred metres, and the near ones stand for all the woods and houses beyond what is placed one by one.
    """
    bend = curve_of(scene.road)
    stage = Stage(scene, curve=bend, road_y=-scene.camera.lane_offset_m)
    lie = stage.draws("terrain", 2)
    stage.rings, stage.noise = _rings(scene), noise_table()
    terrain_numbers(stage.land, scene, bend, stage.road_y, stage.verge, stage.cross, float(lie[0]), float(lie[1]))
    place_bridge(stage)
    place_furniture(stage)
    place_signs(stage)
    place_cars(stage)
    place_carrier(stage)
    place_houses(stage)
    place_life(stage)
    place_plants(stage)
    numbers = scene_numbers(stage)
    numbers[n.LAND_NUMBERS] = stage.land[n.LAND_NUMBERS]
    terrain = terrain_table(numbers, stage.rings, stage.noise)
    _feet_of_far_rows(stage)
    objects, strips = stage.tables()
    starts = np.zeros(n.BINS + 1, dtype=np.int32)
    items = np.zeros(16384, dtype=np.int32)
    needed = fill_bins(objects, starts, items)
    if needed > len(items):
        items = np.zeros(needed, dtype=np.int32)
        fill_bins(objects, starts, items)
    atlas, figures = plant_atlas(), figure_atlas()
    shadows = np.zeros((n.SHADOW_SIDE, n.SHADOW_SIDE), dtype=np.float32)
    if numbers[n.SHADOWS] > 0.0:
        cast_shadows(numbers, objects, atlas, figures, shadows)
    walls = scene.buildings.wall_palette or ((0.7, 0.7, 0.7),)
    palette = np.array([linear(rgb) for rgb in walls], dtype=np.float32)
    return Layout(
        numbers, objects, starts, items, strips, terrain, stage.rings, atlas, figures, far_shares(stage), palette,
        letter_table(tuple(stage.texts), fine), stage.noise, shadows,
    )  # fmt: skip


@lru_cache(maxsize=1)
def noise_table() -> NDArray[np.float32]:
    """White noise in -1 … 1 for the kernels' lattice, the same in every scene."""
    table = np.random.Generator(np.random.PCG64(20)).uniform(-1.0, 1.0, (LATTICE, LATTICE))
    return np.ascontiguousarray(table.astype(np.float32))


def _rings(scene: Scene) -> NDArray[np.float32]:
    """The horizon turned so that its first step lies along the road, at RING_STEPS steps."""
    relief = scene.relief
    steps = relief.sea.shape[0]
    at = (np.arange(n.RING_STEPS, dtype=np.float32) / n.RING_STEPS + scene.road.heading_deg / 360.0) % 1.0 * steps
    low = at.astype(np.int32) % steps
    share = at - np.floor(at)
    near = 1.0 / np.maximum(scene.water.open_m, 1.0)  # none is far away
    rows = np.concatenate([relief.tan_elevation, relief.altitude_m, relief.distance_km, relief.sea[None], near[None]])
    here = rows.take(low, axis=1)
    rings = np.zeros((n.RING_ROWS, n.RING_STEPS), dtype=np.float32)
    rings[: len(rows)] = here + (rows.take(low + 1, axis=1, mode="wrap") - here) * share
    tangent = rings[n.RING_TAN : n.RING_TAN + 3]
    raised = tangent * EXAGGERATION / (1.0 + 0.6 * np.abs(tangent))
    rings[n.RING_TAN : n.RING_TAN + 3] = np.where(tangent > 0.0, raised, tangent)
    rings[n.RING_OPEN] = 1.0 / np.maximum(rings[n.RING_OPEN], 1e-6)
    return rings


def _feet_of_far_rows(stage: Stage) -> None:
    """Write the height of the ground under the forest edge and the skyline; on water they stand out of sight."""
    turn = np.arange(0, n.RING_STEPS, 4) * (2.0 * np.pi / n.RING_STEPS)
    away = np.array(n.FRONT_METRES + n.TOWN_METRES)[:, None]
    x, y = stage.walk_x + away * np.cos(turn), stage.walk_y + away * np.sin(turn)
    z = stage.ground_z(x.ravel(), y.ravel()).reshape(len(away), -1)
    z = np.where(z < stage.land[n.WATER_Z], -1e4, z)
    stage.rings[n.RING_FRONT :] = np.repeat(z, 4, axis=1)
