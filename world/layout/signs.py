"""Signs along the road: they stand on the side where one drives and face the traffic. Knows no pixels."""

from math import copysign, cos, pi

import numpy as np

import world.draw.slots as n
from world.draw.textures import TEXT_ASPECT
from world.layout.batch import AHEAD, BEHIND, Batch, in_street
from world.layout.road import NO_BAND, SIGNS_SEEN_M, STEEL
from world.layout.stage import BLACK, WHITE, Stage, linear
from world.lettering.sheets import filled_share
from world.scene import RGB

RECTANGLE, TRIANGLE, DIAMOND, DISC, OCTAGON, POINTED = 0, 1, 2, 3, 4, 5
RED: RGB = linear((0.80, 0.08, 0.10))
PAPER: RGB = linear(WHITE)
BLUE_INK, YELLOW = linear((0.08, 0.22, 0.62)), linear((0.95, 0.76, 0.10))
POLE = 0.045  # metres, radius of a sign's post
CHEVRONS, CHEVRONS_SEEN_M = 20, 62.0  # each way
FURTHER = (-2, -1, 1, 2)  # stretches of the road beyond the first boards, each with one of its own
SHARP_BEND = 1.0 / 1500.0  # curvature from which chevrons stand


class _Signs:
    """Boards with their posts, put together on one stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.batch = Batch(stage)

    def board(
        self, x: float, lateral: float, facing: float, shape: int, half: float, height: float, base: float, face: RGB,
        rim: RGB, ink: RGB, border: float, what: tuple[str, str] | None = None, lift: float = 0.0, room: float = 0.86,
        posts: bool = True,
    ) -> None:  # fmt: skip
        """A board `half` metres wide to each side, with the words or symbol `what` as large as `room` of it allows.

        `facing` is the yaw of its face: AHEAD is seen when one looks along the road, BEHIND when one looks back.
        """
        if not self.stage.within(x, SIGNS_SEEN_M):
            return
        turned = facing - 0.10 * copysign(1.0, lateral) * (1.0 if abs(facing) > 0.5 * pi else -1.0)
        row, size = 0, 0.0
        if what is not None:
            row = self.stage.text(*what)
            share = max(filled_share(*what), 0.05)
            size = min(0.5 * height * room, half * room / (TEXT_ASPECT * share))
        self.batch.add(
            n.BOARD, x, lateral, yaw=turned, width=half, height=height, base=base, a=face, b=rim, c=ink,
            extra=n.BoardExtra(shape, row, 0.0 if what is None else 1.0, border, half_m=size, lift=lift),
        )  # fmt: skip
        if posts:
            back = -0.05 if abs(facing) < 0.5 * pi else 0.05
            tall = base + height * (0.9 if shape == RECTANGLE else 0.5)
            for p in (-0.7, 0.7) if half > 0.8 else (0.0,):
                self.batch.add(n.POST, x + back, lateral + p * half, width=POLE, height=tall, a=STEEL, b=STEEL, c=STEEL,
                               extra=NO_BAND)  # fmt: skip

    def chevron(self, x: float, lateral: float, facing: float, face: RGB, mark: RGB, point: float) -> None:
        """A board of arrows along a bend."""
        if not self.stage.within(x, CHEVRONS_SEEN_M):
            return
        self.batch.add(
            n.BOARD, x, lateral, yaw=facing, width=0.42, height=0.8, base=0.9, a=face, b=face, c=mark,
            extra=n.BoardExtra(shows=2.0, border=0.03, points=point),
        )  # fmt: skip
        self.batch.add(n.POST, x - 0.05 * cos(facing), lateral, width=POLE, height=1.6, a=STEEL, b=STEEL, c=STEEL,
                       extra=NO_BAND)  # fmt: skip


def place_signs(stage: Stage) -> None:
    """The town's board ahead and a limit after it, a warning and a limit for those who come towards us."""
    scene = stage.scene
    signs = scene.signs
    draws = stage.draws("signs", 7)
    if not signs.shown:
        return
    put = _Signs(stage)
    keep = stage.drive
    kerb = stage.half + scene.road.shoulder_m + 0.5  # small signs stand before the pavement
    verge = stage.verge + 0.9
    ahead, behind = 9.0 + 4.5 * draws[0], 7.0 + 4.0 * draws[1]
    paved = in_street(stage)
    _town(put, ahead + (3.0 if signs.street else 0.0), keep, kerb if paved else verge, 2.1 if paved else 1.5)
    second, third = 17.5 + 6.5 * draws[2], 29.0 + 9.0 * draws[3]
    _limit(put, second, keep * kerb, AHEAD)
    _warning(put, third, keep * (kerb + 0.2), AHEAD)
    _warning(put, -behind, -keep * (kerb + 0.2), BEHIND)
    _limit(put, -behind - 8.0 - 6.0 * draws[4], -keep * kerb, BEHIND)
    if signs.street:
        _street(put, 6.0 + 2.5 * draws[5], -keep * kerb, AHEAD)
        _street(put, -6.0 - 2.5 * draws[6], keep * kerb, 0.0)
    _further_on(put, keep, kerb)
    if abs(stage.cross) < 90.0 and signs.junction != "none":
        _junction(put, stage.cross, keep, kerb)
    if abs(2.0 * stage.curve) > SHARP_BEND and not signs.street:
        outer = -1 if stage.curve > 0 else 1
        face, mark = linear(signs.chevron_rgb), linear(signs.chevron_mark_rgb)
        at = outer * (stage.half + scene.road.shoulder_m + 0.8)
        for k in range(CHEVRONS):
            put.chevron(15.0 + 9.0 * k, at, AHEAD, face, mark, -float(outer))
            put.chevron(-15.0 - 9.0 * k, at, BEHIND, face, mark, float(outer))
    put.batch.place()


