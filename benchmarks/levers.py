"""What each lever of a pretraining is worth in the same few minutes: tasks, optimiser, rate, batch, size, tower.

    python -m benchmarks.levers --manifest data/world/manifest.parquet --minutes 4 --bf16 --workers 2 --json
    python -m benchmarks.levers … --rows base 'without clue tasks' --seeds 3   # where it is close

The first N training places, cells of their own, one thread for each training. Every row differs from the base (views of
64 px, or --small-size, in the first 70 % of the time; Muon at 0.003; batches of 64) in what it is called by. Each gets
the same minutes, so that what learns more in a step and what takes more steps compare as they do in use. Figures are of
the validation places: country, median and score by the likeliest cell of the pretraining, country by the nearest
neighbours in the embedding; means over the seeds, and their standard deviation.

Trainings that are done are not done again: more rows or seeds are added with the same command; other minutes or places
have a folder of their own. Two trainings side by side on two cores are slowed alike, the odd last one is not. It is
printed as Markdown; with --json the last line is one JSON object.
"""

import json
import math
import statistics
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from benchmarks.ablate.plan import FULL
from benchmarks.ablate.stages import Stages
from benchmarks.ablation import AblationConfig
from benchmarks.tables.markdown import table
from model import pretrain
from model.artifacts import read_record
from model.commands import parser_for, read, run
from model.errors import ArtifactError, ConfigError
from model.networks.training_settings import PretrainConfig
from model.processes import spread

BASE = "base"
ROWS: dict[str, dict[str, Any]] = {
    BASE: {},
    "without clue tasks": {"clue_weight": 0.0},
    "without class maps": {"map_weight": 0.0},
    "without captions": {"caption_weight": 0.0},
    "without attributes": {"attribute_weight": 0.0},
    "AdamW, rate 0.002": {"optimizer": "adamw", "learning_rate": 2e-3},
    "rate halved": {"learning_rate": 1.5e-3},
    "rate doubled": {"learning_rate": 6e-3},
    "batches of 32": {"batch": 32},
    "batches of 128": {"batch": 128},
    "whole views from the first step": {"small_size": None},
    "cells smoothed over 25 km": {"tau_km": 25.0},
    "cells smoothed over 200 km": {"tau_km": 200.0},
    "a ViT, and whole views": {"preset": "pigeon-vit", "small_size": None},
}
FIGURES = {"cell_country": "country %", "median_km": "median km", "score": "score",
           "neighbour_country": "country by neighbours %"}  # fmt: skip
SHARES = {"cell_country", "neighbour_country"}


@dataclass(frozen=True)
class LeversConfig:
    """On what, and for how long."""

    manifest: Path = field(metadata={"help": "places with four views each: splits train, validation and test"})
    work: Path = field(default=Path("runs/levers"), metadata={"help": "folder of all that is made"})
    minutes: float = field(default=4.0, metadata={"help": "of each training"})
    places: int = field(default=8000, metadata={"help": "the first N training places"})
    rows: tuple[str, ...] = field(default=tuple(ROWS), metadata={"help": "which of them (default: all)"})
    seeds: int = field(default=1, metadata={"help": "how many trainings of each row"})
    workers: int = field(default=1, metadata={"help": "trainings side by side, of one thread each"})
    bf16: bool = field(default=False, metadata={"help": "in bfloat16, where it is fast"})
    probe_places: int = field(default=3000, metadata={"help": "validation places that are looked at, at most"})
    preset: str = field(default="pigeon", metadata={"help": "of the rows that name none"})
    small_size: int | None = field(default=64, metadata={"help": "side of the views in the training's first part"})
    json: bool = field(default=False, metadata={"help": "end with one JSON object on the last line"})

    def __post_init__(self) -> None:
        if unknown := [name for name in self.rows if name not in ROWS]:
            raise ConfigError(f"--rows: looked for some of {', '.join(ROWS)}; found {', '.join(unknown)}.")
        if not self.rows or len({*self.rows}) < len(self.rows):
            raise ConfigError("--rows: name one or more, each once.")
        if min(self.seeds, self.workers, self.probe_places) < 1 or not 0 < self.minutes < math.inf:
            raise ConfigError("--seeds, --workers and --probe-places must be 1 or more, --minutes more than 0.")
        self.data  # noqa: B018  # refuses what a training refuses

    @property
    def folder(self) -> Path:
        """Where trainings lie that compare with one another."""
        name = f"{self.places}-places-{self.minutes:g}-minutes-{self.probe_places}-probed"
        return self.work / name / f"{self.preset}-{self.small_size or 'whole'}{'-bf16' if self.bf16 else ''}"

    @property
    def data(self) -> AblationConfig:
        """The places and the settings of the first row, as the ablation has them."""
        return AblationConfig(
            self.manifest, work=self.folder, budget_minutes=self.minutes, places=self.places, preset=self.preset,
            small_size=self.small_size, small_share=0.7, bf16=self.bf16, workers=0,
        )  # fmt: skip


