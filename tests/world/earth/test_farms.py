"""What the table of crops lets farms grow."""

import pytest

from world.earth.farms import GROWN, crop_regions, grown
from world.earth.landscapes import Here


def here(country, zone, lat, mean_c, rain_mm, altitude_m=100.0):
    return Here(country, zone, lat, 10.0, abs(lat), altitude_m, mean_c - 8.0, mean_c, rain_mm, 60.0, 0.1)


@pytest.mark.parametrize(
    ("place", "continent", "crop", "times"),
    [
        (here("VN", "Am", 16.0, 25.0, 1900.0), "Asia", "rice", 4),
        (here("CN", "Cfa", 32.0, 16.0, 700.0), "Asia", "rice", 4),
        (here("CN", "Cfa", 29.0, 16.0, 700.0), "Asia", "rice", 0),  # asks for more rain nearer to the equator
        (here("IT", "Cfa", 45.2, 12.5, 900.0), "Europe", "rice", 1),
        (here("IR", "Cfa", 37.0, 16.0, 640.0), "Asia", "rice", 0),  # irrigated in hot lands alone
        (here("FR", "Csa", 43.6, 14.5, 650.0), "Europe", "vineyard", 3),
        (here("FR", "Cfb", 45.5, 12.0, 800.0), "Europe", "vineyard", 1),
        (here("GB", "Cfb", 51.4, 10.5, 700.0), "Europe", "vineyard", 0),
        (here("US", "Cfa", 33.0, 17.0, 1200.0), "North America", "cotton", 1),
        (here("US", "Dfa", 42.0, 9.0, 900.0), "North America", "cotton", 0),
        (here("KE", "Cfb", -1.0, 17.0, 1200.0, 1900.0), "Africa", "tea", 2),
        (here("TR", "Cfa", 41.0, 14.0, 2000.0), "Asia", "tea", 2),  # down to the shore
        (here("LK", "Af", 7.0, 27.0, 2500.0, 20.0), "Asia", "tea", 0),
        (here("DE", "Cfb", 52.0, 9.5, 600.0), "Europe", "rapeseed", 1),
        (here("CU", "Aw", 22.0, 25.0, 1300.0), "North America", "cane", 2),
    ],
)
def test_crops_grow_where_they_are_grown(place, continent, crop, times):
    assert grown(place, continent).count(crop) == times


def test_of_a_group_the_first_row_that_fits_counts():
    assert grown(here("DE", "Cfb", 52.0, 9.5, 600.0), "Europe") == ["wheat", "wheat", "rapeseed", "maize"]
    assert grown(here("DE", "Cfb", 54.0, 8.5, 700.0), "Europe") == ["wheat", "wheat", "rapeseed", "rows"]
    assert grown(here("GL", "ET", 70.0, -8.0, 300.0), "North America") == []


def test_every_crop_has_a_region():
    assert {crop for row in crop_regions() for crop in row.grows} == set(GROWN)
