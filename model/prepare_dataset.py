"""Stage: make a manifest of any table of places with pictures; writes DIR/manifest.parquet.

The table (CSV or parquet) needs `lat` and `lng` (`latitude`, `longitude`, `lon` are read as well); `id` is the row's
number where there is none. Columns are known in any case ("ID", "Split"). Pictures are named in `image` or `image_0` …
`image_3` relative to `--images`, or else looked for there by id: `<id>.jpg`, or `<id>_0.jpg` … `<id>_3.jpg` (also png,
webp, jpeg). A place has one view or four; a picture in `image` that is twice as wide as high is a photo all the same,
unless --panoramas says that all of them are 360° panoramas. Every picture is opened once; those of the simulated Earth
say so themselves, others are photographs.

Atlas columns that are absent are filled in, and places without a split get one by the half-degree cell they lie in, so
that few neighbours stand on both sides. A manifest made by `world.make_dataset` is such a table too; its class and
depth maps and its clues.parquet come along. The same command again does nothing, unless the table or a picture changed.

Public data sets are read as their makers hand them out, zip and tar shards where they lie, by `--dataset NAME --root
DIR`: osv5m, mp16, landmarks, im2gps, im2gps3k, yfcc4k, yfcc26k, gws, mapillary, panoramax, folder (pictures and a CSV).
Rows with no place on Earth and pictures that are missing or broken are left out, counted and named. What the test
shares with the training (within 100 m and 1 km, or by the same author) is printed and kept in `train_km` and
`train_author`, so that `evaluate` measures with and without it; `--against MANIFEST` names a benchmark's training.
"""

import contextlib
import hashlib
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from model.artifacts import fingerprint, is_done, read_record, whole, write_record
from model.commands import parser_for, read, run
from model.data.inspection import Inspection, inspect, source_of, state_of
from model.data.leakage import COLUMNS as LEAKAGE
from model.data.leakage import in_words, with_leakage
from model.data.manifest import (
    ATLAS_COLUMNS,
    PHOTOGRAPHS,
    SPLITS,
    TEXT,
    VIEW_COLUMNS,
    check_manifest,
    image_columns,
    image_paths,
    n_views,
    read_manifest,
    read_source,
    read_table,
    write_manifest,
)
from model.data.picture_names import find_images, moved
from model.data.readers.catalog import GROUPED, NAMES, read_dataset, without_mixed
from model.data.readers.columns import POSITION, header_of, plain
from model.data.splits import split_by_cell, split_by_group
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geo.atlas import Atlas

STAGE = "prepare_dataset"
NOTE = "opened.jsonl"  # of a run that was stopped
BLOCK = 50_000  # places that the atlas describes at a time
CLUES = "clues.parquet"
COLUMNS = (
    "id",
    "split",
    "image",
    *VIEW_COLUMNS,
    "views",
    "heading_deg",
    "month",
    "hour",
    "seed",
    "captured_at",
    "author",
    "sequence",
    "world_version",
    *ATLAS_COLUMNS,
    *LEAKAGE,
)  # that a table may bring, in any case
OTHER_FILES = ("class_", "depth_", "panorama")  # how columns begin that name files beside the pictures


@dataclass(frozen=True, kw_only=True)
class PrepareConfig:
    """Which table, where its pictures are, and how to split it."""

    table: Path | None = field(
        default=None,
        metadata={"help": "CSV or parquet with lat, lng and perhaps id, image…, split, heading_deg, month; with "
                  "--dataset, which of its tables says the places (default: its own)"},
    )  # fmt: skip
    dataset: Literal[NAMES] | None = field(  # type: ignore[valid-type]
        default=None, metadata={"help": "a public data set in the layout of its makers, instead of a table"}
    )
    root: Path | None = field(default=None, metadata={"help": "folder of the data set: its tables, pictures, archives"})
    against: Path | None = field(
        default=None, metadata={"help": "manifest of the training that leakage is counted against, beside its own"}
    )
    out: Path = field(metadata={"help": "folder of the manifest"})
    images: Path | None = field(default=None, metadata={"help": "folder of the pictures; the table's own by default"})
    validation: float = field(default=0.05, metadata={"help": "share of cells for validation, where there is no split"})
    test: float = field(default=0.05, metadata={"help": "share of cells for the test"})
    pictures: bool = field(
        default=True, metadata={"help": "--no-pictures: a table of places alone, whose embeddings were made elsewhere"}
    )
    bad: Literal["refuse", "drop"] = field(
        default="refuse", metadata={"help": "what to do about unreadable pictures (those of a data set are dropped)"}
    )
    panoramas: bool = field(
        default=False, metadata={"help": "the pictures in `image` are 360° panoramas, twice as wide as high: 4 views"}
    )
    seed: int = field(default=0, metadata={"help": "of the split"})

    def __post_init__(self) -> None:
        if not (self.validation >= 0 and self.test >= 0 and self.validation + self.test < 1):
            raise ConfigError("--validation and --test must be shares that leave something to train on.")
        if self.dataset is None and self.table is None:
            raise ConfigError("give a table by --table, or a public data set by --dataset and --root.")
        if (self.dataset is None) != (self.root is None):
            raise ConfigError("--dataset NAME and --root DIR go together.")
        if self.dataset is not None and (self.images is not None or not self.pictures):
            raise ConfigError("--images and --no-pictures are for a --table; a data set's pictures lie in its --root.")


