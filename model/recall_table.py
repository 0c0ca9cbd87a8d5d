"""Verb: how much the ground helps: Recall vs Area of systems alone and as ensembles -> DIR/recall_table.json and .md.

The table of "Recall vs Area" for your places: a row for each system, over all places and with every bucket of density
counting the same ("balanced"), and a column for each way of looking at the ground:

    base               the system alone
    +LS                times the density of people that the picture shows
    +LS urban prior    times the two densest buckets, whatever the picture shows; nothing outside them, as in the paper
    +LC                times the land cover that the picture shows
    +LS+LC             times both

Cells give the share of places found within the area of a cap of 25, 200, 750 and 2500 km. Exact, on atoms of the grid
of 1/30 degree. Finished systems lie in DIR/areas/, so a run that was stopped goes on. Curves are drawn as pictures.
"""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.progress import track

from model.artifacts import fingerprint, whole, write_record
from model.commands import parser_for, read, run
from model.data.manifest import read_manifest, read_source
from model.errors import ArtifactError, ConfigError, ManifestError
from model.geocells.raster_cache import region_raster
from model.metrics.atoms import FLOOR, Atoms, search_areas_km2
from model.metrics.bootstrap import interval
from model.metrics.recall_area import CAPS_KM, area_report
from model.metrics.recall_curves import recall_curves
from model.metrics.recall_text import COLUMNS, PUBLISHED, markdown
from model.predictors.checkpoint import Checkpoint
from model.predictors.ground import STAGE as LEARNED
from model.predictors.ground import Ground, attributes_in
from model.predictors.known import known_places, seen_before
from model.predictors.protocol import features_of, system_of
from model.predictors.registry import SYSTEMS, Options, open_system
from model.predictors.seen import as_wanted, pictures, stored

STAGE = "recall_table"
BLOCK = 256  # places that are asked together
URBAN_BUCKETS = 2
AREAS_VERSION = 1


@dataclass(frozen=True)
class TableConfig:
    """Which systems, on which places."""

    manifest: Path = field(metadata={"help": "table of places"})
    out: Path = field(metadata={"help": "folder for the table and its pictures"})
    bases: tuple[str, ...] = field(
        default=("pigeon",),
        metadata={"help": "systems, each NAME or NAME=CHECKPOINT; by default the shipped checkpoint answers"},
    )
    attributes: Path | None = field(
        default=None, metadata={"help": "run of train_attributes (default: beside the shipped checkpoint)"}
    )
    embeddings: Path | None = field(
        default=None, metadata={"help": ".npy of the whole manifest that all systems take (default: see the pictures)"}
    )
    other_embeddings: tuple[str, ...] = field(
        default=(),
        metadata={"help": "of systems that take others, each NAME=FILE.npy; attributes=FILE.npy for the maps"},
    )
    split: Literal["train", "validation", "test", "all"] = field(default="test", metadata={"help": "which places"})
    floor: float = field(default=FLOOR, metadata={"help": "of every density, as a share of nothing known"})
    allow_train: bool = field(default=False, metadata={"help": "measure places that were trained on all the same"})
    seed: int = field(default=0, metadata={"help": "of the intervals, which draw the places again"})

    def __post_init__(self) -> None:
        names = [name for name, _ in self.named]
        if not names or len(set(names)) != len(names):
            raise ConfigError("looked for some --bases, each of them once.")
        odd = [name for name in names if name not in SYSTEMS or name == "ensemble"]
        if odd:
            known = ", ".join(name for name in SYSTEMS if name != "ensemble")
            raise ConfigError(f"looked for the bases {known}, found {', '.join(odd)}.")
        if not 0.0 < self.floor < 1.0:
            raise ConfigError(f"--floor must be above 0 and below 1, found {self.floor}.")
        self.files  # noqa: B018  # refuses those of nobody

    @property
    def named(self) -> list[tuple[str, str | None]]:
        """Each base with its checkpoint."""
        return [(name, given or None) for name, _, given in (text.partition("=") for text in self.bases)]

    @property
    def files(self) -> dict[str, Path]:
        """The embeddings of each base, and of the attributes, where a file has them."""
        names = [*(name for name, _ in self.named), "attributes"]
        found = {} if self.embeddings is None else dict.fromkeys(names, self.embeddings)
        for text in self.other_embeddings:
            name, equals, path = text.partition("=")
            if not equals or name not in names:
                raise ConfigError(f"looked for embeddings as NAME=FILE.npy of {', '.join(names)}, found '{text}'.")
            found[name] = Path(path)
        return found


