"""Relief: the horizon in three bands, the snow line, the colour of slopes.

Rules: real altitude in all directions, exaggerated because a grid of 5 arc-minutes is smoother than mountains are and
does not know that roads lie in the valleys, with ridges in proportion to the local roughness; the snow line lies where
the month's mean falls below freezing with the standard lapse rate of 6.5 °C/km.
"""

import math

import numpy as np

from world.clues.site import Site
from world.colour import mix, shift
from world.scene import AZIMUTHS, Relief
from world.streams import Stream

EXAGGERATION = 2.4
LAPSE_C_PER_M = 0.0065
RIDGES = (3, 7, 15, 31)  # waves round the circle
_TURN = np.linspace(0.0, 2.0 * np.pi, AZIMUTHS, endpoint=False, dtype=np.float32)
_WAVES = np.stack([k * _TURN for k in RIDGES])  # (4, AZIMUTHS)

NOTHING = Relief(
    np.zeros((3, AZIMUTHS), np.float32),
    np.zeros((3, AZIMUTHS), np.float32),
    np.repeat(np.array([[3.0], [13.0], [45.0]], np.float32), AZIMUTHS, axis=1),
    np.zeros(AZIMUTHS, np.float32),
    0.0,
    9000.0,
    (0.45, 0.43, 0.40),
    (0.30, 0.38, 0.22),
)


def draw(site: Site, rng: Stream) -> Relief:
    """The horizon around the place."""
    horizon, f = site.horizon, site.field
    phases = np.array([rng.unit() for _ in range(3 * len(RIDGES))], np.float32).reshape(3, len(RIDGES), 1)
    ridge = np.abs(np.sin(_WAVES[None] / 2 + np.pi * phases)) - 0.64  # (3, 4, AZIMUTHS), sharp tops, no seam
    height_m = (ridge * np.array([1.0, 0.6, 0.35, 0.2], np.float32)[:, None]).sum(axis=1)
    height_m *= min(700.0, 0.6 * horizon.roughness_m)
    valley_m = min(350.0, 0.8 * horizon.roughness_m)  # how far the road lies below the grid's mean
    tangent = horizon.tan_elevation * EXAGGERATION + (valley_m + height_m) / (horizon.distance_km * 1000.0)
    tangent = np.maximum(tangent, -0.01) * (1.0 - 0.9 * horizon.sea)
    freezing = site.place.altitude_m + site.month_temperature_c / LAPSE_C_PER_M
    place = site.place
    dryness = min(1.0, max(0.0, 1.0 - place.precipitation_mm / 900.0))
    rock = shift((0.50, 0.46, 0.42), 0.12 * f["soil_light"], 0.05 * f["soil_warm"] + 0.06 * dryness)
    green = mix((0.20, 0.33, 0.14), (0.36, 0.40, 0.20), 0.6 * dryness)
    slope = mix(
        shift(green, 0.1 * f["leaf_light"], 0.02 * f["leaf_warm"]), rock, dryness**2 if site.zone != "E" else 0.7
    )
    return Relief(
        tan_elevation=tangent.astype(np.float32),
        altitude_m=horizon.altitude_m,
        distance_km=horizon.distance_km,
        sea=horizon.sea,
        roughness_m=horizon.roughness_m,
        snow_line_m=float(max(-100.0, freezing)) if math.isfinite(freezing) else 9000.0,
        rock_rgb=rock,
        slope_rgb=slope,
    )
