"""Verb: a single photograph of each place out of a manifest of four views -> DIR/manifest.parquet and DIR/images/.

PIGEOTTO answers photographs, so its head, its index and its figures are made of photographs: of each place one with a
random heading, pitch (± 10°), roll (± 3°) and zoom (50° … 94°), with the light, grain and compression of other cameras
(`model/networks/augment.py`). The same seed makes the same photographs. Splits, source and all that is known of a place
stay; `heading_deg` is the photograph's. What is done is kept, the same command goes on from there.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import ExifTags, Image
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from model.artifacts import fingerprint, is_done, whole, write_record
from model.commands import parser_for, read, run
from model.data.manifest import (
    VIEW_COLUMNS,
    drawn_version,
    image_paths,
    n_views,
    read_manifest,
    read_source,
    require_columns,
    write_manifest,
)
from model.data.views import decode_views
from model.errors import ConfigError, ManifestError
from model.networks.augment import photo_views
from model.networks.photo_cut import draw_looks

STAGE = "cut_photos"
FOLDER = 1000  # photographs in one
QUALITY = 92
BLOCK = 512  # places between two looks at the bar


@dataclass(frozen=True)
class PhotosConfig:
    """Out of which places, and how."""

    manifest: Path = field(metadata={"help": "manifest of places with four views each"})
    out: Path = field(metadata={"help": "folder of the photographs and their manifest"})
    size: int = field(default=96, metadata={"help": "side of a photograph in pixels; no larger than the views"})
    jitter: bool = field(default=True, metadata={"help": "also light, colour, grain and compression of other cameras"})
    seed: int = field(default=0, metadata={"help": "another seed, other photographs"})
    train: int | None = field(default=None, metadata={"help": "of the first so many training places; default: all"})

    def __post_init__(self) -> None:
        if self.train is not None and self.train < 1:
            raise ConfigError(f"--train must be 1 or more, found {self.train}; leave it out to cut all places.")
        if not 16 <= self.size <= 1024:
            raise ConfigError(f"--size must be 16 to 1024 pixels, found {self.size}.")


def main(config: PhotosConfig) -> Path:
    """Cut, write the manifest and the record -> the path of the manifest; a finished folder is left as it is.

    Raises:
        ManifestError: places that have no four views, or no splits where some training places alone are asked for.
        ConfigError: more training places than there are.
        ImageError: a picture that cannot be read.
        StorageError: no space.
    """
    out, inputs = config.out / "manifest.parquet", {"manifest": config.manifest}
    if is_done(config.out, STAGE, config, inputs):
        print(f"{out} is done; nothing to do.")
        return out
    frame, source = _first(read_manifest(config.manifest), config), read_source(config.manifest)
    if n_views(frame, str(config.manifest)) != len(VIEW_COLUMNS):
        raise ManifestError(f"{config.manifest} has one view of each place; looked for the four that photographs are "
                            "cut out of. Single photos are used as they are.")  # fmt: skip
    paths = image_paths(frame, config.manifest)
    seeds = [seed_of(config.seed, name) for name in frame["id"]]
    folder = f"images-{_key(config)}"  # photographs of other settings are never taken for these
    names = [f"{folder}/{row // FOLDER:05d}/{row:08d}.jpg" for row in range(len(frame))]
    cut = partial(_cut, config=config, version=drawn_version(source))
    columns = (*Progress.get_default_columns()[:3], MofNCompleteColumn(), TimeRemainingColumn())
    with ThreadPoolExecutor() as pool, Progress(*columns) as progress:
        task = progress.add_task("cutting photographs", total=len(paths))
        for start in range(0, len(paths), BLOCK):
            block = slice(start, start + BLOCK)
            targets = [config.out / name for name in names[block]]
            list(pool.map(cut, paths[block], seeds[block], targets))
            progress.advance(task, len(targets))
    first_deg = frame["heading_deg"].fillna(0.0).to_numpy(np.float64) if "heading_deg" in frame else 0.0
    turned_deg = np.array([float(draw_looks(1, seed).heading) for seed in seeds])
    known = [name for name in map(str, frame) if name not in VIEW_COLUMNS and not name.startswith(("class_", "depth_"))]
    photos = frame[known].assign(image=names, views=1, heading_deg=(first_deg + turned_deg) % 360.0)
    write_manifest(photos, out, source)
    write_record(config.out, STAGE, config, inputs, {"manifest": out}, {"photographs": len(photos), "source": source})
    print(f"{out}: {len(photos):,} photographs")
    return out


def _first(frame: pd.DataFrame, config: PhotosConfig) -> pd.DataFrame:
    """All places, or as many of the split train as were asked for and all others."""
    if config.train is None:
        return frame
    require_columns(frame, ["split"], config.manifest)
    learned = frame["split"] == "train"
    if config.train > learned.sum():
        raise ConfigError(f"--train {config.train}: {config.manifest} has {learned.sum()} training places; give as "
                          "many or fewer.")  # fmt: skip
    return frame[~learned | (learned.cumsum() <= config.train)].reset_index(drop=True)


def seed_of(seed: int, place: str) -> int:
    """The seed of a place's photograph, which does not depend on its row."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{place}".encode()).digest()[:6], "big")


def _cut(paths: Sequence[Path], seed: int, target: Path, config: PhotosConfig, version: int | None) -> None:
    if target.is_file():
        return
    views = torch.from_numpy(decode_views(paths, len(VIEW_COLUMNS), config.size))
    photo = Image.fromarray(photo_views(views[None], seed, config.size, config.jitter)[0, 0].numpy())
    exif = Image.Exif()
    if version is not None:
        exif[ExifTags.Base.Software] = f"simulated Earth v{version}"
    with whole(target) as temporary:
        photo.save(temporary, "JPEG", quality=QUALITY, exif=exif)


def _key(config: PhotosConfig) -> str:
    told = f"{fingerprint(config.manifest)}:{config.size}:{config.jitter}:{config.seed}:{config.train}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.cut_photos`."""
    parser = parser_for(PhotosConfig, "python -m model.cut_photos", str(__doc__))
    config = read(parser, PhotosConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
