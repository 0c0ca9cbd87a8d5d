"""The sun's position, held against pvlib."""

import numpy as np
import pandas as pd
import pvlib
import pytest

from world.earth.sun import MID_MONTH_DAY, day_of_year, equation_of_time_min, solar_position, utc_hour


@pytest.mark.parametrize(("lat", "lng"), [(0.0, 0.0), (52.5, 13.4), (-33.9, 151.2), (69.6, 18.9), (35.7, -120.0)])
def test_azimuth_and_elevation_are_those_of_pvlib(lat, lng):
    months, hours = (grid.ravel() for grid in np.meshgrid(np.arange(1, 13), np.arange(7.0, 18.0)))
    azimuth, elevation = solar_position(np.full(len(months), lat), months, hours)
    clock = utc_hour(lng, months, hours)
    day = np.asarray(MID_MONTH_DAY)[months - 1]
    times = pd.DatetimeIndex(pd.Timestamp("2023-01-01", tz="UTC") + pd.to_timedelta((day - 1) * 24 + clock, unit="h"))
    truth = pvlib.solarposition.get_solarposition(times, lat, lng)
    np.testing.assert_allclose(elevation, truth["elevation"], atol=0.6)
    high = elevation < 80.0  # near the zenith an azimuth means little
    turn = (azimuth - truth["azimuth"].to_numpy() + 180.0) % 360.0 - 180.0
    assert np.abs(turn[high] * np.cos(np.radians(elevation[high]))).max() < 0.6


def test_the_equation_of_time_is_pvlibs():
    days = np.arange(1, 366)
    np.testing.assert_allclose(
        equation_of_time_min(days), pvlib.solarposition.equation_of_time_spencer71(days), atol=1e-6
    )


def test_at_noon_the_sun_is_south_in_the_north_and_north_in_the_south():
    azimuth, elevation = solar_position([50.0, -50.0], [6, 6], [12.0, 12.0])
    np.testing.assert_allclose(azimuth % 360.0, [180.0, 0.0], atol=1e-6)
    assert elevation[0] > 60.0 > 20.0 > elevation[1]


def test_morning_is_east_and_the_polar_night_is_dark():
    assert solar_position(10.0, 3, 8.0)[0] < 180.0
    assert solar_position(10.0, 3, 16.0)[0] > 180.0
    assert solar_position(80.0, 12, 12.0)[1] < 0.0


def test_days_lie_in_the_middle_of_their_month():
    assert day_of_year([1, 12]).tolist() == [15, 349]
