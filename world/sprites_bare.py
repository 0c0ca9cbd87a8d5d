"""Trees in winter: the habit of a kind without its leaves. Knows no scenes and no colours."""

from math import cos, pi

from world.sprites_brush import Brush


def bare_tree(b: Brush, kind: str) -> None:
    """A tree in winter: the habit of its kind without leaves."""
    if kind == "larch":
        b.limb(0.5, 0.0, 0.5, 0.98, 0.018, 0.003)
        for k in range(44):
            u = k / 43
            side = -1 if k % 2 else 1
            reach = 0.21 * (1.0 - u) + 0.01
            b.limb(0.5, 0.14 + 0.83 * u, 0.5 + side * reach, 0.11 + 0.83 * u, 0.005, 0.002)
    elif kind == "poplar":
        b.limb(0.5, 0.0, 0.5, 0.97, 0.018, 0.003)
        for k in range(40):
            y = 0.12 + 0.7 * k / 39
            b.limb(0.5, y, 0.5 + (-1 if k % 2 else 1) * b.rng.uniform(0.05, 0.10), y + 0.16, 0.005, 0.002)
    elif kind == "birch":
        b.limb(0.5, 0.0, 0.51, 0.95, 0.018, 0.004)
        for k in range(24):
            y = 0.3 + 0.6 * k / 23
            for _ in range(2):
                lean = cos(pi * k) * b.rng.uniform(0.6, 1.0)
                b.branches(0.505, y, pi / 2 - lean * 0.9, 0.10 * (1.1 - 0.6 * k / 23), 0.005, 1, 0.5)
    elif kind == "baobab":
        b.limb(0.5, 0.0, 0.5, 0.55, 0.105, 0.085)
        for k in range(9):
            b.branches(0.5 + (k - 4) * 0.02, 0.53, pi * (0.1 + 0.8 * k / 8), 0.14, 0.02, 3, 0.55)
    elif kind == "bush":
        for _ in range(12):
            b.branches(0.5 + b.rng.uniform(-0.1, 0.1), 0.0, pi / 2 + b.rng.uniform(-0.8, 0.8), 0.24, 0.010, 3, 0.5)
    else:
        spread = {"acacia": 0.8, "willow": 0.7}.get(kind, 0.55)
        b.limb(0.5, 0.0, 0.5, 0.26, 0.030, 0.024)
        for angle in (-0.55, -0.15, 0.25, 0.6):
            b.branches(0.5, 0.25, pi / 2 + angle, 0.20, 0.015, 4, spread)
