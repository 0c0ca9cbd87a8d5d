"""Losses of the head: haversine-smoothed geocells, and the weighted sum over all tasks. Knows no file, no optimiser.

Source: PIGEON (arXiv 2307.05845), sections 3.2 and 3.3; `reference="nearest"` is what its public code does instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn import functional as F

from model.data.attributes import UNKNOWN
from model.errors import ConfigError
from model.geo.distance import EARTH_RADIUS_KM, to_unit

Reference = Literal["cell", "nearest"]
MOST = 1000.0  # a row of targets above this drowns whole batches; cells made for their points stay under 100


def smoothed_targets(
    truth: ArrayLike,
    centroids: ArrayLike,
    tau_km: float,
    reference: Reference = "cell",
    true_cell: ArrayLike | None = None,
    normalise: bool = True,
) -> torch.Tensor:
    """Targets y[n, i] = exp(−(Hav(gᵢ, xₙ) − Hav(ref, xₙ)) / tau) -> (N, C) float32.

    Args:
        truth: (N, 2) degrees, where each sample was seen.
        centroids: (C, 2) degrees, the representatives of the cells.
        tau_km: how far a near miss still counts (75 km for PIGEON, 65 km for PIGEOTTO); 0 gives one-hot targets.
        reference: "cell", the centroid of the true cell (paper; a nearer centroid then gets more than 1), or
            "nearest", the centroid nearest to the truth (public code; never more than 1).
        true_cell: (N,) index of each sample's own cell; "cell" and `tau_km` = 0 need it.
        normalise: divide each row by its sum, so that every place counts the same; the reference then makes no
            difference. The paper does not: its dense regions weigh more (a row sums to 1 … 35 on its cells).

    Raises:
        ConfigError: a negative tau, no `true_cell` where one is needed, or rows that explode: in cells whose own
            representative is far from the nearest (rectangles), unnormalised rows sum to 1e8 and more, and the few
            places that have them would be all that is learned.
    """
    if not tau_km >= 0:
        raise ConfigError(f"tau_km must be 0 (one-hot) or more, found {tau_km}.")
    if true_cell is None and ((reference == "cell" and not normalise) or tau_km == 0):
        raise ConfigError('smoothed_targets needs true_cell for reference="cell" and for tau_km=0.')
    own = None if true_cell is None else torch.from_numpy(np.asarray(true_cell, np.int64))[:, None]  # (N, 1)
    if tau_km == 0:
        n = len(np.asarray(truth))
        return torch.zeros(n, len(np.asarray(centroids))).scatter_(1, own, 1.0)  # type: ignore[arg-type]
    distance = _distance_km(truth, centroids)  # (N, C)
    at_reference = distance.amin(dim=1, keepdim=True)  # the largest exponent is then 0: nothing overflows
    targets = torch.exp((at_reference - distance) / tau_km)
    if normalise:
        targets /= targets.sum(dim=1, keepdim=True)
    elif reference == "cell":
        own_km = distance.gather(1, own)  # type: ignore[arg-type]  # checked above
        targets *= torch.exp((own_km - at_reference) / tau_km)
        most = float(targets.sum(dim=1).max()) if len(targets) else 0.0
        if not most <= MOST:
            raise ConfigError(
                f"looked for smoothed targets that sum to at most {MOST:,.0f} in a place, found {most:.0e}: its own "
                "cell's representative is much farther than another's, and it would drown all other places. Leave "
                "the targets normalised, or take the nearest representative as reference."
            )
    return targets.float()


def _distance_km(truth: ArrayLike, centroids: ArrayLike) -> torch.Tensor:
    """Great-circle distances (N, C), good to decimetres: the sphere's chord is one product of matrices."""
    a, b = (torch.from_numpy(to_unit(np.asarray(points, np.float64))) for points in (truth, centroids))
    return torch.arccos((a @ b.T).clamp_(-1.0, 1.0)).mul_(EARTH_RADIUS_KM)


def smoothed_cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """−mean over samples of Σᵢ y[n, i] · log softmax(z)[n, i]; (N, C), (N, C) -> scalar."""
    return -(targets * torch.log_softmax(logits, dim=-1)).sum(dim=-1).mean()


def known_cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over the samples whose label (N,) is not UNKNOWN; 0, with gradient 0, where none is."""
    total = F.cross_entropy(logits, labels, ignore_index=UNKNOWN, reduction="sum")
    return total / (labels != UNKNOWN).sum().clamp(min=1)


def known_squared_error(predicted: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean squared error over the finite entries of `targets` (N, R); 0, with gradient 0, where none is."""
    known = torch.isfinite(targets)
    error = (predicted - torch.nan_to_num(targets)) * known
    return error.square().sum() / known.sum().clamp(min=1)


@dataclass(frozen=True)
class TaskWeights:
    """How much each task of a head counts; 0 leaves it out. The paper's, and ours for what it does not learn."""

    cells: float = field(default=1.0, metadata={"help": "geocells"})
    country: float = field(default=1.0, metadata={"help": "country (ours)"})
    koppen: float = field(default=2.0, metadata={"help": "climate zone"})
    driving_side: float = field(default=0.5, metadata={"help": "driving side (ours)"})
    month: float = field(default=1.0, metadata={"help": "month"})
    regressions: float = field(default=8.0, metadata={"help": "mean squared error of the standardised regressions"})

    def __post_init__(self) -> None:
        if not self.cells > 0 or not all(getattr(self, item.name) >= 0 for item in fields(self)):
            raise ConfigError(f"weights of tasks are 0 or more, and that of the cells above 0, found {self}.")

    @property
    def left_out(self) -> set[str]:
        """Tasks of weight 0."""
        return {item.name for item in fields(self) if getattr(self, item.name) == 0}


def multi_task_loss(
    outputs: Mapping[str, torch.Tensor], targets: Mapping[str, torch.Tensor], weights: TaskWeights
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The weighted sum over the tasks, and every part of it, unweighted and detached.

    Args:
        outputs: by task, as a head gives them: logits (N, ·), and "regressions" (N, R) standardised.
        targets: "cells" (N, C) smoothed, "regressions" (N, R) with NaN where unknown, labels (N,) for the rest; a task
            without targets counts nothing.
        weights: L = cells + 2·climate + month + 8·regressions in the paper.
    """
    losses = {}
    for name, target in targets.items():
        out = outputs[name].float()
        if name == "cells":
            losses[name] = smoothed_cross_entropy(out, target)
        elif name == "regressions":
            losses[name] = known_squared_error(out, target)
        else:
            losses[name] = known_cross_entropy(out, target)
    total = torch.stack([getattr(weights, name) * loss for name, loss in losses.items()]).sum()
    return total, {name: loss.detach() for name, loss in losses.items()}
