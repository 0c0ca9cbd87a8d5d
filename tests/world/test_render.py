from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import atan2, hypot, pi, radians, tan
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.errors import ConfigError, StorageError
from world.clues import build_scene
from world.render import RenderConfig, main, render_equirectangular, render_views


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
    view = np.empty((size, size, 3), np.uint8)
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


def test_the_sun_in_the_east_stands_right_of_the_middle_by_a_quarter(clear):
    panorama = render_equirectangular(clear, width=360, samples=1).astype(float).sum(axis=2)
    sky = panorama[:85]
    row, column = np.unravel_index(np.argmax(sky), sky.shape)
    assert abs(column - 270) <= 3
    assert abs(row - 70) <= 3  # 20° above the horizon


def test_the_seam_at_the_back_is_no_edge(scene):
    panorama = render_equirectangular(scene, width=512, samples=2).astype(int)
    steps = np.abs(np.diff(panorama, axis=1)).mean(axis=(0, 2))
    seam = np.abs(panorama[:, 0] - panorama[:, -1]).mean()
    assert seam <= np.quantile(steps, 0.97)


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
    "sea": lambda s: replace(s, relief=replace(s.relief, sea=np.ones_like(s.relief.sea))),
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
    changed = render_views(CLUES[clue](bare), size=48, samples=1)
    pixels = np.abs(changed.astype(int) - bare_views.astype(int)).max(axis=3) > 12
    assert pixels.sum() >= 12


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


def test_a_folder_that_is_a_file_is_one_clear_sentence(atlas, tmp_path: Path):
    (tmp_path / "taken").write_text("here")
    with pytest.raises(StorageError, match="could not write"):
        main(RenderConfig(lat=-1.9, lng=36.8, out=tmp_path / "taken" / "pano.jpg", width=64, samples=1))
