"""How broad-leaved trees grow, each as limbs and leaves in space. Knows no scenes and no colours.

Habits follow what field guides show: where the trunk forks, how wide the crown is for its height, how the leaf sits.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from world.sprites.model import Model, unit, vec

Floats = NDArray[np.float64]


def egg(width: float, widest: float = 0.4, blunt: float = 0.55) -> Callable[[Floats], Floats]:
    """A crown's radius over its height: `width` at the height `widest`, rounded above and below."""

    def radius(u: Floats) -> Floats:
        below = np.clip(u / widest, 0.0, 1.0)
        above = np.clip((1.0 - u) / (1.0 - widest), 0.0, 1.0)
        shape: Floats = width * np.where(u < widest, 0.45 + 0.55 * below**0.6, above**blunt)
        return shape

    return radius


def oak(m: Model) -> None:
    """Low fork, wide heavy limbs, a crown as wide as high."""
    m.crown(0.24, 0.95, egg(0.43), clusters=74, lump=0.085, leaves=130, size=0.0105, trunk=0.036, fork=0.22, limbs=9)


def maple(m: Model) -> None:
    """A dense egg on a straight trunk; limes and maples."""
    m.crown(0.20, 0.97, egg(0.31, 0.35, 0.7), clusters=80, lump=0.075, leaves=130, size=0.0105, trunk=0.026, fork=0.2)


def plane(m: Model) -> None:
    """A tall pale trunk in patches, an open broad crown."""
    spots = m.rng.uniform(0.02, 0.45, 60)
    m.crown(
        0.34, 0.96, egg(0.36, 0.5), clusters=58, lump=0.085, leaves=110, size=0.012, trunk=0.030, fork=0.32, limbs=8,
        mark=(0.1, 0.3, 0.2, 0.1, 0.0),
    )  # fmt: skip
    turn = m.rng.uniform(-1.2, 1.2, 60)
    at = np.stack([0.024 * np.sin(turn), spots, 0.024 * np.cos(turn) + 0.006], axis=1)
    m.limbs(at, at + vec(0.0, 0.012, 0.0), 0.006, 0.004, 0.0, m.rng.uniform(0.3, 0.9, 60))


def cherry(m: Model) -> None:
    """Small, forked low, as wide as high."""
    m.crown(0.26, 0.92, egg(0.42, 0.45), clusters=56, lump=0.085, leaves=150, size=0.009, trunk=0.032, fork=0.24)


def poplar(m: Model) -> None:
    """The Lombardy poplar: a column of upright branches."""

    def radius(u: Floats) -> Floats:
        shape: Floats = 0.115 * np.clip(u / 0.3 + 0.35, 0.0, 1.0) * np.clip((1.0 - u) / 0.7, 0.0, 1.0) ** 0.6
        return shape

    if m.bare:
        y = m.rng.uniform(0.08, 0.75, 70)
        turn = m.rng.uniform(0.0, 6.28, 70)
        foot = np.stack([0.0 * y, y, 0.0 * y], axis=1)
        out = np.stack([np.cos(turn), 0.0 * y, np.sin(turn)], axis=1) * m.rng.uniform(0.05, 0.10, (70, 1))
        knee = foot + out * 0.7 + vec(0.0, 0.06, 0.0)
        m.limbs(foot, knee, 0.005, 0.003)
        m.limbs(knee, knee + out * 0.3 + vec(0.0, 0.14, 0.0), 0.003, 0.0015)
        m.stem([[0, 0, 0], [0, 0.5, 0], [0.0, 0.97, 0]], 0.017, 0.003)
        return
    m.crown(
        0.06, 0.98, radius, clusters=120, lump=0.036, leaves=90, size=0.008, trunk=0.017, fork=0.1, flat=2.0, droop=-0.8
    )


def birch(m: Model) -> None:
    """White bark with black marks, an airy crown, twigs that hang."""
    m.twig_mark = 0.6
    m.crown(
        0.24, 0.98, egg(0.22, 0.35, 0.8), clusters=64, lump=0.062, leaves=70, size=0.0075, trunk=0.016, fork=0.5,
        lean=m.rng.uniform(-0.05, 0.05), droop=0.9, flat=1.15, limbs=10, leader=0.92,
    )  # fmt: skip
    _birch_marks(m)


def _birch_marks(m: Model) -> None:
    y = m.rng.uniform(0.0, 0.62, 46) ** 1.2
    turn = m.rng.uniform(-1.2, 1.2, 46)
    at = np.stack([0.013 * np.sin(turn), y, 0.013 * np.cos(turn) + 0.006], axis=1)
    wide = m.rng.uniform(0.002, 0.007, 46)[:, None] * np.array([1.0, 0.0, 0.0])
    m.limbs(at - wide, at + wide, 0.0022, 0.0015, 0.0, 1.0)


