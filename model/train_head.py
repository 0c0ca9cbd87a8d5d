"""Verb: train the head that says of an embedding where it was seen and what it is like there -> RUN/head/.

On stored embeddings (of any model): haversine-smoothed geocells, and beside them country, climate, driving side, month
and six regressions, each where the manifest holds it and its weight is not 0. AdamW, the epoch with the least
validation loss of the cells. What the head says of the country then weighs on the cells, as far as that makes
validation places likelier. Deterministic by seed; minutes at most, so a run that was killed starts again and a
finished one is left alone. What makes its probabilities honest is `python -m model.calibrate`, after the index. Source:
PIGEON (arXiv 2307.05845), sections 3.2 and 3.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.artifacts import is_done, write_record
from model.commands import parser_for, read, run
from model.data.attributes import REGRESSIONS, AttributeSpace
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, read_source, require_columns
from model.errors import ConfigError, ManifestError
from model.geo.distance import to_unit
from model.geocells.table import Geocells, read_geocells
from model.metrics.attributes import attribute_errors
from model.metrics.calibration import fit_temperature, log_loss, top_k_share
from model.metrics.distance import summary
from model.networks.cross_fitting import ENOUGH
from model.networks.head import NOTHING, MultiTaskHead
from model.networks.head_training import Sample, fit
from model.networks.losses import TaskWeights, smoothed_targets

STAGE = "train_head"
TAU_KM = {"pigeon": 75.0, "pigeotto": 65.0, "tiny": 75.0}  # PIGEON, section 3.2
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of a country's logit that may be added to its cells
CACHED_TARGETS = 250_000_000  # numbers (1 GB): smaller target tables are worked out once, larger ones batch by batch
MEASURED = 100_000_000  # numbers (400 MB) of the table of logits that validation is measured on; else every n-th place


@dataclass(frozen=True)
class HeadConfig:
    """What to train on, and how."""

    manifest: Path = field(metadata={"help": "table of places with the splits train and validation"})
    embeddings: Path = field(
        metadata={"help": ".npy (N, D), or view by view (N, V, D), the manifest's rows in order, made by any model"}
    )
    geocells: Path = field(metadata={"help": "geocells.parquet of build_geocells"})
    out: Path = field(metadata={"help": "folder of the run; head/ is written there"})
    preset: Literal["pigeon", "pigeotto", "tiny"] = field(
        default="pigeon", metadata={"help": "smoothing of 75 km (pigeon, tiny), or of 65 km and no month (pigeotto)"}
    )
    tau_km: float | None = field(default=None, metadata={"help": "smoothing; 0: one-hot (default: the preset's)"})
    reference: Literal["cell", "nearest"] = field(
        default="cell",
        metadata={"help": "with --no-normalise: relative to the true cell's representative (paper) or the nearest one"},
    )
    normalise: bool = field(
        default=True,
        metadata={"help": "make the targets of a place sum to 1; without, places in dense regions weigh more (paper)"},
    )
    attributes: bool = field(default=True, metadata={"help": "learn what else the manifest knows of places"})
    country_weight: float = field(default=1.0, metadata={"help": "of the loss of countries (ours); 0: not learned"})
    climate_weight: float = field(default=2.0, metadata={"help": "of the climate zones; 0: not learned"})
    driving_weight: float = field(default=0.5, metadata={"help": "of the driving side (ours); 0: not learned"})
    month_weight: float | None = field(
        default=None, metadata={"help": "of the month; 0: not learned (default: 1, and 0 for pigeotto)"}
    )
    regression_weight: float = field(
        default=8.0, metadata={"help": "of altitude, people, temperature and rain; 0: not learned"}
    )
    hidden: int = field(
        default=0, metadata={"help": "units of a hidden layer that all tasks share; 0: linear, as in the paper"}
    )
    country_in_cells: bool = field(
        default=True, metadata={"help": "let the likelihood of a cell's country weigh on it, as chosen on validation"}
    )
    epochs: int = field(default=100, metadata={"help": "at most this many"})
    patience: int = field(
        default=4,
        metadata={"help": "epochs without a better validation loss before the rate falls, then before the end"},
    )
    batch: int = field(default=256, metadata={"help": "places in a step"})
    lr: float = field(
        default=1e-3, metadata={"help": "learning rate of AdamW; a tenth of it once that leads no further"}
    )
    weight_decay: float = field(default=0.01, metadata={"help": "of AdamW"})
    half: bool = field(default=False, metadata={"help": "store the head in half precision: half the bytes"})
    seed: int = field(default=0, metadata={"help": "seed of the weights and of the order of places"})

    def __post_init__(self) -> None:
        if min(self.epochs, self.patience, self.batch) < 1 or not self.lr > 0 or self.hidden < 0:
            raise ConfigError("--epochs, --patience and --batch must be at least 1, --lr above 0 and --hidden not "
                              "negative.")  # fmt: skip
        if not ((self.tau_km or 0.0) >= 0 and self.weight_decay >= 0):
            raise ConfigError("--tau-km and --weight-decay must not be negative.")
        self.weights  # noqa: B018  # refuses negative ones

    @property
    def smoothing_km(self) -> float:
        """The tau in force."""
        return TAU_KM[self.preset] if self.tau_km is None else self.tau_km

    @property
    def weights(self) -> TaskWeights:
        """The weights in force; a single photo of any day says little of its month."""
        month = self.month_weight if self.month_weight is not None else 0.0 if self.preset == "pigeotto" else 1.0
        return TaskWeights(1.0, self.country_weight, self.climate_weight, self.driving_weight, month,
                           self.regression_weight)  # fmt: skip


def main(config: HeadConfig) -> Path:
    """Train and write the head; a folder that already holds it is left as it is."""
    folder = config.out / "head"
    inputs = {"manifest": config.manifest, "embeddings": config.embeddings, "geocells": config.geocells}
    if is_done(config.out, STAGE, config, inputs):
        print(f"{folder}: already trained on these files with this config, nothing to do")
        return folder
    manifest = read_manifest(config.manifest)
    require_columns(manifest, ["split"], config.manifest)
    cells = read_geocells(config.geocells)
    embeddings = read_embeddings(config.embeddings, manifest)
    rows = {name: np.flatnonzero(manifest["split"] == name) for name in ("train", "validation")}
    for name, found in rows.items():
        if len(found) == 0:
            raise ManifestError(f"{config.manifest} has no rows of the split '{name}', which train_head needs.")
    space = _space(config, manifest, rows["train"])
    columns = ["lat", "lng", *(name for name in space.columns if name in manifest)]
    places = {name: manifest[columns].iloc[found] for name, found in rows.items()}
    del manifest  # all its other columns, which are most of it
    samples = {name: _sample(config, places[name], cells, space, embeddings, rows[name]) for name in rows}
    torch.manual_seed(config.seed)
    head = MultiTaskHead(embeddings.shape[1], len(cells), space, config.hidden)
    epochs, kept = fit(
        head, samples["train"], samples["validation"], config.weights, epochs=config.epochs, patience=config.patience,
        batch=config.batch, lr=config.lr, weight_decay=config.weight_decay, seed=config.seed,
    )  # fmt: skip
    share = 0.0
    if config.country_in_cells and "country" in head.heads and len(rows["validation"]) >= ENOUGH:
        classes = _country_of_cells(cells, space, places["train"])
        share = _country_share(head, cells, classes, places["validation"], embeddings, rows["validation"])
        head.weigh_by_country(classes, share)
    head.save(folder, config.half)
    figures = _figures(MultiTaskHead.load(folder), cells, places["validation"], embeddings, rows["validation"])
    facts: dict[str, Any] = {
        "cells": len(cells), "dim": head.dim, "epochs": epochs, "kept_epoch": kept, "tau_km": config.smoothing_km,
        "train_places": len(rows["train"]), "tasks": list(head.heads), "country_share": share,
        "source": read_source(config.manifest), "validation": figures,
    }  # fmt: skip
    write_record(config.out, STAGE, config, inputs, {"head": folder}, facts)
    print(_line(folder, epochs, kept, share, figures))
    return folder


def _space(config: HeadConfig, manifest: pd.DataFrame, train: NDArray[np.int64]) -> AttributeSpace:
    if not config.attributes:
        return NOTHING
    without = config.weights.left_out
    without |= set(REGRESSIONS) if "regressions" in without else set()
    known = [name for name in ("country", "koppen", "driving_side", "month", *REGRESSIONS) if name in manifest]
    return AttributeSpace.fit(manifest[known].iloc[train], without)


def _sample(
    config: HeadConfig, places: pd.DataFrame, cells: Geocells, space: AttributeSpace, embeddings: NDArray[Any],
    rows: NDArray[np.int64],
) -> Sample:  # fmt: skip
    points = places[["lat", "lng"]].to_numpy(np.float64)
    own = cells.assign(points)
    known = {name: torch.from_numpy(labels) for name, labels in space.labels(places).items()}
    if space.regressions:
        known["regressions"] = torch.from_numpy(space.targets(places))

    def smoothed(which: NDArray[np.int64]) -> torch.Tensor:
        return smoothed_targets(
            points[which], cells.centroids, config.smoothing_km, config.reference, own[which], config.normalise
        )

    table = None
    if len(points) * len(cells) <= CACHED_TARGETS:
        table = torch.empty(len(points), len(cells))
        for start in range(0, len(points), 1024):
            block = np.arange(start, min(start + 1024, len(points)))
            table[start : start + 1024] = smoothed(block)

    def targets(which: NDArray[np.int64]) -> Mapping[str, torch.Tensor]:
        cells_of = smoothed(which) if table is None else table[which]
        return {"cells": cells_of, **{name: values[which] for name, values in known.items()}}

    return Sample(embeddings, rows, targets)


def _every(rows: NDArray[np.int64], cells: Geocells) -> int:
    """Every how many-th validation place is looked at, so that the table of logits stays below MEASURED."""
    return -(-len(rows) * len(cells) // MEASURED)


def _country_of_cells(cells: Geocells, space: AttributeSpace, train: pd.DataFrame) -> NDArray[np.int64]:
    """The class that most training places of each cell have, (C,), in the manifest's names and not the table's.

    A cell without one (of other places, or where no country is known) gets that of the nearest that has one.
    """
    own, labels = cells.assign(train[["lat", "lng"]].to_numpy(np.float64)), space.labels(train)["country"]
    known = labels >= 0
    count = np.zeros((len(cells), len(space.classes["country"])), np.int64)
    np.add.at(count, (own[known], labels[known]), 1)
    filled = np.flatnonzero(count.any(axis=1))
    units = to_unit(cells.centroids)
    nearest = filled[cKDTree(units[filled]).query(units)[1]]
    return np.asarray(count[nearest].argmax(axis=1), np.int64)


def _country_share(
    head: MultiTaskHead, cells: Geocells, classes: NDArray[np.int64], places: pd.DataFrame, embeddings: NDArray[Any],
    rows: NDArray[np.int64],
) -> float:  # fmt: skip
    """The one of SHARES that makes the true cells of validation places likeliest, each at its best temperature."""
    step = _every(rows, cells)
    seen = embeddings[rows[::step]]
    own = cells.assign(places[["lat", "lng"]].to_numpy(np.float64)[::step])
    logits, of_country = head.logits(seen), head.logits(seen, "country")
    lost: dict[float, float] = {}
    reached = 0.0
    for share in SHARES:  # they rise
        logits += np.float32(share - reached) * of_country[:, classes]
        reached = share
        lost[share] = log_loss(logits, own, fit_temperature(logits, own))
    return min(lost, key=lambda share: lost[share])


def _figures(
    head: MultiTaskHead, cells: Geocells, places: pd.DataFrame, embeddings: NDArray[Any], rows: NDArray[np.int64]
) -> dict[str, Any]:
    """Figures on validation: cell centres alone, and the error of every other head in its own unit."""
    step = _every(rows, cells)
    rows, places = rows[::step], places.iloc[::step]
    points = places[["lat", "lng"]].to_numpy(np.float64)
    seen = embeddings[rows]
    logits, own = head.logits(seen), cells.assign(points)
    return summary(cells.centroids[logits.argmax(axis=1)], points) | {
        "cell_top1": top_k_share(logits, own, 1), "cell_top5": top_k_share(logits, own, 5),
        "heads": attribute_errors(head.attributes(seen), places),
    }  # fmt: skip


def _line(folder: Path, epochs: int, kept: int, share: float, figures: Mapping[str, Any]) -> str:
    text = (
        f"{folder}: {epochs} epochs, the {kept}. kept; on {figures['n']:,} validation places, cell centres alone: "
        f"median {figures['median_km']:,.0f} km, score {figures['mean_score']:,.0f}"
    )
    heads = [
        f"{name} {error['accuracy']:.1%}" if "accuracy" in error else f"{name} ±{error['mean_error']:,.1f}"
        for name, error in figures["heads"].items()
    ]
    text += f"\nheads: {', '.join(heads)}" if heads else ""
    return text + (f"; {share:g} of the country's logit in its cells'" if share else "")


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.train_head`."""
    parser = parser_for(HeadConfig, "python -m model.train_head", str(__doc__))
    config = read(parser, HeadConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
