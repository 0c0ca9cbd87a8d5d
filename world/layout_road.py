"""What stands along the road: poles and wires, bollards, rails, fences, lamps, signs. Knows no pixels."""

from math import pi

import numpy as np

import world.raycast_names as n
from world.layout_things import BLACK, WHITE, Stage, linear, stream
from world.scene import RGB

FENCES = {
    "wood": (n.FENCE_WOOD, 1.25),
    "wire": (n.FENCE_WIRE, 1.25),
    "hedge": (n.HEDGE, 1.5),
    "wall": (n.WALL, 1.9),
    "stone": (n.STONE_WALL, 1.05),
}
STEEL: RGB = (0.40, 0.41, 0.43)


def place_furniture(stage: Stage) -> None:
    """Poles with their wires, lamps, bollards, guard rail and fences."""
    scene = stage.scene
    furniture = scene.furniture
    rng = stream(scene.recipe, "furniture")
    side = 1 if rng.random() < 0.5 else -1
    first_pole, first_bollard, first_lamp = rng.uniform(8.0, 13.0), rng.uniform(4.2, 6.0), rng.uniform(7.0, 14.0)
    rail_side, fence_from, fence_both = (1 if rng.random() < 0.5 else -1), rng.uniform(1.2, 3.5), rng.random()
    pole_gap = rng.uniform(0.8, 1.6)
    if furniture.pole != "none":
        _poles(stage, side, first_pole, stage.verge + pole_gap)
    if furniture.lamp != "none":
        _lamps(stage, -side, first_lamp)
    if furniture.bollard != "none":
        _bollards(stage, first_bollard)
    if furniture.guard_rail:
        at = stage.half + max(stage.scene.road.shoulder_m, 0.4) + 0.25
        stage.strip(n.GUARD_RAIL, rail_side * at, 0.80, linear((0.72, 0.74, 0.76)), -70.0, 90.0)
    if furniture.fence in FENCES:
        kind, height = FENCES[furniture.fence]
        sides = (1, -1) if fence_both < 0.45 else (-side,)
        for s in sides:
            start = -float(rng.uniform(18.0, 120.0))
            stage.strip(
                kind,
                s * (stage.verge + fence_from),
                height,
                linear(furniture.fence_rgb),
                start,
                float(rng.uniform(15.0, 130.0)),
            )


def _along(first: float, spacing: float, reach: float) -> list[float]:
    """Places along the road: one `first` metres ahead, then every `spacing`, both ways."""
    spacing = max(spacing, 4.0)
    ahead = np.arange(first, reach, spacing)
    behind = np.arange(first - spacing, -reach, -spacing)
    return [float(x) for x in np.concatenate([ahead, behind]) if abs(x) > 2.5]


def _poles(stage: Stage, side: int, first: float, lateral: float) -> None:
    furniture = stage.scene.furniture
    rgb = linear(furniture.pole_rgb)
    style = furniture.pole
    radius = {"wood": 0.16, "wood-cross": 0.17, "concrete": 0.19, "steel": 0.11, "concrete-ladder": 0.24}.get(
        style, 0.16
    )
    height = furniture.pole_height_m
    arms = {"wood": 0.0, "wood-cross": 1.0, "concrete": 0.0, "steel": 0.0, "concrete-ladder": 1.0}.get(style, 0.0)
    reach = 1.1 if style in ("wood-cross", "concrete-ladder") else 0.75
    dark = linear((0.16, 0.13, 0.11))
    for x in _along(first, furniture.pole_spacing_m, 170.0):
        y = stage.y_at(x, side * lateral)
        if style == "concrete-ladder":  # a flat post with openings
            stage.put(
                n.POST, x, y, width=radius, height=height, a=rgb, b=tuple(0.45 * c for c in rgb),  # type: ignore[arg-type]
                c=rgb, extra=(1.2, height - 1.5, 0.9, 1e6, 0.25),
            )  # fmt: skip
        else:
            stage.put(n.POST, x, y, width=radius, height=height, a=rgb, b=rgb, c=rgb, extra=(0.0, 0.0, 0.0, 1e6, 0.35))
        stage.put(
            n.POLE, x, y, length=reach, width=0.3, height=1.8, base=height - 1.8, a=rgb if arms < 2 else dark,
            b=linear((0.75, 0.76, 0.74)) if style != "steel" else dark, extra=(arms,),
        )  # fmt: skip
    spots = np.linspace(-0.9, 0.9, max(furniture.wires, 1)) * reach
    for k in range(min(furniture.wires, 6)):
        low = 0.28 if k % 2 == 0 or arms < 0.5 else 0.98
        stage.strip(
            n.WIRE, side * lateral + float(spots[k]), height - low, (0.02, 0.02, 0.02), -400.0, 400.0,
            max(furniture.pole_spacing_m, 4.0), first,
        )  # fmt: skip


def _lamps(stage: Stage, side: int, first: float) -> None:
    arm = stage.scene.furniture.lamp == "arm"
    height = 7.5 if arm else 3.6
    lateral = side * (stage.half + stage.scene.road.shoulder_m + 0.45)
    for x in _along(first, 28.0 if arm else 18.0, 120.0):
        y = stage.y_at(x, lateral)
        stage.put(
            n.POST,
            x,
            y,
            width=0.10 if arm else 0.07,
            height=height,
            a=STEEL,
            b=STEEL,
            c=STEEL,
            extra=(0, 0, 0, 1e6, 0.4),
        )
        stage.put(
            n.POLE, x, y, length=1.9 if arm else 0.3, width=0.3, height=0.9, base=height - 0.55, a=STEEL,
            b=linear((0.85, 0.86, 0.85)), extra=(2.0 if arm else 3.0, float(-side)),
        )  # fmt: skip


