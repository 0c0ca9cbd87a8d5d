"""People on the pavements, herds on the grass, animals that walk on the road. Knows no pixels."""

from bisect import bisect_right
from itertools import accumulate
from math import pi

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.layout.cars import by_cars, facing
from world.layout.clutter import place_clutter
from world.layout.stage import Stage, linear
from world.scene import RGB
from world.sprites.figures import SIZE_M, figure_row

HERD = 26  # places that may be taken
PEOPLE_M, STRAY_M = 2.4, 10.0  # from one place to the next along the road
PEOPLE_SEEN_M, STRAY_SEEN_M, HERD_SEEN_M = 63.0, 66.0, 110.0
LOOSE = ("dog", "chicken")  # never a herd
HARDY = ("camel", "bactrian", "goat", "llama", "alpaca", "donkey", "reindeer", "kangaroo", "yak")  # need no meadow
WINTER = ("reindeer", "yak", "horse", "bactrian")  # stay out in snow
TROUSERS = np.array(
    [linear(c) for c in ((0.20, 0.25, 0.38), (0.12, 0.12, 0.14), (0.50, 0.44, 0.34), (0.34, 0.35, 0.37))]
)
# hides (A), patches or mane (B), horns and muzzle (C)
HORN: RGB = (0.78, 0.68, 0.56)
HIDES: dict[str, tuple[tuple[RGB, ...], RGB, RGB]] = {
    "cow": (((0.88, 0.87, 0.84), (0.90, 0.88, 0.85), (0.84, 0.82, 0.78)), (0.08, 0.08, 0.08), (0.82, 0.62, 0.58)),
    "brown-cow": (((0.50, 0.28, 0.16), (0.62, 0.42, 0.25), (0.28, 0.18, 0.12), (0.86, 0.82, 0.75)), HORN, HORN),
    "longhorn": (((0.48, 0.24, 0.13), (0.40, 0.22, 0.14), (0.74, 0.60, 0.44)), HORN, (0.88, 0.82, 0.70)),
    "zebu": (((0.84, 0.80, 0.74), (0.72, 0.66, 0.58), (0.55, 0.38, 0.24), (0.86, 0.84, 0.80)), HORN, HORN),
    "buffalo": (((0.24, 0.22, 0.21), (0.30, 0.27, 0.25)), HORN, (0.46, 0.42, 0.38)),
    "sheep": (((0.86, 0.83, 0.75), (0.80, 0.76, 0.67), (0.88, 0.86, 0.80)), (0.16, 0.14, 0.13), HORN),
    "goat": (((0.85, 0.82, 0.76), (0.45, 0.30, 0.20), (0.22, 0.20, 0.19), (0.68, 0.55, 0.42)), HORN, HORN),
    "horse": (((0.45, 0.26, 0.15), (0.30, 0.18, 0.12), (0.62, 0.42, 0.24), (0.76, 0.72, 0.66)), (0.1, 0.1, 0.1), HORN),
    "donkey": (((0.52, 0.48, 0.44), (0.42, 0.36, 0.32)), HORN, (0.84, 0.80, 0.74)),
    "llama": (((0.86, 0.80, 0.70), (0.52, 0.36, 0.25), (0.72, 0.58, 0.42)), (0.45, 0.30, 0.22), HORN),
    "alpaca": (((0.86, 0.80, 0.70), (0.38, 0.27, 0.20), (0.74, 0.60, 0.45)), (0.80, 0.72, 0.60), HORN),
    "camel": (((0.72, 0.56, 0.38), (0.80, 0.67, 0.48), (0.60, 0.44, 0.29)), (0.5, 0.36, 0.24), HORN),
    "bactrian": (((0.60, 0.43, 0.27), (0.68, 0.50, 0.32)), (0.42, 0.27, 0.16), HORN),
    "reindeer": (((0.55, 0.48, 0.42), (0.66, 0.60, 0.54)), (0.84, 0.82, 0.78), (0.55, 0.45, 0.36)),
    "yak": (((0.17, 0.14, 0.13), (0.28, 0.20, 0.16)), (0.70, 0.66, 0.60), (0.80, 0.76, 0.68)),
    "kangaroo": (((0.62, 0.46, 0.34), (0.52, 0.44, 0.38)), HORN, HORN),
    "dog": (((0.74, 0.56, 0.36), (0.24, 0.20, 0.18), (0.82, 0.76, 0.66)), (0.50, 0.36, 0.24), HORN),
    "chicken": (((0.85, 0.82, 0.76), (0.60, 0.32, 0.16)), (0.20, 0.16, 0.14), (0.82, 0.14, 0.10)),
}  # fmt: skip
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def place_life(stage: Stage) -> None:
    """Everybody and everything that lives, then the clutter of the street."""
    life = stage.scene.life
    if life.people > 0.0 and life.figures:
        _people(stage)
    if life.animals and life.herd > 0.0:
        _herd(stage, stage.rows("herd", np.arange(HERD + 1), 8))
    if life.animals and life.stray > 0.0:
        _stray(stage)
    place_clutter(stage)


