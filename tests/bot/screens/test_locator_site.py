"""A site out of locators, on a page of a few words: what it does before and after a game. No browser here."""

import shlex
from types import SimpleNamespace

import pytest

import bot.screens.locator_site as module
from bot.screens import settling
from bot.screens.locator_site import LocatorSite
from model.errors import BrowserError


class Browser:
    """Shows what stands in `page`; opened anew, it shows what it remembers, or a first round."""

    def __init__(self):
        self.fresh = {"open": "", "no": "1"}
        self.page, self.remembered, self.opened = dict(self.fresh), None, 0
        self.switch_to, self.current_url, self.window_handles = self, "http://p/", ["ours"]

    def default_content(self):
        pass

    def get(self, url):
        self.opened += 1
        self.page = dict(self.remembered or self.fresh)

    def forget(self):
        self.remembered = None


class Quiz(LocatorSite):
    URL, LOOKING, GUESSED, SUMMARY, NUMBER = "http://p/", "open", "told", "end", "no"
    DISTANCE, POINTS, TOTAL = "km", "points", "total"


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(module, "shown", lambda driver, path: path in driver.page)
    monkeypatch.setattr(module, "read", lambda driver, path: driver.page.get(path))
    monkeypatch.setattr(
        module, "first_shown", lambda driver, paths: next((path for path in paths if path in driver.page), None)
    )
    monkeypatch.setattr(module, "read_all", lambda driver, paths: [driver.page.get(path) for path in paths])
    monkeypatch.setattr(settling, "SETTLED_S", 0.0)
    site = Quiz(Browser(), timeout_s=0.1)
    site.session.forget = site.driver.forget
    return site


def ended(site, **page):
    """A first game is played; this is what the browser remembers of it."""
    site.begin("Bot", "map", None)
    assert site.phase() == "looking" and site.game_id()
    site.driver.remembered, site.driver.opened = page, 0


@pytest.mark.parametrize("page", [{"end": ""}, {"told": "", "no": "2"}, {"open": "", "no": "2"}])
def test_a_page_that_remembers_the_game_before_begins_a_new_one(site, page):
    ended(site, **page)
    before = site.game_id()
    site.begin("Bot", "map", None)
    assert (site.phase(), site.round(), site.driver.opened) == ("looking", 1, 2)
    assert site.game_id() != before


def test_a_page_that_begins_a_new_game_by_itself_is_opened_once(site):
    ended(site)
    site.begin("Bot", "map", None)
    assert site.driver.opened == 1


def test_a_page_with_a_button_that_begins_a_game_needs_to_forget_nothing(site, monkeypatch):
    monkeypatch.setattr(Quiz, "START", "go")
    monkeypatch.setattr(Quiz, "_click", lambda site, path, what: site.driver.page.update(site.driver.fresh))
    ended(site, end="", go="")
    site.driver.page = {}
    site.begin("Bot", "map", None)
    assert site.driver.opened == 1


def test_what_the_page_shows_first_may_be_slow_and_is_told_by_phase(site):
    ended(site, loading="")
    site.begin("Bot", "map", None)
    with pytest.raises(BrowserError, match="neither an open round"):
        site.phase()


@pytest.mark.parametrize("next_path", ["on", ""])
def test_a_page_that_goes_on_by_itself_needs_no_click(site, monkeypatch, next_path):
    monkeypatch.setattr(Quiz, "NEXT", next_path)
    monkeypatch.setattr(Quiz, "_clicked", lambda site, path: pytest.fail("there is nothing to click"))
    site.driver.page = {"open": "", "no": "2"}
    site.next_round()


def test_the_command_that_goes_on_with_a_game_can_be_pasted(site, tmp_path):
    site.session.path = tmp_path / "my runs" / "session.json"
    words = shlex.split(site.resume_command("http://p/?a=1#homing-7", ""))
    assert words[:4] == ["python", "-m", "bot", "--site"] and words[4].endswith("test_locator_site:Quiz")
    assert words[5:] == ["--out", str(tmp_path / "my runs"), "--resume", "http://p/?a=1#homing-7"]
    site.url = "http://q/"
    assert "--url http://q/" in site.resume_command("a", "")


def test_a_result_is_read_with_what_is_there_and_no_more(site, monkeypatch):
    monkeypatch.setattr(settling, "SAID_S", 0.05)
    site.driver.page = {"told": "", "km": "320 m"}
    outcome = site.outcome()
    assert (outcome.lat, outcome.distance_km, outcome.score) == (None, 0.32, None)
    site.driver.page["points"], site.driver.page["total"] = "4,200 points", "8,100"
    assert site.outcome().score == 4200 and site.total() == 8100


@pytest.mark.parametrize("brings", [{"cookies": ""}, {}])
def test_what_a_closed_banner_brings_is_closed_too_and_what_it_takes_along_is_not_clicked(site, monkeypatch, brings):
    clicked = []

    def find(driver, path):
        clicked.append(path)
        driver.page = {"open": "", "no": "1"} | (brings if path == "banner" else {})
        return SimpleNamespace(click=lambda: None, is_displayed=lambda: True, is_enabled=lambda: True)

    monkeypatch.setattr(module, "find", find)
    monkeypatch.setattr(type(site), "DISMISS", ("banner", "cookies"))
    site.begin("Bot", "map", None)
    site.driver.page |= {"banner": ""} if brings else {"banner": "", "cookies": ""}
    assert site.phase() == "looking"
    assert clicked == ["banner", *brings]
