"""People as pressed in clay: walking, standing, in coats, robes and hats, on two wheels. Knows no place.

Parts: A what the upper body wears, B what the legs wear (or a scarf, or the paint of a motorbike), C skin and straw.
"""

from collections.abc import Callable
from functools import partial

from world.sprites.clay import DARK, A, B, C, Clay


def _head(c: Clay, x: float, y: float, hair: str, face: float = 0.0) -> None:
    if hair == "long":
        c.limb(x - 0.01 - 0.02 * face, y, 0.048, x - 0.02 * face, y - 0.08, 0.046, DARK, 0.8)
    c.limb(x, y - 0.075, 0.024, x, y - 0.03, 0.024, C, 0.45)
    c.ball(x - 0.010 * face, y + 0.012, 0.049, 0.056, DARK, 0.8)
    c.ball(x + 0.012 * face, y - 0.008, 0.041, 0.052, C, 0.62)
    if hair == "cap":
        c.ball(x, y + 0.03, 0.052, 0.034, B)
        c.limb(x, y + 0.02, 0.012, x + 0.07 * face, y + 0.018, 0.008, B)
    elif hair == "straw":
        c.shape([(x - 0.15, y + 0.015), (x + 0.15, y + 0.015), (x + 0.01, y + 0.10), (x - 0.01, y + 0.10)], C, 1.0)
    elif hair == "brim":
        c.limb(x - 0.09, y + 0.025, 0.010, x + 0.09, y + 0.025, 0.010, C, 0.5)
        c.limb(x, y + 0.035, 0.042, x, y + 0.06, 0.036, C, 0.6)
    elif hair == "scarf":
        c.ball(x - 0.008 * face, y + 0.010, 0.055, 0.062, B)
        c.ball(x + 0.016 * face, y - 0.010, 0.034, 0.040, C, 0.62)
        c.limb(x - 0.02 * face, y - 0.05, 0.055, x - 0.03 * face, y - 0.13, 0.07, B)
    elif hair == "load":
        c.ball(x, y + 0.10, 0.10, 0.055, B)
    elif hair == "wool":
        c.ball(x, y + 0.03, 0.050, 0.042, B)


def _walk(c: Clay, hair: str = "short", coat: bool = False, stride: float = 0.11) -> None:
    low = 0.40 if coat else 0.50
    y = 0.875 if hair in ("load", "straw") else 0.925
    c.limb(0.50, 0.76, 0.030, 0.50 + stride * 0.8, 0.60, 0.024, A, 0.42)
    c.ball(0.51 + stride * 0.9, 0.56, 0.020, 0.024, C, 0.45)
    for way, light in ((-1.0, 0.42), (1.0, 0.60)):
        knee, foot = 0.50 + way * stride * 0.55 + 0.02, 0.50 + way * stride
        c.limb(0.50, 0.50, 0.050, knee, 0.28, 0.038, B, light)
        c.limb(knee, 0.28, 0.038, foot, 0.055, 0.026, B, light)
        c.limb(foot, 0.022, 0.020, foot + 0.045, 0.018, 0.016, DARK, 0.5)
    c.limb(0.495, y - 0.16, 0.066, 0.50, low, 0.072, A)
    c.limb(0.495, y - 0.15, 0.034, 0.47 - stride * 0.5, 0.62, 0.027, A, 0.68)
    c.limb(0.47 - stride * 0.5, 0.62, 0.026, 0.47 - stride * 0.7, 0.53, 0.022, A if coat else C, 0.62)
    _head(c, 0.505, y, hair, 1.0)


def _stand(c: Clay, hair: str = "short", coat: bool = False, bag: bool = False) -> None:
    y = 0.875 if hair in ("load", "straw") else 0.925
    for x in (0.455, 0.545):
        c.limb(x, 0.50, 0.050, x, 0.06, 0.032, B)
        c.ball(x, 0.024, 0.032, 0.024, DARK, 0.5)
    for x, out in ((0.415, -1.0), (0.585, 1.0)):
        c.limb(x, y - 0.16, 0.033, x + 0.025 * out, 0.60, 0.027, A)
        c.limb(x + 0.025 * out, 0.60, 0.026, x + 0.02 * out, 0.47, 0.021, A if coat else C)
    c.limb(0.455, y - 0.155, 0.055, 0.465, 0.42 if coat else 0.52, 0.06, A)
    c.limb(0.545, y - 0.155, 0.055, 0.535, 0.42 if coat else 0.52, 0.06, A)
    if bag:
        c.box(0.60, 0.33, 0.69, 0.46, DARK, 0.6)
    _head(c, 0.5, y, hair)


