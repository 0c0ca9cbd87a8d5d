"""Four pages that share nothing with the arena are played to their end, by page objects of under eighty lines each.

One browser and one server for all of them; what is checked is what the pages themselves keep.
"""

import contextlib
import inspect
import re
from pathlib import Path

import pytest

import tests.bot.strangers.pages as strangers
from bot.album import Album
from bot.cameras.protocol import apart_deg
from bot.maps.image import ImageMap
from bot.maps.libraries import DeckMap, LeafletMap
from bot.maps.pinning import PinMap
from bot.player import Player, Sitting, Trouble
from bot.screens.paths import find
from bot.series import Series
from model.errors import BrowserError
from model.geo.distance import haversine_km

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "bot-on-your-page.md"
IN_A_FRAME = """
document.body.innerHTML = '<iframe src="campus.html" style="margin: 60px 0 0 90px; border: 7px solid"></iframe>';
Object.assign(document.querySelector('iframe'), {width: 700, height: 520});
"""
PLACES = [(58.0, 26.0), (-17.0, 178.0), (10.0, -60.0)]
ON_CAMPUS = [(58.3805, 26.7215), (58.378, 26.7265), (60.0, 30.0)]  # the last is beyond its bounds


class Answer:
    def __init__(self, place):
        self.lat, self.lng = place


@pytest.fixture(scope="module")
def served():
    with strangers.serving() as url:
        yield url


def forget_games(driver, served):
    driver.get(f"{served}/quiz.js")
    driver.execute_script("localStorage.clear()")


@pytest.fixture
def play(driver, served, tmp_path, outlines):
    """Plays a page; gives the game and the site."""

    def play(site_class, page, places=PLACES):
        forget_games(driver, served)
        site, answers = site_class(driver, f"{served}/{page}.html"), iter(places)
        site.timeout_s = 60.0
        album = Album(tmp_path, outlines, lambda where: ["Somewhere"] * len(where), lambda event: None)
        game = Player(site, lambda views: Answer(next(answers)), album).play(Sitting("Bot", "a page"))
        return game, site

    return play


def astray_km(played):
    return float(haversine_km((played.guess_lat, played.guess_lng), (played.wanted_lat, played.wanted_lng)))


@pytest.mark.parametrize("site", ["MirrorQuiz", "SnapshotClub", "Campus", "WhereWasThat"])
def test_a_page_object_has_fewer_than_eighty_lines(site):
    assert len(inspect.getsource(getattr(strangers, site)).splitlines()) < 80


def test_a_mirrored_viewer_in_a_frame_that_only_drags_and_a_map_that_grows(play, driver):
    game, site = play(strangers.MirrorQuiz, "drag", [*PLACES[:2], PLACES[0]])
    assert [played.round for played in game.rounds] == [1, 2, 3]
    assert all(astray_km(played) < 3.0 for played in game.rounds)
    first = game.rounds[0]
    assert (first.lat, first.lng) == pytest.approx((58.38, 26.72), abs=1e-6)  # the marker that came with the result
    assert first.distance_km == pytest.approx(float(haversine_km((58.0, 26.0), (58.38, 26.72))), rel=0.1)
    assert game.total == sum(played.score for played in game.rounds)
    # A whole turn of this viewer takes 360 / 0.13 pixels of drag, whichever way the mirror makes it go.
    assert abs(site.camera.units_per_turn) == pytest.approx(360 / 0.13, rel=0.02)
    assert 70.0 < site.camera.fov_deg < 100.0


def test_one_photo_with_arrows_and_a_map_without_a_state(play):
    game, site = play(strangers.SnapshotClub, "photo")
    assert [played.round for played in game.rounds] == [1, 2, 3]
    assert site.camera.units_per_turn == pytest.approx(24.0, abs=0.5)
    assert all(astray_km(played) < 80.0 for played in game.rounds)  # its map has 55 km in a pixel
    assert [(one.distance_km, one.score) for one in game.rounds] == [(None, None)] * 3 and game.total is None
    assert (game.rounds[0].lat, game.rounds[0].lng) == (58.38, 26.72)


def test_a_bounded_campus_with_a_compass_by_the_page_object_that_the_guide_prints(play):
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(code, "my_campus.py", "exec"), printed := {"__name__": "my_campus"})
    game, site = play(printed["MyCampus"], "campus", ON_CAMPUS)
    assert all(astray_km(played) < 0.005 for played in game.rounds[:2])
    south, west, north, east = strangers.CAMPUS
    assert south <= game.rounds[2].guess_lat <= north and west <= game.rounds[2].guess_lng <= east
    assert [played.lat for played in game.rounds] == [None] * 3 and game.rounds[0].distance_km < 1.0
    site.camera.face(site.pictures, "E")
    assert abs(apart_deg(site.camera.compass.read(site.driver, ".yard"), 90.0)) <= 3.0


