"""What can go wrong on somebody's page, tried in a real browser: one sentence, a screenshot, and nothing lost."""

import contextlib
import os
import signal
import socket

import psutil
import pytest
from PIL import Image

import bot.maps.pinning
import tests.bot.strangers.pages as strangers
from bot.album import Album
from bot.browser import open_browser
from bot.cameras.fixed import OnePhoto
from bot.player import Player, Sitting, Trouble
from bot.series import Series

pytestmark = pytest.mark.browser
COVERED = """
const button = document.querySelector('.check'), over = document.body.appendChild(document.createElement('div'));
(function follow() {
  const r = button.getBoundingClientRect();
  const style = {left: r.left + scrollX, top: r.top + scrollY, width: r.width, height: r.height};
  over.style.position = 'absolute';
  for (const [name, px] of Object.entries(style)) over.style[name] = `${px}px`;
  requestAnimationFrame(follow);
})();
"""
IS_OVER = """
document.querySelector('.check').onclick = () => {
  const sorry = document.body.appendChild(document.createElement('p'));
  Object.assign(sorry, {className: 'sorry', textContent: 'Round 2 is over.'});
};
"""
NEARLY_OVER = "localStorage.campus = JSON.stringify({round: 2, state: 'open', total: 0, guesses: 1})"
SCROLLS_BACK = """
undone = 0;
addEventListener('scroll', () => { if (scrollY > 0 && undone < 1) { undone += 1; scrollTo(0, 0); } });
"""
ONE_COLOUR = "window.paint = (canvas) => canvas.getContext('2d').fillRect(0, 0, 9999, 9999); draw()"
DEAF = "document.querySelector('.plan').onclick = null"


class Place:
    lat, lng = 58.3805, 26.7215


class Faulty(strangers.Campus):
    """The campus, seen in one picture, with something wrong from its first round on."""

    SAYS_NO = ".sorry"
    fault = ""

    def __init__(self, driver, url=""):
        super().__init__(driver, url, 60.0)
        self.camera = OnePhoto()

    def prepare_to_look(self):
        super().prepare_to_look()
        self.driver.execute_script(self.fault)
        if self.fault and self.fault != SCROLLS_BACK:
            self.timeout_s, self.pictures.timeout_s = 1.0, 1.0 if self.fault == ONE_COLOUR else 60.0


@pytest.fixture(scope="module")
def served():
    with strangers.serving() as url:
        yield url


@pytest.fixture
def album(tmp_path, outlines):
    return Album(tmp_path, outlines, lambda where: ["Somewhere"] * len(where), lambda event: None)


def fails(site, album, words):
    """Play; the sentence and the screenshot are there, and the game can be gone on with."""
    sitting = Sitting("Bot", "a page")
    with pytest.raises(Trouble, match=words) as caught:
        Player(site, lambda views: Place, album).play(sitting)
    assert "\n" not in str(caught.value) and not caught.value.gone
    with Image.open(album.out / caught.value.screenshot) as picture:
        assert min(picture.size) > 100
    return sitting


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (COVERED, r"the button that sends the guess \(.check\) could not be clicked within 1 s"),
        (DEAF, r"the map at .plan took no click: no pin after 4 tries"),
        (ONE_COLOUR, r"the picture at .yard is all one colour within 1 s"),
        (IS_OVER, r"the page says: Round 2 is over\."),
    ],
    ids=["refused click", "deaf map", "one colour", "finished round"],
)
def test_what_the_page_refuses_is_a_sentence_with_a_screenshot_and_the_game_goes_on(
    driver, served, album, monkeypatch, fault, words
):
    driver.get(f"{served}/quiz.js")
    driver.execute_script(NEARLY_OVER)
    site = Faulty(driver, f"{served}/campus.html")
    site.fault = fault
    with monkeypatch.context() as hurried:
        if fault == DEAF:
            hurried.setattr(bot.maps.pinning, "PIN_S", 0.2)
        sitting = fails(site, album, words)
    site = Faulty(driver, site.url)
    game = Player(site, lambda views: Place, album).play(sitting)
    assert [played.round for played in game.rounds] == [2, 3]
    assert driver.execute_script("return JSON.parse(localStorage.campus).guesses") == 3


def test_a_page_that_scrolls_back_by_itself_is_scrolled_again(driver, served, album):
    driver.get(f"{served}/quiz.js")
    driver.execute_script(NEARLY_OVER)
    site = Faulty(driver, f"{served}/campus.html")
    site.fault = SCROLLS_BACK
    game = Player(site, lambda views: Place, album).play(Sitting("Bot", "a page"))
    assert driver.execute_script("return undone") == 1 and [played.round for played in game.rounds] == [2, 3]


def test_a_page_that_never_loads_is_a_sentence_with_a_screenshot(driver, album):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the call and says nothing
        driver.set_page_load_timeout(1.0)
        try:
            fails(Faulty(driver, f"http://127.0.0.1:{silent.getsockname()[1]}/"), album, "did not load in time")
        finally:
            driver.set_page_load_timeout(100.0)


def test_a_chromium_that_is_killed_in_mid_round_costs_neither_round_nor_game(served, album, monkeypatch):
    opened, album.tell = [], (told := []).append

    class Mortal(Faulty):
        def put_pin(self, lat, lng):
            pin = super().put_pin(lat, lng)
            if self.round() == 2 and len(opened) == 1:
                driver = psutil.Process(self.driver.service.process.pid)
                os.kill(next(one.pid for one in driver.children() if "chrom" in one.name()), signal.SIGKILL)
            return pin

    @contextlib.contextmanager
    def open_site():
        with open_browser() as driver:
            opened.append(driver)
            site = Mortal(driver, f"{served}/campus.html")
            site.session.path = album.out / "session.json"
            yield site
            guesses.append(driver.execute_script("return JSON.parse(localStorage.campus).guesses"))

    guesses = []
    (game,) = Series(open_site, lambda views: Place, album).play([Sitting("Bot", "a page")])
    assert game.failed is None and [played.round for played in game.rounds] == [1, 2, 3]
    assert [one["round"] for one in told if one["event"] == "round"] == [1, 2, 3] and guesses[-1] == 3
    lost = [one for one in told if one["event"] == "lost"]
    assert lost and all(one["again"] for one in lost) and "browser" in lost[0]["message"]
