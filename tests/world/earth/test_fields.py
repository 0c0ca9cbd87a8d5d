"""Smooth random fields on the sphere."""

import numpy as np
import pytest

from model.geo.distance import destination, from_unit
from world.clues.site import FIELDS, MOST, NEAR, _local
from world.earth.fields import SCALES_KM, field, fields


@pytest.fixture(scope="module")
def points():
    return from_unit(np.random.default_rng(0).normal(size=(4000, 3)))


def test_the_same_name_gives_the_same_value_and_another_name_another(points):
    np.testing.assert_array_equal(field(points, "soil", 600.0), field(points, "soil", 600.0))
    assert abs(np.corrcoef(field(points, "soil", 150.0), field(points, "wall", 150.0))[0, 1]) < 0.1


def test_values_are_about_standard_normal(points):
    values = fields(points, tuple(f"f{i}" for i in range(20)), 150.0)
    assert values.shape == (4000, 20)
    assert abs(values.mean()) < 0.05
    assert abs(values.std() - 1.0) < 0.05


@pytest.mark.parametrize("scale_km", SCALES_KM)
def test_neighbours_agree_and_far_places_do_not(points, scale_km):
    names = tuple(f"g{i}" for i in range(40))
    here = fields(points[:200], names, scale_km)
    near = fields(destination(points[:200], 70.0, 0.1 * scale_km), names, scale_km)
    far = fields(destination(points[:200], 70.0, 2.5 * scale_km), names, scale_km)
    assert np.corrcoef(here.ravel(), near.ravel())[0, 1] > 0.97
    assert abs(np.corrcoef(here.ravel(), far.ravel())[0, 1]) < 0.1


def test_a_field_has_no_seam_at_the_antimeridian_and_the_poles():
    seam = field([(10.0, 179.9999), (10.0, -179.9999)], "soil", 12.0)
    pole = field([(89.9999, 0.0), (89.9999, 180.0)], "soil", 12.0)
    assert abs(seam[0] - seam[1]) < 0.02
    assert abs(pole[0] - pole[1]) < 0.02


def test_places_20_km_apart_can_be_told_apart_and_places_2_km_apart_hardly(points):
    scales = sorted(FIELDS)
    assert set(scales) == set(SCALES_KM)
    names = tuple(f"h{i}" for i in range(60))

    def agreement(scale_km: float, distance_km: float) -> float:
        here = fields(points[:300], names, scale_km)
        there = fields(destination(points[:300], 200.0, distance_km), names, scale_km)
        return float(np.corrcoef(here.ravel(), there.ravel())[0, 1])

    assert min(agreement(scale, 2.0) for scale in scales) > 0.95
    assert agreement(scales[0], 20.0) < 0.6
    assert agreement(scales[-1], 20.0) > 0.99


def test_every_field_has_one_scale():
    names = [name for group in FIELDS.values() for name in group]
    assert len(names) == len(set(names))


def test_a_provinces_hue_leans_from_valley_to_valley_and_stays_the_provinces(points):
    far = destination(points[:1000], 70.0, 90.0)
    names, here = _local(points[:1000])
    _, there = _local(far)
    at = [names.index(name) for name in NEAR]
    agree = [np.corrcoef(np.array(here)[:, k], np.array(there)[:, k])[0, 1] for k in at]
    assert 0.5 < np.mean(agree) < 0.8  # without the near part 0.98, with nothing else 0.02


def test_no_field_goes_farther_than_its_limit_and_all_are_the_same_for_one_place_and_for_many(points):
    names, many = _local(points[:500])
    assert np.abs(many).max() <= MOST and np.std(many) > 1.0
    assert _local(points[7:8]) == (names, [many[7]])
