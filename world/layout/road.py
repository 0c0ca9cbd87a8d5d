"""What stands along the road: poles, wires, lamps, bollards, kilometre stones, rails, fences. Knows no pixels."""

import numpy as np

import world.draw.slots as n
from world.layout.batch import AHEAD, Batch, along, in_street
from world.layout.stage import BLACK, WIRES_M, Stage, linear
from world.scene import RGB

FENCES = {
    "wood": (n.FENCE_WOOD, 1.25),
    "wire": (n.FENCE_WIRE, 1.25),
    "hedge": (n.HEDGE, 1.5),
    "wall": (n.WALL, 1.9),
    "stone": (n.STONE_WALL, 1.05),
}
STEEL: RGB = linear((0.63, 0.64, 0.66))
GLASS: RGB = linear((0.85, 0.86, 0.85))  # of insulators and lamps
SECTION_M, SECTIONS_SEEN_M = 260.0, 130.0  # from one fence's gate to the next; as far as one is seen
WIRES_SEEN_M, POLES_SEEN_M, LAMPS_SEEN_M, BOLLARDS_SEEN_M, SIGNS_SEEN_M = 400.0, 170.0, 120.0, 75.0, 130.0
NEAR_M = 62.0  # as far as one sees what hangs on a pole
NO_BAND = n.PostExtra()
RADIUS = {"wood": 0.15, "wood-cross": 0.16, "concrete": 0.18, "steel": 0.11, "concrete-ladder": 0.20}
# fittings -> style of `pole_top`, half the arm's length, heights of the wires below the top
FITTINGS: dict[str, tuple[float, float, tuple[float, ...]]] = {
    "pins": (0.0, 0.36, (0.14, 0.56, 0.98)),
    "arm": (1.0, 0.95, (0.16,)),
    "arms": (2.0, 1.15, (0.16, 0.82)),
    "crowded": (3.0, 1.0, (0.16, 0.82, 1.48)),
}


def place_furniture(stage: Stage) -> None:
    """Poles with their wires, lamps, bollards, stones, guard rail and fences."""
    scene = stage.scene
    furniture = scene.furniture
    draws = stage.draws("furniture", 9)
    side = 1 if draws[0] < 0.5 else -1
    batch = Batch(stage)
    if furniture.pole != "none":
        # at the kerb of a pavement, behind the boards of a country road
        paved = in_street(stage)
        kerb = stage.half + scene.road.shoulder_m
        lateral = kerb + 0.35 + 0.2 * draws[2] if paved else kerb + 3.4 + 1.6 * draws[2]
        _poles(batch, side, 8.0 + 5.0 * draws[1], lateral, draws[3])
    if furniture.lamp != "none":
        _lamps(batch, -side, 7.0 + 7.0 * draws[4])
    if furniture.bollard != "none":
        _bollards(batch, 4.2 + 1.8 * draws[5])
    if furniture.stone != "none":
        _stone(batch, 5.6 + 2.4 * draws[6])
    if furniture.guard_rail:
        # between carriageway and pavement, or beyond the shoulder; on the outer side of a bend
        paved = scene.road.sidewalk_m > 0.0
        at = stage.half + (scene.road.shoulder_m + 0.12 if paved else max(scene.road.shoulder_m, 0.4) + 0.25)
        outer = -1 if stage.curve > 0.0 else 1
        for s in (1, -1) if paved else (outer,):
            _sections(stage, n.GUARD_RAIL, s * at, 0.80, furniture.rail_rgb, (40.0, 40.0), (90.0, 0.0), 7)
    if furniture.fence in FENCES:
        kind, height = FENCES[furniture.fence]
        for k, s in enumerate((1, -1) if draws[8] < 0.45 else (-side,)):
            # beyond the boards of a country road, at the back of a pavement
            lateral = s * (stage.verge + 0.5 + (0.6 if in_street(stage) else 3.0) + 1.5 * draws[7])
            _sections(stage, kind, lateral, height, furniture.fence_rgb, (18.0, 102.0), (15.0, 115.0), k)
    batch.place()


