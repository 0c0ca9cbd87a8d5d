"""Houses along the road, row behind row, with what stands on and before them. Knows no pixels.

All lots are drawn at once: a fixed table of random numbers, one row a lot, and a mask of the lots that are built upon.
"""

from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

import world.raycast_names as n
from world.layout_landmarks import place_landmark
from world.layout_things import Stage, linear, stream
from world.layout_yards import place_yards
from world.scene import RGB, Scene
from world.styles import COVERS, WALLS, WINDOWS

Floats = NDArray[np.float64]
FASCIAS: tuple[RGB, ...] = (
    (0.70, 0.15, 0.14),
    (0.12, 0.28, 0.55),
    (0.12, 0.38, 0.24),
    (0.86, 0.62, 0.16),
    (0.26, 0.16, 0.30),
    (0.82, 0.82, 0.78),
)
LOTS, DRAWS = 22, 28  # on one side of one row; random numbers of each
# row, side and number along the road of every lot
ROW, SIDE, NUMBER = (part.ravel() for part in np.meshgrid(np.arange(3), (1, -1), np.arange(LOTS), indexing="ij"))
GABLED = 4.0  # added to a house's trim: its gable looks at the road
FAR_M = 105.0


def place_houses(stage: Stage) -> None:
    """Fill the lots on both sides with the scene's density, storeys, roofs and colours."""
    scene = stage.scene
    town = scene.buildings
    rng = stream(scene.recipe, "houses")
    u = rng.random((3 * 2 * LOTS, DRAWS))
    few = rng.random(16)
    if town.density <= 0.0 or not town.wall_palette:
        return
    traits = dict(town.traits)
    closed = town.density > 0.72
    lot = town.lot_m if closed else 15.0 + 17.0 * (1.0 - town.density)
    if town.estate:
        closed, lot = False, 44.0
    back = stage.verge + (0.05 if closed else max(town.setback_m, 0.6))
    lots = np.where(closed & (ROW > 0), 2.0, 1.0) * lot
    phase = few[0] * lot
    jitter = 0.0 if closed else 0.12 * lot * (u[:, 0] - 0.5)
    x = (NUMBER - 0.5 * LOTS) * lots + phase + jitter
    storeys = _storeys(scene, u)
    along = lots * (0.5 if closed else 0.0) + (
        0.0 if closed else 4.0 + 2.6 * u[:, 1] + 0.5 * max(town.storeys_mean - 1.0, 0.0)
    )
    if closed and traits.get("detached", 0.0) > 0.0:  # a gap between neighbours
        along = along * 0.86
    deep = (5.0 if closed else 3.2 + 1.6 * u[:, 2]) + 0.2 * np.minimum(storeys, 6.0)
    if town.estate:
        along, deep = 14.0 + 6.0 * u[:, 1], np.full(len(x), 6.2)
    storey = 2.75 + 0.35 * u[:, 3]
    roofed = (u[:, 4] < town.roof_share) & (storeys <= 5.0)
    gabled = roofed & (u[:, 5] < traits.get("gabled", 0.0 if closed else 0.3))
    lateral = (
        back
        + ROW * (2.0 * deep + 12.0 if closed else 24.0)
        + (0.0 if closed else 7.0 * u[:, 6] * (1.0 - 0.5 * town.density))
    )
    centre = SIDE * (lateral + deep + np.where(roofed & (not closed), town.eaves_m, 0.0))
    y = stage.road_y + centre + stage.curve * x * x
    built = _built(stage, x, y, centre, along, deep, u[:, 7], closed)
    kept = np.flatnonzero(built)
    if len(kept):
        _put_houses(
            stage,
            traits,
            closed,
            kept,
            u[kept],
            x[kept],
            y[kept],
            along[kept],
            deep[kept],
            storeys[kept],
            storey[kept],
            roofed[kept],
            gabled[kept],
            few,
        )
    place_landmark(stage, few[8:])
    _garden_strips(stage, lot, phase, few, closed)