def main(config: TableConfig) -> Path:
    """Measure what was not measured yet, write table, figures and pictures -> the path of recall_table.json.

    Raises:
        ArtifactError: no attributes, a broken checkpoint, or places that it was made from.
        ManifestError: a table that cannot be read, or no places.
    """
    manifest = read_manifest(config.manifest)
    rows = read_manifest(config.manifest, config.split).index.to_numpy()
    if not len(rows):
        raise ManifestError(f"{config.manifest} has no places of the split '{config.split}'.")
    truth = manifest[["lat", "lng"]].to_numpy(np.float64)[rows]
    systems: dict[str, Any] = {}
    strata: NDArray[np.int64] | None = None
    ground: Ground | None = None
    for name, source in config.named:
        checkpoint = open_system(name, Options(source)).checkpoint
        if ground is None:
            ground = Ground.load(_attributes(config, checkpoint))
            if [one.name for one in ground.maps] != ["density", "land_cover"]:
                raise ArtifactError("looked for heads of density and land cover, found others; run `python -m "
                                    "model.train_attributes`.")  # fmt: skip
            strata = ground.maps[0].at(truth)
        if not config.allow_train:
            _refuse_known(checkpoint, ground, manifest, truth, config)
        areas = _areas(config, name, checkpoint, ground, manifest, rows)
        assert strata is not None
        systems[name] = _figures(areas, strata, config.seed) | {
            "system": system_of(checkpoint.predictor), "checkpoint": checkpoint.name,
            "regions": len(checkpoint.predictor.regions),
        }  # fmt: skip
    assert ground is not None and strata is not None
    legend = ground.maps[0].legend
    found = {
        "n": len(rows), "split": config.split, "columns": list(COLUMNS), "caps_km": list(CAPS_KM),
        "floor": config.floor, "ties": "whole", "grid": list(ground.maps[0].runs.shape),
        "source": read_source(config.manifest),
        "maps": {one.name: dict(one.source) for one in ground.maps},
        "buckets": {name: int((strata == k).sum()) for k, name in enumerate(legend)},
        "in_no_bucket": int((strata < 0).sum()), "systems": systems,
        "published_balanced": {name: dict(zip(COLUMNS, cells, strict=True)) for name, cells in PUBLISHED.items()},
    }  # fmt: skip
    path = config.out / "recall_table.json"
    with whole(path) as temporary:
        temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = config.out / "recall_table.md"
    with whole(text) as temporary:
        temporary.write_text(markdown(found), encoding="utf-8")
    outputs = {"table": path, "text": text}
    for name, figures in systems.items():
        outputs[f"curves_{name}"] = config.out / f"curves_{name}.png"
        named = (("all", "all places"), ("balanced", "every bucket of density the same"))
        panels = [(title, {column: figures[part][column] for column in COLUMNS}) for part, title in named]
        with whole(outputs[f"curves_{name}"]) as temporary:
            temporary.write_bytes(recall_curves(f"{figures['system']}: recall against the area searched", panels))
    write_record(config.out, STAGE, config, {"manifest": config.manifest}, outputs)
    print(markdown(found))
    return path


def _attributes(config: TableConfig, checkpoint: Checkpoint) -> Path:
    folder = config.attributes or attributes_in(checkpoint.folder)
    if folder is None:
        raise ArtifactError(f"looked for what reads the ground beside {checkpoint.name}, found none; run `python -m "
                            "model.train_attributes` and name its --out with --attributes.")  # fmt: skip
    return folder


def _refuse_known(
    checkpoint: Checkpoint, ground: Ground, manifest: pd.DataFrame, truth: NDArray[np.float64], config: TableConfig
) -> None:
    both = replace(checkpoint, records={**checkpoint.records, LEARNED: ground.record})
    same = int(seen_before(truth, known_places(both, manifest, fingerprint(config.manifest))).sum())
    if same:
        raise ArtifactError(
            f"{same:,} of the {len(truth):,} places of the split '{config.split}' are places that {checkpoint.name} "
            "or the heads of the attributes were made from; choose another split, or say --allow-train."
        )


