"""Soil, grass, crops and snow follow climate, country and month, and are seen."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import world.draw.slots as n
from world.clues import build_scene, build_scenes
from world.clues.crops import CROPS, look, options_of, stage_of
from world.clues.site import survey
from world.earth.places import sample_places
from world.layout.lay_out import lay_out
from world.render import render_views
from world.scene import Recipe


@pytest.fixture(scope="module")
def scenes(atlas):
    return build_scenes(sample_places(400, 21))


def site(atlas, lat, lng, month):
    return survey([Recipe(lat, lng, month, 12.0, 1)], atlas)[0]


def hue(rgb):
    """How red against blue: 0 grey."""
    return (rgb[0] - rgb[2]) / sum(rgb)


def test_yakutia_lies_under_snow_in_february_and_bare_in_july(atlas):
    assert build_scene(62.05, 129.5, 2, 11.5, 1).ground.snow > 0.5
    assert build_scene(62.05, 129.5, 7, 11.5, 1).ground.snow == 0.0


def test_the_humid_tropics_stand_on_red_earth_and_the_black_earth_belt_on_black(atlas):
    laterite = build_scene(1.0, 18.0, 6, 12.0, 1).ground.soil_rgb
    chernozem = build_scene(49.5, 33.5, 6, 12.0, 1).ground.soil_rgb
    sand = build_scene(25.0, 15.0, 6, 12.0, 1).ground.soil_rgb
    assert hue(laterite) > hue(chernozem) + 0.05
    assert sum(chernozem) < 0.75 * sum(sand)


@pytest.mark.parametrize(
    "lat, lng, harvest",
    [(51.0, 5.0, (7, 8)), (36.0, -98.0, (5, 6)), (-36.0, -61.0, (11, 12)), (-33.0, 147.0, (10, 12))],
)
def test_wheat_is_golden_before_the_harvest_in_both_hemispheres(atlas, lat, lng, harvest):
    months = [m for m in range(1, 13) if stage_of("wheat", site(atlas, lat, lng, m))[0] == "ripe"]
    assert months
    assert all(harvest[0] <= month <= harvest[1] for month in months)
    here = site(atlas, lat, lng, months[0])
    gold = look("wheat", "ripe", 1.0, here)[0]
    green = look("wheat", "green", 0.6, here)[0]
    assert gold[0] > gold[1] > gold[2]
    assert green[1] > green[0]


def test_every_crop_has_a_look_at_every_stage_it_comes_to(atlas):
    for crop in CROPS:
        for month in range(1, 13):
            for lat, lng in ((50.0, 10.0), (10.0, 105.0), (-30.0, -60.0)):
                here = site(atlas, lat, lng, month)
                rgb, height, closed = look(crop, *stage_of(crop, here), here)
                assert all(0.0 <= channel <= 1.0 for channel in rgb)
                assert 0.0 <= height <= 3.0 and 0.0 <= closed <= 1.0


def test_rice_grows_where_it_is_warm_and_wet_and_not_in_europes_north(atlas):
    assert "rice" in options_of(site(atlas, 15.0, 104.5, 7))
    assert "rice" in options_of(site(atlas, 36.1, 140.1, 7))
    for lat, lng in ((55.0, 10.0), (60.0, 25.0), (50.0, -105.0), (24.0, 45.0)):
        assert "rice" not in options_of(site(atlas, lat, lng, 7))


def test_vines_grow_under_dry_summers_and_tea_on_wet_heights(atlas):
    assert "vineyard" in options_of(site(atlas, 43.6, 3.4, 7))
    assert "tea" in options_of(site(atlas, -7.2, 107.5, 7))
    assert "tea" not in options_of(site(atlas, 52.0, -1.0, 7))


def test_leaves_lie_in_autumn_and_not_in_spring(atlas):
    autumn, spring = (build_scene(48.0, 11.0, month, 12.0, 3).ground for month in (10, 3))
    assert autumn.litter > 0.3
    assert spring.litter == 0.0
    south = build_scene(-44.0, 170.5, 5, 12.0, 3).ground  # New Zealand in May
    assert south.litter > 0.1


def test_snow_is_ploughed_where_people_can_pay_for_it(scenes):
    white = [s for s in scenes if s.ground.snow > 0.5]
    assert white
    assert all(s.ground.banks > 0.0 for s in white)
    assert all(s.ground.banks == 0.0 for s in scenes if s.ground.snow == 0.0)


def test_far_fields_lie_where_people_farm(scenes):
    farmed = np.mean([s.ground.patchwork for s in scenes if 60.0 < s.place.population_per_km2 < 300.0])
    wild = np.mean([s.ground.patchwork for s in scenes if s.place.population_per_km2 < 1.0])
    assert farmed > wild + 0.2


def test_a_month_changes_the_field_and_not_the_soil(atlas):
    july, december = (build_scene(50.5, 3.5, month, 12.0, 8).ground for month in (7, 12))
    assert july.soil_rgb == december.soil_rgb
    assert july.crop == december.crop
    assert july.grass_rgb != december.grass_rgb


@pytest.fixture(scope="module")
def field(atlas):
    scene = build_scene(50.5, 3.5, 7, 12.0, 8)
    return replace(
        scene,
        plants=replace(scene.plants, density=0.0, treeline=0.0, undergrowth=0.0),
        buildings=replace(scene.buildings, density=0.0),
        furniture=replace(scene.furniture, pole="none", bollard="none", fence="none", lamp="none", guard_rail=False),
        vehicles=replace(scene.vehicles, density=0.0),
    )


@pytest.mark.parametrize("crop", sorted(CROPS))
def test_a_field_of_every_crop_can_be_told_from_a_meadow(field, crop):
    def views(name):
        ground = replace(field.ground, crop=name, crop_stage="green", crop_height_m=CROPS[crop].tall_m, crop_side=0)
        rgb = CROPS[crop].ripe
        return render_views(replace(field, ground=replace(ground, crop_rgb=rgb)), size=48, samples=1).astype(int)

    assert (np.abs(views(crop) - views("none")).max(axis=3) > 15).sum() > 60


@pytest.mark.parametrize("crop, stage", [("wheat", "stubble"), ("maize", "bare"), ("maize", "sown")])
def test_a_field_after_the_harvest_stands_no_higher_than_the_meadow(field, crop, stage):
    ground = replace(field.ground, crop=crop, crop_stage=stage, crop_height_m=0.0)
    assert lay_out(replace(field, ground=ground)).numbers[n.CROP_HEIGHT] == 0.0


def test_fallen_leaves_are_seen(field):
    def views(litter):
        ground = replace(field.ground, crop="none", litter=litter, litter_rgb=(0.9, 0.3, 0.1))
        return render_views(replace(field, ground=ground), size=96, samples=1).astype(int)

    assert (np.abs(views(0.7) - views(0.0)).max(axis=3) > 20).sum() > 100


def test_near_ground_is_no_flat_colour(field):
    view = render_views(field, size=96, samples=1, headings=(field.road.heading_deg + 90.0,))[0].astype(float)
    strip = view[60:92]
    assert strip.std(axis=(0, 1)).min() > 4.0


def test_rows_do_not_flicker_with_distance(field):
    """Rows finer than a pixel fade into their mean: their far half varies no more from row to row than the near."""
    ground = replace(field.ground, crop="rows", crop_stage="green", crop_height_m=0.0, crop_closed=0.3, crop_side=0)
    view = render_views(replace(field, ground=ground), 96, 1, headings=(field.road.heading_deg + 90.0,))[0].astype(
        float
    )
    jump = np.abs(np.diff(view.sum(axis=2), axis=0)).mean(axis=1)
    assert jump[51:56].mean() < jump[70:90].mean() + 12.0


def test_a_batch_draws_the_same_ground_as_one_place(atlas):
    frame = pd.DataFrame(
        {"lat": [10.0, 50.0], "lng": [105.0, 10.0], "month": [3, 9], "hour": [9.0, 12.0], "seed": [1, 2]}
    )
    both = build_scenes(frame)
    assert both[1].ground == build_scene(50.0, 10.0, 9, 12.0, 2).ground
