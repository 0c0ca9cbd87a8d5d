"""Verb: train GeoCLIP, which finds the places whose coordinates fit a picture -> RUN/geoclip/ and RUN/gallery.parquet.

On stored embeddings (of any model, which stays as it is): a small network on their side, the location encoder on the
other, trained to tell each picture's own place from all others of its batch and of a queue of earlier ones. What it
answers with later is a place of its gallery: the training places, or those of a table. After each epoch the state is
kept in RUN/geoclip.unfinished/, so a run that was killed goes on; the epoch with the best validation score is kept.
Where an embed.record.json lies beside the embeddings, it is copied to RUN: it names the encoder that
`python -m model.locate --predictor geoclip --checkpoint RUN` looks at pictures with.

    geoclip   the published size (10 million weights), its rate; for a GPU
    small     the same at a quarter of the width: minutes on a CPU, a megabyte or two
    tiny      for tests

Source: GeoCLIP (arXiv 2309.16020).
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from model.artifacts import fingerprint, is_done, read_record, record_path, whole, write_record
from model.commands import parser_for, read, run
from model.data.embeddings import read_embeddings
from model.data.manifest import read_manifest, read_source, require_columns
from model.errors import ConfigError, ManifestError
from model.metrics.calibration import top_k_share
from model.metrics.distance import summary
from model.networks.geoclip import GeoClip, GeoClipShape
from model.networks.geoclip_training import Recipe, fit
from model.networks.location_encoder import LocationShape
from model.predictors.gallery import GalleryPredictor
from model.predictors.open_geoclip import NETWORK, OWN_GALLERY, STAGE, vectors_of
from model.retrieval.gallery import CELL_PLACES, Gallery, make_gallery, most_similar, read_places

UNFINISHED = "geoclip.unfinished"
TEMPERED = 500  # validation places that the temperature is fitted on, and
LOOKED_UP = 2_000  # that are looked up after each epoch,
AMONG = 100_000  # among so many places of the gallery: more do not change which epoch is best
LEAST = 1e-12  # a probability below it counts as that
TEMPERATURES = tuple(2.0 ** (step / 4.0) for step in range(-12, 17))  # 1/8 … 16


@dataclass(frozen=True)
class Preset:
    """How large, and how fast."""

    hidden: int
    location: LocationShape
    lr: float
    queue: int
    epochs: int


PRESETS = {  # geoclip: section 4 of the paper and the published code
    "geoclip": Preset(768, LocationShape(), 3e-5, 4096, 20),
    "small": Preset(512, LocationShape(frequencies=128, width=256, depth=2, dim=256), 1e-3, 1024, 20),
    "tiny": Preset(32, LocationShape((1.0, 4.0), 16, 32, 1, 16), 1e-2, 64, 4),
}


@dataclass(frozen=True)
class GeoClipConfig:
    """What to train on, and how. None: the preset's."""

    manifest: Path = field(metadata={"help": "table of places with the splits train and validation"})
    embeddings: Path = field(
        metadata={"help": ".npy (N, D), or view by view (N, V, D), the manifest's rows in order, made by any model"}
    )
    out: Path = field(metadata={"help": "folder of the run"})
    preset: Literal["geoclip", "small", "tiny"] = field(default="geoclip", metadata={"help": "sizes, see above"})
    gallery: Path | None = field(
        default=None, metadata={"help": "table with columns lat and lng to choose among (default: training places)"}
    )
    cell_places: int = field(
        default=CELL_PLACES, metadata={"help": "gallery places of a region at most: scores are summed over S2 cells"}
    )
    sigmas: tuple[float, ...] = field(
        default=(), metadata={"help": "of the random frequencies, from coarse to fine (default: the preset's)"}
    )
    epochs: int | None = field(default=None, metadata={"help": "at most this many (default: the preset's)"})
    patience: int = field(default=5, metadata={"help": "stop after this many epochs without a better score"})
    batch: int = field(default=512, metadata={"help": "places in a step"})
    queue: int | None = field(default=None, metadata={"help": "earlier places beside them (default: the preset's)"})
    noise_km: float = field(default=0.15, metadata={"help": "how far a batch's places are shaken"})
    queue_noise_km: float = field(default=1.0, metadata={"help": "how far those of the queue are"})
    lr: float | None = field(default=None, metadata={"help": "learning rate (default: the preset's)"})
    decay: float = field(default=0.87, metadata={"help": "of the rate, each epoch"})
    weight_decay: float = field(default=1e-6, metadata={"help": "of AdamW"})
    half: bool = field(default=False, metadata={"help": "store the weights in half precision: half the bytes"})
    seed: int = field(default=0, metadata={"help": "seed of the weights, of the order of places and of the noise"})

    def __post_init__(self) -> None:
        if min(self.recipe.epochs, self.patience, self.batch, self.cell_places) < 1 or self.recipe.queue < 0:
            raise ConfigError("--epochs, --patience, --batch and --cell-places must be at least 1, --queue not "
                              "negative.")  # fmt: skip
        if not (self.recipe.lr > 0 and 0 < self.decay <= 1 and self.weight_decay >= 0):
            raise ConfigError("--lr must be above 0, --decay above 0 and at most 1, --weight-decay not negative.")
        if not (self.noise_km >= 0 and self.queue_noise_km >= 0):
            raise ConfigError("--noise-km and --queue-noise-km must not be negative.")
        self.location  # noqa: B018  # refuses sigmas that cannot be

    @property
    def recipe(self) -> Recipe:
        """What is in force."""
        preset = PRESETS[self.preset]
        return Recipe(
            preset.epochs if self.epochs is None else self.epochs, self.patience, self.batch,
            preset.queue if self.queue is None else self.queue, self.noise_km, self.queue_noise_km,
            preset.lr if self.lr is None else self.lr, self.decay, self.weight_decay, self.seed,
        )  # fmt: skip

    @property
    def location(self) -> LocationShape:
        """Of the location encoder."""
        told = PRESETS[self.preset].location
        return LocationShape(self.sigmas or told.sigmas, told.frequencies, told.width, told.depth, told.dim)


