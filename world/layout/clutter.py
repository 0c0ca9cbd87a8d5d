"""Clutter of streets: bins, benches, stalls, post boxes, hydrants, bales in the field, signals. Knows no pixels."""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.earth.customs import kept
from world.earth.landscapes import here_of
from world.layout.cars import by_cars
from world.layout.stage import Stage, linear
from world.scene import RGB
from world.sprites.figures import SIZE_M, figure_row

PLACES_M, BALES_M = 5.2, 13.3  # from one place to the next along the road
PLACES_SEEN_M, BALES_SEEN_M, SIGNALS_SEEN_M = 67.0, 110.0, 130.0
BY_THE_WALL = frozenset(("stall", "crates", "cafe", "vending", "sacks", "rubbish", "kiosk", "parasol", "bikes"))
RURAL = frozenset(("mailbox", "stall", "parasol", "crates", "sacks", "shelter", "cone", "postbox"))
PAINTS: tuple[RGB, ...] = (
    (0.75, 0.16, 0.14),
    (0.15, 0.35, 0.62),
    (0.20, 0.48, 0.30),
    (0.90, 0.70, 0.15),
    (0.92, 0.90, 0.86),
)
WOOD: RGB = (0.55, 0.42, 0.28)
STEEL: RGB = (0.42, 0.43, 0.45)
GLASS: RGB = (0.42, 0.50, 0.54)
# colours of the pictures: A, B (None: one of PAINTS), C
DYES: dict[str, tuple[RGB | None, RGB | None, RGB]] = {
    "parasol": (None, (0.92, 0.90, 0.86), (0.45, 0.42, 0.38)),
    "stall": (None, (0.90, 0.88, 0.82), (0.80, 0.52, 0.20)),
    "crates": ((0.82, 0.30, 0.14), (0.45, 0.62, 0.20), WOOD),
    "cafe": (None, (0.80, 0.70, 0.30), (0.80, 0.78, 0.74)),
    "bench": (WOOD, WOOD, WOOD),
    "bale": ((0.76, 0.64, 0.36), WOOD, WOOD),
    "sacks": ((0.78, 0.72, 0.60), (0.72, 0.30, 0.14), WOOD),
    "rubbish": ((0.16, 0.17, 0.19), WOOD, WOOD),
    "signals": ((0.16, 0.16, 0.16), (0.85, 0.10, 0.08), (0.35, 0.36, 0.38)),
    "hydrant": (None, (0.86, 0.84, 0.80), WOOD),
    "mailbox": ((0.62, 0.64, 0.66), (0.80, 0.15, 0.12), WOOD),
    "bikes": (None, None, WOOD),
}
Floats = NDArray[np.float64]
PLAIN = n.PostExtra()


