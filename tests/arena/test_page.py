"""The page in a real browser, played as a person plays it: by what stands in the document and on the screen."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.browser


def test_a_whole_game_in_the_browser(page, served, new_arena, driver):
    table = new_arena(lambda images: (48.0, 2.0))
    page.visit(served(table) + "?name=Ada&map=world&seed=7", "start")
    page.click("start-button").wait_for("looking")
    game_id = driver.find_element(By.TAG_NAME, "body").get_attribute("data-game")
    for number in range(1, 6):
        assert page.round == str(number)
        lat, lng = page.pin()
        page.click("submit-guess").wait_for("guessed")
        done = table.game(game_id).rounds[number - 1]
        assert (done.guesses[0].lat, done.guesses[0].lng) == pytest.approx((lat, lng), abs=1e-5)
        assert float(page.get("result", "distance-km")) == pytest.approx(done.guesses[0].distance_km)
        assert int(page.get("result", "score")) == done.guesses[0].score
        assert float(page.get("result", "lat")) == pytest.approx(done.place.lat)
        assert float(page.get("result", "lng")) == pytest.approx(done.place.lng)
        page.click("next-round").wait_for("summary" if number == 5 else "looking")
    assert int(page.get("summary", "total")) == sum(one.guesses[0].score for one in table.game(game_id).rounds)
    page.click("opponent-button")
    page.until(lambda: page.get("summary", "opponent-total"), "the model did not play")
    assert int(page.get("summary", "opponent-total")) == table.scorebook.guesses(kind="model")["score"].sum()
    page.click("play-again").wait_for("looking")
    assert driver.find_element(By.TAG_NAME, "body").get_attribute("data-game") != game_id
    assert [line for line in driver.get_log("browser") if line["level"] == "SEVERE"] == []


def test_looking_around_turns_the_picture(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    page.click("start-button").wait_for("looking")
    page.press("9").until(lambda: page.get("panorama", "fov") == "90.00", "the view did not widen").drawn()
    page.press("h")
    canvas, levels = driver.find_element(By.ID, "panorama"), {}
    for key, heading in [("e", 90), ("s", 180), ("w", 270), ("n", 0)]:
        page.press(key)
        page.until(lambda: float(page.get("panorama", "heading")) == heading, f"did not face {key}").drawn()  # noqa: B023
        assert page.get("panorama", "pitch") == "0.00"
        shot = np.asarray(Image.open(io.BytesIO(canvas.screenshot_as_png)).convert("RGB"))
        levels[key] = float(shot[shot.shape[0] // 2, shot.shape[1] // 2, 0])
    # The panorama brightens from 0 at its left edge to 255 at its right; south lies on both edges.
    assert levels["w"] == pytest.approx(63, abs=5)
    assert levels["n"] == pytest.approx(127, abs=5)
    assert levels["e"] == pytest.approx(191, abs=5)
    page.press(Keys.ARROW_RIGHT)
    page.until(lambda: 0 < float(page.get("panorama", "heading")) < 90, "an arrow did not turn the view")


def test_dragging_to_the_left_turns_to_the_right(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    page.click("start-button").wait_for("looking")
    canvas = driver.find_element(By.ID, "panorama")
    ActionChains(driver).move_to_element(canvas).click_and_hold().move_by_offset(-200, 100).pause(
        0.2
    ).release().perform()
    page.drawn()
    assert 5 < float(page.get("panorama", "heading")) < 90
    assert 2 < float(page.get("panorama", "pitch")) < 60
    page.click("compass").until(lambda: page.get("panorama", "heading") == "0.00", "the compass did not turn north")


def test_h_leaves_nothing_but_the_panorama(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    page.click("start-button").wait_for("looking")
    controls = driver.find_elements(By.CSS_SELECTOR, "#hud, #tools, #guess-dock")
    assert len(controls) == 3 and all(control.is_displayed() for control in controls)
    page.press("h")
    assert driver.find_element(By.TAG_NAME, "body").get_attribute("data-controls") == "hidden"
    assert not any(control.is_displayed() for control in controls)
    page.press("h")
    assert all(control.is_displayed() for control in controls)


def test_the_pin_falls_where_the_view_state_says(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    page.click("start-button").wait_for("looking")
    lat, lng = page.pin(40, -30)
    view_lat, view_lng, zoom = (float(page.get("guess-map", name)) for name in ("lat", "lng", "zoom"))
    world = 512 * 2**zoom
    y = np.arctanh(np.sin(np.radians(view_lat))) / (2 * np.pi) + 30 / world
    assert lng == pytest.approx(view_lng + 40 / world * 360, abs=360 / world)
    assert lat == pytest.approx(np.degrees(np.arcsin(np.tanh(y * 2 * np.pi))), abs=360 / world)


def test_a_reload_in_mid_round_loses_neither_game_nor_pin(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    page.click("start-button").wait_for("looking")
    page.pin()
    page.click("submit-guess").wait_for("guessed")
    driver.refresh()
    page.wait_for("guessed")  # the result was still on the screen
    assert page.round == "1" and page.get("result", "score")
    page.click("next-round").wait_for("looking")
    pin = page.pin(50, 10)
    driver.refresh()
    page.wait_for("looking")
    assert page.round == "2"
    assert tuple(map(float, page.get("guess-map", "pin").split(","))) == pin
    page.press(Keys.ENTER).wait_for("guessed")
    page.press(Keys.SPACE).wait_for("looking")
    assert page.round == "3"


def test_a_round_guessed_in_another_tab_shows_what_counts(page, served, new_arena, driver):
    table = new_arena()
    page.visit(served(table) + "?kind=bot", "start")
    page.click("start-button").wait_for("looking")
    first = table.guess(driver.find_element(By.TAG_NAME, "body").get_attribute("data-game"), 1, 1.0, 2.0)
    page.pin()
    page.click("submit-guess").wait_for("guessed")
    assert int(page.get("result", "score")) == first.guesses[0].score


def test_an_unknown_game_is_a_sentence_and_a_way_back(page, served, new_arena):
    page.driver.get(served(new_arena()) + "?game=nope")
    page.until(lambda: page.state == "error", "no error was shown")
    assert re.search(r"no game 'nope'.*\.$", page.text("error"))
    assert not page.shown("retry")  # trying again would not help
    page.click("to-start").wait_for("start")


def test_a_panorama_that_does_not_arrive_can_be_fetched_again(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*panorama.jpg"]})
    page.click("start-button").until(lambda: page.state == "error", "no error was shown")
    assert page.text("error").endswith(".")
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.click("retry").wait_for("looking")
    assert page.round == "1"


def test_a_broken_map_is_shown_with_its_problem_and_cannot_be_chosen(page, served, new_arena, painted_map, driver):
    broken = type(painted_map)(name="photos-x", title="X", kind="photos", problem="places.csv lacks the column lat.")
    page.visit(served(new_arena(maps={"world": painted_map, "photos-x": broken})), "start")
    assert "places.csv lacks the column lat." in page.text("start-about")
    assert driver.find_element(By.CSS_SELECTOR, 'option[value="photos-x"]').get_attribute("disabled")


def test_names_stay_text(page, served, new_arena, driver):
    table = new_arena()
    game_id = table.create("<img src=x onerror=alert(1)>", "world", seed=1)
    for number in range(1, 6):
        table.guess(game_id, number, 0.0, 0.0)
    page.visit(served(table) + f"?kind=bot&game={game_id}", "summary")
    assert page.text("summary-player") == "<img src=x onerror=alert(1)>"
    assert driver.find_elements(By.CSS_SELECTOR, "#summary img") == []


def test_the_form_stands_there_before_the_map_library(page, served, new_arena, driver):
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*deck.js"]})
    page.visit(served(new_arena()), "start")
    assert page.shown("start-button") and not page.script("return Boolean(globalThis.deck)")
    page.click("start-button").until(lambda: page.shown("start-problem"), "nothing was said")
    assert "map library did not load" in page.text("start-problem")
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.click("start-button").wait_for("looking")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 900), (1024, 768), (844, 390), (390, 844)])
def test_start_is_never_below_the_fold(page, served, new_arena, size):
    page.size(*size).visit(served(new_arena()) + "?seed=1", "start")
    top, bottom = page.script(
        "const r = document.getElementById('start-button').getBoundingClientRect(); return [r.top, r.bottom]"
    )
    assert top >= 0 and bottom <= size[1]


def test_a_round_that_another_tab_has_played_is_shown_as_over(page, served, new_arena):
    table = new_arena()
    page.visit(served(table), "start")
    game_id = page.begin([(1.0, 2.0)])
    page.driver.get(page.driver.current_url + f"?game={game_id}")
    page.wait_for("guessed")
    table.panorama(game_id, 2)
    table.guess(game_id, 2, 3.0, 4.0)
    page.click("next-round").until(lambda: page.state == "guessed" and page.round == "2", "round 2 was begun again")


def test_a_guess_is_told_to_who_made_it_even_while_its_place_is_kept_from_others(page, served, new_arena):
    table = new_arena()
    page.visit(served(table) + "?seed=7", "start")
    table.create("Somebody else", "world", seed=7)
    page.driver.execute_cdp_cmd(
        "Network.setCookie", {"name": "homing_player", "value": "b" * 43, "url": page.driver.current_url}
    )
    page.click("start-button").wait_for("looking")
    page.driver.execute_cdp_cmd(
        "Network.setCookie", {"name": "homing_player", "value": "c" * 43, "url": page.driver.current_url}
    )
    page.pin()
    page.click("submit-guess").wait_for("guessed")
    assert "Not told yet" not in page.text("result")
    assert float(page.get("result", "score")) == page.script(
        "return Number(document.getElementById('hud-total').textContent.replaceAll(',', ''))"
    )


def test_what_is_typed_before_the_maps_have_come_is_kept(page, served, new_arena):
    page.visit(served(new_arena()), "start")
    page.script("document.getElementById('start-name').value = 'Ada'")
    page.module("start.js", "m.fillForm({maps: [{name: 'world', title: 'World', kind: 'world', description: 'x'}]})")
    assert page.script("return document.getElementById('start-name').value") == "Ada"
