"""Animals as pressed in clay, seen from the side: standing, and with the head down to graze. Knows no place.

Parts: A the hide, B patches, saddle or mane, C horns, muzzle or comb.
"""

from collections.abc import Callable
from functools import partial

from world.sprites.clay import DARK, A, B, C, Clay

Head = tuple[float, float, float, float]  # of the skull and of the muzzle


def _beast(
    c: Clay, graze: bool, *, back: float = 0.66, thick: float = 0.13, rear: float = 0.27, front: float = 0.66,
    leg: float = 0.026, neck: tuple[float, float] = (0.13, 0.10), neck_r: float = 0.065, head: float = 0.12,
    head_r: float = 0.042, tail: float = 0.28, face: int = A, legs: int = A,
) -> Head:  # fmt: skip
    """A body on four legs that looks right; where its head is."""
    middle = back - thick
    for x, light in ((rear + 0.055, 0.32), (front - 0.065, 0.32), (rear - 0.015, 0.55), (front + 0.015, 0.55)):
        knee = x + (0.022 if x < 0.5 else -0.008)
        c.limb(x, middle - 0.03, leg * 2.1, knee, 0.45 * middle, leg * 1.15, legs, light)
        c.limb(knee, 0.45 * middle, leg * 1.1, x, 0.045, leg * 0.85, legs, light)
        c.limb(x, 0.020, leg, x + 0.012, 0.018, leg, DARK, 0.4)
    c.limb(rear - 0.05, middle + 0.05, 0.016, rear - 0.085, middle + 0.05 - tail, 0.012, A, 0.5)
    c.limb(rear, middle, thick, front, middle + 0.005, thick * 1.02, A)
    c.limb(rear + 0.1, middle - 0.05, thick * 0.8, front - 0.1, middle - 0.05, thick * 0.85, A, 0.50)
    if graze:
        x, y, dx, dy = front + 0.15, 0.19, 0.42, -0.90
    else:
        x, y, dx, dy = front + neck[0], back + neck[1], 0.90, -0.42
    c.limb(front + 0.02, middle + 0.02, neck_r * 1.35, x, y, neck_r * 0.75, A)
    mx, my = x + head * dx, y + head * dy
    c.limb(x, y, head_r * 1.15, mx, my, head_r * 0.72, face)
    return x, y, mx, my


def _cow(c: Clay, graze: bool, horns: bool = False, patches: bool = True, hump: bool = False) -> None:
    x, y, mx, my = _beast(c, graze, back=0.70, thick=0.155, neck=(0.12, -0.01), neck_r=0.085, head=0.14, leg=0.028)
    c.ball(0.36, 0.38, 0.045, 0.035, C, 0.5)
    if patches:
        for cx, cy, rx, ry in ((0.30, 0.60, 0.11, 0.09), (0.57, 0.57, 0.10, 0.12), (0.70, 0.60, 0.05, 0.07)):
            c.ball(cx, cy, rx, ry, B)
        c.limb(x, y + 0.005, 0.045, 0.5 * (x + mx), 0.5 * (y + my), 0.035, B)
    if hump:
        c.ball(front := 0.645, 0.725, 0.075, 0.065, A, 0.66)
        c.shape([(front + 0.03, 0.52), (front + 0.14, 0.60), (front + 0.10, 0.38), (front + 0.02, 0.36)], A, 0.5)
    c.ball(mx, my, 0.030, 0.028, C, 0.55)
    c.limb(x - 0.01, y + 0.03, 0.014, x - 0.055, y + 0.035, 0.022, A, 0.5)
    if horns:
        c.limb(x + 0.01, y + 0.04, 0.014, x + 0.03, y + 0.10, 0.010, C, 0.9)
        c.limb(x + 0.03, y + 0.10, 0.010, x + 0.02, y + 0.15, 0.005, C, 0.9)


def _buffalo(c: Clay, graze: bool) -> None:
    x, y, mx, my = _beast(c, graze, back=0.66, thick=0.165, neck=(0.13, -0.04), neck_r=0.085, head=0.14, leg=0.033)
    c.limb(x, y + 0.04, 0.020, x - 0.10, y + 0.10, 0.014, C, 0.5)
    c.limb(x - 0.10, y + 0.10, 0.014, x - 0.17, y + 0.08, 0.006, C, 0.6)
    c.ball(mx, my, 0.032, 0.028, DARK, 0.8)


def _sheep(c: Clay, graze: bool) -> None:
    x, y, mx, my = _beast(c, graze, back=0.64, thick=0.17, rear=0.30, front=0.62, neck=(0.15, 0.06), neck_r=0.06,
                          head=0.10, head_r=0.045, leg=0.021, tail=0.10, face=B, legs=B)  # fmt: skip
    c.fleece(0.46, 0.48, 0.27, 0.155, 130, 0.042, A)
    c.limb(x - 0.02, y - 0.01, 0.04, x, y, 0.035, A)
    c.limb(x, y, 0.044, mx, my, 0.030, B)
    c.limb(x - 0.005, y + 0.02, 0.012, x - 0.05, y + 0.01, 0.018, B, 0.5)


