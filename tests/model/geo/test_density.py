"""People per square kilometre from a handful of towns."""

import numpy as np
from scipy.spatial import cKDTree

from model.geo.density import FEW_POINTS, PopulationDensity, nearest
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


def test_a_few_points_are_looked_up_without_threads_and_alike():
    class Tree:
        n, used = 3, ()

        def query(self, units, k, workers):
            self.used = (*self.used, workers)
            return cKDTree(to_unit(TOWNS)).query(units, k=k, workers=workers)

    tree, many = Tree(), np.repeat(to_unit(TOWNS), FEW_POINTS, axis=0)
    few = nearest(tree, many[::FEW_POINTS], 2)
    all_of_them = nearest(tree, many, 2)
    assert tree.used == (1, -1)
    for one, other in zip(few, all_of_them, strict=True):
        assert (one == other[::FEW_POINTS]).all()
