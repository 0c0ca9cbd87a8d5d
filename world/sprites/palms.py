"""How palms, bananas, bamboo, cacti and their like grow. Knows no scenes and no colours."""

import numpy as np
from numpy.typing import NDArray

from world.sprites.model import GOLDEN, Model, Points, vec

Floats = NDArray[np.float64]


def _shaft(m: Model, height: float, thick: float, lean: float = 0.0, rings: int = 26, swell: float = 1.0) -> Floats:
    """A palm's trunk with the scars of its leaves; where it ends."""
    t = np.linspace(0.0, 1.0, rings + 1)
    path = np.stack([lean * t**1.6, height * t, 0.0 * t], axis=1)
    radius = thick * (1.0 - 0.35 * t) * (1.0 + (swell - 1.0) * np.sin(np.pi * t))
    radius[0] *= 1.35
    dark = np.where(np.arange(rings) % 2, 0.0, 0.25)
    m.limbs(path[:-1], path[1:], radius[:-1], radius[1:] * 0.96, 0.0, dark)
    return vec(lean, height, 0.0)


def palm(m: Model) -> None:
    """The coconut palm: a thin leaning trunk, long drooping feathers, nuts."""
    top = _shaft(m, 0.70, 0.014, lean=m.rng.uniform(-0.16, 0.16))
    for k in range(22):
        rise = 1.25 - 1.75 * (k / 21.0) + m.rng.uniform(-0.12, 0.12)
        m.frond(top, GOLDEN * k, rise, m.rng.uniform(0.34, 0.40), droop=1.25, width=0.066, leaflets=36, half=0.0019,
                hang=0.75, mark=0.8 if k == 21 else 0.0)  # fmt: skip
    nuts = np.array(top) + m.rng.normal(0.0, 0.016, (7, 3)) - (0.0, 0.02, 0.0)
    m.limbs(nuts, nuts + vec(0.0, -0.012, 0.0), 0.011, 0.009, 0.8, 0.5)


def date_palm(m: Model) -> None:
    """A thick scarred trunk, a full head of stiff grey-green feathers, dates."""
    top = _shaft(m, 0.58, 0.034, rings=40, swell=1.15)
    for k in range(52):
        rise = 1.45 - 2.35 * (k / 51.0) + m.rng.uniform(-0.08, 0.08)
        m.frond(top, GOLDEN * k, rise, m.rng.uniform(0.33, 0.39), droop=0.65, width=0.042, leaflets=40, half=0.0019,
                hang=0.1, mark=0.7 if k > 47 else 0.0)  # fmt: skip
    at = np.array(top) + m.rng.normal(0.0, 0.035, (14, 3)) * (1.0, 0.4, 1.0) - (0.0, 0.05, 0.0)
    m.limbs(at, at + vec(0.0, -0.03, 0.0), 0.008, 0.006, 0.0, 1.0)


def oil_palm(m: Model) -> None:
    """A short shaggy trunk, a great drooping crown: plantations."""
    top = _shaft(m, 0.46, 0.045, rings=30, swell=1.1)
    for k in range(44):
        rise = 1.4 - 1.9 * (k / 43.0) + m.rng.uniform(-0.1, 0.1)
        m.frond(top, GOLDEN * k, rise, m.rng.uniform(0.44, 0.52), droop=1.15, width=0.066, leaflets=40, half=0.0026,
                hang=0.5)  # fmt: skip
    turn = GOLDEN * np.arange(40)
    stubs = np.stack([np.cos(turn), 0.9 * np.arange(40) / 40.0, np.sin(turn)], axis=1)
    foot = stubs * (0.04, 0.46, 0.04)
    m.limbs(foot, foot + stubs * (0.02, 0.02, 0.02) + vec(0.0, 0.02, 0.0), 0.011, 0.007, 0.2, 0.3)


def fan_palm(m: Model) -> None:
    """A tall straight trunk, a ball of fans, a skirt of dead ones: Washingtonia, sabal, palmyra."""
    top = _shaft(m, 0.80, 0.020, lean=m.rng.uniform(-0.03, 0.03), rings=36)
    for k in range(46):
        rise = 1.35 - 2.6 * (k / 45.0) + m.rng.uniform(-0.1, 0.1)
        turn = GOLDEN * k
        reach = m.rng.uniform(0.085, 0.11)
        ahead = np.array([np.cos(rise) * np.cos(turn), np.sin(rise), np.cos(rise) * np.sin(turn)])
        hub = np.array(top) + ahead * reach
        old = 1.0 if k > 37 else 0.0
        m.limbs([top], [hub], 0.003, 0.002, 0.8, old)
        across = np.array([-np.sin(turn), 0.0, np.cos(turn)])
        fan = np.linspace(-1.25, 1.25, 15)[:, None]
        way = np.cos(fan) * ahead + np.sin(fan) * across + vec(0.0, -0.18, 0.0)
        length = 0.045 * way
        up = np.cross(ahead, across)
        m.leaves(hub + length, length, 0.0045, np.tile(up if up[1] > 0 else -up, (15, 1)), 1.0, old, rough=0.25)


def banana(m: Model) -> None:
    """Green stems in a clump, great split leaves."""
    for k in range(3):
        x, z = (k - 1) * 0.15 + m.rng.uniform(-0.04, 0.04), m.rng.uniform(-0.08, 0.08)
        top = m.rng.uniform(0.34, 0.5)
        m.stem([[x, 0, z], [x + 0.01, top, z]], 0.03, 0.018, 0.45, 0.15)
        for j in range(8):
            m.blade([x, top, z], GOLDEN * j + k, 1.35 - 0.09 * j, m.rng.uniform(0.36, 0.5), droop=1.35, width=0.055,
                    steps=26, mark=0.9 if j == 7 else 0.0)  # fmt: skip


