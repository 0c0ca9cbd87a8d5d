"""Which of the small things beside the road a picture shows: signs, furniture, clutter, cars. Knows no clue's value.

The class map says FURNITURE, or SIGNS; which piece it is, say the things that were laid out: by their colours and
measures, as the layout paints and builds them (world/layout/road.py, signs.py, clutter.py).
"""

import numpy as np

import world.draw.slots as n
from world.layout.road import FENCES, FITTINGS, LAMPS, STEEL
from world.layout.signs import DIAMOND, DISC, OCTAGON, POINTED, TRIANGLE
from world.layout.stage import BLACK, WHITE, linear
from world.scene import RGB, Scene
from world.study.projection import Floats
from world.study.visibility import NEAR_M, Visibility

SHAPE_M, CAR_M, PLATE_M = 22.0, 40.0, 14.0  # how near a board's shape and colours, a car's, a plate's are told
WORDS_M, SYMBOL_M, PRINT_M = (
    22.0,
    40.0,
    9.0,
)  # words, symbols and small figures, in a picture as sharp as people look at
PLATE_HIGH_M = 0.11
POLES = (n.POST, n.BLOCK)
SHAPE, STYLE = int(n.BOARD_COLUMNS.shape), int(n.POLE_COLUMNS.style)
HEIGHTS = {"post": 1.05, "wedge": 1.08, "slab": 1.0, "stone": 0.68}  # of bollards
TALL = {"dome": 0.95}  # of kilometre stones, else 0.75


def boards(visibility: Visibility, within_m: float = SHAPE_M, rows: Floats | None = None) -> Floats:
    """Boards (b, COLUMNS), of all that are seen or of `rows`, that face the camera and are near enough."""
    rows = visibility.of_kinds(n.BOARD) if rows is None else rows
    facing = rows[:, n.X] * rows[:, n.COS] + rows[:, n.Y] * rows[:, n.SIN] < 0.0
    found: Floats = rows[facing & (rows[:, n.NEAR] <= within_m)]
    return found


def board(visibility: Visibility, face: RGB, rim: RGB, ink: RGB | None = None, within_m: float = SHAPE_M) -> bool:
    """Whether a board of these colours is seen, near enough to tell them."""
    wanted = visibility.wears((n.BOARD,), face, rim, *([] if ink is None else [ink]))
    return len(boards(visibility, within_m, wanted)) > 0


def shape(visibility: Visibility, *shapes: int, within_m: float = SHAPE_M) -> bool:
    """Whether a board of one of these shapes is seen, near enough to tell it."""
    return bool(np.isin(boards(visibility, within_m)[:, SHAPE], shapes).any())


def words(visibility: Visibility) -> float:
    """Metres from which lettering on boards can be read in this picture."""
    return WORDS_M * visibility.sharpness


def name(scene: Scene, visibility: Visibility, within_m: float = SHAPE_M) -> bool:
    """The board with the town's name."""
    signs = scene.signs
    if signs.entry:
        return board(visibility, signs.entry_rgb, signs.entry_border_rgb, signs.entry_text_rgb, within_m)
    return board(visibility, signs.board_rgb, signs.border_rgb, signs.text_rgb, within_m)


def street(scene: Scene, visibility: Visibility, within_m: float = SHAPE_M) -> bool:
    """The plate with the street's name."""
    signs = scene.signs
    colours = signs.street_rgb, signs.street_text_rgb, signs.street_text_rgb
    return bool(signs.street) and board(visibility, *colours, within_m)


def route(scene: Scene, visibility: Visibility, within_m: float = SHAPE_M) -> bool:
    """The plate with the road's number."""
    signs = scene.signs
    colours = signs.route_rgb, signs.route_text_rgb, signs.route_text_rgb
    return bool(signs.route) and board(visibility, *colours, within_m)


def limit(scene: Scene, visibility: Visibility, within_m: float = SHAPE_M) -> bool:
    """A speed limit."""
    if scene.signs.limit_form in ("us", "canada"):
        return board(visibility, WHITE, BLACK, BLACK, within_m)
    return shape(visibility, DISC, within_m=within_m)


def warning(scene: Scene, visibility: Visibility, within_m: float = SHAPE_M) -> bool:
    """A warning sign."""
    signs = scene.signs
    return board(visibility, signs.warning_rgb, signs.warning_border_rgb, within_m=within_m) and shape(
        visibility, TRIANGLE, DIAMOND, within_m=within_m
    )


def symbol(scene: Scene, visibility: Visibility) -> bool:
    """What a warning sign warns of."""
    return warning(scene, visibility, min(SHAPE_M, SYMBOL_M * visibility.sharpness))


def chevron(scene: Scene, visibility: Visibility) -> bool:
    """A board of arrows along a bend."""
    signs = scene.signs
    return board(visibility, signs.chevron_rgb, signs.chevron_rgb, signs.chevron_mark_rgb)


def stop(scene: Scene, visibility: Visibility, within_m: float = SHAPE_M) -> bool:
    """A stop sign."""
    own = POINTED if scene.signs.stop_form == "triangle" else OCTAGON
    return scene.signs.junction == "stop" and shape(visibility, own, within_m=within_m)