def _storeys(scene: Scene, u: Floats) -> Floats:
    """Whole storeys of every lot: about the town's mean, a few towers where there are any."""
    town = scene.buildings
    spread = 0.0 if town.estate else 0.35 + 0.4 * max(town.storeys_mean - 1.0, 0.0)
    storeys = np.round(town.storeys_mean + (u[:, 8] - 0.5) * 2.0 * spread)
    tower = (u[:, 9] < 0.06 + 0.12 * (ROW > 0)) & (town.storeys_max > town.storeys_mean + 2.0) & (not town.estate)
    storeys = np.where(tower, storeys + (town.storeys_max - storeys) * u[:, 10], storeys)
    return np.clip(np.round(storeys), 1.0, max(town.storeys_max, 1))


def _built(
    stage: Stage, x: Floats, y: Floats, centre: Floats, along: Floats, deep: Floats, chance: Floats, closed: bool
) -> NDArray[np.bool_]:
    """Which lots carry a house: by density, not in the cross street, in a river or in the sea."""
    scene = stage.scene
    town, water = scene.buildings, scene.water
    near = (ROW == 0) & (np.abs(x) < 40.0) & (not closed)
    share = town.density ** np.where(ROW == 0, 0.75, 1.0) * (1.05 if closed else 1.0)
    share = np.where(near, np.maximum(share, min(2.5 * town.density, 0.75)), share)
    built = (chance < share) & (np.abs(x) < FAR_M) & ((ROW < 2) | (not closed))
    built &= np.abs(x - stage.cross) > stage.half + along + 1.0
    azimuth = (np.arctan2(y, x) / (2.0 * pi) + scene.road.heading_deg / 360.0) % 1.0
    sea = scene.relief.sea
    built &= (sea[(azimuth * len(sea)).astype(int) % len(sea)] <= 0.4) | (np.hypot(x, y) < 28.0)
    if np.isfinite(water.river_m):
        built &= np.abs(x - water.river_m) > 0.5 * water.river_width_m + along + 4.0
    if water.shore_side and np.isfinite(water.shore_m):
        built &= centre * water.shore_side + deep < water.shore_m - 2.0
    return np.asarray(built)


