"""Trees, bushes and tufts near the road, and the kinds of the distant forest edge. Knows no pixels."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.layout.stage import Stage, stream
from world.scene import RGB, Plants
from world.sprites.atlas import KINDS, SHAPES, VARIANTS, sprite_row

LOOSE, ROWS = 210, 80  # plants that stand free and in rows, at most
ROW_STEPS = {"oil-palm": 8.0, "rubber": 5.0, "eucalyptus": 3.4, "pine": 3.4, "tea": 1.5, "vine": 1.9, "maize": 1.1,
             "banana": 2.8, "olive": 6.5, "date-palm": 7.0}  # fmt: skip
GRASS, CHERRY = KINDS.index("grass"), KINDS.index("cherry")
BLOSSOM: RGB = (0.95, 0.80, 0.85)
Floats = NDArray[np.float64]
Draws = NDArray[np.float64]


class _Kinds(NamedTuple):
    """What placing must know of every kind, in the order of KINDS."""

    height_m: Floats  # (k,)
    aspect: Floats  # (k,) width / height
    deciduous: NDArray[np.bool_]  # (k,)
    low: NDArray[np.bool_]  # (k,)
    own: Floats  # (k,) how much of the leaf's colour is the kind's own
    tint: Floats  # (k, 3) that colour
    barked: NDArray[np.bool_]  # (k,) has its own bark
    bark: Floats  # (k, 3)
    mark: Floats  # (k, 3) second colour
    turns: NDArray[np.bool_]  # (k,) has its own autumn
    autumn: Floats  # (k, 3)
    row: NDArray[np.int64]  # (2, k) of the atlas: in leaf, bare


@lru_cache(maxsize=1)
def _table() -> _Kinds:
    shapes = [SHAPES[kind] for kind in KINDS]
    return _Kinds(
        np.array([shape.height_m for shape in shapes]),
        np.array([shape.aspect for shape in shapes]),
        np.array([shape.deciduous for shape in shapes]),
        np.array([shape.low for shape in shapes]),
        np.array([0.7 * (shape.tint is not None) for shape in shapes]),
        np.array([shape.tint or (0.0, 0.0, 0.0) for shape in shapes]),
        np.array([shape.bark is not None for shape in shapes]),
        np.array([shape.bark or (0.0, 0.0, 0.0) for shape in shapes]),
        np.array([shape.mark for shape in shapes]),
        np.array([shape.autumn is not None for shape in shapes]),
        np.array([shape.autumn or (0.0, 0.0, 0.0) for shape in shapes]),
        np.array([[sprite_row(kind, 0, bare) for kind in KINDS] for bare in (False, True)]),
    )


def _leaf_rgb(plants: Plants, kind: NDArray[np.int64], turned: Floats) -> Floats:
    """Colour of leaves on the screen, (m, 3): the country's green, the kind's own, or autumn's by `turned` 0 … 1."""
    table = _table()
    base = np.broadcast_to(np.array(plants.leaf_rgb), (len(kind), 3))
    own = table.own[kind, None]
    falling = (table.deciduous[kind] * turned)[:, None]
    green = base + (table.tint[kind] - base) * own
    autumn = np.where(table.turns[kind, None], 0.6 * table.autumn[kind], 0.6 * np.array(plants.autumn_rgb))
    autumn = autumn + 0.4 * np.array(plants.autumn_rgb)
    turning: Floats = green + (autumn - green) * falling
    return turning


def _bark_rgb(plants: Plants, kind: NDArray[np.int64]) -> Floats:
    table = _table()
    return np.where(table.barked[kind, None], table.bark[kind], np.array(plants.trunk_rgb))


def _pick(kinds: list[tuple[int, float]], draws: Floats) -> NDArray[np.int64]:
    """Which of `kinds` (index, share) each draw in 0 … 1 falls on."""
    edges = np.cumsum([share for _, share in kinds])
    at = np.minimum(np.searchsorted(edges, draws * edges[-1]), len(kinds) - 1)
    picked: NDArray[np.int64] = np.array([kind for kind, _ in kinds])[at]
    return picked


def _known(plants: Plants) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """The scene's trees and its low plants that are drawn: (index in KINDS, share)."""
    kinds = [(KINDS.index(kind), share) for kind, share in plants.kinds if kind in SHAPES and share > 0.0]
    low = _table().low
    return [pair for pair in kinds if not low[pair[0]]], [pair for pair in kinds if low[pair[0]]]


