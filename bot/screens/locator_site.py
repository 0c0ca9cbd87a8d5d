"""A site out of locators: name what is where on a page, hand over its map and its camera, and it can be played.

    class Quiz(LocatorSite):
        URL = "http://127.0.0.1:8000/quiz"
        LOOKING, GUESSED, SUMMARY = "#photo", ".verdict", ".end"
        NUMBER, SUBMIT, NEXT, POINTS = ".round", "#send", ".next", ".points"

        def __init__(self, driver, url=""):
            super().__init__(driver, url)
            self.pictures, self.camera = Pictures(driver, "#photo"), OnePhoto()
            self.map = PinMap(driver, LeafletMap("#map"))

Paths are those of `bot.screens.paths`. docs/bot-on-your-page.md goes through it step by step. Whoever owns the page
must allow it to be played by a bot; nothing here is meant for the public GeoGuessr site: its rules call that cheating.
"""

import contextlib
import secrets
import shlex
from typing import ClassVar

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.remote.webdriver import WebDriver

from bot.cameras.protocol import Camera
from bot.maps.pinning import PinMap
from bot.pictures import Pictures, Thumb, thumb
from bot.screens.paths import find, first_shown, read, read_all, shown
from bot.screens.reading import distance_in, number_in, place_in, points_in
from bot.screens.screen import PageRefused, Screen
from bot.screens.session import Session
from bot.screens.settling import settled
from bot.screens.site import UNKNOWN_NORTH, Outcome, Phase
from bot.screens.windows import Windows
from model.errors import BrowserError, ConfigError

MARK = "#homing-"  # after the address of a page that names its games by nothing else


