"""Make a data set of the simulated Earth: places, pictures, manifest. Knows nothing of the model that learns from it.

    python -m world.make_dataset --places 44000 --validation 2000 --test 2000 --seed 1 --out data/world --clues

writes DIR/images/… (four JPEG views of each place, north, east, south, west), then DIR/manifest.parquet, then a record.
The manifest's metadata name the source of the pictures: this version of the world, its sources, its fonts.
With --clues also DIR/clues.parquet: one row a place (id first), one column a number of a clue that is in its pictures,
NaN where no pixel shows it; family, clue, unit and step stand in the metadata of each column. Every data set of one
version of the world has the same columns in the same order: a kind (of tree, of car) that nobody met is one of 0s and
NaNs. With --maps also a class and a depth map of each view, PNG files whose
names the manifest gives (class_0 … depth_3). Both come from the very rays that draw the views.

Every file is written whole or not at all, so that the same command after a kill goes on where it stopped. --clues and
--maps may be added to a data set that was made without them: its places are drawn again for them, its pictures stay.
--train N draws only the first N of the training places that are planned; the same command with a larger N, or without,
goes on to more, and all other places stay the same: a data set that grows, and the curve of what more places teach.
What was begun by other sources of the world, or with other fonts, is refused; what they finished is left as it is.
"""

import json
import shutil
import sys
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from model import commands
from model.artifacts import is_done, record_path, whole, write_record
from model.data.manifest import SIMULATED, write_manifest
from model.errors import ArtifactError, ConfigError
from model.geo.atlas import Atlas
from model.processes import spread
from world import WORLD_VERSION
from world.draw.pictures import write, write_classes, write_depth
from world.earth.places import sample_places
from world.earth.splits import Split
from world.lettering.fonts import fonts_in_use
from world.study.clue_files import joined, read_piece, write_clues, write_piece
from world.study.sources import DRAWING, READING, sources

STAGE = "make_dataset"
HEADINGS = (0.0, 90.0, 180.0, 270.0)
JPEG_QUALITY = 92
BATCH = 32  # places whose scenes are built at once
PANORAMA_WIDTH = 2048
PIECES = "clues"  # the folder of clues that wait for the others
DRAWN_BY = ("sources", "letters", "reading")  # of a plan: what may change while a data set lies there
ADDED = ("clues", "maps", "train")  # what may come to a data set later
PICTURES = ("image_", "class_", "depth_", "panorama")  # how columns of files begin


@dataclass(frozen=True)
class DatasetConfig:
    """What to make."""

    places: int = field(metadata={"help": "number of places of all splits together"})
    out: Path = field(metadata={"help": "folder to write to"})
    seed: int = field(default=0, metadata={"help": "another seed, other places"})
    validation: int | None = field(default=None, metadata={"help": "validation places (else by share)"})
    test: int | None = field(default=None, metadata={"help": "test places (else by share)"})
    train: int | None = field(
        default=None, metadata={"help": "only the first so many of the training places; more may come later"}
    )
    split_shares: tuple[float, ...] = field(
        default=(0.90, 0.05, 0.05), metadata={"help": "shares of train, validation and test places"}
    )
    size: int = field(default=96, metadata={"help": "side of a view in pixels"})
    samples: int = field(default=2, metadata={"help": "rays more where hard edges meet: 2 or 4; 1: none"})
    preset: str = field(
        default="world", metadata={"help": "world, a continent, urban, rural, famous, or a country's ISO code"}
    )
    panoramas: bool = field(default=False, metadata={"help": f"also a panorama, {PANORAMA_WIDTH} pixels wide"})
    clues: bool = field(default=False, metadata={"help": "also clues.parquet: the clues that the views show"})
    maps: bool = field(default=False, metadata={"help": "also class and depth maps of the views (PNG)"})
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
        most = self.counts()["train"]
        if self.train is not None and not 0 <= self.train <= most:
            raise ConfigError(f"--train must be 0 … {most}, the training places of this data set, found {self.train}.")

    def counts(self) -> dict[Split, int]:
        """Number of places of each split; they sum to `places`."""
        validation = round(self.places * self.split_shares[1]) if self.validation is None else self.validation
        test = round(self.places * self.split_shares[2]) if self.test is None else self.test
        train = self.places - validation - test if min(validation, test) >= 0 else -1
        return {"train": train, "validation": validation, "test": test}

    def plan(self) -> dict[str, object]:
        """What decides over the pictures: all but where and with how many processes; and what draws them."""
        kept = {name: value for name, value in asdict(self).items() if name not in ("out", "workers")}
        if self.train is None:  # all of them, as data sets say that were made before it could be less
            del kept["train"]
        drawn_by: dict[str, object] = {
            "world_version": WORLD_VERSION,
            "sources": sources(DRAWING),
            "letters": fonts_in_use(),
        }
        if self.clues:
            drawn_by["reading"] = sources(READING)
        return json.loads(json.dumps(kept | drawn_by))  # type: ignore[no-any-return]


