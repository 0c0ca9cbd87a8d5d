import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import atan2, hypot, pi, radians, tan
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.data.views import panorama_to_views
from model.errors import ConfigError, StorageError
from world.clues import build_scene, build_scenes
from world.draw.column import scratch
from world.draw.pictures import CLASS_COLOURS, DEPTH_SKY
from world.draw.rows import draw_rows
from world.draw.slots import BEYOND, CLASSES
from world.earth.sun import solar_position
from world.layout.lay_out import lay_out
from world.render import (
    NO_MAPS,
    RenderConfig,
    main,
    render_equirectangular,
    render_maps,
    render_view_maps,
    render_views,
    scene_of,
)
from world.study.reference import recipes


@pytest.fixture(scope="module")
def scene(atlas):
    return build_scene(52.15, 5.85, 5, 15.0, seed=1)


@pytest.fixture(scope="module")
def clear(scene):
    """A flat, empty, treeless place with a low sun in the east."""
    return replace(
        scene,
        sky=replace(scene.sky, sun_azimuth_deg=90.0, sun_elevation_deg=20.0, cloud_cover=0.0, turbidity=2.0),
        plants=replace(scene.plants, density=0.0, treeline=0.0, undergrowth=0.0),
        buildings=replace(scene.buildings, density=0.0),
    )


def difference(a, b):
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def cut_from(panorama, heading_deg, size, fov_deg=90.0):
    """The view by nearest pixel of the panorama, written a second time on purpose."""
    tall, wide = panorama.shape[:2]
    half = tan(radians(fov_deg) / 2)
    view = np.empty((size, size, 3), panorama.dtype)
    for row in range(size):
        for column in range(size):
            right = (2 * (column + 0.5) / size - 1) * half
            up = (1 - 2 * (row + 0.5) / size) * half
            azimuth = radians(heading_deg) + atan2(right, 1.0)
            elevation = atan2(up, hypot(1.0, right))
            i = int(((azimuth / (2 * pi) + 0.5) % 1.0) * wide) % wide
            view[row, column] = panorama[min(int((0.5 - elevation / pi) * tall), tall - 1), i]
    return view


def test_a_view_is_what_one_would_cut_out_of_the_panorama(scene):
    panorama = render_equirectangular(scene, width=1024, samples=1)
    views = render_views(scene, size=40, samples=1)
    for k, heading in enumerate((0, 90, 180, 270)):
        same = difference(views[k], cut_from(panorama, heading, 40))
        other = difference(views[k], cut_from(panorama, heading + 90, 40))
        assert same < 10
        assert same < 0.5 * other


def test_the_views_that_a_model_cuts_out_of_a_panorama_are_the_views_drawn_directly(scene):
    """Within what interpolation costs: some of 255 steps at edges, next to nothing elsewhere."""
    panorama = Image.fromarray(render_equirectangular(scene, width=1536, samples=4))
    cut = np.stack([np.asarray(view) for view in panorama_to_views(panorama, 96)]).astype(int)
    drawn = render_views(scene, size=96, samples=4).astype(int)
    apart = np.abs(cut - drawn)
    assert apart.mean() < 4.0
    assert np.median(apart) <= 2
    assert abs(float((cut - drawn).mean())) < 0.6, "neither is brighter"
    turned = np.abs(np.roll(cut, 1, axis=0) - drawn).mean()
    assert apart.mean() < 0.2 * turned