def place_plants(stage: Stage) -> None:
    """Trees with the scene's density, bushes with its undergrowth, tufts of grass by the verge, and planted rows."""
    scene = stage.scene
    plants, ground = scene.plants, scene.ground
    trees, bushes = _known(plants)
    count = 0 if plants.density < 0.01 or not trees else int(4 + 106 * plants.density**1.1)
    tufts = int(26 * min(ground.grass_cover, 1.0)) if ground.snow < 0.5 and ground.grass_cover > 0.12 else 0
    groups = (  # kinds, how many, the most, nearest and farthest beside the road, reach along it
        (trees or [(0, 1.0)], count, 120, stage.verge + 2.6, 62.0, 95.0),
        (bushes or [(KINDS.index("bush"), 1.0)], int(60 * plants.undergrowth), 60, stage.verge + 0.9, 32.0, 56.0),
        ([(KINDS.index("grass"), 1.0)], tufts, 30, stage.verge + 0.3, 9.0, 18.0),
    )
    draws = stream(scene.recipe, "plants").random((LOOSE + ROWS, 9))
    kind, spots, used = [], [], []
    start = 0
    for kinds, wanted, most, near, wide, long in groups:
        some = draws[start : start + min(wanted, most)]
        start += most
        lateral = near + (wide - near) * some[:, 3] ** 1.7
        kind.append(_pick(kinds, some[:, 0]))
        spots.append((_along(some, long), np.where(some[:, 4] < 0.5, lateral, -lateral)))
        used.append(some)
    at = _rows(stage, draws[LOOSE:])
    loose = len(at[0])
    kind.append(np.full(loose, KINDS.index(plants.row_kind)))
    if plants.rows == "hedgerow":  # an old oak every now and then
        kind[-1][draws[LOOSE : LOOSE + loose, 0] < 0.10] = KINDS.index("oak")
    spots.append(at)
    used.append(_even(draws[LOOSE : LOOSE + loose]))
    x, lateral = (np.concatenate(part) for part in zip(*spots, strict=True))
    _put(stage, np.concatenate(kind), x, lateral, np.concatenate(used))


def _along(draws: Draws, long: float) -> Floats:
    along: Floats = (draws[:, 1] * 2.0 - 1.0) * long * (0.35 + 0.65 * draws[:, 2])
    return along


def _even(draws: Draws) -> Draws:
    """Draws of planted rows: of one age and height, and not left out in fields."""
    draws = draws.copy()
    draws[:, 5] = 0.1
    draws[:, 6] = 0.5 + 0.3 * (draws[:, 6] - 0.5)
    draws[:, 7] = 0.55 + 0.25 * (draws[:, 7] - 0.5)
    return draws