def _people(stage: Stage) -> None:
    scene, life = stage.scene, stage.scene.life
    road = scene.road
    inner, outer = stage.half + road.shoulder_m + 0.35, stage.verge - 0.3
    if road.sidewalk_m < 0.8:
        inner, outer = stage.half - 0.6, stage.half + min(road.shoulder_m, 1.0) - 0.1
    numbers = stage.numbers(PEOPLE_M, PEOPLE_SEEN_M)
    numbers = np.arange(numbers[0] - numbers[0] % 2, numbers[-1] + 1)  # the odd ones may join the even ones
    draws = stage.rows("people", numbers, 10)
    taken = draws[:, 0] < life.people * (0.85 if road.sidewalk_m > 0.8 else 0.5) * (1.0 - 0.6 * scene.ground.snow)
    if not taken.any():
        return
    x = (numbers + 3.0 * draws[:, 1] - 1.0) * PEOPLE_M
    side = np.where(draws[:, 3] < 0.5, 1.0, -1.0)
    lateral = inner + (outer - inner) * draws[:, 4]
    ahead = draws[:, 5] < 0.5
    idle = draws[:, 6] < 0.22
    # two that walk side by side
    second = np.arange(1, len(numbers), 2)
    second = second[draws[second, 7] < 0.4]
    x[second], side[second], ahead[second] = x[second - 1] + 0.15, side[second - 1], ahead[second - 1]
    taken[second], idle[second] = taken[second - 1], idle[second - 1]
    lateral[second] = np.where(
        lateral[second - 1] + 0.55 < outer, lateral[second - 1] + 0.55, lateral[second - 1] - 0.55
    )
    lateral[second] = np.maximum(lateral[second], inner)
    y = stage.road_y + side * lateral + stage.curve * x * x
    yaw = np.arctan(2.0 * stage.curve * x) + np.where(ahead, 0.0, pi)
    yaw = np.where(idle, yaw + 2.0 * pi * draws[:, 7], yaw)
    taken &= stage.track.clear(x, y, 2.0) & (np.hypot(x, y) > 2.6) & stage.within(x, PEOPLE_SEEN_M)
    at = np.flatnonzero(taken)
    at = at[~by_cars(stage, x[at], y[at])]
    if not len(at):
        return
    names = [name for name, _ in life.figures]
    edges = np.cumsum([share for _, share in life.figures])
    which = np.minimum(np.searchsorted(edges, draws[at, 8] * edges[-1], side="right"), len(names) - 1)
    size = np.array([SIZE_M[name] for name in names])[which] * (0.94 + 0.10 * draws[at, 9])
    end, _, look = facing(x[at] - stage.walk_x, y[at] - stage.walk_y, yaw[at])
    robed = np.array([name in ("robe", "thobe") for name in names])[which]
    free = np.array([name in ("skirt", "long-skirt", "robe", "thobe", "load") for name in names])[which]
    dress, robes = np.array([linear(c) for c in life.dress]), np.array([linear(c) for c in life.robes])
    skin = np.array([linear(c) for c in life.skin])
    top = np.where(robed[:, None], _picked(robes, draws[at, 9]), _picked(dress, draws[at, 6]))
    low = np.where(free[:, None], _picked(dress, draws[at, 4]), _picked(TROUSERS, draws[at, 4]))
    rows = np.array([figure_row(name) for name in names])[which] + end
    stage.put_many(
        n.FIGURE, x[at], y[at], width=0.57 * size, height=size, a=top, b=low, c=_picked(skin, draws[at, 1]),
        extra=n.FigureExtra(rows, feet=0.55), flip=look,
    )  # fmt: skip


def _picked(colours: Floats, draws: Floats) -> Floats:
    picked: Floats = colours[(draws * len(colours)).astype(int)]
    return picked


