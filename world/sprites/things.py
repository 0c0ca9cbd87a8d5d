"""Things of the street that look alike from all sides, as pressed in clay: parasols, stalls, bales. Knows no place.

Parts: A cloth or paint, B the second colour, C goods, wood or metal.
"""

from collections.abc import Callable

from world.sprites.clay import DARK, A, B, C, Clay


def _parasol(c: Clay) -> None:
    c.limb(0.5, 0.0, 0.012, 0.5, 0.85, 0.010, C, 0.5)
    c.limb(0.44, 0.015, 0.015, 0.56, 0.015, 0.015, DARK, 0.6)
    panels = 6
    for k in range(panels):
        low, high = -0.46 + 0.92 * k / panels, -0.46 + 0.92 * (k + 1) / panels
        light = 0.82 - 0.30 * abs(low + high)
        c.shape([(0.5 + low, 0.70), (0.5 + high, 0.70), (0.5 + 0.03 * high, 0.96)], A if k % 2 else B, light, 0.1)
    c.limb(0.05, 0.69, 0.012, 0.95, 0.69, 0.012, A, 0.5)


def _goods(c: Clay, low: float, count: int) -> None:
    for x in (0.16, 0.36, 0.56, 0.76):
        part = (A, C, B, C)[int(x * 5) % 4]
        c.fleece(x + 0.04, low + 0.02, 0.10, 0.035, count, 0.025, part)


def _stall(c: Clay) -> None:
    for x in (0.07, 0.93):
        c.limb(x, 0.0, 0.012, x, 0.86, 0.012, DARK, 0.9)
    c.box(0.05, 0.05, 0.95, 0.36, C, 0.40)
    c.box(0.05, 0.33, 0.95, 0.38, C, 0.75)
    _goods(c, 0.39, 26)
    c.ball(0.62, 0.62, 0.035, 0.042, DARK, 0.9)
    c.limb(0.62, 0.56, 0.05, 0.62, 0.44, 0.06, B, 0.5)
    for k in range(8):
        x = 0.03 + 0.1175 * k
        c.shape([(x, 0.76), (x + 0.1175, 0.76), (x + 0.1, 0.97), (x + 0.015, 0.97)], A if k % 2 else B, 0.74, 0.1)
        c.limb(x + 0.03, 0.755, 0.028, x + 0.09, 0.755, 0.028, A if k % 2 else B, 0.55)


def _crates(c: Clay) -> None:
    for x0, y0 in ((0.08, 0.0), (0.38, 0.0), (0.68, 0.0), (0.22, 0.28), (0.54, 0.28)):
        c.box(x0, y0, x0 + 0.26, y0 + 0.20, C, 0.45)
        c.box(x0, y0 + 0.08, x0 + 0.26, y0 + 0.10, DARK, 0.9)
        c.fleece(x0 + 0.13, y0 + 0.22, 0.10, 0.03, 18, 0.03, A if x0 < 0.4 else B)


def _cafe(c: Clay) -> None:
    for x in (0.24, 0.76):
        c.box(x - 0.10, 0.24, x + 0.10, 0.28, A, 0.7)
        out = -0.09 if x < 0.5 else 0.09
        c.limb(x + out, 0.02, 0.012, x + out, 0.52, 0.014, A, 0.6)
        c.limb(x - out, 0.02, 0.012, x - out, 0.25, 0.012, A, 0.5)
        c.limb(x + out, 0.50, 0.014, x + 0.4 * out, 0.50, 0.014, A, 0.6)
    c.limb(0.5, 0.02, 0.014, 0.5, 0.40, 0.014, DARK, 0.9)
    c.limb(0.42, 0.015, 0.014, 0.58, 0.015, 0.014, DARK, 0.9)
    c.ball(0.5, 0.41, 0.17, 0.025, C, 0.8)
    c.box(0.46, 0.42, 0.49, 0.49, B, 0.7)


