"""Trees, bushes and tufts near the road, and the kinds of the distant forest edge. Knows no pixels."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.layout.stage import Stage
from world.scene import RGB, Plants
from world.sprites.atlas import KINDS, SHAPES, VARIANTS, sprite_row

TREES_M, BUSHES_M, TUFTS_M = 1.2, 1.7, 2.0  # along the road from one place where one may stand to the next
TREES, BUSHES, TUFTS = 110.0, 60.0, 26.0  # so many make every place taken
ALWAYS_SEEN_M, SEEN_M, HEIGHTS_SEEN = 61.0, 190.0, 7.0  # a plant is placed up to so many times its height away
ROWS = 80  # plants of one plot, at most
PLOT_M = 120.0  # from one plot of a plantation to the next, at least
ROW_STEPS = {"oil-palm": 8.0, "rubber": 5.0, "eucalyptus": 3.4, "pine": 3.4, "tea": 1.5, "vine": 1.9, "maize": 1.1,
             "banana": 2.8, "olive": 6.5, "date-palm": 7.0}  # fmt: skip
ROW_FORMS = {"street": 0, "windbreak": 52, "hedgerow": 72, "plantation": 80}  # plants of one plot
INDEX = {kind: k for k, kind in enumerate(KINDS)}
GRASS, CHERRY = INDEX["grass"], INDEX["cherry"]
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
    base = np.array(plants.leaf_rgb)
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
    kinds = [(INDEX[kind], share) for kind, share in plants.kinds if kind in SHAPES and share > 0.0]
    low = _table().low
    return [pair for pair in kinds if not low[pair[0]]], [pair for pair in kinds if low[pair[0]]]


def place_plants(stage: Stage) -> None:
    """Trees with the scene's density, bushes with its undergrowth, tufts of grass by the verge, and planted rows."""
    scene = stage.scene
    plants, ground = scene.plants, scene.ground
    trees, bushes = _known(plants)
    count = 0.0 if plants.density < 0.01 or not trees else 4.0 + 106.0 * plants.density**1.1
    tufts = TUFTS * min(ground.grass_cover, 1.0) if ground.snow < 0.5 and ground.grass_cover > 0.12 else 0.0
    groups = (  # family, kinds, how many of the places are taken, from place to place, as far as one is seen,
        # nearest and farthest beside the road
        ("trees", trees, count / TREES, TREES_M, SEEN_M, stage.verge + 2.6, 62.0),
        ("bushes", bushes or [(INDEX["bush"], 1.0)], plants.undergrowth * BUSHES / 60.0, BUSHES_M, ALWAYS_SEEN_M,
         stage.verge + 0.9, 32.0),
        ("tufts", [(GRASS, 1.0)], tufts / TUFTS, TUFTS_M, ALWAYS_SEEN_M, stage.verge + 0.3, 9.0),
    )  # fmt: skip
    kind, spots, used = [], [], []
    for family, kinds, share, spacing, reach, near, wide in groups:
        if share <= 0.0:
            continue
        numbers = stage.numbers(spacing, reach + spacing)
        draws = stage.rows(family, numbers, 10)
        here = draws[:, 9] < share
        some = draws[here]
        lateral = near + (wide - near) * some[:, 3] ** 1.7
        kind.append(_pick(kinds, some[:, 0]))
        spots.append(((numbers[here] + 2.0 * some[:, 1] - 0.5) * spacing,
                      np.where(some[:, 4] < 0.5, lateral, -lateral)))  # fmt: skip
        used.append(some[:, :9])
    if plants.rows in ROW_FORMS:
        x, lateral, draws = _rows(stage)
        kind.append(np.full(len(x), INDEX[plants.row_kind]))
        if plants.rows == "hedgerow":  # an old oak every now and then
            kind[-1][draws[:, 0] < 0.10] = INDEX["oak"]
        spots.append((x, lateral))
        used.append(_even(draws))
    if kind:
        x, lateral = (np.concatenate(part) for part in zip(*spots, strict=True))
        _put(stage, np.concatenate(kind), x, lateral, np.concatenate(used))


def _even(draws: Draws) -> Draws:
    """Draws of planted rows: of one age and height, and not left out in fields."""
    draws = draws.copy()
    draws[:, 5] = 0.1
    draws[:, 6] = 0.5 + 0.3 * (draws[:, 6] - 0.5)
    draws[:, 7] = 0.55 + 0.25 * (draws[:, 7] - 0.5)
    return draws


