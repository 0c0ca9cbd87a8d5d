"""The score that perfect eyes could reach on the simulated Earth, and what each family of clues is worth.

    python -m world.ceiling --places 100000 --queries 5000 --seed 0 --out runs/ceiling.json

No picture and no network: a nearest-neighbour guess from the true values of the clues (world/study/visible.py) of
`places` places of the training split for `queries` places of the test split, with all clues and with each family left
out. Only clues that are in the picture count, in the place asked and in the place known. The clues are weighted by the
training places alone: differences between a place and its neighbour a few kilometres away, on another day and with
other chances, say how far each clue can be trusted; what varies together counts once; and families are weighed by
asking some known places of the others.

The figures are those of `model.evaluate` (metrics.json); cells have no meaning here and are null. Looking takes some
8 ms a place and core; the tables of clues are kept in the folder `--clues`, piece by piece, so that a run that was
stopped goes on where it was, and a second one takes a minute. A change of what draws places or reads their clues (the
rooms of world/, scene.py and render.py, and model/geo) makes new tables; one of the commands, this one too, does not.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from model.artifacts import whole
from model.commands import parser_for, read, run
from model.errors import ConfigError
from model.geo.atlas import Atlas
from model.geo.distance import destination
from model.metrics.report import Truth, place_figures
from model.processes import spread
from world.clues import FAMILIES, build_scenes
from world.earth.places import sample_places
from world.earth.splits import split_of
from world.study.clue_files import joined, read_piece, write_piece
from world.study.likeness import family_weights, learn, nearest
from world.study.readings import in_steps
from world.study.sources import READING, sources
from world.study.visible import clue_table
from world.warm_up import compile_all, ready

PIECE = 500  # places whose clues are looked at and written down at once
PAIRS, PAIR_KM = 2000, 6.0  # places that are looked at again so far away (mean), to learn which clue to trust
RECIPE = ["lat", "lng", "month", "hour", "seed"]


@dataclass(frozen=True)
class CeilingConfig:
    """How many places, and where the figures go."""

    places: int = field(default=100_000, metadata={"help": "places of the training split that are known"})
    queries: int = field(default=5_000, metadata={"help": "places of the test split that are asked"})
    seed: int = field(default=0, metadata={"help": "another seed, other places"})
    out: Path | None = field(default=None, metadata={"help": "file for the figures (JSON)"})
    clues: Path = field(default=Path("data/ceiling"), metadata={"help": "folder that keeps the tables of clues"})
    workers: int = field(default=0, metadata={"help": "processes; 0: one for each core"})
    json: bool = field(default=False, metadata={"help": "print the figures as one JSON object in place of a table"})

    def __post_init__(self) -> None:
        if self.places < 100 or self.queries < 1:
            raise ConfigError(
                f"--places must be at least 100 and --queries at least 1, found {self.places} and {self.queries}."
            )
        if self.seed < 0 or self.workers < 0:
            raise ConfigError(f"--seed and --workers must not be negative, found {self.seed} and {self.workers}.")


def main(config: CeilingConfig) -> dict[str, Any]:
    """Figures by row: "all", and "without.FAMILY" for each family of clues; each with the keys of metrics.json.

    Raises:
        StorageError: a folder that cannot be written; what was finished is kept.
    """
    known = sample_places(config.places, config.seed, "train")
    asked = sample_places(config.queries, config.seed, "test")
    first, second = _pairs(min(PAIRS, config.places), config.seed)
    looks = {"neighbours": first, "neighbours again": second, "asked": asked, "known": known}
    tables = _tables(config, looks)
    scales = learn(tables["neighbours"], tables["neighbours again"], tables["known"])
    with _bar("comparing places", len(asked)) as (progress, task):
        weights = family_weights(scales, tables["known"], _points(known), config.seed)
        found = nearest(scales, tables["known"], tables["asked"], weights, lambda rows: progress.advance(task, rows))
    guesses = {"all": found["all"]} | {family: found.get(family, found["all"]) for family in FAMILIES}
    figures = measure(_points(known), _points(asked), guesses)
    if config.out is not None:
        with whole(config.out) as temporary:
            temporary.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


def measure(
    known: NDArray[np.float64], asked: NDArray[np.float64], guesses: dict[str, NDArray[np.int64]]
) -> dict[str, Any]:
    """Figures of guesses: rows of `known` (N, 2) for each of `asked` (Q, 2), by what was left out."""
    atlas = Atlas.open()
    known_country = atlas.describe(known)["country"].to_numpy(object)
    country = atlas.describe(asked)["country"].to_numpy(object)
    truth = Truth(asked, country, np.zeros(len(asked), np.int64))
    return {
        name: place_figures(known[rows], known_country[rows], truth) | {"cell_top1": None, "cell_top5": None}
        for name, rows in (("all" if key == "all" else f"without.{key}", rows) for key, rows in guesses.items())
    }


def _points(places: pd.DataFrame) -> NDArray[np.float64]:
    return places[["lat", "lng"]].to_numpy(np.float64)


def _pairs(count: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training places, and their neighbours a few kilometres away, on another day and with other chances."""
    places = sample_places(count, seed + 1, "train").sort_values("lat", ignore_index=True)
    rng = np.random.default_rng(seed)
    moved = destination(_points(places), rng.uniform(0.0, 360.0, count), rng.exponential(PAIR_KM, count))
    again = places.assign(lat=moved[:, 0].round(5), lng=moved[:, 1].round(5))
    for name in ("month", "hour", "seed"):  # of the next place to the north, so that the sun stands above the horizon
        again[name] = np.roll(places[name].to_numpy(), -1)
    kept = Atlas.open().is_land(moved) & (split_of(moved) == "train")
    return places[kept].reset_index(drop=True), again[kept].reset_index(drop=True)


