"""The road follows its country's rules, and what it says is drawn."""

import math
from dataclasses import replace

import numpy as np
import pytest

import world.draw.slots as n
from world.clues import build_scene, build_scenes
from world.earth.places import sample_places
from world.earth.roads import road_customs
from world.render import render_view_maps, render_views


@pytest.fixture(scope="module")
def scenes(atlas):
    return build_scenes(sample_places(600, 31))


@pytest.fixture(scope="module")
def bare(atlas):
    """A paved road through an empty plain."""
    scene = build_scene(52.15, 5.85, 5, 12.0, seed=1)
    return replace(
        scene,
        plants=replace(scene.plants, density=0.0, treeline=0.0, undergrowth=0.0),
        buildings=replace(scene.buildings, density=0.0),
        furniture=replace(scene.furniture, pole="none", bollard="none", fence="none", lamp="none", guard_rail=False),
        signs=replace(scene.signs, shown=False),
        vehicles=replace(scene.vehicles, density=0.0),
        life=replace(scene.life, people=0.0, herd=0.0),
        sky=replace(scene.sky, cloud_cover=1.0),
        ground=replace(scene.ground, crop="none", snow=0.0),
        road=replace(scene.road, heading_deg=0.0, surface="asphalt", cross_street_m=math.inf, bend_m=math.inf,
                     zebra=False, cycle_lane_m=0.0),
    )  # fmt: skip


def classes(scene, heading=0.0, size=64):
    """Class and depth of one view."""
    depth, seen = render_view_maps(scene, size, headings=(heading,))
    return seen[0], depth[0]


def changed(a, b, headings=(0.0, 90.0), size=96):
    """How many pixels differ between two scenes."""
    first, second = (render_views(s, size, 1, headings=headings).astype(int) for s in (a, b))
    return (np.abs(first - second).max(axis=3) > 14).sum()


def test_the_middle_is_yellow_in_the_americas_and_white_in_europe(scenes):
    for scene in scenes:
        if scene.road.centre_line == "none":
            continue
        yellow = scene.road.centre_rgb[2] < 0.5
        if scene.place.country in ("US", "CA", "MX", "BR", "AR", "CO", "PE"):
            assert yellow, scene.place.country
        if scene.place.country in ("DE", "FR", "GB", "PL", "ES", "IT"):
            assert not yellow, scene.place.country


def test_the_camera_stands_in_the_lane_of_the_driving_side(scenes):
    for scene in scenes:
        side = 1.0 if scene.road.driving_side == "right" else -1.0
        assert scene.camera.lane_offset_m * side > 0.0


def test_dashes_are_those_of_the_national_rule(scenes):
    checked = 0
    for scene in scenes:
        rule = road_customs(scene.place.country).dash_m
        if rule and scene.place.urban <= 0.6:
            assert (scene.road.dash_m, scene.road.gap_m) == rule
            checked += 1
    assert checked > 50


def test_mountain_roads_wind_and_grids_are_straight(scenes):
    def curvature(some):
        return float(np.mean([1.0 / abs(s.road.bend_m) for s in some]))

    rough = [s for s in scenes if s.relief.roughness_m > 300.0 and s.place.urban < 0.3]
    flat = [s for s in scenes if s.relief.roughness_m < 60.0 and s.place.urban < 0.3]
    assert curvature(rough) > 2.0 * curvature(flat)
    grid = [s for s in scenes if s.place.country == "US" and s.place.urban > 0.5]
    assert all(math.isinf(s.road.bend_m) for s in grid)


def test_no_bend_is_tighter_than_what_is_drawn_well(scenes):
    assert min(abs(s.road.bend_m) for s in scenes) >= 150.0


