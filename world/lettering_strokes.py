"""Strokes that the bundled font lacks: Greek, Cyrillic, accents, habits of other scripts. Knows no words."""

from math import cos, pi, sin

import numpy as np
from PIL import ImageDraw

Strokes = tuple[tuple[tuple[float, float], ...], ...]  # lines of (x, y) in a unit box, y upwards


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> tuple[tuple[float, float], ...]:
    """Part of an ellipse, angles in degrees, from the right and against the clock."""
    steps = max(int(abs(end - start) / 20.0), 2)
    turns = (start + (end - start) * k / steps for k in range(steps + 1))
    return tuple((x + rx * cos(t * pi / 180.0), y + ry * sin(t * pi / 180.0)) for t in turns)


_BOWL_LOW = ((0.0, 0.55), (0.45, 0.55), *_arc(0.45, 0.275, 0.42, 0.275, 80, -80), (0.0, 0.0))
# Letters that look like a Latin one.
TWINS = dict(
    zip("АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧοικνυ", "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXoiKvu", strict=True)
)
TWINS["κ"] = "k"
# Letters in lines of their own; a small one without lines is its capital, smaller, as most Cyrillic letters are.
LINES: dict[str, Strokes] = {
    "Б": (((0.85, 1), (0, 1), (0, 0)), _BOWL_LOW),
    "Г": (((0, 0), (0, 1), (0.8, 1)),),
    "Ґ": (((0, 0), (0, 1), (0.8, 1), (0.8, 1.2)),),
    "Д": (((0.16, 0.1), (0.34, 1), (0.84, 1), (0.84, 0.1)), ((0, -0.16), (0, 0.08), (1, 0.08), (1, -0.16))),
    "Ж": (((0, 0), (0.42, 0.52), (0, 1)), ((1.1, 0), (0.68, 0.52), (1.1, 1)), ((0.55, 0), (0.55, 1)),
          ((0.42, 0.52), (0.68, 0.52))),
    "З": (_arc(0.4, 0.74, 0.40, 0.26, 150, -90), _arc(0.4, 0.26, 0.46, 0.26, 90, -150)),
    "И": (((0, 1), (0, 0), (0.85, 1), (0.85, 0)),),
    "Й": (((0, 1), (0, 0), (0.85, 1), (0.85, 0)),),
    "Л": (((0, 0), (0.12, 0.08), (0.3, 1), (0.88, 1), (0.88, 0)),),
    "П": (((0, 0), (0, 1), (0.85, 1), (0.85, 0)),),
    "Ф": (((0.5, -0.05), (0.5, 1.05)), _arc(0.5, 0.52, 0.5, 0.33, 0, 360)),
    "Ц": (((0, 1), (0, 0), (1, 0), (1, -0.2)), ((0.82, 0), (0.82, 1))),
    "Ч": (((0, 1), (0, 0.6), (0.15, 0.45), (0.82, 0.45)), ((0.82, 0), (0.82, 1))),
    "Ш": (((0, 1), (0, 0), (1.1, 0), (1.1, 1)), ((0.55, 1), (0.55, 0))),
    "Щ": (((0, 1), (0, 0), (1.2, 0), (1.2, -0.2)), ((0.52, 1), (0.52, 0)), ((1.04, 0), (1.04, 1))),
    "Ъ": (((0, 1), (0.25, 1), (0.25, 0)), tuple((0.25 + 0.8 * u, v) for u, v in _BOWL_LOW)),
    "Ы": (((0, 1), (0, 0)), tuple((0.75 * u, v) for u, v in _BOWL_LOW), ((1.05, 0), (1.05, 1))),
    "Ь": (((0, 1), (0, 0)), _BOWL_LOW),
    "Э": (_arc(0.35, 0.5, 0.5, 0.5, 140, -140), ((0.25, 0.5), (0.85, 0.5))),
    "Є": (_arc(0.5, 0.5, 0.5, 0.5, 40, 320), ((0.0, 0.5), (0.6, 0.5))),
    "Ю": (((0, 0), (0, 1)), ((0, 0.5), (0.35, 0.5)), _arc(0.72, 0.5, 0.37, 0.5, 0, 360)),
    "Я": (((0.85, 0), (0.85, 1), (0.4, 1), *_arc(0.4, 0.72, 0.4, 0.28, 100, 260), (0.85, 0.44)), ((0.4, 0.44), (0, 0))),
    "Ћ": (((0, 1), (0.8, 1)), ((0.3, 1), (0.3, 0)), ((0.3, 0.5), (0.7, 0.55), (0.85, 0.4), (0.85, 0))),
    "Ђ": (((0, 1), (0.8, 1)), ((0.3, 1), (0.3, 0)), ((0.3, 0.5), (0.7, 0.55), (0.85, 0.4), (0.85, 0), (0.6, -0.2))),
    "Љ": (((0, 0), (0.15, 1), (0.5, 1), (0.5, 0)), tuple((0.5 + 0.6 * u, v) for u, v in _BOWL_LOW)),
    "Њ": (((0, 0), (0, 1)), ((0, 0.52), (0.5, 0.52)), ((0.5, 1), (0.5, 0)),
          tuple((0.5 + 0.6 * u, v) for u, v in _BOWL_LOW)),
    "Џ": (((0, 1), (0, 0), (0.85, 0), (0.85, 1)), ((0.42, 0), (0.42, -0.2))),
    "Қ": (((0, 0), (0, 1)), ((0.8, 1), (0.05, 0.5), (0.8, 0), (0.8, -0.2))),
    "Ң": (((0, 0), (0, 1)), ((0, 0.5), (0.8, 0.5)), ((0.8, 1), (0.8, 0), (0.95, 0), (0.95, -0.2))),
    "Ө": (_arc(0.5, 0.5, 0.5, 0.5, 0, 360), ((0.05, 0.5), (0.95, 0.5))),
    "Ү": (((0, 1), (0.45, 0.45), (0.9, 1)), ((0.45, 0.45), (0.45, 0))),
    "Ұ": (((0, 1), (0.45, 0.45), (0.9, 1)), ((0.45, 0.45), (0.45, 0)), ((0.15, 0.3), (0.75, 0.3))),
    "Ғ": (((0.1, 0), (0.1, 1), (0.85, 1)), ((-0.1, 0.5), (0.5, 0.5))),
    "Ә": (_arc(0.45, 0.5, 0.45, 0.5, 160, -180), ((0.0, 0.5), (0.9, 0.5))),
    "б": ((*_arc(0.5, 0.42, 0.45, 0.42, 180, -180), (0.08, 0.8), (0.3, 1.25), (0.9, 1.4)),),
    "ф": (((0.5, -0.35), (0.5, 1.3)), _arc(0.5, 0.5, 0.5, 0.48, 0, 360)),
    "Γ": (((0, 0), (0, 1), (0.8, 1)),),
    "Δ": (((0, 0), (0.5, 1), (1, 0), (0, 0)),),
    "Θ": (_arc(0.5, 0.5, 0.5, 0.5, 0, 360), ((0.25, 0.5), (0.75, 0.5))),
    "Λ": (((0, 0), (0.5, 1), (1, 0)),),
    "Ξ": (((0, 0), (0.9, 0)), ((0.15, 0.5), (0.75, 0.5)), ((0, 1), (0.9, 1))),
    "Π": (((0, 0), (0, 1), (0.85, 1), (0.85, 0)),),
    "Σ": (((0.9, 1), (0, 1), (0.5, 0.5), (0, 0), (0.9, 0)),),
    "Φ": (((0.5, 0), (0.5, 1)), _arc(0.5, 0.52, 0.5, 0.3, 0, 360)),
    "Ψ": (((0.5, 0), (0.5, 1)), ((0, 1), *_arc(0.5, 0.7, 0.5, 0.35, 180, 360), (1, 1))),
    "Ω": (((0, 0), (0.32, 0), *_arc(0.5, 0.55, 0.46, 0.45, 240, -60), (0.68, 0), (1, 0)),),
    "α": (_arc(0.4, 0.5, 0.4, 0.5, 30, 330), ((0.85, 1), (0.7, 0.3), (0.95, 0))),
    "β": (((0, -0.4), (0, 1.0), *_arc(0.35, 1.05, 0.33, 0.3, 180, -60), (0.4, 0.75),
          *_arc(0.4, 0.36, 0.4, 0.36, 80, -110)),),
    "γ": (((0, 1), (0.45, 0), (0.9, 1)), ((0.45, 0), (0.4, -0.4))),
    "δ": (_arc(0.45, 0.42, 0.42, 0.42, 0, 360), ((0.6, 0.8), (0.2, 1.2), (0.4, 1.4), (0.8, 1.35))),
    "ε": (_arc(0.45, 0.75, 0.4, 0.25, 40, 270), _arc(0.45, 0.25, 0.45, 0.25, 90, 320)),
    "ζ": (((0.1, 1.4), (0.8, 1.4), (0.1, 0.6), (0.15, 0.1), (0.7, 0), (0.7, -0.3)),),
    "η": (((0, 0), (0, 1)), ((0, 0.7), (0.4, 1), (0.75, 0.8), (0.75, -0.4))),
    "θ": (_arc(0.42, 0.68, 0.4, 0.7, 0, 360), ((0.05, 0.7), (0.8, 0.7))),
    "λ": (((0.1, 1.4), (0.3, 1.3), (0.85, 0)), ((0.45, 0.85), (0, 0))),
    "μ": (((0, -0.4), (0, 1)), ((0, 0.3), (0.25, 0), (0.6, 0.1), (0.8, 0.4)), ((0.8, 1), (0.8, 0))),
    "ξ": (((0.1, 1.4), (0.8, 1.4)), ((0.7, 1.35), (0.15, 1.05), (0.7, 0.75)), ((0.5, 0.75), (0.05, 0.35), (0.7, 0),
          (0.65, -0.3))),
    "π": (((0, 1), (1, 1)), ((0.25, 1), (0.2, 0)), ((0.75, 1), (0.8, 0))),
    "ρ": (((0.05, -0.4), (0.05, 0.5)), _arc(0.45, 0.5, 0.4, 0.5, 0, 360)),
    "σ": (_arc(0.4, 0.45, 0.4, 0.45, 0, 360), ((0.4, 0.95), (1, 0.95))),
    "ς": (_arc(0.45, 0.5, 0.42, 0.48, 40, 250), ((0.3, 0.06), (0.7, -0.1), (0.6, -0.35))),
    "τ": (((0, 1), (0.85, 1)), ((0.4, 1), (0.4, 0.15), (0.65, 0))),
    "φ": (_arc(0.5, 0.5, 0.48, 0.48, 0, 360), ((0.5, 1.3), (0.5, -0.4))),
    "χ": (((0, 1), (0.85, -0.4)), ((0.85, 1), (0, -0.4))),
    "ψ": (((0.5, 1.3), (0.5, -0.4)), ((0, 1), *_arc(0.5, 0.5, 0.5, 0.45, 180, 360), (1, 1))),
    "ω": (((0.15, 1), *_arc(0.28, 0.4, 0.27, 0.4, 150, 330), (0.52, 0.7)), ((0.52, 0.3),
          *_arc(0.78, 0.4, 0.27, 0.4, 210, 390), (0.92, 1))),
}  # fmt: skip
# Latin letters that come apart into none of the alphabet's.
PLAIN = {
    "Đ": "D", "đ": "d", "Ł": "L", "ł": "l", "Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss",
    "Þ": "Th", "þ": "th", "Ð": "D", "ð": "d", "ı": "i", "Ħ": "H", "ħ": "h", "Ə": "E", "ə": "e", "Ŋ": "N", "ŋ": "n",
    "ʻ": "'", "ʼ": "'", "’": "'", "‘": "'", "–": "-", "—": "-",
}  # fmt: skip
# Combining marks, as lines around (0, 0) in parts of the letter's size; below zero: under the letter.
ACCENTS: dict[str, Strokes] = {
    "\u0300": (((-0.12, 0.12), (0.04, 0.0)),),
    "\u0301": (((-0.04, 0.0), (0.12, 0.12)),),
    "\u0302": (((-0.14, 0.0), (0.0, 0.12), (0.14, 0.0)),),
    "\u0303": (((-0.16, 0.02), (-0.06, 0.09), (0.06, 0.02), (0.16, 0.09)),),
    "\u0304": (((-0.15, 0.05), (0.15, 0.05)),),
    "\u0306": (((-0.14, 0.12), (-0.06, 0.02), (0.06, 0.02), (0.14, 0.12)),),
    "\u0307": (((-0.04, 0.05), (0.04, 0.05)),),
    "\u0308": (((-0.15, 0.05), (-0.07, 0.05)), ((0.07, 0.05), (0.15, 0.05))),
    "\u030a": (_arc(0.0, 0.08, 0.09, 0.08, 0, 360),),
    "\u030b": (((-0.12, 0.0), (0.0, 0.12)), ((0.04, 0.0), (0.16, 0.12))),
    "\u030c": (((-0.14, 0.12), (0.0, 0.0), (0.14, 0.12)),),
    "\u0323": (((-0.04, -0.12), (0.04, -0.12)),),
    "\u0326": (((0.02, -0.06), (-0.04, -0.18)),),
    "\u0327": (((0.0, -0.02), (0.06, -0.12), (-0.08, -0.18)),),
    "\u0328": (((0.12, -0.02), (0.04, -0.12), (0.16, -0.18)),),
}
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