def _tables(config: CeilingConfig, looks: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The clues of all places, looked at or read from the folder, piece by piece."""
    pieces = {
        name: [places.iloc[start : start + PIECE][RECIPE] for start in range(0, len(places), PIECE)]
        for name, places in looks.items()
    }
    missing = [piece for some in pieces.values() for piece in some if not _path(config.clues, piece).is_file()]
    if missing:
        ready()
    with _bar("preparing the renderer", sum(map(len, missing))) as (progress, task):
        spread(
            partial(_look, folder=config.clues), missing, config.workers,
            lambda done: progress.update(task, advance=done, description="looking at places"), first=compile_all,
        )  # fmt: skip
    return {
        name: in_steps(joined([read_piece(_path(config.clues, piece)) for piece in some]))
        for name, some in pieces.items()
    }


@contextmanager
def _bar(what: str, total: int) -> Iterator[tuple[Progress, TaskID]]:
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bars, console=Console(stderr=True), transient=True) as progress:
        yield progress, progress.add_task(what, total=total)


def _look(places: pd.DataFrame, folder: Path) -> int:
    """Write down the clues of some places; how many."""
    write_piece(clue_table(build_scenes(places)), _path(folder, places))
    return len(places)


def _path(folder: Path, places: pd.DataFrame) -> Path:
    """Where the clues of some places lie: the name says of which places, drawn and read by which sources."""
    digest = hashlib.sha256(sources(READING).encode())
    digest.update(places[RECIPE].to_numpy(np.float64).tobytes())
    return folder / f"clues-{digest.hexdigest()[:20]}.npz"


def show(figures: dict[str, Any]) -> None:
    """Print the figures as a table."""
    heads = f"{'25 km':>7} {'200 km':>7} {'750 km':>7} {'2500 km':>8} {'median':>9} {'score':>7}"
    print(f"{'clues':18} {'country':>8} {heads}")
    for name, row in figures.items():
        within = row["within_km"]
        print(
            f"{name:18} {row['country_accuracy']:8.1%} {within['25']:7.1%} {within['200']:7.1%} {within['750']:7.1%} "
            f"{within['2500']:8.1%} {row['median_km']:6,.0f} km {row['mean_score']:7,.0f}"
        )


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m world.ceiling`."""
    config = read(parser_for(CeilingConfig, "python -m world.ceiling", str(__doc__)), CeilingConfig, argv)

    def work() -> None:
        figures = main(config)
        if config.json:
            print(json.dumps(figures))
        else:
            show(figures)

    run(work)


if __name__ == "__main__":
    cli()
