"""Small changes to a batch of views that leave the place the same. Never mirrors. Knows no file and no labels."""

import torch

MAX_SHIFT = 0.06  # of the side: what a turn of 5° or a bump in the road does
# Spread of each factor around 1. Light: the colours of grass, soil and lines are clues to the place.
GAIN, TINT, CONTRAST, SATURATION = 0.12, 0.03, 0.12, 0.12


def augment(views: torch.Tensor, seed: int) -> torch.Tensor:
    """uint8 (B, H, W, 3) -> float32 (B, H, W, 3) in 0 … 255: shifted, and re-exposed as another camera would.

    Shifts are by whole pixels with the border repeated, so that nothing is blurred.
    """
    generator = torch.Generator().manual_seed(seed)
    b, height, width, _ = views.shape
    reach = max(1, round(MAX_SHIFT * height))
    dy, dx = (torch.randint(-reach, reach + 1, (2, b, 1), generator=generator)).unbind(0)  # (B, 1) each
    rows = (torch.arange(height) + dy).clamp_(0, height - 1)  # (B, H)
    columns = (torch.arange(width) + dx).clamp_(0, width - 1)  # (B, W)
    index = torch.arange(b)
    shifted = views[index[:, None, None], rows[:, :, None], columns[:, None, :]].float()  # (B, H, W, 3)

    def spread(width_of_spread: float, channels: int = 1) -> torch.Tensor:
        draw = torch.rand((b, 1, 1, channels), generator=generator)
        return 1.0 + width_of_spread * (2.0 * draw - 1.0)

    gain, tint, contrast, saturation = spread(GAIN), spread(TINT, 3), spread(CONTRAST), spread(SATURATION)
    mean = shifted.mean(dim=(1, 2, 3), keepdim=True)  # (B, 1, 1, 1)
    grey = shifted.mean(dim=3, keepdim=True)  # (B, H, W, 1)
    # x -> gain · tint · (mean + contrast · (grey + saturation · (x − grey) − mean)), with few passes over the pixels
    shifted.mul_(contrast * saturation).add_(grey * (contrast * (1.0 - saturation))).add_(mean * (1.0 - contrast))
    return shifted.mul_(gain * tint).clamp_(0.0, 255.0)
