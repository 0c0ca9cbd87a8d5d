"""Verb: train what says of a picture how many people live there and what covers the ground -> RUN/attributes/.

Every place is labelled by the pixel under it, of a map of population density in four buckets and of one of land cover
in seven classes: of the atlas (whose land cover is a stand-in by rule, see model/geo/land_cover.py), or of GeoTIFFs of
your own (LandScan, ESA-CCI; longitude and latitude, EPSG:4326). Places in towns are thinned to 12.5 %, as in the paper.

    --embeddings E.npy    small heads on stored embeddings: seconds to minutes, and kilobytes
    --tower DIR|HUB_ID    a vision backbone, fine-tuned on the manifest's pictures with its heads: google/bit-50 is the
                          paper's BiT ResNet-50v2. It is written to RUN/encoder/; a run that was stopped goes on

With --out CHECKPOINT, whose encoder made the embeddings, the predictor `ensemble` and the Guess page find the heads
there. With --calibrate CHECKPOINT the ensemble's areas are calibrated on the validation places, so that "it lies within
with probability p" holds for p of them. Source: the ground-level attribute predictors of "Recall vs Area".
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from model.artifacts import fingerprint, is_done, read_record, record_path, whole, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import image_paths, n_views, read_manifest, read_source, require_columns
from model.errors import ConfigError, ManifestError
from model.geo.attribute_maps import NAMES, AttributeMap, make_map, save_map
from model.geo.land_cover import LEGEND, URBAN
from model.networks.attribute_heads import AttributeHeads
from model.networks.attribute_training import Labels, Pace, figures_of, fit_heads, fitted_temperatures, thinned
from model.predictors.checkpoint import open_checkpoint
from model.predictors.ensemble import ensemble_of
from model.predictors.ground import FOLDER, LEVELS, MAPS, STAGE, Ground
from model.predictors.protocol import system_of
from model.predictors.search import levels_of

UNFINISHED = "train_attributes.unfinished"  # the state of a fine-tuning, until it is done
DENSEST = 2  # buckets that are towns
ANSWERING = ("index", "kernel", "calibration")  # what of a checkpoint, beside its head, its answers depend on
CALIBRATED = 2000  # validation places that areas are calibrated on; else every n-th


@dataclass(frozen=True)
class AttributesConfig:
    """What to train on, and how."""

    manifest: Path = field(metadata={"help": "table of places with the splits train and validation"})
    out: Path = field(metadata={"help": "folder of the run; attributes/ is written there"})
    embeddings: Path | None = field(
        default=None, metadata={"help": ".npy (N, D) or (N, V, D), the manifest's rows in order: train heads on these"}
    )
    tower: str | None = field(
        default=None,
        metadata={"help": "fine-tune this backbone instead: google/bit-50, another name on the hub, or a folder"},
    )
    landscan: Path | None = field(
        default=None, metadata={"help": "GeoTIFF of people (default: the atlas's population density)"}
    )
    landscan_unit: Literal["people", "people_per_km2"] = field(
        default="people", metadata={"help": "what a pixel of it holds; LandScan counts people"}
    )
    landcover: Path | None = field(
        default=None, metadata={"help": "GeoTIFF of ESA-CCI codes (default: a stand-in from the atlas)"}
    )
    calibrate: Path | None = field(
        default=None, metadata={"help": "a checkpoint that takes the same embeddings: calibrate the areas with it"}
    )
    urban_share: float = field(
        default=0.125, metadata={"help": "of the training places in the two densest buckets and on urban ground"}
    )
    hidden: int = field(default=0, metadata={"help": "units of a hidden layer that both heads share; 0: linear"})
    epochs: int = field(default=60, metadata={"help": "at most this many"})
    patience: int = field(default=6, metadata={"help": "stop after this many epochs without a better validation loss"})
    batch: int = field(default=128, metadata={"help": "places in a step"})
    lr: float | None = field(
        default=None, metadata={"help": "learning rate of AdamW (default: 0.001 for heads, 0.0001 for a tower)"}
    )
    weight_decay: float = field(default=0.01, metadata={"help": "of AdamW"})
    seed: int = field(default=0, metadata={"help": "seed of the weights, the thinning and the order of places"})

    def __post_init__(self) -> None:
        if (self.embeddings is None) == (self.tower is None):
            raise ConfigError("give either --embeddings (heads on stored embeddings) or --tower (fine-tune a backbone "
                              "on pictures).")  # fmt: skip
        if self.calibrate is not None and self.embeddings is None:
            raise ConfigError("--calibrate needs --embeddings: the checkpoint answers by them.")
        if min(self.epochs, self.patience, self.batch) < 1 or self.hidden < 0 or not self.rate > 0:
            raise ConfigError("--epochs, --patience and --batch must be at least 1, --lr above 0 and --hidden not "
                              "negative.")  # fmt: skip
        if not (0.0 < self.urban_share <= 1.0 and self.weight_decay >= 0.0):
            raise ConfigError("--urban-share must be above 0 and at most 1, and --weight-decay not negative.")

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return self.lr if self.lr is not None else 1e-4 if self.tower else 1e-3

    @property
    def pace(self) -> Pace:
        """How long, and in which steps."""
        return Pace(self.epochs, self.patience, self.batch, self.rate, self.weight_decay, self.seed)

    def maps(self) -> dict[str, AttributeMap]:
        """Both maps, from the cache or made."""
        tiffs = {"density": self.landscan, "land_cover": self.landcover}
        return {name: make_map(name, tiffs[name], counts=self.landscan_unit == "people") for name in NAMES}


def main(config: AttributesConfig) -> Path:
    """Train and write; a folder that already holds it is left as it is.

    Raises:
        ManifestError: a split that is missing, or no place with a class.
        ArtifactError, ImageError: an input that cannot be used.
    """
    folder = config.out / FOLDER
    inputs = {"manifest": config.manifest} | {
        name: path
        for name, path in (("embeddings", config.embeddings), ("landscan", config.landscan),
                           ("landcover", config.landcover),
                           ("tower", None if config.tower is None else Path(config.tower)))
        if path is not None and path.exists()
    }  # fmt: skip
    if config.calibrate is not None:
        parts = {"head": "calibrated_with"} | {part: f"calibrated_with_{part}" for part in ANSWERING}
        inputs |= {name: config.calibrate / part for part, name in parts.items() if (config.calibrate / part).exists()}
    if is_done(config.out, STAGE, config, inputs):
        print(f"{folder}: already trained on these files with this config, nothing to do")
        return folder
    manifest = read_manifest(config.manifest)
    require_columns(manifest, ["split"], config.manifest)
    rows = {name: np.flatnonzero(manifest["split"] == name) for name in ("train", "validation")}
    for name, found in rows.items():
        if len(found) == 0:
            raise ManifestError(f"{config.manifest} has no rows of the split '{name}', which train_attributes needs.")
    maps = config.maps()
    points = manifest[["lat", "lng"]].to_numpy(np.float64)
    every = {split: {name: one.at(points[found]) for name, one in maps.items()} for split, found in rows.items()}
    kept = thinned(_towns(every["train"], len(maps["density"])), config.urban_share, config.seed)
    rows["train"] = rows["train"][kept]
    labels: dict[str, Labels] = {
        "train": {name: values[kept] for name, values in every["train"].items()}, "validation": every["validation"],
    }  # fmt: skip
    for name, values in labels["train"].items():
        if len(np.unique(values[values >= 0])) < 2:
            raise ManifestError(f"the training places of {config.manifest} lie in fewer than two classes of {name}: "
                                "there is nothing to learn.")  # fmt: skip
    torch.manual_seed(config.seed)
    classes = {name: len(one) for name, one in maps.items()}
    if config.embeddings is not None:
        heads, told = _heads(config, classes, manifest, rows, labels)
        told |= _seen_with(config.embeddings)
        outputs = {}
    else:
        belongs_to = {"manifest": fingerprint(config.manifest), "maps": [one.key for one in maps.values()],
                      "tower": Path(str(config.tower)).name, "hidden": config.hidden,
                      "urban_share": config.urban_share}  # fmt: skip
        heads, told = _tower(config, classes, manifest, rows, labels, belongs_to)
        outputs = {"encoder": config.out / "encoder"}
        told |= {"features": "pooled", "encoder": fingerprint(config.out / "encoder")}
    heads.save(folder)
    legend = {name: {"legend": list(one.legend), "source": dict(one.source), "key": one.key,
                     "grid": list(one.runs.shape), "areas_km2": one.areas_km2.tolist()}
              for name, one in maps.items()}  # fmt: skip
    with whole(folder / MAPS) as temporary:
        temporary.write_text(json.dumps(legend, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, one in maps.items():
        if one.source["kind"] == "geotiff":  # the atlas's are made again where they are needed
            save_map(one, folder / f"{name}.npz")
    (folder / LEVELS).unlink(missing_ok=True)
    if config.calibrate is not None:
        told |= _calibrate(config, folder, Ground(heads, tuple(maps.values()), told["features"]), manifest, rows)
    facts: dict[str, Any] = {
        **told, "dim": heads.dim, "train_places": len(rows["train"]),
        "validation_places": len(rows["validation"]), "temperature": heads.temperature,
        "maps": {name: one.source["kind"] for name, one in maps.items()}, "source": read_source(config.manifest),
    }  # fmt: skip
    write_record(config.out, STAGE, config, inputs, {FOLDER: folder, **outputs}, facts)
    shutil.rmtree(config.out / UNFINISHED, ignore_errors=True)
    print(_line(folder, facts))
    return folder


def _towns(labels: Labels, buckets: int) -> NDArray[np.bool_]:
    """Which places lie in towns, by either map."""
    towns: NDArray[np.bool_] = (labels["density"] >= buckets - DENSEST) | (labels["land_cover"] == URBAN)
    return towns


def _heads(
    config: AttributesConfig, classes: dict[str, int], manifest: pd.DataFrame, rows: dict[str, NDArray[np.int64]],
    labels: dict[str, Labels],
) -> tuple[AttributeHeads, dict[str, Any]]:  # fmt: skip
    assert config.embeddings is not None
    embeddings = read_embeddings(config.embeddings, manifest)
    heads = AttributeHeads(int(embeddings.shape[1]), classes, config.hidden)
    epochs, kept = fit_heads(heads, embeddings, rows, labels, config.pace)
    figures = figures_of(heads.probabilities(embeddings[rows["validation"]]), labels["validation"])
    return heads, {"epochs": epochs, "kept_epoch": kept, "validation": figures}


def _tower(
    config: AttributesConfig, classes: dict[str, int], manifest: pd.DataFrame, rows: dict[str, NDArray[np.int64]],
    labels: dict[str, Labels], belongs_to: dict[str, Any],
) -> tuple[AttributeHeads, dict[str, Any]]:  # fmt: skip
    from model.networks.attribute_tower import Pictures, Tower, fine_tune, save_tower
    from model.networks.encoder import Encoder

    encoder = Encoder.load(str(config.tower))
    paths, views = image_paths(manifest, config.manifest), n_views(manifest, str(config.manifest))
    pictures = Pictures(encoder, paths, views)
    tower = Tower(encoder.tower, AttributeHeads(encoder.dim, classes, config.hidden))
    epochs, kept = fine_tune(tower, pictures, rows, labels, config.pace, config.out / UNFINISHED, belongs_to)
    trained = Encoder.load(save_tower(tower, encoder, config.out / "encoder"))
    validation, step = rows["validation"], config.batch
    seen = np.concatenate([trained.embed_images(pictures.read(validation[start : start + step]))
                           for start in range(0, len(validation), step)])  # fmt: skip
    heads = tower.heads
    heads.temperature = fitted_temperatures(heads.logits(seen), labels["validation"])
    figures = figures_of(heads.probabilities(seen), labels["validation"])
    return heads, {"epochs": epochs, "kept_epoch": kept, "validation": figures, "tower": Path(str(config.tower)).name}


def _seen_with(embeddings: Path) -> dict[str, Any]:
    """Kind and encoder of embeddings, by the record beside them; those of another model are taken as they are."""
    if not record_path(embeddings.parent, "embed").is_file():
        return {"features": "pooled", "encoder": None}
    record = read_record(embeddings.parent, "embed", check_outputs=False)
    encoder = record["facts"].get("hub_id") or record["inputs"].get("encoder")
    return {"features": str(record["facts"].get("features", "pooled")), "encoder": encoder}


def _calibrate(
    config: AttributesConfig, folder: Path, ground: Ground, manifest: pd.DataFrame, rows: dict[str, NDArray[np.int64]]
) -> dict[str, Any]:
    """Write which areas held the truth of validation places, with the system of a checkpoint as the base."""
    assert config.calibrate is not None and config.embeddings is not None
    base = open_checkpoint(config.calibrate).predictor
    some = rows["validation"][:: -(-len(rows["validation"]) // CALIBRATED)]
    seen = np.asarray(read_embeddings(config.embeddings, manifest)[some], np.float32)
    search = ensemble_of(base, ground).search
    truth = manifest[["lat", "lng"]].to_numpy(np.float64)[some]
    levels = levels_of(search, base.scores(seen), seen, truth)
    with whole(folder / LEVELS) as temporary:
        temporary.write_text(json.dumps({system_of(base): levels}) + "\n", encoding="utf-8")
    return {"calibrated": {"system": system_of(base), "places": len(levels)}}


def _line(folder: Path, facts: dict[str, Any]) -> str:
    text = f"{folder}: {facts['train_places']:,} places, {facts['epochs']} epochs, the {facts['kept_epoch']}. kept"
    for name, figures in facts["validation"].items():
        if figures["n"]:
            text += (f"\n{name} ({facts['maps'][name]}): right {figures['accuracy']:.1%} (the most frequent: "
                     f"{figures['majority']:.1%}), mean of the classes {figures['balanced_accuracy']:.1%}")  # fmt: skip
    return text


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.train_attributes`."""
    epilog = f"Classes of land cover: {', '.join(LEGEND)}."
    parser = parser_for(AttributesConfig, "python -m model.train_attributes", str(__doc__), epilog)
    config = read(parser, AttributesConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
