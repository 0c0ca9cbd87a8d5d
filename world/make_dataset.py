"""Make a data set of the simulated Earth: places, pictures, manifest. Knows nothing of the model that learns from it.

    python -m world.make_dataset --places 44000 --validation 2000 --test 2000 --seed 1 --out data/world

writes DIR/images/… (four JPEG views of each place, north, east, south, west), then DIR/manifest.parquet, then a record.
Every picture is written whole or not at all, so that the same command after a kill goes on where it stopped.
"""

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from model import commands
from model.artifacts import is_done, record_path, whole, write_record
from model.errors import ArtifactError, ConfigError
from model.geo.atlas import Atlas
from world import WORLD_VERSION
from world.draw.pictures import write
from world.earth.places import sample_places
from world.earth.splits import Split
from world.lettering.fonts import fonts_in_use

STAGE = "make_dataset"
HEADINGS = (0.0, 90.0, 180.0, 270.0)
JPEG_QUALITY = 92
BATCH = 32  # places whose scenes are built at once
SHARD = 1000  # places in a folder
PANORAMA_WIDTH = 2048


@dataclass(frozen=True)
class DatasetConfig:
    """What to make."""

    places: int = field(metadata={"help": "number of places of all splits together"})
    out: Path = field(metadata={"help": "folder to write to"})
    seed: int = field(default=0, metadata={"help": "another seed, other places"})
    validation: int | None = field(default=None, metadata={"help": "validation places (else by share)"})
    test: int | None = field(default=None, metadata={"help": "test places (else by share)"})
    split_shares: tuple[float, ...] = field(
        default=(0.90, 0.05, 0.05), metadata={"help": "shares of train, validation and test places"}
    )
    size: int = field(default=96, metadata={"help": "side of a view in pixels"})
    samples: int = field(default=2, metadata={"help": "rays for each pixel"})
    preset: str = field(
        default="world", metadata={"help": "world, a continent, urban, rural, famous, or a country's ISO code"}
    )
    panoramas: bool = field(default=False, metadata={"help": f"also a panorama, {PANORAMA_WIDTH} pixels wide"})
    workers: int = field(default=0, metadata={"help": "processes; 0: one for each core"})

    def __post_init__(self) -> None:
        if self.places < 1:
            raise ConfigError(f"--places must be at least 1, found {self.places}.")
        if self.seed < 0 or self.workers < 0:
            raise ConfigError(f"--seed and --workers must not be negative, found {self.seed} and {self.workers}.")
        if not (8 <= self.size <= 4096 and self.samples in (1, 2, 4)):
            raise ConfigError(f"--size must be 8 … 4096 and --samples 1, 2 or 4, found {self.size} and {self.samples}.")
        shares = self.split_shares
        if len(shares) != 3 or min(shares) < 0 or abs(sum(shares) - 1.0) > 1e-6:
            raise ConfigError(f"--split-shares must be three shares that sum to 1, found {shares}.")
        if min(self.counts().values()) < 0:
            raise ConfigError(
                f"--validation and --test ask for more than the {self.places} places, or for less than none."
            )

    def counts(self) -> dict[Split, int]:
        """Number of places of each split; they sum to `places`."""
        validation = round(self.places * self.split_shares[1]) if self.validation is None else self.validation
        test = round(self.places * self.split_shares[2]) if self.test is None else self.test
        train = self.places - validation - test if min(validation, test) >= 0 else -1
        return {"train": train, "validation": validation, "test": test}

    def plan(self) -> dict[str, object]:
        """What decides over the pictures: all but where and with how many processes."""
        kept = {name: value for name, value in asdict(self).items() if name not in ("out", "workers")}
        return json.loads(json.dumps(kept | {"world_version": WORLD_VERSION}))  # type: ignore[no-any-return]


def main(config: DatasetConfig) -> Path:
    """Draw places, render their views, write manifest and record; return the manifest's path.

    Raises:
        StorageError: the disk is full or the folder cannot be written; what was finished is kept.
        ArtifactError: the folder holds another data set, or one of another world version.
    """
    manifest = config.out / "manifest.parquet"
    if is_done(config.out, STAGE, config.plan(), {}):
        return manifest
    table = _places(config)
    _claim(config)
    _render_all(table, config)
    with whole(manifest) as temporary:
        table.to_parquet(temporary, index=False)
    facts = {
        "places": len(table), "images": 4 * len(table), "world_version": WORLD_VERSION, "letters": fonts_in_use(),
    }  # fmt: skip
    write_record(config.out, STAGE, config.plan(), {}, {"manifest": manifest}, facts)
    (config.out / "plan.json").unlink(missing_ok=True)
    return manifest


