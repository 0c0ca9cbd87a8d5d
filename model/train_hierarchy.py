"""Verb: train GeoEstimation, cells of Google's S2 grid in three levels and a head for each -> RUN/hierarchy/.

Cells are split where there are many places and joined where there are few, each level within the one before; a linear
map for each level learns by cross-entropy which cell a stored embedding (of any model) was seen in. The guess is made
by the product of a fine cell's probability and those of the coarser cells that hold it. Temperature, expected score
and radii are fitted on validation. Deterministic by seed; minutes at most, so a run that was killed starts again and
a finished one is left alone. Measure it with `python -m model.evaluate --predictor geoestimation --checkpoint RUN`.
Source: Müller-Budack et al., "Geolocation Estimation of Photos Using a Hierarchical Model and Scene Classification"
(ECCV 2018), whose networks learn from pictures and of scene types as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from rich.console import Console

from model.artifacts import fingerprint, is_done, read_record, record_path, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, read_source, require_columns
from model.errors import ConfigError, ManifestError
from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score
from model.geocells.partition import summarise, with_names
from model.geocells.s2 import S2Settings, nested
from model.geocells.table import Geocells, read_geocells, write_geocells
from model.metrics.calibration import expected_calibration_error, fit_temperature, top_k_share
from model.metrics.distance import summary
from model.networks.head_training import Sample, Tensors, descend
from model.networks.hierarchy import SHAPE, WEIGHTS, HierarchyHead
from model.predictors.calibration import FILE as CALIBRATION
from model.predictors.calibration import Calibration
from model.predictors.confidence import expected_scores, fit_radius, fitted_line, raw_radii
from model.predictors.open_hierarchy import CELLS, FOLDER, STAGE
from model.predictors.zero_shot import shares

PAPER_PLACES = 4_723_695  # the photos of MP-16 that the paper's cells were made for
PAPER_MIN, PAPER_MAX = 50, (5000, 2000, 1000)  # photos of a cell: coarse, middle and fine (section 4.1)
LEAST = 5  # places of a cell, however small the training set: fewer teach nothing
SMALLEST_SHARE = 0.01  # the paper's numbers are never scaled below this: cells of 50, 20 and 10 places
MEASURED = 100_000_000  # numbers (400 MB) of the table that validation is measured on; else every n-th place


@dataclass(frozen=True)
class HierarchyConfig:
    """What to train on, and how."""

    manifest: Path = field(metadata={"help": "table of places with the splits train and validation"})
    embeddings: Path = field(
        metadata={"help": ".npy (N, D), or view by view (N, V, D), the manifest's rows in order, made by any model"}
    )
    out: Path = field(metadata={"help": "folder of the run; hierarchy/ is written there"})
    max_points: tuple[int, ...] | None = field(
        default=None,
        metadata={"help": "training places of a cell at most, a number for each level, the coarsest first (default: "
                  "the paper's 5000 2000 1000 of 4.7 million, scaled to the places there are; never below 50 20 10)"},
    )  # fmt: skip
    min_points: int | None = field(
        default=None, metadata={"help": f"join smaller cells (default: the paper's 50, scaled; never below {LEAST})"}
    )
    min_level: int = field(default=2, metadata={"help": "coarsest S2 level of cells"})
    max_level: int = field(default=13, metadata={"help": "finest S2 level of cells, about a kilometre"})
    epochs: int = field(default=100, metadata={"help": "at most this many"})
    patience: int = field(
        default=3,
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
        if min(self.epochs, self.patience, self.batch) < 1 or not self.lr > 0 or not self.weight_decay >= 0:
            raise ConfigError("--epochs, --patience and --batch must be at least 1, --lr above 0 and --weight-decay "
                              "not negative.")  # fmt: skip
        if self.max_points is not None and (
            not self.max_points or list(self.max_points) != sorted(self.max_points, reverse=True)
        ):
            raise ConfigError(f"--max-points needs a number for each level that never rises, the coarsest first, found "
                              f"{' '.join(map(str, self.max_points)) or 'none'}.")  # fmt: skip
        self.levels(PAPER_PLACES)

    def levels(self, places: int) -> list[S2Settings]:
        """Settings of every level for so many training places, the coarsest first.

        Raises:
            ConfigError: numbers that contradict each other.
        """
        share = min(1.0, max(SMALLEST_SHARE, places / PAPER_PLACES))
        most = self.max_points or tuple(round(share * number) for number in PAPER_MAX)
        least = max(LEAST, round(share * PAPER_MIN)) if self.min_points is None else self.min_points
        least = min(least, most[-1]) if self.min_points is None else least
        return [S2Settings(least, number, self.min_level, self.max_level) for number in most]


def main(config: HierarchyConfig) -> Path:
    """Cut the cells, train and write; a folder that already holds all this is left as it is.

    Raises:
        ManifestError, ArtifactError: a table without both splits, embeddings of another table.
        ConfigError: numbers of cells that contradict each other.
    """
    folder = config.out / FOLDER
    inputs = {"manifest": config.manifest, "embeddings": config.embeddings}
    if is_done(config.out, STAGE, config, inputs):
        print(f"{folder}: already trained on these files with this config, nothing to do")
        return folder
    manifest = read_manifest(config.manifest)
    require_columns(manifest, ["split"], config.manifest)
    embeddings = read_embeddings(config.embeddings, manifest)
    rows = {name: np.flatnonzero(manifest["split"] == name) for name in ("train", "validation")}
    for name, found in rows.items():
        if len(found) == 0:
            raise ManifestError(f"{config.manifest} has no rows of the split '{name}', which train_hierarchy needs.")
    settings = config.levels(len(rows["train"]))
    with Console(stderr=True).status(f"cutting cells of {len(rows['train']):,} places in {len(settings)} levels"):
        tables, labels, parents = _cut(manifest.iloc[rows["train"]], settings)
    outputs = {name: folder / f"{name}.parquet" for name in _names(len(tables))}
    for path, table, one in zip(outputs.values(), tables, settings, strict=True):
        write_geocells(path, table, {"name": "s2", "cells": len(table), **asdict(one)}, "polygon")
    cells = read_geocells(folder / CELLS)
    points = manifest[["lat", "lng"]].to_numpy(np.float64)
    truth = points[rows["validation"]]
    own = {"train": labels, "validation": cells.assign(truth)}
    torch.manual_seed(config.seed)
    head = HierarchyHead(embeddings.shape[1], parents, [len(table) for table in tables])
    samples = {name: _sample(embeddings, rows[name], own[name], parents) for name in rows}
    epochs, kept = descend(
        head, samples["train"], samples["validation"], _cross_entropy, _cross_entropy, epochs=config.epochs,
        patience=config.patience, batch=config.batch, lr=config.lr, weight_decay=config.weight_decay, seed=config.seed,
    )  # fmt: skip
    head.save(folder, config.half)
    step = -(-len(truth) * len(cells) // MEASURED)
    measured = slice(None, None, step)
    calibration, figures = _measure(
        HierarchyHead.load(folder), cells, embeddings[rows["validation"][measured]], truth[measured],
        own["validation"][measured],
    )  # fmt: skip
    calibration.write(folder)
    outputs |= {"weights": folder / WEIGHTS, "shape": folder / SHAPE, "calibration": folder / CALIBRATION}
    facts = {
        "levels": [{"cells": len(table), "max_points": one.max_points, "min_points": one.min_points}
                   for table, one in zip(tables, settings, strict=True)],
        "dim": head.dim, "epochs": epochs, "kept_epoch": kept, "train_places": len(rows["train"]),
        "source": read_source(config.manifest), "embed": _encoder_record(config.embeddings), "validation": figures,
    }  # fmt: skip
    write_record(config.out, STAGE, config, inputs, outputs, facts)
    print(_line(folder, facts))
    return folder


def _cut(
    places: pd.DataFrame, settings: list[S2Settings]
) -> tuple[list[pd.DataFrame], NDArray[np.int64], NDArray[np.int64]]:
    """Tables of cells, the coarsest first; the finest cell of each place (N,); parents (L − 1, J)."""
    named = with_names(places)
    points = places[["lat", "lng"]].to_numpy(np.float64)
    partitions, parents = nested(points, settings)
    tables = [summarise(named, points, partition) for partition in partitions]
    held = np.array(parents, np.int64).reshape(len(settings) - 1, len(tables[-1]))
    return tables, partitions[-1].labels, held


def _names(levels: int) -> list[str]:
    """Of the files of every level; the finest is the system's table of regions."""
    return [*(f"level_{number}" for number in range(1, levels)), Path(CELLS).stem]


