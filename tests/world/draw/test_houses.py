"""Houses as they are placed and drawn: where they stand, what stands with them, what a ray sees."""

from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene, build_scenes
from world.earth.places import sample_places
from world.earth.styles import WALLS
from world.layout.stage import Stage
from world.layout.town import place_houses
from world.render import render_view_maps, render_views

HOUSE = n.HOUSE_COLUMNS


def town(scene, **changes):
    return replace(scene, buildings=replace(scene.buildings, **changes))


def staged(scene, curve=0.0):
    stage = Stage(scene, curve=curve, road_y=0.0)
    place_houses(stage)
    return stage


def rows_of(stage, *kinds):
    rows = np.concatenate([np.zeros((0, n.COLUMNS), np.float32), *stage.blocks])
    return rows[np.isin(rows[:, n.KIND], kinds)]


def corners(rows):
    """Road coordinates (n, 4, 2) of the boxes' corners."""
    signs = np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)])
    along, across = signs[:, 0] * rows[:, [n.LENGTH]], signs[:, 1] * rows[:, [n.WIDTH]]
    c, s = rows[:, [n.COS]], rows[:, [n.SIN]]
    return np.stack([rows[:, [n.X]] + along * c - across * s, rows[:, [n.Y]] + along * s + across * c], axis=2)


def seen(scene, headings=(0.0, 90.0, 180.0, 270.0), size=48):
    """Colours and classes of views."""
    _, classes = render_view_maps(scene, size, headings)
    return render_views(scene, size, 1, headings), classes


@pytest.fixture(scope="module")
def colmar(atlas):
    return build_scene(48.08, 7.36, 6, 12.0, 1)


@pytest.fixture(scope="module")
def scenes(atlas):
    return build_scenes(sample_places(120, 5))


def test_no_house_stands_on_the_road_or_in_the_cross_street(scenes):
    count = 0
    for scene in scenes:
        stage = staged(town(scene, density=max(scene.buildings.density, 0.5)), curve=2e-4)
        rows = rows_of(stage, n.HOUSE)
        spots = corners(rows)
        across = np.abs(spots[..., 1] - 2e-4 * spots[..., 0] ** 2)
        assert (across > stage.half).all()
        assert (np.abs(spots[..., 0] - stage.cross) > stage.half).all()
        count += len(rows)
    assert count > 1500


def test_no_house_stands_in_the_sea(colmar):
    sea = np.zeros_like(colmar.relief.sea)
    steps = len(sea)
    heading = colmar.road.heading_deg
    right = (np.arange(steps) / steps * 360.0 - heading) % 360.0
    sea[(right > 20.0) & (right < 160.0)] = 1.0
    rows = rows_of(staged(replace(colmar, relief=replace(colmar.relief, sea=sea))), n.HOUSE)
    turn = np.degrees(np.arctan2(rows[:, n.Y], rows[:, n.X])) % 360.0
    wet = (turn > 25.0) & (turn < 155.0) & (np.hypot(rows[:, n.X], rows[:, n.Y]) > 30.0)
    assert len(rows) > 10
    assert not wet.any()


def test_a_river_keeps_its_banks_free(colmar):
    water = replace(colmar.water, river_m=30.0, river_width_m=24.0)
    before = rows_of(staged(colmar), n.HOUSE)
    after = rows_of(staged(replace(colmar, water=water)), n.HOUSE)
    assert (np.abs(before[:, n.X] - 30.0) < 12.0).any()
    assert (np.abs(after[:, n.X] - 30.0) > 12.0).all()


def test_a_closed_street_has_shops_with_lettering(colmar):
    stage = staged(town(colmar, density=1.0, shops=1.0))
    rows = rows_of(stage, n.HOUSE)
    shops = rows[rows[:, HOUSE.shop] > 0.5]
    assert len(shops) > 8
    assert {stage.texts[int(k)][0] for k in shops[:, HOUSE.words]} <= set(colmar.buildings.shop_words)
    quiet = staged(town(colmar, density=1.0, shops=0.0))
    assert not (rows_of(quiet, n.HOUSE)[:, HOUSE.shop] > 0.5).any()
    assert quiet.texts == []