def test_poor_countries_have_more_unpaved_roads_and_more_holes(scenes):
    poor = [s for s in scenes if s.place.wealth < 0.3]
    rich = [s for s in scenes if s.place.wealth > 0.8]

    def unpaved(some):
        return np.mean([s.road.surface in ("gravel", "dirt") for s in some])

    assert unpaved(poor) > unpaved(rich) + 0.1
    assert np.mean([s.road.repairs for s in poor]) > np.mean([s.road.repairs for s in rich]) + 0.2


def test_painted_kerbs_and_teeth_stand_only_where_they_are_documented(scenes):
    for scene in scenes:
        road = scene.road
        if road.kerb_rgb != road.kerb_other_rgb:
            assert road_customs(scene.place.country).kerb
        if road.give_way == "teeth":
            assert road_customs(scene.place.country).mouth == "teeth"


def test_zebras_lie_at_junctions_in_towns(scenes):
    with_zebra = [s for s in scenes if s.road.zebra]
    assert with_zebra
    assert all(s.place.urban > 0.35 and math.isfinite(s.road.cross_street_m) for s in with_zebra)


def test_what_joins_is_at_best_as_good_as_the_road(scenes):
    rank = {"asphalt": 0, "concrete": 0, "gravel": 1, "dirt": 2}
    for scene in scenes:
        assert rank[scene.road.side_surface] >= rank[scene.road.surface] - (scene.place.wealth >= 0.6)


def test_a_junction_is_seen_as_road_on_the_side_where_it_joins(bare):
    def road_beside(arm):
        road = replace(bare.road, cross_street_m=12.0, side_arm=arm, side_width_m=6.0)
        seen, depth = classes(replace(bare, road=road), heading=55.0)
        return ((seen == n.ROAD) & (depth > 11.0)).sum()

    none = ((classes(bare, heading=55.0)[0] == n.ROAD) & (classes(bare, heading=55.0)[1] > 11.0)).sum()
    assert road_beside(1) > none + 20
    assert road_beside(0) > none + 20
    assert road_beside(-1) <= none + 5


def test_a_bend_takes_the_road_to_its_side(bare):
    def middle(radius):
        seen, depth = classes(replace(bare, road=replace(bare.road, bend_m=radius)))
        columns = np.nonzero((seen == n.ROAD) & (depth > 25.0) & (depth < 60.0))[1]
        return columns.mean()

    assert middle(160.0) > middle(math.inf) + 2.0 > middle(-160.0) + 4.0


@pytest.mark.parametrize(
    "clue",
    [
        {"centre_line": "mixed", "centre_rgb": (0.9, 0.05, 0.05)},
        {"cycle_lane_m": 1.6, "cycle_rgb": (0.8, 0.1, 0.1)},
        {"tram": True},
        {"kerb": True, "sidewalk_m": 2.0, "kerb_rgb": (0.1, 0.1, 0.1), "kerb_other_rgb": (0.9, 0.8, 0.1)},
        {"surface": "dirt"},
        {"surface": "concrete", "rgb": (0.7, 0.7, 0.7)},
        {"cross_street_m": 14.0, "zebra": True, "side_arm": 0},
    ],
)  # fmt: skip
def test_what_the_road_says_is_drawn(bare, clue):
    assert changed(bare, replace(bare, road=replace(bare.road, **clue))) > 20


@pytest.mark.parametrize("give_way", ["dashes", "teeth", "bar"])
def test_what_stands_at_the_mouth_is_drawn(bare, give_way):
    road = replace(bare.road, cross_street_m=10.0, side_arm=0, side_surface="asphalt", edge_rgb=(0.9, 0.1, 0.1))
    road = replace(road, give_way="none")
    marked = replace(road, give_way=give_way)
    assert changed(replace(bare, road=road), replace(bare, road=marked), (40.0, 320.0), 240) >= 12


def test_snow_leaves_the_road_and_lies_in_banks_beside_it(bare):
    white = replace(bare, ground=replace(bare.ground, snow=1.0, banks=0.0))
    banked = replace(bare, ground=replace(bare.ground, snow=1.0, banks=1.0))
    assert changed(white, banked) > 60