def _rows(stage: Stage) -> tuple[Floats, Floats, Draws]:
    """Where planted rows stand: metres along the road and beside its middle, and random numbers (k, 9).

    A street's trees go on along it; a windbreak, a hedgerow and a plantation are plots, one after the other.
    """
    plants = stage.scene.plants
    one = stage.draws("planted", 3)
    side = 1.0 if one[0] < 0.5 else -1.0
    pace = ROW_STEPS.get(plants.row_kind, 4.0)
    if plants.rows == "street":
        step = 9.0 + 5.0 * one[1]
        numbers = np.repeat(stage.numbers(step, SEEN_M), 2)
        draws = stage.rows("rows", numbers[::2], 18).reshape(-1, 9)
        x, lateral = numbers * step, np.where(np.arange(len(numbers)) % 2, 1.0, -1.0) * (stage.verge + 0.9)
    else:
        k = np.arange(ROW_FORMS[plants.rows], dtype=np.float64)
        if plants.rows == "windbreak":
            step = 2.6 + 1.6 * one[1]
            along, lateral = (k - 26) * step, np.full(len(k), side * (stage.verge + 5.0 + 12.0 * one[2]))
            pitch = 52 * step + 40.0
        elif plants.rows == "hedgerow":
            along, lateral = (k // 2 - 18) * 2.1, np.where(k % 2, 1.0, -1.0) * (stage.verge + 1.3)
            pitch = PLOT_M
        else:
            along = (k % 16 - 8) * pace + pace * 0.25
            lateral = side * (stage.verge + 2.5 + 0.5 * pace + (k // 16) * pace)
            pitch = max(32.0 * pace, PLOT_M)
        reach = SEEN_M + 0.5 * pitch
        plots = np.arange(np.ceil((stage.walk_x - reach) / pitch), np.floor((stage.walk_x + reach) / pitch) + 1.0)
        x, lateral = (plots[:, None] * pitch + along).ravel(), np.tile(lateral, len(plots))
        numbers = (plots[:, None].astype(np.int64) * ROWS + np.arange(len(k))).ravel()
        seen = stage.within(x, SEEN_M)
        x, lateral = x[seen], lateral[seen]
        draws = stage.rows("rows", numbers[seen], 9)
    wobble = 0.12 * pace * (draws[:, 1:3] - 0.5)
    return x + wobble[:, 0], lateral + wobble[:, 1], draws


def _free(stage: Stage, x: Floats, y: Floats, lateral: Floats, spare: Floats) -> NDArray[np.bool_]:
    """Where a plant may stand: off the camera, cross street, houses, fields (all but a few) and the sea."""
    scene = stage.scene
    distance = np.hypot(x, y)
    keep = (distance > 4.2) & stage.track.clear(x, y, 2.4) & (np.abs(x - stage.cross) > stage.half + 1.5)
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
    tall = table.height_m[kind] * (0.65 + 0.7 * draws[:, 7]) * np.where(table.low[kind], 1.0, plants.height)
    seen = np.flatnonzero(stage.within(x, np.clip(HEIGHTS_SEEN * tall, ALWAYS_SEEN_M, SEEN_M)))
    keep = seen[_free(stage, x[seen], y[seen], lateral[seen], draws[seen, 5])]
    if not len(keep):
        return
    x, y, kind, tall, draws = x[keep], y[keep], kind[keep], tall[keep], draws[keep]
    grass = kind == GRASS
    tone = draws[:, 8]
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
    kind = np.array([kind for kind, _ in trees])
    share = np.repeat([share for _, share in trees], VARIANTS)
    bare = (table.deciduous[kind] & (plants.leaf < 0.5)).astype(np.int64)
    shares = np.empty((len(kind), 11), np.float32)
    shares[:, 1], shares[:, 2] = table.row[bare, kind], table.deciduous[kind]
    shares[:, 3], shares[:, 4] = table.aspect[kind], np.minimum(table.height_m[kind] / 11.0, 1.6)
    shares[:, 5:8] = _leaf_rgb(plants, kind, np.zeros(len(kind))) ** 2
    shares[:, 8:11] = _bark_rgb(plants, kind) ** 2
    shares = np.repeat(shares, VARIANTS, axis=0)
    shares[:, 0] = np.cumsum(share / share.sum())
    shares[:, 1] += np.tile(np.arange(VARIANTS, dtype=np.float32), len(trees))
    return shares
