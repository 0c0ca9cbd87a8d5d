"""Temperature and precipitation normals by rule: no package carries them, so they follow from what is known.

    mean  = profile over latitude + offset of the zone's family − 4.5 K per km of altitude
    range = profile over latitude at the coast, blending into another far inland, + offset of the family
    rain  = typical yearly sum and spread of the zone
    each  + what the rule misses at the anchors (climate_anchors.py) around, fading over 500 km
    then  mean and range are moved, as little as needed, into what the Köppen zone promises: an A zone has no month
          under 18 °C, a Cfb none over 22 °C, … (limits: Peel, Finlayson & McMahon 2007, doi 10.5194/hess-11-1633-2007)

How good: leaving out each of the 214 anchors in turn and predicting it from the others, the mean error is 1.6 K for the
mean (median 0.9), 2.5 K for the range, a factor of 1.4 for the yearly rain and of 1.5 for its spread; ice caps and cold
currents (Lima) are off by up to 20 and 9 K. Near an anchor it is far better. Knows no place names.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from model.geo.distance import EARTH_RADIUS_KM, Floats, to_unit
from model.geo.layers import KOPPEN_ZONES
from model.geo.rasters import bilinear, centres_of

LAPSE_C_PER_KM = 4.5
COAST_FADES_KM = 400.0
ANCHOR_REACH_KM = 500.0
CORRECTION_SHAPE = (120, 240)  # the correction is smooth: 1.5 degrees will do
ANCHOR_PRIOR = 0.2  # how much the bare rule weighs beside an anchor at distance 0, which weighs 1
SOUTHERN_RANGE_C = -6.4  # less land in the south, milder seasons

# Least squares over the anchors: yearly mean at sea level, and warmest minus coldest month, over |latitude|.
_LATITUDES = (0, 15, 30, 45, 60, 75, 90)
_MEAN_C = (23.8, 24.9, 20.0, 10.8, 4.8, -8.5, -23.9)
_COAST_RANGE_C = (-1.2, 0.2, 10.7, 14.0, 12.8, 18.0, 18.0)
_INLAND_RANGE_C = (-1.6, 1.8, 14.4, 22.5, 29.3, 32.5, 32.5)
_OFFSETS_C = {  # family: (mean, range)
    "hot": (2.9, 3.1), "hot dry": (3.7, 7.2), "cold dry": (1.5, 7.3), "mild": (2.2, 2.0), "warm": (1.4, 6.2),
    "snow": (-2.4, 11.6), "ice": (-6.6, 8.7), "": (0.0, 3.0),
}  # fmt: skip

# Zone: family, limits of the coldest and the warmest month (°C), rain a year, wettest minus driest month (mm).
_ANY = (-75.0, 45.0)
ZONE_RULES: dict[str, tuple[str, tuple[float, float], tuple[float, float], float, float]] = {
    "": ("", _ANY, _ANY, 900, 60), "Ocean": ("", _ANY, _ANY, 900, 60),
    "Af": ("hot", (18, 30), (22, 32), 2500, 180), "Am": ("hot", (18, 30), (22, 33), 2000, 330),
    "As": ("hot", (18, 30), (22, 34), 1100, 200), "Aw": ("hot", (18, 30), (22, 36), 1250, 230),
    "BSh": ("hot dry", (4, 28), (22, 38), 500, 120), "BSk": ("cold dry", (-30, 17), (12, 30), 370, 60),
    "BWh": ("hot dry", (4, 27), (20, 40), 100, 20), "BWk": ("cold dry", (-25, 17), (12, 32), 140, 22),
    "Cfa": ("warm", (-3, 18), (22, 31), 1150, 95), "Cfb": ("mild", (-3, 18), (10, 22), 850, 60),
    "Cfc": ("mild", (-3, 9), (7, 14), 900, 65), "Csa": ("mild", (-3, 18), (22, 32), 600, 95),
    "Csb": ("mild", (-3, 17), (10, 22), 850, 120), "Csc": ("mild", (-3, 7), (7, 15), 700, 90),
    "Cwa": ("warm", (-3, 18), (22, 34), 1250, 280), "Cwb": ("warm", (-3, 18), (10, 22), 1000, 200),
    "Cwc": ("warm", (-3, 10), (7, 13), 700, 140), "Dfa": ("snow", (-25, 0), (22, 28), 820, 75),
    "Dfb": ("snow", (-30, 0), (12, 22), 640, 55), "Dfc": ("snow", (-42, 0), (8, 20), 500, 55),
    "Dfd": ("snow", (-52, -36), (10, 20), 250, 40), "Dsa": ("snow", (-15, 0), (22, 30), 450, 65),
    "Dsb": ("snow", (-20, 0), (12, 22), 520, 70), "Dsc": ("snow", (-30, 0), (8, 17), 450, 55),
    "Dsd": ("snow", (-50, -36), (8, 17), 220, 30), "Dwa": ("snow", (-22, 0), (22, 28), 680, 180),
    "Dwb": ("snow", (-30, 0), (12, 22), 550, 140), "Dwc": ("snow", (-42, 0), (8, 19), 430, 105),
    "Dwd": ("snow", (-52, -36), (10, 20), 280, 70), "EF": ("ice", (-75, -5), (-35, 0), 180, 14),
    "ET": ("ice", (-40, 7), (0, 10), 400, 40),
}  # fmt: skip
_RULES = [ZONE_RULES[zone] for zone in KOPPEN_ZONES]
_OFFSETS = np.array([_OFFSETS_C[rule[0]] for rule in _RULES])  # (33, 2)
_COLDEST, _WARMEST = (np.array([rule[part] for rule in _RULES], np.float64) for part in (1, 2))  # (33, 2)
_RAIN = np.log(np.array([rule[3:] for rule in _RULES], np.float64))  # (33, 2)


class Climate:
    """The rule, corrected at anchors: `table` has lat, lng, mean_c, range_c, rain_mm, spread_mm, one row an anchor."""

    def __init__(self, table: pd.DataFrame, zones: NDArray[np.uint8], altitude_m: ArrayLike, coast_km: ArrayLike):
        """`zones`, `altitude_m` and `coast_km` (A,) are what the rasters say at the anchors."""
        points = table[["lat", "lng"]].to_numpy(np.float64)
        truth = table[["mean_c", "range_c", "rain_mm", "spread_mm"]].to_numpy(np.float64)
        truth[:, 2:] = np.log(truth[:, 2:])  # rain errs by factors
        missed = (truth - _rule(points, zones, altitude_m, coast_km)).astype(np.float32)  # (A, 4)
        rows, cols = np.indices(CORRECTION_SHAPE)
        centres = centres_of(rows.ravel(), cols.ravel(), *CORRECTION_SHAPE)
        chord = np.sqrt(np.maximum(2.0 - 2.0 * (to_unit(centres) @ to_unit(points).T), 0.0)).astype(np.float32)
        weight = np.exp(chord * np.float32(-EARTH_RADIUS_KM / ANCHOR_REACH_KM))  # (H·W, A)
        correction = weight @ missed / (weight.sum(axis=1) + ANCHOR_PRIOR)[:, None]
        self._correction = correction.T.reshape(4, *CORRECTION_SHAPE)  # what the rule misses around each point

    def normals(
        self, points: Floats, zones: NDArray[np.uint8], altitude_m: ArrayLike, coast_km: ArrayLike
    ) -> dict[str, Floats]:
        """Normals of points (N, 2) with zone numbers, altitudes and distances to the coast (N,).

        Returns:
            (N,) each: temperature_c (yearly mean), temperature_range_c (warmest minus coldest month), precipitation_mm
            (a year), precipitation_range_mm (wettest minus driest month).
        """
        missed = np.stack([bilinear(layer, points) for layer in self._correction], axis=-1)
        values = _rule(points, zones, altitude_m, coast_km) + missed
        mean, half = values[:, 0], np.maximum(values[:, 1], 0.5) / 2.0
        coldest = np.clip(mean - half, *_COLDEST[zones].T)
        warmest = np.maximum(np.clip(mean + half, *_WARMEST[zones].T), coldest + 0.5)
        rain, spread = np.exp(values[:, 2:]).T
        return {
            "temperature_c": (coldest + warmest) / 2.0,
            "temperature_range_c": warmest - coldest,
            "precipitation_mm": rain,
            "precipitation_range_mm": np.minimum(spread, rain / 2.0),
        }


def _rule(points: Floats, zones: NDArray[np.uint8], altitude_m: ArrayLike, coast_km: ArrayLike) -> Floats:
    """The bare rule (N, 4): mean, range, log rain, log spread."""
    latitude = np.abs(points[:, 0])
    inland = 1.0 - np.exp(-np.asarray(coast_km, np.float64) / COAST_FADES_KM)
    mean = np.interp(latitude, _LATITUDES, _MEAN_C) - LAPSE_C_PER_KM * np.asarray(altitude_m, np.float64) / 1000.0
    coast, far = (np.interp(latitude, _LATITUDES, profile) for profile in (_COAST_RANGE_C, _INLAND_RANGE_C))
    southern = SOUTHERN_RANGE_C * (points[:, 0] < 0) * np.interp(latitude, (15, 30, 60, 75), (0, 1, 1, 0))
    span = coast * (1.0 - inland) + far * inland + southern
    rain = _RAIN[zones] + (0.14 - 0.3 * inland)[:, None]  # a sixth wetter at coasts, as much drier far inland
    return np.column_stack([np.column_stack([mean, span]) + _OFFSETS[zones], rain])
