"""The arena's screens, from start to summary, and the site they make up. Knows nothing of models."""

import math
import shlex
from urllib.parse import urlencode

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from arena.records import BOT_NAME
from bot.pictures import Pictures
from bot.screens.guess_map import GuessMap
from bot.screens.screen import SLOW_POLL_S, Locator, Screen
from bot.screens.site import HEADING_DEG, Heading, Outcome, Phase
from model.errors import BrowserError
from model.geo.scoring import MAX_SCORE

COOKIE = "homing_player"
RETRY_S = 10.0  # a guess sent again is answered sooner
# Nothing, where the server has no such answer: then the page has nothing to tell either.
_ASK_FOR_ROUNDS = """
const [game, done] = arguments;
fetch(new URL('arena/api/games/' + encodeURIComponent(game), document.baseURI))
  .then((answer) => answer.json()).then((state) => done(state.rounds ?? [])).catch(() => done([]));
"""


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


class ArenaSite:
    """The arena, as `bot.screens.site.Site` describes a page that can be played.

    `identity` is what the arena knows its player by; a browser that takes over from another one is handed it. A game
    has `rounds` rounds, or as many as the arena finds usual. `player` is the name by which its token is found again.
    """

    def __init__(
        self,
        driver: WebDriver,
        base_url: str,
        timeout_s: float = 120.0,
        identity: dict[str, str] | None = None,
        rounds: int | None = None,
        player: str = BOT_NAME,
    ) -> None:
        self.driver, self.identity, self.rounds = driver, {} if identity is None else identity, rounds
        self.player = player
        self.base_url = base_url.rstrip("/")
        self.start, self.look = StartScreen(driver, timeout_s), LookScreen(driver, timeout_s)
        self.map = GuessMap(driver, timeout_s)
        self.result, self.summary = ResultScreen(driver, timeout_s), SummaryScreen(driver, timeout_s)
        self.error = ErrorScreen(driver, timeout_s)

    def begin(self, player: str, map_name: str, seed: int | None) -> None:
        """Open the page with name, map and seed filled in, and start a game."""
        wanted = {"name": player, "map": map_name, "kind": "bot"} | ({} if seed is None else {"seed": str(seed)})
        self._visit(wanted if self.rounds is None else wanted | {"rounds": str(self.rounds)})
        self.start.start()

    def resume(self, game_id: str) -> None:
        """Open a game that was left before its end."""
        self._visit({"game": game_id, "kind": "bot"})

    def game_id(self) -> str:
        """The game's id; empty before it has begun."""
        return self.look.attribute(Screen.BODY, "data-game")

    def phase(self) -> Phase:
        """Wait until the page wants something of the player."""
        screens: dict[Phase, Screen] = {"looking": self.look, "guessed": self.result, "summary": self.summary}
        found: list[Phase] = []

        def anything() -> bool:
            state = self.look.attribute(Screen.BODY, "data-state")
            found[:] = [phase for phase, screen in screens.items() if phase == state and screen.loaded]
            return bool(found)

        self.look.wait(anything, "neither a panorama nor a result nor a summary appeared")
        if (cookie := self.driver.get_cookie(COOKIE)) is not None:
            self.identity[COOKIE] = str(cookie["value"])
        return found[0]

    def round(self) -> int:
        """The round shown."""
        return int(self.look.attribute(Screen.BODY, "data-round"))

    def prepare_to_look(self) -> None:
        """Leave the panorama alone on the page, 90° wide."""
        self.look.hide_controls()
        self.look.widen_to_90_degrees()

    def photograph(self, heading: Heading) -> bytes:
        """Turn to a heading and take a picture of the panorama."""
        self.look.face(heading)
        return self.look.photograph()

    def can_walk(self) -> bool:
        """Whether the game that is played lets one walk."""
        return self.look.can_walk

    def walk(self, steps: int) -> int:
        """Follow the arrows on the road, forward or back where negative; gives the step one stands on."""
        hidden = self.look.controls_are_hidden
        self.look.show_controls()
        stood = self.look.walk(steps)
        if hidden:
            self.look.hide_controls()
        return stood

    def guess(self, lat: float, lng: float) -> tuple[float, float]:
        """Open the map, put the pin, submit; gives (lat, lng) of the pin."""
        self.look.show_controls()
        self.map.open()
        pin = self.map.put_pin(lat, lng)
        self.map.submit()
        return pin

    def outcome(self) -> Outcome:
        """What the page says about the guess."""
        return self.result.read()

    def next_round(self) -> None:
        """Go on."""
        self.result.next_round()

    def outcomes(self) -> dict[int, Outcome]:
        """Every guessed round, as the page itself asks the server for them when it takes up a game."""
        rounds = self.driver.execute_async_script(_ASK_FOR_ROUNDS, self.game_id()) or []
        return {
            int(one["round"]): Outcome(
                one["truth"]["lat"], one["truth"]["lng"], one["distance_km"], one["score"],
                (one["guess"]["lat"], one["guess"]["lng"]), MAX_SCORE,
            )
            for one in rounds
            if one.get("status") == "guessed" and one.get("guess") and one.get("truth")
        }  # fmt: skip

    def try_again(self) -> bool:
        """Press "Try again", where the page offers it."""
        return self.error.try_again()

    def resume_command(self, game_id: str, map_name: str) -> str:
        """What to type to go on with a game that was left."""
        name = "" if self.player == BOT_NAME else f" --name {shlex.quote(self.player)}"
        return f"python -m bot --url {self.base_url} --map {map_name}{name} --resume {game_id}"

    def total(self) -> int:
        """The points of the game."""
        return self.summary.total()

    def picture(self) -> bytes:
        """The page as it looks now."""
        return self.look.picture()

    def _visit(self, query: dict[str, str]) -> None:
        url = f"{self.base_url}/arena?{urlencode(query)}"
        for name, value in self.identity.items():
            cookie = {"name": name, "value": value, "url": url, "httpOnly": True}
            self.driver.execute_cdp_cmd("Network.setCookie", cookie)
        try:
            self.driver.get(url)
        except TimeoutException as error:
            raise BrowserError(f"{url} did not load in time; is the app busy or stuck? Its log says more.") from error
