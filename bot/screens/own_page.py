"""A template: page objects for a page of your own. Copy it, change the locators and the words, play.

The smallest page that can be played shows four pictures of a place, takes a latitude and a longitude, and answers. This
file plays such a page as it stands (tests/bot/pages/own_page.html is one):

    from bot.screens.own_page import OwnSite
    site = OwnSite(driver, "http://127.0.0.1:8000/quiz")
    Player(site, locate, Album(out, outlines, name_places, tell)).play(Sitting("Homing bot", "my places"))

Whoever owns the page must allow it to be played by a bot. Nothing here is meant for the public GeoGuessr site, whose
rules call that cheating.

Habits that keep page objects readable: locators on top; one `loaded` for each screen; methods named after what a user
does; every wait says what it waited for; no sleeps; no assertions.
"""

import shlex

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from bot.screens.screen import Locator, Screen
from bot.screens.site import HEADINGS, Heading, Outcome, Phase


class QuestionScreen(Screen):
    """Four pictures, two fields, a button."""

    VIEWS: Locator = (By.CSS_SELECTOR, "img.view")  # north, east, south, west
    LAT: Locator = (By.NAME, "lat")
    LNG: Locator = (By.NAME, "lng")
    SEND: Locator = (By.CSS_SELECTOR, "button.send")
    NUMBER: Locator = (By.CSS_SELECTOR, ".question-number")

    @property
    def loaded(self) -> bool:
        """Whether all four pictures have arrived."""
        views = self.driver.find_elements(*self.VIEWS)
        return len(views) == len(HEADINGS) and all(
            view.is_displayed() and view.get_property("complete") for view in views
        )

    def photograph(self, heading: Heading) -> bytes:
        """One of the four pictures (PNG)."""
        self.wait_until_loaded()
        return self.driver.find_elements(*self.VIEWS)[HEADINGS.index(heading)].screenshot_as_png

    def answer(self, lat: float, lng: float) -> tuple[float, float]:
        """Fill both fields and send them; gives what was filled in."""
        for locator, degrees in ((self.LAT, lat), (self.LNG, lng)):
            field = self.find(locator)
            field.clear()
            field.send_keys(f"{degrees:.5f}")
        self.click(self.SEND, "the button that sends the answer")
        return round(lat, 5), round(lng, 5)

    def number(self) -> int:
        """Which question this is, from 1."""
        return int(self.find(self.NUMBER).text)


class AnswerScreen(Screen):
    """The truth, written in the page as text."""

    LAT: Locator = (By.CSS_SELECTOR, ".answer .lat")
    LNG: Locator = (By.CSS_SELECTOR, ".answer .lng")
    KM: Locator = (By.CSS_SELECTOR, ".answer .km")
    POINTS: Locator = (By.CSS_SELECTOR, ".answer .points")
    NEXT: Locator = (By.CSS_SELECTOR, ".answer .next")

    @property
    def loaded(self) -> bool:
        """Whether the points are shown."""
        return self.shown(self.POINTS)

    def read(self) -> Outcome:
        """What the page says about the answer."""
        self.wait_until_loaded()
        lat, lng, km, points = (float(self.find(one).text) for one in (self.LAT, self.LNG, self.KM, self.POINTS))
        return Outcome(lat, lng, km, int(points))

    def next_question(self) -> None:
        """Go on."""
        self.click(self.NEXT, "the link to the next question")
        self.wait(lambda: not self.loaded, "the next question did not come")


class EndScreen(Screen):
    """The sum."""

    TOTAL: Locator = (By.CSS_SELECTOR, ".total")

    @property
    def loaded(self) -> bool:
        """Whether the sum is shown."""
        return self.shown(self.TOTAL)

    def total(self) -> int:
        """All points."""
        return int(self.find(self.TOTAL).text)


class OwnSite:
    """A page of one's own, as `bot.screens.site.Site` describes a page that can be played."""

    def __init__(self, driver: WebDriver, url: str, timeout_s: float = 30.0) -> None:
        self.driver, self.url = driver, url
        self.question, self.answer = QuestionScreen(driver, timeout_s), AnswerScreen(driver, timeout_s)
        self.end = EndScreen(driver, timeout_s)
        self.number = 0

    def begin(self, player: str, map_name: str, seed: int | None) -> None:
        """Open the page; this one asks for no name and draws its own places."""
        self.driver.get(self.url)

    def resume(self, game_id: str) -> None:
        """Open the page at a game that was left: here the game is its address."""
        self.driver.get(game_id)

    def game_id(self) -> str:
        """What `resume` needs."""
        return self.driver.current_url

    def phase(self) -> Phase:
        """Wait for a question, an answer or the end; each may be a page of its own, where the others do not exist."""
        screens: dict[Phase, Screen] = {"looking": self.question, "guessed": self.answer, "summary": self.end}
        found: list[Phase] = []

        def anything() -> bool:
            found[:] = [phase for phase, screen in screens.items() if screen.loaded]
            return bool(found)

        self.question.wait(anything, "neither a question nor an answer nor the end appeared")
        return found[0]

    def round(self) -> int:
        """The question's number; beside an answer it is not shown any more, so it is kept."""
        if self.question.shown(self.question.NUMBER):
            self.number = self.question.number()
        return self.number

    def prepare_to_look(self) -> None:
        """Wait for the pictures; there is nothing to turn."""
        self.question.wait_until_loaded()

    def photograph(self, heading: Heading) -> bytes:
        """The picture that faces a heading."""
        return self.question.photograph(heading)

    def guess(self, lat: float, lng: float) -> tuple[float, float]:
        """Fill in and send."""
        return self.question.answer(lat, lng)

    def outcome(self) -> Outcome:
        """What the page says about the answer."""
        return self.answer.read()

    def next_round(self) -> None:
        """Go on."""
        self.answer.next_question()

    def outcomes(self) -> dict[int, Outcome]:
        """This page tells nothing of earlier questions."""
        return {}

    def try_again(self) -> bool:
        """This page has no button for that; the player opens it anew."""
        return False

    def resume_command(self, game_id: str, map_name: str) -> str:
        """What to type to go on with a game that was left."""
        site = f"{type(self).__module__}:{type(self).__qualname__}"
        return shlex.join(["python", "-m", "bot", "--site", site, "--url", self.url, "--resume", game_id])

    def total(self) -> int:
        """All points."""
        return self.end.total()

    def picture(self) -> bytes:
        """The page as it looks now."""
        return self.question.picture()
