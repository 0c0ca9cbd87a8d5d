"""A mouse wheel whose step on this map is measured: libraries differ by a factor of twenty. Knows no map."""

import math

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.remote.webdriver import WebDriver

FIRST_DELTA, LEAST_DELTA, MOST_DELTA = 120, 30, 1000  # a notch of a common mouse; more than ten at once is no mouse's
BETWEEN_S = 0.06  # Leaflet adds up what comes within 40 ms, and takes at most four levels of the sum
TURNS = 8
SHORT = 0.1  # of a turn may be lacking; one turn too many costs less than one more look at the map


class Wheel:
    """Turns by zoom levels, once it has seen what one turn does, or has been told."""

    def __init__(
        self, delta: int = FIRST_DELTA, levels_per_turn: float | None = None, between_s: float = BETWEEN_S
    ) -> None:
        self.delta, self.levels_per_turn, self.between_s = delta, levels_per_turn, between_s
        self._turned = 0  # since the last look, positive towards more detail
        self._idle = 0

    def turn(self, driver: WebDriver, origin: ScrollOrigin, levels: float) -> None:
        """Zoom by about so many levels, in as it counts up; the first time by one notch, to see what it does."""
        exactly = abs(levels) / self.levels_per_turn if self.levels_per_turn else 1.0
        count = max(1, min(TURNS, math.ceil(exactly - SHORT)))
        chain = ActionChains(driver, duration=0)
        for number in range(count):
            if number:
                chain.pause(self.between_s)
            chain.scroll_from_origin(origin, 0, -self.delta if levels > 0 else self.delta)
        chain.perform()
        self._turned = count if levels > 0 else -count

    def learn(self, km_per_px_before: float, km_per_px_after: float) -> None:
        """What the turns since the last look did, from the map's resolution before and after."""
        if self._turned == 0:
            return
        step = math.log2(km_per_px_before / km_per_px_after) / self._turned
        self._turned = 0
        if step > 0.02:
            self.levels_per_turn, self._idle = step, 0
            if step < 0.6 and self.delta < MOST_DELTA:  # a larger turn is the same for the map, and quicker
                self._scale(min(2.5, 0.9 / step))
            elif step > 1.6:
                self._scale(0.5)
        elif abs(step) <= 0.02:
            self._idle += 1
            if self._idle <= 2:  # a notch may be too little for a map that zooms in whole levels
                self._scale(3.0)

    def _scale(self, factor: float) -> None:
        wanted = round(max(LEAST_DELTA, min(MOST_DELTA, self.delta * factor)))
        if self.levels_per_turn is not None:
            self.levels_per_turn *= wanted / self.delta
        self.delta = wanted
