"""Verb: measure a checkpoint on places it was not made from -> DIR/metrics.json and DIR/predictions.csv.

Beside the guess it measures the same places without refinement and, where it sees four views, from one of them;
whether stated chances hold (reliability of the regions, radii of 50, 80 and 95 %), and what else the system reads; with
--area, how much of the Earth must be searched (Recall vs Area). Two runs are compared place by place from their
predictions. Places that the checkpoint was made from are refused, whatever
their ids: they would look themselves up.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import fingerprint, read_record, record_path, whole, write_record
from model.commands import parser_for, read, run
from model.data.leakage import leaks_of
from model.data.manifest import drawn_version, read_manifest, read_source
from model.errors import ArtifactError, ConfigError
from model.geo.scoring import PAPER_SCALE_KM
from model.geolocator import DEFAULT, SYSTEMS, Geolocator, default_checkpoint
from model.metrics.distance import named_right, share_within
from model.predictors.card import write_card
from model.predictors.checkpoint import Checkpoint
from model.predictors.known import known_places, seen_before
from model.predictors.measuring import measure
from model.predictors.protocol import features_of
from model.predictors.seen import pictures, stored

STAGE = "evaluate"


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

    def __post_init__(self) -> None:
        if not self.scale_km > 0:
            raise ConfigError(f"--scale-km must be above 0, found {self.scale_km}.")


def main(config: EvaluateConfig) -> Path:
    """Measure, write both files and the record -> the path of metrics.json.

    Raises:
        ArtifactError: places that the checkpoint was made from, pictures of another version of the simulated Earth,
            embeddings of another encoder, a broken checkpoint.
        ManifestError, ImageError: a table or a picture that cannot be read.
    """
    geolocator = Geolocator.load(config.checkpoint, config.predictor, config.encoder, config.settings)
    checkpoint = geolocator.checkpoint
    manifest = read_manifest(config.manifest)
    source = read_source(config.manifest)
    geolocator.require_world(drawn_version(source))
    rows = read_manifest(config.manifest, config.split).index.to_numpy()
    places = manifest.iloc[rows].reset_index(drop=True)
    if not config.allow_train:
        refuse_known_places(checkpoint, manifest, places, config)
    inputs = {"manifest": config.manifest}
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
    path, table = config.out / "metrics.json", config.out / "predictions.csv"
    told = {"checkpoint": geolocator.name, "predictor": config.predictor, "system": geolocator.system,
            "settings": dict(checkpoint.predictor.record.get("settings", {})), "split": config.split,
            "views": config.views, "scale_km": config.scale_km, "allow_train": config.allow_train, "source": source,
            "world_version": drawn_version(source)}  # fmt: skip
    with whole(table) as temporary:
        predictions.to_csv(temporary, index=False)
    with whole(path) as temporary:
        temporary.write_text(json.dumps(figures | told, indent=1) + "\n", encoding="utf-8")
    parts = (geolocator.folder / name for name in ("head", "index", "kernel", "calibration"))
    inputs |= {part.name: part for part in parts if part.is_dir()}
    write_record(config.out, STAGE, config, inputs, {"metrics": path, "predictions": table})
    if config.out.resolve() == geolocator.folder.resolve():
        write_card(geolocator.folder, geolocator.records, figures | told)
    print(_line(path, figures))
    return path


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
            f"{checkpoint.folder} was made from (the same spot within 10 m, perhaps under another id): they would look "
            "themselves up. Choose another split, or say --allow-train."
        )


def with_and_without(predictions: pd.DataFrame, leaks: dict[str, NDArray[np.bool_]]) -> dict[str, Any]:
    """Figures of the places (N,) that leak for each reason, and of those that do not; None where there are none."""
    right = named_right(predictions["country"], predictions["truth_country"])

    def of(rows: NDArray[np.bool_]) -> dict[str, Any] | None:
        if not rows.any():
            return None
        km = predictions["distance_km"].to_numpy(np.float64)[rows]
        return {"n": int(rows.sum()), "country_accuracy": float(right[rows].mean()), "within_km": share_within(km),
                "median_km": float(np.median(km)), "mean_km": float(km.mean()),
                "mean_score": float(predictions["score"].to_numpy(np.float64)[rows].mean())}  # fmt: skip

    return {reason: {"share": float(bad.mean()), "with": of(bad), "without": of(~bad)} for reason, bad in leaks.items()}


def check_encoder(geolocator: Geolocator, embeddings: Path) -> None:
    """Compare the encoder that a record beside the embeddings names with the checkpoint's, where both are known: the
    one that made its embeddings, or of a system that needs no more than an encoder, that one.

    Raises:
        ArtifactError: they differ, or the features are of another kind than the system takes.
    """
    predictor = geolocator.checkpoint.predictor
    ours = _encoder_of(geolocator.records.get("embed", {})) or predictor.record.get("settings", {}).get("encoder")
    if ours is None or not record_path(embeddings.parent, "embed").is_file():
        return
    record, wanted = read_record(embeddings.parent, "embed", check_outputs=False), features_of(predictor).kind
    theirs, kind = _encoder_of(record), record["facts"].get("features", "pooled")
    by_name = isinstance(theirs, tuple) and theirs[0] == ours  # of the hub, whatever its revision
    if theirs != ours and not by_name:
        raise ArtifactError(f"{embeddings} was made by another encoder than that of {geolocator.name}; embed the "
                            "manifest with that one, or leave --embeddings out.")  # fmt: skip
    if kind != wanted:
        raise ArtifactError(f"{embeddings} holds {kind} features, and {geolocator.system} takes {wanted} ones; embed "
                            f"the manifest with --features {wanted}, or leave --embeddings out.")  # fmt: skip


def _encoder_of(record: dict[str, Any]) -> Any:
    facts = record.get("facts", {})
    hub = (facts["hub_id"], facts.get("revision")) if facts.get("hub_id") else None
    return hub or record.get("inputs", {}).get("encoder")


def _line(path: Path, figures: dict[str, Any]) -> str:
    within = figures["within_km"]
    text = (
        f"{path}: {figures['n']:,} places, country {figures['country_accuracy']:.1%}, median "
        f"{figures['median_km']:,.0f} km, score {figures['mean_score']:,.0f}, within 25 / 200 / 750 / 2500 km "
        f"{within['25']:.1%} / {within['200']:.1%} / {within['750']:.1%} / {within['2500']:.1%}"
    )
    for name, words in (("unrefined", "without refinement"), ("one_view", "from one view")):
        if name in figures:
            other = figures[name]
            text += (f"\n{words}: country {other['country_accuracy']:.1%}, median {other['median_km']:,.0f} km, score "
                     f"{other['mean_score']:,.0f}, within 25 km {other['within_km']['25']:.1%}")  # fmt: skip
    if leaks := figures.get("leakage"):
        other = leaks["any"]["without"]
        by = "place or author" if "same_author" in leaks else "place"
        text += f"\n{leaks['any']['share']:.1%} leak from the training (by {by}); without them: "
        text += (
            "none is left"
            if other is None
            else (
                f"{other['n']:,} places, country {other['country_accuracy']:.1%}, median {other['median_km']:,.0f} km, "
                f"within 25 / 200 km {other['within_km']['25']:.1%} / {other['within_km']['200']:.1%}"
            )
        )
    text += f"\ncalibration error {figures['expected_calibration_error']:.3f}, expected score "
    text += f"{figures['expected_score']['mean']:,.0f}"
    if "coverage" in figures:
        held = ", ".join(f"{chance} %: {share:.1%}" for chance, share in figures["coverage"].items())
        text += f"; radii hold {held}"
    if "recall_area" in figures:
        found = figures["recall_area"]
        shares = " / ".join(f"{share:.1%}" for share in found["recall"].values())
        text += f"\nfound in the area of a cap of {' / '.join(found['recall'])} km: {shares}; 80 % of the places need "
        text += f"{found['area_for_recall_km2']['80']:,.0f} km²"
    return text


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.evaluate`."""
    epilog = f"The shipped checkpoint is {default_checkpoint().name} in checkpoints/."
    parser = parser_for(EvaluateConfig, "python -m model.evaluate", str(__doc__), epilog)
    config = read(parser, EvaluateConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