def _claim(config: DatasetConfig) -> None:
    """Write down what this folder is for, or refuse it when it was begun for something else."""
    path = config.out / "plan.json"
    plan = json.dumps(config.plan(), sort_keys=True)
    if path.is_file() and path.read_text(encoding="utf-8") == plan:
        return
    if path.is_file() or (config.out / "images").is_dir():
        drawn = _version_in(config.out)
        if drawn not in (None, WORLD_VERSION):
            raise ArtifactError(
                f"{config.out} holds pictures of version {drawn} of the simulated Earth, and this is version "
                f"{WORLD_VERSION}, which looks different; choose another folder, or remove this one."
            )
        raise ArtifactError(
            f"{config.out} holds a data set of another seed, number or size; choose another folder, or remove this one."
        )
    with whole(path) as temporary:
        temporary.write_text(plan, encoding="utf-8")


def _version_in(folder: Path) -> object:
    """The world version of the data set that was begun or finished in a folder; None where nothing tells."""
    for path in (folder / "plan.json", record_path(folder, STAGE)):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return (told.get("config") or told)["world_version"]
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            continue
    return None


def _places(config: DatasetConfig) -> pd.DataFrame:
    """The manifest: places of all splits, their image paths, and what the atlas says of them."""
    parts = []
    for split, count in config.counts().items():
        if count:
            part = sample_places(count, config.seed, split, config.preset)
            part.insert(1, "split", split)
            parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    stems = [f"images/{name[:-3]}/{name}" for name in table["id"]]
    for view in range(len(HEADINGS)):
        table[f"image_{view}"] = [f"{stem}_{view}.jpg" for stem in stems]
    if config.panoramas:
        table["panorama"] = [f"{stem}_panorama.jpg" for stem in stems]
    table["heading_deg"] = 0.0
    table["world_version"] = WORLD_VERSION
    atlas = Atlas.open().describe(table[["lat", "lng"]].to_numpy())
    return pd.concat([table, atlas], axis=1)


def _render_all(table: pd.DataFrame, config: DatasetConfig) -> None:
    columns = [name for name in table.columns if name.startswith("image_") or name == "panorama"]
    recipes = table[["lat", "lng", "month", "hour", "seed", *columns]]
    batches = [recipes.iloc[start : start + BATCH] for start in range(0, len(recipes), BATCH)]
    work = partial(_render_batch, out=config.out, size=config.size, samples=config.samples)
    progress = Progress(TextColumn("rendering places"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with progress:
        task = progress.add_task("places", total=len(recipes))
        for done in _spread(work, batches, config.workers or os.cpu_count() or 1):
            progress.advance(task, done)


def _spread(work: "partial[int]", batches: list[pd.DataFrame], workers: int) -> Iterator[int]:
    """Do the batches on all cores, one process each; with one worker or one batch, right here."""
    if min(workers, len(batches)) == 1:
        yield from map(work, batches)
        return
    with multiprocessing.get_context("spawn").Pool(min(workers, len(batches)), _start_worker) as pool:
        yield from pool.imap_unordered(work, batches)


def _start_worker() -> None:
    import numba

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C and ends the pool
    numba.set_num_threads(1)


def _render_batch(batch: pd.DataFrame, out: Path, size: int, samples: int) -> int:
    """Render what is missing of a batch; returns how many places are now there."""
    from world.clues import build_scenes
    from world.render import render_equirectangular, render_views

    views = [f"image_{view}" for view in range(len(HEADINGS))]
    files = [name for name in batch.columns if name.startswith("image_") or name == "panorama"]
    missing = batch[[not all((out / row[name]).is_file() for name in files) for _, row in batch.iterrows()]]
    rows = missing.to_dict("records")
    for row, scene in zip(rows, build_scenes(missing), strict=True):
        pixels = render_views(scene, size=size, samples=samples, headings=HEADINGS)
        for name, view in zip(views, pixels, strict=True):
            _write_jpeg(view, out / row[name])
        if "panorama" in row:
            _write_jpeg(render_equirectangular(scene, PANORAMA_WIDTH, samples), out / row["panorama"])
    return len(batch)


def _write_jpeg(pixels: NDArray[np.uint8], path: Path) -> None:
    write(pixels, path, JPEG_QUALITY, sharp=True)


if __name__ == "__main__":
    parser = commands.parser_for(DatasetConfig, "python -m world.make_dataset", __doc__ or "")
    commands.run(lambda: print(main(commands.read(parser, DatasetConfig, sys.argv[1:]))))
