"""Nothing to see is told by pixels, and places of the simulated Earth are never called that."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from model.data.blank import why_blank
from model.data.views import look_at
from model.errors import ImageError


def noise(width, height, seed=0):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def page_with(*words):
    page = Image.new("RGB", (600, 400), "white")
    for row, word in enumerate(words):
        ImageDraw.Draw(page).text((20, 20 + 30 * row), word, fill="black")
    return page


@pytest.mark.parametrize("colour", ["white", "black", (30, 90, 200)])
@pytest.mark.parametrize("size", [(16, 16), (640, 480), (1200, 200)])
def test_one_colour_is_nothing(colour, size):
    assert "one colour" in why_blank(Image.new("RGB", size, colour))


@pytest.mark.parametrize("size", [(48, 48), (64, 64), (300, 200), (1600, 900), (1800, 300)])
def test_noise_is_nothing_whatever_its_grain(size):
    assert why_blank(noise(*size))
    assert why_blank(noise(size[0] // 2, size[1] // 2).resize(size, Image.Resampling.NEAREST))


def test_a_sensor_that_saw_one_colour_is_nothing():
    grain = np.random.default_rng(2).normal(0, 3, (300, 400, 3))
    assert why_blank(Image.fromarray((grain + np.array([60, 80, 120])).clip(0, 255).astype(np.uint8)))


@pytest.mark.parametrize("page", [page_with("."), page_with("hello world")])
def test_an_almost_empty_page_is_nothing(page):
    assert why_blank(page)


@pytest.mark.parametrize(
    "place",
    [
        (48.2, 16.4, 6, 0.5), (70.0, -150.0, 1, 0.0), (70.0, -150.0, 1, 4.5), (23.0, 10.0, 7, 12.0),
        (-80.0, 20.0, 1, 12.0), (72.0, -40.0, 7, 0.0), (5.0, -170.0, 1, 12.0), (64.1, -21.9, 12, 19.0),
        (-34.08, -71.04, 2, 23.0), (60.8, 11.3, 2, 22.6),
    ],
)  # fmt: skip
def test_night_snow_sand_and_open_sea_of_the_simulated_earth_are_something(place):
    from world.clues import build_scene
    from world.render import render_views

    scene = build_scene(*place, 3)
    for view in render_views(scene, size=96, samples=1):
        assert why_blank(Image.fromarray(view)) == ""


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_an_animation_that_begins_blank_is_told_that_its_first_frame_is_looked_at(kind, tmp_path):
    place = Image.fromarray(np.linspace(0, 255, 60 * 80 * 3).reshape(60, 80, 3).astype(np.uint8))
    path = tmp_path / "fade.in"
    Image.new("RGB", (80, 60)).save(path, kind, save_all=True, append_images=[place])
    sentence = r"in the first frame of 'fade\.in': it is of one colour.*, and no other is looked at; give a photo"
    with pytest.raises(ImageError, match=sentence):
        look_at(path)
    with pytest.raises(ImageError, match="in the first frame of the picture: it is of one colour"):
        look_at(path.read_bytes())


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "JPEG"])
def test_a_blank_picture_of_one_frame_is_told_nothing_of_frames(kind, tmp_path):
    Image.new("RGB", (80, 60)).save(tmp_path / "blank", kind)
    with pytest.raises(ImageError, match="nothing to see in 'blank': it is of one colour, or transparent; give"):
        look_at(tmp_path / "blank")


def test_the_blank_one_of_four_views_is_named_and_a_caller_who_knows_is_believed():
    place = Image.fromarray(np.linspace(0, 255, 60 * 80 * 3).reshape(60, 80, 3).astype(np.uint8))
    views = [place, place, Image.new("RGB", (80, 60)), place]
    with pytest.raises(ImageError, match="nothing to see in the view to the south: it is of one colour"):
        look_at(views)
    assert look_at(views, world_version=2).world_version == 2
