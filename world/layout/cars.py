"""Vehicles on and beside the road: moving in their lane, parked at the kerb, two-wheelers at its edge.

Knows no pixels.
"""

from math import pi

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.draw.things.car_shapes import CARS, HALF_X, HALF_Y, SHAPES, TALL
from world.earth.car_fashions import TWO_WHEELERS
from world.earth.liveries import livery
from world.layout.stage import Stage, linear, stream
from world.sprites.figures import SIZE_M, figure_row

MOVING, PARKED = 12, 28  # places that may be taken
LIGHT_MOVING = 14  # more places, for two-wheelers only
PLATE_LONG_M, PLATE_SQUARE_M = 0.075, 0.11  # half heights, a third larger than life to be read from afar
CARGO = ((0.85, 0.86, 0.84), (0.20, 0.32, 0.55), (0.55, 0.16, 0.14), (0.72, 0.68, 0.55), (0.25, 0.40, 0.28))
CANOPY = {"three-wheeler": (0.10, 0.10, 0.10), "taxi": (0.95, 0.93, 0.80), "jeepney": (0.78, 0.78, 0.80)}
CANVAS = (0.10, 0.10, 0.11)  # of three-wheelers without a livery
SKINS = ((0.85, 0.66, 0.54), (0.52, 0.36, 0.26))
Floats = NDArray[np.float64]


def place_cars(stage: Stage) -> None:
    """Traffic by the scene's density, kinds and driving side; parked cars where people live."""
    vehicles = stage.scene.vehicles
    rng = stream(stage.scene.recipe, "cars")
    draws = rng.random((MOVING + LIGHT_MOVING + PARKED, 6))
    if vehicles.density <= 0.0 and vehicles.parked <= 0.0:
        return
    names = [name for name, _ in vehicles.kinds]
    edges = np.cumsum([share for _, share in vehicles.kinds])
    which = np.minimum(np.searchsorted(edges, draws[:, 1] * edges[-1], side="right"), len(names) - 1)
    light = np.array([name in TWO_WHEELERS for name in names])
    kerbside = _has_parking(stage)
    x, lateral, ahead, taken = _places(stage, draws, light[which], float(light @ np.diff(edges, prepend=0.0)), kerbside)
    parked = np.arange(len(x)) >= MOVING + LIGHT_MOVING
    y = stage.road_y + lateral + stage.curve * x * x
    yaw = np.arctan(2.0 * stage.curve * x) + np.where(ahead, 0.0, pi)
    taken &= ~(light[which] & parked) & (np.hypot(x, y) > 3.4)
    colours = np.array([linear(rgb) for rgb in vehicles.palette])
    rgb = colours[(draws[:, 2] * len(colours)).astype(int)]
    _put_cars(stage, names, which, taken & ~light[which], x, y, yaw, rgb, draws)
    _put_riders(stage, names, which, taken & light[which], x, y, yaw, draws)


def _has_parking(stage: Stage) -> bool:
    road = stage.scene.road
    return stage.half > 3.9 if road.kerb else stage.half > 3.3 and road.shoulder_m + road.sidewalk_m < 2.4