def _goat(c: Clay, graze: bool) -> None:
    x, y, mx, my = _beast(c, graze, back=0.62, thick=0.12, rear=0.30, front=0.62, neck=(0.11, 0.13), neck_r=0.05,
                          head=0.10, head_r=0.036, leg=0.022, tail=-0.06)  # fmt: skip
    c.ball(0.42, 0.52, 0.12, 0.08, B)
    c.limb(x, y + 0.02, 0.011, x - 0.05, y + 0.12, 0.006, C, 0.6)
    c.limb(x - 0.01, y + 0.01, 0.011, x - 0.05, y - 0.02, 0.016, A, 0.5)
    c.limb(mx - 0.02, my - 0.02, 0.010, mx - 0.025, my - 0.07, 0.005, B, 0.5)


def _horse(c: Clay, graze: bool) -> None:
    x, y, _, _ = _beast(c, graze, back=0.64, thick=0.115, rear=0.27, front=0.64, neck=(0.15, 0.20), neck_r=0.062,
                          head=0.16, head_r=0.042, leg=0.022, tail=0.10)  # fmt: skip
    c.limb(0.23, 0.58, 0.018, 0.19, 0.30, 0.030, B, 0.5)
    c.limb(0.66, 0.66, 0.022, x - 0.035, y + 0.02, 0.024, B, 0.5)
    c.limb(x - 0.005, y + 0.03, 0.012, x - 0.005, y + 0.075, 0.007, A)


def _donkey(c: Clay, graze: bool) -> None:
    x, y, mx, my = _beast(c, graze, back=0.66, thick=0.13, rear=0.28, front=0.64, neck=(0.13, 0.14), neck_r=0.062,
                          head=0.15, head_r=0.046, leg=0.022)  # fmt: skip
    c.ball(mx, my, 0.034, 0.030, C, 0.8)
    for shift in (-0.03, 0.01):
        c.limb(x + shift, y + 0.03, 0.016, x + shift - 0.02, y + 0.14, 0.010, A, 0.55)


def _llama(c: Clay, graze: bool) -> None:
    x, y, _, _ = _beast(c, graze, back=0.54, thick=0.125, rear=0.30, front=0.60, neck=(0.10, 0.36), neck_r=0.055,
                          head=0.09, head_r=0.038, leg=0.024, tail=0.02)  # fmt: skip
    c.fleece(0.45, 0.42, 0.21, 0.11, 90, 0.035, A)
    c.ball(0.40, 0.47, 0.09, 0.05, B)
    for shift in (-0.02, 0.012):
        c.limb(x + shift, y + 0.03, 0.012, x + shift + 0.004, y + 0.085, 0.007, A, 0.55)


def _camel(c: Clay, graze: bool, humps: int = 1) -> None:
    thick = 0.105 if humps == 1 else 0.12
    x, y, mx, my = _beast(c, graze and humps == 2, back=0.60, thick=thick, rear=0.29, front=0.60,
                          neck=(0.23, 0.20), neck_r=0.048, head=0.12, head_r=0.036, leg=0.023, tail=0.16)  # fmt: skip
    if humps == 1:
        c.shape([(0.32, 0.56), (0.40, 0.68), (0.45, 0.72), (0.50, 0.68), (0.58, 0.56)], A, 0.72)
    else:
        for cx in (0.36, 0.55):
            c.limb(cx, 0.55, 0.065, cx + 0.01, 0.67, 0.030, B, 0.64)
        c.limb(0.63, 0.47, 0.05, 0.76, 0.50, 0.05, B, 0.45)
    if not (graze and humps == 2):
        c.limb(0.62, 0.50, 0.075, 0.74, 0.50, 0.055, A, 0.5)
        c.limb(0.74, 0.50, 0.055, x, y, 0.040, A, 0.58)
        c.limb(x, y, 0.042, mx, my, 0.028, A)
    c.limb(x - 0.01, y + 0.02, 0.010, x - 0.02, y + 0.055, 0.008, A, 0.5)


def _reindeer(c: Clay, graze: bool) -> None:
    x, y, _, _ = _beast(c, graze, back=0.60, thick=0.12, rear=0.29, front=0.62, neck=(0.14, 0.04), neck_r=0.06,
                        head=0.12, head_r=0.038, leg=0.021, tail=0.04)  # fmt: skip
    c.limb(0.64, 0.48, 0.065, 0.72, 0.46, 0.05, B, 0.62)
    for dx in (-0.02, 0.03):
        c.limb(x, y + 0.03, 0.010, x - 0.10 + dx, y + 0.14, 0.009, C, 0.6)
        c.limb(x - 0.10 + dx, y + 0.14, 0.009, x - 0.05 + dx, y + 0.27, 0.006, C, 0.6)
        c.limb(x - 0.02 + dx, y + 0.06, 0.008, x + 0.05 + dx, y + 0.13, 0.006, C, 0.6)