def _skirt(c: Clay, hair: str = "long", hem: float = 0.28, side: float = 0.0) -> None:
    y = 0.875 if hair in ("load", "straw") else 0.925
    for x in (0.46, 0.53):
        c.limb(x + 0.02 * side, 0.45, 0.036, x + 0.05 * side, 0.05, 0.022, C)
        c.ball(x + 0.07 * side, 0.022, 0.030, 0.020, DARK, 0.5)
    flare = 0.13 if hem > 0.2 else 0.15
    corners = [(0.5 - flare, hem), (0.5 + flare, hem), (0.565, 0.58), (0.435, 0.58)]
    c.shape(corners, B, 0.62)
    for x, out in ((0.42, -1.0), (0.58, 1.0)):
        c.limb(x, y - 0.16, 0.030, x + 0.02 * out, 0.60, 0.024, A)
        c.limb(x + 0.02 * out, 0.60, 0.023, x + 0.01 * out, 0.48, 0.019, C)
    c.limb(0.46, y - 0.155, 0.050, 0.475, 0.57, 0.050, A)
    c.limb(0.54, y - 0.155, 0.050, 0.525, 0.57, 0.050, A)
    _head(c, 0.5, y, hair, side)


def _robe(c: Clay, hair: str = "scarf", side: float = 0.0) -> None:
    c.ball(0.47, 0.022, 0.030, 0.020, DARK, 0.5)
    c.ball(0.54, 0.022, 0.030, 0.020, DARK, 0.5)
    c.shape([(0.36, 0.035), (0.64, 0.035), (0.58, 0.55), (0.585, 0.80), (0.415, 0.80), (0.42, 0.55)], A, 0.66)
    for x, out in ((0.42, -1.0), (0.58, 1.0)):
        c.limb(x, 0.77, 0.036, x + 0.03 * out, 0.52, 0.038, A, 0.66)
        c.ball(x + 0.03 * out, 0.47, 0.018, 0.024, C)
    c.limb(0.45, 0.775, 0.040, 0.55, 0.775, 0.040, A, 0.66)
    _head(c, 0.5, 0.91, hair, side)


def _child(c: Clay) -> None:
    for x in (0.465, 0.535):
        c.limb(x, 0.30, 0.034, x, 0.04, 0.022, B)
        c.ball(x, 0.020, 0.024, 0.018, DARK, 0.5)
    for x, out in ((0.435, -1.0), (0.565, 1.0)):
        c.limb(x, 0.50, 0.024, x + 0.03 * out, 0.32, 0.018, A)
        c.ball(x + 0.035 * out, 0.29, 0.016, 0.018, C)
    c.limb(0.5, 0.49, 0.062, 0.5, 0.33, 0.062, A)
    c.limb(0.5, 0.56, 0.02, 0.5, 0.60, 0.02, C)
    c.ball(0.5, 0.645, 0.050, 0.054, DARK, 0.8)
    c.ball(0.5, 0.630, 0.042, 0.048, C)


def _rider(c: Clay, x: float, seat: float, hands: tuple[float, float], hair: str) -> None:
    c.limb(x, seat + 0.03, 0.048, x + 0.14, seat - 0.02, 0.040, DARK, 0.9)
    c.limb(x + 0.14, seat - 0.02, 0.034, x + 0.10, seat - 0.22, 0.024, DARK, 0.9)
    c.limb(x, seat + 0.03, 0.058, x + 0.05, seat + 0.25, 0.060, A)
    c.limb(x + 0.05, seat + 0.25, 0.028, *hands, 0.020, A, 0.68)
    c.ball(*hands, 0.02, 0.02, C)
    _head(c, x + 0.075, seat + 0.37, hair, 1.0)


def _bicycle(c: Clay, hair: str = "short") -> None:
    for x in (0.26, 0.74):
        c.ring(x, 0.17, 0.17, 0.150, DARK)
    for x0, y0, x1, y1 in ((0.26, 0.17, 0.42, 0.42), (0.42, 0.42, 0.50, 0.17), (0.50, 0.17, 0.68, 0.44),
                           (0.42, 0.42, 0.68, 0.44), (0.26, 0.17, 0.50, 0.17), (0.68, 0.46, 0.74, 0.17)):  # fmt: skip
        c.limb(x0, y0, 0.011, x1, y1, 0.011, B)
    c.limb(0.64, 0.52, 0.010, 0.70, 0.50, 0.010, DARK)
    _rider(c, 0.40, 0.47, (0.64, 0.53), hair)


