"""Poles, lamps, bollards, stones and rails beside the road."""

from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene, furniture
from world.draw.things.furniture import block, pole_top
from world.layout.batch import Batch, along
from world.layout.road import FITTINGS, LAMPS, place_furniture
from world.layout.stage import Stage


@pytest.fixture(scope="module")
def scene(atlas):
    return build_scene(48.40, 9.60, 5, 15.0, seed=1)


def laid(scene, road=None, **changes):
    quiet = replace(
        scene.furniture, pole="none", bollard="none", lamp="none", stone="none", fence="none", guard_rail=False
    )
    scene = replace(scene, furniture=replace(quiet, **changes), road=replace(scene.road, **(road or {})))
    stage = Stage(scene, 1e-5, 0.0)
    place_furniture(stage)
    return stage


def things(stage, kind):
    objects, _ = stage.tables()
    return objects[objects[:, n.KIND] == kind]


def test_a_line_of_things_leaves_the_camera_free_and_keeps_its_spacing():
    x = np.sort(along(5.0, 20.0, 70.0))
    assert x.tolist() == [-55.0, -35.0, -15.0, 5.0, 25.0, 45.0, 65.0]
    assert (np.abs(along(1.0, 4.0, 30.0)) > 2.5).all()
    assert len(along(5.0, 0.0, 70.0)) < 60  # a spacing of nothing does not fill the road


@pytest.mark.parametrize("fittings", FITTINGS)
@pytest.mark.parametrize("pole", ["wood", "concrete", "concrete-ladder", "steel"])
def test_every_pole_carries_its_fittings(scene, pole, fittings):
    stage = laid(scene, pole=pole, fittings=fittings, wires=3, transformers=False, guard_stripes=())
    tops = things(stage, n.POLE)
    poles = things(stage, n.BLOCK if pole == "concrete-ladder" else n.POST)
    assert len(tops) == len(poles) > 4
    assert (tops[:, n.POLE_COLUMNS.style] == FITTINGS[fittings][0]).all()
    assert sum(strip[0] == n.WIRE for strip in stage.strips) == (5 if fittings == "crowded" else 3)


def test_transformers_and_stripes_hang_on_poles_where_the_country_has_them(scene):
    plain = len(things(laid(scene, pole="concrete", transformers=False, guard_stripes=()), n.POST))
    cans = len(things(laid(scene, pole="concrete", transformers=True, guard_stripes=()), n.POST))
    striped = things(laid(scene, pole="concrete", transformers=False, guard_stripes=((1, 1, 0), (0, 0, 0))), n.POST)
    assert cans > plain
    assert len(striped) > plain
    assert (striped[:, n.POST_COLUMNS.stripes] > 0.0).sum() == len(striped) - plain


@pytest.mark.parametrize("lamp", LAMPS)
def test_every_lamp_has_a_mast_and_points_at_the_road(scene, lamp):
    stage = laid(scene, lamp=lamp)
    heads = things(stage, n.POLE)
    assert len(heads) == len(things(stage, n.POST)) > 4
    assert (heads[:, n.POLE_COLUMNS.style] == LAMPS[lamp][0]).all()
    assert (heads[:, n.POLE_COLUMNS.toward] == -np.sign(heads[:, n.Y])).all()


def test_bollards_stand_on_both_sides_outside_the_carriageway(scene):
    for kind, shape in (("post", n.POST), ("wedge", n.BLOCK), ("slab", n.BLOCK), ("stone", n.BLOCK)):
        rows = things(laid(scene, bollard=kind, bollard_spacing_m=15.0), shape)
        assert set(np.sign(rows[:, n.Y])) == {-1.0, 1.0}
        assert (np.abs(rows[:, n.Y]) > 0.5 * scene.road.width_m).all()
        assert rows[:, n.NEAR].min() < 9.0


def test_a_kilometre_stone_shows_its_figure_on_the_side_where_one_drives(scene):
    for side, keep in (("right", 1), ("left", -1)):
        stage = laid(scene, {"driving_side": side}, stone="dome", stone_km=137)
        (stone,) = things(stage, n.BLOCK)
        assert np.sign(stone[n.Y]) == keep
        assert stage.texts == [("137", "latin")]


