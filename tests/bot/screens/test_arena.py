"""The page objects on a toy page that keeps the arena's contract, and on the same page broken in many ways."""

import pytest

from bot.maps.pinning import CLOSE_PX, FINE_KM_PER_PX
from bot.maps.view import MAX_LAT
from bot.mercator import TILE_PX
from bot.screens.arena import ArenaSite
from bot.screens.arena_screens import LookScreen, ResultScreen, StartScreen
from bot.screens.guess_map import GuessMap
from bot.screens.screen import PageRefused
from model.errors import BrowserError
from model.geo.distance import haversine_km

pytestmark = pytest.mark.browser
PNG = b"\x89PNG"


@pytest.fixture
def site(driver, pages):
    """A site that gives up soon, with a fault if one is set."""

    def visit(fault: str = "", timeout_s: float = 60.0) -> ArenaSite:
        driver.get(f"{pages}/own_page.html")  # the same origin: where the fault is left for the page to find
        driver.execute_script("sessionStorage.clear(); sessionStorage.fault = arguments[0]", fault)
        return ArenaSite(driver, pages, timeout_s)

    return visit


def begun(site: ArenaSite) -> ArenaSite:
    site.begin("Bot", "world", 7)
    assert site.phase() == "looking"
    return site


def test_a_game_begins_with_name_map_and_seed_in_the_address(site, driver):
    begun(site())
    assert driver.execute_script("return sessionStorage.name") == "Bot/world/7"


def test_a_round_is_looked_at_guessed_and_read(site):
    arena = begun(site())
    arena.prepare_to_look()
    assert arena.look.controls_are_hidden
    assert [arena.photograph(heading)[:4] for heading in "NESW"] == [PNG] * 4
    pin = arena.guess(58.38, 26.72)
    outcome = arena.outcome()
    assert (outcome.lat, outcome.lng) == (58.38, 26.72)
    assert outcome.distance_km == pytest.approx(float(haversine_km(pin, (58.38, 26.72))), abs=1e-6)
    assert outcome.distance_km < 1.0
    assert arena.phase() == "guessed"
    arena.next_round()
    assert (arena.phase(), arena.round()) == ("looking", 2)


def test_the_four_pictures_differ(site):
    arena = begun(site())
    arena.prepare_to_look()
    assert len({arena.photograph(heading) for heading in "NESW"}) == 4


@pytest.mark.parametrize(
    "place",
    [
        (0.0, 0.0),
        (58.38, 26.72),
        (-43.5, 172.6),
        (64.1, -21.9),
        (-54.8, -68.3),
        (71.3, -156.8),
        (-16.5, 179.95),
        (89.9, 10.0),
    ],
)
def test_the_pin_falls_within_two_pixels_of_where_it_was_meant(site, place):
    arena = begun(site())
    arena.map.open()
    pin = arena.map.put_pin(*place)
    look = arena.map.adapter.look(arena.driver)
    kept = (min(place[0], MAX_LAT), place[1])
    assert look.view.distance_px(pin, kept) <= CLOSE_PX
    assert look.view.km_per_px(*kept) <= FINE_KM_PER_PX
    assert look.pin == pin


def test_a_second_pin_may_be_far_from_the_first(site):
    arena = begun(site())
    arena.map.open()
    arena.map.put_pin(58.38, 26.72)
    pin = arena.map.put_pin(-33.9, 18.4)
    assert float(haversine_km(pin, (-33.9, 18.4))) < 1.0


def test_on_a_map_that_does_not_zoom_far_the_pin_is_as_good_as_its_pixels(site):
    arena = begun(site("coarse"))
    arena.map.open()
    pin = arena.map.put_pin(47.37, 8.54)
    view = arena.map.adapter.look(arena.driver).view
    assert view.x_row[0] == pytest.approx(TILE_PX * 2**3)
    assert view.distance_px(pin, (47.37, 8.54)) <= CLOSE_PX


