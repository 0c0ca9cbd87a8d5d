"""The arena as a site that can be played, made up of its screens. Knows nothing of models."""

import shlex
from urllib.parse import urlencode

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.remote.webdriver import WebDriver

from arena.records import BOT_NAME
from bot.screens.arena_screens import ErrorScreen, LookScreen, ResultScreen, StartScreen, SummaryScreen
from bot.screens.guess_map import GuessMap
from bot.screens.screen import Screen
from bot.screens.site import Heading, Outcome, Phase
from model.errors import BrowserError
from model.geo.scoring import MAX_SCORE

COOKIE = "homing_player"
# Nothing, where the server has no such answer: then the page has nothing to tell either.
_ASK_FOR_ROUNDS = """
const [game, done] = arguments;
fetch(new URL('arena/api/games/' + encodeURIComponent(game), document.baseURI))
  .then((answer) => answer.json()).then((state) => done(state.rounds ?? [])).catch(() => done([]));
"""


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
