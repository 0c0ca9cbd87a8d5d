"""Stage: make a manifest of any table of places with pictures; writes DIR/manifest.parquet.

The table (CSV or parquet) needs `lat` and `lng` (`latitude`, `longitude`, `lon` are read as well); `id` is the row's
number where there is none. Pictures are named in `image` or `image_0` … `image_3` relative to `--images`, or else
looked for there by id: `<id>.jpg`, or `<id>_0.jpg` … `<id>_3.jpg` (also png, webp, jpeg). Every picture is opened once.
Atlas columns that are absent are filled in, and places without a split get one by the half-degree cell they lie in, so
that few neighbours stand on both sides. A manifest made by `world.make_dataset` is such a table too; its source (which
simulated Earth drew the pictures) is kept, and any other table is one of photographs.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import fingerprint, is_done, whole, write_record
from model.commands import parser_for, read, run
from model.data.manifest import (
    ATLAS_COLUMNS,
    SPLITS,
    VIEW_COLUMNS,
    check_manifest,
    image_columns,
    image_paths,
    n_views,
    read_source,
    read_table,
    write_manifest,
)
from model.data.views import read_views
from model.errors import ConfigError, ImageError, ManifestError
from model.geo.atlas import Atlas

STAGE = "prepare_dataset"
CELL_DEG = 0.5  # side of the cells that are kept whole within a split
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG")
ALIASES = {"latitude": "lat", "longitude": "lng", "lon": "lng", "LAT": "lat", "LON": "lng"}
CHUNK = 1000  # places checked between two notes of progress


@dataclass(frozen=True)
class PrepareConfig:
    """Which table, where its pictures are, and how to split it."""

    table: Path = field(
        metadata={"help": "CSV or parquet with lat, lng and perhaps id, image…, split, heading_deg, month"}
    )
    out: Path = field(metadata={"help": "folder of the manifest"})
    images: Path | None = field(default=None, metadata={"help": "folder of the pictures; the table's own by default"})
    validation: float = field(default=0.05, metadata={"help": "share of cells for validation, where there is no split"})
    test: float = field(default=0.05, metadata={"help": "share of cells for the test"})
    pictures: bool = field(
        default=True, metadata={"help": "--no-pictures: a table of places alone, whose embeddings were made elsewhere"}
    )
    bad: Literal["refuse", "drop"] = field(default="refuse", metadata={"help": "what to do about unreadable pictures"})
    panoramas: bool = field(
        default=False, metadata={"help": "the pictures in `image` are 360° panoramas, twice as wide as high: 4 views"}
    )
    seed: int = field(default=0, metadata={"help": "of the split"})

    def __post_init__(self) -> None:
        if not (self.validation >= 0 and self.test >= 0 and self.validation + self.test < 1):
            raise ConfigError("--validation and --test must be shares that leave something to train on.")


def main(config: PrepareConfig) -> Path:
    """Write the manifest and its record; a finished one is left as it is.

    Raises:
        ManifestError: a table that cannot be read, or pictures that cannot (with `bad="refuse"`).
        StorageError: no space.
    """
    out = config.out / "manifest.parquet"
    if not config.table.is_file():
        raise ManifestError(f"looked for a table at {config.table}, found no such file.")
    if is_done(config.out, STAGE, config, {"table": config.table}):
        print(f"{out} is done; nothing to do.")
        return out
    folder = config.images or config.table.parent
    if config.pictures and not folder.is_dir():
        raise ManifestError(f"looked for pictures in {folder}, found no such folder.")
    frame = read_table(config.table)
    frame = frame.rename(columns={old: new for old, new in ALIASES.items() if old in frame and new not in frame})
    if "id" not in frame:
        frame.insert(0, "id", [f"{row:08d}" for row in range(len(frame))])
    source = read_source(config.table)
    frame = check_manifest(frame, str(config.table)).drop(columns="world_version", errors="ignore")
    if config.pictures:
        frame = find_images(frame, folder)
        frame = _check_images(frame.assign(views=_views(frame, config)), folder, config)
    else:
        frame = frame.drop(columns=[name for name in ("image", *VIEW_COLUMNS, "views") if name in frame])
    if "split" not in frame:
        frame.insert(1, "split", split_by_cell(frame[["lat", "lng"]].to_numpy(), config))
    frame = fill_in(frame)
    for column in image_columns(frame) if config.pictures else ():
        frame[column] = [os.path.relpath(folder / path, config.out) for path in frame[column]]
    write_manifest(frame, out, source)
    facts = {"places": len(frame), "splits": {name: int((frame["split"] == name).sum()) for name in SPLITS},
             "views": n_views(frame) if config.pictures else 0, "source": source}  # fmt: skip
    write_record(config.out, STAGE, config, {"table": config.table}, {"manifest": out}, facts)
    print(f"{out}: {len(frame):,} places, " + ", ".join(f"{n:,} {name}" for name, n in facts["splits"].items()))  # type: ignore[attr-defined]
    return out


def _views(frame: pd.DataFrame, config: PrepareConfig) -> int:
    """V of every place: what the table says of itself, or else `--panoramas`.

    Raises:
        ManifestError: `--panoramas` for four pictures of each place, or for a table that says otherwise.
    """
    if not config.panoramas:
        return n_views(frame, str(config.table))
    if image_columns(frame) != ["image"] or ("views" in frame and n_views(frame, str(config.table)) != 4):
        raise ManifestError(f"--panoramas is for a table with one 360° picture a place in its column 'image'; "
                            f"{config.table} says that it holds others.")  # fmt: skip
    return 4


def find_images(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The frame with image columns: its own, or files of `folder` that bear the ids.

    Raises:
        ManifestError: no column and no such files.
    """
    if "image" in frame or any(column in frame for column in VIEW_COLUMNS):
        image_columns(frame)
        return frame
    first = str(frame["id"].iloc[0])
    several = any((folder / f"{first}_0{suffix}").is_file() for suffix in SUFFIXES)
    named = {f"image_{v}": f"_{v}" for v in range(4)} if several else {"image": ""}
    filled = frame.copy()
    for column, ending in named.items():
        found = [
            next((f"{name}{ending}{s}" for s in SUFFIXES if (folder / f"{name}{ending}{s}").is_file()), None)
            for name in frame["id"]
        ]
        if None in found:
            lost = frame["id"].iloc[found.index(None)]
            raise ManifestError(
                f"the table has no image column, and {folder} holds no {lost}{ending}.jpg (or png, webp) either."
            )
        filled[column] = found
    return filled


