"""A brush that draws limbs, leaves and fronds into a sprite's four channels. Knows no kinds of plants."""

from math import atan2, cos, pi, sin

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

CANVAS = 512


class Brush:
    """Draws in fractions of the picture: x from left, y from the ground upwards, both 0 … 1."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.Generator(np.random.PCG64(seed))
        self.image = Image.new("RGBA", (CANVAS, CANVAS), (0, 0, 0, 128))
        self.pen = ImageDraw.Draw(self.image)

    def ink(self, leaf: float, shade: float, normal: float) -> tuple[int, int, int, int]:
        """A stroke's channels: coverage, leaf, shade, normal."""
        return (
            255,
            int(255 * leaf),
            int(255 * min(max(shade, 0.0), 1.0)),
            int(127.5 + 127.5 * min(max(normal, -1.0), 1.0)),
        )

    def limb(self, x0: float, y0: float, x1: float, y1: float, w0: float, w1: float, leaf: float = 0.0) -> None:
        """A tapering branch, rounded by three tones."""
        a = atan2(y1 - y0, x1 - x0) + pi / 2
        nx, ny = cos(a), sin(a)
        for low, high, normal, shade in ((-1.0, -0.3, -0.8, 0.5), (-0.35, 0.35, 0.0, 0.62), (0.3, 1.0, 0.8, 0.5)):
            flip = -1.0 if nx < 0 else 1.0
            corners = []
            for x, y, w, side in ((x0, y0, w0, low), (x0, y0, w0, high), (x1, y1, w1, high), (x1, y1, w1, low)):
                corners.append(((x + nx * w * side * flip) * CANVAS, (1.0 - y - ny * w * side * flip) * CANVAS))
            self.pen.polygon(corners, fill=self.ink(leaf, shade + self.rng.uniform(-0.05, 0.05), normal))

    def leaves(self, cx: float, cy: float, rx: float, ry: float, count: int, size: float, dark: float = 0.0) -> None:
        """A clump of leaves, lit from above, dark ones first."""
        r = np.sqrt(self.rng.random(count))
        t = self.rng.random(count) * 2 * pi
        x, y = r * np.cos(t), r * np.sin(t)
        shade = 0.50 + 0.30 * y + 0.24 * self.rng.standard_normal(count) - 0.10 * r - dark
        for k in np.argsort(shade + 0.25 * y):
            px, py = (cx + rx * x[k]) * CANVAS, (1.0 - cy - ry * y[k]) * CANVAS
            s = size * CANVAS * self.rng.uniform(0.6, 1.25)
            e = s * self.rng.uniform(0.6, 1.0)
            self.pen.ellipse((px - s, py - e, px + s, py + e), fill=self.ink(1.0, shade[k], 0.85 * x[k]))

    def needles(self, x0: float, y0: float, x1: float, y1: float, width: float, shade: float, normal: float) -> None:
        """A hanging spray of needles: a thin leaf-shaped stroke."""
        mx, my = 0.5 * (x0 + x1), 0.5 * (y0 + y1)
        corners = ((x0, y0), (mx + width * 0.4, my + width), (x1, y1), (mx - width * 0.4, my - width))
        self.pen.polygon([(x * CANVAS, (1.0 - y) * CANVAS) for x, y in corners], fill=self.ink(1.0, shade, normal))

    def crown(
        self, cx: float, cy: float, rx: float, ry: float, clumps: int, clump: float, leaves: int, size: float
    ) -> None:
        """Clumps of leaves over an ellipse, the low ones darker and behind."""
        r = np.sqrt(self.rng.random(clumps)) * 0.92
        t = self.rng.random(clumps) * 2 * pi
        order = np.argsort(np.sin(t) * r + 0.5 * self.rng.random(clumps))
        for k in order:
            x, y = r[k] * cos(t[k]), r[k] * sin(t[k])
            c = clump * self.rng.uniform(0.7, 1.2)
            self.leaves(cx + rx * x, cy + ry * y, c, c * 0.8, leaves, size, 0.16 * (0.4 - y))

    def frond(
        self, x0: float, y0: float, angle: float, length: float, droop: float, width: float, steps: int = 14
    ) -> None:
        """A feathered palm leaf that bends under its weight."""
        x, y = x0, y0
        for k in range(steps):
            u = k / steps
            a = angle - droop * u * u * (1.0 if cos(angle) >= 0 else -1.0)
            nx, ny = x + cos(a) * length / steps, y + sin(a) * length / steps
            w = width * (1.0 - u) ** 0.5
            tone = 0.62 + 0.25 * sin(a) + self.rng.uniform(-0.12, 0.12)
            for side in (-1.0, 1.0):
                b = a + side * 1.15
                tip = (x + cos(b) * w, y + sin(b) * w - 0.35 * w)
                self.pen.polygon(
                    [(p * CANVAS, (1.0 - q) * CANVAS) for p, q in ((x, y), (nx, ny), tip)],
                    fill=self.ink(1.0, tone - 0.10 * (side < 0), cos(angle) * 0.8),
                )
            x, y = nx, ny

    def blade(self, x0: float, y0: float, angle: float, length: float, droop: float, width: float) -> None:
        """A broad bending leaf: banana, agave, grass."""
        x, y, steps = x0, y0, 8
        tone = 0.5 + 0.3 * self.rng.random()
        for k in range(steps):
            u = k / steps
            a = angle - droop * u * u * (1.0 if cos(angle) >= 0 else -1.0)
            nx, ny = x + cos(a) * length / steps, y + sin(a) * length / steps
            w0, w1 = width * sin(pi * min(u + 0.12, 1.0)), width * sin(pi * min(u + 0.24, 1.0))
            sx, sy = -sin(a), cos(a)
            for side, shift in ((1.0, 0.06), (-1.0, -0.08)):
                outer = ((nx + sx * w1 * side, ny + sy * w1 * side), (x + sx * w0 * side, y + sy * w0 * side))
                self.pen.polygon(
                    [(p * CANVAS, (1.0 - q) * CANVAS) for p, q in ((x, y), (nx, ny), *outer)],
                    fill=self.ink(1.0, tone + shift + 0.12 * u, cos(angle) * 0.7),
                )
            x, y = nx, ny

    def branches(
        self, x: float, y: float, angle: float, length: float, width: float, depth: int, spread: float
    ) -> list[tuple[float, float]]:
        """A branching skeleton; the tips, where leaves may hang."""
        nx, ny = x + cos(angle) * length, y + sin(angle) * length
        self.limb(x, y, nx, ny, width, width * 0.65)
        if depth == 0:
            return [(nx, ny)]
        tips = []
        for _ in range(2 + int(self.rng.random() < 0.55)):
            a = angle + self.rng.uniform(-spread, spread)
            tips += self.branches(nx, ny, a, length * self.rng.uniform(0.62, 0.85), width * 0.6, depth - 1, spread)
        return tips

    def picture(self, side: int) -> NDArray[np.float32]:
        """The sprite at (side, side, 4), averaged down with coverage as weight."""
        raw = np.asarray(self.image, dtype=np.float32)
        weight = raw[..., :1] / 255.0
        k = CANVAS // side
        parts = np.concatenate([raw[..., :1], raw[..., 1:] * weight, weight], axis=-1)
        parts = parts.reshape(side, k, side, k, 5).mean(axis=(1, 3))
        rest = parts[..., 1:4] / np.maximum(parts[..., 4:], 1e-6)
        return np.concatenate([parts[..., :1], rest], axis=-1).astype(np.float32)
