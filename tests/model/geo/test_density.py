"""People per square kilometre from a handful of towns."""

import numpy as np
from scipy.spatial import cKDTree

from model.geo.density import PopulationDensity
from model.geo.distance import cap_area_km2, destination, to_unit

TOWNS = np.array([[48.0, 11.0], [48.5, 11.5], [10.0, 20.0]])
PEOPLE = np.array([1_500_000, 5_000, 0])


def density() -> PopulationDensity:
    units = to_unit(TOWNS)
    return PopulationDensity(units, PEOPLE, cKDTree(units))


def test_a_metropolis_is_denser_than_a_village_and_the_wild_is_empty():
    city, village, listed_empty, wild = density().at(to_unit(np.vstack([TOWNS, [[-40.0, -100.0]]])))
    assert city > 1500
    assert 100 < village < city
    assert 0 < listed_empty < village
    assert wild < 1e-9


def test_density_falls_with_distance():
    line = destination(TOWNS[0], 200.0, np.array([0.0, 5.0, 15.0, 40.0, 120.0]))
    assert (np.diff(density().at(to_unit(line))) < 0).all()


def test_the_people_of_a_town_are_neither_lost_nor_doubled():
    radii = np.arange(0.25, 250.0, 0.5)
    ring_km2 = cap_area_km2(radii + 0.25) - cap_area_km2(radii - 0.25)
    alone = PopulationDensity(to_unit(TOWNS[:1]), PEOPLE[:1], cKDTree(to_unit(TOWNS[:1])))
    people = (alone.at(to_unit(destination(TOWNS[0], 90.0, radii))) * ring_km2).sum()
    assert abs(people / PEOPLE[0] - 1) < 0.02


def test_no_points_give_no_numbers():
    assert density().at(np.empty((0, 3))).shape == (0,)
