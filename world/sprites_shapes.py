"""How each kind of plant grows, as strokes of the brush. Knows no scenes and no colours."""

from collections.abc import Callable
from math import pi, sin

from world.sprites_brush import Brush


def _round_tree(trunk: float, cy: float, rx: float, ry: float, clumps: int, clump: float) -> Callable[[Brush], None]:
    def draw(b: Brush) -> None:
        b.limb(0.5, 0.0, 0.5 + b.rng.uniform(-0.02, 0.02), cy, trunk, trunk * 0.6)
        for _ in range(4):
            b.limb(
                0.5,
                cy - ry * 0.8,
                0.5 + b.rng.uniform(-0.7, 0.7) * rx,
                cy + b.rng.uniform(0.0, 0.5) * ry,
                trunk * 0.5,
                0.006,
            )
        b.crown(0.5, cy, rx, ry, clumps, clump, 90, 0.0075)

    return draw


def _conifer(skirt: float, low: float, gaps: float, needle: float) -> Callable[[Brush], None]:
    def draw(b: Brush) -> None:
        b.limb(0.5, 0.0, 0.5, 0.98, 0.018, 0.002)
        tiers = 34
        for k in range(tiers):
            u = k / (tiers - 1)
            y = low + (0.975 - low) * u
            reach = skirt * (1.0 - u) ** 0.85 * b.rng.uniform(0.82, 1.12) + 0.008
            count = int(6 + 30 * (1.0 - u))
            for j in b.rng.permutation(count):
                if b.rng.random() < gaps:
                    continue
                v = (j + 0.5) / count * 2.0 - 1.0
                tip = reach * v
                drop = 0.05 * (1.0 - u) + 0.30 * abs(tip) + 0.02 * b.rng.random()
                shade = 0.30 + 0.30 * abs(v) + 0.22 * b.rng.random()
                b.needles(0.5 + 0.35 * tip, y, 0.5 + tip, y - drop, needle * (1.0 - 0.75 * u), shade, v)

    return draw


def _poplar(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.9, 0.018, 0.004)
    for k in range(60):
        u = k / 59
        half = 0.13 * sin(pi * min(0.14 + 0.86 * u, 1.0)) ** 0.55
        b.leaves(0.5 + b.rng.uniform(-0.03, 0.03), 0.13 + 0.84 * u, half, 0.035, 56, 0.0075, b.rng.uniform(-0.12, 0.12))


def _birch(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.51, 0.93, 0.018, 0.004)
    for _ in range(7):
        y = b.rng.uniform(0.3, 0.8)
        b.limb(0.505, y, 0.505 + b.rng.uniform(-0.18, 0.18), y + 0.13, 0.008, 0.003)
    for k in range(30):
        u = k / 29
        x = 0.5 + b.rng.uniform(-0.23, 0.23) * (1.05 - 0.6 * u)
        y = 0.34 + 0.6 * u
        b.leaves(x, y, 0.06, 0.075, 44, 0.006, 0.1 * (0.5 - u))


def _willow(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.6, 0.03, 0.02)
    b.crown(0.5, 0.74, 0.30, 0.2, 22, 0.08, 30, 0.010)
    for _ in range(90):
        x, y = 0.5 + b.rng.uniform(-0.40, 0.40), b.rng.uniform(0.55, 0.85)
        tone = b.rng.uniform(-0.1, 0.2)
        for j in range(9):
            b.leaves(x + 0.004 * j * (x - 0.5), y - 0.035 * j, 0.008, 0.02, 2, 0.006, tone + 0.02 * j)


def _pine(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.49, 0.9, 0.022, 0.008)
    for k in range(14):
        y = 0.45 + 0.5 * k / 13
        side = -1 if k % 2 else 1
        x = 0.495 + side * b.rng.uniform(0.05, 0.22) * (1.1 - 0.6 * k / 13)
        b.limb(0.495, y - 0.05, x, y, 0.008, 0.004)
        b.leaves(x, y + 0.01, 0.085, 0.042, 70, 0.008)
    b.leaves(0.49, 0.94, 0.09, 0.05, 80, 0.008)


def _umbrella(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.66, 0.026, 0.018)
    for k in range(7):
        b.limb(0.5, 0.62, 0.5 + (k - 3) * 0.11, 0.80, 0.012, 0.006)
    for _ in range(22):
        x = b.rng.uniform(-0.42, 0.42)
        b.leaves(0.5 + x, 0.83 + 0.09 * (1 - (x / 0.45) ** 2) * b.rng.random(), 0.085, 0.045, 60, 0.008)


