"""What a picture shows of a scene: things that stand free, things that a car or a house hides, and what it is worth."""

import dataclasses
from math import pi

import numpy as np
import pandas as pd
import pytest

import world.draw.slots as n
from world.clues import FAMILIES, build_scene, build_scenes
from world.draw.bins import fill_bins
from world.draw.things.car_shapes import CARS
from world.earth.places import sample_places
from world.layout.lay_out import lay_out
from world.layout.stage import linear
from world.render import draw_views
from world.study import roadside
from world.study.readings import STEPS, in_steps, unit_of
from world.study.rules import FAMILIES as READ
from world.study.visibility import of_scene, of_views
from world.study.visible import clue_table


@pytest.fixture(scope="module")
def scene():
    return build_scene(48.2, 16.37, 6, 11.0, 4)


@pytest.fixture(scope="module")
def road():
    """A straight country road in the open, with bollards, a fence and poles, and nothing else in the way."""
    scene = build_scene(49.3, 3.6, 6, 11.0, 2, without=["plants", "buildings", "vehicles", "signs", "life", "relief"])
    return _with(
        _with(scene, "road", surface="asphalt", width_m=7.0, centre_line="dashed", edge_line="solid", kerb=False,
              sidewalk_m=0.0, cross_street_m=float("inf"), bend_m=float("inf"), shoulder_m=0.8),
        "furniture", bollard="post", bollard_spacing_m=20.0, fence="wood", pole="wood", pole_rgb=(0.36, 0.27, 0.19),
        stone="none", lamp="none", guard_rail=False, wires=2, fittings="arm", transformers=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def solids():
    """A house and a bus, as rows of an object table."""
    house = car = None
    for scene in build_scenes(sample_places(24, 1, "train", "urban")):
        objects = lay_out(scene).objects
        houses, cars = objects[objects[:, n.KIND] == n.HOUSE], objects[objects[:, n.KIND] == n.CAR]
        house, car = (houses[0] if len(houses) else house), (cars[0] if len(cars) else car)
        if house is not None and car is not None:
            car[n.CAR_COLUMNS.shape] = CARS.index("bus")
            return {"house": house, "car": car}
    raise AssertionError("no town of the sample has a house and a car")


def _with(scene, family, **values):
    return dataclasses.replace(scene, **{family: dataclasses.replace(getattr(scene, family), **values)})


def _shown(scene) -> dict[str, bool]:
    """Whether each clue of a scene is in its picture."""
    row = clue_table([scene]).iloc[0]
    shown: dict[str, bool] = {}
    for name, value in row.items():
        clue = str(name).split(":")[0]
        shown[clue] = shown.get(clue, False) or bool(np.isfinite(value))
    return shown


def _seen(layout):
    """What four views of a layout show, whose objects may have been moved."""
    objects = np.ascontiguousarray(layout.objects[np.argsort(layout.objects[:, n.NEAR], kind="stable")])
    starts, items = np.zeros(n.BINS + 1, np.int32), np.zeros(65536, np.int32)
    fill_bins(objects, starts, items)
    layout = layout._replace(objects=objects, starts=starts, items=items)
    return of_views(layout, draw_views(layout, 96, 1)[1])


def _between(layout, solid, x, y, share, length, width, height):
    """The layout with a solid that stands across the way to (x, y), at a share of the distance."""
    row, away = solid.copy(), np.hypot(x, y) * share
    row[n.X], row[n.Y], row[n.REACH] = x * share, y * share, away
    row[n.COS], row[n.SIN] = -y / np.hypot(x, y), x / np.hypot(x, y)
    row[n.LENGTH], row[n.WIDTH], row[n.HEIGHT] = length, width, height
    row[n.BASE], row[n.STAND], row[n.PITCH], row[n.TOP] = -0.3, 0.0, 0.0, 3.0
    row[n.NEAR], row[n.SPREAD] = max(away - np.hypot(length, width), 0.05), pi if away < length + 1.0 else 1.2
    return layout._replace(objects=np.concatenate([layout.objects, row[None]]))


def _only(layout, kept):
    """The layout with no other object of the colours of `kept` (one row)."""
    same = np.abs(layout.objects[:, n.RGB_A : n.RGB_A + 3] - kept[n.RGB_A : n.RGB_A + 3]).max(axis=1) < 1e-3
    one = (layout.objects[:, n.X] == kept[n.X]) & (layout.objects[:, n.Y] == kept[n.Y])
    return layout._replace(objects=layout.objects[~same | one])


def _first(layout, rgb, nearest_m):
    """The nearest object of a colour that is at least so far away."""
    own = np.abs(layout.objects[:, n.RGB_A : n.RGB_A + 3] - np.array(linear(rgb))).max(axis=1) < 1e-3
    found = layout.objects[own & (layout.objects[:, n.REACH] >= nearest_m)]
    return found[np.argmin(found[:, n.REACH])]


@pytest.mark.parametrize("what", ["car", "house"])
def test_a_bollard_behind_a_car_or_a_house_is_not_seen(road, solids, what):
    layout = lay_out(road)
    bollard = _first(layout, road.furniture.bollard_rgb, 7.0)
    layout = _only(layout, bollard)
    assert roadside.bollard(road, _seen(layout))
    size = (5.0, 1.2, 3.0) if what == "car" else (4.0, 2.0, 6.0)
    hidden = _between(layout, solids[what], bollard[n.X], bollard[n.Y], 0.6, *size)
    assert not roadside.bollard(road, _seen(hidden))


def test_a_pole_behind_a_house_is_not_seen_and_one_before_it_is(road, solids):
    layout = lay_out(road)
    pole = _first(layout, road.furniture.pole_rgb, 8.0)
    layout = _only(layout, pole)
    assert roadside.pole(road, _seen(layout))
    x, y = pole[n.X], pole[n.Y]
    assert not roadside.pole(road, _seen(_between(layout, solids["house"], x, y, 0.5, 6.0, 1.0, 40.0)))
    assert roadside.pole(road, _seen(_between(layout, solids["house"], x, y, 1.6, 6.0, 1.0, 40.0)))


def test_the_fence_is_seen_by_its_own_pixels(road, solids):
    layout = lay_out(road)
    assert roadside.fence(road, _seen(layout))
    bare = layout._replace(strips=layout.strips[layout.strips[:, n.STRIP_KIND] != n.FENCE_WOOD])
    assert not roadside.fence(road, _seen(bare))
    assert not roadside.rail(road, _seen(layout))
    for side in (-1.0, 1.0):  # a long house on either side, nearer than the fence
        layout = _between(layout, solids["house"], 0.01, side * 4.6, 1.0, 130.0, 0.3, 12.0)
    assert not roadside.fence(road, _seen(layout))


def test_lines_ground_and_the_roads_edge_are_seen_where_pixels_show_them(road, solids):
    layout = lay_out(road)
    free = _seen(layout)
    assert all(free.part(name) for name in ("middle", "edge", "surface", "ahead", "shoulder", "meadow", "bank"))
    assert not any(free.part(name) for name in ("side", "mouth", "crossing", "pavement"))
    walled = layout
    for x, y in ((1.9, 0.001), (-1.9, 0.001), (0.001, 1.9), (0.001, -1.9)):  # four walls close around the camera
        walled = _between(walled, solids["house"], x, y, 1.0, 90.0, 0.4, 15.0)
    shut = _seen(walled)
    assert not any(shut.part(name) for name in ("middle", "ahead", "meadow"))
    shown = clue_table([road], [shut]).iloc[0]
    assert np.isnan(shown["road.centre_rgb:light"]) and np.isnan(shown["road.dash_m:value"])
    open_view = clue_table([road], [free]).iloc[0]
    assert np.isfinite(open_view["road.centre_rgb:light"]) and np.isfinite(open_view["ground.grass_rgb:light"])


def test_the_side_road_and_its_mouth_are_seen_where_one_joins(road):
    joined_road = _with(road, "road", cross_street_m=14.0, side_arm=0, give_way="bar", side_width_m=6.0)
    seen = _seen(lay_out(joined_road))
    assert seen.part("side") and seen.part("mouth")
    shown = _shown(joined_road)
    assert shown["road.side_rgb"] and shown["road.give_way"] and not _shown(road)["road.side_rgb"]


def test_that_there_is_none_is_seen_where_nothing_hides_the_roadside(road, solids):
    none = _with(road, "furniture", bollard="none")
    layout = lay_out(none)
    table = clue_table([none], [_seen(layout)]).iloc[0]
    assert table["furniture.bollard:none"] == 1.0 and np.isnan(table["furniture.bollard_rgb:light"])
    for y in (-3.2, 1.6):  # walls that stand on the road's edges, to the horizon
        layout = _between(layout, solids["house"], 0.001, y, 1.0, 300.0, 0.6, 12.0)
    assert np.isnan(clue_table([none], [_seen(layout)]).iloc[0]["furniture.bollard:none"])


def test_what_no_pixel_shows_is_no_clue(scene):
    bare = build_scene(48.2, 16.37, 6, 11.0, 4, without=["vehicles", "signs", "furniture", "life"])
    shown = _shown(bare)
    hidden = ("vehicles.plate_rear_rgb", "vehicles.palette", "signs.text", "signs.board_rgb", "furniture.pole_rgb",
              "furniture.bollard_rgb", "life.skin")  # fmt: skip
    assert not any(shown.get(name, False) for name in hidden)
    assert shown["road.rgb"] and shown["sky.cloud_cover"] and shown["ground.snow"]


def test_a_clue_that_hangs_on_another_is_seen_with_it_alone(road):
    field = _with(road, "ground", crop="wheat", crop_side=0)
    assert _shown(field)["ground.crop_rgb"] and not _shown(_with(field, "ground", crop="none"))["ground.crop_rgb"]
    assert not _shown(_with(road, "sky", cloud_cover=0.95))["sky.sun_azimuth_deg"]
    assert not _shown(_with(road, "ground", snow=0.9))["ground.soil_rgb"]
    assert _shown(road)["road.centre_rgb"] and not _shown(_with(road, "road", centre_line="none"))["road.centre_rgb"]


def test_words_are_read_in_a_sharp_picture_and_not_in_a_small_one():
    scenes = [s for s in build_scenes(sample_places(40, 2, "train", "urban")) if s.signs.text and s.signs.shown][:12]
    sharp = clue_table(scenes)
    layouts = [lay_out(scene) for scene in scenes]
    small = clue_table(scenes, [of_views(layout, draw_views(layout, 96, 1)[1]) for layout in layouts])
    assert sharp["signs.text:00"].notna().mean() > 0.4 > small["signs.text:00"].notna().mean()
    assert small["signs.board_rgb:light"].notna().any()  # the board itself is seen


def test_a_small_panorama_and_the_views_agree_on_what_is_large():
    scenes = build_scenes(sample_places(24, 3, "train"))
    layouts = [lay_out(scene) for scene in scenes]
    views = clue_table(scenes, [of_views(layout, draw_views(layout, 96, 1)[1]) for layout in layouts])
    panorama = clue_table(scenes, [of_scene(scene) for scene in scenes])
    for clue in ("road.rgb:light", "ground.grass_rgb:light", "buildings.roof_share:value", "relief.rock_rgb:light",
                 "road.centre_rgb:light"):  # fmt: skip
        assert (views[clue].notna() == panorama[clue].notna()).mean() > 0.85, clue


def test_what_stands_behind_a_street_front_is_not_seen():
    places = sample_places(40, 1, "train", "urban")
    fronts = [s for s in build_scenes(places) if s.buildings.density > 0.7]
    open_land = [s for s in build_scenes(sample_places(40, 1, "train", "rural")) if s.buildings.density < 0.1]
    seen = [np.mean([of_scene(s).skyline.mean() for s in scenes]) for scenes in (fronts[:6], open_land[:6])]
    assert seen[0] < seen[1]


def test_every_family_is_read_and_every_number_has_a_unit_and_a_step(scene):
    assert set(READ) == set(FAMILIES)
    table = clue_table([scene])
    assert {str(column).split(".")[0] for column in table.columns} == set(FAMILIES)
    assert all(unit_of(str(column)) in STEPS for column in table.columns)
    units = {"road.width_m:value": "m", "road.rgb:light": "CIELAB", "sky.sun_azimuth_deg:north": "cosine",
             "sky.sun_elevation_deg:value": "degrees", "plants.density:value": "share", "signs.limit:value": "count",
             "relief.skyline_00:tangent": "tangent", "road.kerb:yes": "yes or no",
             "signs.text:00": "letters"}  # fmt: skip
    assert {name: unit_of(name) for name in units} == units


def test_numbers_are_those_of_the_scene_in_their_unit(road):
    row = clue_table([road]).iloc[0]
    assert row["road.width_m:value"] == pytest.approx(7.0) and row["road.centre_line:dashed"] == 1.0
    assert row["camera.height_m:value"] == pytest.approx(road.camera.height_m)
    assert row["road.kerb:yes"] == 0.0
    white = clue_table([_with(road, "road", rgb=(1.0, 1.0, 1.0))]).iloc[0]
    assert white["road.rgb:light"] == pytest.approx(100.0, abs=0.5)
    assert abs(white["road.rgb:red"]) < 1.0 and abs(white["road.rgb:yellow"]) < 1.0


def test_one_step_is_what_an_eye_just_tells_apart():
    table = pd.DataFrame({"road.width_m:value": [6.0, 6.6], "road.rgb:light": [50.0, 53.0]}, dtype=np.float32)
    steps = in_steps(table)
    assert steps["road.rgb:light"].diff().iloc[1] == pytest.approx(1.0)
    assert 0.7 < steps["road.width_m:value"].diff().iloc[1] < 1.05
    sides = in_steps(pd.DataFrame({"ground.crop_side:value": [-1.0, 1.0]}, dtype=np.float32))
    assert sides.iloc[0, 0] == -sides.iloc[1, 0] != 0.0
