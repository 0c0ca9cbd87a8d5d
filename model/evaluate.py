"""Verb: measure a system, or anyone's guesses, on places whose truth is known -> DIR/metrics.json, DIR/predictions.csv.

Beside the guess it measures the same places without refinement and, where it sees four views, from one of them;
whether stated chances hold (reliability of the regions, radii of 50, 80 and 95 %), and what else the system reads; with
--area, how much of the Earth must be searched (Recall vs Area). Two runs are compared place by place from their
predictions. Places that the checkpoint was made from are refused, whatever their ids: they would look themselves up.

--predictions FILE.csv measures guesses that anyone made by any means: columns image (or id), lat, lng, or several
candidates a photo with their probability. --benchmark NAME prints our row under the rows that papers published.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import fingerprint, read_record, record_path, whole, write_record
from model.commands import parser_for, read, run
from model.data.foreign_guesses import read_guesses
from model.data.leakage import leaks_of
from model.data.manifest import drawn_version, read_manifest, read_source
from model.errors import ArtifactError, ConfigError
from model.geo.scoring import PAPER_SCALE_KM
from model.geolocator import DEFAULT, SYSTEMS, Geolocator, default_checkpoint
from model.metrics.bench import check_benchmark, how_to_prepare, table_of, told_of
from model.metrics.guesses import measure_guesses
from model.metrics.published import BENCHMARKS, benchmark_named
from model.metrics.told import line_of, with_and_without
from model.predictors.card import write_card
from model.predictors.checkpoint import Checkpoint
from model.predictors.known import known_places, seen_before
from model.predictors.measuring import CARRIED, measure
from model.predictors.protocol import features_of
from model.predictors.seen import pictures, stored

STAGE = "evaluate"
OF_A_SYSTEM = ("checkpoint", "embeddings", "views", "area", "allow_train", "predictor", "encoder", "settings")
PARTS = ("head", "index", "kernel", "calibration", "hierarchy.safetensors")  # of a checkpoint, where it has them


@dataclass(frozen=True)
class EvaluateConfig:
    """What to measure, on what."""

    manifest: Path = field(metadata={"help": "table of places"})
    out: Path = field(metadata={"help": "folder for metrics.json and predictions.csv"})
    checkpoint: Path | None = field(
        default=None, metadata={"help": "a run's folder, or a name on the hub (default: the shipped checkpoint)"}
    )
    embeddings: Path | None = field(
        default=None,
        metadata={"help": ".npy of the whole manifest, (N, D) or of all views (N, V, D) (default: the checkpoint's "
                  "encoder sees the pictures)"},
    )  # fmt: skip
    split: Literal["train", "validation", "test", "all"] = field(default="test", metadata={"help": "which places"})
    views: Literal["all", "one"] = field(
        default="all", metadata={"help": "all views of a place together, or a single one of them, in turn"}
    )
    scale_km: float = field(default=PAPER_SCALE_KM, metadata={"help": "of the score; a map's own is max_error / 10"})
    area: bool = field(
        default=False, metadata={"help": "also Recall vs Area: the regions are rasterised once and kept in the cache"}
    )
    allow_train: bool = field(default=False, metadata={"help": "measure places it was made from all the same"})
    predictor: str = field(default=DEFAULT, metadata={"help": f"the system: {', '.join(SYSTEMS)}"})
    encoder: str | None = field(
        default=None, metadata={"help": "of systems that need no more than one (zero-shot): a folder, or a hub's name"}
    )
    settings: tuple[str, ...] = field(default=(), metadata={"help": "of such a system, each key=value"})
    predictions: Path | None = field(
        default=None,
        metadata={"help": "measure these guesses instead of a system: a table of image (or id), lat, lng, and with "
                  "several candidates a photo their probability"},
    )  # fmt: skip
    benchmark: Literal[tuple(BENCHMARKS)] | None = field(  # type: ignore[valid-type]
        default=None,
        metadata={"help": "print our row under the published ones; the manifest is that of `prepare_dataset --dataset` "
                  f"({', '.join(f'{one}: {of.dataset}' for one, of in BENCHMARKS.items() if of.dataset)})"},
    )  # fmt: skip
    name: str | None = field(default=None, metadata={"help": "what the row is called (default: the system)"})

    def __post_init__(self) -> None:
        if self.benchmark is not None:
            benchmark_named(self.benchmark)
        if self.predictions is not None:
            also = [
                name for name in OF_A_SYSTEM if getattr(self, name) != type(self).__dataclass_fields__[name].default
            ]
            if also:
                flags = ", ".join(f"--{name.replace('_', '-')}" for name in also)
                raise ConfigError(f"--predictions measures guesses that were made already, which {flags} cannot "
                                  "change; give one or the other.")  # fmt: skip
        if not self.scale_km > 0:
            raise ConfigError(f"--scale-km must be above 0, found {self.scale_km}.")


def main(config: EvaluateConfig) -> Path:
    """Measure, write both files and the record -> the path of metrics.json.

    Raises:
        ArtifactError: places that the checkpoint was made from, pictures of another version of the simulated Earth,
            embeddings of another encoder, a broken checkpoint.
        ConfigError: a benchmark that the manifest is not of.
        ManifestError, ImageError: a table or a picture that cannot be read.
    """
    manifest = read_manifest(config.manifest)
    source = read_source(config.manifest)
    dataset = dataset_of(config.manifest)
    if config.benchmark is not None:
        check_benchmark(config.benchmark, dataset, drawn_version(source))
    rows = read_manifest(config.manifest, config.split).index.to_numpy()
    measured = (_a_system if config.predictions is None else _a_table)(config, manifest, rows)
    figures, predictions = measured.figures, measured.predictions
    told = measured.told | {"split": config.split, "views": config.views, "scale_km": config.scale_km,
                            "allow_train": config.allow_train, "source": source,
                            "world_version": drawn_version(source)}  # fmt: skip
    if config.benchmark is not None:
        system = config.name or str(told["system"])
        figures["benchmark"] = told_of(config.benchmark, figures, dataset, drawn_version(source), system)
    path, table = config.out / "metrics.json", config.out / "predictions.csv"
    with whole(table) as temporary:
        predictions.to_csv(temporary, index=False)
    with whole(path) as temporary:
        temporary.write_text(json.dumps(figures | told, indent=1) + "\n", encoding="utf-8")
    inputs = {"manifest": config.manifest} | measured.inputs
    write_record(config.out, STAGE, config, inputs, {"metrics": path, "predictions": table})
    if measured.geolocator is not None and _is_of(measured.geolocator, config.out):
        write_card(measured.geolocator.folder, measured.geolocator.records, figures | told)
    print(line_of(path, figures))
    if config.benchmark is not None:
        settings = [f"split {config.split}", f"{'all views' if config.views == 'all' else 'one view'} of a place",
                    *(f"{key} {value}" for key, value in told["settings"].items())]  # fmt: skip
        print(f"\n{table_of(figures, figures['benchmark'], settings)}")
    return path


@dataclass(frozen=True)
class Measured:
    """Figures, a row for each place, what metrics.json says of where they come from, and the files they come from."""

    figures: dict[str, Any]
    predictions: pd.DataFrame
    told: dict[str, Any]
    inputs: dict[str, Path]
    geolocator: Geolocator | None = None


def _a_system(config: EvaluateConfig, manifest: pd.DataFrame, rows: NDArray[np.int64]) -> Measured:
    """Measure a system on these rows of the manifest."""
    geolocator = Geolocator.load(config.checkpoint, config.predictor, config.encoder, config.settings)
    checkpoint, inputs = geolocator.checkpoint, {}
    geolocator.require_world(drawn_version(read_source(config.manifest)))
    places = manifest.iloc[rows].reset_index(drop=True)
    if not config.allow_train:
        refuse_known_places(checkpoint, manifest, places, config)
    if config.embeddings is not None:
        check_encoder(geolocator, config.embeddings)
        seen, inputs["embeddings"] = stored(config.embeddings, manifest, rows), config.embeddings
    elif checkpoint.encoder is None and checkpoint.hub is None:
        raise ArtifactError(f"{geolocator.folder} has no encoder: it was made from embeddings of another model. Name "
                            "those of this manifest with --embeddings FILE.npy, (N, D) or (N, V, D).")  # fmt: skip
    else:
        seen = pictures(checkpoint, places, config.manifest)
    figures, predictions = measure(checkpoint, places, seen, config.scale_km, config.views, config.area)
    if leaks := leaks_of(places):
        figures["leakage"] = with_and_without(predictions, leaks)
    parts = (geolocator.folder / name for name in PARTS)
    inputs |= {part.name: part for part in parts if part.exists()}
    told = {"checkpoint": geolocator.name, "predictor": config.predictor, "system": geolocator.system,
            "settings": dict(checkpoint.predictor.record.get("settings", {}))}  # fmt: skip
    return Measured(figures, predictions, told, inputs, geolocator)


def _a_table(config: EvaluateConfig, manifest: pd.DataFrame, rows: NDArray[np.int64]) -> Measured:
    """Measure guesses that somebody else made of these rows of the manifest."""
    assert config.predictions is not None  # of the caller
    guesses = read_guesses(config.predictions, manifest, rows)
    for line in guesses.lines():
        print(f"{config.predictions}: {line}")
    places = manifest.iloc[rows].reset_index(drop=True)
    figures, predictions = measure_guesses(guesses.table, places, list(CARRIED), config.scale_km)
    if leaks := leaks_of(places.iloc[guesses.table["place"].unique()]):
        figures["leakage"] = with_and_without(predictions, leaks)
    figures["not_measured"] = {"without_guess": len(guesses.missing), "first_without": list(guesses.missing[:5]),
                               "unknown_images": len(guesses.unknown), "first_unknown": list(guesses.unknown[:5]),
                               "of_other_splits": guesses.elsewhere}  # fmt: skip
    told = {"checkpoint": config.predictions.name, "predictor": "predictions",
            "system": config.name or config.predictions.stem, "settings": {}}  # fmt: skip
    return Measured(figures, predictions, told, {"guesses": config.predictions})


def dataset_of(manifest: Path) -> str | None:
    """The public data set that `prepare_dataset` made a manifest of; None where nothing tells, or it was a table."""
    if not record_path(manifest.parent, "prepare_dataset").is_file():
        return None
    told = read_record(manifest.parent, "prepare_dataset", check_outputs=False)["config"].get("dataset")
    return told if isinstance(told, str) else None


def _is_of(geolocator: Geolocator, out: Path) -> bool:
    """Whether figures in `out` are those of a whole checkpoint, which has a card."""
    return out.resolve() == geolocator.folder.resolve() and "train_head" in geolocator.records


def refuse_known_places(
    checkpoint: Checkpoint, manifest: pd.DataFrame, places: pd.DataFrame, config: EvaluateConfig
) -> None:
    """Stop when places that the checkpoint was made from are to be measured.

    Raises:
        ArtifactError: a place within ten metres of one of them, whatever its id.
    """
    known = known_places(checkpoint, manifest, fingerprint(config.manifest))
    n_same = int(seen_before(places[["lat", "lng"]].to_numpy(np.float64), known).sum())
    if n_same:
        raise ArtifactError(
            f"{n_same:,} of the {len(places):,} places of the split '{config.split}' are places that "
            f"{checkpoint.folder} was made from or chooses among (the same spot within 10 m, perhaps under another "
            "id): they would look themselves up. Choose another split, or say --allow-train."
        )


def check_encoder(geolocator: Geolocator, embeddings: Path) -> None:
    """Compare what a record beside the embeddings names with the system's: the kind of features, and the encoder, where
    both are known: the one that made a checkpoint's embeddings, or of a system that needs no more than one, that one.

    Raises:
        ArtifactError: they differ.
    """
    if not record_path(embeddings.parent, "embed").is_file():
        return
    record, predictor = read_record(embeddings.parent, "embed", check_outputs=False), geolocator.predictor
    kind, wanted = record["facts"].get("features", "pooled"), features_of(predictor).kind
    if kind != wanted:
        raise ArtifactError(f"{embeddings} holds {kind} features, and {geolocator.system} takes {wanted} ones; embed "
                            f"the manifest with --features {wanted}, or leave --embeddings out.")  # fmt: skip
    ours = _encoder_of(geolocator.records.get("embed", {})) or predictor.record.get("settings", {}).get("encoder")
    theirs = _encoder_of(record)
    by_name = isinstance(theirs, tuple) and theirs[0] == ours  # of the hub, whatever its revision
    if ours is not None and theirs != ours and not by_name:
        raise ArtifactError(f"{embeddings} was made by another encoder than that of {geolocator.name}; embed the "
                            "manifest with that one, or leave --embeddings out.")  # fmt: skip


def _encoder_of(record: dict[str, Any]) -> Any:
    facts = record.get("facts", {})
    hub = (facts["hub_id"], facts.get("revision")) if facts.get("hub_id") else None
    return hub or record.get("inputs", {}).get("encoder")


def _asked_for(given: Sequence[str]) -> str | None:
    """The benchmark that a command line names, if it is one."""
    asked = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    asked.add_argument("--benchmark", nargs="?")
    name = asked.parse_known_args(given)[0].benchmark
    return name if name in BENCHMARKS and not {"-h", "--help"} & set(given) else None


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.evaluate`."""
    epilog = f"The shipped checkpoint is {default_checkpoint().name} in checkpoints/."
    parser = parser_for(EvaluateConfig, "python -m model.evaluate", str(__doc__), epilog)
    given = sys.argv[1:] if argv is None else list(argv)
    if (name := _asked_for(given)) is not None and not any(one.split("=")[0] == "--manifest" for one in given):
        parser.error(f"--benchmark {name} needs a manifest of its photos. {how_to_prepare(name)}")
    config = read(parser, EvaluateConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
