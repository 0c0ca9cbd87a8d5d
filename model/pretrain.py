"""Stage: train an encoder on captions, geocells and attributes of places; writes RUN/encoder/ in the hub's layout.

The network starts from nothing (`--preset`) or from a CLIP model of the hub (`--start-from`; PIGEON then takes
`--learning-rate 1e-6 --weight-decay 1e-3 --schedule linear --epochs 3`). Views are decoded once into RUN/views/. The
state of the training is kept in RUN/training/ every few minutes (safetensors and JSON), and the same command goes on
from there. With `--minutes` the schedule follows the clock, so that the learning rate has reached zero when the time is
over; with `--epochs` it follows the steps, and a resumed run ends exactly where an unbroken one does. Many machines:
`accelerate launch -m model.pretrain …`.
"""

import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from model.artifacts import fingerprint, is_done, write_record
from model.commands import parser_for, read, run
from model.data.attributes import AttributeSpace
from model.data.manifest import image_paths, n_views, read_manifest, read_source
from model.data.training_batches import CaptionSource, StepPlan, plan_step, steps_per_epoch
from model.data.view_cache import open_view_cache
from model.data.vocabulary import train_tokenizer
from model.errors import ConfigError
from model.geocells.table import Geocells, read_geocells
from model.networks.batches import BatchMaker
from model.networks.contrastive import LossWeights, PretrainingModel
from model.networks.encoder import CLIP_MEAN, CLIP_STD, best_dtype, load_pretrained, vision_tower, width_of
from model.networks.probe import Gallery, probe
from model.networks.schedule import Shape, rate_factor
from model.networks.tally import Tally
from model.networks.towers import RESAMPLE, TEXT_LENGTH, Preset, build_model, preset_named, save_encoder
from model.networks.training_state import load_state, read_notes, save_state

STAGE = "pretrain"
VOCABULARY_CAPTIONS = 40_000
GALLERY = 8192


@dataclass(frozen=True)
class PretrainConfig:
    """What to train, on what and for how long."""

    manifest: Path = field(metadata={"help": "manifest.parquet or .csv with images"})
    out: Path = field(metadata={"help": "folder of the run"})
    preset: str = field(default="pigeon", metadata={"help": "pigeon (four views), pigeotto (one photo), … or tiny"})
    geocells: Path | None = field(default=None, metadata={"help": "geocells.parquet: learn the cells as well"})
    start_from: str | None = field(default=None, metadata={"help": "a CLIP model: folder or name on the hub"})
    minutes: float | None = field(default=None, metadata={"help": "train for so long, decoding not counted"})
    epochs: float | None = field(default=None, metadata={"help": "or for so many passes over the places"})
    batch: int = field(default=64, metadata={"help": "places a step (on each process)"})
    learning_rate: float = field(default=2e-3, metadata={"help": "highest rate; PIGEON's is 1e-6, from CLIP"})
    weight_decay: float = field(default=0.05, metadata={"help": "of matrices; PIGEON's is 1e-3"})
    warm_up: float = field(default=0.03, metadata={"help": "share of the training in which the rate rises"})
    schedule: Shape = field(default="cosine", metadata={"help": "how the rate falls to zero"})
    tau_km: float = field(default=75.0, metadata={"help": "haversine smoothing of the cells"})
    views: int | None = field(default=None, metadata={"help": "views of a place in a step; the preset's by default"})
    captions: int = field(default=1, metadata={"help": "captioned views of a place in a step"})
    caption_weight: float = field(default=LossWeights.captions, metadata={"help": "of the contrastive loss"})
    attribute_weight: float = field(default=1.0, metadata={"help": "factor on all attribute losses; 0 drops them"})
    small_size: int | None = field(default=None, metadata={"help": "side of the views in the training's first part"})
    small_share: float = field(default=0.5, metadata={"help": "how long that first part is"})
    checkpoint_minutes: float = field(default=5.0, metadata={"help": "between two kept states"})
    probe_minutes: float = field(default=6.0, metadata={"help": "between two looks at validation places"})
    probe_places: int = field(default=1000, metadata={"help": "validation places looked at"})
    seed: int = field(default=0, metadata={"help": "of weights, order, captions and augmentation"})

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.epochs is None):
            raise ConfigError("give either --minutes or --epochs.")
        if self.batch < 2 or not (self.minutes or self.epochs or 0) > 0:
            raise ConfigError("--batch must be 2 or more, --minutes or --epochs more than 0.")
        preset = preset_named(self.preset)
        if self.small_size and preset.tower == "vit" and not self.start_from:
            raise ConfigError(
                "--small-size needs a convolutional tower; the positions of a ViT are learned for one size."
            )

    @property
    def weights(self) -> LossWeights:
        """The loss weights."""
        default = LossWeights()
        scaled = {name: getattr(default, name) * self.attribute_weight
                  for name in ("country", "koppen", "driving_side", "month", "regressions")}  # fmt: skip
        return LossWeights(captions=self.caption_weight, cells=default.cells, **scaled)


