"""Normals by rule: promises of the zones, the order of nature, and an honest error."""

import numpy as np
import pytest

from model.geo.climate import ZONE_RULES, Climate
from model.geo.climate_anchors import climate_anchors
from model.geo.layers import KOPPEN_ZONES


@pytest.fixture(scope="module")
def around(atlas):
    """Anchors, and what the rasters say there."""
    table = climate_anchors()
    points = table[["lat", "lng"]].to_numpy()
    numbers = {zone: number for number, zone in enumerate(KOPPEN_ZONES)}
    zones = np.array([numbers[zone] for zone in atlas.koppen(points)], np.uint8)
    return table, points, zones, atlas.altitude_m(points), atlas.coast_km(points)


def test_every_zone_has_a_rule():
    assert set(ZONE_RULES) == set(KOPPEN_ZONES)


def test_anchors_are_on_land_and_told_once(around):
    table, _, zones, *_ = around
    assert len(table) == 214
    assert table["name"].is_unique
    assert (zones != KOPPEN_ZONES.index("Ocean")).all()
    assert (table["spread_mm"] < table["rain_mm"]).all()


def test_held_out_places_are_predicted_as_well_as_the_docstring_says(around):
    table, points, zones, altitude, coast = around
    truth = table[["mean_c", "range_c", "rain_mm", "spread_mm"]].to_numpy()
    guess = np.empty_like(truth)
    for fold in range(6):
        out = np.arange(len(table)) % 6 == fold
        climate = Climate(table[~out], zones[~out], altitude[~out], coast[~out])
        normals = climate.normals(points[out], zones[out], altitude[out], coast[out])
        guess[out] = np.stack(list(normals.values()), axis=-1)
    mean_error, range_error = np.abs(guess - truth)[:, :2].mean(axis=0)
    rain_factor, spread_factor = np.exp(np.abs(np.log(guess[:, 2:] / truth[:, 2:])).mean(axis=0))
    assert mean_error < 2.0
    assert range_error < 3.0
    assert rain_factor < 1.55
    assert spread_factor < 1.7
    assert np.corrcoef(guess[:, 0], truth[:, 0])[0, 1] > 0.95


def test_zones_keep_their_promises(around):
    table, points, zones, altitude, coast = around
    normals = Climate(table, zones, altitude, coast).normals(points, zones, altitude, coast)
    coldest = normals["temperature_c"] - normals["temperature_range_c"] / 2
    warmest = normals["temperature_c"] + normals["temperature_range_c"] / 2
    letters = np.array([KOPPEN_ZONES[zone][0] for zone in zones])
    assert (coldest[letters == "A"] >= 18.0 - 1e-9).all()
    assert (coldest[letters == "D"] <= 1e-9).all()
    assert (warmest[letters == "E"] <= 10.0 + 1e-9).all()
    assert (normals["temperature_range_c"] >= 0.5 - 1e-9).all()
    assert (normals["precipitation_range_mm"] <= normals["precipitation_mm"] / 2 + 1e-9).all()


def test_higher_is_colder_and_inland_has_stronger_seasons(around):
    table, _, zones, altitude, coast = around
    climate = Climate(table, zones, altitude, coast)
    spot, zone = np.array([[55.0, 100.0]] * 2), np.full(2, KOPPEN_ZONES.index("Dfc"), np.uint8)
    low, high = climate.normals(spot, zone, [200.0, 1500.0], [800.0, 800.0])["temperature_c"]
    assert high < low
    shore, inland = climate.normals(spot, zone, [200.0, 200.0], [0.0, 1500.0])["temperature_range_c"]
    assert inland > shore