def main(config: GeoClipConfig) -> Path:
    """Train and write the run -> its folder; one that is finished is left as it is.

    Raises:
        ManifestError, ArtifactError, ConfigError, StorageError: see `model.errors`.
    """
    inputs = {"manifest": config.manifest, "embeddings": config.embeddings}
    inputs |= {} if config.gallery is None else {"gallery": config.gallery}
    if is_done(config.out, STAGE, config, inputs):
        print(f"{config.out / NETWORK}: already trained on these files with this config, nothing to do")
        return config.out
    manifest = read_manifest(config.manifest)
    require_columns(manifest, ["split"], config.manifest)
    embeddings = read_embeddings(config.embeddings, manifest)
    rows = {name: np.flatnonzero(manifest["split"] == name) for name in ("train", "validation")}
    for name, found in rows.items():
        if len(found) == 0:
            raise ManifestError(f"{config.manifest} has no rows of the split '{name}', which train_geoclip needs.")
    named = [name for name in ("country", "region") if name in manifest]
    train = manifest[["id", "lat", "lng", *named]].iloc[rows["train"]]
    places = train if config.gallery is None else read_places(config.gallery)
    points = manifest[["lat", "lng"]].to_numpy(np.float64)
    del manifest
    model = _model(config, embeddings.shape[1])
    history = _train(config, inputs, model, embeddings, rows, points, places)
    model.save(config.out / NETWORK, config.half)
    print("cutting the gallery into cells …")
    gallery = make_gallery(places, config.cell_places)
    outputs = {NETWORK: config.out / NETWORK, **gallery.write(config.out)}
    model = GeoClip.load(config.out / NETWORK)  # as it is stored
    looked_up = _some(rows["validation"], LOOKED_UP)
    temperature, figures = _measured(model, gallery, np.asarray(embeddings[looked_up]), points[looked_up])
    _copy_embed_record(config)
    facts: dict[str, Any] = {
        "gallery": OWN_GALLERY if config.gallery is None else config.gallery.name, "places": len(gallery),
        "regions": len(gallery.cells), "dim": model.dim, "shape": asdict(model.shape), "recipe": asdict(config.recipe),
        "logit_scale": model.logit_scale, "temperature": temperature, "train_places": len(rows["train"]),
        "history": history, "source": read_source(config.manifest), "validation": figures,
    }  # fmt: skip
    write_record(config.out, STAGE, config, inputs, outputs, facts)
    shutil.rmtree(config.out / UNFINISHED, ignore_errors=True)
    size = sum(file.stat().st_size for file in (config.out / NETWORK).iterdir()) / 1e6
    print(f"{config.out}: {len(history)} epochs, {size:.1f} MB; on {figures['n']:,} validation places, among "
          f"{len(gallery):,}: median {figures['median_km']:,.0f} km, score {figures['mean_score']:,.0f}")  # fmt: skip
    return config.out