def _cypress(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.3, 0.015, 0.01)
    for k in range(60):
        u = k / 59
        half = 0.085 * sin(pi * min(0.12 + 0.88 * u, 1.0)) ** 0.6
        b.leaves(0.5, 0.06 + 0.9 * u, half, 0.03, 34, 0.009, b.rng.uniform(-0.08, 0.08))


def _araucaria(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.9, 0.02, 0.012)
    for tier in range(5):
        y, reach = 0.62 + 0.075 * tier, 0.36 - 0.035 * tier
        for k in range(9):
            x = 0.5 + reach * (k - 4) / 4
            rise = 0.05 + 0.05 * abs(k - 4) / 4
            b.limb(0.5, y - 0.02, x, y + rise - 0.03, 0.006, 0.004)
            b.leaves(x, y + rise, 0.045, 0.028, 34, 0.008)


def _eucalyptus(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.48, 0.42, 0.024, 0.018)
    tips = b.branches(0.48, 0.42, pi / 2 + 0.35, 0.17, 0.014, 2, 0.6) + b.branches(
        0.48, 0.4, pi / 2 - 0.4, 0.19, 0.014, 2, 0.6
    )
    for x, y in tips:
        b.leaves(x, min(y, 0.93), 0.075, 0.05, 55, 0.009)
        b.leaves(x + b.rng.uniform(-0.06, 0.06), min(y - 0.06, 0.9), 0.05, 0.05, 30, 0.008, 0.1)


def _acacia(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.34, 0.022, 0.016)
    for k in range(8):
        b.limb(0.5, 0.32, 0.5 + (k - 3.5) * 0.11, 0.76, 0.011, 0.004)
    for _ in range(30):
        x = b.rng.uniform(-0.46, 0.46)
        b.leaves(0.5 + x, 0.79 + 0.10 * b.rng.random() * (1 - (x / 0.5) ** 2), 0.075, 0.028, 46, 0.008)


def _baobab(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.55, 0.105, 0.085)
    for k in range(8):
        angle = pi * (0.12 + 0.76 * k / 7)
        for x, y in b.branches(0.5 + (k - 3.5) * 0.02, 0.53, angle, 0.14, 0.02, 2, 0.55):
            b.leaves(x, min(y, 0.95), 0.045, 0.035, 26, 0.009)


def _jungle(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.51, 0.7, 0.028, 0.02)
    b.crown(0.5, 0.72, 0.36, 0.23, 40, 0.09, 90, 0.009)
    for _ in range(14):  # lianas
        x, y = 0.5 + b.rng.uniform(-0.3, 0.3), b.rng.uniform(0.55, 0.7)
        b.limb(x, y, x + 0.01, y - b.rng.uniform(0.1, 0.35), 0.003, 0.002, 0.8)
    b.crown(0.5, 0.10, 0.26, 0.10, 14, 0.07, 40, 0.012)


def _palm(b: Brush) -> None:
    lean = b.rng.uniform(-0.08, 0.08)
    x, y = 0.5 - lean, 0.0
    for k in range(12):
        u = k / 12
        nx, ny = 0.5 - lean + lean * (u + 0.08) ** 1.5, (k + 1) / 12 * 0.68
        b.limb(x, y, nx, ny, 0.021 - 0.008 * u, 0.020 - 0.008 * u)
        x, y = nx, ny
    for k in range(22):
        b.frond(x, y, pi * (1.28 - 1.56 * (k + b.rng.random() * 0.6) / 21), 0.36, 1.5, 0.085)


def _date_palm(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.62, 0.035, 0.03)
    for k in range(40):
        y = 0.6 * k / 40
        b.limb(0.5 - 0.036, y, 0.5 + 0.036, y + 0.01, 0.004, 0.004)
    for k in range(34):
        b.frond(0.5, 0.63, pi * (1.30 - 1.6 * (k + b.rng.random() * 0.6) / 33), 0.34, 0.75, 0.06)


def _banana(b: Brush) -> None:
    for _ in range(3):
        x = 0.5 + b.rng.uniform(-0.16, 0.16)
        top = b.rng.uniform(0.35, 0.5)
        b.limb(x, 0.0, x, top, 0.028, 0.018, 0.4)
        for k in range(8):
            b.blade(x, top, pi * (0.95 - 0.9 * k / 7) + b.rng.uniform(-0.1, 0.1), b.rng.uniform(0.33, 0.48), 1.3, 0.06)


