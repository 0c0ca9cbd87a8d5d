import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from model.data import decode
from model.data.views import (
    decode_views,
    drawn_by,
    exif_position,
    is_panorama,
    look_at,
    open_image,
    panorama_to_photo,
    panorama_to_views,
    read_views,
    to_pixels,
    to_square,
)
from model.errors import ImageError, ManifestError


def encoded(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def noise(width, height, seed=0, channels=3):
    values = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    return Image.fromarray(values.squeeze())


def empty_png(width, height):
    """A PNG that claims a size and holds no pixels to speak of: what a decompression bomb looks like."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "P", "1", "YCbCr", "LA", "RGBA", "I", "F", "HSV"])
def test_every_mode_opens_as_rgb_of_the_same_size(mode):
    opened = open_image(noise(40, 30).convert("RGB").convert("L" if mode in ("I", "F", "LA") else "RGB").convert(mode))
    assert opened.mode == "RGB"
    assert opened.size == (40, 30)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_usual_format_opens_from_bytes(kind):
    assert open_image(encoded(noise(40, 30), kind)).size == (40, 30)


def test_cmyk_jpeg_keeps_its_colours():
    red = Image.new("RGB", (32, 32), (200, 20, 20)).convert("CMYK")
    found = np.asarray(open_image(encoded(red, "JPEG"))).mean(axis=(0, 1))
    assert found[0] > 150
    assert found[1:].max() < 80


def test_sixteen_bit_grey_is_scaled_and_not_clipped():
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
    opened = np.asarray(open_image(encoded(Image.fromarray(ramp))))[..., 0]
    assert opened.min() == 0
    assert opened.max() == 255
    assert abs(opened.mean() - 127.5) < 2


DEEP = {
    "I;16": np.uint16(np.linspace(0, 65535, 37 * 53)), "I;16 of 14 bits": np.uint16(np.linspace(0, 16383, 37 * 53)),
    "I;16B": np.linspace(0, 65535, 37 * 53).astype(">u2"), "I": np.int32(np.linspace(-9, 70_000, 37 * 53)),
    "I of 8 bits": np.int32(np.linspace(0, 200, 37 * 53)), "F": np.float32(np.linspace(-0.2, 0.9, 37 * 53)),
    "F to 255": np.float32(np.linspace(0, 99, 37 * 53)), "F beyond": np.float32(np.linspace(0, 4000, 37 * 53)),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "top"), [
    ("I;16", 65535), ("I;16 of 14 bits", 65535), ("I;16B", 65535), ("I", 70_000), ("I of 8 bits", 255), ("F", 1),
    ("F to 255", 255), ("F beyond", 4000),
])  # fmt: skip
@pytest.mark.parametrize("strip_pixels", [10, 400, 10**6])
def test_a_deep_picture_read_in_strips_is_what_it_would_be_in_one_piece(kind, top, strip_pixels, monkeypatch):
    monkeypatch.setattr(decode, "STRIP_PIXELS", strip_pixels)
    values = DEEP[kind].reshape(37, 53)
    whole = np.rint(np.clip(values.astype(float) / top, 0, 1) * 255)
    opened = np.asarray(open_image(Image.fromarray(values)), float)
    assert opened.shape == (37, 53, 3)
    assert np.abs(opened - whole[..., None]).max() <= 1


@pytest.mark.parametrize("bits", [7, 10, 12])
@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_a_sensor_of_few_bits_in_a_sixteen_bit_file_is_stretched_to_be_seen(kind, bits):
    ramp = np.linspace(0, 2**bits - 1, 64 * 48).reshape(48, 64).astype(np.uint16)
    view = np.asarray(look_at(encoded(Image.fromarray(ramp), kind)).views[0])
    assert (view.min(), view.max()) == (0, 255)
    assert abs(view.mean() - 127.5) < 2


def test_a_black_deep_picture_stays_black():
    for values in (np.zeros((32, 32), np.uint16), np.zeros((32, 32), np.int32), np.zeros((32, 32), np.float32)):
        assert np.asarray(open_image(Image.fromarray(values))).max() == 0


def test_a_float_picture_is_scaled_and_its_nan_is_black():
    values = np.full((32, 32), 0.5, np.float32)
    values[0, 0] = np.nan
    opened = np.asarray(open_image(Image.fromarray(values)))
    assert opened[5, 5, 0] == 128
    assert opened[0, 0, 0] == 0


def test_transparency_is_laid_over_white():
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    assert np.asarray(open_image(encoded(clear))).min() == 255
    palette = Image.new("P", (32, 32), 0)
    assert np.asarray(open_image(encoded(palette, "GIF", transparency=0))).min() == 255


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    opened = open_image(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert np.asarray(opened)[0, 0].tolist() == [254, 0, 0] or np.asarray(opened)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (0, 1)), (8, (1, 0))])
def test_exif_orientation_turns_the_picture_upright(orientation, corner):
    values = np.zeros((40, 40, 3), np.uint8)
    values[:20, :20] = 255  # the stored top left
    image = Image.fromarray(values)
    exif = image.getexif()
    exif[0x0112] = orientation
    upright = np.asarray(open_image(encoded(image, "JPEG", exif=exif, quality=95)))
    row, column = (10 + 20 * c for c in corner)
    assert upright[row, column].min() > 200
    assert upright.mean() < 80


def test_hostile_exif_neither_raises_nor_gives_a_position():
    data = encoded(noise(32, 32), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xfe" * 300)
    assert open_image(data).size == (32, 32)
    assert exif_position(data) is None
    assert exif_position(b"no picture") is None


def test_exif_position_is_read_with_its_hemispheres():
    image = noise(32, 32)
    exif = image.getexif()
    exif[0x8825] = {1: "S", 2: (33.0, 51.0, 54.0), 3: "E", 4: (151.0, 12.0, 36.0)}
    lat, lng = exif_position(encoded(image, "JPEG", exif=exif))
    assert (lat, lng) == pytest.approx((-33.865, 151.21), abs=1e-3)


def test_exif_position_off_the_earth_is_none():
    image = noise(32, 32)
    exif = image.getexif()
    exif[0x8825] = {1: "N", 2: (133.0, 0.0, 0.0), 3: "E", 4: (10.0, 0.0, 0.0)}
    assert exif_position(encoded(image, "JPEG", exif=exif)) is None


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"<html>hello</html>", "a web page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64, "damaged HEIC"),
        (encoded(noise(64, 64))[:900], "could not be decoded"),
        (encoded(noise(1, 1)), "too small"),
        (empty_png(20_000, 20_000), "million"),
        (empty_png(10_000, 9_000), "million"),
    ],
)
def test_hostile_bytes_end_in_one_clear_sentence(data, word):
    with pytest.raises(ImageError, match=word) as caught:
        open_image(data)
    assert "\n" not in str(caught.value)


def test_a_truncated_jpeg_is_refused():
    whole = encoded(noise(200, 200), "JPEG")
    with pytest.raises(ImageError, match="cut off"):
        open_image(whole[: len(whole) // 2])


def test_too_many_bytes_are_refused_before_they_are_decoded(tmp_path):
    with pytest.raises(ImageError, match="200 MB"):
        open_image(bytes(200 * 2**20))
    path = tmp_path / "big.jpg"
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)
    with pytest.raises(ImageError, match=r"'big.jpg' has 200 MB"):
        open_image(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(ImageError, match="no such file"):
            open_image(path)


@pytest.mark.parametrize("count", [0, 2, 3, 5])
def test_other_numbers_of_pictures_than_one_and_four_are_refused(count):
    with pytest.raises(ImageError, match=f"found {count} pictures"):
        look_at([noise(32, 32)] * count)
    with pytest.raises(ManifestError, match=f"found {count} pictures of a place with 4 views"):
        read_views([noise(32, 32)] * count, 4)


def test_a_stage_takes_the_number_of_views_from_the_manifest_and_never_from_a_shape():
    wide = noise(256, 128)
    assert [view.size for view in read_views([wide], 1)] == [(256, 128)]
    assert [view.size for view in read_views([wide], 4, size=32)] == [(32, 32)] * 4
    assert decode_views([wide], 1, 24).shape == (1, 24, 24, 3)
    assert decode_views([wide], 4, 24).shape == (4, 24, 24, 3)
    with pytest.raises(ImageError, match="256 x 100 pixels; looked for a 360° panorama"):
        read_views([noise(256, 100)], 4)
    with pytest.raises(ManifestError, match="found 4 pictures of a place with 1 views"):
        read_views([wide] * 4, 1)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_view_turned_by_its_exif_is_not_turned_a_second_time(turn):
    exif = Image.Exif()
    exif[0x112] = turn
    path = encoded(four_colours(96, 64), "JPEG", exif=exif)
    (view,) = read_views([path], 1)
    again = read_views([view], 1)[0]
    assert not view.getexif() and not view.info
    assert np.array_equal(np.asarray(again), np.asarray(view))
    assert view.size == ((64, 96) if turn > 4 else (96, 64))


def test_four_views_of_mixed_sizes_and_a_single_photo_pass():
    sizes = [(32, 32), (64, 48), (20, 90), (33, 31)]
    views = read_views([noise(*size) for size in sizes], 4)
    assert [view.size for view in views] == sizes
    assert to_pixels(views, 24, (0, 0, 0), (1, 1, 1)).shape == (4, 3, 24, 24)
    assert len(read_views([noise(64, 48)], 1)) == 1


def test_a_panorama_becomes_four_views():
    views = read_views([noise(256, 128)], 4, size=32)
    assert [view.size for view in views] == [(32, 32)] * 4
    assert is_panorama(noise(256, 128))
    assert not is_panorama(noise(256, 140))


def test_the_middle_column_of_a_panorama_is_north_and_headings_grow_to_the_right():
    """Each quadrant of the panorama has its own colour; each view must show its own in the middle."""
    colours = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 0]], np.uint8)  # N, E, S, W
    heading = (np.arange(512) + 0.5) / 512 * 360.0 - 180.0
    quadrant = (((heading + 45.0) % 360.0) // 90.0).astype(int)
    panorama = Image.fromarray(np.repeat(colours[quadrant][None], 256, axis=0))
    for view, colour in zip(panorama_to_views(panorama, 32), colours, strict=True):
        assert np.abs(np.asarray(view)[8:24, 4:28].astype(int) - colour).max() <= 1


def test_a_view_agrees_with_the_direction_of_each_pixel():
    """A panorama whose colour is a smooth function of direction: the view must show that function."""
    height, width, size = 512, 1024, 48
    azimuth = ((np.arange(width) + 0.5) / width * 2 - 1) * np.pi
    elevation = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    red = 128 + 100 * np.cos(elevation)[:, None] * np.cos(azimuth)[None]
    green = 128 + 100 * np.cos(elevation)[:, None] * np.sin(azimuth)[None]
    blue = np.repeat(128 + 100 * np.sin(elevation)[:, None], width, axis=1)
    panorama = Image.fromarray(np.rint(np.stack([red, green, blue], axis=-1)).astype(np.uint8))
    plane = (np.arange(size) + 0.5) / size * 2 - 1
    right, down = np.meshgrid(plane, plane)
    length = np.sqrt(1 + right**2 + down**2)
    expected_north = 128 + 100 * np.stack([1 / length, right / length, -down / length], axis=-1)
    found = np.asarray(panorama_to_views(panorama, size)[0], float)
    assert np.abs(found - expected_north).max() < 1.5


def test_a_panorama_that_is_shrunk_does_not_alias():
    stripes = np.zeros((1024, 2048, 3), np.uint8)
    stripes[:, ::2] = 255
    for view in panorama_to_views(Image.fromarray(stripes), 32):
        assert np.abs(np.asarray(view, float)[12:20] - 127.5).max() < 12


def test_views_wrap_around_the_seam_without_a_dark_line():
    white = Image.new("RGB", (256, 128), "white")
    south = panorama_to_views(white, 48)[2]
    assert np.asarray(south).min() == 255


def test_the_centre_square_is_kept_and_never_mirrored():
    values = np.zeros((32, 96, 3), np.uint8)
    values[:, 32:48] = 255  # the left half of the centre square
    square = to_square(Image.fromarray(values), 32)
    assert square[:, :16].min() == 255
    assert square[:, 16:].max() == 0


def test_pixels_are_normalised_once():
    pixels = to_pixels([Image.new("RGB", (16, 16), (255, 0, 51))], 16, (0.5, 0.5, 0.0), (0.25, 0.5, 1.0))
    assert pixels.dtype == np.float32
    assert pixels[0, :, 3, 3] == pytest.approx([2.0, -1.0, 0.2])


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_picture_says_which_version_of_the_simulated_earth_drew_it(suffix, tmp_path):
    from world import WORLD_VERSION
    from world.draw.pictures import encode, write

    image = Image.new("RGB", (32, 16), "green")
    assert drawn_by(encode(image, suffix)) == WORLD_VERSION
    assert drawn_by(str(write(image, tmp_path / f"a{suffix}"))) == WORLD_VERSION
    assert drawn_by(Image.open(io.BytesIO(encode(image, suffix))).convert("RGB")) == WORLD_VERSION
    assert exif_position(encode(image, suffix)) is None


@pytest.mark.parametrize("software", ["Photo Shop 7", "simulated Earth vX", "a simulated Earth v2", ""])
def test_photos_and_odd_stamps_are_drawn_by_no_world(software):
    exif = Image.Exif()
    exif[0x131] = software
    assert drawn_by(encoded(Image.new("RGB", (20, 20)), "JPEG", exif=exif)) is None
    assert drawn_by(encoded(Image.new("RGB", (20, 20)))) is None
    assert drawn_by(b"no picture") is None


def test_a_photo_cut_from_a_panorama_agrees_with_the_direction_of_each_pixel():
    """As for the square views, of another shape, at another heading and across the seam."""
    height, width = 512, 1024
    azimuth = ((np.arange(width) + 0.5) / width * 2 - 1) * np.pi
    elevation = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    east = 128 + 100 * np.cos(elevation)[:, None] * np.sin(azimuth)[None]
    north = 128 + 100 * np.cos(elevation)[:, None] * np.cos(azimuth)[None]
    up = np.repeat(128 + 100 * np.sin(elevation)[:, None], width, axis=1)
    panorama = Image.fromarray(np.rint(np.stack([east, north, up], axis=-1)).astype(np.uint8))
    right, down = np.meshgrid((np.arange(96) + 0.5) / 96 * 2 - 1, ((np.arange(54) + 0.5) / 54 * 2 - 1) * 54 / 96)
    length = np.sqrt(1 + right**2 + down**2)
    for heading_deg, ahead, aside in ((0.0, 1, 0), (180.0, 1, 0), (90.0, 0, 1)):
        found = np.asarray(panorama_to_photo(panorama, heading_deg, 90.0, 96, 54), float)
        assert found.shape == (54, 96, 3)
        sign = -1 if heading_deg == 180.0 else 1
        forward, sideways = sign * 100 / length, 100 * right / length
        assert np.abs(found[..., ahead] - 128 - forward).max() < 1.5
        assert np.abs(found[..., aside] - 128 - (sideways if heading_deg == 0 else -sideways)).max() < 1.5
        assert np.abs(found[..., 2] - 128 + 100 * down / length).max() < 1.5


def test_a_photo_cut_from_a_large_panorama_does_not_alias():
    stripes = np.zeros((512, 1024, 3), np.uint8)
    stripes[:, ::2] = 255
    photo = np.asarray(panorama_to_photo(Image.fromarray(stripes), 0.0, 90.0, 32, 18), float)
    assert np.abs(photo - 127.5).max() < 12


def four_colours(width, height):
    colours = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 0]], np.uint8)
    return Image.fromarray(np.repeat(np.repeat(colours, width // 4, axis=0)[None], height, axis=0))


@pytest.mark.parametrize(("width", "height"), [(256, 64), (400, 100), (403, 100)])
def test_a_strip_is_four_views_from_left_to_right_at_the_door_for_people_only(width, height):
    strip = four_colours(width, height)
    handed = look_at(strip)
    assert handed.shape == "strip"
    middles = [view.getpixel((view.width // 2, view.height // 2)) for view in handed.views]
    assert middles == [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0)]
    assert len(read_views([strip], 1)) == 1, "a stage takes V from its manifest"


@pytest.mark.parametrize(("width", "height", "shape"), [(384, 64, "photo"), (128, 64, "panorama"), (96, 64, "photo")])
def test_other_shapes_are_read_as_what_they_are(width, height, shape):
    assert look_at(four_colours(width, height)).shape == shape


@pytest.mark.parametrize(("width", "height"), [(96, 64), (256, 64), (256, 128)])
def test_views_keep_the_mark_of_the_picture_they_were_cut_from_and_no_other_tag(width, height):
    from world import SOFTWARE, WORLD_VERSION

    exif = Image.Exif()
    exif[0x131], exif[0x112], exif[0x10F] = SOFTWARE, 1, "A camera"
    handed = look_at(encoded(four_colours(width, height), "JPEG", exif=exif))
    assert handed.world_version == WORLD_VERSION
    assert [drawn_by(view) for view in handed.views] == [WORLD_VERSION] * len(handed.views)
    assert all(set(view.info) == {"Software"} for view in handed.views)
    assert all(not view.info for view in look_at(four_colours(width, height)).views)


def test_the_broken_one_of_four_is_named():
    good = encoded(four_colours(96, 64))
    with pytest.raises(ImageError, match=r"the view to the west cannot be read: .* found an empty file"):
        read_views([good, good, good, b""], 4)
    with pytest.raises(ImageError, match=r"looked for a picture at none\.jpg, found no such file"):
        read_views([good, "none.jpg", good, good], 4)


def test_a_heic_opens_at_its_main_picture_within_the_limits():
    other = encoded(four_colours(96, 64), "HEIF", save_all=True, append_images=[noise(64, 64)], primary_index=1)
    assert open_image(other).size == (64, 64)
    with pytest.raises(ImageError, match="more than the 0 million"):
        open_image(other, max_pixels=100)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'<?xml version="1.0"?><svg/>', "an SVG drawing"), (b"<svg xmlns='x'>", "an SVG drawing"),
        (b"%PDF-1.7", "a PDF document"), (b"PK\x03\x04" + bytes(99), "a ZIP archive"),
        (b"\0\0\0\x18ftypmp42" + bytes(30), "a film"), (b"\xff\xd8\xff\xe0 cut", "a damaged JPEG picture"),
        (b"hello", "something else"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_called_by_its_name(data, found):
    with pytest.raises(ImageError, match=f"looked for JPEG, PNG.* HEIC or AVIF, found {found}"):
        open_image(data)
