"""Losses of the geocell head: haversine-smoothed targets and their cross-entropy. Knows no file and no optimiser.

Source: PIGEON (arXiv 2307.05845), section 3.2; `reference="nearest"` is what its public code does instead.
"""

from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike

from model.errors import ConfigError
from model.geo.distance import haversine_km

MAX_EXPONENT = 60.0  # e^60 is finite in float32 with room for sums; reached only by cells 60 tau wide


def smoothed_targets(
    truth: ArrayLike,
    centroids: ArrayLike,
    tau_km: float,
    reference: Literal["cell", "nearest"] = "cell",
    true_cell: ArrayLike | None = None,
    normalise: bool = False,
) -> torch.Tensor:
    """Targets y[n, i] = exp(−(Hav(gᵢ, xₙ) − Hav(ref, xₙ)) / tau) -> (N, C) float32.

    Args:
        truth: (N, 2) degrees, where each sample was seen.
        centroids: (C, 2) degrees, the representatives of the cells.
        tau_km: how far a near miss still counts (75 km for PIGEON, 65 km for PIGEOTTO); 0 gives one-hot targets.
        reference: "cell", the centroid of the true cell (paper; a nearer centroid then gets more than 1), or
            "nearest", the centroid nearest to the truth (public code; never more than 1).
        true_cell: (N,) index of each sample's own cell; "cell" and `tau_km` = 0 need it.
        normalise: divide each row by its sum. Off by default, as in the paper: dense regions weigh more.

    Raises:
        ConfigError: a negative tau, or no `true_cell` where one is needed.
    """
    if not tau_km >= 0:
        raise ConfigError(f"tau_km must be 0 (one-hot) or more, found {tau_km}.")
    if true_cell is None and (reference == "cell" or tau_km == 0):
        raise ConfigError('smoothed_targets needs true_cell for reference="cell" and for tau_km=0.')
    points, cells = np.asarray(truth, np.float64), np.asarray(centroids, np.float64)
    own = None if true_cell is None else np.asarray(true_cell, np.int64)[:, None]  # (N, 1)
    if tau_km == 0:
        one_hot = np.zeros((len(points), len(cells)), np.float32)
        np.put_along_axis(one_hot, own, 1.0, axis=1)  # type: ignore[arg-type]  # checked above
        return torch.from_numpy(one_hot)
    distance = haversine_km(points[:, None, :], cells[None, :, :])  # (N, C)
    if reference == "cell":
        at_reference = np.take_along_axis(distance, own, axis=1)  # type: ignore[arg-type]  # checked above
    else:
        at_reference = distance.min(axis=1, keepdims=True)
    exponent = (at_reference - distance) / tau_km
    if normalise:  # the largest exponent is subtracted first, so nothing overflows whatever the reference
        exponent -= exponent.max(axis=1, keepdims=True)
    targets = np.exp(np.minimum(exponent, MAX_EXPONENT))
    if normalise:
        targets /= targets.sum(axis=1, keepdims=True)
    return torch.from_numpy(targets.astype(np.float32))


def smoothed_cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """−mean over samples of Σᵢ y[n, i] · log softmax(z)[n, i]; (N, C), (N, C) -> scalar."""
    return -(targets * torch.log_softmax(logits, dim=-1)).sum(dim=-1).mean()