def _sample(
    embeddings: NDArray[Any], rows: NDArray[np.int64], own: NDArray[np.int64], parents: NDArray[np.int64]
) -> Sample:
    """Places with their cell of every level, by the number of the level."""
    of_level = [torch.from_numpy(np.ascontiguousarray(cells)) for cells in (*parents[:, own], own)]

    def targets(which: NDArray[np.int64]) -> Tensors:
        return {str(number): cells[which] for number, cells in enumerate(of_level)}

    return Sample(embeddings, rows, targets)


def _cross_entropy(outputs: Tensors, targets: Tensors) -> torch.Tensor:
    """The mean over levels: every level learns by itself."""
    losses = [torch.nn.functional.cross_entropy(outputs[name], cells) for name, cells in targets.items()]
    return torch.stack(losses).mean()


def _measure(
    head: HierarchyHead, cells: Geocells, seen: NDArray[Any], truth: NDArray[np.float64], own: NDArray[np.int64]
) -> tuple[Calibration, dict[str, Any]]:
    """What validation says of honesty, and the figures of the product beside those of the finest level alone."""
    products, alone = head.log_products(seen), head.log_products(seen, finest_only=True)
    temperature = fit_temperature(products, own)
    scores = shares(products / temperature)
    guess = cells.centroids[scores.argmax(axis=1)]
    away_km = haversine_km(guess, truth)
    line = fitted_line(expected_scores(scores, guess, cells), np.asarray(geoguessr_score(away_km), np.float64))
    radius = fit_radius(raw_radii(scores, guess, cells), away_km)
    figures = summary(guess, truth) | {
        "cell_top1": top_k_share(scores, own, 1), "cell_top5": top_k_share(scores, own, 5), "temperature": temperature,
        "calibration_error": expected_calibration_error(scores, own),
        "calibration_error_before": expected_calibration_error(shares(products), own),
        "finest_alone": summary(cells.centroids[alone.argmax(axis=1)], truth),
    }  # fmt: skip
    return Calibration(temperature, expected_line=line, radius=radius), figures