def give_way(scene: Scene, visibility: Visibility, within_m: float = SHAPE_M) -> bool:
    """A give-way sign."""
    return scene.signs.junction == "yield" and shape(visibility, POINTED, within_m=within_m)


def junction(scene: Scene, visibility: Visibility) -> bool:
    """A stop or give-way sign."""
    return stop(scene, visibility) or give_way(scene, visibility)


def pole(scene: Scene, visibility: Visibility) -> bool:
    """A pole that carries wires."""
    furniture = scene.furniture
    return furniture.pole != "none" and bool(
        len(visibility.wears(POLES, furniture.pole_rgb, height=furniture.pole_height_m))
    )


def fittings(scene: Scene, visibility: Visibility) -> bool:
    """A pole's top: its arms and what they hold."""
    furniture = scene.furniture
    style = FITTINGS.get(furniture.fittings, FITTINGS["arm"])[0]
    return furniture.pole != "none" and _top(visibility, style)


def stripes(scene: Scene, visibility: Visibility) -> bool:
    """The foot of a near pole, with stripes where there are any."""
    furniture = scene.furniture
    poles = visibility.wears(POLES, furniture.pole_rgb, height=furniture.pole_height_m)
    return furniture.pole != "none" and bool((poles[:, n.NEAR] < NEAR_M).any())


def lamp(scene: Scene, visibility: Visibility) -> bool:
    """The head of a street lamp."""
    kind = scene.furniture.lamp
    return kind in LAMPS and _top(visibility, LAMPS[kind][0])


def bollard(scene: Scene, visibility: Visibility) -> bool:
    """A bollard."""
    furniture = scene.furniture
    kind = furniture.bollard
    tall = HEIGHTS.get(kind, HEIGHTS["stone"])
    return kind != "none" and bool(len(visibility.wears(POLES, furniture.bollard_rgb, height=tall)))


def stone(scene: Scene, visibility: Visibility) -> bool:
    """A kilometre stone."""
    furniture = scene.furniture
    tall = TALL.get(furniture.stone, 0.75)
    return furniture.stone != "none" and bool(len(visibility.wears((n.BLOCK,), furniture.stone_rgb, height=tall)))


def kilometres(scene: Scene, visibility: Visibility) -> bool:
    """The figures on a kilometre stone: a small board."""
    colours = scene.furniture.stone_rgb, scene.furniture.stone_rgb, BLACK
    return stone(scene, visibility) and board(visibility, *colours, PRINT_M * visibility.sharpness)


def rail(scene: Scene, visibility: Visibility) -> bool:
    """A guard rail."""
    return scene.furniture.guard_rail and visibility.strip(n.GUARD_RAIL, scene.furniture.rail_rgb)


def fence(scene: Scene, visibility: Visibility) -> bool:
    """A fence, hedge or wall along the road."""
    furniture = scene.furniture
    return furniture.fence in FENCES and visibility.strip(FENCES[furniture.fence][0], furniture.fence_rgb)


def clutter(scene: Scene, visibility: Visibility) -> bool:
    """What stands on pavements: pictures that count as furniture, or blocks and posts that no other piece is."""
    furniture = scene.furniture
    picture = visibility.of_kinds(n.FIGURE)
    if bool(((picture[:, n.CLASS] == n.FURNITURE) & (picture[:, n.NEAR] < NEAR_M)).any()):
        return True
    solid = visibility.of_kinds(*POLES)
    solid = solid[solid[:, n.NEAR] < NEAR_M]
    painted = solid[:, None, n.RGB_A : n.RGB_A + 3]
    others = np.array([STEEL, *map(linear, (furniture.pole_rgb, furniture.bollard_rgb, furniture.stone_rgb))])
    return bool((np.abs(painted - others).max(axis=2) > 1e-3).all(axis=1).any())


def postbox(scene: Scene, visibility: Visibility) -> bool:
    """A post box."""
    return any(len(visibility.wears(POLES, scene.life.post_rgb, height=tall)) for tall in (1.05, 1.5))


def hydrant(scene: Scene, visibility: Visibility) -> bool:
    """A hydrant."""
    found = visibility.wears((n.FIGURE,), scene.life.hydrant_rgb)
    return bool((found[:, n.CLASS] == n.FURNITURE).any())


def cars(visibility: Visibility, within_m: float = CAR_M) -> Floats:
    """Cars (c, COLUMNS) that are seen near enough."""
    rows = visibility.of_kinds(n.CAR)
    found: Floats = rows[rows[:, n.NEAR] <= within_m]
    return found


def taxi(scene: Scene, visibility: Visibility) -> bool:
    """A near car in the colour of taxis."""
    return bool((visibility.wears((n.CAR,), scene.vehicles.taxi_rgb)[:, n.NEAR] <= CAR_M).any())


def plates(scene: Scene, visibility: Visibility) -> bool:
    """A car so near that the colours of its plate are told: they fill a pixel."""
    return bool(len(cars(visibility, min(PLATE_M, PLATE_HIGH_M / visibility.frame.sharp_rad))))


def _top(visibility: Visibility, style: float) -> bool:
    return bool((np.abs(visibility.of_kinds(n.POLE)[:, STYLE] - style) < 0.1).any())
