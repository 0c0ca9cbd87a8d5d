"""Stage: make a manifest of any table of places with pictures; writes DIR/manifest.parquet.

The table (CSV or parquet) needs `lat` and `lng` (`latitude`, `longitude`, `lon` are read as well); `id` is the row's
number where there is none. Pictures are named in `image` or `image_0` … `image_3` relative to `--images`, or else
looked for there by id: `<id>.jpg`, or `<id>_0.jpg` … `<id>_3.jpg` (also png, webp, jpeg). A place has one view or four;
a picture in `image` that is twice as wide as high is a photo all the same, unless --panoramas says that all of them are
360° panoramas. Every picture is opened once; those of the simulated Earth say so themselves, others are photographs.

Atlas columns that are absent are filled in, and places without a split get one by the half-degree cell they lie in, so
that few neighbours stand on both sides. A manifest made by `world.make_dataset` is such a table too; its class and
depth maps and its clues.parquet come along. The same command again does nothing, unless the table or a picture changed.
"""

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import fingerprint, is_done, read_record, whole, write_record
from model.commands import parser_for, read, run
from model.data.inspection import Inspection, inspect, state_of
from model.data.manifest import (
    ATLAS_COLUMNS,
    SIMULATED,
    SPLITS,
    VIEW_COLUMNS,
    check_manifest,
    drawn_version,
    image_columns,
    image_paths,
    n_views,
    read_source,
    read_table,
    write_manifest,
)
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geo.atlas import Atlas

STAGE = "prepare_dataset"
CELL_DEG = 0.5  # side of the cells that are kept whole within a split
COLUMNS = 1024  # more than there are cells around the Earth
NOTE = "opened.jsonl"  # of a run that was stopped
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG")
ALIASES = {"latitude": "lat", "longitude": "lng", "lon": "lng", "LAT": "lat", "LON": "lng"}
BLOCK = 50_000  # places that the atlas describes at a time
CLUES = "clues.parquet"
OTHER_FILES = ("class_", "depth_", "panorama")  # how columns begin that name files beside the pictures


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
        ManifestError: a table that cannot be read, pictures that cannot (with `bad="refuse"`), or pictures that
            several versions of the simulated Earth drew.
        StorageError: no space.
    """
    out, inputs = config.out / "manifest.parquet", {"table": config.table}
    if config.pictures and (told := config.table.parent / CLUES).is_file():
        inputs["clues"] = told
    frame = _read(config)
    folder = config.images or config.table.parent
    if config.pictures and not folder.is_dir():
        raise ManifestError(f"looked for pictures in {folder}, found no such folder.")
    pictures: dict[str, Any] = {}
    if config.pictures:
        frame = find_images(frame, folder)
        frame["views"] = _views(frame, config)
        pictures = state_of(image_paths(frame, folder / config.table.name))
    if is_done(config.out, STAGE, config, inputs):
        if read_record(config.out, STAGE, check_outputs=False)["facts"].get("pictures", {}) == pictures:
            print(f"{out} is done; nothing to do.")
            return out
        print("pictures were changed since the manifest was made; it is made again.")
    source, digest = read_source(config.table), None
    if config.pictures:
        frame, found = _usable(frame, folder, config, pictures)
        source, digest = _source(source, found, config.table), found.digest
    if "split" not in frame:
        frame.insert(1, "split", split_by_cell(frame[["lat", "lng"]].to_numpy(), config))
    frame = fill_in(frame)
    if config.pictures:
        files = [name for name in frame if str(name).startswith(OTHER_FILES)]
        for column in (*image_columns(frame), *files):
            frame[column] = moved(frame[column], folder, config.out)
    write_manifest(frame, out, source, digest)
    outputs = {"manifest": out} | (_with_clues(config) if config.pictures else {})
    splits = {name: int((frame["split"] == name).sum()) for name in SPLITS}
    facts = {"places": len(frame), "splits": splits, "views": n_views(frame) if config.pictures else 0,
             "source": source, "pictures": pictures}  # fmt: skip
    write_record(config.out, STAGE, config, inputs, outputs, facts)
    (config.out / NOTE).unlink(missing_ok=True)
    print(f"{out}: {len(frame):,} places, " + ", ".join(f"{n:,} {name}" for name, n in splits.items()))
    return out


def _read(config: PrepareConfig) -> pd.DataFrame:
    """The table with the names and ids of a manifest, without what a manifest says in another way."""
    if not config.table.is_file():
        raise ManifestError(f"looked for a table at {config.table}, found no such file.")
    frame = read_table(config.table)
    frame = frame.rename(columns={old: new for old, new in ALIASES.items() if old in frame and new not in frame})
    if "id" not in frame:
        frame.insert(0, "id", [f"{row:08d}" for row in range(len(frame))])
    frame = check_manifest(frame, str(config.table)).drop(columns="world_version", errors="ignore")
    if config.pictures:
        return frame
    return frame.drop(columns=[name for name in ("image", *VIEW_COLUMNS, "views") if name in frame])


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


def _source(told: dict[str, Any], found: Inspection, table: Path) -> dict[str, Any]:
    """Where the pictures come from, by the table and by the pictures themselves.

    Raises:
        ManifestError: they name several versions of the simulated Earth.
    """
    version = drawn_version(told)
    worlds = sorted({*found.worlds, *([version] if version is not None else [])})
    if len(worlds) > 1:
        raise ManifestError(
            f"the pictures of {table} were drawn by the versions {', '.join(map(str, worlds))} of the simulated Earth, "
            "which look different; make one data set with `python -m world.make_dataset`."
        )
    return {"kind": SIMULATED, "world_version": worlds[0]} if worlds and version is None else told


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
        suffixes, found = list(SUFFIXES), []
        for name in frame["id"]:
            suffix = next((s for s in suffixes if (folder / f"{name}{ending}{s}").is_file()), None)
            if suffix is None:
                raise ManifestError(
                    f"the table has no image column, and {folder} holds no {name}{ending}.jpg (or png, webp) either."
                )
            if suffix != suffixes[0]:  # a folder holds files of one kind as a rule: look for that one first
                suffixes.insert(0, suffixes.pop(suffixes.index(suffix)))
            found.append(f"{name}{ending}{suffix}")
        filled[column] = found
    return filled


def split_by_cell(points: NDArray[np.float64], config: PrepareConfig) -> NDArray[np.object_]:
    """A split for each point (N, 2), the same for all points of a half-degree cell."""
    cells = np.floor(points / CELL_DEG).astype(np.int64)
    unique, inverse = np.unique(cells[:, 0] * COLUMNS + cells[:, 1], return_inverse=True)
    rows, columns = np.divmod(unique + COLUMNS // 2, COLUMNS)  # cells are counted from the equator and from Greenwich
    draws = np.array([
        int.from_bytes(hashlib.sha256(f"{config.seed}:{lat}:{lng}".encode()).digest()[:8], "big") / 2**64
        for lat, lng in zip(rows, columns - COLUMNS // 2, strict=True)
    ])  # fmt: skip
    names = np.where(
        draws < config.test, "test", np.where(draws < config.test + config.validation, "validation", "train")
    )
    splits: NDArray[np.object_] = names.astype(object)[inverse.reshape(-1)]
    return splits


def fill_in(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the atlas columns that it lacks; the atlas is asked for some places at a time."""
    missing = [column for column in ATLAS_COLUMNS if column not in frame]
    if not missing:
        return frame
    from rich.progress import track

    atlas, points = Atlas.open(), frame[["lat", "lng"]].to_numpy(np.float64)
    parts = [
        atlas.describe(points[start : start + BLOCK])[missing]
        for start in track(range(0, len(points), BLOCK), "asking the atlas", transient=True)
    ]
    described = pd.concat(parts, ignore_index=True)
    return frame.assign(**{column: described[column].to_numpy() for column in missing})


