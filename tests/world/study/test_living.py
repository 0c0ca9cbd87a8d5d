"""People by their dress, animals, cherries in blossom, poles with and without stripes, stop signs and others."""

from dataclasses import replace

import numpy as np
import pytest

from world.clues import build_scene
from world.layout.signs import OCTAGON, POINTED
from world.study.rules import NEVER
from world.study.visible import clue_table

AWAY = ["plants", "vehicles", "signs", "life", "relief", "furniture", "buildings"]


@pytest.fixture(scope="module")
def open_road():
    """A straight country road in the open, with nothing beside it."""
    scene = build_scene(49.3, 3.6, 6, 11.0, 2, without=AWAY)
    return _with(scene, "road", cross_street_m=float("inf"), bend_m=float("inf"), sidewalk_m=2.5)


def _with(scene, family, **values):
    return replace(scene, **{family: replace(getattr(scene, family), **values)})


def _row(scene):
    return clue_table([scene]).iloc[0]


def _seen(scene, *names):
    row = _row(scene)
    return tuple(bool(np.isfinite(row[name])) for name in names)


@pytest.fixture(scope="module")
def crowd(open_road):
    own = build_scene(30.05, 31.25, 6, 11.0, 4).life
    return _with(open_road, "life", people=1.0, figures=(("plain", 1.0),), dress=own.dress, robes=own.dress,
                 skin=own.skin, herd=0.0, stray=0.0, clutter=())  # fmt: skip


PARTS = ("life.skin:mean_light", "life.dress:mean_light", "life.robes:mean_light", "life.animals:cow")


def test_robes_are_seen_on_those_who_wear_them(crowd):
    assert _seen(crowd, *PARTS) == (True, True, False, False)
    assert _seen(_with(crowd, "life", figures=(("robe", 1.0),)), *PARTS) == (True, False, True, False)
    assert _seen(_with(crowd, "life", figures=(("thobe", 0.5), ("plain", 0.5))), *PARTS) == (True, True, True, False)


def test_an_animal_is_nobody_and_nobody_is_an_animal(crowd):
    herd = _with(crowd, "life", people=0.01, figures=(("plain", 1.0),), animals=(("cow", 1.0),), herd=1.0)
    herd = _with(_with(herd, "ground", crop="none", snow=0.0, grass_cover=0.9), "life", people=0.0)
    assert _seen(herd, *PARTS) == (False, False, False, True)


def test_a_number_that_nothing_draws_is_no_clue(crowd):
    assert "life.veil" in NEVER and not [name for name in clue_table([crowd]).columns if name.startswith("life.veil")]


@pytest.mark.parametrize(
    ("kind", "blossom", "shown"), [("cherry", 0.9, True), ("cherry", 0.2, False), ("oak", 0.9, False)]
)
def test_blossom_is_seen_on_cherries_in_bloom_alone(open_road, kind, blossom, shown):
    trees = _with(open_road, "plants", kinds=((kind, 1.0),), density=0.6, blossom=blossom, leaf=1.0)
    assert _seen(trees, "plants.blossom:value", "plants.density:value") == (shown, True)


def test_a_pole_without_stripes_is_told_from_no_pole(open_road):
    bare = _with(open_road, "furniture", pole="wood", pole_rgb=(0.36, 0.27, 0.19), wires=2, fittings="arm")
    striped = _with(bare, "furniture", guard_stripes=((0.9, 0.8, 0.1), (0.1, 0.1, 0.1)))
    number, colour = "furniture.guard_stripes:number", "furniture.guard_stripes:first_light"
    assert _row(bare)[number] == 0.0 and np.isnan(_row(bare)[colour])
    assert _row(striped)[number] == 2.0 and np.isfinite(_row(striped)[colour])
    assert _seen(open_road, number, colour) == (False, False)


SIGNS = ("signs.junction:stop", "signs.stop_form:octagon", "signs.yield_rgb:light")


@pytest.mark.parametrize(
    ("values", "shape", "shown"),
    [
        ({"junction": "stop", "stop_form": "octagon"}, OCTAGON, (True, True, False)),
        ({"junction": "stop", "stop_form": "triangle"}, POINTED, (True, True, False)),
        ({"junction": "yield"}, POINTED, (True, False, True)),
        ({"junction": "none"}, None, (False, False, False)),
    ],
)
def test_a_stop_sign_and_a_give_way_sign_are_each_their_own(open_road, values, shape, shown):
    own = replace(build_scene(48.2, 16.37, 6, 11.0, 4).signs, shown=True, **values)
    scene = _with(replace(open_road, signs=own), "road", cross_street_m=14.0, side_arm=0)
    assert _seen(scene, *SIGNS) == shown
    assert _seen(scene, "signs.stop:STOP")[0] <= (values["junction"] == "stop")
