"""What each part of PIGEON is worth here: the paper's cumulative ablation, each row beside the published one.

    python -m benchmarks.ablation --manifest data/world/manifest.parquet --test-manifest data/fresh/manifest.parquet \\
        --budget-minutes 30 --small-size 64 --small-share 0.7 --work runs/ablation [--places 20000] [--json]

Full; without refinement; without contrastive pretraining; without semantic cells; without multi-task heads; without
last-layer tuning; one view for four; without haversine smoothing: each takes one more thing away than the row above.
Four encoders are trained, each for the same budget: with all tasks, without captions, on naive cells, on cells alone.
--epochs gives them the same number of places on a busy machine, where minutes do not. The sixth row has the encoder
that all began with as it is (--start-from), or a tower of random weights. Refinement is tuned on validation; all rows
but the first guess the centre of the likeliest cell.

Every stage is one of the project's own, is kept in the work folder, and is not made twice: a run that was stopped goes
on with the same command. The table so far is written to WORK/ablation.md and .json after each row. It is printed as
Markdown; with --json the last line is one JSON object.
"""

import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.ablate.plan import ROWS
from benchmarks.ablate.report import markdown, row_figures
from benchmarks.ablate.stages import FOLDERS, Stages
from model.artifacts import read_record, record_path, whole
from model.commands import parser_for, read, run
from model.errors import ConfigError
from model.networks.optimisers import Kind
from model.networks.training_settings import PretrainConfig
from model.retrieval.space import Kind as SpaceKind

LOSSES = {"caption_weight": "captions", "attribute_weight": "attributes", "clue_weight": "clues"}


@dataclass(frozen=True)
class AblationConfig:
    """On what, from what and for how long."""

    manifest: Path = field(metadata={"help": "places to learn from, with four views each: splits train and validation"})
    test_manifest: Path | None = field(
        default=None, metadata={"help": "fresh places whose split test is measured; the same manifest's when not told"}
    )
    work: Path = field(default=Path("runs/ablation"), metadata={"help": "folder of all that is made"})
    budget_minutes: float | None = field(default=None, metadata={"help": "train each of the four encoders for so long"})
    epochs: float | None = field(default=None, metadata={"help": "or for so many passes over the places"})
    places: int | None = field(default=None, metadata={"help": "the first N training places alone, in every stage"})
    test_places: int = field(default=5000, metadata={"help": "places that are measured, at most"})
    start_from: str | None = field(default=None, metadata={"help": "encoder that all begin with: folder or hub name"})
    preset: str = field(default="pigeon", metadata={"help": "of the encoders, where they begin from nothing"})
    batch: int = field(default=PretrainConfig.batch, metadata={"help": "places in a step of pretraining"})
    optimizer: Kind = field(default="muon", metadata={"help": "of pretraining"})
    learning_rate: float = field(default=3e-3, metadata={"help": "of pretraining"})
    unfreeze: str = field(
        default=PretrainConfig.unfreeze, metadata={"help": "all, or the last N layers of the encoder, which then learn"}
    )
    small_size: int | None = field(default=None, metadata={"help": "side of the views in the training's first part"})
    small_share: float = field(default=PretrainConfig.small_share, metadata={"help": "how long that first part is"})
    bf16: bool = field(default=False, metadata={"help": "pretrain in bfloat16, where it is fast"})
    workers: int | None = field(default=None, metadata={"help": "processes that decode; by default all cores but one"})
    space: SpaceKind = field(default="lda", metadata={"help": "in which the refiner compares, as build_index has it"})
    dimensions: int = field(default=64, metadata={"help": "of that space; 0: all"})
    seed: int = field(default=0, metadata={"help": "of weights, order and captions, the same in every row"})
    json: bool = field(default=False, metadata={"help": "end with one JSON object on the last line"})

    def __post_init__(self) -> None:
        if (self.budget_minutes is None) == (self.epochs is None):
            raise ConfigError("give either --budget-minutes or --epochs.")
        if self.test_places < 2 or (self.places is not None and self.places < 2):
            raise ConfigError("--places and --test-places must be 2 or more.")
        # What the pretraining refuses is refused before any work.
        PretrainConfig(self.manifest, self.work, start_from=self.start_from, **self.pretraining())

    def pretraining(self) -> dict[str, Any]:
        """Settings of every pretraining."""
        same = ("epochs", "preset", "batch", "optimizer", "learning_rate", "unfreeze", "small_size", "small_share",
                "bf16", "workers")  # fmt: skip
        return {name: getattr(self, name) for name in same} | {"minutes": self.budget_minutes, "tensorboard": False}

    def indexing(self) -> dict[str, Any]:
        """Settings of the index; without a kernel, which would take the place of the refiner that is measured."""
        return {"space": self.space, "dimensions": self.dimensions, "factory": "SQ8", "kernel_places": 0}


