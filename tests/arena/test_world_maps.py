import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from arena.panoramas import encode
from arena.rules import VIEW_ACROSS_DEG, VIEW_PX, Refused
from arena.world_maps import WorldMap, find_world_maps
from model.data.views import drawn_by, panorama_to_photo
from model.geo.atlas import Atlas
from world import SOFTWARE, WORLD_VERSION
from world.earth.continents import continents
from world.earth.places import PRESETS
from world.earth.splits import split_of


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
    assert len({(place.lat, place.lng) for place in places}) == 5
    points = np.array([(place.lat, place.lng) for seed in range(8) for place in one.draw(5, seed)])
    assert set(split_of(points)) == {"game"}
    assert Atlas.open().is_land(points).all()
    south, west, north, east = one.view
    lat, lng = points[:, 0], west + (points[:, 1] - west) % 360.0  # east may lie beyond the date line
    seen = (lat > south) & (lat < north) & (lng < east)
    if one.name in continents():
        assert seen.all(), f"the first view of {one.title} shows all of its places"
    assert seen.mean() > 0.9


@pytest.mark.parametrize("one", find_world_maps(), ids=lambda one: one.name)
def test_a_continent_is_all_there_is_of_its_map(one):
    points = [(place.lat, place.lng) for place in one.draw(60, 3)]
    countries = Atlas.open().describe(points)["country"]
    found = Atlas.open().countries["continent"].reindex(countries)
    if one.name in continents():
        usual = found.to_numpy(object)
        assert continents()[one.name].holds(np.array(points), countries.to_numpy(object), usual).all()
        assert (usual == continents()[one.name].code).mean() > 0.6
    else:
        assert found.nunique() > 2


def test_europe_asks_for_nothing_beyond_the_urals_and_famous_cities_for_all_of_them():
    europe = [place.lng for seed in range(12) for place in the_map("europe").draw(40, seed)]
    assert max(europe) < 66.0
    drawn = the_map("famous").draw(155, 1)
    cities = Atlas.open().nearest_towns([(place.lat, place.lng) for place in drawn])[1]
    assert len(drawn) == 155 and len(np.unique(cities)) > 140


def test_a_panorama_is_its_recipe():
    world = the_map("world")
    place = world.draw(1, 5)[0]
    first, second = world.panorama(place), world.panorama(place)
    assert first.size == (2048, 1024)
    assert world.panorama(place, 512).size == (512, 256)
    assert first.tobytes() == second.tobytes()
    assert np.asarray(first).std() > 10


def test_a_panorama_tells_the_opponent_its_world_and_nobody_its_place():
    place = the_map("world").draw(1, 5)[0]
    drawn = the_map("world").panorama(place)
    sent = Image.open(io.BytesIO(encode(drawn)))
    assert dict(sent.getexif()) == {0x131: SOFTWARE}
    assert drawn_by(sent.convert("RGB")) == WORLD_VERSION


def test_a_game_begun_on_an_earlier_world_says_so():
    place = the_map("world").draw(1, 5)[0]
    old = replace(place, recipe=place.recipe | {"world": WORLD_VERSION - 1})
    with pytest.raises(Refused, match=f"version {WORLD_VERSION - 1} .*draws version {WORLD_VERSION}.*new game"):
        the_map("world").panorama(old)


def test_the_one_view_looks_along_the_road_and_shows_what_the_panorama_shows():
    one = the_map("world")
    place = one.draw(1, 3)[0]
    heading_deg = one.heading_deg(place, 10.0)
    assert abs((heading_deg - 10.0 + 180.0) % 360.0 - 180.0) <= 91.0
    assert (one.heading_deg(place, 190.0) - heading_deg) % 360 in (179, 180, 181)
    still = one.still(place, heading_deg)
    assert still.size == VIEW_PX
    panorama = one.panorama(place, 1024)
    cut = panorama_to_photo(panorama, heading_deg, VIEW_ACROSS_DEG, *VIEW_PX)
    small = [np.asarray(picture.resize((80, 45)), np.float32) for picture in (still, cut)]
    assert np.abs(small[0] - small[1]).mean() < 8.0
    turned = panorama_to_photo(panorama, heading_deg + 90, VIEW_ACROSS_DEG, *VIEW_PX).resize((80, 45))
    assert np.abs(small[0] - np.asarray(turned, np.float32)).mean() > 12.0
    assert drawn_by(Image.open(io.BytesIO(encode(still)))) == WORLD_VERSION


def test_a_view_of_another_version_of_the_world_is_refused():
    one = the_map("world")
    place = one.draw(1, 3)[0]
    for recipe in (place.recipe | {"world": 0}, None):
        with pytest.raises(Refused, match="Start a new game"):
            one.still(replace(place, recipe=recipe), 0)


def test_a_picture_is_drawn_only_when_everything_is_made(monkeypatch):
    order: list[str] = []
    square = np.zeros((VIEW_PX[0], VIEW_PX[0], 3), np.uint8)
    monkeypatch.setattr("world.warm_up.before_drawing", lambda: order.append("made"))
    monkeypatch.setattr("world.render.render_equirectangular", lambda *_, **__: order.append("drawn") or square)
    monkeypatch.setattr("world.render.render_views", lambda *_, **__: order.append("drawn") or square[None])
    one = the_map("world")
    place = one.draw(1, 5)[0]
    one.panorama(place)
    one.still(place, 90)
    assert order == ["made", "drawn"] * 2