def willow(m: Model) -> None:
    """A short trunk, a dome, and curtains that hang from it."""
    m.crown(0.42, 0.95, egg(0.40, 0.4), clusters=46, lump=0.075, leaves=60, size=0.011, trunk=0.036, fork=0.3, slim=0.3)
    turn = m.rng.uniform(0.0, 6.28, 150)
    reach = 0.46 * np.sqrt(m.rng.uniform(0.1, 1.0, 150))
    top = 0.62 + 0.22 * (1.0 - (reach / 0.46) ** 2) + m.rng.uniform(-0.05, 0.05, 150)
    long = np.minimum(m.rng.uniform(0.2, 0.5, 150), top - 0.06)
    for k in range(150):
        t = np.arange(16) / 16.0
        path = np.stack(
            [
                reach[k] * np.cos(turn[k]) * (1.0 + 0.12 * t),
                top[k] - long[k] * t,
                reach[k] * np.sin(turn[k]) * (1.0 + 0.12 * t),
            ],
            axis=1,
        )
        if m.bare:
            m.stem(path[::5], 0.0018, 0.001)
            continue
        along = np.stack([m.rng.normal(0, 0.35, 16), -np.ones(16), m.rng.normal(0, 0.35, 16)], axis=1) * 0.016
        out = np.stack([np.cos(turn[k]) * np.ones(16), 0.2 * np.ones(16), np.sin(turn[k]) * np.ones(16)], axis=1)
        m.leaves(path, along, 0.004, out, 0.95)


def olive(m: Model) -> None:
    """A gnarled thick trunk, a low silvery crown in lumps."""
    m.limbs([[-0.02, 0.0, 0], [0.03, 0.0, 0.01]], [[-0.05, 0.3, 0.0], [0.09, 0.33, 0.0]], [0.06, 0.05], [0.035, 0.03])
    m.crown(
        0.28, 0.95, egg(0.47, 0.5, 0.5), clusters=44, lump=0.105, leaves=210, size=0.013, trunk=0.06, fork=0.26,
        slim=0.28,
    )  # fmt: skip


def holm_oak(m: Model) -> None:
    """A dark dense dome on a short trunk: dehesa and maquis."""
    m.crown(0.26, 0.96, egg(0.46, 0.35, 0.5), clusters=80, lump=0.10, leaves=150, size=0.010, trunk=0.04, fork=0.26)


def eucalyptus(m: Model) -> None:
    """A tall pale trunk, few steep limbs, thin leaf far up and outside."""
    m.crown(
        0.46, 0.97, egg(0.27, 0.55, 0.6), clusters=30, lump=0.07, leaves=120, size=0.012, trunk=0.022, fork=0.45,
        limbs=8, slim=0.22, droop=1.2, hollow=0.6, lean=m.rng.uniform(-0.10, 0.10), flat=0.85, leader=0.7,
    )  # fmt: skip


def mallee(m: Model) -> None:
    """Many thin stems from the ground, leaf like an umbrella at their ends."""
    for k in range(7):
        turn = k * 0.9 + m.rng.uniform(0.0, 0.5)
        reach = m.rng.uniform(0.15, 0.5)
        tip = np.array([reach * np.cos(turn), m.rng.uniform(0.55, 0.84), reach * np.sin(turn)])
        bent = tip * (0.6, 0.5, 0.6) + m.rng.normal(0.0, 0.03, 3)
        m.stem([[0, 0, 0], bent, tip], 0.015, 0.006)
        near = tip + m.rng.normal(0.0, 0.10, (9, 3)) * (1.2, 0.9, 1.2)
        m.limbs(0.5 * (bent + tip)[None], near, 0.005, 0.002)
        m.clusters(near, 0.085, 90, 0.015, slim=0.22, flat=0.6, heart=(0.0, 0.5, 0.0), droop=0.8)


def acacia(m: Model) -> None:
    """The umbrella thorn: limbs like ribs, leaf in one flat layer."""
    wide = 0.5 * m.aspect * 0.93
    turn = 2.399963 * np.arange(60) + m.rng.uniform(0.0, 6.28)
    reach = wide * np.sqrt((np.arange(60) + 0.5) / 60.0)
    y = 0.88 - 0.12 * (reach / wide) ** 2 - m.rng.choice([0.0, 0.06, 0.15], 60, p=[0.6, 0.25, 0.15])
    reach = reach * (1.0 + 0.12 * np.sin(2.0 * turn + m.rng.uniform(0.0, 6.28)))
    tips = np.stack([reach * np.cos(turn), y, reach * np.sin(turn)], axis=1)
    _ribs(m, tips, fork=0.36, trunk=0.026)
    m.clusters(tips, 0.085, 150, 0.008, flat=0.34, heart=(0.0, 0.55, 0.0))


