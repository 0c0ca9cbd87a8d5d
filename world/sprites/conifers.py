"""How conifers grow, each as limbs and needles in space. Knows no scenes and no colours."""

import numpy as np
from numpy.typing import NDArray

from world.sprites.broadleaf import egg
from world.sprites.model import GOLDEN, Model, vec

Floats = NDArray[np.float64]


def _whorls(
    m: Model, *, low: float, reach: float, branches: int, droop: float, sprays: int, needle: float, trunk: float,
    power: float = 0.9, hang: float = 0.6, gap: float = 0.0, slim: float = 0.3,
) -> None:  # fmt: skip
    """A straight stem with branches all round; sprays of needles along each, longest at the bottom."""
    rng = m.rng
    m.stem([[0, 0, 0], [0, 0.5, 0], [0, 0.985, 0]], trunk, 0.002)
    u = ((np.arange(branches) + 0.5) / branches) ** 1.12
    keep = rng.random(branches) >= gap
    u = u[keep]
    k = len(u)
    turn = GOLDEN * np.arange(k) + rng.uniform(-0.35, 0.35, k)
    long = (reach * (1.0 - u) ** power + 0.012) * rng.uniform(0.78, 1.12, k)
    y = low + (0.985 - low) * u
    t = (np.arange(sprays) + 0.6) / sprays
    along = t[None, :] * long[:, None]  # (k, sprays)
    fall = droop * (1.0 - 0.75 * u)[:, None] * along - 0.35 * along**2 / (long[:, None] + 0.02) * (droop > 0.1)
    at = np.stack([along * np.cos(turn)[:, None], y[:, None] - fall, along * np.sin(turn)[:, None]], axis=-1)
    thick = 0.0045 * (1.0 - 0.7 * u)
    foot = np.stack([0.0 * y, y, 0.0 * y], axis=1)
    m.limbs(foot, at[:, -1], thick, 0.4 * thick)
    if m.bare:
        twig = at[:, sprays // 3 :: 3].reshape(-1, 3)
        m.limbs(twig, twig + rng.normal(0.0, 0.02, twig.shape), 0.0014, 0.0009)
        return
    side = np.where(np.arange(sprays) % 2, 1.0, -1.0)[None, :, None]
    out = np.stack([np.cos(turn), 0.0 * turn, np.sin(turn)], axis=1)[:, None, :]
    across = np.stack([-np.sin(turn), 0.0 * turn, np.cos(turn)], axis=1)[:, None, :]
    spread = needle * (1.15 - 0.55 * t)[None, :, None] * (1.0 - 0.65 * u)[:, None, None]
    for fan in (0.25, 1.1):
        way = fan * side * across + 0.75 * out + np.array([0.0, -hang, 0.0])
        way = way + 0.22 * rng.standard_normal(way.shape)
        length = way * spread
        facing = 0.75 * out + np.array([0.0, 0.55, 0.0]) + 0.0 * way
        tone = 0.72 + 0.35 * t[None, :] + 0.0 * along
        m.leaves(
            (at + 0.7 * length).reshape(-1, 3), length.reshape(-1, 3), slim * spread.reshape(-1),
            facing.reshape(-1, 3), tone.reshape(-1), rough=0.4,
        )  # fmt: skip


def spruce(m: Model) -> None:
    """A dense dark cone to the ground, branches bent down."""
    _whorls(m, low=0.05, reach=0.225, branches=250, droop=0.5, sprays=18, needle=0.021, trunk=0.017, power=0.92)


def fir(m: Model) -> None:
    """A slim dark spire with level branches: firs and Douglas firs."""
    _whorls(m, low=0.10, reach=0.165, branches=230, droop=0.12, sprays=14, needle=0.02, trunk=0.016, power=0.8,
            hang=0.15)  # fmt: skip


def larch(m: Model) -> None:
    """An open cone of thin branches; gold in autumn, bare in winter."""
    _whorls(m, low=0.14, reach=0.20, branches=150, droop=0.3, sprays=16, needle=0.017, trunk=0.015, gap=0.15, hang=0.5)


def cedar(m: Model) -> None:
    """The Japanese sugi: a straight red trunk, a dense blunt cone."""
    m.stem([[0, 0, 0], [0, 0.4, 0]], 0.02, 0.012)
    m.crown(0.20, 0.985, egg(0.17, 0.25, 0.75), clusters=120, lump=0.05, leaves=95, size=0.0095, trunk=0.019, fork=0.3,
            slim=0.35, leader=0.95)  # fmt: skip


def pine(m: Model) -> None:
    """The Scots pine: a bare trunk, orange above, a broken crown of plates."""
    low = m.rng.uniform(0.46, 0.58)
    m.crown(
        low, 0.97, egg(0.235, 0.45, 0.6), clusters=34, lump=0.072, leaves=190, size=0.012, trunk=0.02, fork=low,
        limbs=9, slim=0.16, flat=0.5, lean=m.rng.uniform(-0.05, 0.05), hollow=0.5, mark=(0.0, 0.15, 0.6, 1.0, 1.0),
        leader=0.9,
    )  # fmt: skip


def umbrella_pine(m: Model) -> None:
    """The stone pine: one bare trunk, ribs, a flat green parasol."""
    wide = 0.5 * m.aspect * 0.9
    turn = GOLDEN * np.arange(56) + m.rng.uniform(0.0, 6.28)
    reach = wide * np.sqrt((np.arange(56) + 0.5) / 56.0)
    y = 0.90 - 0.15 * (reach / wide) ** 2.0 + m.rng.uniform(-0.02, 0.02, 56)
    tips = np.stack([reach * np.cos(turn), y, reach * np.sin(turn)], axis=1)
    lean = m.rng.uniform(-0.03, 0.03)
    foot = np.array([lean, 0.6, 0.0])
    m.stem([[0, 0, 0], [0.4 * lean, 0.3, 0], foot], 0.028, 0.02)
    ribs = tips[5:56:5] * (0.75, 0.93, 0.75)
    m.limbs(foot[None], ribs, 0.012, 0.005)
    m.clusters(tips, 0.085, 210, 0.012, slim=0.16, flat=0.5, heart=(0.0, 0.55, 0.0))


def cypress(m: Model) -> None:
    """A dark flame: foliage pressed to the stem."""

    def flame(u: Floats) -> Floats:
        shape: Floats = 0.10 * np.clip(u / 0.2 + 0.55, 0.0, 1.0) * np.clip((1.0 - u) / 0.85, 0.0, 1.0) ** 0.55
        return shape

    m.crown(0.03, 0.99, flame, clusters=150, lump=0.03, leaves=85, size=0.0085, trunk=0.014, fork=0.06, flat=2.0,
            slim=0.4, droop=-1.5, hollow=0.7)  # fmt: skip


def araucaria(m: Model) -> None:
    """The Paraná pine and its kin: a mast, candelabra limbs, tufts at their ends like a parasol."""
    m.stem([[0, 0, 0], [0.005, 0.5, 0], [0.0, 0.93, 0]], 0.02, 0.009)
    for tier in range(6):
        y, reach = 0.58 + 0.058 * tier, 0.40 - 0.04 * tier
        turn = np.arange(9) * 0.698 + m.rng.uniform(0.0, 0.7)
        out = np.stack([np.cos(turn), 0.0 * turn, np.sin(turn)], axis=1)
        tips = out * reach * m.rng.uniform(0.85, 1.05, (9, 1)) + vec(0.0, y + 0.075, 0.0)
        knee = out * 0.6 * reach + vec(0.0, y - 0.005, 0.0)
        m.limbs(np.tile([0.0, y, 0.0], (9, 1)), knee, 0.006, 0.005)
        m.limbs(knee, tips, 0.005, 0.004)
        m.clusters(tips, 0.055, 90, 0.016, slim=0.22, flat=0.65, heart=(0.0, 0.6, 0.0), droop=-0.5)
        m.clusters(0.3 * knee + 0.7 * tips, 0.032, 40, 0.012, slim=0.3, flat=0.6, heart=(0.0, 0.6, 0.0))