def moved(names: pd.Series, folder: Path, out: Path) -> pd.Series:
    """File names relative to `folder`, relative to `out`; absolute ones too."""
    begin = os.path.relpath(folder, out).replace(os.sep, "/") + "/"
    begin = "" if begin == "./" else begin
    texts = names.astype(str)
    absolute = texts.str.startswith("/")
    if absolute.any():
        return names.map(lambda name: os.path.relpath(folder / name, out), na_action="ignore")
    return (begin + texts).where(names.notna(), names)


def _usable(
    frame: pd.DataFrame, folder: Path, config: PrepareConfig, state: dict[str, Any]
) -> tuple[pd.DataFrame, Inspection]:
    """The places whose pictures can all be opened, going on where a stopped run was; or a refusal."""
    note = config.out / NOTE
    told = f"{fingerprint(config.table)}{folder.resolve()}{n_views(frame)}{state['state']}"
    paths = image_paths(frame, folder / config.table.name)
    found = inspect(paths, n_views(frame), note, hashlib.sha256(told.encode()).hexdigest()[:16])
    if found.bad and (config.bad == "refuse" or len(found.bad) == len(frame)):
        note.unlink(missing_ok=True)
        first = min(found.bad)
        raise ManifestError(
            f"{len(found.bad)} of {len(frame)} places have pictures that cannot be used, first the id "
            f"'{frame['id'].iloc[first]}': {found.bad[first]} Mend or remove them, or pass --bad drop."
        )
    return frame.drop(index=list(found.bad)).reset_index(drop=True), found


def _with_clues(config: PrepareConfig) -> dict[str, Path]:
    """The clues that lie beside the table, copied beside the manifest: tasks look for them there by id."""
    told, copy = config.table.parent / CLUES, config.out / CLUES
    if not told.is_file():
        with contextlib.suppress(ArtifactError):  # those of an earlier table would be taken for these places' own
            if "clues" in read_record(config.out, STAGE, check_outputs=False)["outputs"]:
                copy.unlink(missing_ok=True)
        return {}
    if told.resolve() != copy.resolve():
        with whole(copy) as temporary:
            shutil.copyfile(told, temporary)
    return {"clues": copy}


if __name__ == "__main__":
    _parser = parser_for(PrepareConfig, "python -m model.prepare_dataset", __doc__ or "")
    run(lambda: main(read(_parser, PrepareConfig)))
