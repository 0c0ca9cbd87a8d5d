"""Single photographs cut out of what stands of a place: another heading, pitch, roll and zoom. Knows no labels.

Four square views of 90 degrees (north, east, south, west, or turned together) are a ring without a gap: the photograph
is a gnomonic picture of that ring, sampled bilinearly, so that straight lines stay straight and no seam shows. Where a
place has only one photo, a part of it is taken instead, slightly turned. Nothing is ever mirrored.
"""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

FOV_DEG = (50.0, 100.0)  # of a photograph's width: a longer lens to a wide-angle one
PITCH_DEG, ROLL_DEG = 10.0, 3.0  # up to so much either way
RING_DEG = 47.0  # how far above the horizon a photograph may reach: what lies above the ring repeats its border
ZOOM = (0.6, 1.0)  # of a single photo's side


@dataclass(frozen=True)
class Looks:
    """How B photographs are taken, (B,) each, in degrees; headings clockwise from the first view's middle."""

    heading: torch.Tensor
    pitch: torch.Tensor  # up is positive
    roll: torch.Tensor  # the camera's, clockwise
    fov: torch.Tensor  # of width and height


def draw_looks(n: int, seed: int) -> Looks:
    """Random looks; a camera that looks up or down gets a longer lens, so that it stays within the ring."""
    draw = torch.rand((4, n), generator=torch.Generator().manual_seed(seed))
    pitch = PITCH_DEG * (2.0 * draw[1] - 1.0)
    widest = (2.0 * (RING_DEG - pitch.abs())).clamp(*FOV_DEG)
    return Looks(360.0 * draw[0], pitch, ROLL_DEG * (2.0 * draw[2] - 1.0), FOV_DEG[0] + (widest - FOV_DEG[0]) * draw[3])


def cut_from_ring(views: torch.Tensor, looks: Looks, size: int, mode: str = "bilinear") -> torch.Tensor:
    """Rings of four views (N, 4, H, W, C), H = W, in clockwise order -> photographs (N, size, size, C) float32.

    `mode` "nearest" is for maps of classes.
    """
    n, _, height, width, channels = views.shape
    ring = views.permute(0, 4, 2, 1, 3).reshape(n, channels, height, 4 * width).float()  # side by side, clockwise
    ring = torch.cat([ring[..., -1:], ring, ring[..., :1]], dim=-1)  # the last view goes on in the first
    azimuth, climb = _rays(looks, size)  # (N, size, size) radians; tangent of the elevation
    number = torch.floor(azimuth / (math.pi / 2.0) + 0.5)  # of the view that a ray meets
    within = azimuth - number * (math.pi / 2.0)  # −45° … 45°
    right, down = torch.tan(within), -climb / torch.cos(within)  # on that view's plane, −1 … 1
    column = torch.remainder(number, 4.0) * width + (right + 1.0) / 2.0 * width + 1.0  # in pixels from the left border
    where = torch.stack([column / (4 * width + 2) * 2.0 - 1.0, down], dim=-1)
    return F.grid_sample(ring, where, mode, "border", align_corners=False).permute(0, 2, 3, 1)


def _rays(looks: Looks, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Azimuth in radians and tangent of the elevation of every pixel's ray -> (B, size, size) each."""
    offset = (torch.arange(size) + 0.5) / size * 2.0 - 1.0
    down, right = torch.meshgrid(offset, offset, indexing="ij")
    half = torch.tan(torch.deg2rad(looks.fov) / 2.0)[:, None, None]
    roll, pitch = torch.deg2rad(looks.roll)[:, None, None], torch.deg2rad(looks.pitch)[:, None, None]
    x, up = half * right, -half * down
    x, up = x * roll.cos() + up * roll.sin(), up * roll.cos() - x * roll.sin()
    ahead, up = pitch.cos() - up * pitch.sin(), pitch.sin() + up * pitch.cos()
    azimuth = torch.atan2(x, ahead) + torch.deg2rad(looks.heading)[:, None, None]
    return azimuth, up / torch.hypot(x, ahead)


def cut_from_photo(photos: torch.Tensor, seed: int, size: int) -> torch.Tensor:
    """Part of each photo (N, H, W, 3): zoomed, moved, turned a little, never past its border -> (N, size, size, 3)."""
    n = len(photos)
    draw = torch.rand((4, n), generator=torch.Generator().manual_seed(seed))
    angle = torch.deg2rad(ROLL_DEG * (2.0 * draw[1] - 1.0))
    cos, sin = angle.cos(), angle.sin()
    # A turned square of half side s reaches s·(cos + |sin|) from its middle.
    scale = (ZOOM[0] + (ZOOM[1] - ZOOM[0]) * draw[0]) / (cos + sin.abs())
    room = 1.0 - scale * (cos + sin.abs())
    across, down = room * (2.0 * draw[2] - 1.0), room * (2.0 * draw[3] - 1.0)
    turn = torch.stack(
        [torch.stack([scale * cos, -scale * sin, across], -1), torch.stack([scale * sin, scale * cos, down], -1)], 1
    )  # (N, 2, 3)
    where = F.affine_grid(turn, [n, 3, size, size], align_corners=False)
    out = F.grid_sample(photos.permute(0, 3, 1, 2).float(), where, "bilinear", "border", align_corners=False)
    return out.permute(0, 2, 3, 1)
