"""Where a view looks, told to its vector before the mean over the views. Knows no data."""

import torch
from torch import nn


class HeadingGate(nn.Module):
    """Channels of a view made stronger or weaker by its heading; begins as the plain mean.

    A vector added to each view would be lost in the mean: the headings of the four views are the same at every place.
    With a factor (1 + a·cos h + b·sin h) the mean keeps what is north of a place apart from what is south of it.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.turn = nn.Linear(2, dim, bias=False)
        nn.init.zeros_(self.turn.weight)

    def forward(self, views: torch.Tensor, headings_deg: torch.Tensor) -> torch.Tensor:
        """Views (N, V, D), headings (N, V) clockwise from north, NaN where unknown (left alone) -> (N, V, D)."""
        angle = torch.deg2rad(headings_deg.float())
        direction = torch.stack([angle.cos(), angle.sin()], dim=-1).nan_to_num()  # (N, V, 2)
        gated: torch.Tensor = views * (1.0 + self.turn(direction))
        return gated
