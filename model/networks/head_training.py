"""Training a head on stored embeddings, whatever their number: batches, steps, the epoch to keep. Knows no command.

Embeddings stay where they are (an array on disk is read in pieces); what is held in memory is bounded. The order of
places is drawn once an epoch: of all places where they are held, else of blocks of neighbours in the file.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from model.errors import ConfigError
from model.networks.encoder import best_device
from model.networks.head import EmbeddingHead, MultiTaskHead
from model.networks.losses import TaskWeights, multi_task_loss

Tensors = Mapping[str, torch.Tensor]
Loss = Callable[[Tensors, Tensors], torch.Tensor]
HELD = 250_000_000  # numbers (1 GB) of a split's embeddings that are held in memory; more are read in pieces
PIECE = 32_000_000  # numbers (128 MB) of such a piece
NEIGHBOURS = 256  # places that lie together in the file and are read together
STILL = 1e-6  # a deviation below this is that of a number that never changes
FALL = 10.0  # by which the rate falls once it leads no further: what then stands in the way is the noise of its steps


@dataclass(frozen=True)
class Sample:
    """The places of one split as a training sees them.

    Attributes:
        embeddings: (M, D) of the whole manifest; may be a memory map.
        rows: (N,) which of them, rising.
        targets: numbers among the N -> what `multi_task_loss` compares the outputs with.
    """

    embeddings: NDArray[Any]
    rows: NDArray[np.int64]
    targets: Callable[[NDArray[np.int64]], Mapping[str, torch.Tensor]]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Standard:
    """Mean and deviation of every number of the training embeddings, (D,) each."""

    mean: torch.Tensor
    deviation: torch.Tensor

    @classmethod
    def of(cls, sample: Sample) -> "Standard":
        """Two sums over pieces, about the first place's numbers so that nothing cancels.

        A number that never changes is left as it is: over a deviation of nearly 0, its first change anywhere else would
        drown all that was learned.
        """
        n, dim = len(sample), sample.embeddings.shape[1]
        about, total, squares = (
            np.asarray(sample.embeddings[sample.rows[:1]], np.float64)[0],
            np.zeros(dim),
            np.zeros(dim),
        )
        for piece in _pieces(n, dim // 8 + 1):
            values = np.asarray(sample.embeddings[sample.rows[piece]], np.float64)
            values -= about
            total += values.sum(axis=0)
            squares += np.einsum("nd,nd->d", values, values)
        mean = total / n
        deviation = np.sqrt(np.maximum(squares / n - mean**2, 0.0))
        deviation[deviation < STILL] = 1.0
        return cls(torch.from_numpy(mean + about).float(), torch.from_numpy(deviation).float())

    def read(self, sample: Sample, which: NDArray[np.int64]) -> torch.Tensor:
        """Standardised embeddings of places of a sample, (len(which), D), read in the order of the file."""
        order = np.argsort(which, kind="stable")
        values = torch.empty(len(which), sample.embeddings.shape[1])
        values[order] = torch.from_numpy(np.array(sample.embeddings[sample.rows[which[order]]], np.float32))
        return values.sub_(self.mean).div_(self.deviation)


def fit(
    head: MultiTaskHead, train: Sample, validation: Sample, weights: TaskWeights, *,
    epochs: int, patience: int, batch: int, lr: float, weight_decay: float, seed: int,
) -> tuple[int, int]:  # fmt: skip
    """Train `head` in place to the epoch of the least validation loss of the cells alone: the other tasks help these.

    As `descend`.
    """

    def whole(outputs: Tensors, targets: Tensors) -> torch.Tensor:
        return multi_task_loss(outputs, targets, weights)[0]

    def of_cells(outputs: Tensors, targets: Tensors) -> torch.Tensor:
        return multi_task_loss(outputs, {"cells": targets["cells"]}, TaskWeights())[0]

    return descend(head, train, validation, whole, of_cells, epochs=epochs, patience=patience, batch=batch, lr=lr,
                   weight_decay=weight_decay, seed=seed)  # fmt: skip


def descend(
    head: EmbeddingHead, train: Sample, validation: Sample, loss_of: Loss, judged_by: Loss, *,
    epochs: int, patience: int, batch: int, lr: float, weight_decay: float, seed: int,
) -> tuple[int, int]:  # fmt: skip
    """Train `head` in place to the epoch of the least validation loss, then make it take raw embeddings.

    AdamW. After `patience` epochs without a better validation loss it goes on from the best one with a tenth of the
    rate, and after as many again the training ends.

    Args:
        head: what is trained.
        train, validation: the places.
        loss_of: outputs and targets of a batch -> the mean that is made small on `train`.
        judged_by: the mean on `validation` that chooses the epoch.
        epochs, patience, batch, lr, weight_decay, seed: as the commands say them.

    Returns:
        The number of epochs run, and the one that was kept.

    Raises:
        ConfigError: nothing but losses that are no numbers.
    """
    device = best_device()
    head.to(device)
    standard = Standard.of(train)
    seen, checked = _Reader(train, standard), _Reader(validation, standard)
    optimiser = torch.optim.AdamW(head.parameters(), lr=lr, weight_decay=weight_decay)
    order = np.random.default_rng(seed)
    best, best_state, kept, epoch = float("inf"), copy.deepcopy(head.state_dict()), 0, 0
    better, fallen = 0, False  # the epoch of the last progress or of the rate's fall
    columns = (TextColumn("training the head"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    steps = -(-len(train) // batch)
    with Progress(*columns, TimeRemainingColumn(), transient=True) as progress:
        task = progress.add_task("", total=epochs * steps)
        while epoch < epochs:
            if epoch - better >= patience:
                if fallen:
                    break
                better, fallen = epoch, True
                head.load_state_dict(best_state)
                optimiser = torch.optim.AdamW(head.parameters(), lr=lr / FALL, weight_decay=weight_decay)
            epoch += 1
            head.train()
            for which, embeddings in seen.shuffled(batch, order):
                targets = {name: target.to(device) for name, target in train.targets(which).items()}
                loss = loss_of(head(embeddings.to(device)), targets)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                progress.advance(task)
            now = _validation_loss(head, checked, batch, device, judged_by)
            if now < best:
                best, best_state, kept, better = now, copy.deepcopy(head.state_dict()), epoch, epoch
            progress.update(task, description=f"epoch {epoch}: validation loss {now:.4f} (best {best:.4f})")
    if not kept:
        raise ConfigError(f"the validation loss was no finite number in any of {epoch} epochs; give a smaller --lr.")
    head.load_state_dict(best_state)
    head.cpu().eval()
    head.fold_standardisation(standard.mean, standard.deviation)
    return epoch, kept


@torch.inference_mode()
def _validation_loss(
    head: EmbeddingHead, reader: "_Reader", batch: int, device: torch.device, judged_by: Loss
) -> float:
    head.eval()
    total = 0.0
    for which, embeddings in reader.in_order(batch):
        targets = {name: target.to(device) for name, target in reader.sample.targets(which).items()}
        total += float(judged_by(head(embeddings.to(device)), targets)) * len(which)
    return total / len(reader.sample)


class _Reader:
    """Batches of a sample: from memory where it is small enough, else in pieces from where it lies."""

    def __init__(self, sample: Sample, standard: Standard) -> None:
        n, dim = len(sample), sample.embeddings.shape[1]
        self.sample, self.standard = sample, standard
        self._held = standard.read(sample, np.arange(n)) if n * dim <= HELD else None

    def shuffled(self, batch: int, order: np.random.Generator) -> Iterator[tuple[NDArray[np.int64], torch.Tensor]]:
        """Every place once: numbers (B,) and standardised embeddings (B, D)."""
        n, together = len(self.sample), 1 if self._held is not None else NEIGHBOURS
        starts = order.permutation(-(-n // together)) * together
        which = (starts[:, None] + np.arange(together)).ravel() if together > 1 else starts
        which = which[which < n]
        for piece in _pieces(n, self.sample.embeddings.shape[1], batch):
            yield from self._batches(order.permutation(which[piece]) if together > 1 else which[piece], batch)

    def in_order(self, batch: int) -> Iterator[tuple[NDArray[np.int64], torch.Tensor]]:
        """Every place once, as they lie."""
        for piece in _pieces(len(self.sample), self.sample.embeddings.shape[1], batch):
            yield from self._batches(np.arange(piece.start, piece.stop), batch)

    def _batches(self, which: NDArray[np.int64], batch: int) -> Iterator[tuple[NDArray[np.int64], torch.Tensor]]:
        values = None if self._held is not None else self.standard.read(self.sample, which)
        for start in range(0, len(which), batch):
            part = which[start : start + batch]
            yield part, values[start : start + batch] if values is not None else self._held[part]  # type: ignore[index]


def _pieces(n: int, dim: int, batch: int = 1) -> Iterator[slice]:
    """Slices of `n` rows of `dim` numbers that fit into memory, whole batches each."""
    step = max(1, PIECE // dim // batch) * batch
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))