def main(config: PrepareConfig) -> Path:
    """Write the manifest and its record; a finished one is left as it is.

    Raises:
        ManifestError: a table that cannot be read, pictures that cannot (with `bad="refuse"`), or pictures that
            several versions of the simulated Earth drew.
        StorageError: no space.
    """
    if config.dataset is not None and config.root is not None:
        return _of_dataset(config, config.dataset, config.root)
    assert config.table is not None  # held by the config
    inputs = {"table": config.table}
    if config.pictures and (told := config.table.parent / CLUES).is_file():
        inputs["clues"] = told
    if config.against is not None:
        inputs["against"] = config.against
    return _prepare(config, config.table, _read(config, config.table), config.images or config.table.parent, inputs)


def _of_dataset(config: PrepareConfig, name: str, root: Path) -> Path:
    """Read a public data set, split what its makers did not split, and go on as with any table."""
    found = read_dataset(name, root, config.table, config.panoramas)
    frame, tally = without_mixed(found.frame, found.tally), found.tally
    for line in tally.lines():
        print(line)
    shares = replace(config, test=0.0) if (frame["split"] == "test").any() else config
    if (unsplit := (frame["split"] == "").to_numpy(bool)).any():
        split_by = split_by_group if name in GROUPED else split_by_cell
        frame.loc[unsplit, "split"] = split_by(frame[unsplit], shares.validation, shares.test, config.seed)
    inputs = {f"table_{i}": path for i, path in enumerate(found.tables)}
    if config.against is not None:
        inputs["against"] = config.against
    checked = check_manifest(frame, name)
    return _prepare(replace(config, bad="drop"), root / name, checked, root, inputs, {"left_out": tally.as_dict()})


def _prepare(
    config: PrepareConfig,
    table: Path,
    frame: pd.DataFrame,
    folder: Path,
    inputs: dict[str, Path],
    left_out: dict[str, Any] | None = None,
) -> Path:
    """Open the pictures, fill in what is missing, write; `table` is what sentences call it."""
    out = config.out / "manifest.parquet"
    if config.pictures and not folder.is_dir():
        raise ManifestError(f"looked for pictures in {folder}, found no such folder.")
    pictures: dict[str, Any] = {}
    if config.pictures:
        frame = find_images(frame, folder)
        frame["views"] = _views(frame, config)
        pictures = state_of(image_paths(frame, folder / table.name))
    if is_done(config.out, STAGE, config, inputs):
        if read_record(config.out, STAGE, check_outputs=False)["facts"].get("pictures", {}) == pictures:
            print(f"{out} is done; nothing to do.")
            return out
        print("pictures were changed since the manifest was made; it is made again.")
    source, digest = (dict(PHOTOGRAPHS) if left_out is not None else read_source(table)), None
    facts: dict[str, Any] = dict(left_out or {})
    if config.pictures:
        frame, found = _usable(frame, folder, config, pictures, table)
        source, digest = source_of(source, found, table), found.digest
        if found.bad:
            facts["unreadable"] = {"count": len(found.bad), "first": [found.bad[row] for row in sorted(found.bad)[:5]]}
            print(
                f"left out: {len(found.bad):,} places whose pictures cannot be used ({facts['unreadable']['first'][0]})"
            )
    if "split" not in frame:
        frame.insert(1, "split", split_by_cell(frame, config.validation, config.test, config.seed))
    told = [name for name in LEAKAGE if name in frame]  # of another training perhaps, or of no one: never believed
    if left_out is not None or config.against is not None or told:
        frame, facts["leakage"] = with_leakage(frame, read_manifest(config.against) if config.against else None)
        for line in in_words(facts["leakage"]):
            print(line)
    frame = fill_in(frame)
    if config.pictures:
        files = [name for name in frame if str(name).startswith(OTHER_FILES)]
        for column in (*image_columns(frame), *files):
            frame[column] = moved(frame[column], folder, config.out)
    write_manifest(frame, out, source, digest)
    outputs = {"manifest": out} | (_with_clues(config, table) if config.pictures else {})
    splits = {name: int((frame["split"] == name).sum()) for name in SPLITS}
    facts |= {"places": len(frame), "splits": splits, "views": n_views(frame) if config.pictures else 0,
             "source": source, "pictures": pictures}  # fmt: skip
    write_record(config.out, STAGE, config, inputs, outputs, facts)
    (config.out / NOTE).unlink(missing_ok=True)
    print(f"{out}: {len(frame):,} places, " + ", ".join(f"{n:,} {name}" for name, n in splits.items()))
    return out