def _yak(c: Clay, graze: bool) -> None:
    x, y, mx, my = _beast(c, graze, back=0.66, thick=0.165, neck=(0.12, -0.06), neck_r=0.085, head=0.13, leg=0.030)
    c.shape([(0.17, 0.52), (0.80, 0.52), (0.76, 0.20), (0.66, 0.24), (0.50, 0.19), (0.35, 0.24), (0.20, 0.20)], A, 0.5)
    c.ball(0.60, 0.62, 0.15, 0.09, A, 0.66)
    c.limb(0.19, 0.50, 0.04, 0.16, 0.24, 0.05, B, 0.6)
    c.limb(x, y, 0.05, mx, my, 0.034, A, 0.55)
    c.limb(x - 0.01, y + 0.04, 0.013, x - 0.02, y + 0.13, 0.006, C, 0.9)


def _kangaroo(c: Clay, graze: bool) -> None:
    c.limb(0.42, 0.10, 0.040, 0.10, 0.03, 0.022, A, 0.5)
    c.limb(0.44, 0.26, 0.11, 0.56, 0.50 if not graze else 0.36, 0.075, A)
    c.limb(0.44, 0.20, 0.085, 0.52, 0.10, 0.04, A, 0.66)
    c.limb(0.44, 0.03, 0.022, 0.60, 0.022, 0.018, A, 0.5)
    y = 0.66 if not graze else 0.34
    x = 0.60 if not graze else 0.70
    c.limb(0.56, y - 0.16, 0.06, x, y + 0.02, 0.038, A)
    c.limb(0.60, y - 0.16, 0.020, 0.66, y - 0.27, 0.014, A, 0.7)
    c.limb(x, y + 0.03, 0.042, x + 0.10, y, 0.022, A)
    for shift in (-0.02, 0.02):
        c.limb(x + shift, y + 0.06, 0.018, x + shift - 0.01, y + 0.15, 0.010, A, 0.6)


def _dog(c: Clay, graze: bool) -> None:
    x, y, mx, my = _beast(c, False, back=0.58, thick=0.105, rear=0.30, front=0.62, neck=(0.10, 0.12), neck_r=0.055,
                          head=0.12, head_r=0.052, leg=0.024, tail=-0.12)  # fmt: skip
    c.ball(0.66, 0.47, 0.06, 0.07, B)
    c.limb(x - 0.02, y + 0.02, 0.022, x - 0.05, y - 0.04, 0.018, B, 0.5)
    c.ball(mx, my, 0.020, 0.018, DARK, 0.5)


def _chicken(c: Clay, graze: bool) -> None:
    for x in (0.48, 0.54):
        c.limb(x, 0.24, 0.014, x, 0.02, 0.012, C)
    c.shape([(0.18, 0.62), (0.30, 0.40), (0.36, 0.60), (0.24, 0.74)], B, 0.6)
    c.ball(0.48, 0.40, 0.22, 0.18, A)
    y = 0.70 if not graze else 0.22
    c.limb(0.62, 0.46, 0.09, 0.72, y, 0.055, A)
    c.limb(0.72, y, 0.055, 0.74, y, 0.055, A)
    c.ball(0.73, y + 0.06, 0.04, 0.03, C)
    c.limb(0.78, y, 0.018, 0.84, y - 0.02, 0.008, C)


Drawer = Callable[[Clay, bool], None]
ANIMALS: dict[str, tuple[float, Drawer]] = {  # side of the square picture in metres, and who draws it
    "cow": (2.15, _cow),
    "brown-cow": (2.10, partial(_cow, patches=False)),
    "longhorn": (2.05, partial(_cow, patches=False, horns=True)),
    "zebu": (2.05, partial(_cow, patches=False, horns=True, hump=True)),
    "buffalo": (2.10, _buffalo),
    "sheep": (1.22, _sheep),
    "goat": (1.15, _goat),
    "horse": (2.35, _horse),
    "donkey": (1.80, _donkey),
    "llama": (1.95, _llama),
    "alpaca": (1.60, _llama),
    "camel": (2.95, _camel),
    "bactrian": (2.75, partial(_camel, humps=2)),
    "reindeer": (1.85, _reindeer),
    "yak": (2.10, _yak),
    "kangaroo": (1.90, _kangaroo),
    "dog": (0.95, _dog),
    "chicken": (0.48, _chicken),
}