def test_a_click_that_was_eaten_is_repeated(site):
    arena = begun(site("shy"))
    arena.map.open()
    assert arena.map.put_pin(10.0, 10.0) == pytest.approx((10.0, 10.0), abs=0.02)


def test_a_map_that_takes_no_click_is_an_error_with_a_sentence(site):
    arena = begun(site("refuses-clicks"))
    arena.map.open()
    with pytest.raises(BrowserError, match="took no click"):
        arena.map.put_pin(10.0, 10.0)


def test_a_pin_that_always_falls_elsewhere_is_an_error_with_its_distance(site):
    arena = begun(site("astray"))
    arena.map.open()
    with pytest.raises(BrowserError, match=r"the pin fell \d+ px"):
        arena.map.put_pin(10.0, 10.0)


def test_a_page_that_never_loads_is_an_error_that_names_the_address(site, pages):
    with pytest.raises(BrowserError, match=f"start screen did not appear within 0.5 s at {pages}"):
        site("never-loads", 0.5).begin("Bot", "world", None)


def test_a_panorama_that_is_never_drawn_is_an_error(site):
    arena = site("never-drawn", 0.5)
    arena.begin("Bot", "world", None)
    with pytest.raises(BrowserError, match="neither a panorama"):
        arena.phase()


def test_a_panorama_that_does_not_turn_is_an_error(site):
    arena = begun(site("stiff", 0.5))
    arena.photograph("N")
    with pytest.raises(BrowserError, match="did not turn to E"):
        arena.photograph("E")


def test_what_the_page_says_is_passed_on_at_once(site):
    with pytest.raises(BrowserError, match='There is no map "moon"'):
        site("error", 60.0).begin("Bot", "moon", None)


def test_a_guess_that_the_server_refuses_is_an_error_in_its_words(site):
    arena = begun(site("refuses-guess", 60.0))
    arena.guess(1.0, 2.0)
    with pytest.raises(BrowserError, match="a guess counts once"):
        arena.outcome()


def test_the_pages_own_try_again_is_pressed_where_it_is_offered(site):
    arena = begun(site("busy", 60.0))
    arena.guess(58.38, 26.72)
    with pytest.raises(PageRefused, match="The arena is full"):
        arena.phase()
    assert arena.try_again()
    assert arena.phase() == "guessed" and arena.outcome().score > 4900


def test_where_the_page_offers_no_try_again_there_is_none(site):
    arena = begun(site("refuses-guess", 60.0))
    assert not arena.try_again()
    arena.guess(1.0, 2.0)
    with pytest.raises(PageRefused):
        arena.phase()
    assert not arena.try_again()


def test_a_page_whose_server_tells_no_rounds_has_no_outcomes(site):
    assert begun(site()).outcomes() == {}


def test_the_command_that_goes_on_names_the_page_and_the_game(site, pages):
    assert site().resume_command("abc", "alps") == f"python -m bot --url {pages} --map alps --resume abc"


def test_submitting_without_a_pin_is_an_error(site):
    arena = begun(site("", 0.5))
    with pytest.raises(BrowserError, match="button that submits the guess could not be clicked"):
        arena.map.submit()


def test_a_left_game_is_opened_by_its_id(site):
    arena = site()
    arena.resume("abc123")
    assert (arena.phase(), arena.game_id()) == ("looking", "abc123")


def test_screens_know_what_they_are_called_and_when_they_are_there(site, driver):
    arena = begun(site())
    assert [screen(driver).name for screen in (StartScreen, LookScreen, GuessMap)] == [
        "start screen", "look screen", "guess map",
    ]  # fmt: skip
    assert arena.look.loaded and not StartScreen(driver).loaded and not ResultScreen(driver).loaded
    look = arena.map.adapter.look(driver)
    assert look.pin is None and look.view.place_at(80.0, 60.0) == pytest.approx((20.0, 0.0))


def test_the_command_to_go_on_names_the_player_by_whose_token_the_game_is_held():
    site = ArenaSite(None, "http://127.0.0.1:9", player="My bot")
    assert site.resume_command("abc", "alps").endswith("--map alps --name 'My bot' --resume abc")
