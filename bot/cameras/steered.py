"""A camera steered by a compass: turn a little, read, turn by what is left. Knows no page."""

import time

from bot.cameras.moves import Move
from bot.cameras.protocol import Compass, apart_deg
from bot.pictures import Pictures
from bot.screens.site import HEADING_DEG, HEADINGS
from model.errors import BrowserError

CLOSE_DEG = 3.0
STEPS = 14
REST_S, TURN_S = 0.05, 1.0  # no longer: a picture is taken only once it stands still itself


class CompassCamera:
    """Keys or drags, and a compass that says what came of them. How far a unit turns is measured, its sign too."""

    views: tuple[str, ...] = HEADINGS

    def __init__(
        self, move: Move, compass: Compass, close_deg: float = CLOSE_DEG, fov_deg: float | None = None
    ) -> None:
        self.move, self.compass, self.close_deg, self.fov_deg = move, compass, close_deg, fov_deg
        self._deg_per_unit: float | None = None

    def face(self, pictures: Pictures, view: str) -> None:
        """Turn until the compass agrees.

        Raises:
            BrowserError: it does not, whatever is done.
        """
        wanted, here = HEADING_DEG[view], self._read(pictures)  # type: ignore[index]
        for _ in range(STEPS):
            off = apart_deg(wanted, here)
            step = abs(self._deg_per_unit or 0.0)
            if abs(off) <= max(self.close_deg, step / 2 if self.move.whole else 0.0):
                return
            if self._deg_per_unit is None:
                units = self.move.first(pictures)
            else:
                units = max(-abs(90.0 / step), min(abs(90.0 / step), off / self._deg_per_unit))
            turned, before = self.move.by(pictures, units), here
            here = self._at_rest(pictures, before)
            moved = apart_deg(here, before)
            if abs(moved) > 0.2 and turned:
                self._deg_per_unit = moved / turned
        raise BrowserError(
            f"the panorama did not turn to {view}: the compass says {here:.0f}° after {STEPS} turns of it."
        )

    def _read(self, pictures: Pictures) -> float:
        return self.compass.read(pictures.driver, pictures.path)

    def _at_rest(self, pictures: Pictures, before: float) -> float:
        """What the compass says once it has moved and stands still."""
        began = since = time.monotonic()
        last = self._read(pictures)
        while time.monotonic() - since < REST_S or (last == before and time.monotonic() - began < TURN_S):
            if (now := self._read(pictures)) != last:
                last, since = now, time.monotonic()
        return last
