"""From place and moment to a scene."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest

from model.errors import ConfigError, CoordinateError
from world import WORLD_VERSION
from world.clues import FAMILIES, build_scene, build_scenes
from world.clues.signs import script_of
from world.earth.colour import NAMED
from world.earth.places import sample_places
from world.earth.sun import solar_position
from world.scene import AZIMUTHS
from world.sprites.atlas import KINDS


@pytest.fixture(scope="module")
def recipes():
    return sample_places(200, 11)


@pytest.fixture(scope="module")
def scenes(recipes):
    return build_scenes(recipes)


def _colours(value):
    if dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            inner = getattr(value, item.name)
            if item.name.endswith("_rgb") or item.name == "rgb":
                yield item.name, inner
            elif item.name.endswith("palette"):
                yield from ((item.name, rgb) for rgb in inner)
            elif dataclasses.is_dataclass(inner):
                yield from _colours(inner)


def _same(a, b):
    return json.dumps(a, default=str) == json.dumps(b, default=str)


def test_a_batch_gives_the_same_scenes_as_one_place_alone(recipes, scenes):
    row = recipes.iloc[17]
    alone = build_scene(row.lat, row.lng, int(row.month), row.hour, int(row.seed))
    assert _same(alone.as_dict(), scenes[17].as_dict())
    assert alone.world_version == WORLD_VERSION


def test_every_value_is_within_its_range(scenes):
    for scene in scenes:
        for name, rgb in _colours(scene):
            if name != "tint_rgb":
                assert len(rgb) == 3 and all(0.0 <= channel <= 1.0 for channel in rgb), name
        unit = (
            scene.sky.cloud_cover,
            scene.ground.grass_cover,
            scene.ground.snow,
            scene.ground.wetness,
            scene.plants.density,
            scene.plants.leaf,
            scene.plants.autumn,
            scene.buildings.density,
            scene.vehicles.density,
            scene.camera.blur,
        )
        assert all(0.0 <= value <= 1.0 for value in unit)
        assert {kind for kind, _ in scene.plants.kinds} <= set(KINDS)
        assert sum(share for _, share in scene.plants.kinds) == pytest.approx(1.0)
        assert sum(share for _, share in scene.vehicles.kinds) == pytest.approx(1.0)
        assert scene.relief.tan_elevation.shape == (3, AZIMUTHS)
        assert np.isfinite(scene.relief.tan_elevation).all()
        assert 0.0 <= scene.relief.sea.min() <= scene.relief.sea.max() <= 1.0
        assert scene.road.width_m > 3.0
        assert scene.road.driving_side in ("left", "right")


def test_switching_a_family_off_leaves_all_others_untouched(recipes, scenes):
    for name, family in FAMILIES.items():
        scene = build_scenes(recipes.iloc[:3], without=(name,))[2]
        assert getattr(scene, name) is family.NOTHING
        for other in set(FAMILIES) - {name}:
            assert _same(dataclasses.asdict(getattr(scene, other)), dataclasses.asdict(getattr(scenes[2], other)))


def test_two_dates_of_one_place_share_what_stands_there():
    summer, winter = (build_scene(61.9, 9.1, month, 12.0, 5) for month in (7, 1))
    assert summer.buildings == winter.buildings
    assert summer.road == winter.road
    assert summer.furniture == winter.furniture
    assert dict(summer.plants.kinds).keys() == dict(winter.plants.kinds).keys()
    assert summer.ground.snow == 0.0 < 0.5 < winter.ground.snow
    assert summer.plants.leaf > 0.9 > 0.1 > winter.plants.leaf
    assert winter.relief.snow_line_m < summer.relief.snow_line_m


def test_another_seed_is_another_spot_of_the_same_country():
    one, two = (build_scene(48.2, 2.1, 6, 12.0, seed) for seed in (1, 2))
    assert one.road.heading_deg != two.road.heading_deg
    assert one.furniture.bollard_rgb == two.furniture.bollard_rgb
    assert one.ground.soil_rgb == two.ground.soil_rgb


def test_the_sun_stands_where_it_should():
    scene = build_scene(-33.0, 150.0, 1, 9.0, 1)
    azimuth, elevation = solar_position(-33.0, 1, 9.0)
    assert scene.sky.sun_azimuth_deg == pytest.approx(float(azimuth))
    assert scene.sky.sun_elevation_deg == pytest.approx(float(elevation))


@pytest.mark.parametrize(
    ("lat", "lng", "country", "kind"),
    [
        (-25.0, 133.0, "AU", "eucalyptus"),
        (62.5, 129.0, "RU", "larch"),
        (-20.2, 44.4, "MG", "baobab"),
        (32.6, -111.9, "US", "cactus"),
        (37.9, -4.7, "ES", "olive"),
        (-3.2, -60.2, "BR", "jungle"),
    ],
)
def test_plants_follow_geography(lat, lng, country, kind):
    scene = build_scene(lat, lng, 4, 12.0, 1)
    assert scene.place.country == country
    assert kind in dict(scene.plants.kinds)


def test_roads_and_signs_follow_the_country():
    norway, ireland = build_scene(61.0, 9.0, 6, 12.0, 3), build_scene(53.2, -8.0, 6, 12.0, 3)
    assert norway.road.driving_side == "right" and ireland.road.driving_side == "left"
    assert norway.road.centre_rgb == NAMED["yellow"] and ireland.road.edge_rgb == NAMED["yellow"]
    assert ireland.signs.warning_shape == "diamond"
    assert norway.camera.lane_offset_m > 0.0 > ireland.camera.lane_offset_m


def test_the_sea_is_seen_toward_the_sea():
    scene = build_scene(43.48, -1.54, 6, 12.0, 1)  # Biarritz: the ocean lies west
    assert scene.relief.sea[270 // 2] > 0.6 > 0.1 > scene.relief.sea[110 // 2]


def test_mountains_stand_in_their_direction():
    scene = build_scene(39.75, -104.9, 6, 12.0, 1)  # Denver: the Rockies lie west
    west, east = (scene.relief.tan_elevation[:, at // 2 - 10 : at // 2 + 10].max() for at in (270, 90))
    assert west > 3 * max(east, 0.005)


def test_neighbours_look_alike_and_far_places_less():
    def soil(lat, lng):
        return np.array(build_scene(lat, lng, 6, 12.0, 1).ground.soil_rgb)

    near = np.abs(soil(47.0, 2.0) - soil(47.01, 2.01)).max()
    far = np.abs(soil(47.0, 2.0) - soil(49.0, 0.0)).max()
    assert near < 0.02
    assert far > near


@pytest.mark.parametrize(
    ("text", "usual", "script"),
    [
        ("Москва", "cyrillic", "cyrillic"),
        ("東京", "kana", "kana"),
        ("北京", "han", "han"),
        ("Oslo", "latin", "latin"),
        ("", "thai", "thai"),
    ],
)
def test_scripts_are_told_by_their_letters(text, usual, script):
    assert script_of(text, usual) == script


def test_a_scene_becomes_plain_data():
    data = build_scene(0.0, 37.0, 6, 12.0, 1).as_dict()
    assert len(data["relief"]["sea"]) == AZIMUTHS
    assert math.isfinite(data["sky"]["turbidity"])
    assert set(FAMILIES) < set(data)


def test_the_sea_has_a_scene_too():
    scene = build_scene(0.0, -30.0, 6, 12.0, 1)
    assert scene.place.country == "BR", "the nearest land"
    assert scene.relief.sea.min() == 1.0


@pytest.mark.parametrize(("month", "hour"), [(0, 12.0), (13, 12.0), (6, -1.0), (6, 25.0), (6, math.nan)])
def test_a_moment_that_no_calendar_has_is_refused(month, hour):
    with pytest.raises(ConfigError, match="months from 1 to 12"):
        build_scene(10.0, 10.0, month, hour, 1)


def test_an_unknown_family_and_a_bad_position_are_refused():
    with pytest.raises(ConfigError, match="families are sky"):
        build_scene(10.0, 10.0, 6, 12.0, 1, without=("dinosaurs",))
    with pytest.raises(CoordinateError):
        build_scene(100.0, 10.0, 6, 12.0, 1)


def test_no_recipes_give_no_scenes():
    assert build_scenes(pd.DataFrame(columns=["lat", "lng", "month", "hour", "seed"])) == []
