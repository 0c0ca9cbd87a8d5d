"""Raw steps into tensors: views augmented and normalised, captions as tokens, labels and smoothed geocells.

Knows no files, no clock and no optimiser.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from model.data.attributes import AttributeSpace
from model.data.caption_source import CaptionSource
from model.data.clues import ClueTable
from model.geocells.table import Geocells
from model.networks.augment import augment, photo_views, shift_maps
from model.networks.contrastive import Batch
from model.networks.encoder import tokenize
from model.networks.loading import RawStep
from model.networks.losses import smoothed_targets

PHOTO_SEED = 0  # of the single views that validation looks at: the same ones each time


class BatchMaker:
    """All that a step needs beside its pictures: labels, and how the network reads views and captions.

    Args:
        frame: the training rows.
        tokenizer: of the captions.
        space: classes and regressions.
        cells: geocells or None.
        tau_km: of their smoothing.
        mean, std: (3,) of the normalisation, on the scale 0 … 1.
        device: where batches go.
        clues: targets of the same rows, or None.
        photo: one photograph is cut out of the views of each place (PIGEOTTO).
    """

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
        clues: ClueTable | None = None,
        photo: bool = False,
    ):
        self.tokenizer, self.cells, self.tau_km, self.device = tokenizer, cells, tau_km, device
        self.clues, self.photo = clues, photo
        self.mean, self.std = torch.tensor(mean) * 255.0, torch.tensor(std) * 255.0
        self.labels = {name: torch.from_numpy(values) for name, values in space.labels(frame).items()}
        self.regressions = torch.from_numpy(space.targets(frame))
        self.points = frame[["lat", "lng"]].to_numpy(np.float64)
        self.own_cell = cells.assign(self.points) if cells else None

    def batch(self, raw: RawStep, seed: int, side: int | None = None) -> Batch:
        """The tensors of a raw step on the device; `side` shrinks the views first, `seed` is of the augmentation.

        A maker of photographs cuts one out of each place's views; a caption of any of these is then the photograph's,
        and maps are left out.
        """
        rows, captioned, maps = raw.rows, torch.from_numpy(np.asarray(raw.captioned)), raw.maps
        if self.photo:
            captioned, maps = captioned // raw.views.shape[1], None
            views = photo_views(raw.views, seed)
            pixels = self.normalise(views.flatten(0, 1))
        else:
            views = raw.views
            pixels = augment(views.flatten(0, 1), seed, self.mean, self.std).permute(0, 3, 1, 2)  # channels stay last
            maps = None if maps is None else shift_maps(maps, seed)
        if side:
            pixels = _shrink(pixels, side)
        cells = None
        if self.cells is not None and self.own_cell is not None:
            cells = smoothed_targets(
                self.points[rows], self.cells.centroids, self.tau_km, true_cell=self.own_cell[rows], normalise=True
            ).to(self.device)
        return Batch(
            pixels=pixels.reshape(*views.shape[:2], *pixels.shape[1:]).to(self.device),
            tokens=tokenize(self.tokenizer, raw.captions).to(self.device),
            captioned=captioned.to(self.device),
            cells=cells,
            labels={name: values[rows].to(self.device) for name, values in self.labels.items()},
            regressions=self.regressions[rows].to(self.device) if self.regressions.shape[1] else None,
            clues=None if self.clues is None else torch.from_numpy(self.clues.targets(rows)).to(self.device),
            maps=None if maps is None else maps.to(self.device),
        )

    def normalise(self, views: torch.Tensor) -> torch.Tensor:
        """(B, H, W, 3) in 0 … 255 -> (B, 3, H, W) as the network reads it; channels stay last in memory."""
        return ((views.float() - self.mean) / self.std).permute(0, 3, 1, 2)

    def look(self, views: torch.Tensor, side: int | None = None) -> torch.Tensor:
        """Views (n, V, H, W, 3) uint8 as they are, shrunk to `side` -> (n, V, 3, H, W) on the device; one photograph of
        each place, always the same, where this is a maker of photographs."""
        if self.photo and views.shape[1] > 1:
            views = photo_views(views, PHOTO_SEED, jitter=False)
        pixels = self.normalise(views.flatten(0, 1))
        if side:
            pixels = _shrink(pixels, side)
        return pixels.reshape(*views.shape[:2], *pixels.shape[1:]).to(self.device)

    def in_order(
        self, views: NDArray[np.uint8] | Iterable[torch.Tensor], side: int | None, size: int = 64
    ) -> Iterator[torch.Tensor]:
        """`look` at all views: an array (N, V, H, W, 3), `size` places at a time, or batches as a loader gives them."""
        if isinstance(views, np.ndarray):
            parts: Iterable[torch.Tensor] = (
                torch.from_numpy(np.array(part)) for part in np.array_split(views, range(size, len(views), size))
            )
        else:
            parts = views
        for batch in parts:
            yield self.look(batch, side)

    def first_captions(self, source: CaptionSource, seed: int) -> Any:
        """Tokens of one caption of the first view of every row of a source."""
        rows = np.arange(len(source))
        return tokenize(self.tokenizer, source.captions(rows, np.zeros_like(rows), seed, 0)).to(self.device)

    def tokens(self, texts: list[str]) -> Any:
        """Sentences as the text tower reads them, on the device."""
        return tokenize(self.tokenizer, texts).to(self.device)


def _shrink(pixels: torch.Tensor, side: int) -> torch.Tensor:
    return torch.nn.functional.interpolate(pixels, (side, side), mode="bilinear", antialias=True)