def _put_houses(
    stage: Stage,
    traits: dict[str, float],
    closed: bool,
    kept: NDArray[np.int64],
    u: Floats,
    x: Floats,
    y: Floats,
    along: Floats,
    deep: Floats,
    storeys: Floats,
    storey: Floats,
    roofed: NDArray[np.bool_],
    gabled: NDArray[np.bool_],
    few: Floats,
) -> None:
    scene = stage.scene
    town = scene.buildings
    side = SIDE[kept].astype(float)
    yaw = (
        np.arctan(2.0 * stage.curve * x)
        + (0.0 if closed else (u[:, 11] - 0.5) * 0.22)
        + np.where(gabled, 0.5 * pi * side, 0.0)
    )
    form = np.where(roofed, {"flat": 0.0, "gable": 1.0, "hip": 2.0}.get(town.roof, 1.0), 0.0)
    if town.roof == "flat":
        form = np.where(u[:, 4] > 0.8 * town.roof_share, 1.0, 0.0) * (storeys < 4.0)
    if closed and traits.get("detached", 0.0) <= 0.0:
        form = np.minimum(form, 1.0)  # roofs of a row run on
    round_ = _round(stage, traits, kept, u, x, y, side)
    length, width = np.where(gabled, deep, along), np.where(gabled, along, deep)
    rise = np.where(form > 0.5, town.roof_steepness * np.minimum(width, 6.0), 0.0)
    stilts = np.where((u[:, 12] < traits.get("stilts", 0.0)) & (storeys < 3.0), 1.9, 0.0)
    high = (storeys > 7.0) & (u[:, 13] < traits.get("high", 0.0))
    walls = (u[:, 14] * len(town.wall_palette)).astype(int)
    roofs = (u[:, 15] * len(town.roof_palette)).astype(int)
    a = (_table(town.wall_palette)[walls]) * (0.86 + 0.24 * u[:, 16, None])
    b = _table(town.roof_palette)[roofs] * (0.85 + 0.3 * u[:, 17, None])
    kind = np.array([WALLS.index(name) for name in town.wall_kinds], float)[walls]
    kind = np.where(high, float(WALLS.index("glass")), kind)
    cover = np.array([COVERS.index(name) for name in town.roof_kinds], float)[roofs]
    doors = _table(town.door_palette)[(u[:, 18] * len(town.door_palette)).astype(int)]
    row = np.asarray(ROW[kept])
    shop = (
        (row == 0)
        & (storeys < 12.0)
        & (u[:, 19] < (town.shops if closed else 0.6 * town.shops))
        & (stilts == 0.0)
        & ~gabled
    )
    words = town.shop_words if shop.any() else ()
    picks = [words[(int(few[1] * len(words)) + k) % len(words)] for k in range(min(len(words), 4))]
    names = [stage.text(word, town.shop_script) for word in picks] or [0]
    shops = np.where(shop, np.where(u[:, 20] < traits.get("awning", 0.0), 3.0, 1.0), 0.0)
    trim = np.array(linear(town.trim_rgb))
    d = np.where(shop[:, None], _table(FASCIAS)[(u[:, 13] * len(FASCIAS)).astype(int)], trim)
    open_ = u[:, 21] < traits.get("balcony", 0.0)
    glazed = u[:, 22] < traits.get("enclosed", 0.0)
    balcony = np.where(
        storeys > 1.5, np.where(open_ & glazed, 2.0, np.where(glazed, 3.0, np.where(open_, 1.0, 0.0))), 0.0
    )
    extra = np.zeros((len(x), 16))
    columns = (
        form, rise, np.floor(u[:, 23] * 999.0), kind, storey, float(WINDOWS.index(town.window_style)), shops,
        np.array(names, float)[(u[:, 24] * len(names)).astype(int)], cover, town.eaves_m,
        np.where(high, 0.0, balcony), 0.75 * traits.get("ac", 0.0), town.grime, 4.0,
        np.where(u[:, 25] < traits.get("trim", 0.0), np.where(kind == WALLS.index("plaster"), 2.0, 1.0), 0.0)
        + np.where(gabled, GABLED, 0.0),
        0.75 * traits.get("roller", 0.0),
    )  # fmt: skip
    for k, column in enumerate(columns):
        extra[:, k] = column
    extra[:, 13] = np.where(stilts > 0.0, 0.0, 4.0)
    height = storeys * storey + 0.25
    box = ~round_
    stage.put_many(
        n.HOUSE,
        x[box],
        y[box],
        yaw=yaw[box],
        length=length[box],
        width=width[box],
        height=height[box],
        base=stilts[box],
        rise=rise[box],
        a=a[box],
        b=b[box],
        c=doors[box],
        d=d[box],
        extra=extra[box],
    )
    stage.footprints.extend(zip(x.tolist(), y.tolist(), (np.maximum(length, width) + 1.0).tolist(), strict=True))
    near = box & (np.hypot(x, y) < 48.0)
    if near.any():
        place_yards(
            stage, traits, _Houses(near, x, y, yaw, length, width, height, rise, form, stilts, a, side, row, u, closed)
        )


class _Houses:
    """The houses near the camera, for what stands on and before them."""

    def __init__(self, near: NDArray[np.bool_], *parts: Any) -> None:
        (
            self.x,
            self.y,
            self.yaw,
            self.length,
            self.width,
            self.height,
            self.rise,
            self.form,
            self.stilts,
            self.wall,
            self.side,
            self.row,
            self.u,
        ) = (part[near] for part in parts[:-1])
        self.closed = bool(parts[-1])