def _ribs(m: Model, tips: Floats, fork: float, trunk: float) -> None:
    foot = np.array([m.rng.uniform(-0.02, 0.02), fork, 0.0])
    m.stem([[0, 0, 0], [0.01, 0.5 * fork, 0], foot], trunk, 0.75 * trunk)
    main = tips[8:60:6] * (0.55, 0.90, 0.55)
    m.limbs(foot[None], main * (0.5, 0.78, 0.5), 0.5 * trunk, 0.36 * trunk)
    m.limbs(main * (0.5, 0.78, 0.5), main, 0.36 * trunk, 0.25 * trunk)
    nearest = main[np.argmin(((tips[:, None] - main[None]) ** 2).sum(-1), axis=1)]
    m.limbs(nearest, tips - (0.0, 0.02, 0.0), 0.005, 0.0025)


def thorn(m: Model) -> None:
    """A bushy acacia or mesquite: stems from near the ground, thin leaf."""
    m.crown(
        0.26, 0.95, egg(0.55, 0.6, 0.45), clusters=44, lump=0.10, leaves=75, size=0.0095, trunk=0.026, fork=0.14,
        limbs=10, slim=0.4, flat=0.6,
    )  # fmt: skip


def baobab(m: Model) -> None:
    """A barrel of a trunk, short root-like limbs, a sparse crown."""
    t = np.linspace(0.0, 1.0, 25)
    girth = 0.15 * (1.0 - 0.30 * t - 0.25 * t**6) + 0.03 * np.exp(-12.0 * t)
    shaft = np.stack([0.0 * t, 0.56 * t, 0.0 * t], axis=1)
    m.limbs(shaft[:-1], shaft[1:], girth[:-1], girth[1:])
    for k in range(10):
        turn = 0.63 * k + m.rng.uniform(-0.2, 0.2)
        reach = m.rng.uniform(0.25, 0.46)
        tip = np.array([reach * np.cos(turn), m.rng.uniform(0.74, 0.9), reach * np.sin(turn)])
        foot = np.array([0.05 * np.cos(turn), 0.56, 0.05 * np.sin(turn)])
        knee = 0.55 * foot + 0.45 * tip - (0.0, 0.02, 0.0)
        m.stem([foot, knee, tip], 0.032, 0.009)
        ends = tip + m.rng.normal(0.0, 0.075, (6, 3)) * (1.0, 0.7, 1.0)
        m.limbs(tip[None], ends, 0.007, 0.003)
        m.clusters(ends, 0.06, 70, 0.0085, heart=(0.0, 0.5, 0.0))


def jungle(m: Model) -> None:
    """A rain-forest tree: tall pale trunk with buttresses, a wide crown in tufts, lianas."""
    turn = np.arange(5) * 1.26 + m.rng.uniform(0.0, 1.0)
    foot = np.stack([0.07 * np.cos(turn), 0.0 * turn, 0.07 * np.sin(turn)], axis=1)
    m.limbs(foot, np.tile([0.0, 0.16, 0.0], (5, 1)), 0.016, 0.012)
    centres = m.crown(
        0.50, 0.97, egg(0.40, 0.5, 0.55), clusters=60, lump=0.08, leaves=140, size=0.012, trunk=0.026, fork=0.56,
        limbs=9,
    )  # fmt: skip
    start = centres[m.rng.permutation(len(centres))[:9]] * (0.8, 0.95, 0.8)
    m.limbs(start, start * (0.96, 0.4, 0.96), 0.0025, 0.0025, 0.7)


def mango(m: Model) -> None:
    """A dense dark dome to near the ground: mango, tamarind, fig."""
    m.crown(0.17, 0.96, egg(0.48, 0.4, 0.5), clusters=96, lump=0.09, leaves=140, size=0.014, trunk=0.038, fork=0.22,
            slim=0.4)  # fmt: skip


def rubber(m: Model) -> None:
    """A straight bare pale trunk, an upright oval crown: rubber and teak in rows."""
    m.crown(0.48, 0.98, egg(0.2, 0.45, 0.6), clusters=46, lump=0.07, leaves=110, size=0.012, trunk=0.017, fork=0.5)


def dead(m: Model) -> None:
    """Bare limbs, broken off."""
    m.stem([[0, 0, 0], [0.01, 0.35, 0], [0.03, 0.7, 0], [0.02, 0.9, 0]], 0.03, 0.006)
    foot = np.stack([np.full(11, 0.015), np.linspace(0.3, 0.8, 11), np.zeros(11)], axis=1)
    out = unit(m.rng.standard_normal((11, 3)) * (1.0, 0.25, 1.0) + vec(0.0, 0.55, 0.0)) * m.rng.uniform(
        0.12, 0.3, (11, 1)
    )
    m.limbs(foot, foot + out, 0.011, 0.005)
    twig = np.repeat(foot + out * 0.9, 3, axis=0)
    m.limbs(twig, twig + m.rng.normal(0.0, 0.05, twig.shape) + vec(0.0, 0.03, 0.0), 0.004, 0.0015)
