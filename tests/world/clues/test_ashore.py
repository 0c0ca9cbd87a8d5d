"""Places that the maps leave open take after their neighbours."""

import numpy as np
import pytest

from world.clues import build_scene, build_scenes
from world.clues.ashore import LAND_ZONES, brought_ashore, continents_of
from world.earth.places import sample_places

# place, position, first letters of the climate, country: the atlas has "Ocean" or no country at each of them
OPEN = [
    ("airport of the Maldives", (4.19, 73.53), "A", "MV"),
    ("lagoon of Tarawa", (1.40, 173.05), "A", "KI"),
    ("lagoon of Majuro", (7.10, 171.20), "A", "MH"),
    ("causeway to Bahrain", (26.18, 50.33), "BWh", "SA"),
    ("World Islands, Dubai", (25.22, 55.165), "BWh", "AE"),
    ("Pontchartrain causeway", (30.18, -90.12), "Cfa", "US"),
    ("Chesapeake Bay bridge", (37.03, -76.08), "Cfa", "US"),
    ("Afsluitdijk", (53.02, 5.25), "Cfb", "NL"),
    ("Ashmore reef", (-12.26, 123.04), "A", "ID"),
]


@pytest.mark.parametrize(("name", "point", "zone", "country"), OPEN, ids=[row[0] for row in OPEN])
def test_an_open_place_has_the_climate_and_the_country_of_its_neighbour(name, point, zone, country, atlas):
    described = atlas.describe([point]).iloc[0]
    assert described["koppen"] == "Ocean" or described["country"] == ""
    scene = build_scene(*point, 6, 11.0, 1)
    assert scene.place.koppen.startswith(zone)
    assert scene.place.country == country
    assert scene.place.town
    assert scene.road.driving_side == ("left" if country in ("MV", "KI", "ID") else "right")


def test_what_is_beside_a_road_over_water_is_the_neighbours(atlas):
    arab, dutch = (build_scene(*point, 6, 11.0, 1) for point in ((26.18, 50.33), (53.02, 5.25)))
    assert arab.signs.script == "arabic" or arab.buildings.shop_script == "arabic"
    assert dutch.signs.script == "latin"
    assert {kind for kind, _ in arab.plants.kinds} != {kind for kind, _ in dutch.plants.kinds}
    assert arab.ground.soil_rgb != dutch.ground.soil_rgb


def test_lands_of_antarctica_follow_the_settled_continent_that_is_nearest(atlas):
    points = np.array([(-49.35, 70.22), (-54.28, -36.50), (-77.85, 166.67), (-64.77, -64.05)])
    countries = np.array(["TF", "GS", "AQ", "AQ"], object)
    found = continents_of(countries, points, atlas)
    assert found == ["Africa", "South America", "Oceania", "South America"]
    assert continents_of(np.array(["XX"], object), np.array([(48.2, 16.4)]), atlas) == ["Europe"]


def test_what_the_atlas_knows_stays_as_it_is(atlas):
    places = sample_places(400, 3)
    points = places[["lat", "lng"]].to_numpy()
    described = atlas.describe(points)
    assert brought_ashore(described, points, atlas).equals(described)
    assert described["koppen"].isin(LAND_ZONES).all()


def test_open_places_do_not_depend_on_who_is_asked_with_them(atlas):
    places = sample_places(len(OPEN), 3)
    places[["lat", "lng"]] = np.array([point for _, point, _, _ in OPEN])
    together = build_scenes(places)
    for k, scene in enumerate(together):
        assert scene.as_dict() == build_scenes(places.iloc[k : k + 1])[0].as_dict()
