"""How the learning rate moves over a training. Knows no optimiser and no clock."""

import math
from typing import Literal

Shape = Literal["cosine", "linear"]


def rate_factor(progress: float, warm_up: float, shape: Shape = "cosine") -> float:
    """Factor of the highest rate at `progress` (0 … 1): up linearly until `warm_up`, then down to zero at 1."""
    if progress < warm_up:
        return (progress + 1e-3) / (warm_up + 1e-3)
    left = max(0.0, 1.0 - progress) / (1.0 - warm_up)
    return left if shape == "linear" else 0.5 - 0.5 * math.cos(math.pi * left)