def _rows(stage: Stage, draws: Draws) -> tuple[Floats, Floats]:
    """Where planted rows stand: metres along the road and beside its middle, at most ROWS plants."""
    plants = stage.scene.plants
    side = 1.0 if draws[0, 0] < 0.5 else -1.0
    wobble = 0.12 * (draws[:, 1:3] - 0.5)
    k = np.arange(ROWS, dtype=np.float64)
    if plants.rows == "street":
        step = 9.0 + 5.0 * draws[0, 1]
        x, lateral = (k // 2 - 6) * step, np.where(k % 2, 1.0, -1.0) * (stage.verge + 0.9)
        keep = k < 26
    elif plants.rows == "windbreak":
        step = 2.6 + 1.6 * draws[0, 1]
        x, lateral = (k - 26) * step, np.full(ROWS, side * (stage.verge + 5.0 + 12.0 * draws[1, 1]))
        keep = k < 52
    elif plants.rows == "hedgerow":
        x, lateral = (k // 2 - 18) * 2.1, np.where(k % 2, 1.0, -1.0) * (stage.verge + 1.3)
        keep = k < 72
    elif plants.rows == "plantation":
        step = ROW_STEPS.get(plants.row_kind, 4.0)
        x, lateral = (k % 16 - 8) * step + step * 0.25, side * (stage.verge + 2.5 + 0.5 * step + (k // 16) * step)
        keep = k < 80
    else:
        return np.zeros(0), np.zeros(0)
    step = ROW_STEPS.get(plants.row_kind, 4.0)
    return (x + step * wobble[:, 0])[keep], (lateral + step * wobble[:, 1])[keep]


def _free(stage: Stage, x: Floats, y: Floats, lateral: Floats, spare: Floats) -> NDArray[np.bool_]:
    """Where a plant may stand: off the camera, cross street, houses, fields (all but a few) and the sea."""
    scene = stage.scene
    distance = np.hypot(x, y)
    keep = (distance > 4.2) & (np.abs(x - stage.cross) > stage.half + 1.5)
    if stage.footprints:
        spots = np.array(stage.footprints)
        gap = (x[:, None] - spots[:, 0]) ** 2 + (y[:, None] - spots[:, 1]) ** 2
        keep &= (gap > (spots[:, 2] + 0.3) ** 2).all(axis=1)
    if scene.ground.crop not in ("none", "pasture") and scene.ground.snow < 0.35:
        field = np.abs(lateral) > stage.verge + 5.0
        if scene.ground.crop_side:
            field &= lateral * scene.ground.crop_side > 0.0
        keep &= ~field | (spare < 0.22)
    sea = scene.relief.sea
    if sea.max() >= 0.4:
        turn = (np.arctan2(y, x) + np.radians(scene.road.heading_deg)) / (2.0 * np.pi) % 1.0
        keep &= (sea[(turn * len(sea)).astype(int) % len(sea)] < 0.4) | (distance < 30.0)
    return keep


def _put(stage: Stage, kind: NDArray[np.int64], x: Floats, lateral: Floats, draws: Draws) -> None:
    """Plants of `kind` (m,) at x along the road and `lateral` metres beside its middle."""
    plants, table = stage.scene.plants, _table()
    y = stage.road_y + lateral + stage.curve * x * x
    keep = np.flatnonzero(_free(stage, x, y, lateral, draws[:, 5]))
    if not len(keep):
        return
    x, y, kind, draws = x[keep], y[keep], kind[keep], draws[keep]
    grass = kind == GRASS
    tone = draws[:, 8]
    tall = table.height_m[kind] * (0.65 + 0.7 * draws[:, 7]) * np.where(table.low[kind], 1.0, plants.height)
    leaf = _leaf_rgb(plants, kind, np.clip(plants.autumn * (0.6 + 0.8 * tone), 0.0, 1.0))
    leaf *= (0.92 + 0.24 * tone)[:, None]
    leaf[:, 0] *= 0.94 + 0.14 * draws[:, 4]  # some yellower than others
    blooms = (kind == CHERRY) & (plants.blossom > 0.3)
    leaf[blooms] = BLOSSOM
    leaf[grass] = np.array(stage.scene.ground.grass_rgb) * (0.95, 1.02, 0.9)
    np.minimum(leaf, 1.0, out=leaf)
    bare = (table.deciduous[kind] & ~blooms & (draws[:, 6] > plants.leaf)).astype(np.int64)
    row = table.row[bare, kind] + (draws[:, 2] * 97.0).astype(np.int64) % VARIANTS
    stage.put_many(
        n.PLANT, x, y, width=0.5 * tall * table.aspect[kind], height=tall, a=leaf * leaf,
        b=_bark_rgb(plants, kind) ** 2, c=table.mark[kind] ** 2, extra=n.PlantExtra(row, snowy=1.0 - grass),
        flip=np.where(draws[:, 3] * 64.0 % 1.0 < 0.5, 1.0, -1.0),
    )  # fmt: skip


def far_shares(stage: Stage) -> NDArray[np.float32]:
    """Kinds of the forest edge (k, 11): cumulative share, sprite, deciduous, width / height, relative height,
    leaf's light, bark's light.
    """
    plants, table = stage.scene.plants, _table()
    trees = _known(plants)[0] or [(0, 1.0)]
    kind = np.repeat([kind for kind, _ in trees], VARIANTS)
    share = np.repeat([share for _, share in trees], VARIANTS)
    reached = np.cumsum(share / share.sum())
    bare = (table.deciduous[kind] & (plants.leaf < 0.5)).astype(np.int64)
    row = table.row[bare, kind] + np.tile(np.arange(VARIANTS), len(trees))
    shares = np.empty((len(kind), 11), np.float32)
    shares[:, 0], shares[:, 1], shares[:, 2] = reached, row, table.deciduous[kind]
    shares[:, 3], shares[:, 4] = table.aspect[kind], np.minimum(table.height_m[kind] / 11.0, 1.6)
    shares[:, 5:8] = _leaf_rgb(plants, kind, np.zeros(len(kind))) ** 2
    shares[:, 8:11] = _bark_rgb(plants, kind) ** 2
    return shares