def test_round_houses_stand_where_the_scene_speaks_of_them(colmar):
    for name in ("hut", "yurt"):
        stage = staged(town(colmar, density=0.5, traits=((name, 1.0),), landmark="none"))
        assert len(rows_of(stage, n.HUT)) > 5
        assert len(rows_of(stage, n.HOUSE)) == 0
    assert len(rows_of(staged(town(colmar, density=0.5, traits=(), landmark="none")), n.HUT)) == 0


def test_a_house_on_stilts_is_lifted_and_stands_on_posts(colmar):
    stage = staged(town(colmar, density=0.5, traits=(("stilts", 1.0),), storeys_mean=1.0, storeys_max=1, shops=0.0))
    houses = rows_of(stage, n.HOUSE)
    assert (houses[:, n.STAND] > 1.5).mean() > 0.9
    assert len(rows_of(stage, n.POST)) >= 6


def test_no_house_stands_in_the_landmark(colmar):
    for kind in ("church", "mosque", "temple"):
        stage = staged(town(colmar, density=0.6, landmark=kind, traits=()))
        rows = rows_of(stage, n.HOUSE)
        plain = {tuple(row[[n.X, n.Y]]) for row in rows_of(staged(town(colmar, density=0.6, landmark="none")), n.HOUSE)}
        own = [row for row in rows if tuple(row[[n.X, n.Y]]) not in plain]
        others = rows[[tuple(row[[n.X, n.Y]]) in plain for row in rows]]
        assert own and len(others) > 10
        assert np.hypot(others[:, n.X] - own[0][n.X], others[:, n.Y] - own[0][n.Y]).min() > 15.0


@pytest.mark.parametrize("kind", ["church", "onion", "mosque", "temple", "silo"])
def test_a_landmark_rises_above_the_houses(colmar, kind):
    low = {"density": 0.3, "traits": (), "storeys_mean": 1.0, "storeys_max": 1, "shops": 0.0}
    rows = rows_of(staged(town(colmar, landmark=kind, **low)), n.HOUSE, n.HUT)
    plain = rows_of(staged(town(colmar, landmark="none", **low)), n.HOUSE, n.HUT)
    spots = {tuple(row[[n.X, n.Y]]) for row in plain}
    own = np.array([row for row in rows if tuple(row[[n.X, n.Y]]) not in spots])
    assert len(own) >= 2
    tops = own[:, n.STAND] + own[:, n.HEIGHT]
    assert tops.max() > 1.2 * (plain[:, n.STAND] + plain[:, n.HEIGHT]).max()


@pytest.mark.parametrize("kind", ["church", "onion", "mosque", "silo"])
def test_a_landmark_is_seen_against_the_sky(colmar, kind):
    """Where it stands, buildings reach higher up in the picture than without it, and nowhere else."""
    low = {"density": 0.1, "traits": (), "storeys_mean": 1.0, "storeys_max": 1, "shops": 0.0, "setback_m": 30.0}
    free = replace(colmar, plants=replace(colmar.plants, density=0.0, treeline=0.0, undergrowth=0.0, rows="none"))
    with_it, without = (town(free, landmark=name, **low) for name in (kind, "none"))
    spots = {tuple(row[[n.X, n.Y]]) for row in rows_of(staged(without), n.HOUSE, n.HUT)}
    own = [row for row in rows_of(staged(with_it), n.HOUSE, n.HUT) if tuple(row[[n.X, n.Y]]) not in spots]
    highest = max(own, key=lambda row: row[n.STAND] + row[n.HEIGHT])
    heading = colmar.road.heading_deg + np.degrees(np.arctan2(highest[n.Y], highest[n.X]))
    built = [render_view_maps(scene, 96, (heading, heading + 180.0))[1] == n.BUILDINGS for scene in (with_it, without)]
    tall = [picture[0, :, 40:56].any(axis=1).sum() for picture in built]
    assert tall[0] >= tall[1] + 4
    assert np.array_equal(built[0][1], built[1][1])


def test_traits_put_things_on_roofs(colmar):
    flat = {"density": 0.6, "roof": "flat", "roof_share": 1.0, "landmark": "none", "storeys_mean": 2.0}
    bare = staged(town(colmar, traits=(), **flat))
    assert len(rows_of(bare, n.POST)) == 0
    assert len(rows_of(staged(town(colmar, traits=(("rebar", 1.0),), **flat)), n.POST)) >= 4
    assert len(rows_of(staged(town(colmar, traits=(("tank", 1.0),), **flat)), n.HUT)) >= 2
    solar = rows_of(staged(town(colmar, traits=(("solar", 1.0),), **flat)), n.BLOCK)
    assert len(solar) > len(rows_of(bare, n.BLOCK))
    assert (solar[:, n.CLASS] == n.BUILDINGS).all()