def _further_on(put: _Signs, keep: int, kerb: float) -> None:
    """One more limit, warning or plate on each stretch further on, for either direction."""
    for k, draw in zip(FURTHER, put.stage.rows("signs further on", np.array(FURTHER), 3).tolist(), strict=True):
        x = (64.0 + 70.0 * (abs(k) - 1) + 36.0 * draw[0]) * (1.0 if k > 0 else -1.0)
        side, facing = (keep, AHEAD) if draw[1] < 0.5 else (-keep, BEHIND)
        if abs(x - put.stage.cross) < put.stage.half + 4.0:
            continue
        if put.stage.scene.signs.street and draw[2] < 0.5:
            _street(put, x, side * kerb, facing)
        elif draw[2] < 0.7:
            _limit(put, x, side * kerb, facing)
        else:
            _warning(put, x, side * (kerb + 0.2), facing)


def _town(put: _Signs, x: float, keep: int, lateral: float, base: float) -> None:
    """The board with the town's name: its entry, or the way and the distance to it; the road's number above."""
    signs = put.stage.scene.signs
    words = signs.text or " "
    if signs.below:
        words = f"{words}\n{signs.below}" + (f"  {signs.distance}" if signs.distance else "")
    elif signs.distance:
        words = f"{words}  {signs.distance}"
    face, ink, rim = (signs.board_rgb, signs.text_rgb, signs.border_rgb)
    if signs.entry:
        face, ink, rim = (signs.entry_rgb, signs.entry_text_rgb, signs.entry_border_rgb)
    line = 0.27 if "\n" not in words else 0.40  # half the height of the lettering
    half = max(TEXT_ASPECT * line * filled_share(words, signs.script) + 0.16, 0.55)
    height = 2.0 * line + 0.22
    at = keep * (lateral + 0.55 * half)
    put.stage.footprints.append((x, put.stage.y_at(x, at), 0.7 * half + 0.5))
    put.board(x, at, AHEAD, RECTANGLE, half, height, base, linear(face), linear(rim), linear(ink), 0.05,
              (words, signs.script), room=0.92)  # fmt: skip
    if signs.route:
        wide = 0.16 + 0.10 * len(signs.route)
        face, ink = linear(signs.route_rgb), linear(signs.route_text_rgb)
        put.board(x, at, AHEAD, RECTANGLE, wide, 0.42, base + 0.06 + height, face, ink, ink, 0.03,
                  (signs.route, "latin"), posts=False)  # fmt: skip