def test_a_rail_runs_between_carriageway_and_pavement_or_on_the_outer_side_of_the_bend(scene):
    paved = laid(scene, {"sidewalk_m": 2.0, "shoulder_m": 0.0}, guard_rail=True)
    assert len(paved.strips) == 2
    assert all(0.0 < abs(s[1]) - 0.5 * scene.road.width_m < 0.5 for s in paved.strips)
    (rail,) = laid(scene, {"sidewalk_m": 0.0}, guard_rail=True).strips
    assert rail[1] < 0.0  # the road bends to the right


def test_city_pavements_have_no_rails_but_in_japan(atlas):
    paris = [build_scene(48.85, 2.35, 6, 12.0, seed=k).furniture.guard_rail for k in range(40)]
    tokyo = [build_scene(35.69, 139.70, 6, 12.0, seed=k).furniture.guard_rail for k in range(40)]
    assert not any(paris)
    assert 5 < sum(tokyo) < 35


def test_no_bollards_in_cities_and_no_kilometre_stones_in_towns(atlas):
    scenes = [build_scene(48.85, 2.35, 6, 12.0, seed=k) for k in range(20)]
    assert {s.furniture.bollard for s in scenes} == {"none"}
    assert {s.furniture.stone for s in scenes} == {"none"}


def test_nothing_stands_where_the_family_is_switched_off(scene):
    stage = Stage(replace(scene, furniture=furniture.NOTHING), 0.0, 0.0)
    place_furniture(stage)
    assert stage.blocks == [] and stage.strips == []


def test_a_batch_that_holds_nothing_places_nothing_and_one_call_serves_a_kind(scene):
    stage = Stage(scene, 0.0, 0.0)
    Batch(stage).place()
    assert stage.blocks == []
    batch = Batch(stage)
    for _ in range(3):
        batch.add(n.POST, np.array([5.0, 9.0]), 4.0, width=0.1)
        batch.add(n.BLOCK, 7.0, -4.0, width=0.1)
    batch.place()
    assert [len(block_) for block_ in stage.blocks] == [6] and len(stage.singles) == 3


def numbers():
    values = np.zeros(n.NUMBERS, dtype=np.float32)
    values[n.CAMERA_Z] = 2.4
    values[n.AMBIENT_RGB : n.AMBIENT_RGB + 3] = 1.0
    return values


def test_one_sees_through_the_openings_of_a_ladder_pole(scene):
    stage = Stage(scene, 0.0, 0.0)
    stage.put(n.BLOCK, 10.0, 0.0, length=0.1, width=0.2, height=8.0, a=(1, 1, 1), extra=n.BlockExtra(openings=0.85))
    objects = stage.tables()[0]
    cover = [block(numbers(), objects, 0, 1.0, 0.0, slope, 0.0005)[1] for slope in np.linspace(-0.1, 0.3, 60)]
    edge = [
        block(numbers(), objects, 0, np.cos(0.018), np.sin(0.018), s, 0.0005)[1] for s in np.linspace(-0.1, 0.3, 60)
    ]
    assert min(cover) == 0.0 and max(cover) == 1.0
    assert min(edge) > 0.9


def test_fittings_differ_from_each_other(scene):
    seen = set()
    for style in range(8):
        stage = Stage(scene, 0.0, 0.0)
        stage.put(n.POLE, 10.0, 0.0, length=1.0, width=0.3, height=1.9, base=2.0, a=(1, 1, 1), b=(0.5, 0.5, 0.5),
                  extra=n.PoleExtra(style, toward=1.0))  # fmt: skip
        objects = stage.tables()[0]
        picture = [
            round(pole_top(numbers(), objects, 0, np.cos(t), np.sin(t), slope, 0.002)[1], 2)
            for t in np.linspace(-0.12, 0.12, 25)
            for slope in np.linspace(-0.05, 0.16, 25)
        ]
        assert max(picture) > 0.5
        seen.add(tuple(picture))
    assert len(seen) == 8