def main(config: AblationConfig) -> dict[str, Any]:
    """Make all rows -> {"rows": figures by name, "facts": how they were made}, also in WORK/ablation.json.

    Raises:
        ManifestError, ArtifactError, ConfigError, ImageError, StorageError: as the stages do, see `model.errors`.
    """
    stages = Stages(config)
    with contextlib.redirect_stdout(sys.stderr):  # the verbs' own words; the table stands alone
        facts: dict[str, Any] = {
            "places": stages.data(), "budget": _budget(config), "start_from": _name(config.start_from),
            "start_note": start_note(config.start_from), "unfreeze": config.unfreeze, "seed": config.seed,
        }  # fmt: skip
        rows: dict[str, Any] = {}
        above: pd.DataFrame | None = None
        for number, (name, setup) in enumerate(ROWS.items(), start=1):
            print(f"[{number}/{len(ROWS)}] {name}")
            predictions = stages.predictions(setup)
            rows[name] = row_figures(predictions, above) | {"made": asdict(setup) | stages.told(setup)}
            above = predictions
            table = config.work / "predictions" / f"{number}-{FOLDERS[name]}.csv"
            with whole(table) as temporary:
                predictions.to_csv(temporary, index=False)
            _write(config.work, {"rows": rows, "facts": facts})
    return {"rows": rows, "facts": facts}


def start_note(start_from: str | None) -> str:
    """What the encoder that all rows begin with had learned already, as far as its own record says; else nothing."""
    if start_from is None or not record_path(Path(start_from).parent, "pretrain").is_file():
        return ""
    told = read_record(Path(start_from).parent, "pretrain", check_outputs=False)["config"]
    learned = [word for name, word in LOSSES.items() if float(told.get(name) or 0.0) > 0]
    if not learned:
        return ""
    return (f"The encoder that all begin with had learned {', '.join(learned)} already, in every row: a step says what "
            "its loss gives in this budget, not what it is worth in all.")  # fmt: skip


def _budget(config: AblationConfig) -> str:
    if config.epochs is not None:
        return f"{config.epochs:g} passes over the places"
    return f"{config.budget_minutes:g} minutes"


def _name(start_from: str | None) -> str | None:
    """How an encoder is told of: a folder by its own name and its run's, not by where that lay."""
    if start_from is None or not Path(start_from).is_dir():
        return start_from
    folder = Path(start_from).resolve()
    return f"{folder.parent.name}/{folder.name}"


def _write(work: Path, found: dict[str, Any]) -> None:
    for name, text in (("ablation.json", json.dumps(found, indent=1) + "\n"),
                       ("ablation.md", markdown(found["rows"], found["facts"]))):  # fmt: skip
        with whole(work / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.ablation`."""
    config = read(parser_for(AblationConfig, "python -m benchmarks.ablation", str(__doc__)), AblationConfig, argv)

    def work() -> None:
        found = main(config)
        print(markdown(found["rows"], found["facts"]))
        if config.json:
            print(json.dumps({"benchmark": "ablation", **found}))

    run(work)


if __name__ == "__main__":
    cli()