def _read(config: PrepareConfig, table: Path) -> pd.DataFrame:
    """The table with the names and ids of a manifest, without what a manifest says in another way."""
    if not table.is_file():
        raise ManifestError(f"looked for a table at {table}, found no such file.")
    ours = _known(header_of(table), table)
    frame = read_table(table, text=[name for name in (*TEXT, *ours) if ours.get(name, name) in TEXT])
    frame = frame.rename(columns=ours)
    if "id" not in frame:
        frame.insert(0, "id", [f"{row:08d}" for row in range(len(frame))])
    frame = check_manifest(frame, str(table)).drop(columns="world_version", errors="ignore")
    if config.pictures:
        return frame
    return frame.drop(columns=[name for name in ("image", *VIEW_COLUMNS, "views") if name in frame])


def _known(names: list[str], table: Path) -> dict[str, str]:
    """The table's name -> ours, of the columns that a manifest knows and this table writes otherwise: LAT, Split, Lon …

    Raises:
        ManifestError: two columns that could be meant by one name.
    """
    found: dict[str, str] = {}
    for ours, spellings in {**POSITION, **{name: (name,) for name in COLUMNS}}.items():
        if ours in names:
            continue
        theirs = next((same for word in spellings if (same := [name for name in names if plain(name) == word])), [])
        if len(theirs) > 1:
            raise ManifestError(f"{table} has the columns {' and '.join(theirs)}, each of which could be '{ours}'; "
                                "rename the one that is meant, or remove the others.")  # fmt: skip
        found |= dict.fromkeys(theirs, ours)
    return found


def _views(frame: pd.DataFrame, config: PrepareConfig) -> int:
    """V of every place: what the table says of itself, or else `--panoramas`.

    Raises:
        ManifestError: `--panoramas` for four pictures of each place, or for a table that says otherwise.
    """
    if not config.panoramas:
        return n_views(frame, str(config.table or config.root))
    if image_columns(frame) != ["image"] or (
        "views" in frame and n_views(frame, str(config.table or config.root)) != 4
    ):
        raise ManifestError(f"--panoramas is for a table with one 360° picture a place in its column 'image'; "
                            f"{config.table or config.root} says that it holds others.")  # fmt: skip
    return 4


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


def _usable(
    frame: pd.DataFrame, folder: Path, config: PrepareConfig, state: dict[str, Any], table: Path
) -> tuple[pd.DataFrame, Inspection]:
    """The places whose pictures can all be opened, going on where a stopped run was; or a refusal."""
    note = config.out / NOTE
    told = f"{fingerprint(table) if table.is_file() else len(frame)}{folder.resolve()}{n_views(frame)}{state['state']}"
    paths = image_paths(frame, folder / table.name)
    found = inspect(paths, n_views(frame), note, hashlib.sha256(told.encode()).hexdigest()[:16])
    if found.bad and (config.bad == "refuse" or len(found.bad) == len(frame)):
        note.unlink(missing_ok=True)
        first = min(found.bad)
        raise ManifestError(
            f"{len(found.bad)} of {len(frame)} places have pictures that cannot be used, first the id "
            f"'{frame['id'].iloc[first]}': {found.bad[first]} Mend or remove them, or pass --bad drop."
        )
    return frame.drop(index=list(found.bad)).reset_index(drop=True), found


def _with_clues(config: PrepareConfig, table: Path) -> dict[str, Path]:
    """The clues that lie beside the table, copied beside the manifest: tasks look for them there by id."""
    told, copy = table.parent / CLUES, config.out / CLUES
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