def test_a_garden_wall_has_a_gate_before_each_house(colmar):
    stage = staged(town(colmar, density=0.5, garden="wall", setback_m=6.0))
    assert stage.strips
    for strip in stage.strips:
        assert strip[n.STRIP_KIND] == n.WALL
        assert strip[n.STRIP_A] > 10.0
    assert not staged(town(colmar, density=0.5, garden="none")).strips


def test_towers_are_of_glass_only_where_they_are_high(colmar):
    rows = rows_of(
        staged(town(colmar, density=1.0, storeys_mean=12.0, storeys_max=20, traits=(("high", 1.0),))), n.HOUSE
    )
    glass = rows[:, HOUSE.wall] == WALLS.index("glass")
    assert glass.any()
    assert (rows[glass, n.HEIGHT] > 18.0).all()


def test_forms_follow_the_share_of_roofs(colmar):
    for roof, form in (("gable", 1.0), ("hip", 2.0)):
        rows = rows_of(
            staged(town(colmar, density=0.5, roof=roof, roof_share=1.0, storeys_mean=2.0, landmark="none")), n.HOUSE
        )
        assert (rows[:, HOUSE.form] == form).all()
    rows = rows_of(staged(town(colmar, density=0.5, roof_share=0.0, landmark="none")), n.HOUSE)
    assert (rows[:, HOUSE.form] == 0.0).all()


def test_the_same_scene_gives_the_same_houses(colmar):
    one, two = staged(colmar), staged(colmar)
    assert np.array_equal(rows_of(one, n.HOUSE), rows_of(two, n.HOUSE))
    assert one.footprints == two.footprints


def test_shops_come_and_go_without_moving_a_house(colmar):
    without = rows_of(staged(town(colmar, density=0.30, shops=0.0, landmark="none")), n.HOUSE)
    shops = rows_of(staged(town(colmar, density=0.30, shops=1.0, landmark="none")), n.HOUSE)
    assert np.array_equal(without[:, [n.X, n.Y, n.HEIGHT]], shops[:, [n.X, n.Y, n.HEIGHT]])


def test_houses_are_seen_as_buildings_and_vanish_with_their_family(colmar):
    _, classes = seen(colmar)
    share = (classes == n.BUILDINGS).mean()
    assert share > 0.15
    off = build_scene(48.08, 7.36, 6, 12.0, 1, without=("buildings",))
    assert not rows_of(staged(off), n.HOUSE, n.HUT, n.BLOCK, n.POST).size
    _, without = seen(off)
    assert (without == n.BUILDINGS).mean() < 0.05 * share


def test_a_wall_in_the_sun_is_brighter_than_one_in_shade(colmar):
    white = town(colmar, density=1.0, wall_palette=((0.9, 0.9, 0.9),), wall_kinds=("plaster",), shops=0.0, traits=())
    side = colmar.road.heading_deg + 90.0
    headings = (side, side + 180.0)

    def brightness(azimuth):
        sky = replace(white.sky, sun_azimuth_deg=azimuth % 360.0, sun_elevation_deg=35.0, cloud_cover=0.0)
        pictures, classes = seen(replace(white, sky=sky), headings)
        return [pictures[k][classes[k] == n.BUILDINGS].mean() for k in range(2)]

    lit_left = brightness(side)  # the sun stands right of the road: the left row is lit
    lit_right = brightness(side + 180.0)
    assert lit_left[1] > lit_left[0] + 8
    assert lit_right[0] > lit_right[1] + 8


@pytest.mark.parametrize("kind", range(len(WALLS)))
def test_every_kind_of_wall_can_be_drawn_and_keeps_its_colour(colmar, kind):
    red = town(
        colmar, density=0.6, wall_palette=((0.75, 0.12, 0.10),), wall_kinds=(WALLS[kind],), traits=(), garden="none"
    )
    pictures, classes = seen(red)
    shown = pictures[classes == n.BUILDINGS].astype(float).mean(axis=0)
    assert len(shown) == 3
    if WALLS[kind] != "glass":
        assert shown[0] > 1.15 * shown[2]
