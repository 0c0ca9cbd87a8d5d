"""Class maps of views: PNG files that say of each pixel what is seen there (class_0 … class_3 of a manifest).

`python -m world.make_dataset --maps` writes them, with the names of the classes in the text "Legend" of each file; maps
by anybody else may come without. Knows no network.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from model.errors import ImageError, ManifestError

MAP_COLUMNS = ("class_0", "class_1", "class_2", "class_3")
NO_CLASS = 255  # in a decoded map: nobody knows
MAX_CLASSES = 64
MAX_SIDE = 8192
MAX_BYTES = 25 * 1024 * 1024


def map_columns(frame: pd.DataFrame) -> list[str]:
    """The columns of class maps, one a view; none where the manifest has no maps.

    Raises:
        ManifestError: maps of some views only.
    """
    found = [column for column in MAP_COLUMNS if column in frame]
    if found and len(found) != len(MAP_COLUMNS):
        raise ManifestError(f"looked for class maps of all views, {', '.join(MAP_COLUMNS)}; found {', '.join(found)}.")
    return found


def map_paths(frame: pd.DataFrame, manifest: Path) -> list[list[Path]]:
    """The maps of each row, made absolute: relative paths start at the manifest's folder."""
    folder = Path(manifest).parent
    return [[folder / str(cell) for cell in row] for row in frame[map_columns(frame)].to_numpy(dtype=object)]


def read_legend(path: Path) -> tuple[str, ...]:
    """The names of the classes, as the map's own text "Legend" gives them.

    Raises:
        ImageError: no such file, no picture, or one without a legend of 2 to 64 names.
    """
    with _opened(path) as image:
        text = image.info.get("Legend")
    try:
        names = json.loads(str(text))
        if isinstance(names, list) and 2 <= len(names) <= MAX_CLASSES and all(isinstance(name, str) for name in names):
            return tuple(names)
    except ValueError:
        pass
    raise ImageError(f"looked for the names of the classes in {path} (a PNG text 'Legend', a JSON list), found none.")


def read_maps(paths: Sequence[Path], size: int, n_classes: int) -> NDArray[np.uint8]:
    """The maps of one place -> (V, size, size) uint8; what is no class of the legend becomes NO_CLASS.

    Its centre square is taken, as of a view; another size is sampled at the nearest pixel: classes cannot be averaged.

    Raises:
        ImageError: a file that is missing, no picture, or no map of one class a pixel.
    """
    out = np.empty((len(paths), size, size), np.uint8)
    for view, path in zip(out, paths, strict=True):
        with _opened(path) as image:
            if image.mode not in ("P", "L"):
                raise ImageError(f"looked for a class map (8-bit palette or grey) in {path}, found mode {image.mode}.")
            try:
                view[:] = np.asarray(image.resize((size, size), Image.Resampling.NEAREST, _square(image)), np.uint8)
            except Exception as error:  # a decoder fed with hostile bytes may raise anything
                raise ImageError(f"{path} could not be decoded; it may be cut off.") from error
    out[out >= n_classes] = NO_CLASS
    return out


def _square(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the centre square."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return left, top, left + side, top + side


def _opened(path: Path) -> Image.Image:
    """Open lazily, within limits."""
    if not Path(path).is_file():
        raise ImageError(f"looked for a class map at {path}, found no such file.")
    if Path(path).stat().st_size > MAX_BYTES:
        raise ImageError(f"{path} has more than the {MAX_BYTES >> 20} MB that are read; make it smaller first.")
    try:
        image = Image.open(path, formats=("PNG",))
    except Exception as error:  # as above
        raise ImageError(f"looked for a class map in {path} (a PNG file), found something else.") from error
    if max(image.size) > MAX_SIDE:
        raise ImageError(f"{path} has {image.width:,} x {image.height:,} pixels, more than {MAX_SIDE:,} a side.")
    return image