def split_by_cell(points: NDArray[np.float64], config: PrepareConfig) -> NDArray[np.object_]:
    """A split for each point (N, 2), the same for all points of a half-degree cell."""
    cells = np.floor(points / CELL_DEG).astype(np.int64)
    unique, inverse = np.unique(cells, axis=0, return_inverse=True)
    draws = np.array([
        int.from_bytes(hashlib.sha256(f"{config.seed}:{lat}:{lng}".encode()).digest()[:8], "big") / 2**64
        for lat, lng in unique
    ])  # fmt: skip
    names = np.where(
        draws < config.test, "test", np.where(draws < config.test + config.validation, "validation", "train")
    )
    return names[inverse.reshape(-1)].astype(object)


def fill_in(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the atlas columns that it lacks."""
    missing = [column for column in ATLAS_COLUMNS if column not in frame]
    if not missing:
        return frame
    described = Atlas.open().describe(frame[["lat", "lng"]].to_numpy())
    return frame.assign(**{column: described[column].to_numpy() for column in missing})


def _check_images(frame: pd.DataFrame, folder: Path, config: PrepareConfig) -> pd.DataFrame:
    """Open every picture, going on where a stopped run was; refuse or drop what cannot be read."""
    paths, views = image_paths(frame, folder / "manifest"), n_views(frame)
    note = config.out / "checked.csv"
    key = hashlib.sha256(f"{fingerprint(config.table)}{folder.resolve()}".encode()).hexdigest()[:16]
    reasons = _read_note(note, key)[: len(paths)]

    from rich.progress import Progress

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool, Progress() as progress:
        task = progress.add_task("opening pictures", total=len(paths), completed=len(reasons))
        for start in range(len(reasons), len(paths), CHUNK):
            reasons += pool.map(partial(_reason, views=views), paths[start : start + CHUNK])
            with whole(note) as temporary:
                pd.DataFrame({"key": key, "reason": reasons}).to_csv(temporary, index=False)
            progress.update(task, completed=len(reasons))
    bad = np.array([bool(reason) for reason in reasons])
    if bad.any() and (config.bad == "refuse" or bad.all()):
        note.unlink(missing_ok=True)
        first = int(bad.argmax())
        raise ManifestError(
            f"{bad.sum()} of {len(bad)} places have pictures that cannot be used, first the id "
            f"'{frame['id'].iloc[first]}': {reasons[first]} Mend or remove them, or pass --bad drop."
        )
    note.unlink(missing_ok=True)
    return frame[~bad].reset_index(drop=True)


def _reason(paths: list[Path], views: int) -> str:
    """Why the pictures of a place cannot be used; empty where they can."""
    try:
        read_views(paths, views, size=32)
    except ImageError as error:
        return str(error)
    return ""


def _read_note(path: Path, key: str) -> list[str]:
    try:
        found = pd.read_csv(path, keep_default_na=False, dtype=str)
        return [str(reason) for reason in found["reason"]] if (found["key"] == key).all() else []
    except (OSError, ValueError, KeyError):
        return []


if __name__ == "__main__":
    _parser = parser_for(PrepareConfig, "python -m model.prepare_dataset", __doc__ or "")
    run(lambda: main(read(_parser, PrepareConfig)))
