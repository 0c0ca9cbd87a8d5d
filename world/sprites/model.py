"""A plant as a model in space: limbs, leaves, and how little light reaches its inside. Knows no kinds of plants.

Model coordinates as in `world.sprites.splat`. Light inside a crown falls off with the leaves in its way (Monsi & Saeki
1953): a leaf's shade is the mean, over five directions, of what passes the leaves that lie there.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from world.sprites.splat import CHANNELS, LEAF_COLUMNS, LIMB_COLUMNS, average, put_leaves, put_limbs

Floats = NDArray[np.float64]
Points = ArrayLike | Sequence[Any]  # (n, 3)
GRID = 20  # cells a side for light inside the crown
GOLDEN = 2.399963  # radians between one leaf and the next on a stem
# light inside a crown: axis, whether it comes from the axis' far end, how much of the sky it is
DIRECTIONS = ((1, True, 0.42), (0, True, 0.13), (0, False, 0.13), (2, True, 0.19), (2, False, 0.13))
FINER = 2  # canvas cells to a sprite's texel, each way


def unit(v: Floats) -> Floats:
    """Vectors (n, 3) of length 1."""
    out: Floats = v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)
    return out


def vec(x: float, y: float, z: float) -> Floats:
    """A vector (3,)."""
    return np.array([x, y, z])


class Model:
    """Collects limbs and leaves, then draws them as one picture."""

    def __init__(self, seed: int, aspect: float, bare: bool = False) -> None:
        self.rng = np.random.Generator(np.random.PCG64(seed))
        self.aspect = aspect
        self.bare = bare
        self.twig_mark = 0.0  # of the finest twigs
        self._limbs: list[Floats] = []
        self._leaves: list[Floats] = []

    # --- parts -----------------------------------------------------------------------------------------------------

    def limbs(
        self, start: Points, end: Points, r0: ArrayLike, r1: ArrayLike, leaf: float = 0.0, mark: ArrayLike = 0.0
    ) -> None:
        """Round limbs between points (n, 3), tapering from r0 to r1."""
        a, b = np.atleast_2d(np.asarray(start, float)), np.atleast_2d(np.asarray(end, float))
        rows = np.zeros((max(len(a), len(b)), LIMB_COLUMNS))
        rows[:, 0:3], rows[:, 3], rows[:, 4:7], rows[:, 7] = a, r0, b, r1
        rows[:, 8], rows[:, 9], rows[:, 10:12] = leaf, mark, 1.0
        self._limbs.append(rows)

    def stem(self, points: Points, r0: float, r1: float, leaf: float = 0.0, mark: ArrayLike = 0.0) -> None:
        """A limb along points (n, 3)."""
        path = np.asarray(points, float)
        radius = np.linspace(r0, r1, len(path))
        self.limbs(path[:-1], path[1:], radius[:-1], radius[1:], leaf, mark)

    def leaves(
        self,
        at: Floats,
        along: Floats,
        half: ArrayLike,
        normal: Floats,
        tone: ArrayLike = 1.0,
        mark: ArrayLike = 0.0,
        rough: float = 0.5,
    ) -> None:
        """Leaves centred `at` (n, 3), `along` half their length (n, 3), `half` their half width."""
        rows = np.zeros((len(at), LEAF_COLUMNS))
        rows[:, 0:3], rows[:, 3:5], rows[:, 5] = at, along[:, :2], half
        rows[:, 6:8] = unit(normal + rough * self.rng.standard_normal((len(at), 3)))[:, :2]
        rows[:, 8] = np.asarray(tone, float) * (0.82 + 0.36 * self.rng.random(len(at)))
        rows[:, 9], rows[:, 10] = 1.0, mark
        self._leaves.append(rows)

    # --- wholes ----------------------------------------------------------------------------------------------------

    def clusters(
        self,
        centres: Floats,
        radius: ArrayLike,
        count: int,
        size: float,
        slim: float = 0.6,
        flat: float = 0.8,
        heart: ArrayLike = (0.0, 0.6, 0.0),
        droop: float = 0.0,
    ) -> None:
        """`count` leaves about each of the centres (k, 3); `heart` is the crown's middle, from which it looks out."""
        centres = np.asarray(centres, float)
        k = len(centres)
        if self.bare:
            return self._twigs(centres, np.broadcast_to(radius, k), np.asarray(heart, float))
        out = unit(self.rng.standard_normal((k * count, 3)))
        reach = self.rng.random((k * count, 1)) ** 0.45 * np.repeat(np.broadcast_to(radius, k), count)[:, None]
        at = np.repeat(centres, count, axis=0) + out * reach * (1.0, flat, 1.0)
        away = unit((at - np.asarray(heart, float)) * (1.0, 0.8, 1.0))
        along = unit(self.rng.standard_normal((k * count, 3)) + vec(0.0, -droop, 0.0))
        along *= size * self.rng.uniform(0.7, 1.2, (k * count, 1))
        tone = np.repeat(self.rng.uniform(0.9, 1.1, k), count)
        self.leaves(at, along, slim * size, 0.6 * out + 0.75 * away + vec(0.0, 0.15, 0.0), tone)
        return None

    def _twigs(self, centres: Floats, radius: Floats, heart: Floats) -> None:
        """What is left of the clusters in winter: fine branches that fork outwards."""
        away = unit(centres - heart) * 0.9 + vec(0.0, 0.35, 0.0)
        for fan, thick, first, last in ((5, 0.0018, -0.3, 0.7), (16, 0.0009, 0.1, 1.15)):
            foot = np.repeat(centres, fan, axis=0)
            reach = np.repeat(radius, fan)[:, None]
            out = unit(np.repeat(away, fan, axis=0) + 0.75 * self.rng.standard_normal(foot.shape))
            begin = foot + out * reach * (first + 0.4 * self.rng.random((len(foot), 1)))
            end = begin + (last - first) * 0.55 * reach * unit(out + 0.4 * self.rng.standard_normal(out.shape))
            middle = 0.5 * (begin + end) + 0.08 * reach * self.rng.standard_normal(out.shape)
            self.limbs(begin, middle, thick, 0.9 * thick, 0.0, self.twig_mark)
            self.limbs(middle, end, 0.9 * thick, 0.6 * thick, 0.0, self.twig_mark)

    def crown(
        self,
        low: float,
        high: float,
        radius: Callable[[Floats], Floats],
        *,
        clusters: int,
        lump: float,
        leaves: int,
        size: float,
        trunk: float,
        fork: float,
        limbs: int = 7,
        flat: float = 0.8,
        slim: float = 0.6,
        lean: float = 0.0,
        hollow: float = 0.45,
        leader: float = 0.85,
        droop: float = 0.0,
        mark: ArrayLike = 0.0,
    ) -> Floats:
        """A tree whose crown fills radius(u), u from 0 at `low` to 1 at `high`; returns the clusters' centres (k, 3).

        The trunk forks at `fork`; some limbs reach for far clusters, all others hang on the nearest limb.
        """
        rng = self.rng
        grid = np.linspace(0.0, 1.0, 64)
        edges = np.cumsum(radius(grid) + 0.02)
        u = np.interp((np.arange(clusters) + rng.random(clusters)) / clusters, edges / edges[-1], grid)
        turn = GOLDEN * np.arange(clusters) + rng.uniform(0.0, 6.28)
        lumpy = 1.0 + 0.18 * np.sin(3.0 * turn + rng.uniform(0.0, 6.28) + 4.0 * u)
        lumpy += 0.09 * rng.standard_normal(clusters)
        reach = radius(u) * (hollow + (1.0 - hollow) * np.sqrt(rng.random(clusters))) * lumpy
        y = low + (high - low) * u
        centres = np.stack([lean * y + reach * np.cos(turn), y, reach * np.sin(turn)], axis=1)
        top = low + (high - low) * leader
        heights = np.array([0.0, 0.02, 0.5 * fork, fork, 0.5 * (fork + top), top])
        sway = 0.012 * rng.standard_normal((6, 2)) * np.array([0, 0, 0.6, 1, 1.3, 1])[:, None]
        path = np.stack([lean * heights + sway[:, 0], heights, sway[:, 1]], axis=1)
        thick = trunk * np.array([1.35, 1.0, 0.85, 0.75, 0.35, 0.12])
        marks = np.broadcast_to(mark, 5)
        self.limbs(path[:-1], path[1:], thick[:-1], thick[1:], 0.0, marks)
        tips = centres[rng.permutation(clusters)[:limbs]] * (0.72, 1.0, 0.72) + vec(0.0, -0.25 * lump, 0.0)
        grows = np.clip(tips[:, 1] - np.hypot(tips[:, 0], tips[:, 2]) * 0.9, fork * 0.92, top * 0.94)
        foot = np.stack([np.interp(grows, heights, path[:, i]) for i in range(3)], axis=1)
        knee = 0.5 * (foot + tips) + np.array([0.0, -0.02, 0.0]) + 0.012 * rng.standard_normal((limbs, 3))
        girth = trunk * 0.42 * rng.uniform(0.7, 1.1, limbs)
        self.limbs(foot, knee, girth, 0.6 * girth, 0.0, 0.6 * np.max(marks))
        self.limbs(knee, tips, 0.6 * girth, 0.25 * girth, 0.0, 0.6 * np.max(marks))
        holds = np.concatenate([knee, tips, path[3:]])
        nearest = holds[np.argmin(((centres[:, None] - holds[None]) ** 2).sum(-1), axis=1)]
        half = 0.5 * (nearest + centres) + vec(0.0, 0.01, 0.0) + 0.008 * rng.standard_normal(centres.shape)
        self.limbs(nearest, half, 0.0055, 0.004)
        self.limbs(half, centres, 0.004, 0.0025)
        heart = (0.5 * lean * (low + high), low + 0.42 * (high - low), 0.0)
        lumps = lump * rng.uniform(0.7, 1.25, clusters)
        self.clusters(centres, lumps, leaves, size, slim=slim, flat=flat, heart=heart, droop=droop)
        return centres

    def frond(
        self, foot: ArrayLike, turn: float, rise: float, length: float, *, droop: float, width: float,
        leaflets: int, half: float, hang: float = 0.5, mark: float = 0.0,
    ) -> None:  # fmt: skip
        """A feathered leaf from `foot`: out at azimuth `turn` and angle `rise`, bending down."""
        t = np.linspace(0.0, 1.0, leaflets)
        bend = rise - droop * t**1.4
        step = length / leaflets
        out = np.cumsum(np.cos(bend)) * step
        path = np.stack([out * np.cos(turn), np.cumsum(np.sin(bend)) * step, out * np.sin(turn)], axis=1)
        path = path + np.asarray(foot, float)
        if self.bare:
            return
        self.stem(path[:: max(leaflets // 8, 1)], 0.005 * (length / 0.4), 0.0015, 0.75, mark)
        ahead = np.stack([np.cos(bend) * np.cos(turn), np.sin(bend), np.cos(bend) * np.sin(turn)], axis=1)
        across = np.array([-np.sin(turn), 0.0, np.cos(turn)])
        wide = width * np.sin(np.pi * np.clip(0.12 + 0.86 * t, 0.0, 1.0)) ** 0.7
        for side in (-1.0, 1.0):
            along = unit(side * across + 0.55 * ahead + vec(0.0, -hang, 0.0)) * wide[:, None]
            upward = np.cross(ahead, across * side) * side
            facing = np.where(upward[:, 1:2] < 0.0, -upward, upward)
            self.leaves(path + along, along, half, facing + 0.3 * ahead, 1.0, mark, rough=0.25)

    def blade(
        self, foot: ArrayLike, turn: float, rise: float, length: float, *, droop: float, width: float,
        steps: int = 9, mark: float = 0.0,
    ) -> None:  # fmt: skip
        """A broad or narrow undivided leaf that bends under its weight."""
        if self.bare:
            return
        t = (np.arange(steps) + 0.5) / steps
        bend = rise - droop * t**1.3
        out = np.cumsum(np.cos(bend)) * length / steps
        up = np.cumsum(np.sin(bend)) * length / steps
        path = np.stack([out * np.cos(turn), up, out * np.sin(turn)], axis=1)
        path = path + np.asarray(foot, float)
        ahead = np.stack([np.cos(bend) * np.cos(turn), np.sin(bend), np.cos(bend) * np.sin(turn)], axis=1)
        wide = width * np.sin(np.pi * np.clip(0.15 + 0.83 * t, 0.0, 1.0)) ** 0.6
        facing = np.stack([-np.sin(bend) * np.cos(turn), np.cos(bend), -np.sin(bend) * np.sin(turn)], axis=1)
        facing = np.where(facing[:, 1:2] < 0.0, -facing, facing)
        seen = wide * (0.35 + 0.65 * np.abs(np.sin(turn) * np.cos(bend)) + 0.4 * np.abs(facing[:, 1] < 0.7) * 0.5)
        self.leaves(path, ahead * 1.5 * length / steps, seen, facing, 0.85 + 0.3 * t, mark, rough=0.12)

    # --- picture ---------------------------------------------------------------------------------------------------

    def picture(self, side: int) -> NDArray[np.float32]:
        """(side, side, CHANNELS): coverage, leaf, mark, shade 0 … 1, sideways and upward normal -1 … 1."""
        leaves = np.concatenate([np.zeros((0, LEAF_COLUMNS)), *self._leaves])
        limbs = np.concatenate([np.zeros((0, LIMB_COLUMNS)), *self._limbs])
        _shrink(leaves, limbs, self.aspect)
        if len(leaves):
            light = _Light(leaves)
            leaves[:, 8] *= light.at(leaves[:, :3])
            limbs[:, 10], limbs[:, 11] = light.at(limbs[:, 0:3]), light.at(limbs[:, 4:7])
        limbs[:, 10:12] *= 1.0 - 0.14 * self.rng.random((len(limbs), 1)) * (limbs[:, 3:4] < 0.03)
        canvas = np.zeros((FINER * side, FINER * side, CHANNELS), np.float32)
        depth = np.full(canvas.shape[:2], -9.0, np.float32)
        put_limbs(np.ascontiguousarray(limbs, np.float32), self.aspect, depth, canvas)
        put_leaves(np.ascontiguousarray(leaves, np.float32), self.aspect, depth, canvas)
        return averaged(canvas, FINER)


def _shrink(leaves: Floats, limbs: Floats, aspect: float) -> None:
    """Make the plant smaller where it would reach out of its picture, above or to the sides."""
    long = np.hypot(leaves[:, 3], leaves[:, 4])
    tops = (leaves[:, 1] + long, limbs[:, 1] + limbs[:, 3], limbs[:, 5] + limbs[:, 7])
    sides = (np.abs(leaves[:, 0]) + long, np.abs(limbs[:, 0]) + limbs[:, 3], np.abs(limbs[:, 4]) + limbs[:, 7])
    high, wide = 0.995 / np.concatenate(tops).max(), 0.498 * aspect / np.concatenate(sides).max()
    for across in (0, 2):
        leaves[:, across] *= min(wide, 1.0)
        limbs[:, across] *= min(wide, 1.0)
        limbs[:, across + 4] *= min(wide, 1.0)
    leaves[:, 3] *= min(wide, 1.0)
    leaves[:, [1, 4]] *= min(high, 1.0)
    limbs[:, [1, 5]] *= min(high, 1.0)
    leaves[:, 5] *= min(wide, high, 1.0)
    limbs[:, [3, 7]] *= min(wide, high, 1.0)


class _Light:
    """How much of the sky each spot inside the leaves sees."""

    def __init__(self, leaves: Floats) -> None:
        place = leaves[:, :3]
        self.low = place.min(axis=0) - 1e-3
        self.size = (place.max(axis=0) + 1e-3 - self.low) / GRID
        area = 2.2 * np.maximum(np.hypot(leaves[:, 3], leaves[:, 4]), leaves[:, 5]) * leaves[:, 5]
        cell = self._cell(place)
        cloud = np.bincount(cell, area, GRID**3).reshape(GRID, GRID, GRID) / np.prod(self.size)  # leaf area per volume
        passed = np.zeros_like(cloud)
        cloud = np.minimum(cloud, 1.2 / self.size.max())
        for axis, forward, weight in DIRECTIONS:
            way = np.flip(cloud, axis) if forward else cloud
            beyond = np.cumsum(way, axis) - 0.5 * way
            beyond = np.flip(beyond, axis) if forward else beyond
            passed += weight * np.exp(-0.42 * beyond * self.size[axis])
        self.passed = passed.reshape(-1)

    def _cell(self, place: Floats) -> NDArray[np.int64]:
        at = np.clip(((place - self.low) / self.size).astype(np.int64), 0, GRID - 1)
        cell: NDArray[np.int64] = (at[:, 0] * GRID + at[:, 1]) * GRID + at[:, 2]
        return cell

    def at(self, place: Floats) -> Floats:
        """0 dark … 1 open, at places (n, 3); outside the leaves' box it is open but for what hangs above."""
        inside: Floats = self.passed[self._cell(place)]
        return inside


def averaged(picture: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    """`by` × `by` cells become one; all but coverage is averaged where there is coverage."""
    side = picture.shape[0] // by
    out = np.empty((side, side, CHANNELS), np.float32)
    average(picture, by, out)
    return out
