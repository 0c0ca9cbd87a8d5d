"""Changes to a batch of views that leave the place the same. Never mirrors. Knows no file and no labels.

`augment` is for street views: small shifts and other light. `photo_views` makes a single photograph of each place, as
PIGEOTTO is trained on (arXiv 2307.05845, section 4.2: any photo).
"""

import torch

from model.errors import ConfigError
from model.networks.photo_cut import cut_from_photo, cut_from_ring, draw_looks
from model.networks.photo_jitter import photographic

MAX_SHIFT = 0.06  # of the side: what a turn of 5° or a bump in the road does
# Spread of each factor around 1. Slight: tints of a camera and colours of roofs, soil and lines are clues to the place,
# and a tint that drifts by one part in a hundred over a continent is one.
GAIN, TINT, CONTRAST = 0.01, 0.002, 0.01


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
    b, height = views.shape[:2]
    generator = torch.Generator().manual_seed(seed)
    shifts = _draw_shifts(b, height, generator)
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


def shift_maps(maps: torch.Tensor, seed: int) -> torch.Tensor:
    """Class maps (N, V, h, w) moved as `augment` moves their views (N·V, …) with this seed; the border is repeated."""
    n, v, height = maps.shape[:3]
    flat = maps.reshape(n * v, *maps.shape[2:], 1)
    shifted = torch.empty_like(flat)
    shifts = _draw_shifts(n * v, height, torch.Generator().manual_seed(seed))
    for one, out, (dy, dx) in zip(flat, shifted, shifts, strict=True):
        _shift(one, out, dy, dx)
    return shifted.reshape(maps.shape)


def photo_views(views: torch.Tensor, seed: int, size: int | None = None, jitter: bool = True) -> torch.Tensor:
    """One photograph of each place: views (N, V, H, W, 3) uint8 -> (N, 1, size, size, 3) uint8.

    Of four views of 90 degrees, which are a ring, it has a random heading, pitch (± 10°), roll (± 3°) and zoom (50° …
    100°, less where it would leave the ring); of a single photo it is a part (at least 60 % of the side), slightly
    turned. Then exposure, colour temperature, contrast and saturation change, and some photographs become soft, grainy
    or coarsely compressed.

    Args:
        views: 4 or 1 square views of each place, in clockwise order.
        seed: the same one makes the same photographs.
        size: side of the result, that of the views by default.
        jitter: with photographic changes, or geometry alone.

    Raises:
        ConfigError: places with another number of views, or views that are not square.
    """
    n, v, height, width = views.shape[:4]
    if v not in (1, 4) or height != width:
        raise ConfigError(f"photographs are cut out of 1 or 4 square views, found {v} of {width} x {height}.")
    size = size or height
    photos = cut_from_ring(views, draw_looks(n, seed), size) if v == 4 else cut_from_photo(views[:, 0], seed, size)
    return (photographic(photos, seed + 1) if jitter else photos.round().clamp(0, 255).to(torch.uint8))[:, None]


def _draw_shifts(n: int, height: int, generator: torch.Generator) -> list[list[int]]:
    """Rows and columns by which each of n views moves: the same share of a picture of any height."""
    reach = max(1, round(MAX_SHIFT * height))
    draw = torch.rand((n, 2), generator=generator)
    shifts: list[list[int]] = (((2 * reach + 1) * draw).floor().long() - reach).tolist()
    return shifts


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
