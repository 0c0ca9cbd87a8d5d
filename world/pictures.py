"""Pictures as files: JPEG or PNG by the suffix, stamped with the world's version and never with a place."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from model.artifacts import whole
from world import SOFTWARE


def encode(picture: NDArray[np.uint8] | Image.Image, suffix: str, quality: int = 92, sharp: bool = False) -> bytes:
    """The bytes of a picture file; EXIF's Software names the simulated Earth and its version.

    `sharp` keeps a JPEG's colours at full resolution.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    stream = io.BytesIO()
    if suffix.lower() == ".png":
        text = PngInfo()
        text.add_text("Software", SOFTWARE)
        image.save(stream, "PNG", pnginfo=text)
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