def bamboo(m: Model) -> None:
    """Many canes that lean out and bend, leaf in fine tiers."""
    for k in range(24):
        turn, tall = GOLDEN * k, m.rng.uniform(0.72, 0.98)
        foot = 0.09 * np.sqrt(k / 24.0) * np.array([np.cos(turn), 0.0, np.sin(turn)])
        t = np.linspace(0.0, 1.0, 9)[:, None]
        out = np.array([np.cos(turn), 0.0, np.sin(turn)]) * m.rng.uniform(0.10, 0.30)
        path = foot + out * t**2.2 + np.array([0.0, tall, 0.0]) * (t - 0.10 * t**4)
        m.stem(path, 0.0085, 0.002, 0.45, (np.arange(8) % 2) * 0.35)
        m.clusters(path[3:], 0.052, 40, 0.014, slim=0.2, flat=0.6, heart=(0.0, 0.5, 0.0), droop=1.0)


def cactus(m: Model) -> None:
    """The saguaro: ribs, and arms that turn upwards."""
    _ribbed(m, [[0, 0, 0], [0, 0.5, 0], [0, 0.965, 0]], 0.046)
    for k in range(int(m.rng.integers(1, 5))):
        turn, y = GOLDEN * k + m.rng.uniform(0.0, 1.0), m.rng.uniform(0.32, 0.52)
        out = np.array([np.cos(turn), 0.0, 0.6 * np.sin(turn)])
        elbow = out * 0.14 + vec(0.0, y + 0.03, 0.0)
        tip = out * 0.15 + (0.0, min(y + m.rng.uniform(0.2, 0.4), 0.9), 0.0)
        _ribbed(m, [out * 0.03 + vec(0.0, y, 0.0), elbow], 0.027)
        _ribbed(m, [elbow, tip], 0.030)


def _ribbed(m: Model, path: Points, thick: float) -> None:
    m.stem(path, thick, 0.9 * thick, 1.0)
    points = np.asarray(path, float)
    for turn in np.linspace(-1.3, 1.3, 8):
        side = np.array([np.sin(turn), 0.0, np.cos(turn)]) * thick * 0.97
        m.stem(points + side, 0.0035, 0.003, 1.0, 0.22)


def candelabra(m: Model) -> None:
    """Organ-pipe cactus or candelabra spurge: a sheaf of columns."""
    for k in range(17):
        turn, reach = GOLDEN * k, 0.33 * np.sqrt((k + 0.3) / 17.0)
        out = np.array([np.cos(turn), 0.0, np.sin(turn)])
        tall = m.rng.uniform(0.72, 0.97) - 0.35 * reach
        _ribbed(
            m, [out * 0.2 * reach, out * reach * 0.85 + vec(0.0, 0.22, 0.0), out * reach + vec(0.0, tall, 0.0)], 0.024
        )


def prickly_pear(m: Model) -> None:
    """Flat pads on pads."""
    at = [np.array([m.rng.uniform(-0.25, 0.25), 0.02, m.rng.uniform(-0.2, 0.2)]) for _ in range(5)]
    for level in range(4):
        following = []
        for foot in at:
            for _ in range(2 if level else 1):
                way = np.array([m.rng.normal(0.0, 0.65), 1.0, m.rng.normal(0.0, 0.5)])
                way *= 0.13 / np.linalg.norm(way)
                out = vec(3.0 * way[0], 0.4, 0.8)[None]
                m.leaves((foot + way)[None], way[None], m.rng.uniform(0.05, 0.09), out, rough=0.2)
                following.append(foot + 1.8 * way)
        at = following[:9]


def joshua(m: Model) -> None:
    """A forked shaggy trunk with balls of blades at its ends: Joshua tree, yucca, dragon tree."""
    ends = [(np.array([0.0, 0.0, 0.0]), np.array([0.0, 0.36, 0.0]), 0.045)]
    for level in range(3):
        following = []
        for foot, way, thick in ends:
            tip = foot + way
            m.stem([foot, 0.5 * (foot + tip) + m.rng.normal(0.0, 0.012, 3), tip], thick, 0.8 * thick, 0.0, 0.2)
            for _ in range(2 if level < 2 else 0):
                turn = m.rng.uniform(0.0, 6.28)
                bent = way + 0.62 * np.linalg.norm(way) * np.array([np.cos(turn), 0.25, np.sin(turn)])
                following.append((tip, bent / np.linalg.norm(bent) * 0.2, 0.7 * thick))
        if not following:
            for foot, way, _ in ends:
                _ball(m, foot + way)
        ends = following


def _ball(m: Model, at: Floats) -> None:
    out = m.rng.standard_normal((90, 3)) + vec(0.0, 0.35, 0.0)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    m.leaves(at + 0.05 * out, 0.055 * out, 0.006, out, 1.0, 1.0 * (out[:, 1] < -0.45), rough=0.2)


def agave(m: Model) -> None:
    """A rosette of stiff blades."""
    for k in range(34):
        rise = 1.45 - 1.2 * (k / 33.0)
        m.blade([0.0, 0.02, 0.0], GOLDEN * k, rise, m.rng.uniform(0.72, 0.92), droop=-0.12, width=0.075, steps=10)


def tree_fern(m: Model) -> None:
    """A dark trunk and an umbrella of fronds."""
    top = _shaft(m, 0.62, 0.028, lean=m.rng.uniform(-0.04, 0.04))
    for k in range(26):
        m.frond(top, GOLDEN * k, 1.15 - 1.0 * (k / 25.0), m.rng.uniform(0.42, 0.5),
                droop=1.25, width=0.07, leaflets=40, half=0.0032, hang=0.15, mark=0.9 if k > 22 else 0.0)  # fmt: skip
