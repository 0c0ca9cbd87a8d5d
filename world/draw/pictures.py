"""Pictures and maps as files, stamped with the world's version and never with a place."""

import io
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from model.artifacts import whole
from world import SOFTWARE
from world.draw.slots import BEYOND, CLASSES

DEPTH_SCALE = 10_000.0  # value = DEPTH_SCALE log10(1 + metres): a thousandth apart near and far
DEPTH_SKY = 65535
# what each class is painted with, in the order of CLASSES
CLASS_COLOURS = (
    (150, 190, 230), (120, 125, 150), (50, 110, 190), (190, 165, 110), (90, 90, 95), (70, 140, 60), (190, 90, 70),
    (230, 60, 160), (250, 210, 40), (240, 140, 40), (120, 60, 170),
)  # fmt: skip


def encode(picture: NDArray[np.uint8] | Image.Image, suffix: str, quality: int = 92, sharp: bool = False) -> bytes:
    """The bytes of a picture file; EXIF's Software names the simulated Earth and its version.

    `sharp` keeps a JPEG's colours at full resolution.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    if suffix.lower() == ".png":
        image.save(stream, "PNG", pnginfo=_notes())
    else:
        exif = Image.Exif()
        exif[ExifTags.Base.Software] = SOFTWARE
        image.save(stream, "JPEG", quality=quality, subsampling=0 if sharp else -1, exif=exif)
    return stream.getvalue()


def write(picture: NDArray[np.uint8] | Image.Image, path: Path, quality: int = 92, sharp: bool = False) -> Path:
    """Write a picture whole or not at all.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    encoded = encode(picture, path.suffix, quality, sharp)
    with whole(path) as temporary:
        temporary.write_bytes(encoded)
    return path


def depth_values(metres: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Distances as the 16-bit numbers of a depth file: metres = 10^(value / 10000) - 1, and 65535 is the sky."""
    values = np.rint(DEPTH_SCALE * np.log10(1.0 + metres.astype(np.float64)))
    return np.where(metres < BEYOND, np.clip(values, 0, DEPTH_SKY - 1), DEPTH_SKY).astype(np.uint16)


def write_depth(metres: NDArray[np.float32], path: Path) -> Path:
    """Write distances (H, W) as a 16-bit grey PNG; its text says the scale.

    Raises:
        StorageError: as `write`.
    """
    scale = f"metres = 10^(value / {DEPTH_SCALE:.0f}) - 1; {DEPTH_SKY} is the sky"
    return _write_map(Image.fromarray(depth_values(metres)), path, Scale=scale)


def paint_classes(classes: NDArray[np.uint8]) -> Image.Image:
    """Classes (H, W) as a palette picture: a pixel's value is its class, its colour that of CLASS_COLOURS."""
    image = Image.fromarray(classes).convert("P")
    image.putpalette([channel for colour in CLASS_COLOURS for channel in colour])
    return image


def write_classes(classes: NDArray[np.uint8], path: Path) -> Path:
    """Write classes (H, W) as a palette PNG; its text "Legend" is JSON: names in the order of the values.

    Raises:
        StorageError: as `write`.
    """
    return _write_map(paint_classes(classes), path, Legend=json.dumps(CLASSES))


def _write_map(image: Image.Image, path: Path, **notes: str) -> Path:
    with whole(path) as temporary:
        image.save(temporary, "PNG", pnginfo=_notes(**notes), compress_level=1)  # a tenth larger, in half the time
    return path


def _notes(**notes: str) -> PngInfo:
    text = PngInfo()
    for name, value in ({"Software": SOFTWARE} | notes).items():
        text.add_text(name, value)
    return text