def _bench(c: Clay) -> None:
    for x in (0.10, 0.90):
        c.limb(x, 0.0, 0.020, x, 0.28, 0.020, DARK, 0.9)
        c.limb(x, 0.25, 0.018, x, 0.52, 0.014, DARK, 0.9)
    for y in (0.24, 0.36, 0.43, 0.50):
        c.box(0.03, y, 0.97, y + (0.05 if y < 0.3 else 0.045), A, 0.62)


def _bale(c: Clay) -> None:
    c.ball(0.5, 0.40, 0.42, 0.40, A, 0.56)
    for k in range(5):
        c.ring(0.5, 0.40, 0.34 - 0.068 * k, 0.315 - 0.068 * k, A, 0.42)


def _sacks(c: Clay) -> None:
    for x, y in ((0.2, 0.16), (0.5, 0.15), (0.78, 0.17), (0.36, 0.42), (0.64, 0.42)):
        c.ball(x, y, 0.17, 0.16, A, 0.60)
    c.fleece(0.36, 0.56, 0.08, 0.03, 14, 0.03, B)


def _rubbish(c: Clay) -> None:
    for x, y, r in ((0.3, 0.17, 0.2), (0.62, 0.15, 0.19), (0.47, 0.36, 0.17)):
        c.ball(x, y, r, 0.9 * r, A, 0.5)
        c.limb(x, y + 0.8 * r, 0.03, x + 0.02, y + 1.1 * r, 0.02, A, 0.6)


def _signals(c: Clay) -> None:
    c.limb(0.5, 0.0, 0.016, 0.5, 0.70, 0.013, C, 0.5)
    c.box(0.435, 0.68, 0.565, 0.99, A, 0.55)
    for y, part in ((0.94, B), (0.84, DARK), (0.735, DARK)):
        c.ball(0.5, y, 0.042, 0.042, part, 0.9)


def _hydrant(c: Clay) -> None:
    c.limb(0.5, 0.0, 0.17, 0.5, 0.05, 0.17, A, 0.5)
    c.limb(0.5, 0.05, 0.12, 0.5, 0.70, 0.115, A)
    c.limb(0.34, 0.55, 0.075, 0.66, 0.55, 0.075, A, 0.7)
    c.ball(0.5, 0.55, 0.06, 0.06, B)
    c.ball(0.5, 0.76, 0.15, 0.13, B)
    c.limb(0.5, 0.86, 0.04, 0.5, 0.95, 0.035, B)


def _mailbox(c: Clay) -> None:
    c.limb(0.5, 0.0, 0.045, 0.5, 0.72, 0.045, C, 0.5)
    c.limb(0.28, 0.84, 0.12, 0.72, 0.84, 0.12, A, 0.62)
    c.box(0.16, 0.72, 0.84, 0.82, A, 0.5)
    c.limb(0.66, 0.86, 0.02, 0.66, 1.0, 0.02, B)


def _parked_bikes(c: Clay) -> None:
    for shift in (0.0, 0.12, 0.24):
        for x in (0.16, 0.56):
            c.ring(x + shift, 0.19, 0.17, 0.150, DARK)
        for x0, y0, x1, y1 in ((0.16, 0.19, 0.30, 0.42), (0.30, 0.42, 0.38, 0.19), (0.38, 0.19, 0.50, 0.44),
                               (0.30, 0.40, 0.50, 0.44), (0.52, 0.52, 0.56, 0.19)):  # fmt: skip
            c.limb(x0 + shift, y0, 0.012, x1 + shift, y1, 0.012, A if shift < 0.2 else B)


THINGS: dict[str, tuple[float, Callable[[Clay], None]]] = {  # side of the square picture in metres, and who draws it
    "parasol": (2.6, _parasol),
    "stall": (2.6, _stall),
    "crates": (1.3, _crates),
    "cafe": (1.7, _cafe),
    "bench": (1.7, _bench),
    "bale": (1.75, _bale),
    "sacks": (1.2, _sacks),
    "rubbish": (0.9, _rubbish),
    "signals": (3.4, _signals),
    "hydrant": (0.85, _hydrant),
    "mailbox": (1.25, _mailbox),
    "bikes": (1.75, _parked_bikes),
}