def _areas(
    config: TableConfig, name: str, checkpoint: Checkpoint, ground: Ground, manifest: pd.DataFrame,
    rows: NDArray[np.int64],
) -> dict[str, NDArray[np.float64]]:  # fmt: skip
    """The areas searched for every place, by column: those of an earlier run, or measured now."""
    parts = [str(AREAS_VERSION), config.split, f"{config.floor!r}", fingerprint(config.manifest),
             *(one.key for one in ground.maps), json.dumps(ground.record.get("outputs", {}), sort_keys=True),
             json.dumps(checkpoint.records, sort_keys=True, default=str), system_of(checkpoint.predictor),
             checkpoint.predictor.regions.fingerprint,
             *(fingerprint(config.files[one]) for one in (name, "attributes") if one in config.files)]  # fmt: skip
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    path = config.out / "areas" / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as archive:
            if archive["key"].tobytes().decode("ascii", "replace") == key:
                return {column: archive[f"c{k}"] for k, column in enumerate(COLUMNS)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass  # none, or a damaged one: measured again
    found = _measured(config, name, checkpoint, ground, manifest, rows)
    arrays = {f"c{k}": found[column] for k, column in enumerate(COLUMNS)}
    with whole(path) as temporary:
        np.savez(temporary, key=np.frombuffer(key.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    return found


def _measured(
    config: TableConfig, name: str, checkpoint: Checkpoint, ground: Ground, manifest: pd.DataFrame,
    rows: NDArray[np.int64],
) -> dict[str, NDArray[np.float64]]:  # fmt: skip
    density, cover = (one.regions for one in ground.maps)
    base = region_raster(checkpoint.predictor.regions, density.runs.shape)
    atoms = {"base": Atoms.of([base]), "density": Atoms.of([base, density]), "cover": Atoms.of([base, cover]),
             "both": Atoms.of([base, density, cover])}  # fmt: skip
    urban = np.where(np.arange(density.count) >= density.count - URBAN_BUCKETS, density.areas_km2, 0.0)[None]
    truth = manifest[["lat", "lng"]].to_numpy(np.float64)[rows]
    wanted = features_of(checkpoint.predictor)
    places = manifest.iloc[rows].reset_index(drop=True)
    seen = stored(config.files[name], manifest, rows) if name in config.files else pictures(
        checkpoint, places, config.manifest
    )  # fmt: skip
    read_off = stored(config.files["attributes"], manifest, rows) if "attributes" in config.files else None
    parts: dict[str, list[NDArray[np.float64]]] = {column: [] for column in COLUMNS}
    for start in track(range(0, len(rows), BLOCK), f"searching with {name}", transient=True):
        end = min(start + BLOCK, len(rows))
        given, points = seen(start, end), truth[start:end]
        scores = checkpoint.predictor.scores(as_wanted(given, wanted, None))
        people, ground_is = ground.shares(given if read_off is None else read_off(start, end))
        everywhere = np.broadcast_to(urban, (end - start, density.count))
        parts["base"].append(search_areas_km2(atoms["base"], scores, points))
        parts["+LS"].append(search_areas_km2(atoms["density"], [scores, people], points, floor=config.floor))
        parts["+LS urban prior"].append(search_areas_km2(atoms["density"], [scores, everywhere], points, floor=0.0))
        parts["+LC"].append(search_areas_km2(atoms["cover"], [scores, ground_is], points, floor=config.floor))
        parts["+LS+LC"].append(search_areas_km2(atoms["both"], [scores, people, ground_is], points, floor=config.floor))
    return {column: np.concatenate(found) for column, found in parts.items()}


def _figures(areas: dict[str, NDArray[np.float64]], strata: NDArray[np.int64], seed: int) -> dict[str, Any]:
    """Reports by column: all, balanced, by bucket; and the change of recall against the base, place by place."""
    known = strata >= 0
    caps = dict(
        zip(map("{:g}".format, CAPS_KM), area_report(areas["base"], samples=1)["caps_km2"].values(), strict=True)
    )

    def change(column: str, budget: float) -> dict[str, Any]:
        gained = (areas[column] <= budget).astype(np.float64) - (areas["base"] <= budget)
        return {"mean": float(gained.mean()), "interval_95": list(interval(gained, seed=seed))}

    return {
        "all": {column: area_report(found, seed=seed) for column, found in areas.items()},
        "balanced": {column: area_report(found[known], strata[known], seed=seed) for column, found in areas.items()},
        "by_bucket": {
            int(one): {column: {cap: float((found[strata == one] <= budget).mean()) for cap, budget in caps.items()}
                       for column, found in areas.items()}
            for one in np.unique(strata[known])
        },
        "minus_base": {column: {cap: change(column, budget) for cap, budget in caps.items()} for column in COLUMNS[1:]},
    }  # fmt: skip


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.recall_table`."""
    parser = parser_for(TableConfig, "python -m model.recall_table", str(__doc__))
    config = read(parser, TableConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