def _herd(stage: Stage, draws: Floats) -> None:
    """A group of one kind, most of them grazing, on the side where grass is and no crop."""
    scene, life = stage.scene, stage.scene.life
    ground, plants = scene.ground, scene.plants
    kinds = [(kind, share) for kind, share in life.animals if kind not in LOOSE]
    if not kinds or plants.density > 0.8 or scene.buildings.density > 0.45:
        return
    one = draws[HERD]
    kind = _one(kinds, one[0])
    if (ground.grass_cover < 0.22 and kind not in HARDY) or (ground.snow > 0.35 and kind not in WINTER):
        return
    side = 1.0 if one[1] < 0.5 else -1.0
    if ground.crop not in ("none", "pasture") and ground.snow < 0.35:
        if ground.crop_side == 0:
            return
        side = -float(ground.crop_side)
    draws = draws[: int(2 + (HERD - 2) * life.herd)]
    small = SIZE_M[kind] < 1.5
    centre_x = (5.0 + 20.0 * one[2]) * (1.0 if one[3] < 0.5 else -1.0)
    centre_y = stage.verge + 8.0 + 11.0 * one[4] ** 1.5
    x = centre_x + (22.0 if small else 30.0) * (draws[:, 0] - 0.5) * (0.5 + draws[:, 1])
    lateral = np.maximum(centre_y + 26.0 * (draws[:, 2] - 0.5) * (0.5 + draws[:, 3]), stage.verge + 5.0)
    keep = (np.abs(x - stage.cross) > stage.half + 2.0) & stage.within(x, HERD_SEEN_M)
    _put_animals(stage, [kind] * len(x), x, side * lateral, draws[:, 4:], keep, life.herd)


def _stray(stage: Stage) -> None:
    """Animals loose on the road: on its edge, and where they are holy or many in its middle; between two steps."""
    life = stage.scene.life
    kinds = [(kind, share) for kind, share in life.animals if kind != "kangaroo" or stage.scene.place.urban < 0.2]
    if not kinds:
        return
    numbers = stage.numbers(STRAY_M, STRAY_SEEN_M)
    draws = stage.rows("stray", numbers, 6)
    roams = draws[:, 3] < 0.45 * life.stray * (1.0 - 0.8 * stage.scene.ground.snow)
    if not roams.any():
        return
    draws = draws[roams]
    x = stage.track.between((numbers[roams].astype(np.float64) + 0.5) * STRAY_M) + 1.6 * (draws[:, 1] - 0.5)
    names = [_one(kinds, draw) for draw in draws[:, 0].tolist()]
    bold = life.stray > 0.3
    lateral = (stage.half + 1.2) * (2.0 * draws[:, 2] - 1.0)
    if not bold:
        lateral = np.sign(lateral) * (stage.half + 0.4 + 0.9 * np.abs(lateral) / (stage.half + 1.2))
    keep = np.abs(x) > 6.0  # none right beside step 0
    _put_animals(
        stage, names, x, lateral, np.stack([draws[:, 5], draws[:, 0], draws[:, 2], draws[:, 1]], axis=1), keep, 0.3
    )


def _one(shares: list[tuple[str, float]], draw: float) -> str:
    edges = list(accumulate(share for _, share in shares))
    return shares[min(bisect_right(edges, draw * edges[-1]), len(shares) - 1)][0]


def _put_animals(
    stage: Stage, names: list[str], x: Floats, lateral: Floats, draws: Floats, keep: Flags, mixed: float
) -> None:
    """Animals at x, lateral (n,); draws (n, 4): direction, grazing, size, hide. None stands in a house."""
    y = stage.road_y + lateral + stage.curve * x * x
    keep = keep & stage.track.clear(x, y, 4.0)
    if stage.footprints:
        spots = np.array(stage.footprints)
        gap = np.hypot(x[:, None] - spots[None, :, 0], y[:, None] - spots[None, :, 1]) - spots[None, :, 2]
        keep &= gap.min(axis=1) > 0.5
    at = np.flatnonzero(keep)
    if not len(at):
        return
    _, narrow, look = facing(x[at] - stage.walk_x, y[at] - stage.walk_y, 2.0 * pi * draws[at, 0])
    size = np.array([SIZE_M[names[k]] for k in at]) * (0.88 + 0.20 * draws[at, 2])
    rows = np.array([figure_row(names[k]) for k in at]) + (draws[at, 1] < 0.6)
    colours = []
    for k in at.tolist():
        hides, patches, horn = HIDES[names[k]]
        spot = draws[k, 3] ** (1.0 + mixed)  # in a large herd most look alike
        colours.append((linear(hides[int(spot * len(hides))]), linear(patches), linear(horn)))
    dyes = np.array(colours)  # (n, 3 parts, 3)
    stage.put_many(
        n.FIGURE, x[at], y[at], width=0.5 * size * narrow, height=size, a=dyes[:, 0], b=dyes[:, 1], c=dyes[:, 2],
        extra=n.FigureExtra(rows, feet=0.85), flip=look,
    )  # fmt: skip
