"""Vehicles on and beside the road: moving in their lane, parked at the kerb, two-wheelers at its edge.

Knows no pixels.
"""

from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.things.car_shapes import CARS, HALF_X, HALF_Y, SHAPES, TALL
from world.earth.car_fashions import TWO_WHEELERS
from world.earth.liveries import livery
from world.layout.stage import Stage, linear
from world.scene import FARTHEST_M, STEP_M
from world.sprites.figures import SIZE_M, figure_row

TRAFFIC, RIDERS, KERB = 0, 1, 2  # the places there are: in the lanes, for two-wheelers only, parked
MOVING = 21  # places in the lanes, on 250 m both ways
RIDERS_M, PARKED_M, FIRST_PARKED_M = 6.0, 6.4, 5.2  # from one place to the next
TRAFFIC_SEEN_M, RIDERS_SEEN_M, PARKED_SEEN_M = 130.0, 62.0, 75.0
LONG_M = 3.0  # half a length from which a vehicle counts as long
UPRIGHT = (n.POST, n.BOARD, n.POLE)
HIGH_M = 1.7  # what stands higher is seen from farther than any parked car
GAP_M, RIDER_GAP_M = 0.35, 2.2  # from the camera at any step to the side of a car, to the middle of a rider
PLATE_LONG_M, PLATE_SQUARE_M = 0.075, 0.11  # half heights, a third larger than life to be read from afar
CARGO = ((0.85, 0.86, 0.84), (0.20, 0.32, 0.55), (0.55, 0.16, 0.14), (0.72, 0.68, 0.55), (0.25, 0.40, 0.28))
CANOPY = {"three-wheeler": (0.10, 0.10, 0.10), "taxi": (0.95, 0.93, 0.80), "jeepney": (0.78, 0.78, 0.80)}
CANVAS = (0.10, 0.10, 0.11)  # of three-wheelers without a livery
SKINS = ((0.85, 0.66, 0.54), (0.52, 0.36, 0.26))
Floats = NDArray[np.float64]


def place_cars(stage: Stage) -> None:
    """Traffic by the scene's density, kinds and driving side; parked cars where people live.

    It is one moment for all steps: who drives, drives at the same spot, and nobody where the camera will stand.
    """
    vehicles = stage.scene.vehicles
    if vehicles.density <= 0.0 and vehicles.parked <= 0.0:
        return
    kerbside = _has_parking(stage)
    names = [name for name, _ in vehicles.kinds]
    narrow = np.array([name in TWO_WHEELERS for name in names])
    some = _places(stage, kerbside, bool(narrow.any()))
    edges = np.cumsum([share for _, share in vehicles.kinds])
    which = np.minimum(np.searchsorted(edges, some.draws[:, 1] * edges[-1], side="right"), len(names) - 1)
    kinds = np.array([CARS.index(name) if name in CARS else 0 for name in names])[which]
    half_x, half_y = SHAPES[kinds, HALF_X].astype(np.float64), SHAPES[kinds, HALF_Y].astype(np.float64)
    light, long = narrow[which], half_x > LONG_M
    traffic, parked = some.row == TRAFFIC, some.row == KERB
    lane, keep = _lane(stage, kerbside), float(stage.drive)
    # what is longer than a step leaves no gap for the camera: it comes towards us
    own = some.own & ~(traffic & long & (np.abs(some.x) < FARTHEST_M + STEP_M))
    ahead = np.where(parked, some.ahead, own)
    side = np.where(own, keep, -keep)
    lateral = np.where(traffic, side * np.where(light, min(lane * 1.5, stage.half - 0.6), lane), some.lateral)
    share = float(np.diff(edges, prepend=0.0) @ narrow)
    taken = some.draws[:, 3] < np.where(some.row == RIDERS, 2.0 * share * vehicles.density, some.need)
    taken &= np.where(some.row == RIDERS, light, ~parked | ~(light | long))  # what is parked is short
    # two places may come to lie between the same two steps: the first that is taken has the lane
    spots = np.flatnonzero(traffic & taken)
    _, first = np.unique(np.stack([np.rint(some.x[spots]), own[spots]]), axis=1, return_index=True)
    taken[np.setdiff1d(spots, spots[first])] = False
    # a little away from step 0, and clear of the next one
    beyond = np.minimum(1.5 + 0.7 * some.draws[:, 5], 0.5 * STEP_M - 0.6 - half_x)
    x = some.x + np.where(traffic & ~long, np.sign(some.x) * beyond, 0.0)
    y = stage.road_y + lateral + stage.curve * x * x
    yaw = np.arctan(2.0 * stage.curve * x) + np.where(ahead, 0.0, pi)
    dx, dy = stage.track.off(x, y)
    c, s = np.cos(yaw), np.sin(yaw)
    gap = np.maximum(np.abs(dx * c + dy * s) - half_x, np.abs(dy * c - dx * s) - half_y)
    taken &= np.where(light, dx * dx + dy * dy > RIDER_GAP_M * RIDER_GAP_M, gap > GAP_M)
    taken &= ~parked | ~_round_a_post(stage, x, y, half_x, half_y)
    colours = np.array([linear(rgb) for rgb in vehicles.palette])
    rgb = colours[(some.draws[:, 2] * len(colours)).astype(int)]
    _put_cars(stage, names, np.flatnonzero(taken & ~light), kinds, x, y, yaw, rgb, some.draws)
    _put_riders(stage, names, which, taken & light, x, y, yaw, some.draws)


