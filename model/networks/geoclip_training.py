"""Training GeoCLIP: pictures against places of the batch and of a queue of earlier ones. Knows no command, no gallery.

Each picture's own place must be told from all others of its batch and from those that passed lately, whose positions
(not vectors) wait in a queue and are embedded anew in each step. All positions are shaken by some metres, those in the
queue by more, so that the finest scale cannot learn places by heart. A step's content depends on its number and the
seed alone, so a training that was stopped ends as it would have.
Source: GeoCLIP (arXiv 2309.16020), sections 3.2 and 4.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

from model.artifacts import whole
from model.errors import ArtifactError, ConfigError
from model.geo.distance import EARTH_RADIUS_KM
from model.networks.contrastive import MAX_LOGIT_SCALE
from model.networks.encoder import best_device
from model.networks.geoclip import GeoClip
from model.networks.head_training import Sample, Standard
from model.networks.journal import Journal
from model.networks.optimisers import Optimisers
from model.networks.training_state import check_belongs, load_state, read_notes, save_state

BEST = "best.safetensors"
KM_A_DEGREE = math.radians(1.0) * EARTH_RADIUS_KM
NEAREST_POLE_DEG = 89.0  # beyond it a shake east or west is no longer widened

Validate = Callable[[GeoClip], Mapping[str, float]]  # figures; `mean_score` says which epoch is kept


@dataclass(frozen=True)
class Recipe:
    """How to train."""

    epochs: int
    patience: int
    batch: int
    queue: int  # positions
    noise_km: float  # of the batch's own positions
    queue_noise_km: float
    lr: float
    decay: float  # of the rate, each epoch
    weight_decay: float
    seed: int


class Trainee(nn.Module):
    """The model and the queue of positions beside it: all that a step changes but the optimiser."""

    queue: torch.Tensor  # (S, 2) degrees
    position: torch.Tensor  # where the next batch goes

    def __init__(self, model: GeoClip, queue: NDArray[np.float64]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("queue", torch.from_numpy(queue).float())
        self.register_buffer("position", torch.zeros((), dtype=torch.int64))

    def loss(self, pictures: torch.Tensor, points: torch.Tensor, recipe: Recipe, chance: torch.Generator) -> Any:
        """Standardised embeddings (N, D) and their places (N, 2) -> scalar; the places then join the queue."""
        places = torch.cat([shaken(points, recipe.noise_km, chance), shaken(self.queue, recipe.queue_noise_km, chance)])
        seen = F.normalize(self.model.image(pictures), dim=-1)  # (N, P)
        known = F.normalize(self.model.location(places), dim=-1)  # (N + S, P)
        scale = self.model.log_scale.clamp(max=MAX_LOGIT_SCALE).exp()
        loss = F.cross_entropy(scale * seen @ known.T, torch.arange(len(seen), device=seen.device))
        if size := len(self.queue):
            rows = (self.position + torch.arange(len(points), device=points.device)) % size
            last = slice(max(0, len(points) - size), None)  # a row is written once
            self.queue[rows[last]] = points[last]
            self.position.copy_((self.position + len(points)) % size)
        return loss


def shaken(points: torch.Tensor, deviation_km: float, chance: torch.Generator) -> torch.Tensor:
    """Positions (N, 2) moved by a normal deviation north and east; they stay on Earth."""
    if not deviation_km:
        return points
    moved = torch.randn(points.shape, generator=chance).to(points.device) * (deviation_km / KM_A_DEGREE)
    widened = torch.cos(torch.deg2rad(points[:, 0].clamp(-NEAREST_POLE_DEG, NEAREST_POLE_DEG)))
    lat = (points[:, 0] + moved[:, 0]).clamp(-90.0, 90.0)
    lng = torch.remainder(points[:, 1] + moved[:, 1] / widened + 180.0, 360.0) - 180.0
    return torch.stack([lat, lng], dim=1)


def fit(
    model: GeoClip, embeddings: NDArray[Any], rows: NDArray[np.int64], points: NDArray[np.float64], recipe: Recipe,
    validate: Validate, folder: Path, belongs_to: Mapping[str, Any],
) -> list[dict[str, float]]:  # fmt: skip
    """Train `model` in place to the epoch of the best validation score, then make it take raw embeddings.

    Args:
        model: with random weights.
        embeddings: (M, D) of the whole manifest; may be a memory map.
        rows: (N,) which of them, rising.
        points: (N, 2) degrees, where each was seen.
        recipe: how.
        validate: figures of a model that takes raw embeddings.
        folder: where the state is kept after each epoch; a training that was stopped goes on from there.
        belongs_to: what such a state must have been begun with.

    Returns:
        The figures of each epoch, first to last.

    Raises:
        ConfigError: losses that are no numbers.
        ArtifactError: `folder` holds the state of another training, or a broken one.
    """
    device = best_device()
    sample = Sample(embeddings, rows, lambda which: {})
    standard = Standard.of(sample)
    first = np.random.default_rng([recipe.seed, 0]).integers(0, len(rows), recipe.queue)
    trainee = Trainee(model, points[first]).to(device)
    optimisers = Optimisers(trainee.named_parameters(), "adamw", recipe.lr, recipe.weight_decay)
    known = torch.from_numpy(points).float().to(device)
    history: list[dict[str, float]] = []
    if (state := read_notes(folder)) is not None:
        check_belongs(folder, state, belongs_to)
        load_state(folder, state, trainee, optimisers)
        history = list(state.notes["history"])
    journal = Journal(None, is_main=True)
    if history:
        journal.say(f"going on after epoch {len(history)}")
    try:
        while len(history) < recipe.epochs and len(history) - _best(history) < recipe.patience:
            loss = _epoch(trainee, sample, standard, known, recipe, optimisers, len(history) + 1, journal)
            raw = _raw(model, standard)
            figures = {"loss": loss, **validate(raw)}
            history.append(figures)
            kept = _best(history) == len(history)
            if kept:
                with whole(folder / BEST) as temporary:
                    save_file({name: t.cpu().contiguous() for name, t in raw.state_dict().items()}, temporary)
            save_state(folder, len(history), trainee, optimisers, belongs_to, {"history": history})
            told = ", ".join(f"{name} {value:,.3f}" if value < 100 else f"{name} {value:,.0f}"
                             for name, value in figures.items())  # fmt: skip
            journal.say(f"epoch {len(history)}: {told}{' (best so far)' if kept else ''}")
    finally:
        journal.close()
    try:
        model.cpu().load_state_dict(load_file(folder / BEST))
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ArtifactError(f"{folder / BEST} holds no weights of this training ({reason}); remove {folder} to start "
                            "anew.") from error  # fmt: skip
    model.eval()
    return history


def _best(history: list[dict[str, float]]) -> int:
    """The epoch, from 1, of the best validation score; 0 before the first."""
    scores = [figures["mean_score"] for figures in history]
    return scores.index(max(scores)) + 1 if scores else 0


def _epoch(
    trainee: Trainee, sample: Sample, standard: Standard, known: torch.Tensor, recipe: Recipe, optimisers: Optimisers,
    epoch: int, journal: Journal,
) -> float:  # fmt: skip
    """Every place once, but for a last batch that is not full; the mean loss."""
    trainee.train()
    order = np.random.default_rng([recipe.seed, epoch]).permutation(len(sample))
    chance = torch.Generator().manual_seed(1_000_003 * recipe.seed + epoch)
    steps = max(1, len(order) // recipe.batch)
    optimisers.set_factor(recipe.decay ** (epoch - 1))
    losses = []
    for step in range(steps):
        which = order[step * recipe.batch : (step + 1) * recipe.batch]
        pictures = standard.read(sample, which).to(known.device)
        loss = trainee.loss(pictures, known[torch.from_numpy(which).to(known.device)], recipe, chance)
        optimisers.zero_grad()
        loss.backward()
        optimisers.step()
        losses.append(loss.detach())
        journal.progress((epoch - 1 + (step + 1) / steps) / recipe.epochs, f"epoch {epoch}")
    mean = float(torch.stack(losses).mean())
    if not math.isfinite(mean):
        raise ConfigError(f"the loss was no finite number in epoch {epoch}; give a smaller --lr.")
    return mean


def _raw(model: GeoClip, standard: Standard) -> GeoClip:
    """A copy, on the same device, that takes raw embeddings."""
    copy = GeoClip(model.shape)
    copy.load_state_dict({name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()})
    copy.fold_standardisation(standard.mean, standard.deviation)
    return copy.to(model.log_scale.device).eval()
