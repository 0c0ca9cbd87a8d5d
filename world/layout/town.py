"""Houses along the road, row behind row, with what stands on and before them. Knows no pixels.

All lots within sight are drawn at once: a table of random numbers, one row a lot, and a mask of those built upon.
"""

from dataclasses import dataclass, fields
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.earth.styles import COVERS, WALLS, WINDOWS
from world.layout.huts import place_round_houses
from world.layout.landmarks import place_landmark
from world.layout.stage import Stage, linear
from world.layout.yards import Houses, place_yards
from world.scene import RGB, Scene

Floats = NDArray[np.float64]
FASCIAS: tuple[RGB, ...] = (
    (0.70, 0.15, 0.14),
    (0.12, 0.28, 0.55),
    (0.12, 0.38, 0.24),
    (0.86, 0.62, 0.16),
    (0.26, 0.16, 0.30),
    (0.82, 0.82, 0.78),
)
ROWS, DRAWS = 3, 28  # of houses, one behind the other; random numbers of each lot
GARDENS_M = 230.0  # beyond step 0, both ways: gardens go on as far as one walks
GABLED = 4.0  # added to a house's trim: its gable looks at the road
SIGNS_ROOM_M = 1.15  # from the road's shoulder to the fronts of a closed street, at least
LANDMARK_M = 15.0  # kept free around a landmark
FAR_M, NEAR_M = 105.0, 61.0  # as far as houses stand; as far as one sees what stands on them
HEIGHTS_SEEN, FARTHEST_SEEN_M = 7.0, 230.0  # higher ones are seen so many times their height away
STOREY_M = 3.1  # the highest storey


@dataclass(frozen=True)
class Lots:
    """Lots along the road, as arrays of n."""

    u: Floats  # (n, DRAWS) random numbers
    x: Floats
    y: Floats
    side: Floats  # 1 right of the road, -1 left
    row: NDArray[np.int64]  # 0 at the road
    along: Floats  # half the house's width along the road
    deep: Floats  # half its depth
    storeys: Floats
    storey_m: Floats
    roofed: NDArray[np.bool_]
    gabled: NDArray[np.bool_]  # the gable looks at the road

    def only(self, where: NDArray[np.bool_]) -> "Lots":
        """Those of a mask (n,)."""
        return Lots(*(getattr(self, part.name)[where] for part in fields(self)))


def place_houses(stage: Stage) -> None:
    """Fill the lots on both sides with the scene's density, storeys, roofs and colours."""
    scene = stage.scene
    town = scene.buildings
    if town.density <= 0.0 or not town.wall_palette:
        return
    traits = dict(town.traits)
    few = stage.draws("town", 16)
    closed = town.density > 0.72 and not town.estate
    lot = 44.0 if town.estate else town.lot_m if closed else 15.0 + 17.0 * (1.0 - town.density)
    lots, built = _lots(stage, traits, closed, lot, few[0] * lot)
    landmark = place_landmark(stage, few[8:])
    if landmark is not None:
        built &= np.hypot(lots.x - landmark[0], lots.y - landmark[1]) > LANDMARK_M + lots.along
    if built.any():
        _put_houses(stage, traits, closed, lots.only(built), few[1])
    _garden_strips(stage, lot, few[0] * lot, few, closed)


def _lots(
    stage: Stage, traits: dict[str, float], closed: bool, lot: float, phase: float
) -> tuple[Lots, NDArray[np.bool_]]:
    """All lots within sight, and which of them carry a house."""
    scene = stage.scene
    town = scene.buildings
    places = stage.numbers(lot, _seen_m(town.storeys_max * STOREY_M) + 2.0 * lot)
    # number along the road, row and side of every lot; behind a closed street lots are twice as wide
    number, row, side = (part.ravel() for part in np.meshgrid(places, np.arange(ROWS), (1, -1), indexing="ij"))
    wide = np.where(closed & (row > 0), 2.0, 1.0) * lot
    whole = (wide == lot) | (number % 2 == 0)
    number, row, side, wide = number[whole], row[whole], side[whole], wide[whole]
    u = stage.rows("houses", (number * ROWS + row) * 2 + (side > 0), DRAWS)
    jitter = 0.0 if closed else 0.12 * lot * (u[:, 0] - 0.5)
    x = number * lot + phase + jitter
    storeys = _storeys(scene, row, u)
    if town.estate:
        along, deep = 14.0 + 6.0 * u[:, 1], np.full(len(x), 6.2)
    elif closed:  # wall to wall, or with a gap between neighbours
        along, deep = wide * (0.43 if traits.get("detached", 0.0) > 0.0 else 0.5), 5.0 + 0.2 * np.minimum(storeys, 6.0)
    else:
        along = 4.0 + 2.6 * u[:, 1] + 0.5 * max(town.storeys_mean - 1.0, 0.0)
        deep = 3.2 + 1.6 * u[:, 2] + 0.2 * np.minimum(storeys, 6.0)
    roofed = (u[:, 4] < town.roof_share) & (storeys <= 5.0)
    gabled = roofed & (u[:, 5] < traits.get("gabled", 0.0 if closed else 0.3))
    if closed:
        # however narrow the pavement, signs stand before the fronts
        lateral = max(stage.verge + 0.05, stage.half + scene.road.shoulder_m + SIGNS_ROOM_M) + row * (2.0 * deep + 12.0)
    else:
        lateral = stage.verge + max(town.setback_m, 0.6) + row * 24.0 + 7.0 * u[:, 6] * (1.0 - 0.5 * town.density)
    centre = side * (lateral + deep + np.where(roofed & (not closed), town.eaves_m, 0.0))
    y = stage.road_y + centre + stage.curve * x * x
    found = Lots(u, x, y, side.astype(float), row, along, deep, storeys, 2.75 + 0.35 * u[:, 3], roofed, gabled)
    return found, _built(stage, found, centre, closed)