def main(config: PretrainConfig) -> Path:
    """Train, save RUN/encoder/ and write the record; a finished run is left as it is.

    Raises:
        ManifestError, ImageError, ArtifactError, StorageError, ConfigError: see `model.errors`.
    """
    inputs = {"manifest": config.manifest} | ({"geocells": config.geocells} if config.geocells else {})
    encoder = config.out / "encoder"
    if is_done(config.out, STAGE, config, inputs):
        print(f"{encoder} is done; nothing to do.")
        return encoder
    from accelerate import Accelerator
    from transformers.utils import logging

    hide_bars: Any = logging.disable_progress_bar  # untyped
    hide_bars()
    accelerator = Accelerator(mixed_precision="bf16" if best_dtype() == torch.bfloat16 else "no")
    training = Training(config, accelerator)
    training.run()
    if accelerator.is_main_process:
        training.save_encoder(encoder)
        write_record(config.out, STAGE, config, inputs, {"encoder": encoder}, training.facts())
    accelerator.wait_for_everyone()
    return encoder


class Training:
    """One run: data, model, optimiser and clock."""

    def __init__(self, config: PretrainConfig, accelerator: Any):
        self.config, self.accelerator = config, accelerator
        self.preset: Preset = preset_named(config.preset)
        frame = read_manifest(config.manifest)
        self.source_of_pictures = read_source(config.manifest)
        self.manifest_views = n_views(frame, str(config.manifest))
        splits = frame["split"] if "split" in frame else np.full(len(frame), "train")
        self.train = frame[splits == "train"].reset_index(drop=True)
        self.validation = frame[splits == "validation"].head(config.probe_places).reset_index(drop=True)
        self.cells: Geocells | None = read_geocells(config.geocells) if config.geocells else None
        self.source = CaptionSource(self.train, self.preset.style)
        self._build_model()
        self._open_views()
        self.maker = BatchMaker(
            self.train, self.views, self.tokenizer, self.space, self.cells, config.tau_km, self.mean, self.std,
            accelerator.device,
        )  # fmt: skip
        self.per_epoch = steps_per_epoch(len(self.train), config.batch * accelerator.num_processes)
        self.total_steps = math.ceil(self.per_epoch * config.epochs) if config.epochs else 0
        self.step, self.elapsed_s, self.done = 0, 0.0, 0.0
        self.log: list[dict[str, float]] = []

    def _build_model(self) -> None:
        config = self.config
        torch.manual_seed(config.seed)
        self.preprocessor: dict[str, Any] | None = None
        self.size, self.mean, self.std, self.resample = self.preset.image_size, CLIP_MEAN, CLIP_STD, RESAMPLE
        if config.start_from:
            hub, self.preprocessor, self.tokenizer = load_pretrained(config.start_from)
            crop = self.preprocessor.get("crop_size") or self.preprocessor["size"]
            self.size = int(crop if isinstance(crop, int) else crop.get("height") or crop["shortest_edge"])
            self.resample = Image.Resampling(int(self.preprocessor.get("resample", Image.Resampling.BICUBIC)))
            self.mean, self.std = tuple(self.preprocessor["image_mean"]), tuple(self.preprocessor["image_std"])
        else:
            captions = self.source.sample(VOCABULARY_CAPTIONS if len(self.train) > 2000 else 2000, config.seed)
            self.tokenizer = train_tokenizer(captions, self.preset.vocabulary, TEXT_LENGTH)
            hub = build_model(self.preset, self.tokenizer)
        space = AttributeSpace.fit(self.train) if config.attribute_weight > 0 else AttributeSpace({}, {})
        self.space = space
        classes = {name: len(names) for name, names in space.classes.items()}
        dim = width_of(hub)
        module = PretrainingModel(hub, dim, len(self.cells or ()), classes, len(space.regressions))
        vision_tower(hub).to(memory_format=torch.channels_last)
        matrices = [p for p in module.parameters() if p.ndim > 1]
        vectors = [p for p in module.parameters() if p.ndim <= 1]
        optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": config.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
            lr=config.learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=torch.cuda.is_available(),
        )  # fmt: skip
        self.gallery = Gallery(min(GALLERY, len(self.train)), dim)
        self.module, self.optimizer = self.accelerator.prepare(module, optimizer)

    @property
    def bare(self) -> PretrainingModel:
        """The module without what accelerate wraps around it."""
        module: PretrainingModel = self.accelerator.unwrap_model(self.module)
        return module

    def _open_views(self) -> None:
        made_from = fingerprint(self.config.manifest)

        def told(name: str) -> Any:
            return lambda done, total: self.say(f"decoding {name} views: {done:,} of {total:,} places")

        with self.accelerator.main_process_first():
            folder = self.config.out / "views"
            paths = image_paths(self.train, self.config.manifest)
            self.views = open_view_cache(
                folder / "train",
                paths,
                self.size,
                made_from,
                self.manifest_views,
                self.resample,
                on_progress=told("training"),
            )
            self.validation_views = self.views[:0]
            if len(self.validation):
                paths = image_paths(self.validation, self.config.manifest)
                key = f"{made_from}-{len(paths)}"
                self.validation_views = open_view_cache(
                    folder / "validation", paths, self.size, key, self.manifest_views, self.resample
                )
        self.n_views = min(self.config.views or self.preset.views, self.views.shape[1])

    def run(self) -> None:
        """Steps until the schedule's end, with states kept on the way."""
        config, folder = self.config, self.config.out / "training"
        if state := read_notes(folder):
            load_state(folder, state, self.bare, self.optimizer)
            self.step, self.elapsed_s = state["step"], float(state["notes"]["elapsed_s"])
            self.say(f"going on from step {self.step} ({self.elapsed_s / 60:.1f} minutes)")
        self.module.train()
        kept = probed = self.elapsed_s
        tally, together = Tally(), config.batch * self.accelerator.num_processes
        while (progress := self.progress()) < 1.0:
            self.done = progress
            begin = time.perf_counter()
            rate = self.set_rate(progress)
            plan = self.plan()
            side = self.side(progress)
            batch = self.maker.batch(plan, config.seed + 7919 * self.step + self.accelerator.process_index, side)
            prepared = time.perf_counter()
            total, losses, places = self.module(batch, config.weights)
            self.accelerator.backward(total)
            self.accelerator.clip_grad_norm_(self.module.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            self.gallery.add(places, plan.rows)
            end = time.perf_counter()
            self.elapsed_s += end - begin
            self.step += 1
            tally.add({"total": total.detach()} | losses, prepared - begin, end - prepared)
            if self.step % 50 == 0:
                epoch, minutes = self.step * together / len(self.train), self.elapsed_s / 60
                told = f"step {self.step} epoch {epoch:.2f} {minutes:.1f} min rate {rate:.1e} {tally.read(together)}"
                self.say(told)
            if self.elapsed_s - probed > config.probe_minutes * 60:
                probed = self.elapsed_s
                self.look()
            if self.elapsed_s - kept > config.checkpoint_minutes * 60:
                kept = self.elapsed_s
                self.keep(folder)
        self.keep(folder)
        self.look()

    def progress(self) -> float:
        """How much of the training is done, 0 … 1, the same on every process."""
        if self.config.epochs:
            return self.step / self.total_steps
        share = self.elapsed_s / 60.0 / float(self.config.minutes or 1.0)
        if self.accelerator.num_processes > 1:
            shared = torch.tensor(share, device=self.accelerator.device)
            share = float(self.accelerator.reduce(shared, reduction="mean"))
        return share

    def side(self, progress: float) -> int | None:
        """The side that views are shrunk to in the training's first part."""
        return self.config.small_size if progress < self.config.small_share else None

    def set_rate(self, progress: float) -> float:
        """Give the optimiser the rate of this moment."""
        rate = self.config.learning_rate * rate_factor(progress, self.config.warm_up, self.config.schedule)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate

    def plan(self) -> StepPlan:
        """What this process looks at in this step."""
        config, processes = self.config, self.accelerator.num_processes
        return plan_step(
            self.step * processes + self.accelerator.process_index, len(self.train), self.views.shape[1], config.batch,
            self.n_views, min(config.captions, self.n_views), config.seed, self.source,
        )  # fmt: skip

    def look(self) -> None:
        """Log the figures of the probe."""
        if not len(self.validation) or not self.accelerator.is_main_process:
            return
        frame, cells = self.validation, self.cells
        countries = [
            part["country"].to_numpy(object) if "country" in part else np.full(len(part), "", object)
            for part in (frame, self.train)
        ]
        figures = probe(
            self.bare, self.maker.in_order(self.validation_views, self.side(self.done)),
            self.maker.first_captions(CaptionSource(frame, self.preset.style), self.config.seed),
            frame[["lat", "lng"]].to_numpy(np.float64), countries[0],
            cells.centroids if cells else None, cells.countries if cells else None, self.gallery, countries[1],
        )  # fmt: skip
        self.log.append({"step": float(self.step), "minutes": round(self.elapsed_s / 60, 2)} | figures)
        self.say("validation: " + " ".join(f"{name} {value:.3f}" for name, value in self.log[-1].items()))

    def keep(self, folder: Path) -> None:
        """Write the state, on one process."""
        if self.accelerator.is_main_process:
            save_state(folder, self.step, self.bare, self.optimizer, {"elapsed_s": self.elapsed_s})

    def save_encoder(self, folder: Path) -> None:
        """Write the hub model alone."""
        save_encoder(self.bare.hub, self.tokenizer, self.size, folder, self.preprocessor)

    def facts(self) -> dict[str, Any]:
        """What the record says beside the config."""
        return {
            "steps": self.step,
            "places_seen": self.step * self.config.batch * self.accelerator.num_processes,
            "training_places": len(self.train),
            "source": self.source_of_pictures,
            "minutes": round(self.elapsed_s / 60.0, 1),
            "parameters": sum(p.numel() for p in self.bare.hub.parameters()),
            "model": asdict(self.preset),
            "validation": self.log,
        }

    def say(self, text: str) -> None:
        """One line, from one process."""
        if self.accelerator.is_main_process:
            print(text, flush=True)


if __name__ == "__main__":
    _parser = parser_for(PretrainConfig, "python -m model.pretrain", __doc__ or "")
    run(lambda: main(read(_parser, PretrainConfig)))
