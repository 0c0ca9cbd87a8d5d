"""The sun stands where astronomy says, clouds follow climate, the camera follows its country."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pvlib
import pytest

import world.draw.slots as n
from world.clues import build_scene, build_scenes
from world.earth.cameras import camera_customs
from world.earth.places import sample_places
from world.earth.sun import day_of_year, utc_hour
from world.layout.lay_out import lay_out
from world.render import render_equirectangular, render_views


@pytest.fixture(scope="module")
def scenes(atlas):
    return build_scenes(sample_places(600, 41))


@pytest.fixture(scope="module")
def clear(atlas):
    """A cloudless, treeless plain in June."""
    scene = build_scene(45.0, 70.0, 6, 9.0, seed=2)
    return replace(
        scene,
        sky=replace(scene.sky, cloud_cover=0.0, cirrus=0.0, turbidity=2.0),
        plants=replace(scene.plants, density=0.0, treeline=0.0, undergrowth=0.0),
        buildings=replace(scene.buildings, density=0.0),
        camera=replace(scene.camera, blur=0.0, vignette=0.0, saturation=1.0, tint_rgb=(1.0, 1.0, 1.0)),
    )


@pytest.mark.parametrize("lat, lng, month, hour", [(45.0, 70.0, 6, 9.0), (-33.0, 147.0, 1, 16.0), (20.0, 78.0, 3, 8.0)])
def test_the_sun_in_the_panorama_stands_where_pvlib_says_to_one_degree(clear, lat, lng, month, hour):
    day = pd.Timestamp("2021-01-01", tz="UTC") + pd.Timedelta(days=int(day_of_year(month)) - 1)
    moment = pd.DatetimeIndex([day + pd.Timedelta(hours=float(utc_hour(lng, month, hour)))])
    true = pvlib.solarposition.get_solarposition(moment, lat, lng).iloc[0]
    sky = build_scene(lat, lng, month, hour, seed=2).sky
    scene = replace(
        clear,
        sky=replace(clear.sky, sun_azimuth_deg=sky.sun_azimuth_deg, sun_elevation_deg=sky.sun_elevation_deg),
    )
    width = 720
    bright = render_equirectangular(scene, width=width, samples=1)[: width // 4].astype(float).sum(axis=2)
    rows, columns = np.nonzero(bright >= bright.max() - 1.0)
    turn = np.exp(1j * 2.0 * np.pi * (columns + 0.5) / width).mean()
    azimuth = (np.degrees(np.angle(turn)) - 180.0) % 360.0
    assert abs((azimuth - true["azimuth"] + 180.0) % 360.0 - 180.0) < 1.0
    assert abs(90.0 - (rows.mean() + 0.5) * 360.0 / width - true["elevation"]) < 1.5


def test_a_clear_sky_is_bluer_above_and_paler_at_the_horizon(clear):
    view = render_views(clear, 96, 1, headings=(0.0,))[0].astype(float)
    above, low = view[2].mean(axis=0), view[42].mean(axis=0)
    assert above[2] > above[1] > above[0]
    assert low.sum() > above.sum()
    assert low[2] - low[0] < above[2] - above[0]


def test_haze_whitens_the_sky(clear):
    hazy = replace(clear, sky=replace(clear.sky, turbidity=7.5))
    blue = [render_views(s, 48, 1, headings=(0.0,))[0][:10].astype(float).mean(axis=(0, 1)) for s in (clear, hazy)]
    assert blue[0][2] - blue[0][0] > blue[1][2] - blue[1][0] + 15.0


def test_the_evening_sky_is_warm_toward_the_sun(clear):
    evening = replace(clear, sky=replace(clear.sky, sun_elevation_deg=3.0, sun_azimuth_deg=270.0))
    toward, away = (
        v[30:44].astype(float).mean(axis=(0, 1)) for v in render_views(evening, 64, 1, headings=(270.0, 90.0))
    )
    assert toward[0] / toward[2] > 1.05 * away[0] / away[2]


def test_more_cloud_covers_more_sky(clear):
    def white(cover, kind="cumulus"):
        sky = replace(clear.sky, cloud_cover=cover, clouds=kind)
        view = render_views(replace(clear, sky=sky), 64, 1)[:, :26].astype(int)
        return (view[..., 2] - view[..., 0] < 40).mean()

    assert white(0.0) + 0.05 < white(0.4) < white(0.95)
    assert white(0.95, "stratus") > 0.8


def thirds_of_clouds(scene):
    """Mean brightness of the upper and of the lower third of every heap that is at least six pixels high."""
    sky = render_views(scene, 96, 1)[:, :46].astype(float)
    grey, white = sky.mean(axis=3), sky[..., 2] - sky[..., 0] < 45.0
    upper, lower = [], []
    for view, column in np.ndindex(4, 96):
        rows = np.flatnonzero(white[view, :, column])
        for heap in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            if len(heap) >= 6:
                third = len(heap) // 3
                upper.append(grey[view, heap[:third], column].mean())
                lower.append(grey[view, heap[-third:], column].mean())
    assert len(upper) > 150
    return float(np.mean(upper)), float(np.mean(lower))


def test_heaps_have_dark_bases_and_lit_tops(clear, monkeypatch):
    """The dark colour falls on bases: without it they gain more than tops do; as the lit one it would darken tops."""
    sky = replace(clear.sky, cloud_cover=0.6, cloud_scale=0.0, clouds="towering")
    dim = replace(clear, sky=sky, camera=replace(clear.camera, exposure=0.3))  # white clouds are near the film's limit
    layout = lay_out(dim)
    lit, dark = (slice(at, at + 3) for at in (n.CLOUD_RGB, n.CLOUD_DARK_RGB))
    P = layout.numbers
    assert P[n.CLOUD_RGB] > 1.5 * P[n.CLOUD_DARK_RGB]
    plain, swapped = P.copy(), P.copy()
    plain[dark] = P[lit]
    swapped[dark], swapped[lit] = P[lit], P[dark]
    thirds = []
    for numbers in (P, plain, swapped):
        monkeypatch.setattr("world.render.lay_out", lambda scene, numbers=numbers: layout._replace(numbers=numbers))
        thirds.append(thirds_of_clouds(dim))
    (upper, lower), (plain_upper, plain_lower), (swapped_upper, swapped_lower) = thirds
    assert plain_lower - lower > 3.0
    assert plain_lower - lower > 1.4 * (plain_upper - upper)
    assert upper - lower > swapped_upper - swapped_lower + 5.0


def test_towers_stand_over_hot_wet_lands_and_sheets_over_the_cold(scenes):
    assert {s.sky.clouds for s in scenes} == {"cumulus", "towering", "stratus"}
    for scene in scenes:
        if scene.sky.clouds == "towering":
            assert scene.place.koppen[0] in "ACD"
            assert scene.ground.snow == 0.0
    cold = [s for s in scenes if s.ground.snow > 0.0]
    warm = [s for s in scenes if s.place.koppen[0] == "A"]
    share = [np.mean([s.sky.clouds == "stratus" for s in some]) for some in (cold, warm)]
    assert share[0] > share[1] + 0.2


def test_deserts_have_less_cloud_than_rain_forests(scenes):
    dry = np.mean([s.sky.cloud_cover for s in scenes if s.place.koppen.startswith("BW")])
    wet = np.mean([s.sky.cloud_cover for s in scenes if s.place.koppen.startswith("Af")])
    assert dry + 0.2 < wet


def test_what_is_seen_of_the_car_belongs_to_its_country(scenes):
    for scene in scenes:
        if scene.camera.carrier != "none":
            assert camera_customs(scene.place.country).carrier == scene.camera.carrier


@pytest.mark.parametrize("carrier", ["snorkel", "bonnet", "rack", "tape"])
def test_what_is_seen_of_the_car_is_drawn_and_counts_as_vehicle(clear, carrier):
    scene = replace(clear, vehicles=replace(clear.vehicles, density=0.0), camera=replace(clear.camera, carrier=carrier))
    layout = lay_out(scene)
    assert (layout.objects[:, n.CLASS] == n.VEHICLES).any()
    heading = scene.road.heading_deg
    a, b = (
        render_views(s, 96, 1, headings=(heading, heading + 180.0), fov_deg=120.0).astype(int)
        for s in (scene, replace(scene, camera=replace(scene.camera, carrier="none")))
    )
    assert (np.abs(a - b).max(axis=3) > 15).sum() > 15


def test_generations_differ_in_colour_and_sharpness(scenes):
    by = {g: [s.camera for s in scenes if s.camera.generation == g] for g in (2, 3, 4)}
    assert all(by.values())
    means = {g: (np.mean([c.saturation for c in some]), np.mean([c.blur for c in some])) for g, some in by.items()}
    assert means[2][0] < means[3][0] < means[4][0]
    assert means[2][1] > means[3][1] > means[4][1]


def test_a_pale_camera_takes_colour_out_of_everything(clear):
    def colour(saturation):
        view = render_views(replace(clear, camera=replace(clear.camera, saturation=saturation)), 48, 1).astype(float)
        return (view.max(axis=3) - view.min(axis=3)).mean()

    assert colour(0.5) < 0.7 * colour(1.0)


def test_far_woods_stand_between_the_ground_and_the_sky(clear):
    def horizon(treeline):
        scene = replace(clear, plants=replace(clear.plants, treeline=treeline))
        return render_views(scene, 96, 1).astype(int)[:, 40:50]

    assert (np.abs(horizon(1.0) - horizon(0.0)).max(axis=3) > 15).mean() > 0.2


def test_the_sky_of_another_hour_has_other_clouds_over_the_same_hills(atlas):
    morning, noon = (lay_out(build_scene(47.0, 11.5, 7, hour, seed=4)).numbers for hour in (9.0, 12.0))
    assert morning[n.CLOUD_SEED] != noon[n.CLOUD_SEED]
    assert morning[n.RELIEF_SEED] == noon[n.RELIEF_SEED]
