"""Glyphs with the habit of their script, where no font draws it: bars, loops, squares of strokes. Knows no words."""

from math import pi, sin

import numpy as np
from PIL import ImageDraw

# script -> habit: how its letters are built
HABITS: dict[str, str] = {
    "arabic": "joined",
    "persian": "joined",
    "urdu": "joined",
    "thaana": "joined",
    "mongolian": "joined",
    "devanagari": "bar",
    "bengali": "bar",
    "gurmukhi": "bar",
    "gujarati": "loops",
    "odia": "loops",
    "tibetan": "bar",
    "thai": "ringed",
    "lao": "ringed",
    "khmer": "ringed",
    "burmese": "loops",
    "sinhala": "loops",
    "tamil": "loops",
    "telugu": "loops",
    "kannada": "loops",
    "malayalam": "loops",
    "georgian": "loops",
    "hebrew": "corners",
    "armenian": "arches",
    "ethiopic": "legs",
    "hangul": "blocks",
    "han": "square",
    "kana": "brush",
    "cyrillic": "corners",
    "greek": "corners",
    "latin": "corners",
}


PIXELS = 88  # height of a letter while it is drawn
DOT = PIXELS / 44  # of the pen: strokes are three to six dots wide


def draw_glyph(pen: ImageDraw.ImageDraw, code: int, script: str, x: float, top: float, size: float) -> float:
    """Draw the glyph of a code point in its script's habit at x; how far to go on."""
    rng = np.random.Generator(np.random.PCG64(code))
    habit = HABITS.get(script, "corners")
    return _DRAW[habit](pen, rng, x, top, size)


def _line(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: int = 4) -> None:
    pen.line(points, fill=255, width=round(width * DOT), joint="curve")


