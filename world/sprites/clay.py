"""A brush of clay: rounded limbs and balls pressed into a picture with parts, shade and a sideways normal.

Knows no people and no animals. Coordinates are fractions of the picture: x from left, y from the ground upwards.
"""

from collections.abc import Sequence
from math import hypot

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

CANVAS = 256
NONE, DARK, A, B, C = 0, 4, 1, 2, 3  # parts: what is re-coloured, and what is always dark
Floats = NDArray[np.float32]


class Clay:
    """A picture while it is made; what is pressed later covers what was there."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.Generator(np.random.PCG64(seed))
        self.part = np.zeros((CANVAS, CANVAS), np.uint8)
        self.shade = np.zeros((CANVAS, CANVAS), np.float32)
        self.normal = np.zeros((CANVAS, CANVAS), np.float32)
        y, x = np.mgrid[0:CANVAS, 0:CANVAS].astype(np.float32)
        self.x, self.y = (x + 0.5) / CANVAS, 1.0 - (y + 0.5) / CANVAS

    def _near(self, low_x: float, high_x: float, low_y: float, high_y: float) -> tuple[slice, slice]:
        """Rows and columns that a part can reach, with a cell to spare."""
        rows = slice(max(int((1.0 - high_y) * CANVAS) - 1, 0), max(int((1.0 - low_y) * CANVAS) + 2, 0))
        return rows, slice(max(int(low_x * CANVAS) - 1, 0), max(int(high_x * CANVAS) + 2, 0))

    def _press(
        self, inside: NDArray[np.bool_], part: int, shade: Floats | float, normal: Floats | float,
        at: tuple[slice, slice] = (slice(None), slice(None)),
    ) -> None:  # fmt: skip
        self.part[at][inside] = part
        self.shade[at][inside] = shade[inside] if isinstance(shade, np.ndarray) else shade
        self.normal[at][inside] = normal[inside] if isinstance(normal, np.ndarray) else normal

    def limb(
        self, x0: float, y0: float, r0: float, x1: float, y1: float, r1: float, part: int, light: float = 0.6
    ) -> None:
        """A rounded limb from one end to the other, as thick as r0 and r1."""
        r = max(r0, r1)
        at = self._near(min(x0, x1) - r, max(x0, x1) + r, min(y0, y1) - r, max(y0, y1) + r)
        x, y = self.x[at], self.y[at]
        length = max(hypot(x1 - x0, y1 - y0), 1e-6)
        t = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length**2, 0.0, 1.0)
        radius = r0 + (r1 - r0) * t
        nx, ny = (x - x0 - (x1 - x0) * t) / radius, (y - y0 - (y1 - y0) * t) / radius
        self._press(nx * nx + ny * ny < 1.0, part, light + 0.30 * ny, nx, at)

    def ball(self, cx: float, cy: float, rx: float, ry: float, part: int, light: float = 0.6) -> None:
        """A ball or an egg."""
        at = self._near(cx - rx, cx + rx, cy - ry, cy + ry)
        nx, ny = (self.x[at] - cx) / rx, (self.y[at] - cy) / ry
        self._press(nx * nx + ny * ny < 1.0, part, light + 0.30 * ny, nx, at)

    def ring(self, cx: float, cy: float, outer: float, inner: float, part: int, light: float = 0.5) -> None:
        """A wheel's rim or tyre."""
        d = np.hypot(self.x - cx, self.y - cy)
        self._press((d < outer) & (d > inner), part, light, 0.0)

    def shape(self, corners: Sequence[tuple[float, float]], part: int, light: float = 0.6, fall: float = 0.15) -> None:
        """A filled outline, rounded from left to right; `fall` darker at its bottom."""
        image = Image.new("1", (CANVAS, CANVAS))
        ImageDraw.Draw(image).polygon([(x * CANVAS, (1.0 - y) * CANVAS) for x, y in corners], fill=1)
        inside = np.asarray(image, bool)
        count = inside.sum(axis=1, keepdims=True)
        middle = (inside * self.x).sum(axis=1, keepdims=True) / np.maximum(count, 1)
        normal = ((self.x - middle) / np.maximum(0.5 * count / CANVAS, 1e-3)).astype(np.float32)
        low, high = min(y for _, y in corners), max(y for _, y in corners)
        shade = light - fall * (1.0 - (self.y - low) / max(high - low, 1e-3)) - 0.12 * normal**2
        self._press(inside, part, shade.astype(np.float32), 0.85 * normal)

    def box(self, x0: float, y0: float, x1: float, y1: float, part: int, light: float = 0.6) -> None:
        """A flat rectangle."""
        inside = (self.x > x0) & (self.x < x1) & (self.y > y0) & (self.y < y1)
        self._press(inside, part, light, 0.0)

    def fleece(self, cx: float, cy: float, rx: float, ry: float, count: int, size: float, part: int) -> None:
        """Curls or fruit all over an ellipse, lit from above."""
        r, t = np.sqrt(self.rng.random(count)), self.rng.random(count) * 2.0 * np.pi
        for k in range(count):
            x, y = float(r[k] * np.cos(t[k])), float(r[k] * np.sin(t[k]))
            self.ball(cx + rx * x, cy + ry * y, size, size, part, 0.58 + 0.22 * y + 0.10 * float(self.rng.random()))

    def picture(self, side: int) -> Floats:
        """(side, side, 6) in 0 … 255: coverage, parts A, B, C, shade, normal; all but coverage spread outwards."""
        k = CANVAS // side
        covered = self.part > 0
        layers = [self.part == part for part in (A, B, C)]
        values = np.stack([covered, *layers, self.shade * covered, self.normal * covered], axis=-1).astype(np.float32)
        mean = values.reshape(side, k, side, k, 6).mean(axis=(1, 3))
        return halo(mean)


def halo(mean: Floats) -> Floats:
    """Sums weighted by coverage (S, S, 6) -> values 0 … 255 whose colours reach a little past the outline."""
    spread = mean.copy()
    for _ in range(3):
        padded = np.pad(spread, ((1, 1), (1, 1), (0, 0)))
        around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
        spread = np.where(spread[..., :1] > 0.0, spread, 0.25 * around)
    rest = spread[..., 1:] / np.maximum(spread[..., :1], 1e-6)
    rest[..., 3] = np.clip(rest[..., 3], 0.0, 1.0)
    rest[..., 4] = 0.5 + 0.5 * np.clip(rest[..., 4], -1.0, 1.0)
    return np.concatenate([mean[..., :1], rest], axis=-1) * np.float32(255.0)