def draw_glyph(pen: ImageDraw.ImageDraw, code: int, script: str, x: float, top: float, size: float) -> float:
    """Draw the glyph of a code point in its script's habit at x; how far to go on."""
    rng = np.random.Generator(np.random.PCG64(code))
    habit = HABITS.get(script, "corners")
    return _DRAW[habit](pen, rng, x, top, size)


def _line(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: int = 4) -> None:
    pen.line(points, fill=255, width=width, joint="curve")


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
    return w + 5


def _blocks(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.82, s * 0.86
    if rng.random() < 0.5:
        pen.ellipse((x + 2, top + 2, x + 0.45 * w, top + 0.46 * h), outline=255, width=4)
    else:
        corner = [(x, top + 0.42 * h), (x, top + 3), (x + 0.42 * w, top + 3)]
        _line(
            pen,
            corner if rng.random() < 0.5 else [(x, top + 3), (x + 0.42 * w, top + 3), (x + 0.42 * w, top + 0.42 * h)],
        )
    bar = x + 0.72 * w
    _line(pen, [(bar, top), (bar, top + 0.52 * h)])
    tick = rng.choice([-0.16, 0.2])
    _line(pen, [(bar, top + 0.24 * h), (bar + tick * w, top + 0.24 * h)])
    low = top + 0.62 * h
    if rng.random() < 0.45:
        pen.ellipse((x + 0.25 * w, low, x + 0.72 * w, top + h), outline=255, width=4)
    else:
        _line(pen, [(x + 0.1 * w, low), (x + 0.1 * w, top + h - 2), (x + 0.85 * w, top + h - 2)])
    return w + 5


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
            width=4,
        )
    return w + 5