def _seen_m(height_m: Any) -> Any:
    """How far from the camera a house of some height is placed: tall ones come into sight from afar."""
    return np.clip(HEIGHTS_SEEN * height_m, FAR_M, FARTHEST_SEEN_M)


def _storeys(scene: Scene, row: NDArray[np.int64], u: Floats) -> Floats:
    """Whole storeys of every lot: about the town's mean, a few towers where there are any."""
    town = scene.buildings
    spread = 0.0 if town.estate else 0.35 + 0.4 * max(town.storeys_mean - 1.0, 0.0)
    storeys = np.round(town.storeys_mean + (u[:, 8] - 0.5) * 2.0 * spread)
    tower = (u[:, 9] < 0.06 + 0.12 * (row > 0)) & (town.storeys_max > town.storeys_mean + 2.0) & (not town.estate)
    storeys = np.where(tower, storeys + (town.storeys_max - storeys) * u[:, 10], storeys)
    return np.clip(np.round(storeys), 1.0, max(town.storeys_max, 1))


def _built(stage: Stage, lots: Lots, centre: Floats, closed: bool) -> NDArray[np.bool_]:
    """Which lots carry a house: by density, not in the cross street, in a river or in the sea."""
    scene = stage.scene
    town, water = scene.buildings, scene.water
    x, y, along, row = lots.x, lots.y, lots.along, lots.row
    near = (row == 0) & (np.abs(x) < 40.0) & (not closed)  # some houses stand where one sets out
    share = town.density ** np.where(row == 0, 0.75, 1.0) * (1.05 if closed else 1.0)
    share = np.where(near, np.maximum(share, min(2.5 * town.density, 0.75)), share)
    built = (lots.u[:, 7] < share) & stage.within(x, _seen_m(lots.storeys * lots.storey_m)) & ((row < 2) | (not closed))
    built &= np.abs(x - stage.cross) > stage.half + along + 1.0
    azimuth = (np.arctan2(y, x) / (2.0 * pi) + scene.road.heading_deg / 360.0) % 1.0
    sea = scene.relief.sea
    built &= (sea[(azimuth * len(sea)).astype(int) % len(sea)] <= 0.4) | (np.hypot(x, y) < 28.0)
    if np.isfinite(water.river_m):
        built &= np.abs(x - water.river_m) > 0.5 * water.river_width_m + along + 4.0
    if water.shore_side and np.isfinite(water.shore_m):
        built &= centre * water.shore_side + lots.deep < water.shore_m - 2.0
    return np.asarray(built)


