"""Twenty-four small pictures that hold the renderer to its word: the same recipe and version, the same pixels.

    python -m world.study.reference             draws them anew, once WORLD_VERSION has been raised
    python -m world.study.reference --again     over those of the same version, before it is given to anyone

They lie beside the tests with the version and the recipes that they were drawn for. A pixel that changes under the
same version fails a test, and so does a new version without new pictures. On the kind of machine that drew them every
byte is compared. Elsewhere fastmath and the processor's own sines may round the last digit another way, and a ray that
just grazes an edge falls on its other side: nearly all pixels must be alike, and the few others are not counted.
Letters are drawn by ourselves, so that the fonts of a machine change nothing. Knows no statistics.
"""

import hashlib
import json
import os
import platform
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import PIL
from numpy.typing import NDArray
from PIL import Image

from model.artifacts import whole
from model.commands import parser_for, read, run
from model.errors import ConfigError
from model.geo.folders import repository_dir
from world import WORLD_VERSION
from world.clues import build_scenes
from world.contact_sheet import PLACES
from world.draw.compiled import processor
from world.draw.pictures import write
from world.lettering.fonts import VARIABLE
from world.render import render_views

FOLDER = repository_dir() / "tests/world/reference"
RECORD = "reference.json"
SIZE = 40  # pixels of one of the four views of a strip
SAMPLES = 4
# One for each of the contact sheet's places, so chosen that together they show as many kinds as can be: bridges
# and shores, crops and snow, scripts, kinds of pole, lamp, fence, garden, landmark and cloud.
SEEDS = (6, 11, 5, 1, 1, 1, 3, 37, 10, 8, 15, 1, 3, 20, 1, 2, 9, 6, 15, 1, 1, 6, 14, 1)
# Where another kind of machine drew them. Code for the plainest processor of the family (no fused multiply-add, no
# AVX, numpy's loops too) drew every byte as this one's own did, so what is allowed is little: a dozen grazed edges.
MEAN_LEVELS = 0.1  # of 255
NEAR_LEVELS, NEAR_SHARE = 3, 0.997  # so many pixels within so many levels

REMEDY = "raise WORLD_VERSION in world/__init__.py and run `python -m world.study.reference` to draw them anew"

Pixels = NDArray[np.uint8]


def recipes() -> pd.DataFrame:
    """What the pictures are made from: name, lat, lng, month, hour, seed."""
    frame = pd.DataFrame(PLACES, columns=["name", "lat", "lng", "month", "hour"]).assign(seed=SEEDS)
    return frame.assign(name=[_file_name(name) for name in frame["name"]])


def draw_strips() -> dict[str, Pixels]:
    """The pictures by name: four views (N, E, S, W) side by side, uint8 (SIZE, 4 · SIZE, 3)."""
    asked = recipes()
    with _drawn_letters():
        scenes = build_scenes(asked.drop(columns="name"))
        strips = [np.concatenate(list(render_views(scene, SIZE, SAMPLES)), axis=1) for scene in scenes]
    return dict(zip(asked["name"], strips, strict=True))


def changes(drawn: dict[str, Pixels], folder: Path = FOLDER, exactly: bool | None = None) -> list[str]:
    """What differs between pictures and those in the folder: sentences that say what to do, none when all is well.

    `exactly` compares every byte; by default where the machine is of the kind that drew those in the folder.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return [f"looked for {RECORD} beside the reference pictures, found none that can be read ({error}); {REMEDY}."]
    if record.get("world_version") != WORLD_VERSION:
        return [
            f"the reference pictures are of version {record.get('world_version')} of the world, and WORLD_VERSION is "
            f"{WORLD_VERSION}: run `python -m world.study.reference` to draw them anew."
        ]
    if record.get("recipes") != _plain_recipes():
        return [f"the reference pictures were drawn for other recipes; {REMEDY}."]
    if exactly is None:
        exactly = record.get("machine") == machine()
    found = [_difference(name, strip, folder / f"{name}.png", exactly) for name, strip in drawn.items()]
    return [f"pixels changed in {sentence}: {REMEDY}." for sentence in found if sentence]


def apart(one: Pixels, other: Pixels) -> tuple[float, float]:
    """The mean difference of two pictures in levels of 255, and the share of pixels within NEAR_LEVELS."""
    levels = np.abs(one.astype(np.int16) - other.astype(np.int16))
    return float(levels.mean()), float((levels.max(axis=2) <= NEAR_LEVELS).mean())


def machine() -> str:
    """The kind of machine, by all that rounds or draws: two of a kind draw the same bytes from the same recipe."""
    features = cast(dict[str, Any], np.show_config(mode="dicts"))
    simd = " ".join(sorted(features["SIMD Extensions"].get("found", [])))
    loops = hashlib.sha256(simd.encode()).hexdigest()[:8]
    libraries = f"numpy {np.__version__} {loops}, {' '.join(platform.libc_ver())}, pillow {PIL.__version__}"
    return f"{processor()}, {libraries}"


def _difference(name: str, strip: Pixels, path: Path, exactly: bool) -> str:
    """How a picture differs from its file, in words, or ""."""
    try:
        stored = np.asarray(Image.open(path).convert("RGB"))
    except OSError:
        return f"{name}, of which there is no picture that can be read"
    if stored.shape != strip.shape:
        return f"{name}, whose picture has another size"
    mean, near = apart(strip, stored)
    said = f"{name} (by {mean:.3f} levels on average; {100 * near:.2f} % of pixels within {NEAR_LEVELS} levels)"
    if exactly:
        return said if (strip != stored).any() else ""
    return said if mean > MEAN_LEVELS or near < NEAR_SHARE else ""


def _plain_recipes() -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = json.loads(recipes().to_json(orient="records"))
    return plain


def _file_name(place: str) -> str:
    """ "Norway, Sognefjord, July" -> "norway-sognefjord-july"."""
    plain = unicodedata.normalize("NFKD", place).encode("ascii", "ignore").decode().lower()
    return "-".join(plain.replace(",", " ").split())


@contextmanager
def _drawn_letters() -> Iterator[None]:
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = "drawn"
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


@dataclass(frozen=True)
class ReferenceConfig:
    """Where the pictures lie."""

    folder: Path = field(default=FOLDER, metadata={"help": "folder of the pictures and of reference.json"})
    again: bool = field(default=False, metadata={"help": "draw over the pictures of the same version"})


def main(config: ReferenceConfig) -> Path:
    """Draw all pictures and write them, their record last -> the record's path.

    Raises:
        ConfigError: there are pictures of this version already, and nobody said `--again`.
        StorageError: a file that cannot be written.
    """
    path = config.folder / RECORD
    if path.is_file() and not config.again:
        version = json.loads(path.read_text(encoding="utf-8")).get("world_version")
        if version == WORLD_VERSION:
            raise ConfigError(
                f"there are reference pictures of version {WORLD_VERSION} of the world already: raise WORLD_VERSION in "
                "world/__init__.py, or say --again if nobody has drawn anything with this version yet."
            )
    strips = draw_strips()
    for name, strip in strips.items():
        write(strip, config.folder / f"{name}.png")
    for old in config.folder.glob("*.png"):
        if old.stem not in strips:
            old.unlink()
    record = {"world_version": WORLD_VERSION, "machine": machine(), "recipes": _plain_recipes()}
    with whole(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    _parser = parser_for(ReferenceConfig, "python -m world.study.reference", __doc__ or "")
    run(lambda: print(main(read(_parser, ReferenceConfig))))
