"""Coordinates and distances on one sphere: `(lat, lng)` in degrees, WGS-84, safe at the antimeridian and the poles."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.errors import CoordinateError

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG

Floats = NDArray[np.float64]


def check_points(points: ArrayLike) -> Floats:
    """Points as a float array (..., 2), longitudes wrapped into [-180, 180).

    Raises:
        CoordinateError: not pairs, not finite, a latitude beyond ±90 or a longitude beyond ±360 (the message says so
            when the pair looks swapped).
    """
    try:
        array = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CoordinateError(f"looked for (lat, lng) pairs in degrees, found something else: {error}.") from error
    if array.ndim == 0 or array.shape[-1] != 2:
        raise CoordinateError(f"looked for (lat, lng) pairs, found an array of shape {array.shape}.")
    bad = ~np.isfinite(array).all(axis=-1) | (np.abs(array[..., 0]) > 90.0) | (np.abs(array[..., 1]) > 360.0)
    if bad.any():
        lat, lng = array[bad][0] if array.ndim > 1 else array
        swapped = np.isfinite(lat) and np.isfinite(lng) and abs(lng) <= 90.0 and 90.0 < abs(lat) <= 180.0
        hint = " It looks as if latitude and longitude were swapped." if swapped else ""
        raise CoordinateError(f"({lat:g}, {lng:g}) is no place on Earth: latitude runs from -90 to 90 and longitude "
                              f"from -180 to 180, in this order.{hint}")  # fmt: skip
    out = array.copy()
    out[..., 1] = wrap_lng(array[..., 1])
    return out


def wrap_lng(lng: ArrayLike) -> Floats:
    """Longitudes wrapped into [-180, 180)."""
    wrapped: Floats = np.mod(np.asarray(lng, dtype=np.float64) + 180.0, 360.0) - 180.0
    return wrapped


def haversine_km(a: ArrayLike, b: ArrayLike) -> Any:
    """Great-circle distance in km between `a` (..., 2) and `b` (..., 2) in degrees, broadcasting over the rest.

    PIGEON (arXiv 2307.05845), eq. 1, with the argument of the arcsine clipped so that antipodes stay finite.
    """
    a_rad, b_rad = np.radians(np.asarray(a, np.float64)), np.radians(np.asarray(b, np.float64))
    lat_a, lat_b = a_rad[..., 0], b_rad[..., 0]
    half_lat, half_lng = (lat_b - lat_a) / 2.0, (b_rad[..., 1] - a_rad[..., 1]) / 2.0
    h = np.sin(half_lat) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin(half_lng) ** 2
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(h)))


def to_unit(points: ArrayLike) -> Floats:
    """(..., 2) degrees -> (..., 3) unit vectors."""
    rad = np.radians(np.asarray(points, np.float64))
    lat, lng = rad[..., 0], rad[..., 1]
    return np.stack([np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)], axis=-1)


def from_unit(vectors: ArrayLike) -> Floats:
    """(..., 3) vectors of any length -> (..., 2) degrees."""
    xyz = np.asarray(vectors, np.float64)
    lat = np.degrees(np.arctan2(xyz[..., 2], np.hypot(xyz[..., 0], xyz[..., 1])))
    return np.stack([lat, wrap_lng(np.degrees(np.arctan2(xyz[..., 1], xyz[..., 0])))], axis=-1)


def spherical_mean(points: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Mean of points (N, 2) on the sphere -> (2,); safe at the antimeridian and the poles.

    Raises:
        CoordinateError: no points, or points that cancel out (antipodes have no mean).
    """
    vectors = to_unit(points).reshape(-1, 3)
    if weights is not None:
        vectors = vectors * np.asarray(weights, np.float64).reshape(-1, 1)
    total = vectors.sum(axis=0)
    if len(vectors) == 0 or np.linalg.norm(total) < 1e-9 * max(1, len(vectors)):
        raise CoordinateError("looked for the mean of some points, found none or points that cancel out.")
    return from_unit(total)


def cap_area_km2(radius_km: ArrayLike) -> Any:
    """Area of the spherical cap of all points within `radius_km`: 2πR²(1 − cos(r/R))."""
    angle = np.clip(np.asarray(radius_km, np.float64) / EARTH_RADIUS_KM, 0.0, np.pi)
    return 4.0 * np.pi * EARTH_RADIUS_KM**2 * np.sin(angle / 2.0) ** 2


def cap_radius_km(area_km2: ArrayLike) -> Any:
    """Radius of the spherical cap of an area, the inverse of `cap_area_km2`; the whole Earth's is half way round."""
    share = np.clip(np.asarray(area_km2, np.float64) / (4.0 * np.pi * EARTH_RADIUS_KM**2), 0.0, 1.0)
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(share))


def bearing_deg(a: ArrayLike, b: ArrayLike) -> Any:
    """Initial bearing from `a` to `b` in degrees clockwise from north, in [0, 360)."""
    a_rad, b_rad = np.radians(np.asarray(a, np.float64)), np.radians(np.asarray(b, np.float64))
    delta = b_rad[..., 1] - a_rad[..., 1]
    x = np.sin(delta) * np.cos(b_rad[..., 0])
    y = np.cos(a_rad[..., 0]) * np.sin(b_rad[..., 0]) - np.sin(a_rad[..., 0]) * np.cos(b_rad[..., 0]) * np.cos(delta)
    return np.mod(np.degrees(np.arctan2(x, y)), 360.0)


def destination(points: ArrayLike, bearing_deg: ArrayLike, distance_km: ArrayLike) -> Floats:
    """The points reached from `points` (..., 2) after `distance_km` on the great circle at `bearing_deg`."""
    start = np.radians(np.asarray(points, np.float64))
    bearing = np.radians(np.asarray(bearing_deg, np.float64))
    angle = np.asarray(distance_km, np.float64) / EARTH_RADIUS_KM
    sin_lat = np.sin(start[..., 0]) * np.cos(angle) + np.cos(start[..., 0]) * np.sin(angle) * np.cos(bearing)
    lat = np.arcsin(np.clip(sin_lat, -1.0, 1.0))
    lng = start[..., 1] + np.arctan2(
        np.sin(bearing) * np.sin(angle) * np.cos(start[..., 0]), np.cos(angle) - np.sin(start[..., 0]) * sin_lat
    )
    return np.stack([np.degrees(lat), wrap_lng(np.degrees(lng))], axis=-1)