def _bollards(stage: Stage, first: float) -> None:
    furniture = stage.scene.furniture
    rgb, mark = linear(furniture.bollard_rgb), linear(furniture.bollard_mark_rgb)
    lateral = stage.half + min(max(stage.scene.road.shoulder_m * 0.7, 0.35), 1.3)
    for side in (1, -1):
        for x in _along(first if side > 0 else first + 1.1, furniture.bollard_spacing_m, 75.0):
            y = stage.y_at(x, side * lateral)
            if furniture.bollard == "post":
                stage.put(
                    n.POST, x, y, width=0.085, height=1.05, a=rgb, b=mark, c=rgb, extra=(0.68, 0.90, 0.0, 1e6, 0.0)
                )
            elif furniture.bollard == "wedge":
                stage.put(
                    n.BLOCK, x, y, yaw=0.25 * side, length=0.08, width=0.13, height=1.08, a=rgb, b=mark, c=rgb,
                    extra=(0.62, 0.88, 0.0, 1e6),
                )  # fmt: skip
            elif furniture.bollard == "slab":
                stage.put(
                    n.BLOCK,
                    x,
                    y,
                    length=0.035,
                    width=0.17,
                    height=1.0,
                    a=rgb,
                    b=mark,
                    c=rgb,
                    extra=(0.62, 0.95, 0.0, 1e6),
                )
            else:  # stone: low and thick, its head painted
                stage.put(
                    n.BLOCK, x, y, yaw=0.1, length=0.15, width=0.15, height=0.68, a=rgb, b=rgb, c=mark,
                    extra=(0.0, 0.0, 0.0, 0.46),
                )  # fmt: skip


def place_signs(stage: Stage) -> None:
    """The town's board ahead, a warning sign behind, chevrons where the road bends, a speed limit further on."""
    signs = stage.scene.signs
    rng = stream(stage.scene.recipe, "signs")
    ahead, behind, bend, more = rng.uniform(9.0, 13.5), rng.uniform(7.0, 11.0), rng.random(), rng.uniform(16.0, 26.0)
    if not signs.shown:
        return
    keep = stage.drive
    lateral = stage.verge + 0.9
    board, ink, rim = linear(signs.board_rgb), linear(signs.text_rgb), linear(signs.border_rgb)
    letters = max(len(signs.text), 3)
    width = min(max(0.19 * letters + 0.5, 1.25), 2.1)
    words = stage.text(signs.text or " ", signs.script)
    _board(stage, ahead, keep * (lateral + width * 0.35), -1, 0, width, 0.95, 1.75, board, rim, ink, (words, 1.0, 0.07))
    if signs.distance:
        far = stage.text(signs.distance, "latin")
        _board(
            stage,
            ahead,
            keep * (lateral + width * 0.35),
            -1,
            0,
            width * 0.6,
            0.5,
            1.2,
            board,
            rim,
            ink,
            (far, 1.0, 0.05),
        )
    shape = 2 if signs.warning_shape == "diamond" else 1
    warn, edge = linear(signs.warning_rgb), linear(signs.warning_border_rgb)
    size = 0.62 if shape == 2 else 0.58
    rim_m = 0.05 if shape == 2 else 0.13
    _board(stage, -behind, -keep * (lateral - 0.3), 1, shape, size, 2 * size, 1.7, warn, edge, BLACK, (0, 2.0, rim_m))
    _board(stage, more, keep * (lateral - 0.4), -1, shape, size, 2 * size, 1.7, warn, edge, BLACK, (0, 2.0, rim_m))
    _board(
        stage,
        -more,
        -keep * lateral,
        1,
        3,
        0.45,
        0.9,
        1.8,
        linear(WHITE),
        linear((0.8, 0.05, 0.08)),
        BLACK,
        (0, 4.0, 0.11),
    )
    if bend < 0.75:
        outer = -1 if stage.curve > 0 else 1
        for k in range(3):
            x = 15.0 + 9.0 * k
            at = outer * (stage.half + stage.scene.road.shoulder_m + 0.8)
            _board(
                stage, x, at, -1, 0, 0.42, 0.8, 0.9, linear(signs.chevron_rgb), linear(signs.chevron_rgb),
                linear(signs.chevron_mark_rgb), (0, 3.0, 0.03, -float(outer)),
            )  # fmt: skip


def _board(
    stage: Stage, x: float, lateral: float, facing: int, shape: int, width: float, height: float, base: float,
    rgb: RGB, border: RGB, ink: RGB, extra: tuple[float, ...],
) -> None:  # fmt: skip
    """A board on posts, turned a little towards the camera."""
    y = stage.y_at(x, lateral)
    yaw = (pi if facing < 0 else 0.0) + stage.yaw_at(x) + 0.15 * np.sign(y) * facing
    stage.put(
        n.BOARD, x, y, yaw=float(yaw), width=width, height=height, base=base, a=rgb, b=border, c=ink,
        extra=(float(shape), extra[0], *extra[1:]),
    )  # fmt: skip
    posts = (-0.7, 0.7) if width > 1.0 else (0.0,)
    for p in posts:
        stage.put(
            n.POST, x - 0.06 * facing, y + p * width, width=0.045, height=base + height * (0.9 if shape == 0 else 0.5),
            a=STEEL, b=STEEL, c=STEEL, extra=(0, 0, 0, 1e6, 0),
        )  # fmt: skip
