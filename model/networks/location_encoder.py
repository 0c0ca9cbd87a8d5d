"""A place in, a vector out: the location encoder of GeoCLIP. Knows no picture, no file and no training.

Equal Earth projection (Šavrič, Patterson and Jenny, 2019), random Fourier features at several scales (Tancik et al.,
arXiv 2006.10739), a small network for each scale, and their sum. Source: GeoCLIP (arXiv 2309.16020), section 3.2.

All is worked out in float32 and in the order of the published code: at the finest scale a phase is thousands of
radians, so that a last digit of the projection is four digits of the features.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from model.errors import ConfigError

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796  # of the Equal Earth polynomial
DEGREES_A_UNIT = 66.50336  # so that longitude 180° on the equator is at 180


@dataclass(frozen=True)
class LocationShape:
    """How large a location encoder is; the published one's by default.

    Attributes:
        sigmas: deviation of the random frequencies of each scale, from coarse to fine.
        frequencies: of each scale; a cosine and a sine of each are its features.
        width: of the hidden layers.
        depth: hidden layers of each scale.
        dim: P, numbers that come out.
    """

    sigmas: tuple[float, ...] = (1.0, 16.0, 256.0)
    frequencies: int = 256
    width: int = 1024
    depth: int = 3
    dim: int = 512

    def __post_init__(self) -> None:
        sizes = (self.frequencies, self.width, self.depth, self.dim)
        if not self.sigmas or not all(math.isfinite(sigma) and sigma > 0 for sigma in self.sigmas) or min(sizes) < 1:
            raise ConfigError(f"looked for at least one sigma above 0 and for sizes of 1 or more, found {self}.")


def equal_earth(points: torch.Tensor) -> torch.Tensor:
    """(N, 2) degrees -> (N, 2): x from −1 to 1 along the equator, y from −0.49 to 0.49 between the poles."""
    lat, lng = torch.deg2rad(points[:, 0]), torch.deg2rad(points[:, 1])
    root = math.sqrt(3.0)
    theta = torch.asin(root / 2 * torch.sin(lat))
    slope = 3 * (9 * A4 * theta**8 + 7 * A3 * theta**6 + 3 * A2 * theta**2 + A1)
    x = 2 * root * lng * torch.cos(theta) / slope
    y = A4 * theta**9 + A3 * theta**7 + A2 * theta**3 + A1 * theta
    return torch.stack([x, y], dim=1) * DEGREES_A_UNIT / 180


class FourierFeatures(nn.Module):
    """(N, 2) -> (N, 2M): cosines and sines of 2π·B·v with random frequencies B that are never trained."""

    frequencies: torch.Tensor  # (M, 2)

    def __init__(self, sigma: float, frequencies: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", sigma * torch.randn(frequencies, 2))

    def forward(self, plane: torch.Tensor) -> torch.Tensor:
        """GeoCLIP, eq. 3."""
        phase = 2 * math.pi * plane @ self.frequencies.T
        return torch.cat([torch.cos(phase), torch.sin(phase)], dim=-1)


class LocationEncoder(nn.Module):
    """(N, 2) degrees -> (N, P), not scaled to any length: the sum over the scales."""

    def __init__(self, shape: LocationShape) -> None:
        super().__init__()
        self.shape = shape
        self.scales = nn.ModuleList(_scale(shape, sigma) for sigma in shape.sigmas)

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """Float32 degrees, latitude first."""
        plane = equal_earth(points)
        total = self.scales[0](plane)
        for scale in self.scales[1:]:
            total = total + scale(plane)
        return total  # type: ignore[no-any-return]


def _scale(shape: LocationShape, sigma: float) -> nn.Sequential:
    sizes = [2 * shape.frequencies, *[shape.width] * shape.depth]
    layers: list[nn.Module] = [FourierFeatures(sigma, shape.frequencies)]
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], shape.dim))
