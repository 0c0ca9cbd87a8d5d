"""What cameras, lenses and files do to the light of a photograph. Knows no geometry and no labels.

Spreads are small: the colours of grass, soil and lines are clues to the place.
"""

import math

import torch
from torch.nn import functional as F

EXPOSURE, CONTRAST, SATURATION, WARMTH = 0.25, 0.2, 0.25, 0.08  # spread of each factor around 1
BLURRED, BLUR = 0.3, 0.9  # how many photographs are soft; the largest deviation of the blur in pixels
NOISE = 6.0  # largest deviation of the grain, of 255
COMPRESSED, STEP = 0.4, 6.0  # how many have been a coarse JPEG; quantiser of the lowest frequencies at its worst
BLOCK = 8


def photographic(photos: torch.Tensor, seed: int) -> torch.Tensor:
    """Photographs (B, H, W, 3) in 0 … 255 -> the same as other cameras would have kept them, uint8."""
    generator = torch.Generator().manual_seed(seed)
    b = len(photos)

    def draw(channels: int = 1) -> torch.Tensor:
        return torch.rand((b, 1, 1, channels), generator=generator)

    def factor(spread: float) -> torch.Tensor:
        return torch.exp(math.log1p(spread) * (2.0 * draw() - 1.0))

    out = photos.float()
    warm = factor(WARMTH)
    out = out * factor(EXPOSURE) * torch.cat([warm, torch.ones_like(warm), 1.0 / warm], dim=-1)
    level = out.mean(dim=(1, 2, 3), keepdim=True)
    out = level + (out - level) * factor(CONTRAST)
    grey = out.mean(dim=-1, keepdim=True)
    out = grey + (out - grey) * factor(SATURATION)
    out = _blur(out, torch.where(draw() < BLURRED, BLUR * draw(), torch.zeros(b, 1, 1, 1)))
    out = out + NOISE * draw() ** 2 * torch.randn(out.shape, generator=generator)
    step = torch.where(draw() < COMPRESSED, 1.0 + (STEP - 1.0) * draw(), torch.zeros(b, 1, 1, 1))
    coarse = step.flatten() > 0
    if coarse.any():
        out[coarse] = _compress(out[coarse].clamp(0.0, 255.0), step[coarse])
    return out.round().clamp(0.0, 255.0).to(torch.uint8)


def _blur(photos: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
    """A Gaussian of three taps each way; deviation (B, 1, 1, 1) in pixels, 0 leaves a photograph as it is."""
    side = torch.exp(-0.5 / deviation.clamp(min=1e-3).square())
    middle, side = 1.0 / (1.0 + 2.0 * side), side / (1.0 + 2.0 * side)
    for axis in (1, 2):
        n = photos.shape[axis]
        before = torch.cat([photos.narrow(axis, 0, 1), photos.narrow(axis, 0, n - 1)], dim=axis)
        after = torch.cat([photos.narrow(axis, 1, n - 1), photos.narrow(axis, n - 1, 1)], dim=axis)
        photos = middle * photos + side * (before + after)
    return photos


def _compress(photos: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
    """Blocks of 8 x 8 with their cosine coefficients rounded, coarser for higher frequencies, as JPEG does."""
    b, height, width = photos.shape[:3]
    planes = photos.permute(0, 3, 1, 2)
    planes = F.pad(planes, (0, -width % BLOCK, 0, -height % BLOCK), mode="replicate")
    blocks = planes.unfold(2, BLOCK, BLOCK).unfold(3, BLOCK, BLOCK)  # (B, 3, h, w, 8, 8)
    k = torch.arange(BLOCK, dtype=torch.float32)
    cosines = torch.cos(math.pi / BLOCK * (k[None, :] + 0.5) * k[:, None]) * math.sqrt(2.0 / BLOCK)
    cosines[0] /= math.sqrt(2.0)
    quantiser = step.reshape(b, 1, 1, 1, 1, 1) * (1.0 + k[:, None] + k[None, :])
    kept = torch.round(cosines @ blocks @ cosines.T / quantiser) * quantiser
    back = (cosines.T @ kept @ cosines).permute(0, 1, 2, 4, 3, 5).reshape(planes.shape)
    return back[:, :, :height, :width].permute(0, 2, 3, 1)
