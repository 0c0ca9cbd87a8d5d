"""Visible clues learned from the embedding of a place: a small network with one loss for each kind of clue.

Numbers by squared error of the standardised value, yes or no by binary cross-entropy, shares of classes by
cross-entropy with the shares. Each is divided by what the training places' own distribution leaves open, so that 1 is
"nothing learned" for all, and weighed by how much the clue tells of where a place is (`model.data.clues`). A clue that
no pixel shows counts nothing. Knows no files.
"""

import torch
from torch import nn
from torch.nn import functional as F

from model.data.clues import CLASSES, FLAG, NUMBER, ClueSpace

HIDDEN = 256  # 0: a linear head
SMALLEST = 0.05  # nats: a clue that is nearly always the same would otherwise count a hundredfold
NO_LOGIT = -1e4  # of classes that a clue does not have; finite, so that nothing becomes NaN


class ClueHead(nn.Module):
    """All clue tasks of a space on standardised places."""

    def __init__(self, dim: int, space: ClueSpace, hidden: int = HIDDEN):
        super().__init__()
        self.read = nn.Sequential(
            *([nn.Linear(dim, hidden), nn.GELU()] if hidden else []), nn.Linear(hidden or dim, space.n_outputs)
        )
        last = self.read[-1]
        nn.init.normal_(last.weight, std=0.01)  # type: ignore[arg-type]
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.numbers = len(space.of_kind(NUMBER))
        self.flags = len(space.of_kind(FLAG))
        classes = space.of_kind(CLASSES)
        width = max((task.stop - task.start for task in classes), default=0)
        # Which output is which class of which clue; n_outputs stands for a class that is not there.
        slots = torch.full((len(classes), width), space.n_outputs, dtype=torch.long)
        for row, task in zip(slots, classes, strict=True):
            row[: task.stop - task.start] = torch.arange(task.start, task.stop)
        weights = [
            task.weight / (max(task.uncertainty, SMALLEST) if task.kind != NUMBER else 1.0) for task in space.tasks
        ]
        self.slots: torch.Tensor
        self.weights: torch.Tensor
        self.counts: torch.Tensor
        self.register_buffer("slots", slots, persistent=False)
        self.register_buffer(
            "weights", torch.tensor(weights, dtype=torch.float32), persistent=False
        )  # (tasks,) of the losses in nats
        counts = torch.tensor([task.weight for task in space.tasks], dtype=torch.float32)
        self.register_buffer("counts", counts, persistent=False)

    def forward(self, places: torch.Tensor) -> torch.Tensor:
        """Standardised places (N, D) -> (N, K): values, logits of flags, logits of classes."""
        out: torch.Tensor = self.read(places)
        return out

    def loss(self, places: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """How much of the visible clues stays open, about 1 before anything is learned; (N, D), (N, K) -> scalar."""
        out = self(places).float()
        known = torch.isfinite(targets)
        clean = torch.nan_to_num(targets)
        a, b = self.numbers, self.numbers + self.flags
        wrong = [
            (out[:, :a] - clean[:, :a]).square(),
            F.binary_cross_entropy_with_logits(out[:, a:b], clean[:, a:b], reduction="none"),
        ]
        shown = [known[:, :a], known[:, a:b]]
        if len(self.slots):
            logits = F.pad(out, (0, 1), value=NO_LOGIT)[:, self.slots]  # (N, clues, classes)
            shares = F.pad(clean, (0, 1))[:, self.slots]
            wrong.append(-(shares * logits.log_softmax(dim=-1)).sum(dim=-1))
            shown.append(known[:, self.slots[:, 0]])
        errors, seen = torch.cat(wrong, dim=1), torch.cat(shown, dim=1).float()  # (N, tasks)
        total: torch.Tensor = (errors * seen) @ self.weights
        return total.sum() / (seen @ self.counts).sum().clamp(min=1e-6)