class LocatorSite(Screen):
    """A page, as `bot.screens.site.Site` describes one that can be played. Every path may be empty but four.

    LOOKING, GUESSED, SUMMARY: what is shown while a round is open, after its guess, and at the end. NUMBER: the round's
    number, at least while it is open: without it nobody could tell, after a crash, whether a guess had arrived.
    """

    URL: ClassVar[str] = ""
    LOOKING: ClassVar[str] = ""
    GUESSED: ClassVar[str] = ""
    SUMMARY: ClassVar[str] = ""
    NUMBER: ClassVar[str] = ""

    NAME: ClassVar[str] = ""  # a field for the player's name
    START: ClassVar[str] = ""  # clicked to begin, where the page does not begin by itself
    SUBMIT: ClassVar[str] = ""  # sends the guess, where the click on the map does not
    NEXT: ClassVar[str] = ""
    TRUTH: ClassVar[str] = ""  # "58.38, 26.72"; without it a marker that came with the result, if the map has one
    DISTANCE: ClassVar[str] = ""
    POINTS: ClassVar[str] = ""
    TOTAL: ClassVar[str] = ""
    GAME: ClassVar[str] = ""  # the game's name; without it, its address
    GAME_URL: ClassVar[str] = "{game}"  # the address at which a game is taken up
    SAYS_NO: ClassVar[str] = ""  # a sentence about what went wrong
    AGAIN: ClassVar[str] = ""  # a button beside that sentence
    DISMISS: ClassVar[tuple[str, ...]] = ()  # buttons of banners and dialogs, clicked wherever they are in the way
    DECIMAL: ClassVar[str] = "."  # what the page writes before a fraction
    UNIT: ClassVar[str] = "km"  # of a distance without one
    MAX_POINTS: ClassVar[int | None] = None  # of a round, where that is known

    pictures: Pictures
    camera: Camera
    map: PinMap

    def __init__(self, driver: WebDriver, url: str = "", timeout_s: float = 30.0) -> None:
        super().__init__(driver, timeout_s)
        self.url = url or self.URL
        missing = [name for name in ("LOOKING", "GUESSED", "SUMMARY", "NUMBER") if not getattr(self, name)]
        if missing or not self.url:
            raise ConfigError(
                f"{type(self).__name__} lacks {', '.join(missing) or 'URL'}: see bot/screens/locator_site.py."
            )
        self.session, self.windows = Session(driver), Windows(driver)
        self._game = ""
        self._before: Thumb | None = None
        self._markers_before: tuple[tuple[float, float], ...] = ()

    @property
    def views(self) -> tuple[str, ...]:
        """What the camera sees of a place."""
        return self.camera.views

    @property
    def north_known(self) -> bool:
        """Whether the first of the views faces north."""
        return self.camera.views != UNKNOWN_NORTH

    def begin(self, player: str, map_name: str, seed: int | None) -> None:
        """Open the page and start a game; a page that asks for a name gets it.

        A page that shows what the browser remembers of the game before is opened once more by a browser that does not.
        """
        before, self._game = self._game, ""
        self.windows.visit(self.url, lambda: self.driver.get(self.url))
        if before and self._goes_on():
            self.session.forget()
            self.windows.visit(self.url, lambda: self.driver.get(self.url))
        if self.NAME:
            self.wait(lambda: self._in_the_way() or shown(self.driver, self.NAME), "no field for a name appeared")
            field = find(self.driver, self.NAME)
            field.clear()
            field.send_keys(player)
        if self.START:
            self._click(self.START, "what starts the game")

    def _goes_on(self) -> bool:
        """Whether the page shows something else than the way to a new game, or its first round."""
        entry = [path for path in (self.NAME, self.START) if path]
        seen: list[Phase] = []

        def anything() -> bool:
            seen[:] = [phase] if (phase := self._shown_phase()) else []
            return bool(seen) or any(shown(self.driver, path) for path in entry)

        with contextlib.suppress(BrowserError):  # a page that shows nothing is waited for by whoever comes next
            self.wait(anything, "nothing appeared")
        if any(shown(self.driver, path) for path in entry):
            return False
        return bool(seen) and (bool(entry) or seen != ["looking"] or self.round() > 1)

    def resume(self, game_id: str) -> None:
        """Open a game that was left, with what the page had kept in the browser."""
        self._game = game_id
        url = self.GAME_URL.format(game=game_id.partition(MARK)[0])
        self.windows.visit(url, lambda: self.session.open(url, game_id))

    def game_id(self) -> str:
        """The game's name; an address gets a mark, since another game may have the same."""
        if not self._game:
            named = read(self.driver, self.GAME) if self.GAME else None
            self.driver.switch_to.default_content()
            self._game = named or f"{self.driver.current_url.partition('#')[0]}{MARK}{secrets.token_hex(3)}"
        return self._game

    def phase(self) -> Phase:
        """Wait until the page wants something of the player."""
        found: list[Phase] = []

        def anything() -> bool:
            phase = self._shown_phase()
            found[:] = [] if phase is None else [phase]
            return bool(found)

        self.wait(anything, "neither an open round nor a result nor the end appeared")
        if found[0] == "looking" or self._game:
            self.session.save(self.game_id(), over=found[0] == "summary")
        return found[0]

    def _shown_phase(self) -> Phase | None:
        self._in_the_way()
        paths: dict[Phase, str] = {"summary": self.SUMMARY, "guessed": self.GUESSED, "looking": self.LOOKING}
        there = first_shown(self.driver, list(paths.values()))
        return next((phase for phase, path in paths.items() if path == there), None)

    def round(self) -> int:
        """The round's number; 0 where it is not shown, beside a result say."""
        return int(number_in(read(self.driver, self.NUMBER) or "") or 0)

    def prepare_to_look(self) -> None:
        """Hide what lies over the panorama."""
        self._in_the_way()
        self.map.notice()
        self.pictures.hide_overlays()
        self._before = None

    def photograph(self, heading: str) -> bytes:
        """Turn to a view and take its picture, cut to what the encoder knows."""
        self._in_the_way()
        self.camera.face(self.pictures, heading)
        image = self.pictures.take(self._before)
        self._before = thumb(image)
        return self.pictures.for_encoder(image, self.camera.fov_deg)

    def put_pin(self, lat: float, lng: float) -> tuple[float, float]:
        """Show what was hidden, open the map, put the pin."""
        self.pictures.put_back()
        self._in_the_way()
        self.map.open()
        pin = self.map.put_pin(lat, lng)
        self._markers_before = () if self.TRUTH else self.map.markers()
        return pin

    def submit(self) -> None:
        """Send the guess."""
        if self.SUBMIT:
            self._click(self.SUBMIT, "the button that sends the guess")

    def outcome(self) -> Outcome:
        """What the page says about the guess; what it does not say is None."""
        self.wait(lambda: self._in_the_way() or shown(self.driver, self.GUESSED), "no result appeared")
        self.session.save(self.game_id())
        return settled(self._outcome, self._is_whole)

    def _outcome(self) -> Outcome:
        truth, distance, points = (
            told or "" for told in read_all(self.driver, (self.TRUTH, self.DISTANCE, self.POINTS))
        )
        lat, lng = (place_in(truth) if self.TRUTH else self._new_marker()) or (None, None)
        km, score = distance_in(distance, self.DECIMAL, self.UNIT), points_in(points, self.DECIMAL)
        return Outcome(lat, lng, km, score, max_score=self.MAX_POINTS)

    def _is_whole(self, told: Outcome) -> bool:
        """Whether all is told that has a path."""
        said = ((self.TRUTH, told.lat), (self.DISTANCE, told.distance_km), (self.POINTS, told.score))
        return all(value is not None for path, value in said if path)

    def next_round(self) -> None:
        """Go on; a page may do so by itself."""

        def gone() -> bool:
            return not shown(self.driver, self.GUESSED)

        if self.NEXT:
            failure = f"what leads to the next round ({self.NEXT}) could not be clicked"
            self.wait(lambda: gone() or self._clicked(self.NEXT) or self._in_the_way(), failure)
        self.wait(lambda: self._in_the_way() or gone(), "the next round did not begin")

    def outcomes(self) -> dict[int, Outcome]:
        """A page that tells of earlier rounds may say so here; by default none does."""
        return {}

    def total(self) -> int | None:
        """The points of the game, if the page shows them."""
        if not self.TOTAL:
            return None
        return settled(
            lambda: points_in(read(self.driver, self.TOTAL) or "", self.DECIMAL), lambda told: told is not None
        )

    def try_again(self) -> bool:
        """Press the page's own button for that, if it shows one."""
        if not shown(self.driver, self.AGAIN):
            return False
        find(self.driver, self.AGAIN).click()
        return True

    def resume_command(self, game_id: str, map_name: str) -> str:
        """What to type to go on with a game that was left."""
        out = ["--out", str(self.session.path.parent)] if self.session.path else []
        url = ["--url", self.url] if self.url != self.URL else []
        site = f"{type(self).__module__}:{type(self).__qualname__}"
        return shlex.join(["python", "-m", "bot", "--site", site, *url, *out, "--resume", game_id])

    def picture(self) -> bytes:
        """The page as it looks now, frames and all."""
        self.driver.switch_to.default_content()
        return super().picture()

    def refuse_if_broken(self) -> None:
        """Raise PageRefused with the page's own words, where it has a place for them."""
        if shown(self.driver, self.SAYS_NO):
            raise PageRefused(f"the page says: {read(self.driver, self.SAYS_NO) or 'error'}")

    def _new_marker(self) -> tuple[float, float] | None:
        """The marker that came with the result, if one did."""
        if not self._markers_before:
            return None
        with contextlib.suppress(BrowserError, NoSuchElementException):
            new = [one for one in self.map.markers() if one not in self._markers_before]
            earthly = len(new) == 1 and abs(new[0][0]) <= 90.0 and abs(new[0][1]) <= 540.0
            return new[0] if earthly else None  # two candidates are no truth, nor is a pixel of a drawn plan
        return None

    def _click(self, path: str, what: str) -> None:
        self.wait(lambda: self._clicked(path) or self._in_the_way(), f"{what} ({path}) could not be clicked")

    def _clicked(self, path: str) -> bool:
        element = find(self.driver, path)
        if not (element.is_displayed() and element.is_enabled()):
            return False
        try:
            element.click()
        except ElementClickInterceptedException:
            return False  # a banner, a dialog: whoever waits looks for what is in the way
        return True

    def _in_the_way(self) -> bool:
        """Close what lies over the page; always False, to stand in a wait."""
        self.windows.close_others()
        rest = list(self.DISMISS)
        while (path := first_shown(self.driver, rest)) is not None:
            rest = rest[rest.index(path) + 1 :]  # asked anew: what was closed may have hidden, or brought, another
            with contextlib.suppress(
                ElementNotInteractableException, StaleElementReferenceException, NoSuchElementException
            ):
                self._clicked(path)
        return False