def main(config: LeversConfig) -> dict[str, Any]:
    """Train what is not trained yet -> figures by row: each of FIGURES as mean and deviation, and places a second.

    Raises:
        ManifestError, ArtifactError, ConfigError, ImageError, StorageError: as the stages do, see `model.errors`.
    """
    stages = Stages(config.data)
    with redirect_stdout(sys.stderr):  # the verbs' own words; the table stands alone
        stages.data()
        base = PretrainConfig(
            stages.train, config.folder, geocells=stages.cells(FULL), probe_places=config.probe_places,
            **config.data.pretraining(),
        )  # fmt: skip
        trainings = [
            replace(base, out=folder(config.folder, name, seed), seed=seed, **ROWS[name])
            for name in config.rows
            for seed in range(config.seeds)
        ]
        with Progress(transient=True) as progress:
            task = progress.add_task("training", total=len(trainings))
            spread(_train, trainings, config.workers, lambda _: progress.advance(task))
    return {name: summary([figures(folder(config.folder, name, seed)) for seed in range(config.seeds)])
            for name in config.rows}  # fmt: skip


def _train(config: PretrainConfig) -> Path:
    """As `pretrain.main`, in one thread, with its words on the error channel."""
    torch.set_num_threads(1)
    with redirect_stdout(sys.stderr):
        return pretrain.main(config)


def folder(of_all: Path, row: str, seed: int) -> Path:
    """Where a training lies."""
    return of_all / f"{row.replace(' ', '-').replace(',', '')}-{seed}"


def figures(run: Path) -> dict[str, float]:
    """What a training ended with.

    Raises:
        ArtifactError: one that was stopped at its very end, and went on without a step.
    """
    facts = read_record(run, "pretrain", check_outputs=False)["facts"]
    last = facts["validation"][-1] if facts["validation"] else {}
    if missing := [name for name in FIGURES if name not in last]:
        raise ArtifactError(f"looked for {', '.join(missing)} of the validation places in the record of {run}, found "
                            "none; remove the folder, and it is trained again.")  # fmt: skip
    minutes = facts["lengths"][-1][1]
    return {name: float(last[name]) for name in FIGURES} | {
        "places_per_s": facts["places_seen"] / (60.0 * minutes), "steps": float(facts["steps"])
    }  # fmt: skip


def summary(of_seeds: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Means over the seeds, and of FIGURES the standard deviation beside them (None of one seed)."""
    found: dict[str, Any] = {"seeds": len(of_seeds)}
    for name in of_seeds[0]:
        values = [one[name] for one in of_seeds]
        found[name] = statistics.fmean(values)
        if name in FIGURES:
            found[f"{name}_deviation"] = statistics.stdev(values) if len(values) > 1 else None
    return found


def markdown(rows: dict[str, dict[str, Any]]) -> str:
    """The table."""
    head = ["", "seeds", "steps", "places/s", *FIGURES.values()]
    return table(head, [
        [name, str(found["seeds"]), f"{found['steps']:,.0f}", f"{found['places_per_s']:.0f}",
         *(_told(figure, found[figure], found[f"{figure}_deviation"]) for figure in FIGURES)]
        for name, found in rows.items()
    ])  # fmt: skip


def _told(figure: str, value: float, deviation: float | None) -> str:
    scale, digits = (100.0, 1) if figure in SHARES else (1.0, 0)
    return f"{scale * value:,.{digits}f}" + (f" ± {scale * deviation:,.{digits}f}" if deviation is not None else "")


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.levers`."""
    config = read(parser_for(LeversConfig, "python -m benchmarks.levers", str(__doc__)), LeversConfig, argv)

    def work() -> None:
        found = main(config)
        print(markdown(found))
        if config.json:
            print(
                json.dumps({"benchmark": "levers", "minutes": config.minutes, "places": config.places, "rows": found})
            )

    run(work)


if __name__ == "__main__":
    cli()
