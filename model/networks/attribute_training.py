"""Training heads that say what the ground is like, on stored embeddings. Knows no map, no picture and no command.

The loss is the mean over the attributes of their cross-entropies; a place without a class of an attribute (-1) is left
out of that one. The epoch with the least validation loss is kept, and a temperature for each attribute is fitted there.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch.nn import functional as F

from model.errors import ConfigError
from model.networks.attribute_heads import AttributeHeads
from model.networks.encoder import best_device
from model.networks.head_training import Sample, Standard

Labels = Mapping[str, NDArray[np.int64]]  # (N,) each, -1 for not known
UNKNOWN = -1
TEMPERATURES = np.geomspace(0.25, 4.0, 97)
FLOOR = 1e-12


@dataclass(frozen=True)
class Pace:
    """How long, and in which steps."""

    epochs: int
    patience: int
    batch: int
    lr: float
    weight_decay: float
    seed: int


def thinned(many: NDArray[np.bool_], share: float, seed: int) -> NDArray[np.int64]:
    """Places (M,) of the N to train on: of those that are `many` (N,) every one with a chance `share`, all others."""
    return np.flatnonzero(~many | (np.random.default_rng(seed).random(len(many)) < share))


def loss_of(logits: Mapping[str, torch.Tensor], labels: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """The mean over the attributes of their cross-entropies; 0 where no place has a class of one."""
    parts = []
    for name, out in logits.items():
        total = F.cross_entropy(out.float(), labels[name], ignore_index=UNKNOWN, reduction="sum")
        parts.append(total / (labels[name] != UNKNOWN).sum().clamp(min=1))
    return torch.stack(parts).mean()


def fit_heads(
    heads: AttributeHeads, embeddings: NDArray[Any], rows: Mapping[str, NDArray[np.int64]],
    labels: Mapping[str, Labels], pace: Pace,
) -> tuple[int, int]:  # fmt: skip
    """Train heads in place on embeddings (M, D) of a manifest, then make them take raw ones and fit temperatures.

    `rows` and `labels` have "train" and "validation".

    Returns:
        The number of epochs run, and the one that was kept.

    Raises:
        ConfigError: nothing but losses that are no numbers.
    """
    device = best_device()
    heads.to(device)
    samples = {split: Sample(embeddings, rows[split], lambda _: {}) for split in ("train", "validation")}
    standard = Standard.of(samples["train"])
    optimiser = torch.optim.AdamW(heads.parameters(), lr=pace.lr, weight_decay=pace.weight_decay)
    order = np.random.default_rng(pace.seed)
    best, state, kept, epoch = float("inf"), copy.deepcopy(heads.state_dict()), 0, 0

    def outcome(split: str, which: NDArray[np.int64]) -> torch.Tensor:
        wanted = {name: torch.from_numpy(values[which]).to(device) for name, values in labels[split].items()}
        return loss_of(heads(standard.read(samples[split], which).to(device)), wanted)

    with bar("training the heads") as progress:
        task = progress.add_task("", total=pace.epochs)
        while epoch < pace.epochs and epoch - kept < pace.patience:
            epoch += 1
            heads.train()
            shuffled = order.permutation(len(samples["train"]))
            for start in range(0, len(shuffled), pace.batch):
                loss = outcome("train", shuffled[start : start + pace.batch])
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            heads.eval()
            with torch.inference_mode():
                now = float(outcome("validation", np.arange(len(samples["validation"]))))
            if now < best:
                best, state, kept = now, copy.deepcopy(heads.state_dict()), epoch
            progress.update(task, advance=1, description=f"validation loss {now:.4f} (best {best:.4f})")
    if not kept:
        raise ConfigError(f"the validation loss was no finite number in any of {epoch} epochs; give a smaller --lr.")
    heads.load_state_dict(state)
    heads.cpu().eval()
    heads.fold_standardisation(standard.mean, standard.deviation)
    heads.temperature = fitted_temperatures(heads.logits(embeddings[rows["validation"]]), labels["validation"])
    return epoch, kept


def fitted_temperatures(logits: Mapping[str, NDArray[Any]], labels: Labels) -> dict[str, float]:
    """The divisor of each attribute's logits (N, M) that makes the truth likeliest; 1 where nothing is known."""
    found = {}
    for name, values in logits.items():
        known = labels[name] != UNKNOWN
        if not known.any():
            found[name] = 1.0
            continue
        out, true = torch.from_numpy(values[known]), torch.from_numpy(labels[name][known])
        losses = [float(F.cross_entropy(out / float(t), true)) for t in TEMPERATURES]
        found[name] = float(TEMPERATURES[int(np.argmin(losses))])
    return found


def figures_of(probabilities: Mapping[str, NDArray[Any]], labels: Labels) -> dict[str, Any]:
    """Of each attribute: n, accuracy, the mean over the classes of their recalls, and the cross-entropy in nats."""
    found: dict[str, Any] = {}
    for name, shares in probabilities.items():
        known = labels[name] != UNKNOWN
        true, said = labels[name][known], shares[known]
        if not len(true):
            found[name] = {"n": 0}
            continue
        right = said.argmax(axis=1) == true
        each = [float(right[true == one].mean()) for one in np.unique(true)]
        likely = np.maximum(said[np.arange(len(true)), true], FLOOR)
        found[name] = {"n": len(true), "accuracy": float(right.mean()), "balanced_accuracy": float(np.mean(each)),
                       "cross_entropy": float(-np.log(likely).mean()),
                       "majority": float(np.bincount(true).max() / len(true))}  # fmt: skip
    return found


def bar(title: str) -> Progress:
    """A progress bar that vanishes when all is done."""
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    return Progress(*columns, TimeRemainingColumn(), transient=True)
