import numpy as np
import pytest

from arena.world_maps import WorldMap, find_world_maps
from model.geo.atlas import Atlas
from world.places import PRESETS, split_of


def the_map(name: str) -> WorldMap:
    return next(one for one in find_world_maps() if one.name == name)


def test_every_map_is_a_preset_of_the_world():
    names = [one.name for one in find_world_maps()]
    assert names[0] == "world"
    assert set(names) == set(PRESETS)


@pytest.mark.parametrize("one", find_world_maps(), ids=lambda one: one.name)
def test_places_are_on_land_in_view_and_never_where_a_stage_trains(one):
    places = one.draw(5, 11)
    assert places == one.draw(5, 11)
    points = np.array([(place.lat, place.lng) for place in places])
    assert set(split_of(points)) == {"game"}
    assert Atlas.open().is_land(points).all()
    assert len(np.unique(points, axis=0)) == 5
    if one.name == "africa":
        south, west, north, east = one.view
        assert ((points[:, 0] > south) & (points[:, 0] < north) & (points[:, 1] > west) & (points[:, 1] < east)).all()


def test_a_panorama_is_its_recipe():
    world = the_map("world")
    place = world.draw(1, 5)[0]
    first, second = world.panorama(place), world.panorama(place)
    assert first.size == (2048, 1024)
    assert first.tobytes() == second.tobytes()
    assert np.asarray(first).std() > 10