def _encoder_record(embeddings: Path) -> dict[str, Any] | None:
    """What the record beside the embeddings says of their encoder, if it is theirs."""
    if not record_path(embeddings.parent, "embed").is_file():
        return None
    record = read_record(embeddings.parent, "embed", check_outputs=False)
    made = {str(output.get("sha256")) for output in record["outputs"].values()}
    return {"inputs": record["inputs"], "facts": record["facts"]} if fingerprint(embeddings) in made else None


def _line(folder: Path, facts: Mapping[str, Any]) -> str:
    figures, alone = facts["validation"], facts["validation"]["finest_alone"]
    cells = " / ".join(f"{level['cells']:,}" for level in facts["levels"])
    return (
        f"{folder}: {cells} cells, {facts['epochs']} epochs, the {facts['kept_epoch']}. kept; on {figures['n']:,} "
        f"validation places: median {figures['median_km']:,.0f} km, score {figures['mean_score']:,.0f}, within 200 km "
        f"{figures['within_km']['200']:.1%} (the finest level alone: median {alone['median_km']:,.0f} km, score "
        f"{alone['mean_score']:,.0f}, {alone['within_km']['200']:.1%})\ntemperature {figures['temperature']:.2f}, "
        f"calibration error {figures['calibration_error_before']:.3f} before, {figures['calibration_error']:.3f} after"
    )


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.train_hierarchy`."""
    parser = parser_for(HierarchyConfig, "python -m model.train_hierarchy", str(__doc__))
    config = read(parser, HierarchyConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
