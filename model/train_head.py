"""Verb: train the head that turns an embedding into probabilities of geocells -> RUN/head/.

A linear layer on stored embeddings (of any model), haversine-smoothed cross-entropy, AdamW, the epoch with the least
validation loss, then one temperature fitted on validation. Deterministic by seed; minutes at most, so a run that was
killed starts again and a finished one is left alone. Source: PIGEON (arXiv 2307.05845), sections 3.2 and 3.6.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from model.artifacts import is_done, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, read_source, require_columns
from model.errors import ConfigError, ManifestError
from model.geocells.table import Geocells, read_geocells
from model.metrics.calibration import fit_temperature, top_k_share
from model.metrics.distance import summary
from model.networks.encoder import best_device
from model.networks.head import GeocellHead
from model.networks.losses import smoothed_cross_entropy, smoothed_targets

STAGE = "train_head"
TAU_KM = {"pigeon": 75.0, "pigeotto": 65.0, "tiny": 75.0}  # PIGEON, section 3.2
CACHED_TARGETS = 250_000_000  # numbers (1 GB): smaller target tables are worked out once, larger ones batch by batch


@dataclass(frozen=True)
class HeadConfig:
    """What to train on, and how."""

    manifest: Path = field(metadata={"help": "table of places with the splits train and validation"})
    embeddings: Path = field(metadata={"help": ".npy (N, D), the manifest's rows in order, made by any model"})
    geocells: Path = field(metadata={"help": "geocells.parquet of build_geocells"})
    out: Path = field(metadata={"help": "folder of the run; head/ is written there"})
    preset: Literal["pigeon", "pigeotto", "tiny"] = field(
        default="pigeon", metadata={"help": "smoothing of 75 km (pigeon, tiny) or 65 km (pigeotto)"}
    )
    tau_km: float | None = field(default=None, metadata={"help": "smoothing; 0: one-hot (default: the preset's)"})
    reference: Literal["cell", "nearest"] = field(
        default="cell", metadata={"help": "smoothing relative to the true cell's representative, or the nearest one"}
    )
    normalise: bool = field(default=False, metadata={"help": "make the targets of a place sum to 1"})
    epochs: int = field(default=100, metadata={"help": "at most this many"})
    patience: int = field(default=8, metadata={"help": "stop after this many epochs without a better validation loss"})
    batch: int = field(default=256, metadata={"help": "places in a step"})
    lr: float = field(default=1e-3, metadata={"help": "peak learning rate of AdamW"})
    weight_decay: float = field(default=0.01, metadata={"help": "of AdamW"})
    seed: int = field(default=0, metadata={"help": "seed of the weights and of the order of places"})

    def __post_init__(self) -> None:
        if min(self.epochs, self.patience, self.batch) < 1 or not self.lr > 0 or (self.tau_km or 0.0) < 0:
            raise ConfigError("--epochs, --patience and --batch must be at least 1, --lr above 0 and --tau-km not "
                              "negative.")  # fmt: skip

    @property
    def smoothing_km(self) -> float:
        """The tau in force."""
        return TAU_KM[self.preset] if self.tau_km is None else self.tau_km


@dataclass(frozen=True)
class Sample:
    """The places of one split as the training sees them."""

    embeddings: torch.Tensor  # (N, D) standardised
    points: NDArray[np.float64]  # (N, 2)
    cell: NDArray[np.int64]  # (N,)
    targets: Callable[[NDArray[np.int64]], torch.Tensor]  # rows -> (len(rows), C)


def main(config: HeadConfig) -> Path:
    """Train, calibrate and write the head; a folder that already holds it is left as it is."""
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
    data = {name: torch.from_numpy(np.array(embeddings[found], np.float32)) for name, found in rows.items()}
    mean, deviation = data["train"].mean(dim=0), data["train"].std(dim=0, correction=0).clamp_min(1e-6)
    samples = {
        name: _sample(config, manifest.iloc[found], cells, data[name].sub_(mean).div_(deviation))
        for name, found in rows.items()
    }
    torch.manual_seed(config.seed)
    head = GeocellHead(embeddings.shape[1], len(cells))
    epochs = fit(head, samples["train"], samples["validation"], config)
    validation = samples["validation"]
    with torch.inference_mode():
        logits = head(validation.embeddings).numpy()
    temperature = fit_temperature(logits, validation.cell)
    head.temperature.fill_(temperature)
    head.fold_standardisation(mean, deviation)
    head.save(folder)
    figures = summary(cells.centroids[logits.argmax(axis=1)], validation.points)
    facts: dict[str, Any] = {
        "cells": len(cells), "dim": head.dim, "epochs": epochs, "temperature": temperature,
        "tau_km": config.smoothing_km, "train_places": len(rows["train"]),
        "source": read_source(config.manifest), "validation": figures | {
            "cell_top1": top_k_share(logits, validation.cell, 1), "cell_top5": top_k_share(logits, validation.cell, 5)},
    }  # fmt: skip
    write_record(config.out, STAGE, config, inputs, {"head": folder}, facts)
    print(
        f"{folder}: {epochs} epochs; on {figures['n']:,} validation places, cell centres alone: median "
        f"{figures['median_km']:,.0f} km, score {figures['mean_score']:,.0f}; temperature {temperature:.2f}"
    )
    return folder


def fit(head: GeocellHead, train: Sample, validation: Sample, config: HeadConfig) -> int:
    """Train `head` in place to the epoch of the least validation loss -> the number of epochs run."""
    device = best_device()
    head.to(device)
    optimiser = torch.optim.AdamW(head.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    order = np.random.default_rng(config.seed)
    best, best_state, since = float("inf"), copy.deepcopy(head.state_dict()), 0
    epoch = 0
    columns = (TextColumn("training the head"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeRemainingColumn(), transient=True) as progress:
        task = progress.add_task("", total=config.epochs)
        while epoch < config.epochs and since < config.patience:
            epoch += 1
            head.train()
            for rows in np.array_split(order.permutation(len(train.points)), -(-len(train.points) // config.batch)):
                loss = smoothed_cross_entropy(head(train.embeddings[rows].to(device)), train.targets(rows).to(device))
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            loss_now = _loss(head, validation, config.batch, device)
            since += 1
            if loss_now < best:
                best, best_state, since = loss_now, copy.deepcopy(head.state_dict()), 0
            progress.update(task, advance=1, description=f"validation loss {loss_now:.4f} (best {best:.4f})")
    head.load_state_dict(best_state)
    head.cpu().eval()
    return epoch


@torch.inference_mode()
def _loss(head: GeocellHead, sample: Sample, batch: int, device: torch.device) -> float:
    head.eval()
    total = 0.0
    for start in range(0, len(sample.points), batch):
        rows = np.arange(start, min(start + batch, len(sample.points)))
        logits = head(sample.embeddings[rows].to(device))
        total += float(smoothed_cross_entropy(logits, sample.targets(rows).to(device))) * len(rows)
    return total / len(sample.points)


def _sample(config: HeadConfig, places: pd.DataFrame, cells: Geocells, embeddings: torch.Tensor) -> Sample:
    points = places[["lat", "lng"]].to_numpy(np.float64)
    own = cells.assign(points)

    def targets(rows: NDArray[np.int64]) -> torch.Tensor:
        return smoothed_targets(
            points[rows], cells.centroids, config.smoothing_km, config.reference, own[rows], config.normalise
        )

    if len(points) * len(cells) > CACHED_TARGETS:
        return Sample(embeddings, points, own, targets)
    table = torch.empty(len(points), len(cells))
    for start in range(0, len(points), 1024):
        block = np.arange(start, min(start + 1024, len(points)))
        table[block] = targets(block)
    return Sample(embeddings, points, own, lambda rows: table[rows])


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.train_head`."""
    parser = parser_for(HeadConfig, "python -m model.train_head", str(__doc__))
    config = read(parser, HeadConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
