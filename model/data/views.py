"""The only place that touches pixels: files into views, panoramas into views, views into arrays a network reads.

Everything a person may upload ends either as an RGB picture or as an `ImageError` with one sentence. Pictures are
never mirrored: mirroring would change the side of the road that people drive on. Knows no network and no Earth.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from model.errors import ImageError

Source = str | Path | bytes | Image.Image
HEADINGS_DEG = (0.0, 90.0, 180.0, 270.0)  # north, east, south, west
MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 64_000_000  # a 360° camera's 11,000 x 5,500 passes, a decompression bomb does not
MIN_SIDE = 16  # below it there is nothing to see
PANORAMA_TOLERANCE = 0.01  # of the ratio 2:1
SUPERSAMPLE = 3  # samples along each side of a view's pixel
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}


def open_image(source: Source, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """A picture as it was meant to be seen: RGB, upright, first frame, transparency over white.

    Raises:
        ImageError: no such file, too many bytes or pixels (known from the header, before decoding), not a picture,
            cut off, a format without a decoder here, or smaller than 16 pixels.
    """
    name = f"'{Path(source).name}'" if isinstance(source, str | Path) else "the picture"
    image = source if isinstance(source, Image.Image) else _decode_header(source, name, max_bytes)
    width, height = image.size
    if width * height > max_pixels:
        raise ImageError(
            f"{name} has {width:,} x {height:,} pixels, more than the {max_pixels / 1e6:.0f} million that "
            "are read; make it smaller first."
        )
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"{name} has {width} x {height} pixels, too small to see anything; give at least {MIN_SIDE} x {MIN_SIDE}."
        )
    try:
        if getattr(image, "is_animated", False):
            image.seek(0)
        image.load()
        orientation = _orientation(image)
        rgb = _to_rgb(image)
    except Exception as error:  # a decoder fed with hostile bytes may raise anything
        raise ImageError(f"{name} could not be decoded ({_first_line(error)}); it may be cut off.") from error
    for turn in _TURNS.get(orientation, ()):
        rgb = rgb.transpose(turn)
    return rgb


def gather_views(images: Sequence[Source | Image.Image], size: int | None = None) -> list[Image.Image]:
    """One photo -> 1 view; one 2:1 panorama -> 4 views; four pictures (N, E, S, W) -> 4 views, sizes may differ.

    `size` is the side of views cut from a panorama in pixels; by default a quarter of its width, at most 1024.

    Raises:
        ImageError: none, two, three or more than four pictures, or one that cannot be opened.
    """
    if isinstance(images, str | Path | bytes | Image.Image):
        images = [images]
    if len(images) not in (1, 4):
        raise ImageError(
            f"looked for 1 photo, 1 panorama or 4 views (north, east, south, west), found {len(images)} "
            "pictures; give one or four."
        )
    opened = [open_image(image) for image in images]
    if len(opened) == 1 and is_panorama(opened[0]):
        return panorama_to_views(opened[0], size or min(1024, max(MIN_SIDE, opened[0].width // 4)))
    return opened


def is_panorama(image: Image.Image) -> bool:
    """Whether a picture is twice as wide as high, which only an equirectangular panorama is by custom."""
    return abs(image.width / image.height / 2.0 - 1.0) <= PANORAMA_TOLERANCE


def panorama_to_views(
    panorama: Image.Image, size: int, headings: Sequence[float] = HEADINGS_DEG, fov_deg: float = 90.0
) -> list[Image.Image]:
    """Square gnomonic views of `size` pixels cut from an equirectangular panorama, anti-aliased.

    The panorama's middle column looks north (heading 0) and headings grow to the right; pitch is 0.
    """
    ideal = round(SUPERSAMPLE * size * math.pi / math.tan(math.radians(fov_deg) / 2.0))  # pixels round the horizon
    if panorama.width > 1.5 * ideal:
        panorama = panorama.resize((ideal, max(2, ideal // 2)), Image.Resampling.BOX)
    pixels = np.asarray(panorama.convert("RGB"), np.float32)  # (H, W, 3)
    views = []
    for heading in headings:
        x, y = _sampling_grid(size * SUPERSAMPLE, float(heading), float(fov_deg), *pixels.shape[:2])
        fine = _bilinear(pixels, x, y).reshape(size, SUPERSAMPLE, size, SUPERSAMPLE, 3)
        views.append(Image.fromarray(np.rint(fine.mean(axis=(1, 3))).astype(np.uint8)))
    return views


def to_square(view: Image.Image, size: int, resample: Image.Resampling = Image.Resampling.BICUBIC) -> NDArray[np.uint8]:
    """The centre square of a view, resized with anti-aliasing -> uint8 (size, size, 3)."""
    side = min(view.size)
    left, top = (view.width - side) // 2, (view.height - side) // 2
    square = view.convert("RGB")
    if view.width != view.height:
        square = square.crop((left, top, left + side, top + side))
    if side != size:
        square = square.resize((size, size), resample)
    return np.asarray(square, np.uint8)


def to_pixels(
    views: Sequence[Image.Image],
    size: int,
    mean: Sequence[float],
    std: Sequence[float],
    resample: Image.Resampling = Image.Resampling.BICUBIC,
) -> NDArray[np.float32]:
    """Views of one place as a network reads them -> (V, 3, H, W) float32, (value/255 − mean) / std."""
    stacked = np.stack([to_square(view, size, resample) for view in views])  # (V, H, W, 3)
    scaled = (stacked.astype(np.float32) / 255.0 - np.asarray(mean, np.float32)) / np.asarray(std, np.float32)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def drawn_by(source: Source) -> int | None:
    """The version of the simulated Earth that a picture says it was drawn by; None for photos and all others.

    It stands in EXIF's Software, or under that name in a PNG's text: "simulated Earth v2".
    """
    try:
        image = source if isinstance(source, Image.Image) else _decode_header(source, "the picture", MAX_BYTES)
        software = image.getexif().get(ExifTags.Base.Software) or image.info.get("Software")
    except Exception:  # hostile or absent EXIF: whoever decodes the pixels says what is wrong
        return None
    found = re.fullmatch(r"simulated Earth v(\d{1,6})", str(software).strip())
    return int(found[1]) if found else None


def exif_position(source: Source) -> tuple[float, float] | None:
    """The position a camera wrote into the file, or None: to be shown to the person, never used as a guess."""
    try:
        image = source if isinstance(source, Image.Image) else _decode_header(source, "the picture", MAX_BYTES)
        gps = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], str(gps.get(ExifTags.GPS.GPSLatitudeRef, "N")), "S")
        lng = _degrees(gps[ExifTags.GPS.GPSLongitude], str(gps.get(ExifTags.GPS.GPSLongitudeRef, "E")), "W")
    except Exception:  # hostile or absent EXIF: there is no position, and nothing depends on one
        return None
    good = math.isfinite(lat) and math.isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180 and (lat, lng) != (0, 0)
    return (lat, lng) if good else None


def _decode_header(source: str | Path | bytes, name: str, max_bytes: int) -> Image.Image:
    """Open lazily: only the header is read here."""
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise ImageError(f"looked for a picture at {path}, found no such file.")
        n_bytes = path.stat().st_size
    else:
        n_bytes = len(source)
    if n_bytes > max_bytes:
        raise ImageError(
            f"{name} has {n_bytes / 2**20:,.0f} MB, more than the {max_bytes / 2**20:.0f} MB that are read; "
            "make it smaller first."
        )
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise ImageError(f"{name} cannot be read ({error.strerror or error}).") from error
    try:
        return Image.open(BytesIO(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(
            f"{name} unpacks to far more than the {MAX_PIXELS / 1e6:.0f} million pixels that are read; "
            "make it smaller first."
        ) from error
    except Exception as error:  # a decoder fed with hostile bytes may raise anything
        if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
            raise ImageError(
                f"{name} is a HEIC picture, for which there is no decoder here; save it as JPEG or PNG."
            ) from error
        found = "an empty file" if not data else "something else"
        raise ImageError(f"{name} is not a picture that can be read: looked for JPEG, PNG, WebP, TIFF, GIF, BMP or "
                         f"AVIF, found {found}.") from error  # fmt: skip


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to RGB; 16-bit and float pictures are scaled, not clipped; transparency is laid over white."""
    if image.mode.startswith(("I", "F")):
        values = np.nan_to_num(np.asarray(image, np.float64))
        top = 255.0 if image.mode.startswith("F") and values.max() > 1.0 else 1.0
        if image.mode.startswith("I"):
            top = 65535.0 if values.max() > 255.0 or ";16" in image.mode else 255.0
        grey = np.clip(values / max(top, values.max()), 0.0, 1.0)
        return Image.fromarray(np.rint(grey * 255.0).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # hostile EXIF: the picture is shown as it is stored
        return 1


def _degrees(parts: Any, reference: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60.0 + seconds / 3600.0
    return -value if reference.strip().upper().startswith(negative) else value


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__


@lru_cache(maxsize=16)
def _sampling_grid(
    n: int, heading_deg: float, fov_deg: float, height: int, width: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where the n x n rays of a view meet a panorama of (height, width) -> columns and rows (n, n), pixel centres."""
    half = math.tan(math.radians(fov_deg) / 2.0)
    offset = ((np.arange(n) + 0.5) / n * 2.0 - 1.0) * half  # (n,) on the image plane at distance 1
    right, down = np.meshgrid(offset, offset)  # (n, n)
    azimuth = np.arctan(right) + math.radians(heading_deg)
    elevation = np.arctan2(-down, np.hypot(1.0, right))
    x = (azimuth / (2.0 * math.pi) + 0.5) * width - 0.5
    y = (0.5 - elevation / math.pi) * height - 0.5
    return np.mod(x, width).astype(np.float32), y.astype(np.float32)


def _bilinear(pixels: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sample (H, W, 3) at columns x (wrapped) and rows y (held at the poles)."""
    height, width = pixels.shape[:2]
    left, top = np.floor(x), np.floor(y)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    x0 = left.astype(np.intp) % width
    x1 = (x0 + 1) % width
    y0 = np.clip(top.astype(np.intp), 0, height - 1)
    y1 = np.clip(top.astype(np.intp) + 1, 0, height - 1)
    upper = pixels[y0, x0] * (1 - fx) + pixels[y0, x1] * fx
    lower = pixels[y1, x0] * (1 - fx) + pixels[y1, x1] * fx
    out: NDArray[np.float32] = upper * (1 - fy) + lower * fy
    return out


def panorama_to_photo(
    panorama: Image.Image, heading_deg: float, fov_deg: float, width: int, height: int
) -> Image.Image:
    """One rectangular gnomonic view of `width` x `height` pixels, `fov_deg` across, pitch 0, as a camera takes it.

    A panorama with more pixels than the view needs is averaged first, so nothing flickers; the marks are the caller's.
    """
    half = math.tan(math.radians(fov_deg) / 2.0)
    ideal = round(math.pi * width / half)  # round the horizon: one for each pixel in the middle of the view
    if panorama.width > ideal:
        panorama = panorama.resize((ideal, max(2, ideal // 2)), Image.Resampling.BOX)
    pixels = np.asarray(panorama.convert("RGB"), np.float32)  # (H, W, 3)
    right = ((np.arange(width) + 0.5) / width * 2.0 - 1.0) * half  # (width,) on the image plane at distance 1
    down = ((np.arange(height) + 0.5) / height * 2.0 - 1.0) * half * height / width  # (height,)
    azimuth = np.arctan(right) + math.radians(heading_deg)
    elevation = np.arctan2(-down[:, None], np.hypot(1.0, right)[None, :])  # (height, width)
    x = np.broadcast_to((azimuth / (2.0 * math.pi) + 0.5) * pixels.shape[1] - 0.5, elevation.shape)
    y = (0.5 - elevation / math.pi) * pixels.shape[0] - 0.5
    return Image.fromarray(np.rint(_bilinear(pixels, np.mod(x, pixels.shape[1]), y)).astype(np.uint8))