def _bamboo(b: Brush) -> None:
    for _ in range(26):
        x = 0.5 + b.rng.uniform(-0.20, 0.20)
        tip = x + (x - 0.5) * 1.2
        tall = b.rng.uniform(0.7, 0.97)
        b.limb(x, 0.0, 0.5 * (x + tip), 0.6 * tall, 0.007, 0.006, 0.5)
        b.limb(0.5 * (x + tip), 0.6 * tall, tip, tall, 0.006, 0.002, 0.5)
        for j in range(10):
            u = 0.35 + 0.65 * j / 9
            b.leaves(x + (tip - x) * u, tall * u, 0.05, 0.03, 12, 0.007)


def _cactus(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.95, 0.05, 0.045, 1.0)
    b.leaves(0.5, 0.95, 0.04, 0.03, 60, 0.01)
    for side in (-1, 1):
        y, x = b.rng.uniform(0.32, 0.5), 0.5 + side * b.rng.uniform(0.13, 0.19)
        b.limb(0.5, y, x, y + 0.02, 0.032, 0.032, 1.0)
        b.limb(x, y - 0.01, x, y + b.rng.uniform(0.25, 0.4), 0.034, 0.028, 1.0)


def _joshua(b: Brush) -> None:
    b.limb(0.5, 0.0, 0.5, 0.3, 0.04, 0.035)
    for x, y in b.branches(0.5, 0.28, pi / 2 + 0.5, 0.2, 0.03, 2, 0.7) + b.branches(
        0.5, 0.28, pi / 2 - 0.5, 0.2, 0.03, 2, 0.7
    ):
        for k in range(16):
            b.blade(x, min(y, 0.9), pi * (1.2 - 1.4 * k / 15), 0.085, 0.1, 0.010)


def _agave(b: Brush) -> None:
    for k in range(19):
        u = k / 18
        b.blade(0.5, 0.02, pi * (1.0 - u), 0.42 + 0.4 * sin(pi * u), 0.15, 0.05)


def _dead(b: Brush) -> None:
    b.branches(0.5, 0.0, pi / 2, 0.28, 0.026, 4, 0.62)


def _bush(b: Brush) -> None:
    b.crown(0.5, 0.36, 0.40, 0.32, 34, 0.12, 70, 0.012)
    b.crown(0.5, 0.16, 0.42, 0.12, 16, 0.10, 50, 0.012)


def _shrub(b: Brush) -> None:
    for _ in range(16):
        b.branches(0.5 + b.rng.uniform(-0.15, 0.15), 0.0, pi / 2 + b.rng.uniform(-1.0, 1.0), 0.26, 0.007, 2, 0.6)
    for _ in range(26):
        b.leaves(0.5 + b.rng.uniform(-0.38, 0.38), b.rng.uniform(0.12, 0.66), 0.09, 0.06, 16, 0.013)


def _fern(b: Brush) -> None:
    for k in range(15):
        b.frond(0.5, 0.02, pi * (0.97 - 0.94 * k / 14), b.rng.uniform(0.5, 0.8), 1.1, 0.11)


def _grass(b: Brush) -> None:
    for _ in range(70):
        x = 0.5 + b.rng.uniform(-0.38, 0.38)
        angle = pi / 2 - (x - 0.5) * 1.6 + b.rng.uniform(-0.3, 0.3)
        b.blade(x, -0.03, angle, b.rng.uniform(0.4, 0.95), b.rng.uniform(0.0, 0.6), 0.009)


DRAWERS: dict[str, Callable[[Brush], None]] = {
    "oak": _round_tree(0.032, 0.60, 0.38, 0.32, 46, 0.10),
    "maple": _round_tree(0.026, 0.58, 0.30, 0.36, 42, 0.09),
    "poplar": _poplar,
    "birch": _birch,
    "willow": _willow,
    "spruce": _conifer(0.22, 0.12, 0.0, 0.020),
    "pine": _pine,
    "umbrella-pine": _umbrella,
    "larch": _conifer(0.19, 0.15, 0.45, 0.015),
    "cypress": _cypress,
    "araucaria": _araucaria,
    "olive": _round_tree(0.045, 0.58, 0.40, 0.28, 30, 0.11),
    "eucalyptus": _eucalyptus,
    "acacia": _acacia,
    "baobab": _baobab,
    "jungle": _jungle,
    "palm": _palm,
    "date-palm": _date_palm,
    "banana": _banana,
    "bamboo": _bamboo,
    "cactus": _cactus,
    "joshua": _joshua,
    "agave": _agave,
    "dead": _dead,
    "bush": _bush,
    "shrub": _shrub,
    "fern": _fern,
    "grass": _grass,
}
