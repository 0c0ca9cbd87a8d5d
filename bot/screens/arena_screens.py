"""The arena's screens, from start to summary: what stands on each and what a player does there. Knows no game."""

import math

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from bot.pictures import Pictures
from bot.screens.screen import SLOW_POLL_S, Locator, Screen
from bot.screens.site import HEADING_DEG, Heading, Outcome
from model.geo.scoring import MAX_SCORE

RETRY_S = 10.0  # a guess sent again is answered sooner


class StartScreen(Screen):
    """Name, map, start."""

    NAME: Locator = (By.ID, "start-name")
    START: Locator = (By.ID, "start-button")

    @property
    def loaded(self) -> bool:
        """Whether a game can be started."""
        return self.attribute(self.BODY, "data-state") == "start" and self.find(self.START).is_displayed()

    def start(self) -> None:
        """Start the game; name and map stand in the fields already, from the address."""
        self.wait_until_loaded()
        self.click(self.START, "the button that starts the game")


class LookScreen(Screen):
    """A panorama to look around in."""

    PANORAMA: Locator = (By.ID, "panorama")
    FORWARD: Locator = (By.ID, "walk-forward")
    BACK: Locator = (By.ID, "walk-back")

    @property
    def loaded(self) -> bool:
        """Whether the panorama is drawn."""
        seen = self.data(self.BODY, self.PANORAMA)
        return seen.get("state") == "looking" and seen.get("ready") == "true"

    @property
    def controls_are_hidden(self) -> bool:
        """Whether nothing lies over the panorama."""
        return self.attribute(self.BODY, "data-controls") == "hidden"

    def hide_controls(self) -> None:
        """Leave the panorama alone on the page."""
        if not self.controls_are_hidden:
            self.press("h")
            self.wait(lambda: self.controls_are_hidden, "the controls did not go away")

    def show_controls(self) -> None:
        """Bring map, compass and buttons back."""
        if self.controls_are_hidden:
            self.press("h")
            self.wait(lambda: not self.controls_are_hidden, "the controls did not come back")

    def widen_to_90_degrees(self) -> None:
        """Let the smaller side of the page show 90°."""
        self.press("9")
        self.wait(lambda: abs(self._drawn("fov") - 90.0) < 0.5, "the view did not widen to 90°")

    def face(self, heading: Heading) -> None:
        """Turn to a heading, level."""
        self.press(heading.lower())
        aim_deg = HEADING_DEG[heading]
        self.wait(
            lambda: abs((self._drawn("heading") - aim_deg + 180.0) % 360.0 - 180.0) < 0.5,
            f"the panorama did not turn to {heading}",
        )

    @property
    def can_walk(self) -> bool:
        """Whether arrows lead along the road."""
        return self.attribute(self.BODY, "data-movement") == "moving"

    def walk(self, steps: int) -> int:
        """Follow the arrows; gives the step one stands on."""
        arrow, sign = (self.FORWARD, 1) if steps > 0 else (self.BACK, -1)
        for _ in range(abs(steps)):
            if not self.shown(arrow):
                break  # the road ends here
            aim = self._step() + sign
            self.click(arrow, "the arrow along the road")
            self._arrive(aim)
        return self._step()

    def _arrive(self, step: int) -> None:
        self.wait(lambda: self.loaded and self._step() == step, f"step {step} along the road did not appear")

    def _step(self) -> int:
        return int(self.attribute(self.PANORAMA, "data-step") or 0)

    def photograph(self) -> bytes:
        """A picture (PNG) of the panorama."""
        pictures = Pictures(self.driver, f"#{self.PANORAMA[1]}")
        return pictures.for_encoder(pictures.shoot())

    def _drawn(self, name: str) -> float:
        """A number of the view as it is drawn; not a number while it is being drawn."""
        seen = self.data(self.PANORAMA)
        return float(seen[name]) if seen.get("ready") == "true" else math.nan


class ResultScreen(Screen):
    """The truth, the distance and the points of a guess."""

    RESULT: Locator = (By.ID, "result")
    NEXT: Locator = (By.ID, "next-round")

    @property
    def loaded(self) -> bool:
        """Whether the result is there."""
        seen = self.data(self.BODY, self.RESULT)
        return seen.get("state") == "guessed" and bool(seen.get("score"))

    def read(self) -> Outcome:
        """What the page says about the guess."""
        self.wait_until_loaded()
        lat, lng, distance, score = (
            float(self.attribute(self.RESULT, f"data-{name}")) for name in ("lat", "lng", "distance-km", "score")
        )
        return Outcome(lat, lng, distance, int(score), max_score=MAX_SCORE)

    def next_round(self) -> None:
        """Go on to the next round, or to the summary."""
        self.click(self.NEXT, "the button to the next round")
        self.wait(lambda: self.attribute(self.BODY, "data-state") != "guessed", "the next round did not begin")


class SummaryScreen(Screen):
    """The end of a game."""

    SUMMARY: Locator = (By.ID, "summary")

    @property
    def loaded(self) -> bool:
        """Whether the total is there."""
        seen = self.data(self.BODY, self.SUMMARY)
        return seen.get("state") == "summary" and bool(seen.get("total"))

    def total(self) -> int:
        """The points of the whole game."""
        self.wait_until_loaded()
        return int(float(self.attribute(self.SUMMARY, "data-total")))


class ErrorScreen(Screen):
    """A sentence about what went wrong, and often a button that does it again."""

    RETRY: Locator = (By.ID, "retry")

    @property
    def loaded(self) -> bool:
        """Whether the page shows an error."""
        return self.attribute(self.BODY, "data-state") == "error"

    def try_again(self) -> bool:
        """Press the button and see the error go; False where there is none, nothing to press, or it stays."""
        if not (self.loaded and self.shown(self.RETRY)):
            return False
        self.find(self.RETRY).click()
        try:
            WebDriverWait(self.driver, RETRY_S, SLOW_POLL_S).until(lambda _: not self.loaded)
        except TimeoutException:
            return False
        return True