@pytest.mark.parametrize("samples", [1, 4])
def test_a_picture_is_the_same_however_it_is_cut_into_rows(scene, samples):
    layout, width = lay_out(scene), 128
    whole = np.empty((width // 2, width, 3), np.uint8)
    draw_rows(layout, whole, *NO_MAPS, scratch(width), (0, width // 2, 0, width), 0.0, 0.0, samples)
    for rows in (1, 7, 32):
        parts = np.empty_like(whole)
        for low in reversed(range(0, width // 2, rows)):
            high = min(low + rows, width // 2)
            draw_rows(layout, parts, *NO_MAPS, scratch(width), (low, high, 0, width), 0.0, 0.0, samples)
        assert np.array_equal(parts, whole)


def test_more_rays_bring_a_picture_nearer_to_a_fine_one(scene):
    fine = render_views(scene, size=192, samples=4).reshape(4, 48, 4, 48, 4, 3).mean(axis=(2, 4))
    apart = [np.square(render_views(scene, size=48, samples=k) - fine).mean() for k in (1, 2, 4)]
    assert apart[2] < apart[1] < apart[0]
    assert apart[2] < 0.7 * apart[0]


def test_the_sun_stands_where_the_almanac_says(scene):
    lat, month, hour = 35.0, 4, 9.0
    azimuth, elevation = (float(np.ravel(angle)[0]) for angle in solar_position(np.array([lat]), [month], [hour]))
    sunny = build_scene(lat, 33.2, month, hour, seed=3, without=("relief", "plants", "buildings", "life", "furniture"))
    sunny = replace(sunny, sky=replace(sunny.sky, cloud_cover=0.0))
    panorama = render_equirectangular(sunny, width=720, samples=1).astype(int).sum(axis=2)
    rows, columns = np.nonzero(panorama >= panorama[:170].max() - 6)
    kept = rows < 170  # the sky
    assert np.median(columns[kept]) == pytest.approx((azimuth / 360 + 0.5) % 1.0 * 720, abs=6)
    assert np.median(rows[kept]) == pytest.approx((0.5 - elevation / 180) * 360, abs=6)


@pytest.mark.parametrize("heading", [0.0, 65.0, 180.0, 301.0])
def test_the_road_runs_where_its_heading_points(scene, heading):
    """Lane and bend move the road's middle aside ahead and behind alike, so that the mean of both is the heading."""
    hidden = ("relief", "buildings", "plants", "water", "life", "vehicles", "furniture", "signs")
    plain = build_scene(52.15, 5.85, 5, 15.0, seed=4, without=hidden)
    road = replace(plain.road, heading_deg=heading, cross_street_m=np.inf, width_m=7.0)
    classes = render_maps(replace(plain, road=road), width=720)[1]
    asides = []
    for towards in (heading, heading + 180.0):
        column = int((towards / 360 + 0.5) % 1.0 * 720)
        ahead = np.roll(classes[194:200], 360 - column, axis=1)[:, 280:441]  # 7° … 10° down: 14 to 20 m away
        asides.append(np.nonzero(ahead == CLASSES.index("road"))[1].mean() - 80)
        sideways = np.roll(classes[194:200], 180 - column, axis=1)[:, 340:381]
        assert not (sideways == CLASSES.index("road")).any()
    assert abs(np.mean(asides)) < 3  # columns, 1.5°
    assert max(map(abs, asides)) < 30


def test_the_sun_in_the_east_stands_right_of_the_middle_by_a_quarter(clear):
    panorama = render_equirectangular(clear, width=360, samples=1).astype(float).sum(axis=2)
    sky = panorama[:85]
    row, column = np.unravel_index(np.argmax(sky), sky.shape)
    assert abs(column - 270) <= 3
    assert abs(row - 70) <= 3  # 20° above the horizon


def edges(panoramas, headings):
    """How much harder the step is at four columns than at their neighbours: (4, bands of rows), down to 34°.

    The columns: where the panorama's ends meet, its middle, and the road ahead and behind, where the renderer's own
    angles begin and turn over. Steps are summed over all panoramas before they are compared, so that no single
    trunk or house counts.
    """
    wide, bands = panoramas[0].shape[1], 16
    at, around = np.zeros((4, bands)), np.zeros((4, bands))
    for panorama, heading in zip(panoramas, headings, strict=True):
        steps = np.abs(panorama - np.roll(panorama, 1, axis=1)).mean(axis=2).reshape(bands, -1, wide).mean(axis=1)
        road = [round((turn / 360.0 + 0.5) % 1.0 * wide) % wide for turn in (heading, heading + 180.0)]
        for k, column in enumerate((0, wide // 2, *road)):
            at[k] += steps[:, column]
            around[k] += np.median(np.take(steps, range(column - 12, column + 13), axis=1, mode="wrap"), axis=1)
    return (at / around)[:, :11]


def test_no_column_is_an_edge_neither_at_the_back_nor_along_the_road(atlas):
    scenes = build_scenes(recipes().drop(columns="name")[::2])
    headings = [scene.road.heading_deg for scene in scenes]
    panoramas = [render_equirectangular(scene, width=1024, samples=1).astype(float) for scene in scenes]
    found = edges(panoramas, headings)
    assert found.max() < 5.0
    assert (found.mean(axis=1) < 1.7).all()
    for panorama in panoramas:  # one that is two levels of 255 brighter in its western half has two edges
        panorama[:, :512] += 2.0
    torn = edges(panoramas, headings)
    assert (torn[:2].max(axis=1) > 5.0).all() and (torn[:2].mean(axis=1) > 1.7).all()


def test_maps_tell_the_sky_the_road_and_how_far_they_are(scene):
    depth, classes = render_maps(scene, width=256)
    assert depth.shape == classes.shape == (128, 256)
    assert depth.dtype == np.float32
    assert classes.dtype == np.uint8
    assert (classes < len(CLASSES)).all()
    assert np.isfinite(depth).all()
    assert (depth > 0.2).all()
    assert (depth[classes == CLASSES.index("sky")] >= BEYOND).all()
    assert (depth[classes != CLASSES.index("sky")] < BEYOND).all()
    assert (classes[:20] == CLASSES.index("sky")).mean() > 0.8
    assert (classes[-20:] == CLASSES.index("road")).mean() > 0.8
    assert depth[-1].mean() == pytest.approx(scene.camera.height_m, rel=0.15)


def test_maps_of_views_are_those_of_the_panorama(scene):
    depth, classes = render_maps(scene, width=720)
    near, shown = render_view_maps(scene, size=48, headings=(90.0,))
    assert near.shape == shown.shape == (1, 48, 48)
    cut = cut_from(np.repeat(classes[..., None], 3, axis=2), 90.0, 48)[..., 0]
    assert (cut == shown[0]).mean() > 0.93
    far = cut_from(np.repeat(depth[..., None], 3, axis=2).astype(np.float64), 90.0, 48)[..., 0]
    same = cut == shown[0]
    assert np.median(np.abs(np.log(np.maximum(far, 1) / np.maximum(near[0], 1)))[same]) < 0.05


def test_maps_belong_to_the_colours_of_the_same_rays(scene):
    """Where a family is switched off nothing of its class is left, and other pixels keep depth, class and colour."""
    full, bare = (
        build_scene(48.2, 16.4, 6, 11.0, seed=0, without=names) for names in ((), ("vehicles",))
    )  # a street of Vienna
    (depth, classes), (bare_depth, bare_classes) = (render_maps(one, width=512) for one in (full, bare))
    colours, bare_colours = (render_equirectangular(one, width=512, samples=1).astype(int) for one in (full, bare))
    cars = classes == CLASSES.index("vehicles")
    assert cars.sum() > 1000
    assert not (bare_classes == CLASSES.index("vehicles")).any()
    assert (depth[cars] < bare_depth[cars]).mean() > 0.97, "a car hides what is behind it"
    assert (colours != bare_colours).any(axis=2)[cars].mean() > 0.95
    same = ~cars & (classes == bare_classes) & (depth == bare_depth)
    assert same[~cars].mean() > 0.99, "but for the few that step where a car stood"
    changed = (colours != bare_colours).any(axis=2) & same
    low = np.isin(classes, [CLASSES.index("ground"), CLASSES.index("road")])
    assert changed[same & ~low].mean() < 0.01
    assert 0.0 < changed[same & low].mean() < 0.15
    darker = colours.sum(axis=2)[changed] < bare_colours.sum(axis=2)[changed]
    assert darker.mean() > 0.9, "what a car changes beside itself is its shadow"


def test_zenith_and_nadir_are_one_colour_all_round(clear):
    panorama = render_equirectangular(clear, width=256, samples=1).astype(float)
    assert panorama[0].std(axis=0).max() < 4
    assert panorama[-1].std(axis=0).max() < 12


def test_the_same_recipe_gives_the_same_pixels_in_any_thread(scene):
    again = build_scene(52.15, 5.85, 5, 15.0, seed=1)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda s: render_views(s, size=24, samples=2), (scene, again))
    assert np.array_equal(first, second)
    assert np.array_equal(first, render_views(scene, size=24, samples=2))


def test_another_seed_gives_another_place(scene):
    other = build_scene(52.15, 5.85, 5, 15.0, seed=2)
    assert difference(render_views(scene, size=24, samples=1), render_views(other, size=24, samples=1)) > 5


def test_headings_turn_the_camera(scene):
    views = render_views(scene, size=24, samples=1, headings=(0.0, 90.0, 360.0))
    assert views.shape == (3, 24, 24, 3)
    assert difference(views[0], views[2]) < 0.5
    assert difference(views[0], views[1]) > 3


RED = (0.9, 0.05, 0.05)
CLUES = {
    "sun": lambda s: replace(s, sky=replace(s.sky, sun_elevation_deg=4.0)),
    "clouds": lambda s: replace(s, sky=replace(s.sky, cloud_cover=0.95)),
    "haze": lambda s: replace(s, sky=replace(s.sky, visibility_km=0.6)),
    "relief": lambda s: replace(s, relief=replace(s.relief, tan_elevation=s.relief.tan_elevation + np.float32(0.2))),
    "sea": lambda s: replace(s, water=replace(s.water, open_m=np.full_like(s.water.open_m, 200.0), level_m=-4.0)),
    "river": lambda s: replace(s, water=replace(s.water, river_m=2.0, river_width_m=16.0, bridge="steel")),
    "shore": lambda s: replace(s, water=replace(s.water, shore_side=1, shore_m=20.0, level_m=-3.0)),
    "hills": lambda s: replace(s, relief=replace(s.relief, valley_slope=0.4, rolling_m=6.0)),
    "soil": lambda s: replace(s, ground=replace(s.ground, soil_rgb=RED, grass_cover=0.0)),
    "grass": lambda s: replace(s, ground=replace(s.ground, grass_rgb=RED, grass_cover=1.0)),
    "snow": lambda s: replace(s, ground=replace(s.ground, snow=1.0)),
    "crop": lambda s: replace(s, ground=replace(s.ground, crop="rapeseed", crop_rgb=(0.9, 0.8, 0.1), crop_side=0)),
    "trees": lambda s: replace(s, plants=replace(s.plants, density=0.9)),
    "forest edge": lambda s: replace(s, plants=replace(s.plants, treeline=1.0)),
    "road surface": lambda s: replace(s, road=replace(s.road, surface="dirt", rgb=RED)),
    "lines": lambda s: replace(s, road=replace(s.road, centre_line="double", centre_rgb=RED, edge_line="solid")),
    "pavement": lambda s: replace(s, road=replace(s.road, sidewalk_m=3.0, kerb=True)),
    "poles": lambda s: replace(
        s, furniture=replace(s.furniture, pole="concrete-ladder", pole_height_m=9.0, wires=4, pole_spacing_m=30.0)
    ),
    "bollards": lambda s: replace(
        s, furniture=replace(s.furniture, bollard="wedge", bollard_rgb=RED, bollard_spacing_m=15.0)
    ),
    "fence": lambda s: replace(s, furniture=replace(s.furniture, fence="wall", fence_rgb=RED)),
    "signs": lambda s: replace(s, signs=replace(s.signs, shown=True, text="Москва", script="cyrillic", board_rgb=RED)),
    "houses": lambda s: replace(
        s, buildings=replace(s.buildings, density=0.9, wall_palette=(RED,), roof="gable", roof_share=1.0)
    ),
    "cars": lambda s: replace(s, vehicles=replace(s.vehicles, density=1.0, palette=(RED,))),
    "camera": lambda s: replace(s, camera=replace(s.camera, tint_rgb=(1.0, 0.8, 0.7))),
}


# how many of the 9,216 pixels of four views must tell each: about half of what it takes up
LEAST = {
    "sun": 4000, "clouds": 2000, "haze": 120, "relief": 800, "sea": 25, "river": 450, "shore": 220, "hills": 800,
    "soil": 600, "grass": 600, "snow": 2000, "crop": 350, "trees": 2800, "forest edge": 200, "road surface": 1200,
    "lines": 140, "pavement": 240, "poles": 14, "bollards": 12, "fence": 330, "signs": 50, "houses": 3300, "cars": 110,
    "camera": 3200,
}  # fmt: skip
# what stands in one spot leaves the rest of the picture alone; its pixels are of its class, but for shadows
SMALL = {"poles": "furniture", "bollards": "furniture", "fence": "furniture", "signs": "signs", "cars": "vehicles"}


@pytest.fixture(scope="module")
def bare(clear):
    """The empty place with nothing beside the road either."""
    return replace(
        clear,
        furniture=replace(clear.furniture, pole="none", bollard="none", fence="none", lamp="none", guard_rail=False),
        signs=replace(clear.signs, shown=False),
        vehicles=replace(clear.vehicles, density=0.0),
    )


@pytest.fixture(scope="module")
def bare_views(bare):
    return render_views(bare, size=48, samples=1)


@pytest.mark.parametrize("clue", CLUES)
def test_every_clue_is_seen_at_the_size_a_network_gets(bare, bare_views, clue):
    scene = CLUES[clue](bare)
    changed = render_views(scene, size=48, samples=1)
    pixels = np.abs(changed.astype(int) - bare_views.astype(int)).max(axis=3) > 12
    assert pixels.sum() >= LEAST[clue]
    if clue in SMALL:
        own = render_view_maps(scene, size=48)[1] == CLASSES.index(SMALL[clue])
        assert (pixels & own).sum() >= LEAST[clue] // 3
        assert pixels[~own].mean() < 0.06


def test_front_and_rear_plates_are_two_colours_that_can_be_told(bare):
    def plates(rgb):
        vehicles = replace(bare.vehicles, density=1.0, plate_front_rgb=rgb, plate_rear_rgb=rgb, plate_band_rgb=rgb)
        return render_views(replace(bare, vehicles=vehicles), size=96, samples=2)

    changed = np.abs(plates((0.95, 0.8, 0.05)).astype(int) - plates((0.95, 0.95, 0.95)).astype(int)).max(axis=3) > 20
    assert changed.sum() >= 6


def test_a_crossing_a_night_and_an_unknown_kind_are_drawn(bare):
    odd = replace(
        bare,
        road=replace(bare.road, cross_street_m=14.0),
        sky=replace(bare.sky, sun_elevation_deg=-20.0),
        plants=replace(bare.plants, density=0.5, kinds=(("triffid", 1.0),)),
    )
    night = render_views(odd, size=24, samples=1)
    assert night.mean() < render_views(bare, size=24, samples=1).mean() * 0.6
    assert night.max() > 0


@pytest.mark.parametrize("samples", [0, 3, 5])
def test_a_number_of_samples_that_cannot_be_drawn_is_refused(scene, samples):
    with pytest.raises(ConfigError, match="samples"):
        render_views(scene, size=24, samples=samples)


def test_sizes_and_angles_that_cannot_be_drawn_are_refused(scene):
    with pytest.raises(ConfigError, match="between 8 and"):
        render_equirectangular(scene, width=2)
    with pytest.raises(ConfigError, match="field of view"):
        render_views(scene, size=24, fov_deg=180.0)


def test_the_command_writes_a_panorama_or_four_views(atlas, tmp_path: Path):
    out = main(RenderConfig(lat=-1.9, lng=36.8, out=tmp_path / "new" / "pano.jpg", width=128, samples=1))
    assert Image.open(out).size == (128, 64)
    out = main(RenderConfig(lat=-1.9, lng=36.8, out=tmp_path / "views.png", width=128, samples=1, views=True))
    assert Image.open(out).size == (128, 32)


def test_the_command_writes_maps_with_their_scale_and_legend(atlas, tmp_path: Path):
    config = RenderConfig(
        lat=48.2, lng=16.4, out=tmp_path / "p.png", width=128, samples=1, depth=tmp_path / "d.png",
        classes=tmp_path / "c.png",
    )  # fmt: skip
    main(config)
    metres, classes = render_maps(scene_of(config), 128)
    stored = Image.open(tmp_path / "d.png")
    assert "10^(value / 10000) - 1" in stored.text["Scale"]
    values = np.asarray(stored).astype(np.float64)
    sky = metres >= BEYOND
    assert (values[sky] == DEPTH_SKY).all()
    assert 10 ** (values[~sky] / 10_000) - 1 == pytest.approx(metres[~sky], rel=5e-4, abs=1e-3)
    painted = Image.open(tmp_path / "c.png")
    assert painted.mode == "P"
    assert json.loads(painted.text["Legend"]) == list(CLASSES)
    assert np.array_equal(np.asarray(painted), classes)
    colours = np.asarray(painted.convert("RGB"))
    assert np.array_equal(colours, np.array(CLASS_COLOURS, np.uint8)[classes])
    assert len(CLASS_COLOURS) == len(CLASSES) == len(set(CLASS_COLOURS))


def test_the_command_tells_the_clues_as_json_and_leaves_families_out(atlas, tmp_path: Path):
    flags = ["--lat", "48.2", "--lng", "16.4", "--width", "64", "--samples", "1", "--json", "--without", "plants,signs"]
    command = [sys.executable, "-m", "world.render", *flags, "--out", str(tmp_path / "p.jpg")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    clues = json.loads(done.stdout.splitlines()[-1])
    assert clues["place"]["country"] == "AT"
    assert clues["plants"]["density"] == 0.0
    assert clues["signs"]["shown"] is False
    assert clues["buildings"]["density"] > 0.0
    with pytest.raises(ConfigError, match="no family"):
        main(RenderConfig(lat=0.0, lng=37.0, out=tmp_path / "q.jpg", without="unicorns"))
    with pytest.raises(ConfigError, match="PNG"):
        RenderConfig(lat=0.0, lng=37.0, out=tmp_path / "q.jpg", depth=tmp_path / "d.jpg")


def test_a_folder_that_is_a_file_is_one_clear_sentence(atlas, tmp_path: Path):
    (tmp_path / "taken").write_text("here")
    with pytest.raises(StorageError, match="could not write"):
        main(RenderConfig(lat=-1.9, lng=36.8, out=tmp_path / "taken" / "pano.jpg", width=64, samples=1))
