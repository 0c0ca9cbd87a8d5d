"""Where the sun stands, for many places at once. Knows no weather.

Declination and equation of time after Spencer (1971), the same formulas as pvlib's `declination_spencer71` and
`equation_of_time_spencer71`; within 0.6°, about the sun's own width, of its SPA. Hours are local solar time: at 12
the sun is highest, so the equation of time and the longitude drop out of the position and only enter the clock.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MID_MONTH_DAY = (15, 46, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349)  # day of the year of each month's middle


def day_of_year(month: ArrayLike) -> NDArray[np.int64]:
    """Day of the year in the middle of `month` (1 … 12)."""
    return np.asarray(MID_MONTH_DAY, np.int64)[np.asarray(month, np.int64) - 1]


def declination_deg(day: ArrayLike) -> Floats:
    """Solar declination on a day of the year (Spencer 1971)."""
    angle = 2.0 * np.pi / 365.0 * (np.asarray(day, np.float64) - 1.0)
    return np.degrees(
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle)
        + 0.00148 * np.sin(3 * angle)
    )


def equation_of_time_min(day: ArrayLike) -> Floats:
    """Solar time minus mean time in minutes (Spencer 1971)."""
    angle = 2.0 * np.pi / 365.0 * (np.asarray(day, np.float64) - 1.0)
    return (1440.0 / (2 * np.pi)) * (
        0.0000075
        + 0.001868 * np.cos(angle)
        - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2.0 * angle)
        - 0.040849 * np.sin(2.0 * angle)
    )


def solar_position(lat: ArrayLike, month: ArrayLike, hour: ArrayLike) -> tuple[Floats, Floats]:
    """Azimuth (clockwise from north, 0 … 360) and elevation of the sun in degrees, broadcasting.

    `hour` is local solar time, 0 … 24; the day is the middle of `month`; refraction is left out.
    """
    phi = np.radians(np.asarray(lat, np.float64))
    delta = np.radians(declination_deg(day_of_year(month)))
    turn = np.radians(15.0 * (np.asarray(hour, np.float64) - 12.0))
    up = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(turn)
    north = np.cos(phi) * np.sin(delta) - np.sin(phi) * np.cos(delta) * np.cos(turn)
    east = -np.cos(delta) * np.sin(turn)
    azimuth = np.mod(np.degrees(np.arctan2(east, north)), 360.0)
    return azimuth, np.degrees(np.arcsin(np.clip(up, -1.0, 1.0)))


def utc_hour(lng: ArrayLike, month: ArrayLike, hour: ArrayLike) -> Floats:
    """UTC hour (may lie beyond 0 … 24: the day before or after) at which local solar time is `hour`."""
    correction: Floats = equation_of_time_min(day_of_year(month)) / 60.0
    return np.asarray(hour, np.float64) - np.asarray(lng, np.float64) / 15.0 - correction