def _sections(
    stage: Stage, kind: int, lateral: float, height: float, rgb: RGB, back: tuple[float, float],
    ahead: tuple[float, float], which: int,
) -> None:  # fmt: skip
    """A fence or rail in sections along the road, each at least so long `back` and `ahead` and at most so much longer.

    A section is a few pixels high where it comes into sight.
    """
    numbers = np.arange(-1, 2)
    draws = stage.rows("fences", numbers + 10 * which, 2)
    for k, draw in zip(numbers.tolist(), draws.tolist(), strict=True):
        low, high = SECTION_M * k - back[0] - back[1] * draw[0], SECTION_M * k + ahead[0] + ahead[1] * draw[1]
        if low < stage.walk_x + SECTIONS_SEEN_M and high > stage.walk_x - SECTIONS_SEEN_M:
            stage.strip(kind, lateral, height, linear(rgb), low, high)


def _poles(batch: Batch, side: int, first: float, lateral: float, spot: float) -> None:
    stage = batch.stage
    furniture = stage.scene.furniture
    rgb, dark = linear(furniture.pole_rgb), linear((0.42, 0.43, 0.44))
    radius, height = RADIUS.get(furniture.pole, 0.16), furniture.pole_height_m
    style, reach, levels = FITTINGS.get(furniture.fittings, FITTINGS["arm"])
    x = along(first, furniture.pole_spacing_m, POLES_SEEN_M, stage.walk_x)
    at = side * lateral
    if furniture.pole == "concrete-ladder":  # a flat post with openings
        batch.add(n.BLOCK, x, at, length=0.10, width=radius, height=height, a=rgb, b=rgb, c=rgb,
                  extra=n.BlockExtra(openings=0.85))  # fmt: skip
    else:
        batch.add(n.POST, x, at, width=radius, height=height, a=rgb, b=rgb, c=rgb, extra=n.PostExtra(taper=0.35))
    arm = rgb if furniture.pole.startswith("wood") else dark
    batch.add(
        n.POLE, x, at, length=reach, width=0.3, height=1.9, base=height - 1.9, a=arm, b=GLASS, extra=n.PoleExtra(style)
    )
    near = x[stage.within(x, NEAR_M)]
    if furniture.transformers and len(near):
        count = np.rint((near - first) / max(furniture.pole_spacing_m, 4.0)).astype(int)
        cans = near[count % 2 == int(3.0 * spot) % 2]  # every other pole
        toward = at - side * (radius + 0.22)
        batch.add(n.POST, cans, toward, width=0.24, height=0.85, base=height - 3.1, a=dark, c=dark, extra=NO_BAND)
        if furniture.fittings == "crowded":
            batch.add(n.POST, cans, at + side * (radius + 0.20), width=0.20, height=0.75, base=height - 3.0, a=dark,
                      c=dark, extra=NO_BAND)  # fmt: skip
    if len(furniture.guard_stripes) == 2:
        one, two = (linear(colour) for colour in furniture.guard_stripes)
        batch.add(n.POST, near, at, width=radius * 1.06, height=1.9, base=0.35, a=one, b=two, c=one,
                  extra=n.PostExtra(0.0, 1.9, stripes=0.42, taper=0.05))  # fmt: skip
    middle = WIRES_M * round(stage.walk_x / WIRES_M)
    low_x, high_x = middle - WIRES_SEEN_M, middle + WIRES_SEEN_M
    spots = np.linspace(-0.9, 0.9, max(furniture.wires, 1)) * reach
    for k in range(min(furniture.wires, 6)):
        low = levels[k % len(levels)]
        stage.strip(n.WIRE, at + float(spots[k]), height - low, (0.02, 0.02, 0.02), low_x, high_x,
                    max(furniture.pole_spacing_m, 4.0), first)  # fmt: skip
    if furniture.fittings == "crowded":  # telephone cables, thick and low
        for low in (3.3, 3.9):
            stage.strip(n.WIRE, at - side * 0.2, height - low, (0.01, 0.01, 0.01), low_x, high_x,
                        max(furniture.pole_spacing_m, 4.0), first)  # fmt: skip