def main(config: DatasetConfig) -> Path:
    """Draw places, render their views, write manifest and record; return the manifest's path.

    Raises:
        StorageError: the disk is full or the folder cannot be written; what was finished is kept.
        ArtifactError: the folder holds another data set, or one that another world, other sources or fonts drew.
    """
    manifest = config.out / "manifest.parquet"
    begun = _begun(config.out)
    config = replace(
        config, clues=config.clues or begun.get("clues") is True, maps=config.maps or begun.get("maps") is True
    )
    if is_done(config.out, STAGE, config.plan(), {}):
        _tidy(config)
        return manifest
    table = _places(config)
    _claim(config, begun)
    _render_all(table, config)
    outputs = {"manifest": manifest}
    source = {"kind": SIMULATED} | {name: config.plan()[name] for name in ("world_version", "sources", "letters")}
    write_manifest(table, manifest, source)
    if config.clues:
        clues = joined([read_piece(_piece(config.out, batch)) for batch in _batches(table)])
        outputs["clues"] = write_clues(table["id"].tolist(), clues, config.out / "clues.parquet")
    facts = {"places": len(table), "images": 4 * len(table), "source": source}
    write_record(config.out, STAGE, config.plan(), {}, outputs, facts)
    (config.out / "plan.json").unlink(missing_ok=True)
    _tidy(config)
    return manifest


def _tidy(config: DatasetConfig) -> None:
    """Remove the pieces, unless places that come later are to be joined with them."""
    if config.train is None:
        shutil.rmtree(config.out / PIECES, ignore_errors=True)


def _claim(config: DatasetConfig, begun: dict[str, Any]) -> None:
    """Write down what this folder is for, or refuse it when it was begun for something else."""
    plan = config.plan()
    if begun or (config.out / "images").is_dir():
        _refuse_another(config.out, plan, begun)
    with whole(config.out / "plan.json") as temporary:
        temporary.write_text(json.dumps(plan, sort_keys=True), encoding="utf-8")


def _refuse_another(folder: Path, plan: dict[str, Any], begun: dict[str, Any]) -> None:
    """Raise where pictures would be mixed. One that is finished can be used all the same."""
    finished = record_path(folder, STAGE).is_file() and not (folder / "plan.json").is_file()
    drawn = begun.get("world_version")
    if drawn not in (None, WORLD_VERSION):
        raise ArtifactError(
            f"{folder} holds pictures of version {drawn} of the simulated Earth, and this is version "
            f"{WORLD_VERSION}, which looks different; choose another folder, or remove this one."
        )
    other = [name for name in plan if name not in (*ADDED, *DRAWN_BY)]
    if not begun or any(begun.get(name) != plan[name] for name in other):
        raise ArtifactError(
            f"{folder} holds a data set of another seed, number or size; choose another folder, or remove this one."
        )
    # "reading" is of clues alone, which may come later
    told = [name for name in DRAWN_BY if name in plan and (name in begun or name != "reading")]
    changed = [name for name in told if begun.get(name) != plan[name]]
    if finished and changed:
        raise ArtifactError(
            f"{folder} is finished, but this state of the simulated Earth would make another one of it (other "
            f"{', '.join(changed)} than then); use it as it is, or make it anew in another folder."
        )
    if begun.get("sources") != plan["sources"]:
        raise ArtifactError(
            f"{folder} was begun by other sources of the simulated Earth ({begun.get('sources', 'not noted')}, these "
            f"are {plan['sources']}), and pictures of two would be mixed; finish it with the checkout that began it, "
            "or choose another folder."
        )
    if begun.get("letters") != plan["letters"]:
        raise ArtifactError(
            f"{folder} was begun with other fonts for {_other_letters(begun, plan)}, and its signs would be of two "
            "hands; finish it with those (HOMING_FONTS=drawn asks for our own), or choose another folder."
        )
    if "reading" in begun and "reading" in plan and begun["reading"] != plan["reading"]:
        raise ArtifactError(
            f"the clues in {folder} were begun by other rules (world/study was changed since); finish them with the "
            "checkout that began them, or choose another folder."
        )


def _other_letters(begun: dict[str, Any], plan: dict[str, Any]) -> str:
    """The scripts whose font is another one."""
    then, now = begun.get("letters"), plan["letters"]
    if not isinstance(then, dict):
        return "every script"
    return ", ".join(sorted(name for name in {*then, *now} if then.get(name) != now.get(name)))


