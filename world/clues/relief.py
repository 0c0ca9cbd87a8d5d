"""Relief: the horizon in three bands, the snow line, the colour of slopes.

Rules: real altitude in all directions, exaggerated because a grid of 5 arc-minutes is smoother than mountains are and
does not know that roads lie in the valleys, with ridges in proportion to the local roughness; the snow line lies where
the month's mean falls below freezing with the standard lapse rate of 6.5 °C/km.

Under the wheels: the hill stands where the altitude grid rises, steeper than the grid says by the local roughness;
grades keep to what road builders allow (AASHTO, RAA: 3 to 6 % in rolling country, up to 10 % in mountains); slopes
are cut at 1 : 1.7 in soil and up to 1.2 : 1 in rock. Towns stand on the flatter ground.
"""

import math

import numpy as np

from world.clues.site import Site
from world.earth.colour import mix, shift
from world.earth.streams import Stream
from world.scene import AZIMUTHS, Relief

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
    0.0,
    0.0,
    0.0,
    0.0,
    100.0,
    0.0,
    0.0,
    0.6,
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
    azimuth, gradient = site.horizon.rise()
    level = 1.0 - 0.85 * place.urban
    rough = max(0.0, horizon.roughness_m - 6.0)
    hill = min(0.55, max(0.0, 1.6 * gradient + rough / 900.0 - 0.012) * rng.between(0.5, 1.3)) * level
    valley = hill * rng.between(-0.25, 0.55)
    limit = min(0.095, 0.006 + rough / 2600.0 + 0.4 * gradient) * (1.0 - 0.5 * place.urban)
    grade = limit * rng.between(-0.62, 0.62)
    return Relief(
        tan_elevation=tangent.astype(np.float32),
        altitude_m=horizon.altitude_m,
        distance_km=horizon.distance_km,
        sea=horizon.sea,
        roughness_m=horizon.roughness_m,
        snow_line_m=float(max(-100.0, freezing)) if math.isfinite(freezing) else 9000.0,
        rock_rgb=rock,
        slope_rgb=slope,
        hill_azimuth_deg=azimuth,
        hill_slope=hill,
        valley_slope=valley,
        rolling_m=min(9.0, 0.15 + 0.12 * rough**0.7) * rng.between(0.6, 1.3) * level,
        rolling_wave_m=rng.between(55.0, 120.0),
        grade=grade,
        crest=limit * rng.between(0.1, 0.38),
        cutting=0.6 + 0.6 * min(1.0, rough / 350.0),
    )
