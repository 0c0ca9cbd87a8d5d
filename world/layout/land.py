"""The lie of the land in road coordinates: the numbers of its height function, and the heights. Knows no pixels.

The function itself is `world.draw.terrain.ground_height`: whoever places a thing and whoever looks for the ground
ask the same one.
"""

from math import pi, radians, sin

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.terrain import fill_terrain, ground_heights
from world.scene import Scene

FLAT_MARGIN_M = 2.0  # level ground beyond the shoulder: the verge, and the foot of every post beside the road
EMBANKMENT = 0.55  # earth rests at about 1 : 1.8


def flat_land() -> NDArray[np.float32]:
    """Numbers of a land without hills and water."""
    P = np.zeros(n.NUMBERS, dtype=np.float32)
    P[n.RISE_REACH], P[n.ROLL_WAVE], P[n.RIVER_AT], P[n.WATER_Z] = 100.0, 100.0, 1e6, 10.0 * n.NO_WATER
    return P


def terrain_numbers(P: NDArray[np.float32], scene: Scene, curve: float, road_y: float, verge: float, cross: float,
                    seed: float, phase: float) -> None:  # fmt: skip
    """Fill the slots of terrain and water; `seed` and `phase` in 0 … 1 tell two places apart."""
    relief, water = scene.relief, scene.water
    P[n.CURVE], P[n.ROAD_Y] = curve, road_y
    P[n.BENCH] = verge + FLAT_MARGIN_M
    P[n.GRADE] = relief.grade
    P[n.WAVE_TURN] = 2.0 * pi / (130.0 + 150.0 * phase)
    P[n.WAVE_RISE] = relief.crest / P[n.WAVE_TURN]
    P[n.WAVE_PHASE] = 2.0 * pi * phase
    uphill = relief.hill_slope * sin(radians(relief.hill_azimuth_deg - scene.road.heading_deg))
    P[n.RISE_RIGHT] = relief.valley_slope + uphill
    P[n.RISE_LEFT] = relief.valley_slope - uphill
    P[n.RISE_REACH] = 150.0 + 150.0 * seed
    P[n.ROLL], P[n.ROLL_WAVE], P[n.LAND_SEED] = relief.rolling_m, relief.rolling_wave_m, 100.0 * seed
    P[n.CUT], P[n.FILL] = relief.cutting, EMBANKMENT
    river = bool(np.isfinite(water.river_m)) and water.river_width_m > 0.0
    shore = water.shore_side if np.isfinite(water.shore_m) else 0
    wet = river or shore or bool((water.open_m < n.SEEN_WATER_M).any())
    P[n.WATER_Z] = water.level_m if wet else 10.0 * n.NO_WATER
    P[n.RIVER_AT], P[n.RIVER_HALF] = (water.river_m, 0.5 * water.river_width_m) if river else (1e6, 0.0)
    P[n.SHORE_AT] = shore * water.shore_m if shore else 0.0
    P[n.SHORE_WIDE] = min(water.shore_width_m, 1e6)
    P[n.BANK] = max(water.bank, 0.4) if P[n.SHORE_WIDE] < 1e5 else water.bank
    P[n.CROSS_AT], P[n.ROAD_HALF] = cross, 0.5 * scene.road.width_m
    if river and abs(P[n.RIVER_AT] - cross) < P[n.RIVER_HALF] + P[n.ROAD_HALF] + 8.0:  # the bridge begins beyond it
        beyond = 1.0 if P[n.RIVER_AT] >= cross else -1.0
        P[n.RIVER_AT] = cross + beyond * (P[n.RIVER_HALF] + P[n.ROAD_HALF] + 10.0)


def heights(P: NDArray[np.float32], rings: NDArray[np.float32], noise: NDArray[np.float32], x: NDArray[np.float64],
            y: NDArray[np.float64]) -> NDArray[np.float64]:  # fmt: skip
    """Height in metres of the land, or of the water's bed, at road coordinates x, y (n,); 0 under step 0."""
    out = np.empty(len(x))
    ground_heights(P, rings, noise, x, y, out)
    return out


def terrain_table(
    P: NDArray[np.float32], rings: NDArray[np.float32], noise: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The table that rays search, float32 (LAYERS, LAND_TURNS + 2, LAND_STEPS). P must be whole."""
    terrain = np.zeros((n.LAYERS, n.LAND_TURNS + 2, n.LAND_STEPS), dtype=np.float32)
    fill_terrain(P, rings, noise, terrain)
    return terrain