def _begun(folder: Path) -> dict[str, Any]:
    """The plan of the data set that was begun, or else finished, in a folder; empty where nothing tells."""
    for path in (folder / "plan.json", record_path(folder, STAGE)):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            plan = told.get("config") or told
            if isinstance(plan, dict) and "world_version" in plan:
                return plan
        except (OSError, ValueError, AttributeError):
            continue
    return {}


def _places(config: DatasetConfig) -> pd.DataFrame:
    """The manifest: places of all splits, their image paths, and what the atlas says of them."""
    parts = []
    for split, count in config.counts().items():
        if count:
            part = sample_places(count, config.seed, split, config.preset)
            part.insert(1, "split", split)
            parts.append(part.head(config.train) if split == "train" and config.train is not None else part)
    table = pd.concat(parts, ignore_index=True)
    stems = [f"images/{name[:-3]}/{name}" for name in table["id"]]
    for view in range(len(HEADINGS)):
        table[f"image_{view}"] = [f"{stem}_{view}.jpg" for stem in stems]
    for kind in ("class", "depth") if config.maps else ():
        for view in range(len(HEADINGS)):
            table[f"{kind}_{view}"] = [f"{stem}_{view}_{kind}.png" for stem in stems]
    if config.panoramas:
        table["panorama"] = [f"{stem}_panorama.jpg" for stem in stems]
    table["heading_deg"] = 0.0
    table["views"] = len(HEADINGS)
    atlas = Atlas.open().describe(table[["lat", "lng"]].to_numpy())
    return pd.concat([table, atlas], axis=1)


def _batches(table: pd.DataFrame) -> list[pd.DataFrame]:
    return [table.iloc[start : start + BATCH] for start in range(0, len(table), BATCH)]


def _piece(out: Path, batch: pd.DataFrame) -> Path:
    """Where the clues of a batch wait until all are there."""
    return out / PIECES / f"{batch['id'].iloc[0]}-{len(batch)}.npz"


def _render_all(table: pd.DataFrame, config: DatasetConfig) -> None:
    from world.warm_up import ready

    ready()
    files = [name for name in table.columns if name.startswith(PICTURES)]
    recipes = table[["id", "lat", "lng", "month", "hour", "seed", *files]]
    work = partial(_render_batch, out=config.out, size=config.size, samples=config.samples, clues=config.clues)
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bars, console=Console(stderr=True)) as progress:
        task = progress.add_task("preparing the renderer", total=len(recipes))
        spread(
            work, _batches(recipes), config.workers,
            lambda done: progress.update(task, advance=done, description="rendering places"), first=_warm_up,
        )  # fmt: skip


def _warm_up() -> None:
    """Draw once in one process: whatever was not made by then, the others read from it."""
    from world.warm_up import compile_all

    compile_all()


def _render_batch(batch: pd.DataFrame, out: Path, size: int, samples: int, clues: bool) -> int:
    """Render what is missing of a batch; returns how many places are now there."""
    from world.clues import build_scenes
    from world.layout.lay_out import lay_out
    from world.render import draw_views, render_equirectangular
    from world.study.visibility import of_views
    from world.study.visible import clue_table

    files = [name for name in batch.columns if name.startswith(PICTURES)]
    piece = _piece(out, batch)
    read = clues and not piece.is_file()
    there = [all((out / row[name]).is_file() for name in files) for _, row in batch.iterrows()]
    wanted = batch if read else batch[~np.array(there, bool)]
    scenes = build_scenes(wanted)
    seen = []
    for row, scene in zip(wanted.to_dict("records"), scenes, strict=True):
        layout = lay_out(scene)
        views, maps = draw_views(layout, size, samples, HEADINGS)
        if read:
            seen.append(of_views(layout, maps))
        absent = [name for name in files if not (out / row[name]).is_file()]
        for name in absent:
            view = int(name[-1]) if name != "panorama" else 0
            if name.startswith("class_"):
                write_classes(maps[1][view], out / row[name])
            elif name.startswith("depth_"):
                write_depth(maps[0][view], out / row[name])
            elif name == "panorama":
                _write_jpeg(render_equirectangular(scene, PANORAMA_WIDTH, samples), out / row[name])
            else:
                _write_jpeg(views[view], out / row[name])
    if read:
        write_piece(clue_table(scenes, seen), piece)
    return len(batch)


def _write_jpeg(pixels: NDArray[np.uint8], path: Path) -> None:
    write(pixels, path, JPEG_QUALITY, sharp=True)


if __name__ == "__main__":
    parser = commands.parser_for(DatasetConfig, "python -m world.make_dataset", __doc__ or "")
    commands.run(lambda: print(main(commands.read(parser, DatasetConfig, sys.argv[1:]))))