def _has_parking(stage: Stage) -> bool:
    road = stage.scene.road
    return stage.half > 3.9 if road.kerb else stage.half > 3.3 and road.shoulder_m + road.sidewalk_m < 2.4


def _lane(stage: Stage, kerbside: bool) -> float:
    """Metres from the road's middle to that of a lane: cars at the kerb leave less room."""
    parked = kerbside and stage.scene.vehicles.parked > 0.1
    return max(0.5 * (stage.half - 1.9), 1.0) if parked else 0.5 * stage.half


class _Places(NamedTuple):
    """Places along the road that vehicles may take, as arrays of n."""

    draws: Floats  # (n, 6) random numbers
    row: NDArray[np.int64]  # TRAFFIC, RIDERS or KERB
    x: Floats
    lateral: Floats  # of riders and at the kerb; traffic keeps to its lanes
    own: NDArray[np.bool_]  # on our own side of the road
    ahead: NDArray[np.bool_]  # looks along +x
    need: Floats  # how likely the place is taken


def _places(stage: Stage, kerbside: bool, riders: bool) -> _Places:
    """Every place within sight, traffic between two steps of the camera; none for riders where there are none."""
    vehicles = stage.scene.vehicles
    keep, half = float(stage.drive), stage.half
    # in the lanes, first near step 0, then one after the other both ways
    draws = stage.rows("traffic", np.arange(MOVING), 6)
    k = np.arange(MOVING)
    x = np.where(k % 2 == 0, 1.0, -1.0) * (24.0 + 13.0 * np.maximum(k - 3, 0) + 10.0 * (draws[:, 0] - 0.5))
    x[:3] = np.array([8.4, -9.0, 19.0]) + np.array([8.0, -8.0, 14.0]) * (draws[:3, 0] - 0.5)
    x = stage.track.between(x)
    own = (k % 3 == 0) | (k == 1)
    need = np.array([0.60, 0.52, 0.35, *[0.12] * (MOVING - 3)])
    need = (need + (1.0 - need) * vehicles.density) * (vehicles.density > 0.0)
    # more of those on two wheels, close to the edge
    numbers = stage.numbers(RIDERS_M, RIDERS_SEEN_M if riders else -RIDERS_M)
    more = stage.rows("riders", numbers, 6)
    x_more = (numbers + more[:, 0]) * RIDERS_M
    own_more = more[:, 5] < 0.5
    lateral_more = np.where(own_more, keep, -keep) * (0.35 * half + (0.60 * half - 0.5) * more[:, 2])
    # at the kerb, a car's length apart, on both sides; nobody parks beside step 0
    numbers = np.repeat(stage.numbers(PARKED_M, PARKED_SEEN_M if vehicles.parked > 0.0 else -PARKED_M), 2)
    park = stage.rows("parked", numbers[::2], 12).reshape(-1, 6)
    from_here = FIRST_PARKED_M + 1.2 * park[:, 0]
    x_park = np.where(numbers >= 0, numbers * PARKED_M + from_here, (numbers + 1) * PARKED_M - from_here)
    own_park = np.arange(len(numbers)) % 2 == 0
    lateral_park = np.where(own_park, keep, -keep) * (half - 1.0 if kerbside else half + 0.55)
    need_park = np.where(np.abs(x_park - stage.cross) > half + 4.0, vehicles.parked * 0.8, 0.0)
    every = _Places(
        np.concatenate([draws, more, park]),
        np.repeat([TRAFFIC, RIDERS, KERB], [MOVING, len(more), len(park)]),
        np.concatenate([x, x_more, x_park]),
        np.concatenate([np.zeros(MOVING), lateral_more, lateral_park]),
        np.concatenate([own, own_more, own_park]),
        np.concatenate([own, own_more, own_park == (park[:, 4] < 0.93)]),
        np.concatenate([need, np.zeros(len(more)), need_park]),
    )
    seen = stage.within(every.x, np.array([TRAFFIC_SEEN_M, RIDERS_SEEN_M, PARKED_SEEN_M])[every.row])
    return _Places(*(part[seen] for part in every))


