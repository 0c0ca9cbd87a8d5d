"""Colours as plain triples: mixed, shifted, named. Knows no clue.

All sRGB in 0 … 1, worked on as they are: good enough for tints, and what the tables were picked in by eye.
"""

from world.scene import RGB

NAMED: dict[str, RGB] = {
    "white": (0.93, 0.93, 0.91),
    "black": (0.07, 0.07, 0.08),
    "grey": (0.60, 0.60, 0.60),
    "red": (0.80, 0.10, 0.10),
    "yellow": (0.95, 0.76, 0.10),
    "orange": (0.95, 0.50, 0.08),
    "blue": (0.10, 0.28, 0.68),
    "lightblue": (0.35, 0.62, 0.88),
    "green": (0.04, 0.42, 0.26),
    "brightgreen": (0.15, 0.65, 0.25),
    "brown": (0.42, 0.26, 0.14),
    "cream": (0.93, 0.87, 0.70),
    "pink": (0.93, 0.62, 0.66),
    "darkgrey": (0.30, 0.30, 0.32),
}


def clip(rgb: RGB) -> RGB:
    """Every channel into 0 … 1."""
    return (min(1.0, max(0.0, rgb[0])), min(1.0, max(0.0, rgb[1])), min(1.0, max(0.0, rgb[2])))


def mix(a: RGB, b: RGB, share_of_b: float) -> RGB:
    """From `a` (0) to `b` (1)."""
    t = min(1.0, max(0.0, share_of_b))
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def shift(rgb: RGB, light: float = 0.0, warm: float = 0.0, green: float = 0.0) -> RGB:
    """Lighter by a factor exp(light), warmer (red up, blue down) and greener (against red and blue)."""
    factor = 2.718281828 ** max(-1.5, min(1.5, light))
    return clip((rgb[0] * factor + warm - green / 2, rgb[1] * factor + green, rgb[2] * factor - warm - green / 2))


def saturate(rgb: RGB, factor: float) -> RGB:
    """Away from (factor > 1) or toward (factor < 1) its own grey."""
    grey = 0.3 * rgb[0] + 0.59 * rgb[1] + 0.11 * rgb[2]
    return clip((grey + (rgb[0] - grey) * factor, grey + (rgb[1] - grey) * factor, grey + (rgb[2] - grey) * factor))
