"""One training: data, model, optimisers and clock, from its first step or from a kept state to its end.

Knows no verb and writes no record; what it is told stands in `training_settings`.
"""

import math
import time
from contextlib import nullcontext
from typing import Any

import numpy as np
import pandas as pd
import torch

from model.artifacts import fingerprint
from model.data.attributes import AttributeSpace
from model.data.caption_source import CaptionSource
from model.data.training_batches import EpochOrder
from model.errors import ArtifactError, ConfigError
from model.networks.batches import BatchMaker
from model.networks.contrastive import PretrainingModel
from model.networks.encoder import vision_tower, width_of
from model.networks.freezing import checkpoint_gradients, freeze, layers_to_unfreeze, train_mode
from model.networks.journal import Journal
from model.networks.loading import RawStep, Steps, default_workers, load_steps, start_method
from model.networks.optimisers import Optimisers
from model.networks.picture_source import PictureSource, fits_in_memory
from model.networks.probe import Gallery, probe
from model.networks.schedule import rate_factor
from model.networks.small_maps import multiply_small_maps
from model.networks.starting_point import starting_point
from model.networks.tally import Tally
from model.networks.towers import save_encoder
from model.networks.training_places import read_places
from model.networks.training_settings import PretrainConfig
from model.networks.training_state import check_belongs, load_state, read_notes, save_state

VOCABULARY_CAPTIONS = 40_000
GALLERY = 8192
LOG_STEPS = 50
PICTURES = "pictures"  # the folder of decoded pictures, as long as a training lasts
COMPILER = "inductor"  # torch.compile's own
PROBE_BATCH = 64  # places


