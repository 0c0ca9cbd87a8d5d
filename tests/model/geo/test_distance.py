"""Coordinates and distances, with the awkward places first: poles, antimeridian, antipodes."""

import numpy as np
import pytest

from model.errors import CoordinateError
from model.geo.distance import (
    EARTH_RADIUS_KM,
    bearing_deg,
    cap_area_km2,
    cap_radius_km,
    check_points,
    destination,
    from_unit,
    haversine_km,
    spherical_mean,
    to_unit,
    wrap_lng,
)

HALF_WAY_ROUND_KM = np.pi * EARTH_RADIUS_KM


@pytest.fixture
def anywhere() -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.stack([np.degrees(np.arcsin(rng.uniform(-1, 1, 500))), rng.uniform(-180, 180, 500)], axis=-1)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        ((51.5074, -0.1278), (48.8566, 2.3522), 343.6),  # London, Paris
        ((40.7128, -74.0060), (34.0522, -118.2437), 3935.7),  # New York, Los Angeles
        ((0.0, 179.5), (0.0, -179.5), 111.195),  # over the antimeridian
        ((90.0, 17.0), (90.0, -120.0), 0.0),  # the pole has every longitude
        ((90.0, 0.0), (-90.0, 0.0), HALF_WAY_ROUND_KM),
        ((37.0, -122.0), (-37.0, 58.0), HALF_WAY_ROUND_KM),  # antipodes stay finite
    ],
)
def test_known_distances(a, b, km):
    assert haversine_km(a, b) == pytest.approx(km, rel=1e-3, abs=1e-6)


def test_distance_is_symmetric_and_obeys_the_triangle(anywhere):
    a, b, c = anywhere[:150], anywhere[150:300], anywhere[300:450]
    assert np.allclose(haversine_km(a, b), haversine_km(b, a))
    assert (haversine_km(a, c) <= haversine_km(a, b) + haversine_km(b, c) + 1e-6).all()


def test_distance_broadcasts_over_all_but_the_last_axis(anywhere):
    table = haversine_km(anywhere[:7, None], anywhere[None, 7:12])
    assert table.shape == (7, 5)
    assert table[3, 2] == pytest.approx(haversine_km(anywhere[3], anywhere[9]))


def test_unit_vectors_come_back_as_the_same_points(anywhere):
    units = to_unit(anywhere)
    assert np.allclose(np.linalg.norm(units, axis=-1), 1.0)
    assert np.allclose(from_unit(units * 3.7), anywhere)


def test_longitudes_are_wrapped_into_one_turn():
    assert wrap_lng([180.0, -180.0, 190.0, -190.0, 360.0, 0.0]).tolist() == [-180.0, -180.0, -170.0, 170.0, 0.0, 0.0]
    assert check_points([[10.0, 190.0]]).tolist() == [[10.0, -170.0]]


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([(139.7, 35.7)], "swapped"),
        ([(0.0, 0.0), (91.0, 0.0)], "no place on Earth"),
        ([(0.0, 361.0)], "no place on Earth"),
        ([(float("nan"), 0.0)], "no place on Earth"),
        ([1.0, 2.0, 3.0], "shape"),
        ("Paris", "something else"),
        ([("north", "east")], "something else"),
    ],
)
def test_what_is_no_place_is_refused_with_a_sentence(points, says):
    with pytest.raises(CoordinateError, match=says):
        check_points(points)


def test_the_mean_of_points_on_both_sides_of_the_antimeridian_lies_between_them():
    lat, lng = spherical_mean([(10.0, 179.0), (10.0, -179.0)])
    assert lat == pytest.approx(10.0, abs=0.01)
    assert abs(lng) == pytest.approx(180.0)


def test_the_mean_round_a_pole_is_the_pole():
    assert spherical_mean([(80.0, 0.0), (80.0, 120.0), (80.0, -120.0)])[0] == pytest.approx(90.0)


def test_weights_pull_the_mean():
    assert spherical_mean([(0.0, 0.0), (0.0, 10.0)], weights=[3.0, 1.0])[1] == pytest.approx(2.5, abs=0.02)


@pytest.mark.parametrize("points", [np.empty((0, 2)), [(0.0, 0.0), (0.0, 180.0)]])
def test_points_without_a_mean_are_refused(points):
    with pytest.raises(CoordinateError, match="mean"):
        spherical_mean(points)


def test_the_radius_of_a_caps_area_is_the_caps_radius():
    radii = np.array([0.0, 0.5, 25.0, 2500.0, HALF_WAY_ROUND_KM])
    assert cap_radius_km(cap_area_km2(radii)) == pytest.approx(radii)
    assert cap_radius_km(1e12) == pytest.approx(HALF_WAY_ROUND_KM)  # more than there is


def test_cap_areas_run_from_a_flat_disc_to_the_whole_sphere():
    assert cap_area_km2(1.0) == pytest.approx(np.pi, rel=1e-6)
    assert cap_area_km2(HALF_WAY_ROUND_KM) == pytest.approx(4 * np.pi * EARTH_RADIUS_KM**2)
    assert cap_area_km2([0.0, HALF_WAY_ROUND_KM / 2]).tolist() == pytest.approx([0.0, 2 * np.pi * EARTH_RADIUS_KM**2])


@pytest.mark.parametrize("bearing", [0.0, 45.0, 133.0, 270.0])
def test_a_destination_lies_at_its_distance_and_bearing(anywhere, bearing):
    inner = anywhere[np.abs(anywhere[:, 0]) < 80]
    reached = destination(inner, bearing, 321.0)
    assert np.allclose(haversine_km(inner, reached), 321.0)
    off = (bearing_deg(inner, reached) - bearing + 180.0) % 360.0 - 180.0
    assert np.abs(off).max() < 1e-6
    assert (np.abs(reached[:, 1]) <= 180.0).all()