def place_clutter(stage: Stage) -> None:
    """Fill places along the pavements with the scene's kinds, set signals at a junction and bales on the meadow."""
    scene, life = stage.scene, stage.scene.life
    if life.clutter_density <= 0.0:
        return
    rural = scene.place.urban < 0.22
    kinds = [(k, s) for k, s in life.clutter if (k in RURAL if rural else k != "mailbox") and k != "bale"]
    rows: list[tuple[str, float, float, float]] = []
    if kinds:
        edges = list(accumulate(share for _, share in kinds))
        cross, most = stage.cross, 0.8 * life.clutter_density
        numbers = stage.numbers(PLACES_M, PLACES_SEEN_M)
        draws = stage.rows("clutter", numbers, 12).reshape(-1, 6)  # a row for each side of the road
        filled = np.flatnonzero(draws[:, 0] < most)
        for k, draw in zip(filled.tolist(), draws[filled].tolist(), strict=True):
            kind = kinds[min(bisect_right(edges, draw[1] * edges[-1]), len(kinds) - 1)][0]
            side = 1 if k % 2 else -1
            number = int(numbers[k // 2])
            beyond = 3.4 + 3.6 * draw[2]
            x = number * PLACES_M + beyond if number >= 0 else (number + 1) * PLACES_M - beyond
            if abs(x - cross) < stage.half + 2.5 or not stage.within(x, PLACES_SEEN_M):
                continue
            lateral = side * _lateral(stage, kind, draw[3])
            if kind in SIZE_M:
                rows.append((kind, x, lateral, draw[4]))
            else:
                SOLIDS[kind](stage, x, lateral, side, draw[4])
    if scene.place.urban > 0.45 and stage.within(stage.cross, SIGNALS_SEEN_M):
        out = stage.half + scene.road.shoulder_m + 0.4
        at = stage.half + 1.2
        rows += [("signals", stage.cross + s * at, k * out, 0.0) for s, k in ((-1, 1), (-1, -1), (1, 1), (1, -1))]
    rows += _bales(stage)
    _put(stage, rows)


def _lateral(stage: Stage, kind: str, draw: float) -> float:
    road = stage.scene.road
    if road.sidewalk_m > 1.6:
        return stage.verge - 0.5 if kind in BY_THE_WALL else stage.half + road.shoulder_m + 0.45
    if stage.scene.buildings.density > 0.6:  # walls stand at the road's edge
        return stage.verge - 0.25 if road.sidewalk_m > 0.8 else stage.half - 0.35
    return stage.verge + 0.5 + 0.8 * draw * (kind in BY_THE_WALL)


def _bales(stage: Stage) -> list[tuple[str, float, float, float]]:
    """Round bales lie on cut grass and stubble in the second half of summer, where there is no herd."""
    scene = stage.scene
    ground = scene.ground
    ripe = scene.life.summer > 0.72 and ground.grass_cover > 0.35 and ground.snow < 0.05 and scene.plants.density < 0.6
    if "bale" not in dict(scene.life.clutter) or not ripe or scene.life.herd > 0.0 or scene.place.urban > 0.3:
        return []
    one = stage.draws("bales", 2)
    if one[0] > 0.55 or ground.crop not in ("none", "pasture", "wheat"):
        return []
    side = 1.0 if one[1] < 0.5 else -1.0
    if ground.crop == "wheat":
        if ground.crop_side == 0:
            return []
        side = -float(ground.crop_side)
    numbers = stage.numbers(BALES_M, BALES_SEEN_M)
    draws = stage.rows("bales", numbers, 3)
    x = (numbers + draws[:, 0]) * BALES_M
    lateral = side * (stage.verge + 8.0 + 38.0 * draws[:, 1])
    return [("bale", float(a), float(b), float(c)) for a, b, c in zip(x, lateral, draws[:, 2], strict=True)]


def _put(stage: Stage, rows: list[tuple[str, float, float, float]]) -> None:
    """Pictures of kind, x, lateral and a draw for the colour."""
    if not rows:
        return
    x, lateral = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    y = stage.road_y + lateral + stage.curve * x * x
    size = np.array([SIZE_M[row[0]] for row in rows])
    colours = []
    for kind, _, _, draw in rows:
        a, b, c = DYES[kind]
        usual = PAINTS[int(draw * len(PAINTS))]
        if kind == "hydrant":
            usual = stage.scene.life.hydrant_rgb
        colours.append((linear(a or usual), linear(b or PAINTS[int(draw * 97.0) % len(PAINTS)]), linear(c)))
    pictures = np.array([figure_row(row[0]) for row in rows])
    dyes = np.array(colours)  # (n, 3 parts, 3)
    keep = stage.track.clear(x, y, 1.8) & ~by_cars(stage, x, y)
    stage.put_many(
        n.FIGURE, x[keep], y[keep], width=0.5 * size[keep], height=size[keep], a=dyes[keep, 0],
        b=dyes[keep, 1], c=dyes[keep, 2], extra=n.FigureExtra(pictures[keep], feet=0.8), flip=1.0, seen_as=n.FURNITURE,
    )  # fmt: skip


def _post(
    stage: Stage, x: float, lateral: float, width: float, height: float, a: RGB, b: RGB, c: RGB,
    extra: n.PostExtra = PLAIN, base: float = 0.0,
) -> None:  # fmt: skip
    stage.put(
        n.POST, x, stage.y_at(x, lateral), width=width, height=height, base=base, a=linear(a), b=linear(b),
        c=linear(c), extra=extra,
    )  # fmt: skip


def _block(
    stage: Stage, x: float, lateral: float, length: float, width: float, height: float, a: RGB, b: RGB,
    band: tuple[float, float] = (0.0, 0.0), base: float = 0.0, cap: RGB | None = None, cap_from: float = n.NEVER,
) -> None:  # fmt: skip
    stage.put(
        n.BLOCK, x, stage.y_at(x, lateral), yaw=stage.yaw_at(x), length=length, width=width, height=height, base=base,
        a=linear(a), b=linear(b), c=linear(cap or a), extra=n.BlockExtra(*band, cap_from=cap_from),
    )  # fmt: skip


def _bin(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    paint = ((0.18, 0.30, 0.22), (0.25, 0.26, 0.28), (0.20, 0.28, 0.42))[int(draw * 3)]
    look = n.PostExtra(0.72, 0.79, cap_from=0.86)
    _post(stage, x, lateral, 0.24, 0.92, paint, (0.05, 0.05, 0.05), (0.10, 0.10, 0.10), look)


def _postbox(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    paint = stage.scene.life.post_rgb
    if kept("pillar boxes", here_of(stage.scene.recipe, stage.scene.place)):
        _post(stage, x, lateral, 0.23, 1.5, paint, (0.05, 0.05, 0.05), paint, n.PostExtra(1.22, 1.27, cap_from=1.42))
        _post(stage, x, lateral, 0.26, 0.10, paint, paint, paint, base=1.42)
    else:
        _block(stage, x, lateral, 0.26, 0.24, 1.05, paint, (0.05, 0.05, 0.05), (0.82, 0.86), base=0.22)
        _post(stage, x, lateral, 0.06, 0.22, STEEL, STEEL, STEEL)


def _phonebox(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    if kept("egg telephones", here_of(stage.scene.recipe, stage.scene.place)):  # the orelhão, an egg on a post
        paint = ((0.10, 0.30, 0.62), (0.92, 0.62, 0.12))[int(draw * 2)]
        _post(stage, x, lateral, 0.05, 1.3, STEEL, STEEL, STEEL)
        look = n.PostExtra(0.0, 0.22, taper=0.35)
        _post(stage, x, lateral, 0.42, 0.85, paint, (0.08, 0.08, 0.08), paint, look, base=1.2)
        return
    red: RGB = (0.74, 0.09, 0.08)
    _block(stage, x, lateral, 0.42, 0.42, 2.4, red, GLASS, (0.55, 2.05))
    for dx, dy in ((-0.42, -0.42), (-0.42, 0.42), (0.42, -0.42), (0.42, 0.42)):
        _block(stage, x + dx, lateral + dy, 0.06, 0.06, 2.4, red, red)


def _vending(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    """One or two machines with lit fronts, a mark of Japan."""
    for k in range(2 if draw < 0.6 else 1):
        paint = ((0.90, 0.90, 0.90), (0.78, 0.12, 0.12), (0.15, 0.32, 0.66), (0.90, 0.90, 0.90))[int(draw * 40 + k) % 4]
        _block(stage, x + 1.06 * k, lateral, 0.5, 0.36, 1.83, paint, (0.80, 0.88, 0.92), (0.95, 1.66))
        _block(stage, x + 1.06 * k, lateral - side * 0.36, 0.44, 0.03, 0.10, (0.62, 0.30, 0.25), WOOD, base=1.15)
        _block(stage, x + 1.06 * k, lateral - side * 0.36, 0.44, 0.03, 0.10, (0.30, 0.48, 0.30), WOOD, base=1.42)


def _kiosk(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    paint = PAINTS[int(draw * len(PAINTS))]
    _block(stage, x, lateral + side * 0.5, 1.2, 0.8, 2.35, paint, (0.12, 0.13, 0.15), (1.05, 1.85))
    _block(stage, x, lateral + side * 0.4, 1.4, 1.1, 0.16, (0.88, 0.87, 0.84), paint, base=2.35)
    _block(stage, x, lateral - side * 0.35, 1.0, 0.12, 0.05, WOOD, WOOD, base=1.02)


def _shelter(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    """A bus shelter: a back of glass, a roof on two posts, a seat."""
    _block(stage, x, lateral + side * 0.75, 1.7, 0.03, 2.2, STEEL, GLASS, (0.35, 2.10))
    _block(stage, x, lateral + side * 0.25, 1.85, 0.72, 0.12, (0.30, 0.32, 0.34), STEEL, base=2.2)
    _block(stage, x, lateral + side * 0.5, 1.2, 0.17, 0.06, WOOD, WOOD, base=0.42)
    for end in (-1.6, 1.6):
        _post(stage, x + end, lateral - side * 0.35, 0.04, 2.2, STEEL, STEEL, STEEL)


def _meter(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    for k in range(3):
        at = x + 5.8 * (k - 1)
        _post(stage, at, lateral, 0.035, 1.08, STEEL, STEEL, STEEL)
        look = n.PostExtra(0.16, 0.26, taper=0.3)
        _post(stage, at, lateral, 0.095, 0.32, (0.28, 0.29, 0.31), GLASS, STEEL, look, base=1.08)


def _cone(stage: Stage, x: float, lateral: float, side: int, draw: float) -> None:
    for k in range(3):
        at = x + 1.9 * k
        _post(
            stage,
            at,
            lateral,
            0.17,
            0.72,
            (0.92, 0.34, 0.08),
            (0.92, 0.92, 0.90),
            (0.92, 0.34, 0.08),
            n.PostExtra(0.30, 0.48, taper=0.8),
        )
        _block(stage, at, lateral, 0.19, 0.19, 0.04, (0.08, 0.08, 0.08), WOOD)


SOLIDS: dict[str, Callable[[Stage, float, float, int, float], None]] = {
    "bin": _bin, "postbox": _postbox, "phonebox": _phonebox, "vending": _vending, "kiosk": _kiosk,
    "shelter": _shelter, "meter": _meter, "cone": _cone,
}  # fmt: skip
