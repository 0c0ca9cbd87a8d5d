"""What a map of each continent shows."""

import numpy as np
import pytest

from world.earth.continents import Bounds, continents

PLACES = [  # a place, its country, that country's continent in the atlas, and the maps that it is on
    ("Moscow", (55.75, 37.62), "RU", "EU", {"europe"}),
    ("Perm", (58.01, 56.25), "RU", "EU", {"europe"}),
    ("Vorkuta", (67.50, 64.06), "RU", "EU", {"europe"}),
    ("Kaliningrad", (54.71, 20.50), "RU", "EU", {"europe"}),
    ("Yekaterinburg", (56.84, 60.61), "RU", "EU", {"asia"}),
    ("Chelyabinsk", (55.15, 61.43), "RU", "EU", {"asia"}),
    ("Vladivostok", (43.11, 131.87), "RU", "EU", {"asia"}),
    ("Uelen, Chukotka", (66.16, -169.81), "RU", "EU", {"asia"}),
    ("Las Palmas", (28.10, -15.41), "ES", "EU", {"africa"}),
    ("Melilla", (35.29, -2.94), "ES", "EU", {"africa"}),
    ("Tarifa", (36.01, -5.60), "ES", "EU", {"europe"}),
    ("Palma", (39.57, 2.65), "ES", "EU", {"europe"}),
    ("Funchal", (32.65, -16.91), "PT", "EU", {"africa"}),
    ("Ponta Delgada", (37.74, -25.67), "PT", "EU", {"europe"}),
    ("Réunion", (-21.12, 55.53), "RE", "AF", {"africa"}),
    ("Cayenne", (4.93, -52.33), "GF", "SA", {"south-america"}),
    ("Honolulu", (21.31, -157.86), "US", "NA", {"oceania"}),
    ("Anchorage", (61.22, -149.90), "US", "NA", {"north-america"}),
    ("Galápagos", (-0.74, -90.31), "EC", "SA", {"south-america"}),
    ("San Andrés", (12.58, -81.70), "CO", "SA", {"north-america"}),
    ("Papeete", (-17.54, -149.57), "PF", "OC", {"oceania"}),
    ("Longyearbyen", (78.22, 15.65), "SJ", "EU", set()),
    ("Hanga Roa", (-27.15, -109.43), "CL", "SA", set()),
]


@pytest.mark.parametrize(("place", "point", "country", "usual", "maps"), PLACES, ids=[row[0] for row in PLACES])
def test_each_place_is_on_the_map_where_one_looks_for_it(place, point, country, usual, maps):
    asked = np.array([point]), np.array([country], object), np.array([usual], object)
    assert {name for name, one in continents().items() if one.holds(*asked)[0]} == maps


def test_bounds_may_cross_the_date_line():
    pacific = Bounds(-10.0, 170.0, 10.0, 200.0)
    points = np.array([(0.0, 175.0), (0.0, -165.0), (0.0, 165.0), (0.0, -155.0), (11.0, 175.0)])
    assert pacific.hold(points).tolist() == [True, True, False, False, False]
