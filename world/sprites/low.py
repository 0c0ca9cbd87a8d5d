"""How bushes, tufts, ferns and field plants grow. Knows no scenes and no colours."""

import numpy as np

from world.sprites.broadleaf import egg
from world.sprites.model import GOLDEN, Model, vec


def bush(m: Model) -> None:
    """A rounded bush from the ground."""
    m.crown(0.06, 0.95, egg(0.56, 0.4, 0.5), clusters=46, lump=0.15, leaves=150, size=0.023, trunk=0.018, fork=0.05,
            limbs=12)  # fmt: skip


def shrub(m: Model) -> None:
    """A dry half-shrub: stems in view, small grey leaf; sage-brush, saltbush."""
    out = m.rng.standard_normal((26, 3)) * (0.42, 0.0, 0.42)
    tips = out.copy()
    tips[:, 1] = 0.45 + 0.4 * m.rng.random(26) - 0.3 * np.hypot(out[:, 0], out[:, 2])
    m.limbs(0.15 * out * (1.0, 0.0, 1.0), tips, 0.012, 0.005)
    m.clusters(tips, 0.14, 60, 0.019, slim=0.35, flat=0.7, heart=(0.0, 0.3, 0.0))


def _tuft(m: Model, count: int, spread: float, droop: float, width: float, lean: float, mark: float) -> None:
    for k in range(count):
        turn = GOLDEN * k
        reach = spread * np.sqrt((k + 0.5) / count)
        foot = [reach * np.cos(turn), -0.01, reach * np.sin(turn)]
        rise = 1.5 - lean * reach / spread + m.rng.normal(0.0, 0.12)
        bend = droop * m.rng.uniform(0.5, 1.4)
        m.blade(foot, turn + m.rng.normal(0.0, 0.6), rise, m.rng.uniform(0.55, 1.02), droop=bend, width=width, steps=8,
                mark=mark * (m.rng.random() < 0.5))  # fmt: skip


def grass(m: Model) -> None:
    """Loose tall grass of the verge."""
    _tuft(m, 90, 0.55, 0.8, 0.009, 0.25, 0.3)


def tussock(m: Model) -> None:
    """Ichu, spinifex, snow tussock: a dense ball of thin blades, pale at the tips."""
    _tuft(m, 190, 0.24, 0.7, 0.008, 1.0, 0.8)


def reed(m: Model) -> None:
    """Tall straight stems with plumes."""
    for k in range(46):
        turn, reach = GOLDEN * k, 0.42 * np.sqrt((k + 0.5) / 46.0)
        foot = np.array([reach * np.cos(turn), 0.0, reach * np.sin(turn)])
        tip = foot + vec(m.rng.normal(0.03, 0.04), m.rng.uniform(0.72, 0.9), 0.0)
        m.stem([foot, tip], 0.005, 0.003, 0.8)
        m.limbs([tip], [tip + vec(0.02, 0.08, 0.0)], 0.012, 0.003, 0.2, 1.0)
        for j in range(3):
            m.blade(foot + (tip - foot) * (0.25 + 0.2 * j), turn + 2.0 * j, 1.1, 0.3, droop=0.9, width=0.010, steps=6)


def heather(m: Model) -> None:
    """A low dense cushion, in bloom at its tips."""
    k = 44
    turn, reach = GOLDEN * np.arange(k), 0.78 * np.sqrt((np.arange(k) + 0.5) / k)
    y = 0.70 - 0.45 * reach**2 + m.rng.uniform(-0.06, 0.06, k)
    tips = np.stack([reach * np.cos(turn), y, reach * np.sin(turn)], axis=1)
    m.limbs(tips * (0.3, 0.0, 0.3), tips, 0.012, 0.006)
    m.clusters(tips, 0.2, 70, 0.03, slim=0.3, flat=1.0, heart=(0.0, 0.1, 0.0), droop=-1.0)
    spikes = tips[m.rng.integers(0, k, 260)] + m.rng.normal(0.0, 0.11, (260, 3)) + vec(0.0, 0.10, 0.0)
    m.leaves(spikes, np.tile([0.0, 0.045, 0.0], (260, 1)), 0.016, np.tile([0.0, 0.6, 0.8], (260, 1)), 1.1, 1.0)


def fern(m: Model) -> None:
    """A shuttlecock of fronds."""
    for k in range(19):
        m.frond([0.0, 0.0, 0.0], GOLDEN * k, 1.45 - 0.6 * (k / 18.0), m.rng.uniform(0.8, 1.0), droop=1.3, width=0.13,
                leaflets=30, half=0.0085, hang=0.1)  # fmt: skip


def tea(m: Model) -> None:
    """A clipped table of small leaves: tea, box."""
    k = 96
    turn, reach = GOLDEN * np.arange(k), 0.68 * np.sqrt((np.arange(k) + 0.5) / k)
    y = np.where(np.arange(k) % 2 == 0, m.rng.uniform(0.12, 0.7, k), 0.80 + 0.03 * m.rng.standard_normal(k))
    tips = np.stack([reach * np.cos(turn), y, reach * np.sin(turn)], axis=1)
    m.limbs(tips * (0.4, 0.0, 0.4), tips, 0.012, 0.006)
    m.clusters(tips, 0.15, 90, 0.026, flat=0.65, heart=(0.0, 0.2, 0.0), droop=-0.5)


def vine(m: Model) -> None:
    """A trained vine: a dark stem, canes along a wire, big leaves."""
    m.stem([[0, 0, 0], [0.02, 0.2, 0], [-0.01, 0.42, 0]], 0.03, 0.022)
    wide = 0.5 * m.aspect * 0.85
    for side in (-1.0, 1.0):
        m.stem([[0, 0.42, 0], [0.5 * side * wide, 0.48, 0.0], [side * wide, 0.46, 0.0]], 0.014, 0.008)
    x = m.rng.uniform(-wide, wide, 44)
    tips = np.stack([x, m.rng.uniform(0.42, 0.92, 44), m.rng.normal(0.0, 0.07, 44)], axis=1)
    m.limbs(np.stack([x, np.full(44, 0.46), 0 * x], axis=1), tips, 0.006, 0.003)
    m.clusters(tips, 0.11, 44, 0.027, flat=0.8, heart=(0.0, 0.5, -0.3), slim=0.8)


def maize(m: Model) -> None:
    """A few stalks of maize or sugar-cane, arching leaves, tassels."""
    for k in range(7):
        x, z, tall = (k - 3) * 0.13 + m.rng.uniform(-0.03, 0.03), m.rng.uniform(-0.15, 0.15), m.rng.uniform(0.78, 0.9)
        m.stem([[x, 0, z], [x, tall, z]], 0.012, 0.006, 0.8)
        for j in range(9):
            m.blade([x, tall * (0.15 + 0.09 * j), z], m.rng.uniform(0.0, 6.28), 1.15, 0.34, droop=2.0, width=0.017)
        for j in range(5):
            m.blade([x, tall, z], 1.26 * j, 1.25, 0.11, droop=0.5, width=0.006, steps=5, mark=1.0)