def _round(
    stage: Stage, traits: dict[str, float], kept: NDArray[np.int64], u: Floats, x: Floats, y: Floats, side: Floats
) -> NDArray[np.bool_]:
    """Place huts or yurts on some lots; which ones."""
    tents = traits.get("yurt", 0.0)
    chosen = u[:, 26] < max(traits.get("hut", 0.0), tents)
    if not chosen.any():
        return np.asarray(chosen)
    # a household: two or three round houses on one lot
    spots = np.concatenate([np.flatnonzero(chosen), np.flatnonzero(chosen & (u[:, 27] < 0.6))])
    second = np.arange(len(spots)) >= chosen.sum()
    v = u[spots]
    hx = x[spots] + np.where(second, 6.0 + 2.0 * v[:, 3], 0.0)
    hy = y[spots] + np.where(second, 5.0 * (v[:, 4] - 0.5), 0.0)
    radius = np.where(second, 0.8, 1.0) * (2.8 + 0.5 * v[:, 1] if tents else 1.7 + 0.7 * v[:, 1])
    away = np.arctan2(-side[spots], 0.4 * (v[:, 5] - 0.5))
    extra = np.zeros((len(spots), 16))
    extra[:, 0], extra[:, 1] = 1.0, radius * (0.42 if tents else 1.15)
    extra[:, 2], extra[:, 3] = np.floor(v[:, 23] * 999.0), 2.0 if tents else np.where(v[:, 14] < 0.8, 0.0, 1.0)
    extra[:, 4], extra[:, 5] = radius, radius * (1.02 if tents else 1.28)
    extra[:, 6], extra[:, 7] = np.cos(away), np.sin(away)
    extra[:, 8], extra[:, 13] = 6.0 if tents else 4.0, 2.0
    mud = _table(stage.scene.buildings.wall_palette)[(v[:, 14] * len(stage.scene.buildings.wall_palette)).astype(int)]
    felt = np.array(linear((0.88, 0.87, 0.83)))
    shade = 0.85 + 0.3 * v[:, 16, None]
    stage.put_many(
        n.HUT, hx, hy, length=0.9 * radius, width=0.9 * radius, height=np.where(tents, 1.55, 1.5 + 0.5 * v[:, 2]),
        rise=extra[:, 1], a=felt * shade if tents else mud * shade,
        b=felt * shade * 0.95 if tents else np.array(linear((0.50, 0.43, 0.30))) * shade,
        c=linear((0.72, 0.30, 0.14) if tents else (0.25, 0.18, 0.12)), extra=extra,
    )  # fmt: skip
    return np.asarray(chosen)


def _garden_strips(stage: Stage, lot: float, phase: float, few: Floats, closed: bool) -> None:
    """What runs between the houses and the road, with a gate before each lot's middle."""
    town = stage.scene.buildings
    if town.garden == "none" or closed or town.estate or town.setback_m < 2.5 or town.density < 0.22:
        return
    kinds = {
        "picket": (n.FENCE_WOOD, 1.05, 1.0), "panel": (n.FENCE_WOOD, 1.75, 2.0), "bars": (n.FENCE_WIRE, 1.55, 1.0),
        "wire": (n.FENCE_WIRE, 1.25, 2.0), "hedge": (n.HEDGE, 1.35, 0.0), "wall": (n.WALL, 1.35, 1.0),
        "panelblock": (n.WALL, 1.45, 2.0), "adobe": (n.WALL, 1.5, 3.0), "stone": (n.STONE_WALL, 1.0, 0.0),
    }  # fmt: skip
    kind, height, look = kinds[town.garden]
    height *= 0.85 + 0.4 * few[4]
    water = stage.scene.water
    for side, spot in ((1, few[5]), (-1, few[6])):
        at = stage.verge + 0.35 + 0.5 * few[7]
        if spot < 0.25 or (water.shore_side == side and np.isfinite(water.shore_m)):
            continue
        reach = 60.0 + 60.0 * spot
        stage.strip(kind, side * at, height, linear(town.garden_rgb), -reach, reach, lot, phase, look)


def _table(colours: tuple[RGB, ...]) -> Floats:
    return np.square(np.array(colours, np.float64).reshape(-1, 3))
