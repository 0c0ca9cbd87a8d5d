"""Multi-task contrastive pretraining: captions for each view; geocells, attributes and clues for each place.

Source: PIGEON (arXiv 2307.05845): symmetric InfoNCE on synthetic captions (section 3.1), haversine-smoothed geocells
(3.2) and heads for what else is known of a place (3.3). Visible clues and class maps are ours, in the same spirit. The
heads live here and in training states only; what is kept is the hub model `PretrainingModel.hub`. Knows no files.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from model.data.attributes import UNKNOWN
from model.data.clues import ClueSpace
from model.networks.clue_tasks import ClueHead
from model.networks.dense import MapHead
from model.networks.encoder import image_features, pool, vision_tower
from model.networks.gather import gather_rows
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
    clues: float = 2.0
    maps: float = 0.5


@dataclass
class Batch:
    """N places, V views: what one step sees."""

    pixels: torch.Tensor  # (N, V, 3, H, W) normalised
    tokens: Any  # of the M captions of this step: input_ids and attention_mask (M, T)
    captioned: torch.Tensor  # (M,) which of the N·V views each caption belongs to
    cells: torch.Tensor | None = None  # (N, C) smoothed targets
    labels: dict[str, torch.Tensor] | None = None  # (N,) each
    regressions: torch.Tensor | None = None  # (N, R), NaN where unknown
    clues: torch.Tensor | None = None  # (N, K) as `ClueTable.targets` gives them, NaN where no pixel shows it
    maps: torch.Tensor | None = None  # (N, V, h, w) uint8 classes, NO_CLASS where unknown


def info_nce(
    images: torch.Tensor, texts: torch.Tensor, logit_scale: torch.Tensor, gather: bool = False
) -> torch.Tensor:
    """Symmetric cross-entropy of matching pairs, (M, P) and (M, P) of any length -> scalar.

    With `gather`, which all processes must then ask for together, the negatives of all of them count, and each row gets
    the gradient of what it is to the others: see `gather_rows`.
    """
    images, texts = F.normalize(images.float(), dim=-1), F.normalize(texts.float(), dim=-1)
    all_images, offset = gather_rows(images) if gather else (images, 0)
    all_texts = gather_rows(texts)[0] if gather else texts
    scale = logit_scale.float().clamp(max=MAX_LOGIT_SCALE).exp()
    target = torch.arange(len(images), device=images.device) + offset
    with torch.autocast(images.device.type, enabled=False):  # in bfloat16 a logit of 50 is known to a quarter
        by_image = F.cross_entropy(scale * images @ all_texts.T, target)
        by_text = F.cross_entropy(scale * texts @ all_images.T, target)
    return (by_image + by_text) / 2.0


class PretrainingModel(nn.Module):
    """The hub model with a head for each extra task: on the mean over the views, of maps on each view's features.

    Args:
        hub: a two-tower model in the hub's layout.
        dim: D of its last hidden state.
        n_cells: geocells, 0 without.
        classes: class attributes and how many classes each has.
        n_regressions: standardised attributes.
        clues: the clue tasks of `ClueTable.space`, None without.
        n_map_classes: classes of the maps, 0 without.
    """

    def __init__(
        self,
        hub: Any,
        dim: int,
        n_cells: int,
        classes: dict[str, int],
        n_regressions: int,
        clues: ClueSpace | None = None,
        n_map_classes: int = 0,
    ):
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
        self.clue_head = ClueHead(dim, clues) if clues is not None and clues.n_outputs else None
        self.map_head = MapHead(dim, n_map_classes) if n_map_classes else None

    def embed(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, Any]:
        """(N, V, 3, H, W) -> places (N, D), views (N·V, D) and the tower's own output."""
        n, v = pixels.shape[:2]
        flat = pixels.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        seen = vision_tower(self.hub)(pixel_values=flat)
        views = pool(seen.last_hidden_state)
        return views.reshape(n, v, -1).mean(dim=1), views, seen

    def predict(self, places: torch.Tensor) -> dict[str, torch.Tensor]:
        """Outputs of the heads of geocells and attributes for places (N, D)."""
        standard = self.standardise(places)
        return {name: head(standard) for name, head in self.heads.items()}

    def forward(self, batch: Batch, weights: LossWeights) -> tuple[torch.Tensor, dict[str, torch.Tensor], torch.Tensor]:
        """The weighted loss of a batch; each part of it, unweighted; the places (N, D). The last two are detached.

        Every head has a gradient in every step, be it zero, because processes that train together wait for it; a task
        of weight 0 has none, nor has the text tower without captions.
        """
        places, _, seen = self.embed(batch.pixels)
        losses: dict[str, torch.Tensor] = {}
        if weights.captions > 0:
            images = image_features(self.hub, seen)[batch.captioned]
            texts = self.hub.get_text_features(**batch.tokens).pooler_output
            losses["captions"] = info_nce(images, texts, self.hub.logit_scale, gather=True)
        standard = self.standardise(places)
        outputs = {name: head(standard) for name, head in self.heads.items() if getattr(weights, name) > 0}
        silent = sum((output.sum() * 0.0 for output in outputs.values()), places.new_zeros(()))
        if batch.cells is not None and "cells" in outputs:
            losses["cells"] = smoothed_cross_entropy(outputs["cells"].float(), batch.cells)
        for name, target in (batch.labels or {}).items():
            if name in outputs and (target != UNKNOWN).any():
                losses[name] = F.cross_entropy(outputs[name].float(), target, ignore_index=UNKNOWN)
        if batch.regressions is not None and "regressions" in outputs:
            known = torch.isfinite(batch.regressions)
            error = outputs["regressions"].float() - torch.nan_to_num(batch.regressions)
            losses["regressions"] = (error.square() * known).sum() / known.sum().clamp(min=1)
        if self.clue_head is not None and batch.clues is not None and weights.clues > 0:
            losses["clues"] = self.clue_head.loss(standard, batch.clues)
        if self.map_head is not None and batch.maps is not None and weights.maps > 0:
            losses["maps"] = self.map_head.loss(seen.last_hidden_state, batch.maps.flatten(0, 1))
        total = silent + sum(getattr(weights, name) * loss for name, loss in losses.items())
        return total, {name: loss.detach() for name, loss in losses.items()}, places.detach()
