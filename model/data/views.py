"""Pictures into views: photos, four views, panoramas, strips; and views into arrays a network reads.

With `decode` (files into pictures) and `blank` (is there anything to see?) the only room that touches pixels. Pictures
are never mirrored: mirroring would change the side of the road that people drive on. Knows no network and no Earth.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.blank import why_blank
from model.data.decode import (
    MAX_BYTES,
    MAX_PIXELS,
    MIN_SIDE,
    Source,
    drawn_by,
    exif_position,
    is_first_of_several,
    mark,
    open_image,
)
from model.errors import ImageError, ManifestError

__all__ = [
    "HEADINGS_DEG", "MAX_BYTES", "MAX_PIXELS", "MIN_SIDE", "Handed", "Shape", "Source", "drawn_by", "exif_position",
    "decode_views", "is_panorama", "is_strip", "look_at", "open_image", "panorama_to_views", "read_views", "to_pixels",
    "to_square",
]  # fmt: skip

Shape = Literal["photo", "views", "panorama", "strip"]
HEADINGS_DEG = (0.0, 90.0, 180.0, 270.0)  # north, east, south, west
DIRECTIONS = ("north", "east", "south", "west")
PANORAMA_TOLERANCE = 0.01  # of the ratio 2:1
STRIP_TOLERANCE = 0.01  # of the ratio 4:1
SUPERSAMPLE = 3  # samples along each side of a view's pixel


@dataclass(frozen=True)
class Handed:
    """What somebody handed over: the views in it, what it was taken for, and which world drew all of it, if one did."""

    views: list[Image.Image]
    shape: Shape
    world_version: int | None


def look_at(
    images: Source | Sequence[Source],
    size: int | None = None,
    world_version: int | None = None,
    samples: int = SUPERSAMPLE,
) -> Handed:
    """What a person hands over, read by its shape: the door for people, and for nobody else.

    A 2:1 picture is a panorama, a 4:1 picture four square views side by side (N, E, S, W), four pictures are four
    views, anything else is a photo. `world_version` is for callers who know that the simulated Earth drew the pictures
    where these cannot say so, as screenshots cannot: such pictures are never called blank. `size` and `samples` are
    for views cut from a panorama, as in `panorama_to_views`.

    Raises:
        ImageError: none, two, three or more than four pictures, one that cannot be opened, or one in which there is
            nothing to see.
    """
    given = _checked(images)
    opened = _opened(given)
    if world_version is None:
        for number, image in enumerate(opened):
            if reason := why_blank(image):
                name = _named(given, number) or "the picture"
                frame = "the first frame of " if is_first_of_several(given[number]) else ""
                only = ", and no other is looked at" if frame else ""
                raise ImageError(f"there is nothing to see in {frame}{name}: {reason}{only}; give a photo of a place.")
    drawn = {drawn_by(image) for image in opened}
    version = world_version if world_version is not None else drawn.pop() if len(drawn) == 1 else None
    if len(opened) == 4:
        return Handed(opened, "views", version)
    if is_strip(opened[0]):
        return Handed(strip_to_views(opened[0]), "strip", version)
    views = _views_of(opened[0], size, samples)
    return Handed(views, "panorama" if len(views) == 4 else "photo", version)


def read_views(paths: Sequence[Source], n_views: int, size: int | None = None) -> list[Image.Image]:
    """The pictures of one place as its manifest means them, for stages: `n_views` views, never told by a shape.

    One picture is one view (whatever its shape) where `n_views` is 1, and a 360° panorama of four views where it is 4;
    four pictures are four views. `size` is the side of views cut from a panorama in pixels; by default a quarter of
    its width, at most 1024.

    Raises:
        ImageError: a picture that cannot be opened, or one that was to be a panorama and is not twice as wide as high.
        ManifestError: other numbers of pictures or views.
    """
    if (len(paths), n_views) not in ((1, 1), (1, 4), (4, 4)):
        raise ManifestError(f"looked for 1 picture, or for 4 of four views, found {len(paths)} pictures of a place "
                            f"with {n_views} views; see the manifest's column 'views'.")  # fmt: skip
    opened = _opened(paths)
    if len(opened) == n_views:
        return opened
    if not is_panorama(opened[0]):
        name = _named(paths, 0) or "the picture"
        raise ImageError(f"{name} has {opened[0].width} x {opened[0].height} pixels; looked for a 360° panorama, twice "
                         "as wide as high, as the manifest says that it holds panoramas.")  # fmt: skip
    return _views_of(opened[0], size)


def decode_views(
    paths: Sequence[Source], n_views: int, size: int, resample: Image.Resampling = Image.Resampling.BICUBIC
) -> NDArray[np.uint8]:
    """The pictures of one place as `read_views` reads them, made square -> uint8 (V, size, size, 3)."""
    return np.stack([to_square(view, size, resample) for view in read_views(paths, n_views, size)])


def is_strip(image: Image.Image) -> bool:
    """Whether a picture is four times as wide as high: four square views side by side."""
    return abs(image.width / image.height / 4.0 - 1.0) <= STRIP_TOLERANCE and image.height >= MIN_SIDE


def strip_to_views(strip: Image.Image) -> list[Image.Image]:
    """The four views of a strip, from left to right; they keep its mark."""
    edges = [round(strip.width * quarter / 4) for quarter in range(5)]
    return [strip.crop((left, 0, right, strip.height)) for left, right in pairwise(edges)]


def is_panorama(image: Image.Image) -> bool:
    """Whether a picture is twice as wide as high, which only an equirectangular panorama is by custom."""
    return abs(image.width / image.height / 2.0 - 1.0) <= PANORAMA_TOLERANCE


def panorama_to_views(
    panorama: Image.Image,
    size: int,
    headings: Sequence[float] = HEADINGS_DEG,
    fov_deg: float = 90.0,
    samples: int = SUPERSAMPLE,
) -> list[Image.Image]:
    """Square gnomonic views of `size` pixels cut from an equirectangular panorama, anti-aliased.

    The panorama's middle column looks north (heading 0) and headings grow to the right; pitch is 0. `samples` along
    each side of a pixel are averaged; the models were trained with the default, one is enough to be looked at.
    """
    ideal = round(samples * size * math.pi / math.tan(math.radians(fov_deg) / 2.0))  # pixels round the horizon
    if panorama.width > 1.5 * ideal:
        panorama = panorama.resize((ideal, max(2, ideal // 2)), Image.Resampling.BOX)
    pixels = np.asarray(panorama.convert("RGB"), np.float32)  # (H, W, 3)
    views, drawn = [], drawn_by(panorama)
    for heading in headings:
        x, y = _sampling_grid(size * samples, float(heading), float(fov_deg), *pixels.shape[:2])
        fine = _bilinear(pixels, x, y).reshape(size, samples, size, samples, 3)
        views.append(mark(Image.fromarray(np.rint(fine.mean(axis=(1, 3))).astype(np.uint8)), drawn))
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


def _checked(images: Source | Sequence[Source]) -> Sequence[Source]:
    given: Sequence[Source] = [images] if isinstance(images, str | Path | bytes | Image.Image) else images
    if len(given) not in (1, 4):
        raise ImageError(
            f"looked for 1 photo, 1 panorama or 4 views (north, east, south, west), found {len(given)} "
            "pictures; give one or four."
        )
    return given


def _opened(given: Sequence[Source]) -> list[Image.Image]:
    return [open_image(image, name=_named(given, number)) for number, image in enumerate(given)]


def _named(given: Sequence[Source], number: int) -> str | None:
    """What a sentence calls one of several pictures; a single one has its own name."""
    file = given[number]
    own = f"'{Path(file).name}'" if isinstance(file, str | Path) else ""
    if len(given) == 1:
        return own or None
    return f"the view to the {DIRECTIONS[number]}" + (f" ({own})" if own else "")


def _views_of(image: Image.Image, size: int | None, samples: int = SUPERSAMPLE) -> list[Image.Image]:
    if is_panorama(image):
        return panorama_to_views(image, size or min(1024, max(MIN_SIDE, image.width // 4)), samples=samples)
    return [image]


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
