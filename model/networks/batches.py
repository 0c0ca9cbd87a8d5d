"""Decoded steps into tensors: views augmented and normalised, captions as tokens, labels and smoothed geocells.

Knows no files, no clock and no optimiser.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch

from model.data.attributes import AttributeSpace
from model.data.training_batches import CaptionSource
from model.geocells.table import Geocells
from model.networks.augment import augment
from model.networks.contrastive import Batch
from model.networks.encoder import tokenize
from model.networks.loading import RawStep
from model.networks.losses import smoothed_targets


class BatchMaker:
    """All that a step needs beside its pictures: labels and how the network reads them."""

    def __init__(
        self,
        frame: pd.DataFrame,
        tokenizer: Any,
        space: AttributeSpace,
        cells: Geocells | None,
        tau_km: float,
        mean: tuple[float, ...],
        std: tuple[float, ...],
        device: torch.device,
    ):
        self.tokenizer, self.cells, self.tau_km, self.device = tokenizer, cells, tau_km, device
        self.mean, self.std = torch.tensor(mean) * 255.0, torch.tensor(std) * 255.0
        self.labels = {name: torch.from_numpy(values) for name, values in space.labels(frame).items()}
        self.regressions = torch.from_numpy(space.targets(frame))
        self.points = frame[["lat", "lng"]].to_numpy(np.float64)
        self.own_cell = cells.assign(self.points) if cells else None

    def batch(self, raw: RawStep, seed: int, side: int | None = None) -> Batch:
        """The tensors of a step on the device; `side` shrinks the views first."""
        rows, (n, v) = raw.rows, raw.views.shape[:2]
        pixels = augment(raw.views.flatten(0, 1), seed, self.mean, self.std).permute(
            0, 3, 1, 2
        )  # channels stay last in memory
        if side:
            pixels = _shrink(pixels, side)
        cells = None
        if self.cells is not None and self.own_cell is not None:
            cells = smoothed_targets(
                self.points[rows], self.cells.centroids, self.tau_km, true_cell=self.own_cell[rows], normalise=True
            ).to(self.device)
        return Batch(
            pixels=pixels.reshape(n, v, *pixels.shape[1:]).to(self.device),
            tokens=tokenize(self.tokenizer, raw.captions).to(self.device),
            captioned=torch.from_numpy(raw.captioned).to(self.device),
            cells=cells,
            labels={name: values[rows].to(self.device) for name, values in self.labels.items()},
            regressions=self.regressions[rows].to(self.device) if self.regressions.shape[1] else None,
        )

    def normalise(self, views: torch.Tensor) -> torch.Tensor:
        """(B, H, W, 3) in 0 … 255 -> (B, 3, H, W) as the network reads it; channels stay last in memory."""
        return ((views.float() - self.mean) / self.std).permute(0, 3, 1, 2)

    def in_order(self, views: Any, side: int | None, size: int = 64) -> Iterator[torch.Tensor]:
        """Views (N, V, H, W, 3) as they are, shrunk to `side`, `size` places at a time -> (n, V, 3, H, W)."""
        for start in range(0, len(views), size):
            raw = torch.from_numpy(np.array(views[start : start + size]))  # (n, V, H, W, 3)
            pixels = self.normalise(raw.flatten(0, 1))
            if side:
                pixels = _shrink(pixels, side)
            yield pixels.reshape(*raw.shape[:2], *pixels.shape[1:]).to(self.device)

    def first_captions(self, source: CaptionSource, seed: int) -> Any:
        """Tokens of one caption of the first view of every row of a source."""
        rng = np.random.default_rng(seed)
        captions = [source.caption(row, 0, rng) for row in range(len(source))]
        return tokenize(self.tokenizer, captions).to(self.device)


def _shrink(pixels: torch.Tensor, side: int) -> torch.Tensor:
    return torch.nn.functional.interpolate(pixels, (side, side), mode="bilinear", antialias=True)
