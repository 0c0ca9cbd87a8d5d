"""Files as upright RGB pictures: decoded, turned, flattened, within limits; and what a file says of itself.

Everything a person may hand over ends either as an RGB picture that carries no tag but the mark of the simulated Earth,
or as an `ImageError` with one sentence. Knows no views and no network.
"""

import math
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image

from model.data import archives
from model.errors import ImageError

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)  # photos of iPhones

Source = str | Path | bytes | Image.Image
MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 64_000_000  # a 360° camera's 11,000 x 5,500 passes, a decompression bomb does not
MIN_SIDE = 16  # below it there is nothing to see
STRIP_PIXELS = 1 << 20  # of a deep picture that are numbers at once: 8 MB of them
SHALLOW = 65536 / 8  # a 16-bit file that stays below was filled by a sensor of fewer bits, 12 as a rule
READ = "JPEG, PNG, WebP, TIFF, GIF, BMP, HEIC or AVIF"
MARK = "Software"  # the tag, in EXIF and in a PNG's text, that names the simulated Earth and its version
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# How files begin that people take for pictures.
_OTHERS = (
    (rb"\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s/>]", "an SVG drawing"),
    (rb"\s*<(!doctype html|html)", "a web page"),
    (rb"%PDF-", "a PDF document"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!", "an archive"),
    (rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1)", "a damaged HEIC picture"),
    (rb"....ftyp(avif|avis)", "a damaged AVIF picture"),
    (rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI ", "a film"),
    (rb"\xff\xd8\xff", "a damaged JPEG picture"),
    (rb"\x89PNG", "a damaged PNG picture"),
)


def open_image(
    source: Source, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS, name: str | None = None
) -> Image.Image:
    """A picture as it was meant to be seen: RGB, upright, first frame, transparency over white.

    It carries no tag of its file, so nobody turns it a second time; only the mark of the simulated Earth stays (see
    `drawn_by`). `name` is what a sentence about it calls it.

    Raises:
        ImageError: no such file, too many bytes or pixels (known from the header, before decoding), not a picture,
            cut off, a format without a decoder here, or smaller than 16 pixels.
    """
    if name is None:
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
    version = drawn_by(image)
    try:
        if image.format != "HEIF" and image.tell() != 0:  # a HEIC opens at its main picture, whichever that is
            image.seek(0)
        image.load()  # a TIFF turns itself here and forgets its tag, a HEIC has none to turn by
        orientation = _orientation(image)
        upright = _to_rgb(image)
    except Exception as error:  # a decoder fed with hostile bytes may raise anything
        raise ImageError(f"{name} could not be decoded ({_first_line(error)}); it may be cut off.") from error
    if orientation in _TURNS:
        upright = upright.transpose(_TURNS[orientation])
    return mark(upright, version)


def mark(image: Image.Image, version: int | None) -> Image.Image:
    """The same picture, saying that this version of the simulated Earth drew it; None: saying nothing."""
    image.info = {} if version is None else {MARK: f"simulated Earth v{version}"}
    return image


def drawn_by(source: Source) -> int | None:
    """The version of the simulated Earth that a picture says it was drawn by; None for photos and all others.

    It stands in EXIF's Software, or under that name in a PNG's text: "simulated Earth v2".
    """
    try:
        image = source if isinstance(source, Image.Image) else _decode_header(source, "the picture", MAX_BYTES)
        software = image.getexif().get(ExifTags.Base.Software) or image.info.get(MARK)
    except Exception:  # hostile or absent EXIF: whoever decodes the pixels says what is wrong
        return None
    found = re.fullmatch(r"simulated Earth v(\d{1,6})", str(software).strip())
    return int(found[1]) if found else None


def is_first_of_several(source: Source) -> bool:
    """Whether `open_image` looks at the first frame of several: an animation, or a TIFF of many pages.

    Not so a HEIC, which opens at its main picture, nor a file that cannot be read.
    """
    try:
        image = source if isinstance(source, Image.Image) else _decode_header(source, "the picture", MAX_BYTES)
        return image.format != "HEIF" and bool(getattr(image, "is_animated", False))
    except Exception:  # hostile frames: whoever decodes the pixels says what is wrong
        return False


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
    n_bytes = archives.size_of(source) if isinstance(source, str | Path) else len(source)
    if n_bytes > max_bytes:
        raise ImageError(
            f"{name} has {n_bytes / 2**20:,.0f} MB, more than the {max_bytes / 2**20:.0f} MB that are read; "
            "make it smaller first."
        )
    try:
        data = source if isinstance(source, bytes) else archives.read_bytes(source)
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
        raise ImageError(f"{name} cannot be read: looked for {READ}, found {_kind(data)}.") from error


def _kind(data: bytes) -> str:
    """What a file that is no picture seems to be."""
    if not data:
        return "an empty file"
    begin = data[:1024]
    return next(
        (kind for start, kind in _OTHERS if re.match(start, begin, re.DOTALL | re.IGNORECASE)), "something else"
    )


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to a new RGB picture; 16-bit and float ones are scaled, not clipped; transparency is laid over white."""
    if image.mode.startswith(("I", "F")):
        return _deep_to_grey(image).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _deep_to_grey(image: Image.Image) -> Image.Image:
    """A picture of modes I, I;16 or F as 8-bit grey, strip by strip: whole, its numbers would fill a memory."""
    largest = max(float(values.max()) for _, values in _strips(image))
    if image.mode.startswith("F"):
        top = 255.0 if largest > 1.0 else 1.0
    elif 0.0 < largest < SHALLOW and (";16" in image.mode or largest > 255.0):
        top = largest
    else:
        top = 65535.0 if largest > 255.0 or ";16" in image.mode else 255.0
    grey = Image.new("L", image.size)
    for upper, values in _strips(image):
        levels = np.rint(np.clip(values / max(top, largest), 0.0, 1.0) * 255.0)
        grey.paste(Image.fromarray(levels.astype(np.uint8)), (0, upper))
    return grey


def _strips(image: Image.Image) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The rows of a picture of one channel from the top, some at a time: the first one's number, values (h, W)."""
    rows = max(1, STRIP_PIXELS // image.width)
    for upper in range(0, image.height, rows):
        strip = image.crop((0, upper, image.width, min(upper + rows, image.height)))
        yield upper, np.nan_to_num(np.asarray(strip, np.float64))


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