def _put_houses(stage: Stage, traits: dict[str, float], closed: bool, lots: Lots, word: float) -> None:
    """Houses on the lots, round ones among them, and what stands on and before those near by."""
    scene = stage.scene
    town = scene.buildings
    u, x, y, storeys, gabled = lots.u, lots.x, lots.y, lots.storeys, lots.gabled
    yaw = np.arctan(2.0 * stage.curve * x) + (0.0 if closed else (u[:, 11] - 0.5) * 0.22)
    yaw = yaw + np.where(gabled, 0.5 * pi * lots.side, 0.0)
    form = _forms(scene, traits, closed, lots)
    length, width = np.where(gabled, lots.deep, lots.along), np.where(gabled, lots.along, lots.deep)
    rise = np.where(form > 0.5, town.roof_steepness * np.minimum(width, 6.0), 0.0)
    stilts = np.where((u[:, 12] < traits.get("stilts", 0.0)) & (storeys < 3.0), 1.9, 0.0)
    high = (storeys > 7.0) & (u[:, 13] < traits.get("high", 0.0))
    walls = (u[:, 14] * len(town.wall_palette)).astype(int)
    roofs = (u[:, 15] * len(town.roof_palette)).astype(int)
    a = _table(town.wall_palette)[walls] * (0.86 + 0.24 * u[:, 16, None])
    b = _table(town.roof_palette)[roofs] * (0.85 + 0.3 * u[:, 17, None])
    kind = np.array([WALLS.index(name) for name in town.wall_kinds], float)[walls]
    cover = np.array([COVERS.index(name) for name in town.roof_kinds], float)[roofs]
    doors = _table(town.door_palette)[(u[:, 18] * len(town.door_palette)).astype(int)]
    shop = (lots.row == 0) & (storeys < 12.0) & (stilts == 0.0) & ~gabled
    shop &= u[:, 19] < (town.shops if closed else 0.6 * town.shops)
    words = town.shop_words if shop.any() else ()
    picks = [words[(int(word * len(words)) + k) % len(words)] for k in range(min(len(words), 4))]
    names = [stage.text(chosen, town.shop_script) for chosen in picks] or [0]
    shops = np.where(shop, np.where(u[:, 20] < traits.get("awning", 0.0), 3.0, 1.0), 0.0)
    d = np.where(shop[:, None], _table(FASCIAS)[(u[:, 13] * len(FASCIAS)).astype(int)], np.array(linear(town.trim_rgb)))
    open_, glazed = u[:, 21] < traits.get("balcony", 0.0), u[:, 22] < traits.get("enclosed", 0.0)
    balcony = np.where(glazed, np.where(open_, 2.0, 3.0), np.where(open_, 1.0, 0.0))
    trim = np.where(u[:, 25] < traits.get("trim", 0.0), np.where(kind == WALLS.index("plaster"), 2.0, 1.0), 0.0)
    columns = n.HouseExtra(
        form=form, rise=rise, seed=np.floor(u[:, 23] * 999.0),
        wall=np.where(high, float(WALLS.index("glass")), kind), cover=cover, below=np.where(stilts > 0.0, 0.0, 4.0),
        storey=lots.storey_m, windows=float(WINDOWS.index(town.window_style)), shop=shops,
        words=np.where(shop, np.array(names, float)[(u[:, 24] * len(names)).astype(int)], 0.0), eaves=town.eaves_m,
        balcony=np.where(high | (storeys <= 1.5), 0.0, balcony), cooler=0.75 * traits.get("ac", 0.0),
        grime=town.grime, trim=trim + np.where(gabled, GABLED, 0.0), shut=0.75 * traits.get("roller", 0.0),
    )  # fmt: skip
    extra = np.zeros((len(x), len(columns)))
    for k, column in enumerate(columns):
        extra[:, k] = column
    height = storeys * lots.storey_m + 0.25
    box = ~place_round_houses(stage, traits, u, x, y, lots.side)
    stage.put_many(
        n.HOUSE, x[box], y[box], yaw=yaw[box], length=length[box], width=width[box], height=height[box],
        base=stilts[box], rise=rise[box], a=a[box], b=b[box], c=doors[box], d=d[box], extra=extra[box],
    )  # fmt: skip
    stage.footprints.extend(zip(x.tolist(), y.tolist(), (np.maximum(length, width) + 1.0).tolist(), strict=True))
    near = box & stage.within(x, NEAR_M + np.maximum(length, width))
    if near.any():
        houses = Houses(
            u=u[near], x=x[near], y=y[near], yaw=yaw[near], length=length[near], width=width[near],
            height=height[near], rise=rise[near], form=form[near], stilts=stilts[near], side=lots.side[near],
            row=lots.row[near], closed=closed,
        )  # fmt: skip
        place_yards(stage, traits, houses)


def _forms(scene: Scene, traits: dict[str, float], closed: bool, lots: Lots) -> Floats:
    """Roof forms as the kernel counts them: 0 flat, 1 gable, 2 hip."""
    town = scene.buildings
    form = np.where(lots.roofed, {"flat": 0.0, "gable": 1.0, "hip": 2.0}.get(town.roof, 1.0), 0.0)
    if town.roof == "flat":
        form = np.where(lots.u[:, 4] > 0.8 * town.roof_share, 1.0, 0.0) * (lots.storeys < 4.0)
    if closed and traits.get("detached", 0.0) <= 0.0:
        form = np.minimum(form, 1.0)  # roofs of a row run on
    return form


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
        stage.strip(kind, side * at, height, linear(town.garden_rgb), -GARDENS_M, GARDENS_M, lot, phase, look)


def _table(colours: tuple[RGB, ...]) -> Floats:
    return np.square(np.array(colours, np.float64).reshape(-1, 3))
