"""Smooth random fields on the sphere: what makes one valley differ from the next. Knows no clue and no atlas.

A field is a sum of plane waves through the Earth's ball with random directions, lengths and phases (random Fourier
features, Rahimi & Recht 2007), which approximates an isotropic Gaussian process whose correlation at distance d is
exp(−(d/scale)²). It is seeded by its name alone, so the same place has the same soil in every panorama.
"""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.geo.distance import EARTH_RADIUS_KM, to_unit

SCALES_KM = (2500.0, 600.0, 70.0, 50.0, 25.0)
WAVES = 32  # enough that a field's values look Gaussian

Floats = NDArray[np.float64]


def field(points: ArrayLike, name: str, scale_km: float) -> Floats:
    """Values (N,) of the field `name` at points (N, 2) in degrees: mean about 0, standard deviation about 1."""
    return fields(points, (name,), scale_km)[:, 0]


def fields(points: ArrayLike, names: tuple[str, ...], scale_km: float) -> Floats:
    """Several independent fields of one scale: points (N, 2) -> (N, len(names))."""
    waves, phases = _waves(names, float(scale_km))
    position_km = to_unit(points).reshape(-1, 3) * EARTH_RADIUS_KM  # (N, 3)
    # One axis after the other, not a matrix product: its rounding would depend on how many points are asked at once.
    angle = phases + sum(position_km[:, axis, None] * waves[axis] for axis in range(3))  # (N, names * WAVES)
    values: Floats = np.cos(angle).reshape(len(position_km), len(names), WAVES).sum(axis=2) * np.sqrt(2.0 / WAVES)
    return np.round(values, 6)


@lru_cache(maxsize=256)
def _waves(names: tuple[str, ...], scale_km: float) -> tuple[Floats, Floats]:
    drawn = [_of_one(name, scale_km) for name in names]
    return np.concatenate([w for w, _ in drawn], axis=1), np.concatenate([p for _, p in drawn])


def _of_one(name: str, scale_km: float) -> tuple[Floats, Floats]:
    digest = hashlib.sha256(f"{name}@{scale_km:g}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(digest, np.uint32))
    waves = rng.normal(0.0, np.sqrt(2.0) / scale_km, (3, WAVES))  # rad/km
    return waves, rng.uniform(0.0, 2.0 * np.pi, WAVES)