def _limit(put: _Signs, x: float, lateral: float, facing: float) -> None:
    signs = put.stage.scene.signs
    if signs.limit_form in ("us", "canada"):
        words = "SPEED\nLIMIT\n" if signs.limit_form == "us" else "MAXIMUM\n"
        put.board(x, lateral, facing, RECTANGLE, 0.34, 0.86, 1.75, PAPER, BLACK, BLACK, 0.02,
                  (f"{words}{signs.limit}", "latin"))  # fmt: skip
        return
    face = YELLOW if signs.limit_form == "ring-yellow" else PAPER
    ink = BLUE_INK if signs.limit_form == "ring-blue" else BLACK
    put.board(x, lateral, facing, DISC, 0.36, 0.72, 1.8, face, RED, ink, 0.085, (str(signs.limit), "latin"), room=0.60)


def _warning(put: _Signs, x: float, lateral: float, facing: float) -> None:
    signs = put.stage.scene.signs
    face, rim = linear(signs.warning_rgb), linear(signs.warning_border_rgb)
    what = (signs.warning, "symbol")
    if signs.warning_shape == "diamond":
        put.board(x, lateral, facing, DIAMOND, 0.56, 1.12, 1.6, face, rim, BLACK, 0.035, what, room=0.62)
    else:
        put.board(x, lateral, facing, TRIANGLE, 0.54, 0.94, 1.6, face, rim, BLACK, 0.085, what, lift=-0.10, room=0.52)


def _street(put: _Signs, x: float, lateral: float, facing: float) -> None:
    """A plate with the street's name."""
    signs = put.stage.scene.signs
    what = (signs.street, signs.script)
    if not put.stage.within(x, SIGNS_SEEN_M):
        return
    half = max(TEXT_ASPECT * 0.085 * filled_share(*what) + 0.06, 0.25)
    face, ink = linear(signs.street_rgb), linear(signs.street_text_rgb)
    put.board(x, lateral, facing, RECTANGLE, half, 0.24, 2.25, face, ink, ink, 0.015, what, posts=False)
    put.batch.add(n.POST, x - 0.05 * cos(facing), lateral, width=0.035, height=2.5, a=STEEL, b=STEEL, c=STEEL,
                  extra=NO_BAND)  # fmt: skip


def _junction(put: _Signs, cross: float, keep: int, kerb: float) -> None:
    """Stop or give way where the street crosses: for us, when it lies ahead, and on its own two arms."""
    signs = put.stage.scene.signs
    road = put.stage.half + 1.2
    spots = [(cross + keep * road, kerb + 1.6, 0.5 * pi), (cross - keep * road, -kerb - 1.6, -0.5 * pi)]
    if cross > 8.0:
        spots.append((cross - road, keep * kerb, AHEAD))
    if cross < -8.0:
        spots.append((cross + road, -keep * kerb, BEHIND))
    for x, lateral, facing in spots:
        if signs.junction == "yield":
            put.board(x, lateral, facing, POINTED, 0.48, 0.84, 1.7, linear(signs.yield_rgb), RED, BLACK, 0.09)
        elif signs.stop_form == "triangle":
            put.board(x, lateral, facing, POINTED, 0.48, 0.84, 1.7, RED, RED, PAPER, 0.0, (signs.stop, signs.script),
                      lift=0.12, room=0.60)  # fmt: skip
        else:
            put.board(x, lateral, facing, OCTAGON, 0.39, 0.78, 1.7, RED, PAPER, PAPER, 0.03, (signs.stop, signs.script),
                      room=0.80)  # fmt: skip
