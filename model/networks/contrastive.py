"""Multi-task contrastive pretraining: captions for each view, geocells and attributes for each place.

Source: PIGEON (arXiv 2307.05845): symmetric InfoNCE on synthetic captions (section 3.1), haversine-smoothed geocells
(3.2) and heads for what else is known of a place (3.3). The heads live here and in training states only; what is kept
is the hub model `PretrainingModel.hub`. Knows no files.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from model.data.attributes import UNKNOWN
from model.networks.encoder import image_features, pool, vision_tower
from model.networks.losses import smoothed_cross_entropy

MAX_LOGIT_SCALE = math.log(100.0)  # as in CLIP


@dataclass(frozen=True)
class LossWeights:
    """How much each task counts; a task whose labels are absent counts nothing."""

    captions: float = 0.3
    cells: float = 1.0
    country: float = 0.3
    koppen: float = 0.3
    driving_side: float = 0.1
    month: float = 0.1
    regressions: float = 0.5


@dataclass
class Batch:
    """N places, V views: what one step sees."""

    pixels: torch.Tensor  # (N, V, 3, H, W) normalised
    tokens: Any  # of the M captions of this step: input_ids and attention_mask (M, T)
    captioned: torch.Tensor  # (M,) which of the N·V views each caption belongs to
    cells: torch.Tensor | None = None  # (N, C) smoothed targets
    labels: dict[str, torch.Tensor] | None = None  # (N,) each
    regressions: torch.Tensor | None = None  # (N, R), NaN where unknown


def info_nce(
    images: torch.Tensor, texts: torch.Tensor, logit_scale: torch.Tensor, gather: bool = False
) -> torch.Tensor:
    """Symmetric cross-entropy of matching pairs, (M, P) and (M, P) of any length -> scalar.

    With `gather`, which all processes must then ask for together, the negatives of all of them count; each keeps the
    gradient of its own rows.
    """
    images, texts = F.normalize(images.float(), dim=-1), F.normalize(texts.float(), dim=-1)
    all_images, offset = _gather(images) if gather else (images, 0)
    all_texts = _gather(texts)[0] if gather else texts
    scale = logit_scale.float().clamp(max=MAX_LOGIT_SCALE).exp()
    target = torch.arange(len(images), device=images.device) + offset
    by_image = F.cross_entropy(scale * images @ all_texts.T, target)
    by_text = F.cross_entropy(scale * texts @ all_images.T, target)
    return (by_image + by_text) / 2.0


def _gather(rows: torch.Tensor) -> tuple[torch.Tensor, int]:
    """Rows of all processes in order, and where our own begin."""
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return rows, 0
    rank = torch.distributed.get_rank()
    parts = [torch.empty_like(rows) for _ in range(torch.distributed.get_world_size())]
    torch.distributed.all_gather(parts, rows.detach().contiguous())
    parts[rank] = rows
    return torch.cat(parts), rank * len(rows)


class PretrainingModel(nn.Module):
    """The hub model with a linear head for each extra task on the mean over the views."""

    def __init__(self, hub: Any, dim: int, n_cells: int, classes: dict[str, int], n_regressions: int):
        super().__init__()
        self.hub = hub
        # Without learned scale, so that a head fitted later on standardised embeddings can do the same.
        self.standardise = nn.BatchNorm1d(dim, affine=False, momentum=0.02)
        self.heads = nn.ModuleDict({name: nn.Linear(dim, n) for name, n in classes.items()})
        if n_cells:
            self.heads["cells"] = nn.Linear(dim, n_cells)
        if n_regressions:
            self.heads["regressions"] = nn.Linear(dim, n_regressions)
        for head in self.heads.values():
            nn.init.normal_(head.weight, std=0.01)  # type: ignore[arg-type]
            nn.init.zeros_(head.bias)  # type: ignore[arg-type]

    def embed(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, Any]:
        """(N, V, 3, H, W) -> places (N, D), views (N·V, D) and the tower's own output."""
        n, v = pixels.shape[:2]
        flat = pixels.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        seen = vision_tower(self.hub)(pixel_values=flat)
        views = pool(seen.last_hidden_state)
        return views.reshape(n, v, -1).mean(dim=1), views, seen

    def predict(self, places: torch.Tensor) -> dict[str, torch.Tensor]:
        """Outputs of all heads for places (N, D)."""
        standard = self.standardise(places)
        return {name: head(standard) for name, head in self.heads.items()}

    def forward(self, batch: Batch, weights: LossWeights) -> tuple[torch.Tensor, dict[str, torch.Tensor], torch.Tensor]:
        """The weighted loss of a batch; each part of it, unweighted; the places (N, D). The last two are detached."""
        places, _, seen = self.embed(batch.pixels)
        losses: dict[str, torch.Tensor] = {}
        if weights.captions > 0:
            images = image_features(self.hub, seen)[batch.captioned]
            texts = self.hub.get_text_features(**batch.tokens).pooler_output
            losses["captions"] = info_nce(images, texts, self.hub.logit_scale, gather=True)
        outputs = self.predict(places)
        if batch.cells is not None and "cells" in outputs:
            losses["cells"] = smoothed_cross_entropy(outputs["cells"].float(), batch.cells)
        for name, target in (batch.labels or {}).items():
            if (target != UNKNOWN).any():
                losses[name] = F.cross_entropy(outputs[name].float(), target, ignore_index=UNKNOWN)
        if batch.regressions is not None and "regressions" in outputs:
            known = torch.isfinite(batch.regressions)
            error = outputs["regressions"].float() - torch.nan_to_num(batch.regressions)
            losses["regressions"] = (error.square() * known).sum() / known.sum().clamp(min=1)
        total = places.new_zeros(()) + sum(getattr(weights, name) * loss for name, loss in losses.items())
        return total, {name: loss.detach() for name, loss in losses.items()}, places.detach()