def _ringed(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.46, s * 0.72
    y = top + 0.12 * s
    pen.ellipse((x, y + 0.05 * h, x + 9, y + 0.05 * h + 9), outline=255, width=3)
    _line(pen, [(x + 4, y + 9), (x + 4, y + h)], 4)
    pen.arc((x + 3, y, x + w, y + 0.7 * h), 180, 370, fill=255, width=4)
    _line(pen, [(x + w - 2, y + 0.3 * h), (x + w - 2, y + h)], 4)
    if rng.random() < 0.5:
        _line(pen, [(x + 4, y + h - 2), (x + w - 2, y + (h - 2 if rng.random() < 0.5 else 0.5 * h))], 4)
    if rng.random() < 0.4:
        _line(pen, [(x + 0.2 * w, y - 5), (x + 0.9 * w, y - 9)], 3)
    return w + 7


def _loops(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.62, s * 0.62
    y = top + 0.16 * s
    pen.arc((x, y, x + w, y + h), rng.uniform(0, 120), rng.uniform(270, 400), fill=255, width=4)
    k = rng.uniform(0.1, 0.5)
    pen.ellipse((x + k * w, y + k * h, x + (k + 0.4) * w, y + (k + 0.4) * h), outline=255, width=4)
    if rng.random() < 0.5:
        pen.arc((x + 0.3 * w, y + 0.5 * h, x + w, y + 1.25 * h), 250, 440, fill=255, width=4)
    return w + 6


def _bar(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.58, s * 0.76
    _line(pen, [(x - 4, top + 3), (x + w + 5, top + 3)], 5)
    _line(pen, [(x + 0.85 * w, top + 3), (x + 0.85 * w, top + h)], 4)
    y = rng.uniform(0.15, 0.4)
    pen.arc(
        (x + 0.05 * w, top + y * h, x + 0.75 * w, top + (y + 0.5) * h), rng.uniform(120, 220), 430, fill=255, width=4
    )
    if rng.random() < 0.6:
        _line(pen, [(x + 0.1 * w, top + rng.uniform(0.5, 0.9) * h), (x + 0.85 * w, top + 0.5 * h)], 4)
    return w + 2


def _joined(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w = s * rng.uniform(0.36, 0.62)
    base = top + 0.60 * s
    _line(pen, [(x - 3, base), (x + w + 3, base)], 5)
    form = rng.random()
    if form < 0.35:
        _line(pen, [(x + 0.5 * w, base), (x + 0.5 * w, top + rng.uniform(-0.05, 0.3) * s)], 5)
    elif form < 0.7:
        pen.arc((x, base - 0.1 * s, x + w, base + 0.34 * s), 0, 180, fill=255, width=5)
    else:
        pen.ellipse((x + 0.2 * w, base - 0.26 * s, x + 0.8 * w, base), outline=255, width=5)
    for k in range(int(rng.integers(0, 4))):
        y = base - 0.38 * s if rng.random() < 0.5 else base + 0.22 * s
        pen.ellipse((x + 0.2 * w + 7 * k, y, x + 0.2 * w + 7 * k + 5, y + 5), fill=255)
    return w


def _corners(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.5, s * 0.66
    y = top + 0.08 * s
    _line(pen, [(x, y + 3), (x + w, y + 3), (x + w, y + h)], 6)
    if rng.random() < 0.5:
        _line(pen, [(x + 0.05 * w, y + h), (x + 1.1 * w, y + h)], 6)
    if rng.random() < 0.5:
        _line(pen, [(x + 0.1 * w, y + rng.uniform(0.25, 0.5) * h), (x + 0.1 * w, y + h)], 5)
    return w + 7


def _arches(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.5, s * 0.72
    up = rng.random() < 0.5
    box = (x, top, x + w, top + 0.8 * h) if up else (x, top + 0.2 * h, x + w, top + h)
    pen.arc(box, 180 if up else 0, 360 if up else 180, fill=255, width=5)
    for u in (0.04, 0.96):
        if rng.random() < 0.8:
            _line(pen, [(x + u * w, top + 0.3 * h), (x + u * w, top + (h if up else 0.0))], 5)
    _line(pen, [(x + 0.9 * w, top + 0.6 * h), (x + 1.15 * w, top + 0.6 * h)], 5)
    return w + 9


def _legs(pen: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, top: float, s: float) -> float:
    w, h = s * 0.56, s * 0.74
    for k in range(int(rng.integers(1, 4))):
        u = (k + 0.5) / 3
        _line(pen, [(x + u * w, top + 0.3 * h), (x + u * w, top + h * (0.8 + 0.2 * sin(pi * u)))], 6)
    pen.ellipse((x + 0.1 * w, top + 0.05 * h, x + 0.85 * w, top + 0.45 * h), outline=255, width=5)
    if rng.random() < 0.5:
        _line(pen, [(x + 0.8 * w, top + 0.5 * h), (x + 1.15 * w, top + 0.5 * h)], 5)
    return w + 8


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