def _model(config: GeoClipConfig, dim: int) -> GeoClip:
    torch.manual_seed(config.seed)
    return GeoClip(GeoClipShape(dim, PRESETS[config.preset].hidden, config.location))


def _train(
    config: GeoClipConfig, inputs: Mapping[str, Path], model: GeoClip, embeddings: NDArray[Any],
    rows: Mapping[str, NDArray[np.int64]], points: NDArray[np.float64], places: pd.DataFrame,
) -> list[dict[str, float]]:  # fmt: skip
    """Train the model in place -> figures of each epoch."""
    looked_up = _some(rows["validation"], LOOKED_UP)
    among = places[["lat", "lng"]].to_numpy(np.float64)
    among = among[_some(np.arange(len(among)), AMONG)]
    seen, truth = np.asarray(embeddings[looked_up], np.float32), points[looked_up]

    def validate(now: GeoClip) -> Mapping[str, float]:
        best = most_similar(now.embed_images(seen), now.embed_points(among), 1)[1][:, 0]
        figures = summary(among[best], truth)
        return {"mean_score": float(figures["mean_score"]), "median_km": float(figures["median_km"])}

    told: dict[str, Any] = {name: fingerprint(path) for name, path in inputs.items()}
    told |= {"preset": config.preset, "shape": asdict(model.shape), "recipe": asdict(config.recipe)}
    return fit(model, embeddings, rows["train"], points[rows["train"]], config.recipe, validate,
               config.out / UNFINISHED, told)  # fmt: skip


def _measured(
    model: GeoClip, gallery: Gallery, embeddings: NDArray[Any], truth: NDArray[np.float64]
) -> tuple[float, dict[str, Any]]:
    """The temperature that makes the true cells likeliest, and the figures with it, on validation places."""
    own, vectors, losses = gallery.cells.assign(truth), vectors_of(model, gallery), {}
    few = _some(np.arange(len(truth)), TEMPERED)
    for temperature in TEMPERATURES:
        scores = GalleryPredictor(model, gallery, vectors, temperature).scores(embeddings[few])
        likely = scores[np.arange(len(few)), own[few]]
        losses[temperature] = float(-np.log(np.maximum(likely, LEAST)).mean())
    best = min(losses, key=lambda temperature: losses[temperature])
    predictor = GalleryPredictor(model, gallery, vectors, best)
    scores = predictor.scores(embeddings)
    return best, summary(predictor.points(embeddings), truth) | {
        "cell_top1": top_k_share(scores, own, 1), "cell_top5": top_k_share(scores, own, 5),
        "cell_log_loss": losses[best], "cell_log_loss_at_1": losses[1.0],
    }  # fmt: skip


def _some(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    return rows[:: max(1, -(-len(rows) // most))]


def _copy_embed_record(config: GeoClipConfig) -> None:
    """What made the embeddings, beside what was made of them; a note of an earlier run goes."""
    beside, here = record_path(config.embeddings.parent, "embed"), record_path(config.out, "embed")
    if config.embeddings.parent.resolve() == config.out.resolve():
        return
    here.unlink(missing_ok=True)
    if beside.is_file():
        record = read_record(config.embeddings.parent, "embed", check_outputs=False)
        made = [record["outputs"].get(name, {}).get("sha256") for name in ("embeddings", "views")]
        if fingerprint(config.embeddings) not in made:
            return  # a file of another model lies there
        with whole(here) as temporary:
            shutil.copyfile(beside, temporary)


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.train_geoclip`."""
    parser = parser_for(GeoClipConfig, "python -m model.train_geoclip", str(__doc__))
    config = read(parser, GeoClipConfig, argv)
    run(lambda: main(config))


if __name__ == "__main__":
    cli()
