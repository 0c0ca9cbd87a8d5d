"""What stands where in a view: a small head on the feature map that learns class maps. Knows no files.

The last feature map is coarse (3 x 3 at 96 pixels in the slim ResNet), so each of its positions speaks for several
cells of the view, and the target of a cell is the share of each class in it.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

CELLS = 2  # each position of the feature map speaks for CELLS x CELLS cells


class MapHead(nn.Module):
    """Class shares of the cells of a view, from its last hidden state."""

    def __init__(self, dim: int, n_classes: int):
        super().__init__()
        self.n_classes = n_classes
        self.standardise = nn.BatchNorm2d(dim, affine=False)
        self.read = nn.Conv2d(dim, n_classes * CELLS * CELLS, 1)
        nn.init.normal_(self.read.weight, std=0.01)
        nn.init.zeros_(self.read.bias)  # type: ignore[arg-type]

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Last hidden states (B, D, g, h) or (B, T, D) -> logits (B, classes, g·CELLS, h·CELLS)."""
        read: torch.Tensor = self.read(self.standardise(feature_map(hidden)))
        cells: torch.Tensor = F.pixel_shuffle(read, CELLS)  # type: ignore[no-untyped-call,unused-ignore]
        return cells

    def loss(self, hidden: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
        """Cross-entropy with the class shares of each cell; maps (B, H, W) uint8, what is no class counts nothing."""
        logits = self(hidden).float()
        shares, known = cell_shares(maps, self.n_classes, (logits.shape[2], logits.shape[3]))
        wrong = -(shares * logits.log_softmax(dim=1)).sum(dim=1)  # (B, g, h)
        loss: torch.Tensor = (wrong * known).sum() / known.sum().clamp(min=1.0)
        return loss


def feature_map(hidden: torch.Tensor) -> torch.Tensor:
    """A last hidden state as a map (B, D, g, h): tokens are laid out in rows, a leading class token is left out."""
    if hidden.ndim == 4:
        return hidden
    tokens = hidden.shape[1]
    side = math.isqrt(tokens)
    if side * side != tokens:
        hidden, side = hidden[:, 1:], math.isqrt(tokens - 1)
    return hidden.transpose(1, 2).reshape(hidden.shape[0], -1, side, side)


def cell_shares(maps: torch.Tensor, n_classes: int, grid: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Classes (B, H, W) uint8 -> shares (B, classes, g, h), and which part of each cell is known (B, g, h).

    Shares sum to 1 where anything is known. Each pixel belongs to the one cell that holds its centre.
    """
    b, height, width = maps.shape
    device = maps.device
    row = (2 * torch.arange(height, device=device) + 1) * grid[0] // (2 * height)
    column = (2 * torch.arange(width, device=device) + 1) * grid[1] // (2 * width)
    cell = row[:, None] * grid[1] + column[None, :]  # (H, W)
    kind = maps.long()
    kind = torch.where(kind < n_classes, kind, n_classes)  # the last bin is what nobody knows
    bins = (torch.arange(b, device=device)[:, None, None] * (grid[0] * grid[1]) + cell) * (n_classes + 1) + kind
    counts = torch.bincount(bins.flatten(), minlength=b * grid[0] * grid[1] * (n_classes + 1))
    counts = counts.reshape(b, *grid, n_classes + 1).permute(0, 3, 1, 2).float()
    known = counts[:, :n_classes].sum(dim=1)  # (B, g, h)
    return counts[:, :n_classes] / known.clamp(min=1.0)[:, None], known / counts.sum(dim=1).clamp(min=1.0)