def _put_cars(
    stage: Stage, names: list[str], at: NDArray[np.int64], kinds: NDArray[np.int64], x: Floats, y: Floats,
    yaw: Floats, rgb: Floats, draws: Floats,
) -> None:  # fmt: skip
    if not len(at):
        return
    vehicles = stage.scene.vehicles
    x, y, yaw, kinds = x[at], y[at], yaw[at], kinds[at]
    rgb, cargo = rgb[at].copy(), np.array([linear(c) for c in CARGO])[(draws[at, 4] * len(CARGO)).astype(int)]
    for name, canopy in CANOPY.items():
        cargo[kinds == CARS.index(name)] = linear(canopy)
    rgb[kinds == CARS.index("taxi")] = linear(vehicles.taxi_rgb)
    if "three-wheeler" in names:
        taxis = kinds == CARS.index("three-wheeler")
        paint = livery("three-wheeler", stage.scene.place.country)
        rgb[taxis] = linear(paint.body or vehicles.palette[0])
        cargo[taxis] = linear(paint.canopy or CANVAS)
    half_plate = PLATE_LONG_M if vehicles.plate_aspect > 3.0 else PLATE_SQUARE_M
    extra = n.CarExtra(kinds, vehicles.plate_aspect, half_plate, *linear(vehicles.plate_band_rgb))
    stage.put_many(
        n.CAR, x, y, yaw=yaw, length=SHAPES[kinds, HALF_X], width=SHAPES[kinds, HALF_Y], height=SHAPES[kinds, TALL],
        a=rgb, b=linear(vehicles.plate_front_rgb), c=linear(vehicles.plate_rear_rgb), d=cargo, extra=extra,
    )  # fmt: skip


def facing(x: Floats, y: Floats, yaw: Floats) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """How a camera-facing picture of something that looks along `yaw`, x and y from the camera, is shown.

    Returns whether it is seen from its end, its width as a factor, and the side (1 or -1) it looks to on the screen.
    """
    away = np.hypot(x, y)
    across = (-y * np.cos(yaw) + x * np.sin(yaw)) / away  # 1: looks to the right on the screen
    return np.abs(across) < 0.55, np.clip(np.abs(across), 0.62, 1.0), np.where(across >= 0.0, 1.0, -1.0)


def _put_riders(
    stage: Stage, names: list[str], which: NDArray[np.int64], taken: NDArray[np.bool_], x: Floats, y: Floats,
    yaw: Floats, draws: Floats,
) -> None:  # fmt: skip
    at = np.flatnonzero(taken)
    if not len(at):
        return
    scene = stage.scene
    x, y, draws = x[at], y[at], draws[at]
    end, narrow, side = facing(x - stage.walk_x, y - stage.walk_y, yaw[at])
    kinds = [names[k] if names[k] in TWO_WHEELERS else "bicycle" for k in which[at]]
    size = np.array([SIZE_M[kind] for kind in kinds])
    rows = np.array([figure_row(kind) for kind in kinds]) + end
    clothes = np.array([linear(rgb) for rgb in scene.life.dress or scene.vehicles.palette])
    paint = np.array([linear(rgb) for rgb in scene.vehicles.palette])
    stage.put_many(
        n.FIGURE, x, y, width=0.5 * size * np.where(end, 1.0, narrow), height=size,
        a=clothes[(draws[:, 4] * len(clothes)).astype(int)], b=paint[(draws[:, 2] * len(paint)).astype(int)],
        c=linear(SKINS[0]), extra=n.FigureExtra(rows, feet=0.75), flip=side, seen_as=n.VEHICLES,
    )  # fmt: skip


def _round_a_post(stage: Stage, x: Floats, y: Floats, half_x: Floats, half_y: Floats) -> NDArray[np.bool_]:
    """Which cars (n,) would have a pole, a lamp or a board standing in them; what is low gives no way."""
    rows = [block for block in stage.blocks if block[0, n.KIND] in UPRIGHT]
    rows.append(np.array([one for one in stage.singles if one[n.KIND] in UPRIGHT]).reshape(-1, n.COLUMNS))
    standing = np.concatenate(rows)
    standing = standing[standing[:, n.HEIGHT] + standing[:, n.STAND] > HIGH_M]
    yaw = np.arctan(2.0 * stage.curve * x)[:, None]
    off_x, off_y = standing[:, n.X] - x[:, None], standing[:, n.Y] - y[:, None]
    along = np.abs(off_x * np.cos(yaw) + off_y * np.sin(yaw)) - half_x[:, None]
    across = np.abs(off_y * np.cos(yaw) - off_x * np.sin(yaw)) - half_y[:, None]
    return np.asarray((np.maximum(along, across) < 0.15).any(axis=1), bool)


def by_cars(stage: Stage, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Which points (n,) lie in a car that has been placed, or close beside it."""
    rows = [block for block in stage.blocks if block[0, n.KIND] == n.CAR]
    if not rows or not len(x):
        return np.zeros(len(x), bool)
    cars = np.concatenate(rows)
    off_x, off_y = x[:, None] - cars[:, n.X], y[:, None] - cars[:, n.Y]
    along = np.abs(off_x * cars[:, n.COS] + off_y * cars[:, n.SIN]) - cars[:, n.LENGTH]
    across = np.abs(off_y * cars[:, n.COS] - off_x * cars[:, n.SIN]) - cars[:, n.WIDTH]
    return np.asarray((np.maximum(along, across) < 0.4).any(axis=1), bool)
