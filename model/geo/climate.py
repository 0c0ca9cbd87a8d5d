"""Temperature and precipitation normals by rule. No package carries them, so they follow from what is known.

    mean  = sea-level mean of the latitude + anomaly of the zone family − 5.5 K per km of altitude
    range = seasonal range of the latitude, growing with the distance to the coast
    both  = then moved, as little as needed, into what the Köppen zone itself promises (a Cfb has a warmest month
            under 22 °C and a coldest above −3 °C; an A zone no month under 18 °C; …)
    rain  = typical sum and spread of the zone, wetter at coasts

Peel, Finlayson & McMahon (2007) give the zones' limits.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.geo.distance import Floats
from model.geo.layers import KOPPEN_ZONES

LAPSE_C_PER_KM = 5.5

# Annual mean of low land and half of warmest minus coldest month over |latitude|, far from any coast and at one.
_LATITUDES = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
_MEAN_C = (26.5, 27.0, 25.5, 20.5, 13.5, 8.0, 1.5, -9.0, -16.0, -20.0)
_INLAND_HALF_RANGE_C = (1.0, 2.0, 5.0, 10.5, 13.5, 16.0, 20.0, 22.0, 20.0, 20.0)
_COAST_HALF_RANGE_C = (0.8, 1.2, 3.0, 6.5, 8.0, 8.0, 9.0, 12.0, 15.0, 15.0)
_SOUTHERN_SEASONS = 0.75  # less land, milder seasons
_COAST_FADES_KM = 400.0

# Zone: limits of the coldest and the warmest month (°C), typical rain (mm a year), wettest minus driest month (mm).
_NO = (-60.0, 45.0)
ZONE_RULES: dict[str, tuple[tuple[float, float], tuple[float, float], float, float]] = {
    "": (_NO, _NO, 900, 60), "Ocean": (_NO, _NO, 900, 60),
    "Af": ((20, 28), (24, 29), 2600, 180), "Am": ((20, 27), (25, 30), 2300, 380),
    "As": ((20, 27), (25, 31), 1150, 200), "Aw": ((18.5, 27), (25, 32), 1300, 250),
    "BSh": ((8, 24), (25, 35), 480, 105), "BSk": ((-16, 10), (17, 28), 370, 45),
    "BWh": ((8, 24), (26, 38), 110, 22), "BWk": ((-16, 10), (16, 29), 140, 20),
    "Cfa": ((-2, 14), (22.5, 29), 1180, 80), "Cfb": ((-1.5, 11), (14, 21.5), 850, 50),
    "Cfc": ((-2.5, 5), (10, 14), 1000, 75), "Csa": ((2, 14), (22.5, 29), 620, 95),
    "Csb": ((2, 13), (15, 21.5), 850, 120), "Csc": ((-2, 5), (10, 15), 800, 100),
    "Cwa": ((5, 17), (23, 31), 1250, 270), "Cwb": ((5, 15), (15, 21.5), 1050, 200),
    "Cwc": ((0, 8), (9, 13), 750, 140), "Dfa": ((-12, -0.5), (22.5, 26), 820, 75),
    "Dfb": ((-17, -0.5), (16, 21.5), 670, 60), "Dfc": ((-32, -3), (11, 17), 500, 60),
    "Dfd": ((-50, -38), (12, 19), 270, 45), "Dsa": ((-10, -0.5), (22.5, 28), 480, 75),
    "Dsb": ((-12, -0.5), (15, 21.5), 560, 75), "Dsc": ((-20, -3), (10, 15), 450, 50),
    "Dsd": ((-45, -38), (11, 15), 230, 30), "Dwa": ((-16, -0.5), (22.5, 27), 680, 190),
    "Dwb": ((-22, -2), (17, 21.5), 540, 130), "Dwc": ((-30, -5), (11, 17), 450, 105),
    "Dwd": ((-50, -38), (12, 18), 290, 70), "EF": ((-60, -8), (-30, -0.5), 200, 15),
    "ET": ((-35, 5), (1, 9.5), 420, 40),
}  # fmt: skip


def normals(points: Floats, zones: NDArray[np.uint8], altitude_m: ArrayLike, coast_km: ArrayLike) -> dict[str, Floats]:
    """Normals of points (N, 2) with zone numbers (N,), altitudes (N,) and distances to the coast (N,).

    Returns:
        (N,) each: temperature_c (yearly mean), temperature_range_c (warmest minus coldest month), precipitation_mm
        (a year), precipitation_range_mm (wettest minus driest month).
    """
    latitude = np.abs(points[:, 0])
    inland = 1.0 - np.exp(-np.asarray(coast_km, np.float64) / _COAST_FADES_KM)
    mean = np.interp(latitude, _LATITUDES, _MEAN_C) - LAPSE_C_PER_KM * np.asarray(altitude_m, np.float64) / 1000.0
    half = np.interp(latitude, _LATITUDES, _COAST_HALF_RANGE_C) * (1.0 - inland)
    half += np.interp(latitude, _LATITUDES, _INLAND_HALF_RANGE_C) * inland
    half *= np.where(points[:, 0] < 0, _SOUTHERN_SEASONS, 1.0)

    coldest = np.clip(mean - half, *_LIMITS[zones, 0].T)
    warmest = np.maximum(np.clip(mean + half, *_LIMITS[zones, 1].T), coldest + 0.5)
    rain, spread = _RAIN[zones].T
    coastal = 1.15 - 0.3 * inland
    return {
        "temperature_c": (coldest + warmest) / 2.0,
        "temperature_range_c": warmest - coldest,
        "precipitation_mm": rain * coastal,
        "precipitation_range_mm": spread * coastal,
    }


_LIMITS = np.array([[rule[0], rule[1]] for rule in map(ZONE_RULES.__getitem__, KOPPEN_ZONES)], np.float64)  # (33, 2, 2)
_RAIN = np.array([rule[2:] for rule in map(ZONE_RULES.__getitem__, KOPPEN_ZONES)], np.float64)  # (33, 2)