def _motorbike(c: Clay, hair: str = "cap", pillion: bool = False) -> None:
    for x in (0.22, 0.78):
        c.ring(x, 0.145, 0.145, 0.085, DARK)
        c.ball(x, 0.145, 0.04, 0.04, DARK, 0.9)
    c.limb(0.78, 0.15, 0.020, 0.68, 0.50, 0.020, DARK, 0.9)
    c.limb(0.32, 0.20, 0.055, 0.56, 0.18, 0.060, DARK, 0.6)
    c.limb(0.24, 0.33, 0.035, 0.50, 0.36, 0.050, B)
    c.limb(0.50, 0.30, 0.045, 0.66, 0.38, 0.060, B)
    c.limb(0.22, 0.42, 0.028, 0.52, 0.42, 0.035, DARK, 0.8)
    c.ball(0.73, 0.46, 0.045, 0.045, C, 1.0)
    if pillion:
        _rider(c, 0.27, 0.46, (0.44, 0.60), "long")
    _rider(c, 0.42, 0.46, (0.66, 0.56), hair)


def _motorbike_end(c: Clay, hair: str = "cap", rear: bool = False) -> None:
    c.limb(0.5, 0.05, 0.045, 0.5, 0.26, 0.045, DARK, 0.5)
    for x in (0.40, 0.60):
        c.limb(x, 0.48, 0.042, x - 0.02 * (1 if x < 0.5 else -1), 0.20, 0.030, DARK, 0.9)
    c.ball(0.5, 0.36, 0.075, 0.10, B)
    if rear:
        c.box(0.45, 0.27, 0.55, 0.34, C, 0.9)
        c.limb(0.455, 0.40, 0.02, 0.545, 0.40, 0.02, DARK, 0.9)
    else:
        c.ball(0.5, 0.42, 0.045, 0.045, C, 1.0)
    for x, out in ((0.43, -1.0), (0.57, 1.0)):
        c.limb(x, 0.72, 0.034, x + 0.07 * out, 0.58, 0.026, A)
        c.limb(x + 0.07 * out, 0.58, 0.026, x + 0.07 * out, 0.50, 0.020, C)
    c.limb(0.5, 0.52, 0.08, 0.5, 0.72, 0.088, A)
    _head(c, 0.5, 0.84, hair)


PEOPLE: dict[str, tuple[float, tuple[Callable[[Clay], None], Callable[[Clay], None]]]] = {
    # what: height of the picture in metres, and its two views
    "plain": (1.78, (_walk, _stand)),
    "bag": (1.72, (partial(_walk, stride=0.07), partial(_stand, bag=True))),
    "cap": (1.78, (partial(_walk, hair="cap"), partial(_stand, hair="cap"))),
    "brim": (1.82, (partial(_walk, hair="brim"), partial(_stand, hair="brim"))),
    "straw": (1.80, (partial(_walk, hair="straw"), partial(_stand, hair="straw"))),
    "coat": (1.78, (partial(_walk, hair="wool", coat=True), partial(_stand, hair="wool", coat=True))),
    "skirt": (1.70, (partial(_skirt, side=1.0), _skirt)),
    "long-skirt": (1.68, (partial(_skirt, hair="scarf", hem=0.10), partial(_skirt, hair="scarf", hem=0.12, side=1.0))),
    "load": (1.95, (partial(_skirt, hair="load", hem=0.14), partial(_skirt, hair="load", hem=0.16, side=1.0))),
    "robe": (1.74, (partial(_robe, side=1.0), _robe)),
    "thobe": (1.80, (partial(_robe, hair="scarf", side=1.0), partial(_robe, hair="short"))),
    "child": (1.75, (_child, _child)),
    "bicycle": (1.78, (_bicycle, partial(_motorbike_end, hair="short"))),
    "motorbike": (1.72, (_motorbike, _motorbike_end)),
    "motorbike-two": (1.72, (partial(_motorbike, pillion=True), partial(_motorbike_end, rear=True))),
}  # fmt: skip
