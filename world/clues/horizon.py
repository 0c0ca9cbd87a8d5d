"""What stands around a place: altitude in three bands and open water, in all directions, for a batch of places.

Real terrain from the atlas' altitude grid and land mask; the curved Earth hides what lies beyond the horizon
(drop d²/2R with the usual refraction of 0.13). Knows no colours.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.geo.distance import EARTH_RADIUS_KM
from world.scene import AZIMUTHS

BANDS_KM = ((2.0, 3.2, 5.0), (9.0, 13.0, 18.0), (26.0, 37.0, 51.0, 70.0))
WATER_KM = (0.4, 0.9, 2.0, 4.0, 7.0, 12.0, 20.0)
WATER_WEIGHT = np.array([0.5, 0.7, 0.9, 1.1, 1.2, 1.3, 1.3], np.float32) / 7.0  # nearby shore hides less of the view
STEP = 2  # every second azimuth is asked, the others lie between
_CIRCLE = np.linspace(0.0, 2.0 * np.pi, AZIMUTHS, endpoint=False)
_COS, _SIN = np.cos(_CIRCLE), np.sin(_CIRCLE)
KM_PER_DEGREE = np.pi * EARTH_RADIUS_KM / 180.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Horizon:
    """One place's surroundings; arrays as in `world.scene.Relief`, before ridge noise."""

    tan_elevation: Floats  # (3, AZIMUTHS)
    altitude_m: Floats  # (3, AZIMUTHS)
    distance_km: Floats  # (3, AZIMUTHS)
    sea: Floats  # (AZIMUTHS,)
    open_km: Floats  # (AZIMUTHS,) to the nearest water; inf: none within 20 km
    roughness_m: float

    def rise(self) -> tuple[float, float]:
        """Azimuth in degrees where the land rises within 5 km, and its mean slope there: the first harmonic."""
        tangent = self.tan_elevation[0]
        north, east = 2.0 * float((tangent * _COS).mean()), 2.0 * float((tangent * _SIN).mean())
        return math.degrees(math.atan2(east, north)) % 360.0, math.hypot(north, east)


def horizons(points: NDArray[np.float64], altitude_m: NDArray[np.float64], atlas: Any) -> list[Horizon]:
    """Horizons of points (N, 2) that lie at `altitude_m` (N,)."""
    distances = np.array([d for band in BANDS_KM for d in band])  # (10,)
    azimuths = np.radians(np.arange(0, 360, 360 // (AZIMUTHS // STEP)))
    around = _around(points, azimuths, distances)  # (N, 10, A, 2)
    heights = np.asarray(atlas.altitude_m(around.reshape(-1, 2)), np.float32).reshape(around.shape[:-1])
    drop_m = (distances**2 / (2.0 * EARTH_RADIUS_KM / 0.87) * 1000.0)[None, :, None]
    tangent = ((heights - altitude_m[:, None, None] - drop_m) / (distances[None, :, None] * 1000.0)).astype(np.float32)
    tans, behind, far = [], [], []
    start = 0
    for band in BANDS_KM:
        part = slice(start, start + len(band))
        start += len(band)
        best = tangent[:, part].argmax(axis=1)[:, None]
        tans.append(np.take_along_axis(tangent[:, part], best, 1)[:, 0])
        behind.append(np.take_along_axis(heights[:, part], best, 1)[:, 0])
        far.append(np.asarray(band, np.float32)[best[:, 0]])
    stacked = [_between(np.stack(arrays, axis=1)) for arrays in (tans, behind, far)]
    water = _water(points, azimuths, atlas)
    sea, open_km = _between(_sea(water)), _between(_open_km(water))
    roughness = heights[:, :6].reshape(len(points), -1).std(axis=1)
    return [
        Horizon(stacked[0][i], stacked[1][i], stacked[2][i], sea[i], open_km[i], float(roughness[i]))
        for i in range(len(points))
    ]


def _water(points: NDArray[np.float64], azimuths: NDArray[np.float64], atlas: Any) -> NDArray[np.bool_]:
    """Whether there is water (N, WATER_KM, A / 2)."""
    around = _around(points, azimuths[::2], np.array(WATER_KM))
    return ~np.asarray(atlas.is_land(around.reshape(-1, 2)), bool).reshape(around.shape[:-1])


def _open_km(water: NDArray[np.bool_]) -> Floats:
    """The nearest water (N, A); its inverse is smoothed, so that shores bend instead of breaking off."""
    near = np.where(water.any(axis=1), 1.0 / np.asarray(WATER_KM, np.float32)[water.argmax(axis=1)], 0.0)
    doubled: Floats = np.repeat(near, 2, axis=1).astype(np.float32)
    for _ in range(2):
        doubled = ((np.roll(doubled, 1, axis=1) + 2 * doubled + np.roll(doubled, -1, axis=1)) / 4).astype(np.float32)
    with np.errstate(divide="ignore"):
        return (1.0 / doubled).astype(np.float32)


def _sea(water: NDArray[np.bool_]) -> Floats:
    share = (water * WATER_WEIGHT[:, None]).sum(axis=1).clip(0.0, 1.0)  # (N, A / 2)
    doubled = np.repeat(share, 2, axis=1)
    for _ in range(2):  # or silhouettes of the shore get vertical cliffs
        doubled = (np.roll(doubled, 1, axis=1) + 2 * doubled + np.roll(doubled, -1, axis=1)) / 4
    return doubled


def _around(points: NDArray[np.float64], azimuths: NDArray[np.float64], km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points at `km` (K,) in directions (A,) around each place -> (N, K, A, 2), on the tangent plane: fine to 70 km."""
    north = km[:, None] * np.cos(azimuths) / KM_PER_DEGREE
    east = km[:, None] * np.sin(azimuths) / KM_PER_DEGREE
    lat = np.clip(points[:, 0, None, None] + north, -89.9, 89.9)
    shrink = np.maximum(0.02, np.cos(np.radians(points[:, 0])))[:, None, None]
    lng = points[:, 1, None, None] + east / shrink
    return np.stack([lat, np.mod(lng + 180.0, 360.0) - 180.0], axis=-1)


def _between(values: Floats) -> Floats:
    """(…, AZIMUTHS / STEP) -> (…, AZIMUTHS): linear, round the circle."""
    out = np.empty((*values.shape[:-1], AZIMUTHS), np.float32)
    out[..., ::STEP] = values
    out[..., 1::STEP] = (values + np.roll(values, -1, axis=-1)) / 2
    return out