def _square(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.86, s * 0.86
    for y in np.sort(rng.choice([0.06, 0.26, 0.46, 0.66, 0.9], int(rng.integers(3, 5)), replace=False)):
        a, b = rng.choice([0.0, 0.15, 0.3]), rng.choice([0.75, 0.9, 1.0])
        _line(pen, [(x + a * w, top + y * h), (x + b * w, top + y * h)], 3)
    for u in rng.choice([0.12, 0.35, 0.5, 0.68, 0.9], 2, replace=False):
        a, b = rng.choice([0.0, 0.26]), rng.choice([0.8, 1.0])
        _line(pen, [(x + u * w, top + a * h), (x + u * w, top + b * h)], 3)
    if rng.random() < 0.6:
        _line(pen, [(x + 0.5 * w, top + 0.5 * h), (x + 0.05 * w, top + h)], 3)
        _line(pen, [(x + 0.5 * w, top + 0.5 * h), (x + 0.98 * w, top + h)], 3)
    return w + 5 * DOT


def _blocks(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.82, s * 0.86
    if rng.random() < 0.5:
        pen.ellipse((x + 2 * DOT, top + 2 * DOT, x + 0.45 * w, top + 0.46 * h), outline=255, width=round(4 * DOT))
    else:
        corner = [(x, top + 0.42 * h), (x, top + 3 * DOT), (x + 0.42 * w, top + 3 * DOT)]
        _line(
            pen,
            corner
            if rng.random() < 0.5
            else [(x, top + 3 * DOT), (x + 0.42 * w, top + 3 * DOT), (x + 0.42 * w, top + 0.42 * h)],
        )
    bar = x + 0.72 * w
    _line(pen, [(bar, top), (bar, top + 0.52 * h)])
    tick = rng.choice([-0.16, 0.2])
    _line(pen, [(bar, top + 0.24 * h), (bar + tick * w, top + 0.24 * h)])
    low = top + 0.62 * h
    if rng.random() < 0.45:
        pen.ellipse((x + 0.25 * w, low, x + 0.72 * w, top + h), outline=255, width=round(4 * DOT))
    else:
        _line(pen, [(x + 0.1 * w, low), (x + 0.1 * w, top + h - 2 * DOT), (x + 0.85 * w, top + h - 2 * DOT)])
    return w + 5 * DOT


def _brush(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.72, s * 0.8
    _line(pen, [(x + 0.1 * w, top + 0.25 * h), (x + 0.9 * w, top + 0.2 * h)])
    a = rng.uniform(0.35, 0.65)
    _line(pen, [(x + a * w, top), (x + (a - 0.05) * w, top + 0.55 * h), (x + rng.uniform(0, 0.3) * w, top + h)])
    if rng.random() < 0.7:
        pen.arc(
            (x + 0.1 * w, top + 0.4 * h, x + w, top + h),
            rng.uniform(150, 240),
            rng.uniform(380, 470),
            fill=255,
            width=round(4 * DOT),
        )
    return w + 5 * DOT


def _ringed(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.46, s * 0.72
    y = top + 0.12 * s
    pen.ellipse((x, y + 0.05 * h, x + 9 * DOT, y + 0.05 * h + 9 * DOT), outline=255, width=round(3 * DOT))
    _line(pen, [(x + 4 * DOT, y + 9 * DOT), (x + 4 * DOT, y + h)], 4)
    pen.arc((x + 3 * DOT, y, x + w, y + 0.7 * h), 180, 370, fill=255, width=round(4 * DOT))
    _line(pen, [(x + w - 2 * DOT, y + 0.3 * h), (x + w - 2 * DOT, y + h)], 4)
    if rng.random() < 0.5:
        _line(
            pen,
            [(x + 4 * DOT, y + h - 2 * DOT), (x + w - 2 * DOT, y + (h - 2 * DOT if rng.random() < 0.5 else 0.5 * h))],
            4,
        )
    if rng.random() < 0.4:
        _line(pen, [(x + 0.2 * w, y - 5 * DOT), (x + 0.9 * w, y - 9 * DOT)], 3)
    return w + 7 * DOT


def _loops(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.62, s * 0.62
    y = top + 0.16 * s
    pen.arc((x, y, x + w, y + h), rng.uniform(0, 120), rng.uniform(270, 400), fill=255, width=round(4 * DOT))
    k = rng.uniform(0.1, 0.5)
    pen.ellipse((x + k * w, y + k * h, x + (k + 0.4) * w, y + (k + 0.4) * h), outline=255, width=round(4 * DOT))
    if rng.random() < 0.5:
        pen.arc((x + 0.3 * w, y + 0.5 * h, x + w, y + 1.25 * h), 250, 440, fill=255, width=round(4 * DOT))
    return w + 6 * DOT


def _bar(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.58, s * 0.76
    _line(pen, [(x - 4 * DOT, top + 3 * DOT), (x + w + 5 * DOT, top + 3 * DOT)], 5)
    _line(pen, [(x + 0.85 * w, top + 3 * DOT), (x + 0.85 * w, top + h)], 4)
    y = rng.uniform(0.15, 0.4)
    pen.arc(
        (x + 0.05 * w, top + y * h, x + 0.75 * w, top + (y + 0.5) * h),
        rng.uniform(120, 220),
        430,
        fill=255,
        width=round(4 * DOT),
    )
    if rng.random() < 0.6:
        _line(pen, [(x + 0.1 * w, top + rng.uniform(0.5, 0.9) * h), (x + 0.85 * w, top + 0.5 * h)], 4)
    return w + 2 * DOT


def _joined(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w = s * rng.uniform(0.36, 0.62)
    base = top + 0.60 * s
    _line(pen, [(x - 3 * DOT, base), (x + w + 3 * DOT, base)], 5)
    form = rng.random()
    if form < 0.35:
        _line(pen, [(x + 0.5 * w, base), (x + 0.5 * w, top + rng.uniform(-0.05, 0.3) * s)], 5)
    elif form < 0.7:
        pen.arc((x, base - 0.1 * s, x + w, base + 0.34 * s), 0, 180, fill=255, width=round(5 * DOT))
    else:
        pen.ellipse((x + 0.2 * w, base - 0.26 * s, x + 0.8 * w, base), outline=255, width=round(5 * DOT))
    for k in range(int(rng.integers(0, 4))):
        y = base - 0.38 * s if rng.random() < 0.5 else base + 0.22 * s
        pen.ellipse((x + 0.2 * w + 7 * DOT * k, y, x + 0.2 * w + 7 * DOT * k + 5 * DOT, y + 5 * DOT), fill=255)
    return w


def _corners(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.5, s * 0.66
    y = top + 0.08 * s
    _line(pen, [(x, y + 3 * DOT), (x + w, y + 3 * DOT), (x + w, y + h)], 6)
    if rng.random() < 0.5:
        _line(pen, [(x + 0.05 * w, y + h), (x + 1.1 * w, y + h)], 6)
    if rng.random() < 0.5:
        _line(pen, [(x + 0.1 * w, y + rng.uniform(0.25, 0.5) * h), (x + 0.1 * w, y + h)], 5)
    return w + 7 * DOT


def _arches(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.5, s * 0.72
    up = rng.random() < 0.5
    box = (x, top, x + w, top + 0.8 * h) if up else (x, top + 0.2 * h, x + w, top + h)
    pen.arc(box, 180 if up else 0, 360 if up else 180, fill=255, width=round(5 * DOT))
    for u in (0.04, 0.96):
        if rng.random() < 0.8:
            _line(pen, [(x + u * w, top + 0.3 * h), (x + u * w, top + (h if up else 0.0))], 5)
    _line(pen, [(x + 0.9 * w, top + 0.6 * h), (x + 1.15 * w, top + 0.6 * h)], 5)
    return w + 9 * DOT


def _legs(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.56, s * 0.74
    for k in range(int(rng.integers(1, 4))):
        u = (k + 0.5) / 3
        _line(pen, [(x + u * w, top + 0.3 * h), (x + u * w, top + h * (0.8 + 0.2 * sin(pi * u)))], 6)
    pen.ellipse((x + 0.1 * w, top + 0.05 * h, x + 0.85 * w, top + 0.45 * h), outline=255, width=round(5 * DOT))
    if rng.random() < 0.5:
        _line(pen, [(x + 0.8 * w, top + 0.5 * h), (x + 1.15 * w, top + 0.5 * h)], 5)
    return w + 8 * DOT


_DRAW = {
    "square": _square,
    "blocks": _blocks,
    "brush": _brush,
    "ringed": _ringed,
    "loops": _loops,
    "bar": _bar,
    "joined": _joined,
    "corners": _corners,
    "arches": _arches,
    "legs": _legs,
}