def _places(
    stage: Stage, draws: Floats, light: NDArray[np.bool_], light_share: float, kerbside: bool
) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """x, lateral, whether it looks along +x, and whether the place is taken: moving, two-wheelers, parked."""
    vehicles = stage.scene.vehicles
    keep, half = float(stage.drive), stage.half
    lane = max(0.5 * (half - 1.9), 1.0) if kerbside and vehicles.parked > 0.1 else 0.5 * half
    k = np.arange(MOVING)
    sign = np.where(k % 2 == 0, 1.0, -1.0)
    x = sign * (24.0 + 13.0 * np.maximum(k - 3, 0) + 10.0 * (draws[:MOVING, 0] - 0.5))
    x[:3] = np.array([8.4, -9.0, 19.0]) + np.array([4.0, -4.0, 14.0]) * (draws[:3, 0] - 0.5)
    own = (k % 3 == 0) | (k == 1)
    need = np.array([0.60, 0.52, 0.35, *[0.12] * (MOVING - 3)])
    taken = (draws[:MOVING, 3] < need + (1.0 - need) * vehicles.density) & (vehicles.density > 0.0)
    side = np.where(own, keep, -keep)
    lateral = side * np.where(light[:MOVING], min(lane * 1.5, half - 0.6), lane)
    # more of those on two wheels, close to the edge
    more = draws[MOVING : MOVING + LIGHT_MOVING]
    x_more = (4.5 + 50.0 * more[:, 0] ** 1.6) * np.where(more[:, 4] < 0.5, 1.0, -1.0)
    own_more = more[:, 5] < 0.5
    taken_more = light[MOVING : MOVING + LIGHT_MOVING] & (more[:, 3] < 2.0 * light_share * vehicles.density)
    lateral_more = np.where(own_more, keep, -keep) * (0.35 * half + (0.60 * half - 0.5) * more[:, 2])
    # at the kerb, a car's length apart, on both sides
    park = draws[MOVING + LIGHT_MOVING :]
    slot = np.arange(PARKED)
    side_park = np.where(slot % 2 == 0, keep, -keep)
    x_park = ((slot // 4) * 6.4 + 5.2 + 1.2 * park[:, 0]) * np.where(slot % 4 < 2, 1.0, -1.0)
    lateral_park = side_park * (half - 1.0 if kerbside else half + 0.55)
    taken_park = park[:, 3] < vehicles.parked * 0.8
    taken_park &= np.abs(x_park - stage.cross) > half + 4.0
    with_it = park[:, 4] < 0.93
    return (
        np.concatenate([x, x_more, x_park]),
        np.concatenate([lateral, lateral_more, lateral_park]),
        np.concatenate([own, own_more, (side_park == keep) == with_it]),
        np.concatenate([taken, taken_more, taken_park]),
    )


def _put_cars(
    stage: Stage, names: list[str], which: NDArray[np.int64], taken: NDArray[np.bool_], x: Floats, y: Floats,
    yaw: Floats, rgb: Floats, draws: Floats,
) -> None:  # fmt: skip
    vehicles = stage.scene.vehicles
    kinds = np.array([CARS.index(name) if name in CARS else 0 for name in names])[which]
    half_x = SHAPES[kinds, HALF_X].astype(np.float64)
    long = half_x > 3.0
    late = np.arange(len(x)) >= MOVING + LIGHT_MOVING
    taken = taken & ~(long & late)  # what is parked is short
    x = np.where(long & (np.abs(x) < 16.0), x + np.sign(x) * (half_x - 2.0), x)
    at = np.flatnonzero(taken)
    if not len(at):
        return
    x, y, yaw, kinds, half_x = x[at], y[at], yaw[at], kinds[at], half_x[at]
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
        n.CAR, x, y, yaw=yaw, length=half_x, width=SHAPES[kinds, HALF_Y], height=SHAPES[kinds, TALL], a=rgb,
        b=linear(vehicles.plate_front_rgb), c=linear(vehicles.plate_rear_rgb), d=cargo, extra=extra,
    )  # fmt: skip


def facing(x: Floats, y: Floats, yaw: Floats) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """How a camera-facing picture of something that looks along `yaw` is shown.

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
    end, narrow, side = facing(x, y, yaw[at])
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


def by_cars(stage: Stage, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Which points (n,) lie in a car that has been placed, or close beside it."""
    rows = [block for block in stage.blocks if block[0, n.KIND] == n.CAR]
    if not rows:
        return np.zeros(len(x), bool)
    cars = np.concatenate(rows)
    off_x, off_y = x[:, None] - cars[:, n.X], y[:, None] - cars[:, n.Y]
    along = np.abs(off_x * cars[:, n.COS] + off_y * cars[:, n.SIN]) - cars[:, n.LENGTH]
    across = np.abs(off_y * cars[:, n.COS] - off_x * cars[:, n.SIN]) - cars[:, n.WIDTH]
    return np.asarray((np.maximum(along, across) < 0.4).any(axis=1), bool)