class Training:
    """One run.

    Args:
        config: what it was told.
        accelerator: accelerate's, which knows the devices and the other processes.

    Raises:
        ManifestError, ArtifactError, ConfigError: see `model.errors`.
    """

    def __init__(self, config: PretrainConfig, accelerator: Any):
        self.config, self.accelerator = config, accelerator
        self.places = read_places(config)
        self.train, self.cells = self.places.train, self.places.cells
        self._build_model()
        self._open_pictures()
        self.belongs_to = config.binding | {
            "processes": accelerator.num_processes,
            "revision": (self.start.facts["start_from"] or {}).get("revision"),
            **{f"content of {name}": fingerprint(path) for name, path in config.inputs.items()},
        }
        batches = config.accumulate * accelerator.num_processes  # in a step; they may be more than an epoch has
        self.places_a_step = min(config.batch, len(self.train)) * batches
        per_epoch = self.order.per_epoch / batches
        self.total_steps = math.ceil(per_epoch * config.epochs - 1e-9) if config.epochs else 0
        self.step, self.elapsed_s, self.done = 0, 0.0, 0.0
        self.log: list[dict[str, float]] = []
        self.lengths: list[list[float]] = [[0, float(config.epochs or config.minutes or 0)]]

    def _build_model(self) -> None:
        config = self.config
        torch.manual_seed(config.seed)
        many = VOCABULARY_CAPTIONS if len(self.train) > 2000 else 2000
        self.start = starting_point(
            config.model, config.start_from, lambda: self.places.captions.sample(many, config.seed)
        )
        hub = self.start.hub
        if config.small_size and hasattr(getattr(vision_tower(hub), "embeddings", None), "position_embedding"):
            raise ConfigError("--small-size needs a convolutional tower; a ViT's positions are learned for one size.")
        if config.small_size and config.small_size > self.start.size:
            raise ConfigError(f"--small-size {config.small_size}: whole views have {self.start.size} pixels a side.")
        without = ("month",) if self.places.is_photo else ()  # PIGEOTTO's photos seldom know theirs
        self.space = AttributeSpace.fit(self.train, without) if config.attribute_weight > 0 else AttributeSpace({}, {})
        classes = {name: len(names) for name, names in self.space.classes.items()}
        dim = width_of(hub)
        module = PretrainingModel(
            hub, dim, len(self.cells or ()), classes, len(self.space.regressions),
            self.places.clues.space if self.places.clues else None, len(self.places.legend),
        )  # fmt: skip
        tasks = [*module.heads, *(head for head in (module.clue_head, module.map_head) if head is not None)]
        if not config.caption_weight and not tasks:
            raise ConfigError("there is nothing to learn: captions and attributes are switched off, and neither "
                              "--geocells, clues nor class maps are there.")  # fmt: skip
        freeze(hub, layers_to_unfreeze(config.unfreeze), config.freeze_text)
        if config.checkpoint_gradients:
            checkpoint_gradients(hub)
        vision_tower(hub).to(memory_format=torch.channels_last)
        if self.accelerator.device.type == "cpu":
            multiply_small_maps(vision_tower(hub))
        if config.compile:
            vision_tower(hub).compile(backend=COMPILER)
        self.gallery = Gallery(min(GALLERY, len(self.train)), dim)
        self.module = self.accelerator.prepare(module)
        self.optimisers = Optimisers(
            self.bare.named_parameters(), config.optimizer, config.learning_rate, config.weight_decay
        )
        self.maker = BatchMaker(
            self.train, self.start.tokenizer, self.space, self.cells, config.tau, self.start.mean, self.start.std,
            self.accelerator.device, self.places.clues, self.places.is_photo,
        )  # fmt: skip

    def _open_pictures(self) -> None:
        config, start = self.config, self.start
        held = self.places.n_views
        pictures = PictureSource(self.train, config.manifest, held, start.size, start.resample, self.places.legend)
        processes = self.accelerator.num_processes
        self.workers = default_workers(processes) if config.workers is None else config.workers
        shared = self.workers == 0 or start_method() == "fork"
        if shared and fits_in_memory(pictures.bytes_of_all(), config.cache_gb):
            self._keep(pictures)
        self.order = EpochOrder(len(self.train), config.batch, config.seed)
        views = held if self.places.is_photo else min(config.views or config.model.views, held)
        self.steps = Steps(pictures, self.places.captions, self.order, views, min(config.captions, views))
        self.validation_views = PictureSource(self.places.validation, config.manifest, held, start.size, start.resample)

    def _keep(self, pictures: PictureSource) -> None:
        """Keep what was decoded, in one file for all processes of this machine."""
        folder = self.config.out / PICTURES
        if self.accelerator.is_local_main_process:
            pictures.reserve(folder, fingerprint(self.config.manifest))
        self.accelerator.wait_for_everyone()
        if folder.is_dir():  # there was room
            pictures.keep(folder)

    @property
    def bare(self) -> PretrainingModel:
        """The module without what accelerate wraps around it."""
        module: PretrainingModel = self.accelerator.unwrap_model(self.module, keep_torch_compile=False)
        return module

    def run(self) -> None:
        """Steps until the schedule's end, with states kept on the way.

        Raises:
            ArtifactError: the state found is none, or of another training.
            ImageError, ManifestError, ConfigError: see `load_steps`.
        """
        config = self.config
        self.resume()
        main = self.accelerator.is_main_process
        self.journal = Journal(config.out / "tensorboard" if config.tensorboard else None, main, self.step)
        if self.step:
            self.journal.say(f"going on from step {self.step} ({self.elapsed_s / 60:.1f} minutes)")
        processes, rank = self.accelerator.num_processes, self.accelerator.process_index
        batches = load_steps(
            self.steps, self.step * config.accumulate * processes + rank, processes, self.workers,
            self.accelerator.device.type == "cuda",
        )  # fmt: skip
        train_mode(self.module)
        kept = probed = self.elapsed_s
        tally = Tally()
        try:
            while (progress := self.progress()) < 1.0:
                self.done = progress
                rate = self.one_step(progress, batches, tally)
                if self.step % LOG_STEPS == 0:
                    self.tell(rate, tally)
                if self.elapsed_s - probed > config.probe_minutes * 60:
                    probed = self.elapsed_s
                    self.validate()
                if self.elapsed_s - kept > config.checkpoint_minutes * 60:
                    kept = self.elapsed_s
                    self.keep()
            self.keep()
            self.validate()
        finally:
            batches.close()  # type: ignore[attr-defined]
            self.journal.close()

    def one_step(self, progress: float, batches: Any, tally: Tally) -> float:
        """One step of the optimisers on `accumulate` batches -> the rate it took."""
        config, accelerator = self.config, self.accelerator
        begin = time.perf_counter()
        rate = self.optimisers.set_factor(rate_factor(progress, config.warm_up, config.schedule))
        side = config.small_size if progress < config.small_share else None
        data_s = 0.0
        for part in range(config.accumulate):
            asked = time.perf_counter()
            number = (self.step * config.accumulate + part) * accelerator.num_processes + accelerator.process_index
            raw: RawStep = next(batches)
            batch = self.maker.batch(raw, config.seed + 7919 * number, side)
            data_s += time.perf_counter() - asked
            last = part == config.accumulate - 1
            with nullcontext() if last else accelerator.no_sync(self.module):
                with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=config.bf16):
                    total, losses, places = self.module(batch, config.weights)
                accelerator.backward(total / config.accumulate)
            self.gallery.add(places, raw.rows)
        if config.clip:
            torch.nn.utils.clip_grad_norm_(self.optimisers.parameters, config.clip)
        self.optimisers.step()
        self.optimisers.zero_grad()
        took = time.perf_counter() - begin
        self.elapsed_s += took
        self.step += 1
        tally.add({"total": total.detach()} | losses, data_s, took - data_s)
        self.journal.progress(progress, f"step {self.step}")
        return rate

    def progress(self) -> float:
        """How much of the training is done, 0 … 1, the same on every process."""
        if self.config.epochs:
            return self.step / self.total_steps
        share = self.elapsed_s / 60.0 / float(self.config.minutes or 1.0)
        if self.accelerator.num_processes > 1:
            shared = torch.tensor(share, device=self.accelerator.device)
            share = float(self.accelerator.reduce(shared, reduction="mean"))
        return share

    def tell(self, rate: float, tally: Tally) -> None:
        """A line and points of the curves."""
        epoch, minutes = self.step * self.places_a_step / len(self.train), self.elapsed_s / 60
        speed = {"rate": rate, "places_a_second": tally.speed(self.places_a_step), "epoch": epoch}
        self.journal.scalars(self.step, tally.means(), "loss")
        self.journal.scalars(self.step, speed, "training")
        told = tally.read(self.places_a_step)
        self.journal.say(f"step {self.step} epoch {epoch:.2f} {minutes:.1f} min rate {rate:.1e} {told}")

    def validate(self) -> None:
        """Log the figures of the probe."""
        if not len(self.places.validation) or not self.accelerator.is_main_process:
            return
        frame, cells = self.places.validation, self.cells
        side = self.config.small_size if self.done < self.config.small_share else None
        codes, sentences = self.places.captions.country_prompts()
        figures = probe(
            self.bare, self.maker.in_order(self.validation_views.batches(PROBE_BATCH), side),
            self.maker.first_captions(CaptionSource(frame, self.config.model.style), self.config.seed),
            frame[["lat", "lng"]].to_numpy(np.float64), _countries(frame),
            cells.centroids if cells else None, cells.countries if cells else None, self.gallery,
            _countries(self.train), self.maker.tokens(sentences) if sentences else None, codes,
        )  # fmt: skip
        train_mode(self.module)
        self.log.append({"step": float(self.step), "minutes": round(self.elapsed_s / 60, 2)} | figures)
        self.journal.scalars(self.step, figures, "validation")
        self.journal.say("validation: " + " ".join(f"{name} {value:.3f}" for name, value in self.log[-1].items()))

    def resume(self) -> None:
        """Go on from the kept state, where there is one of this very training.

        Raises:
            ArtifactError: it is of another one, or would have to end before now.
        """
        folder = self.config.out / "training"
        state = read_notes(folder)
        if state is None:
            return
        check_belongs(folder, state, self.belongs_to, self.config.defaults)
        lengths, ours = [list(pair) for pair in state.notes["lengths"]], self.lengths[0][1]
        unit = "epochs" if self.config.epochs else "minutes"
        if ours < lengths[-1][1]:
            raise ArtifactError(
                f"{folder} was begun for {lengths[-1][1]:g} {unit}, now {ours:g} are asked for; its rates would have "
                "been others. Give as many or more, or another --out."
            )
        load_state(folder, state, self.bare, self.optimisers)
        self.step, self.elapsed_s = state.step, float(state.notes["elapsed_s"])
        self.log = list(state.notes["validation"])
        self.lengths = lengths if ours == lengths[-1][1] else [*lengths, [state.step, ours]]

    def keep(self) -> None:
        """Write the state, on one process.

        Raises:
            ConfigError: weights that are no numbers any more; the state before them stays.
        """
        if self.accelerator.is_main_process:
            if not all(bool(torch.isfinite(tensor).all()) for tensor in self.bare.state_dict().values()):
                raise ConfigError(
                    f"the weights are no finite numbers any more after step {self.step}: the training has gone astray, "
                    f"and the last state in {self.config.out / 'training'} is from before that. Give a smaller "
                    "--learning-rate and another --out."
                )
            notes = {"elapsed_s": self.elapsed_s, "validation": self.log, "lengths": self.lengths}
            save_state(self.config.out / "training", self.step, self.bare, self.optimisers, self.belongs_to, notes)

    def save_encoder(self, folder: Any) -> None:
        """Write the hub model alone."""
        save_encoder(
            self.bare.hub, self.start.tokenizer, self.start.size, folder, self.start.preprocessor, self.config.half
        )

    def facts(self) -> dict[str, Any]:
        """What the record says beside the config."""
        return {
            "steps": self.step,
            "places_seen": self.step * self.places_a_step,
            "training_places": len(self.train),
            "processes": self.accelerator.num_processes,
            "source": self.places.drawn_by,
            "minutes": round(self.elapsed_s / 60.0, 1),
            "lengths": self.lengths,
            "parameters": sum(p.numel() for p in self.bare.hub.parameters()),
            "trained_parameters": sum(p.numel() for p in self.bare.hub.parameters() if p.requires_grad),
            "tau_km": self.config.tau,
            **self.start.facts,
            "validation": self.log,
        }


def _countries(frame: pd.DataFrame) -> Any:
    return frame["country"].to_numpy(object) if "country" in frame else np.full(len(frame), "", object)