def test_dialogs_in_the_way_and_a_page_that_loads_itself_anew(driver, served, tmp_path, outlines):
    events, answers = [], {1: PLACES[0], 2: PLACES[1], 3: PLACES[2]}
    forget_games(driver, served)
    site = strangers.WhereWasThat(driver, f"{served}/dialog.html", 60.0)
    site.session.path = tmp_path / "session.json"
    album = Album(tmp_path, outlines, lambda where: ["Somewhere"] * len(where), events.append)
    series = Series(lambda: contextlib.nullcontext(site), lambda views: Answer(answers[site.round()]), album)
    (game,) = series.play([Sitting("Bot", "a page")])
    assert game.failed is None and [played.round for played in game.rounds] == [1, 2, 3]
    assert [one["round"] for one in events if one["event"] == "round"] == [1, 2, 3]
    assert driver.execute_script("return JSON.parse(localStorage.dialog).guesses") == 3
    assert (game.rounds[0].lat, game.rounds[0].lng, game.rounds[0].max_score) == (58.38, 26.72, 100)
    assert game.rounds[0].distance_km == pytest.approx(float(haversine_km(PLACES[0], (58.38, 26.72))), rel=0.05)
    assert game.total == sum(played.score for played in game.rounds)


def test_a_map_of_another_library_is_named(driver, served):
    driver.get(f"{served}/campus.html")
    with pytest.raises(BrowserError, match=r"no Leaflet map in the element at \.plan"):
        LeafletMap(".plan").attach(driver)
    with pytest.raises(BrowserError, match="found no such element"):
        DeckMap(".nowhere").attach(driver)


def test_a_picture_of_one_colour_is_a_sentence(driver, served):
    driver.get(f"{served}/campus.html")
    pictures = strangers.Pictures(driver, ".red", timeout_s=0.5)
    driver.execute_script("""const red = document.createElement('div'); red.className = 'red';
        red.style = 'position:fixed;left:0;top:0;width:40px;height:40px;background:red'; document.body.append(red)""")
    with pytest.raises(BrowserError, match="all one colour"):
        pictures.take()


def test_a_picture_that_is_hidden_is_a_sentence(driver, served):
    driver.get(f"{served}/campus.html")
    driver.execute_script("""const none = document.createElement('div'); none.className = 'none';
        none.style = 'display:none'; document.body.append(none)""")
    with pytest.raises(BrowserError, match="has no size"):
        strangers.Pictures(driver, ".none", timeout_s=0.5).shoot()


def test_a_picture_that_another_takes_the_place_of_is_looked_for_anew(driver, served):
    driver.get(f"{served}/campus.html")
    driver.execute_script("""for (const [name, colour, side] of [['first', 'red', 40], ['then', 'blue', 60]]) {
        const one = document.createElement('div');
        one.className = `seen ${name}`;
        one.style = `position:fixed;left:0;top:0;width:${side}px;height:${side}px;
            background:repeating-linear-gradient(${colour} 0 5px, white 5px 10px)`;
        document.body.append(one);
    }
    setTimeout(() => document.querySelector('.first').style.visibility = 'hidden', 300)""")
    pictures = strangers.Pictures(driver, ".seen", still_s=1.0)
    assert pictures.shoot().size == (40, 40)
    assert pictures.take().size == (60, 60)


def test_what_was_hidden_for_a_picture_is_put_back_as_it_was(driver, served):
    forget_games(driver, served)
    driver.get(f"{served}/drag.html")
    pictures = strangers.Pictures(driver, "iframe.eye >> canvas")
    read = (
        "return [...document.querySelectorAll('.tag, .atlas')]"
        ".map((e) => [e.getAttribute('style'), getComputedStyle(e).opacity])"
    )
    driver.switch_to.default_content()
    before = driver.execute_script(read)
    pictures.hide_overlays()
    driver.switch_to.default_content()
    assert [opacity for _, opacity in driver.execute_script(read)] == ["0", "0"]
    pictures.put_back()
    driver.switch_to.default_content()
    assert driver.execute_script(read) == before


def test_a_page_that_never_opens_a_round_is_a_sentence_with_a_screenshot(driver, served, tmp_path, outlines):
    site = strangers.MirrorQuiz(driver, f"{served}/campus.html", 0.5)
    album = Album(tmp_path, outlines, lambda where: [], lambda event: None)
    with pytest.raises(Trouble, match="neither an open round nor a result nor the end appeared") as caught:
        Player(site, lambda views: None, album).play(Sitting("Bot", "a page"))
    assert (tmp_path / caught.value.screenshot).is_file()


def test_a_map_in_a_frame_is_clicked_where_the_frame_stands(driver, served):
    driver.get(f"{served}/quiz.js")
    driver.execute_script(IN_A_FRAME)
    driver.switch_to.default_content()
    pin_map = PinMap(driver, ImageMap("iframe >> .plan", strangers.CAMPUS, pin="iframe >> .flag"))
    pin_map.wait(lambda: bool(find(driver, "iframe >> .plan")), "the frame did not load")
    pin_map.open()
    assert float(haversine_km(pin_map.put_pin(*ON_CAMPUS[0]), ON_CAMPUS[0])) < 0.005


def test_a_window_that_the_page_opens_keeps_no_picture_from_being_taken(driver, served):
    site = strangers.Campus(driver, f"{served}/campus.html")
    site.begin("Bot", "a page", None)
    driver.execute_script("open('about:blank', '_blank'); open('quiz.js', 'advert', 'width=300,height=300')")
    site.wait(lambda: len(driver.window_handles) == 3, "the windows did not open")
    assert site.phase() == "looking" and len(driver.window_handles) == 1
    assert site.pictures.take().width == 960
