"""The building that stands out: church, mosque, temple or silo, made of houses and round houses. Knows no pixels."""

import numpy as np
from numpy.typing import NDArray

import world.draw.slots as n
from world.earth.customs import kept
from world.earth.landscapes import here_of
from world.earth.styles import COVERS, WALLS
from world.layout.stage import Stage, linear
from world.scene import RGB

Floats = NDArray[np.float64]
# parts of a landmark: along and across from its middle, half length, half width, height, base, roof form, rise, eaves
Part = tuple[float, float, float, float, float, float, float, float, float]
BOXES: dict[str, tuple[Part, ...]] = {
    "church": ((0, 0, 9.0, 4.5, 7.5, 0, 1, 4.6, 0.3), (-11.0, 0, 2.2, 2.2, 16.0, 0, 2, 9.5, 0.15)),
    "onion": ((0, 0, 6.5, 5.0, 8.0, 0, 2, 1.6, 0.3), (-10.5, 0, 2.4, 2.4, 13.0, 0, 2, 3.0, 0.2)),
    "mosque": ((0, 0, 7.5, 7.5, 6.0, 0, 0, 0.0, 0.0),),
    "temple": (
        (0, 0, 6.5, 4.8, 4.2, 0.8, 2, 1.6, 1.8), (0, 0, 4.6, 3.0, 1.4, 5.2, 1, 3.0, 1.0),
        (0, 0, 8.2, 6.5, 0.8, 0, 0, 0.0, 0.0),
    ),
    "silo": ((0, 0, 9.0, 5.2, 4.6, 0, 1, 4.2, 0.4),),
}  # fmt: skip
# round parts: along, across, radius, height, base, form (1 cone, 2 dome), rise, pattern
ROUNDS: dict[str, tuple[tuple[float, ...], ...]] = {
    "church": (),
    "onion": ((0, 0, 1.9, 2.4, 9.2, 2, 3.0, 3), (-10.5, 0, 1.0, 1.2, 15.4, 2, 2.2, 3)),
    "mosque": ((0, 0, 4.6, 1.6, 6.0, 2, 4.2, 0), (8.6, 8.0, 1.05, 19.0, 0, 1, 4.2, 4)),
    "temple": (),
    "silo": ((11.5, 0.5, 2.3, 11.5, 0, 2, 1.7, 3),),
}
GOLD: RGB = (0.80, 0.62, 0.22)


def place_landmark(stage: Stage, draws: Floats) -> tuple[float, float] | None:
    """Stand the scene's landmark some way back from the road; where it stands. `draws` (8,) are random numbers."""
    scene = stage.scene
    town = scene.buildings
    if town.landmark not in BOXES or town.density <= 0.0:
        return None
    side = 1.0 if draws[0] < 0.5 else -1.0
    x = (26.0 + 34.0 * draws[1]) * (1.0 if draws[2] < 0.5 else -1.0)
    lateral = side * (stage.verge + 30.0 + 26.0 * draws[3])
    y = stage.road_y + lateral + stage.curve * x * x
    sea = scene.relief.sea
    azimuth = (np.arctan2(y, x) / (2.0 * np.pi) + scene.road.heading_deg / 360.0) % 1.0
    water = scene.water
    if (
        abs(x - stage.cross) < stage.half + 12.0
        or sea[int(azimuth * len(sea)) % len(sea)] > 0.4
        or (np.isfinite(water.river_m) and abs(x - water.river_m) < 0.5 * water.river_width_m + 14.0)
        or water.shore_side == side
    ):
        return None
    yaw = float(np.round(draws[4] * 3.0) * 0.5 * np.pi * 0.5 + (draws[5] - 0.5) * 0.3)
    c, s = np.cos(yaw), np.sin(yaw)
    kind = town.landmark
    boxes = np.array(BOXES[kind], np.float64)
    wall, cover = town.wall_palette[0], float(COVERS.index(town.roof_kinds[0]))
    material = float(WALLS.index(town.wall_kinds[0]))
    pale = (0.90, 0.88, 0.83)
    if kind == "onion" or (
        kind in ("mosque", "church") and town.wall_kinds[0] in ("boards", "sheet", "logs", "frame", "panelblock")
    ):
        wall, material = pale, 0.0
    if kind == "temple":
        wall, material = (0.62, 0.30, 0.22) if scene.place.koppen[0] != "A" else pale, 0.0
    roof = town.roof_palette[0]
    if kind == "silo" and kept("red barns", here_of(scene.recipe, scene.place)):
        wall, material = (0.52, 0.17, 0.13), 2.0
    extra = n.HouseExtra(
        form=boxes[:, 6], rise=boxes[:, 7], seed=float(np.floor(draws[6] * 99.0)), wall=material, cover=cover,
        below=np.where(boxes[:, 5] > 0.0, 0.0, 4.0), storey=5.2 if kind in ("church", "onion") else 4.2,
        windows=6.0 if kind == "silo" else 2.0, eaves=boxes[:, 8], grime=town.grime,
    )  # fmt: skip
    bx, by = x + c * boxes[:, 0] - s * boxes[:, 1], y + s * boxes[:, 0] + c * boxes[:, 1]
    stage.put_many(
        n.HOUSE,
        bx,
        by,
        yaw=yaw,
        length=boxes[:, 2],
        width=boxes[:, 3],
        height=boxes[:, 4],
        base=boxes[:, 5],
        rise=boxes[:, 7],
        a=linear(wall),
        b=linear(roof),
        c=linear((0.30, 0.20, 0.13)),
        d=linear(town.trim_rgb),
        extra=extra,
    )
    stage.footprints.extend(
        (float(px), float(py), float(r)) for px, py, r in zip(bx, by, boxes[:, 2] + 2.0, strict=True)
    )
    if not ROUNDS[kind]:
        return x, y
    rounds = np.array(ROUNDS[kind], np.float64)
    wider = np.where(rounds[:, 5] > 1.5, 1.0 if kind != "onion" else 1.25, 1.08)
    below = np.where(rounds[:, 4] > 0.0, 0.0, 4.0)
    caps = n.HutExtra(
        form=rounds[:, 5], rise=rounds[:, 6], wall=rounds[:, 7], cover=1.0, below=below, radius=rounds[:, 2],
        rim=rounds[:, 2] * wider, door_x=-10.0,
    )  # fmt: skip
    tip = linear(GOLD if kind == "onion" else (0.30, 0.46, 0.38) if kind == "mosque" else (0.66, 0.68, 0.70))
    body = linear((0.66, 0.68, 0.70) if kind == "silo" else pale if kind == "onion" else wall)
    stage.put_many(
        n.HUT,
        x + c * rounds[:, 0] - s * rounds[:, 1],
        y + s * rounds[:, 0] + c * rounds[:, 1],
        length=rounds[:, 2] * 0.9,
        width=rounds[:, 2] * 0.9,
        height=rounds[:, 3],
        base=rounds[:, 4],
        rise=rounds[:, 6],
        a=body,
        b=tip,
        c=body,
        d=linear(pale),
        extra=caps,
    )
    return x, y
