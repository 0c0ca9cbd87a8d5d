"""What grows where, and where it stands beside the road."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import world.draw.slots as n
from world.clues import build_scene, build_scenes
from world.clues.flora import fits
from world.earth.places import sample_places
from world.earth.species import of_treeless
from world.layout.plants import ROWS, far_shares, place_plants
from world.layout.stage import Stage
from world.sprites.atlas import BARE, KINDS, LOW, SHAPES, VARIANTS, sprite_row


def _kinds(lat, lng, month=6, seeds=(1, 2, 3)):
    """Kinds and their mean shares over the neighbourhood: the very point is one of many."""
    points = [(lat + dy, lng + dx) for dy in (-0.25, 0.0, 0.25) for dx in (-0.25, 0.0, 0.25)]
    frame = pd.DataFrame([(a, b, month, 12.0, s) for a, b in points for s in seeds], columns=_COLUMNS)
    shares: dict[str, float] = {}
    for scene in build_scenes(frame):
        for kind, share in scene.plants.kinds:
            shares[kind] = shares.get(kind, 0.0) + share / len(frame)
    return shares


_COLUMNS = ["lat", "lng", "month", "hour", "seed"]


@pytest.mark.parametrize(
    ("where", "lat", "lng", "kinds"),
    [
        ("central Portugal", 40.2, -8.2, {"eucalyptus"}),
        ("Galicia", 42.9, -8.2, {"eucalyptus"}),
        ("Ethiopian highlands", 9.2, 38.6, {"eucalyptus"}),
        ("Victoria", -37.3, 145.0, {"eucalyptus"}),
        ("Andalusia", 37.7, -4.5, {"olive", "holm-oak"}),
        ("Tuscany", 43.4, 11.4, {"cypress", "umbrella-pine"}),
        ("Senegal", 14.5, -16.0, {"baobab", "acacia"}),
        ("Kenya", -1.9, 36.9, {"acacia"}),
        ("Sonoran desert", 32.3, -112.0, {"cactus"}),
        ("Mojave", 34.9, -116.0, {"joshua"}),
        ("Paraná", -25.3, -50.8, {"araucaria"}),
        ("Araucanía", -38.5, -71.5, {"araucaria"}),
        ("Lapland", 67.5, 26.0, {"spruce", "birch"}),
        ("Yakutia", 62.0, 130.5, {"larch"}),
        ("Honshu", 36.0, 138.5, {"cedar"}),
        ("Malaya", 3.5, 102.5, {"jungle", "oil-palm"}),
        ("Iceland", 64.0, -20.0, {"tussock", "heather"}),
        ("altiplano", -18.2, -67.8, {"tussock"}),
        ("Outback", -25.0, 133.0, {"mallee", "tussock"}),
    ],
)
def test_named_places_have_what_they_are_known_for(where, lat, lng, kinds):
    shares = _kinds(lat, lng)
    for kind in kinds:
        assert shares.get(kind, 0.0) > 0.04, (where, kind, shares)


@pytest.mark.parametrize(
    ("where", "lat", "lng", "absent"),
    [
        ("Norway", 60.5, 9.5, {"palm", "fan-palm", "eucalyptus", "olive", "cactus", "bamboo"}),
        ("Iceland", 64.0, -20.0, set(KINDS) - LOW),
        ("altiplano above 3500 m", -18.2, -67.8, {"poplar", "candelabra", "cactus", "eucalyptus", "palm"}),
        ("Sahara", 26.0, 5.0, {"cactus", "agave", "joshua", "candelabra"}),
        ("Amazonia", -3.2, -60.2, {"birch", "spruce", "acacia", "baobab", "eucalyptus"}),
        ("New South Wales", -33.0, 148.5, {"spruce", "birch", "cactus", "acacia", "larch"}),
        ("Alps at 2500 m", 46.52, 9.9, {"oak", "plane", "palm"}),
        ("Greenland", 64.5, -50.5, set(KINDS) - LOW),
    ],
)
def test_named_places_lack_what_would_look_absurd(where, lat, lng, absent):
    scene = build_scene(lat, lng, 6, 12.0, 1)
    assert not absent & set(dict(scene.plants.kinds)), (where, scene.plants.kinds)


def test_where_no_tree_grows_there_is_no_forest_edge_either():
    scene = build_scene(64.0, -20.0, 6, 12.0, 1)
    assert of_treeless(scene.place.country)
    assert scene.plants.density == scene.plants.treeline == 0.0
    assert scene.plants.undergrowth > 0.2


def test_wetter_lands_bear_more_trees():
    def density(lat, lng):
        return np.mean([build_scene(lat, lng, 6, 12.0, seed).plants.density for seed in range(6)])

    assert density(25.0, 12.0) < 0.1 < density(-14.5, 29.0) < density(62.5, 27.5)


def test_seasons_turn_and_bare_the_trees():
    july, october, january = (build_scene(46.6, -72.2, month, 12.0, 1).plants for month in (7, 10, 1))
    assert july.leaf == 1.0 and july.autumn == 0.0
    assert october.autumn > 0.4 and january.leaf == 0.0
    assert build_scene(-18.2, -67.8, 4, 12.0, 1).plants.autumn == 0.0  # no autumn in the tropics


def test_cherries_bloom_in_japan_in_april_only():
    bloom = [build_scene(35.3, 136.9, month, 12.0, 1).plants.blossom for month in range(1, 13)]
    assert bloom[3] > 0.5
    assert max(bloom[5:] + bloom[:2]) == 0.0


def test_valleys_20_km_apart_differ_and_2_km_apart_hardly():
    rng = np.random.default_rng(4)
    far, near = [], []
    for _ in range(25):
        lat, lng = rng.uniform(46.0, 51.0), rng.uniform(4.0, 15.0)
        here, valley, field = (
            dict(build_scene(lat + step, lng, 6, 12.0, 1).plants.kinds) for step in (0.0, 20.0 / 111.2, 2.0 / 111.2)
        )
        far.append(sum(abs(here.get(k, 0.0) - valley.get(k, 0.0)) for k in {*here, *valley}))
        near.append(sum(abs(here.get(k, 0.0) - field.get(k, 0.0)) for k in {*here, *field}))
    assert np.median(far) > 0.15
    assert np.median(near) < 0.4 * np.median(far)


def test_limits_are_soft_and_close_on_both_sides():
    assert fits("palm", 25.0, 27.0, 2000.0) == 1.0
    assert fits("palm", 5.0, 15.0, 2000.0) == 0.0
    assert 0.0 < fits("palm", 17.2, 24.0, 2000.0) < 1.0
    assert fits("date-palm", 12.0, 24.0, 2000.0) == 0.0
    assert fits("jungle", 25.0, 27.0, 300.0) == 0.0
    assert fits("bush", -50.0, -20.0, 0.0) == 1.0  # bears everything


def test_crops_end_at_a_hard_edge():
    assert fits("vine", -2.9, 12.0, 600.0) == 1.0
    assert fits("vine", -3.1, 12.0, 600.0) == fits("vine", 2.0, 12.0, 240.0) == fits("vine", 2.0, 19.1, 600.0) == 0.0


def test_rows_stand_where_people_plant_them():
    def share(lat, lng, how, kind, seeds=60):
        frame = pd.DataFrame([(lat, lng, 6, 12.0, seed) for seed in range(seeds)], columns=_COLUMNS)
        return np.mean([(s.plants.rows, s.plants.row_kind) == (how, kind) for s in build_scenes(frame)])

    assert share(3.3, 102.6, "plantation", "oil-palm") > 0.1
    assert share(53.3, -8.0, "hedgerow", "bush") > 0.3
    assert share(40.4, 71.5, "windbreak", "poplar") > 0.1
    assert share(3.3, 102.6, "hedgerow", "bush") == share(53.3, -8.0, "plantation", "oil-palm") == 0.0


def _stage(scene):
    stage = Stage(scene, curve=0.0, road_y=-scene.camera.lane_offset_m)
    place_plants(stage)
    return stage


@pytest.fixture(scope="module")
def scenes():
    return build_scenes(sample_places(60, 5))


def test_no_plant_stands_on_the_road_or_over_the_camera(scenes):
    seen = 0
    for scene in scenes:
        for rows in ("none", "street", "windbreak", "hedgerow", "plantation"):
            stage = _stage(replace(scene, plants=replace(scene.plants, rows=rows, row_kind="tea", density=0.8)))
            table, _ = stage.tables()
            assert (np.abs(table[:, n.Y] - stage.road_y) > stage.half + 0.2).all(), rows
            assert (np.hypot(table[:, n.X], table[:, n.Y]) > 4.1).all()
            seen += len(table)
    assert seen > 5000


def test_plants_keep_out_of_houses(scenes):
    stage = Stage(scenes[0], curve=0.0, road_y=0.0)
    stage.footprints.append((20.0, 14.0, 9.0))
    place_plants(stage)
    table, _ = stage.tables()
    assert len(table)
    assert (np.hypot(table[:, n.X] - 20.0, table[:, n.Y] - 14.0) > 9.0).all()


def test_planted_rows_are_straight_and_of_one_kind(scenes):
    scene = scenes[0]
    bare = replace(scene.plants, density=0.0, undergrowth=0.0, rows="plantation", row_kind="oil-palm")
    ground = replace(scene.ground, grass_cover=0.0, crop="none")
    table, _ = _stage(replace(scene, plants=bare, ground=ground)).tables()
    kinds = {int(row) // VARIANTS for row in table[:, n.PLANT_COLUMNS.picture]}
    assert kinds == {KINDS.index("oil-palm")}
    assert 20 < len(table) <= ROWS
    assert len(np.unique(np.round(table[:, n.Y] / 8.0 + 0.37))) <= 7


def test_a_change_of_density_moves_no_plant_that_stays(scenes):
    scene = replace(scenes[3], plants=replace(scenes[3].plants, rows="none", undergrowth=0.0))
    thin, thick = (_stage(replace(scene, plants=replace(scene.plants, density=d))).tables()[0] for d in (0.3, 0.7))
    assert len(thin) < len(thick)
    spots = {tuple(row) for row in thick[:, [n.X, n.Y]].tolist()}
    assert {tuple(row) for row in thin[:, [n.X, n.Y]].tolist()} <= spots


def test_the_same_scene_places_the_same_plants(scenes):
    a, b = (_stage(scenes[7]).tables()[0] for _ in range(2))
    assert a.tobytes() == b.tobytes()


def test_bare_trees_show_their_bare_form_and_evergreens_do_not(scenes):
    scene = replace(
        scenes[0], plants=replace(scenes[0].plants, kinds=(("oak", 0.5), ("spruce", 0.5)), leaf=0.0, density=0.9)
    )
    rows = _stage(scene).tables()[0][:, n.PLANT_COLUMNS.picture].astype(int)
    bare_oaks = {sprite_row("oak", v, True) for v in range(VARIANTS)}
    assert bare_oaks & set(rows)
    assert not {sprite_row("oak", v, False) for v in range(VARIANTS)} & set(rows)
    assert {sprite_row("spruce", v, False) for v in range(VARIANTS)} & set(rows)
    assert "spruce" not in BARE


def test_shares_of_the_forest_edge_sum_to_one(scenes):
    for scene in scenes:
        shares = far_shares(Stage(scene, curve=0.0, road_y=0.0))
        assert shares.shape[1] == 11
        assert shares[-1, 0] == pytest.approx(1.0)
        assert (np.diff(shares[:, 0]) > 0.0).all()
        assert ((shares[:, 5:] >= 0.0) & (shares[:, 5:] <= 1.0)).all()
        low = {sprite_row(kind, v, bare) for kind in LOW for v in range(VARIANTS) for bare in (False, True)}
        assert not low & set(shares[:, 1].astype(int))


def test_a_kind_that_is_not_drawn_is_passed_over(scenes):
    scene = replace(scenes[0], plants=replace(scenes[0].plants, kinds=(("triffid", 1.0),), density=0.9))
    undrawn = _stage(replace(scene, plants=replace(scene.plants, undergrowth=0.0, rows="none"))).tables()[0]
    assert set(undrawn[:, n.PLANT_COLUMNS.picture].astype(int) // VARIANTS) <= {KINDS.index("grass")}


def test_heights_are_those_of_the_kind(scenes):
    scene = replace(
        scenes[0], plants=replace(scenes[0].plants, kinds=(("palm", 1.0),), density=0.9, height=1.0, rows="none")
    )
    table = _stage(scene).tables()[0]
    rows = table[:, n.PLANT_COLUMNS.picture].astype(int) // VARIANTS
    tall = table[rows == KINDS.index("palm"), n.HEIGHT]
    assert len(tall) > 10
    assert SHAPES["palm"].height_m * 0.6 < tall.min() < tall.max() < SHAPES["palm"].height_m * 1.4
