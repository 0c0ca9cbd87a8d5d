"""Small changes to a batch of views that leave the place the same. Never mirrors. Knows no file and no labels."""

import torch

MAX_SHIFT = 0.06  # of the side: what a turn of 5° or a bump in the road does
# Spread of each factor around 1. Light: the colours of grass, soil and lines are clues to the place.
GAIN, TINT, CONTRAST = 0.12, 0.03, 0.12


def augment(views: torch.Tensor, seed: int, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """uint8 (B, H, W, 3) -> normalised float32 (B, H, W, 3): shifted, and re-exposed as another camera would.

    Shifts are by whole pixels with the border repeated, so that nothing is blurred. Exposure and normalisation are one
    multiplication and one addition a pixel: on a CPU every pass over the batch costs as much as a layer.

    Args:
        views: B views.
        seed: the same one changes the same batch in the same way.
        mean: (3,) of the normalisation, on the scale 0 … 255.
        std: (3,) likewise.
    """
    generator = torch.Generator().manual_seed(seed)
    b, height = views.shape[:2]
    reach = max(1, round(MAX_SHIFT * height))
    shifts = torch.randint(-reach, reach + 1, (b, 2), generator=generator).tolist()
    shifted = torch.empty_like(views)
    for view, out, (dy, dx) in zip(views, shifted, shifts, strict=True):
        _shift(view, out, dy, dx)

    def spread(width_of_spread: float, channels: int = 1) -> torch.Tensor:
        draw = torch.rand((b, 1, 1, channels), generator=generator)
        return 1.0 + width_of_spread * (2.0 * draw - 1.0)

    exposure = spread(GAIN) * spread(TINT, 3)  # (B, 1, 1, 3)
    contrast = spread(CONTRAST)
    level = views[:, ::4, ::4].float().mean(dim=(1, 2, 3), keepdim=True)  # (B, 1, 1, 1)
    # (exposure · (level + contrast · (x − level)) − mean) / std, as x · factor + offset
    factor = exposure * contrast / std
    offset = (exposure * (1.0 - contrast) * level - mean) / std
    return torch.addcmul(offset, shifted.float(), factor)


def _shift(view: torch.Tensor, out: torch.Tensor, dy: int, dx: int) -> None:
    """Write (H, W, 3) moved by dy rows and dx columns into `out`, the border repeated."""
    height, width = view.shape[:2]
    top, left = max(0, dy), max(0, dx)
    bottom, right = height + min(0, dy), width + min(0, dx)
    out[top:bottom, left:right] = view[top - dy : bottom - dy, left - dx : right - dx]
    out[top:bottom, :left] = out[top:bottom, left : left + 1]
    out[top:bottom, right:] = out[top:bottom, right - 1 : right]
    out[:top] = out[top]
    out[bottom:] = out[bottom - 1]
