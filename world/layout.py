"""Scene -> arrays that the kernels draw: objects in bins of azimuth, strips, rings, shadows. Knows no pixels."""

from functools import lru_cache
from math import radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import world.raycast_names as n
from world.layout_cars import place_cars
from world.layout_life import place_life
from world.layout_light import scene_numbers
from world.layout_plants import far_shares, place_plants
from world.layout_road import place_furniture, place_signs
from world.layout_things import Stage, linear, stream
from world.layout_town import place_houses
from world.lettering import letter_table
from world.raycast_bins import fill_bins
from world.raycast_math import LATTICE
from world.raycast_shadows import cast_shadows
from world.scene import Scene
from world.sprites import plant_atlas
from world.sprites_figures import figure_atlas

EXAGGERATION = (1.3, 1.7, 2.1)  # of relief: the altitude grid is too smooth for what eyes expect


class Layout(NamedTuple):
    """What `world.raycast_rows.draw_rows` reads, in its order."""

    numbers: NDArray[np.float32]  # (NUMBERS,)
    objects: NDArray[np.float32]  # (n, COLUMNS) by distance
    starts: NDArray[np.int32]  # (BINS + 1,)
    items: NDArray[np.int32]
    strips: NDArray[np.float32]  # (m, STRIP_COLUMNS)
    rings: NDArray[np.float32]  # (RING_ROWS, RING_STEPS), from the road's heading on
    atlas: NDArray[np.uint8]
    figures: NDArray[np.uint8]
    shares: NDArray[np.float32]  # (k, 11) kinds of the forest edge
    palette: NDArray[np.float32]  # (k, 3) walls of the skyline, linear
    text: NDArray[np.uint8]
    noise: NDArray[np.float32]  # (LATTICE, LATTICE)
    shadows: NDArray[np.float32]  # (SHADOW_SIDE, SHADOW_SIDE)


def lay_out(scene: Scene) -> Layout:
    """Place everything the scene speaks of."""
    rng = stream(scene.recipe, "road")
    radius = 10.0 ** rng.uniform(2.45, 3.7)
    bend = float((1 if rng.random() < 0.5 else -1) * 0.5 / radius)
    if scene.place.urban > 0.6 or np.isfinite(scene.road.cross_street_m):
        bend *= 0.15
    stage = Stage(scene, curve=bend, road_y=-scene.camera.lane_offset_m)
    place_furniture(stage)
    place_signs(stage)
    place_cars(stage)
    place_houses(stage)
    place_life(stage)
    place_plants(stage)
    numbers = scene_numbers(stage)
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
        numbers, objects, starts, items, strips, _rings(scene), atlas, figures, far_shares(stage), palette,
        letter_table(tuple(stage.texts)), noise_table(), shadows,
    )  # fmt: skip


@lru_cache(maxsize=1)
def noise_table() -> NDArray[np.float32]:
    """White noise in -1 … 1 for the kernels' lattice, the same in every scene."""
    table = np.random.Generator(np.random.PCG64(20)).uniform(-1.0, 1.0, (LATTICE, LATTICE))
    return np.ascontiguousarray(table.astype(np.float32))


def _rings(scene: Scene) -> NDArray[np.float32]:
    """The relief turned so that its first step lies along the road, at RING_STEPS steps."""
    relief = scene.relief
    rings = np.zeros((n.RING_ROWS, n.RING_STEPS), dtype=np.float32)
    steps = relief.sea.shape[0]
    at = (np.arange(n.RING_STEPS) / n.RING_STEPS + radians(scene.road.heading_deg) / (2.0 * np.pi)) % 1.0 * steps
    low = at.astype(int) % steps
    share = (at - np.floor(at)).astype(np.float32)

    def turned(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(values[low] * (1.0 - share) + values[(low + 1) % steps] * share, dtype=np.float32)

    for band in range(3):
        tangent = turned(relief.tan_elevation[band])
        raised = EXAGGERATION[band] * tangent / (1.0 + 0.6 * np.abs(tangent))
        rings[n.RING_TAN + band] = np.where(tangent > 0.0, raised, tangent)
        rings[n.RING_ALTITUDE + band] = turned(relief.altitude_m[band])
        rings[n.RING_DISTANCE + band] = turned(relief.distance_km[band])
    rings[n.RING_SEA] = turned(relief.sea)
    return rings
