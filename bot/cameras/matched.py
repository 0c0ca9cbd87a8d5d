"""A camera without a compass: a full turn is found by matching the picture, and a quarter of it is a view.

A page turns by pixels of a drag or presses of a key, and says neither degrees nor north. So it is turned step by step
until the first picture comes round again; the units that took are 360°. North stays unknown, which the mean over the
four views does not mind. How far the picture moves with each unit gives the width of the view as well.
"""

import math

from bot.cameras.matching import SIZE, Shift, shift_between
from bot.cameras.moves import Move
from bot.pictures import Pictures, Thumb, thumb
from bot.screens.site import UNKNOWN_NORTH
from model.errors import BrowserError

STEP_SHARE = 0.22  # of the picture's width: how far it moves between two looks
ALIKE = 0.75  # the first picture, come round again
LEFT = 0.9  # of the width: moved so far, the first picture is out of sight
STEPS = 90
CLOSE_SHARE = 0.008  # of the width; about half a degree
REFINE = 4


class MatchedCamera:
    """Keys or drags without a compass. The turn is measured at the first place and holds for all."""

    views: tuple[str, ...] = UNKNOWN_NORTH

    def __init__(self, move: Move) -> None:
        self.move = move
        self.fov_deg: float | None = None
        self.units_per_turn: float | None = None  # positive turns clockwise
        self._owed = 0.0  # of a quarter that whole units cannot give

    def face(self, pictures: Pictures, view: str) -> None:
        """Stay for the first view, a quarter turn clockwise for each of the others."""
        if self.units_per_turn is None:
            self.calibrate(pictures)
        if view == self.views[0]:
            self._owed = 0.0
            return
        wanted = (self.units_per_turn or 0.0) / 4.0 + self._owed
        self._owed = wanted - self.move.by(pictures, wanted)

    def calibrate(self, pictures: Pictures) -> None:
        """Turn once round.

        Raises:
            BrowserError: nothing moves, or the first picture does not come again.
        """
        start = last = self._look(pictures)
        turned = self.move.by(pictures, self.move.first(pictures))
        seen = self._look(pictures)
        probe = shift_between(last, seen)
        if probe.similarity < ALIKE or abs(probe.share) < 0.002:
            raise BrowserError(f"the panorama at {pictures.path} does not turn by {type(self.move).__name__.lower()}.")
        share_per_unit = probe.share / turned
        step = STEP_SHARE / abs(share_per_unit)
        step = max(1.0, round(step)) if self.move.whole else step
        moved, last = abs(probe.share), seen
        for _ in range(STEPS):
            turned += self.move.by(pictures, step)
            seen = self._look(pictures)
            moved, last = moved + abs(shift_between(last, seen).share), seen
            again = shift_between(start, seen)
            if moved > LEFT and again.similarity > ALIKE and abs(again.share) <= STEP_SHARE:
                self._finish(pictures, start, turned, share_per_unit, again)
                return
        raise BrowserError(f"the panorama at {pictures.path} did not come round again in {STEPS} turns of it.")

    def _finish(self, pictures: Pictures, start: Thumb, turned: float, share_per_unit: float, again: Shift) -> None:
        """Turn until the first picture stands where it stood."""
        for _ in range(REFINE):
            by = -again.share / share_per_unit
            if abs(again.share) <= CLOSE_SHARE or (self.move.whole and abs(by) < 0.5):
                break
            turned += self.move.by(pictures, by)
            again = shift_between(start, self._look(pictures))
        exact = turned - again.share / share_per_unit
        # The content goes to the left where the camera turns to the right.
        self.units_per_turn = exact if share_per_unit < 0.0 else -exact
        focal = abs(share_per_unit) * abs(exact) / (2.0 * math.pi)  # in widths of the picture
        self.fov_deg = math.degrees(2.0 * math.atan(0.5 / focal))

    def _look(self, pictures: Pictures) -> Thumb:
        return thumb(pictures.take(), SIZE)