# lamp -> style of `pole_top`, height, half or whole length of the arm, spacing along the road
LAMPS = {"arm": (4.0, 7.6, 1.9, 28.0), "double": (5.0, 8.6, 1.7, 30.0), "globe": (6.0, 3.6, 0.3, 18.0),
         "flat": (7.0, 7.0, 1.5, 27.0)}  # fmt: skip


def _lamps(batch: Batch, side: int, first: float) -> None:
    stage = batch.stage
    style, height, reach, spacing = LAMPS[stage.scene.furniture.lamp]
    lateral = side * (stage.half + stage.scene.road.shoulder_m + 0.45)
    x = along(first, spacing, LAMPS_SEEN_M, stage.walk_x)
    batch.add(
        n.POST, x, lateral, width=0.09, height=height - 0.2, a=STEEL, b=STEEL, c=STEEL, extra=n.PostExtra(taper=0.4)
    )
    batch.add(n.POLE, x, lateral, length=reach, width=0.3, height=0.9, base=height - 0.62, a=STEEL, b=GLASS,
              extra=n.PoleExtra(style, toward=float(-side)))  # fmt: skip


def _bollards(batch: Batch, first: float) -> None:
    stage = batch.stage
    furniture = stage.scene.furniture
    rgb, mark = linear(furniture.bollard_rgb), linear(furniture.bollard_mark_rgb)
    glass = linear(furniture.bollard_glass_rgb)
    lateral = stage.half + min(max(stage.scene.road.shoulder_m * 0.7, 0.35), 1.3)
    for side in (1, -1):
        x = along(first if side > 0 else first + 1.1, furniture.bollard_spacing_m, BOLLARDS_SEEN_M, stage.walk_x)
        at = side * lateral
        if furniture.bollard == "post":
            batch.add(n.POST, x, at, width=0.085, height=1.05, a=rgb, b=mark, c=rgb, d=glass,
                      extra=n.PostExtra(0.68, 0.92, glass_from=0.73, glass_to=0.87))  # fmt: skip
        elif furniture.bollard == "wedge":  # a hollow section, its band slanting towards the road
            look = n.BlockExtra(0.66, 0.92, slant=0.55 * side, glass_from=0.72, glass_to=0.88)
            batch.add(n.BLOCK, x, at, yaw=0.25 * side, length=0.08, width=0.12, height=1.08, a=rgb, b=mark, c=rgb,
                      d=glass, extra=look)  # fmt: skip
        elif furniture.bollard == "slab":
            batch.add(n.BLOCK, x, at, length=0.035, width=0.16, height=1.0, a=rgb, b=mark, c=rgb, d=glass,
                      extra=n.BlockExtra(0.62, 0.93, glass_from=0.68, glass_to=0.86))  # fmt: skip
        else:  # stone: low and thick, its head painted
            batch.add(n.BLOCK, x, at, yaw=0.1, length=0.15, width=0.15, height=0.68, a=rgb, b=rgb, c=mark,
                      extra=n.BlockExtra(cap_from=0.46))  # fmt: skip


def _stone(batch: Batch, x: float) -> None:
    """A kilometre stone on the side where one drives, with its figure."""
    stage = batch.stage
    if not stage.within(x, SIGNS_SEEN_M):
        return
    furniture = stage.scene.furniture
    body, head = linear(furniture.stone_rgb), linear(furniture.stone_head_rgb)
    dome = furniture.stone == "dome"
    at = stage.drive * (stage.half + stage.scene.road.shoulder_m + 0.75)
    tall = 0.95 if dome else 0.75
    batch.add(n.BLOCK, x, at, length=0.12, width=0.24, height=tall, a=body, b=body, c=head,
              extra=n.BlockExtra(cap_from=tall - 0.34 if dome else n.NEVER))  # fmt: skip
    figure = stage.text(f"{furniture.stone_km}", "latin")
    batch.add(n.BOARD, x - 0.14, at, yaw=AHEAD, width=0.22, height=0.34, base=tall - 0.72, a=body, b=body, c=BLACK,
              extra=n.BoardExtra(words=figure, shows=1.0, half_m=0.11))  # fmt: skip
