"""What a head says of places that it was not trained on, where all others must not be spared: by folds. Knows no file.

Of few places a validation split holds too few to choose anything by. So the cells' head is trained again, once for each
fold of the training places without it, and what each of them says of its fold is what a choice may be made by.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.geocells.table import Geocells
from model.networks.head import MultiTaskHead
from model.networks.head_training import Sample, fit
from model.networks.losses import TaskWeights, smoothed_targets

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
FOLDS = 5
ENOUGH = 300  # validation places that a choice may be made on: the mean score of fewer errs by a hundred points


def folds_of(places: int, seed: int = 0) -> NDArray[np.int64]:
    """The fold of each of N places, (N,): by chance, equally large."""
    return np.random.default_rng(seed).permutation(places) % min(FOLDS, places)


def out_of_fold(
    cells: Geocells, training: tuple[NDArray[Any], Numbers], stopping: tuple[NDArray[Any], Numbers],
    folds: NDArray[np.int64], settings: Mapping[str, Any], tau_km: float, done: Callable[[], None] = lambda: None,
) -> Floats:  # fmt: skip
    """Logits (N, C) of training places, each by a head of the same settings that was not trained on its fold.

    Args:
        cells: the table of C cells.
        training: embeddings (N, D) and points (N, 2).
        stopping: those of the places that say when a training ends, as they do for the head itself.
        folds: (N,) as of `folds_of`.
        settings: of the head: reference, normalise, hidden, epochs, patience, batch, lr, weight_decay, seed.
        tau_km: the smoothing in force.
        done: called after each fold.
    """
    embeddings, points = training

    def sample(seen: NDArray[Any], where: Numbers) -> Sample:
        table = smoothed_targets(where, cells.centroids, tau_km, settings["reference"], cells.assign(where),
                                 settings["normalise"])  # fmt: skip
        return Sample(seen, np.arange(len(where)), lambda which: {"cells": table[which]})

    said = np.empty((len(points), len(cells)), np.float32)
    names = ("epochs", "patience", "batch", "lr", "weight_decay", "seed")
    stop = sample(*stopping)
    for fold in np.unique(folds):
        own = folds == fold
        torch.manual_seed(settings["seed"])
        head = MultiTaskHead(embeddings.shape[1], len(cells), hidden=settings["hidden"])
        fit(head, sample(embeddings[~own], points[~own]), stop, TaskWeights(),
            **{name: settings[name] for name in names})  # fmt: skip
        said[own] = head.logits(embeddings[own])
        done()
    return said
