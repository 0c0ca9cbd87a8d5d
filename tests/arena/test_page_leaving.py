"""Starting, leaving and coming back: nothing that was typed or played is lost on the way."""

import threading

import pytest
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.browser


def test_back_in_the_middle_of_a_game_asks_first_and_the_game_can_be_taken_up(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?name=Ada", "start")
    page.click("start-button").wait_for("looking")
    game = page.of_body("game")
    driver.back()
    page.until(lambda: page.shown("leave"), "nothing was asked")
    assert page.state == "looking" and "go on with it" in page.text("leave-warning")
    driver.find_element(By.CSS_SELECTOR, '#leave [value="stay"]').click()
    page.until(lambda: not page.shown("leave") and "game=" in driver.current_url, "it did not stay")
    pin = page.pin()
    driver.back()
    page.until(lambda: page.shown("leave"), "nothing was asked the second time")
    driver.find_element(By.CSS_SELECTOR, '#leave [value="leave"]').click()
    page.wait_for("start")
    assert "game=" not in driver.current_url
    page.until(lambda: page.shown("go-on"), "the game is lost")
    assert "round 1 of 5" in page.text("go-on-what")
    page.click("go-on").wait_for("looking")
    assert page.of_body("game") == game
    assert tuple(map(float, page.get("guess-map", "pin").split(","))) == pytest.approx(pin, abs=1e-5)


def test_back_after_the_end_asks_nothing(page, served, new_arena, driver):
    page.visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    home = driver.current_url.split("?")[0]
    page.visit(f"{home}?game={page.begin([(0.0, 0.0)] * 5)}", "summary")
    driver.back()
    page.wait_for("start")
    assert not page.shown("leave")


def test_closing_the_page_in_the_middle_of_a_game_is_guarded(page, served, new_arena):
    page.visit(served(new_arena()), "start")
    asks = "const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented"
    assert page.script(asks) is False
    page.click("start-button").wait_for("looking")
    assert page.script(asks) is True


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [("start-seed", "seven", "whole number"), ("start-seed", "99999999999999999999", "whole number"),
     ("start-seconds", "5", "10 to 600"), ("start-seconds", "soon", "10 to 600")],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    page, served, new_arena, driver, field, typed, said
):
    table = new_arena()
    page.size(1280, 900).visit(served(table) + "?name=Ada&time_limit_s=45", "start")
    box = driver.find_element(By.ID, field)
    box.clear()
    box.send_keys(typed)
    page.click("start-button").until(lambda: page.shown(field.replace("start", "").strip("-") + "-problem"), "no word")
    assert page.state == "start" and said in page.text(field.removeprefix("start-") + "-problem")
    assert driver.find_element(By.ID, "start-name").get_attribute("value") == "Ada"
    assert box.get_attribute("value") == typed
    assert driver.switch_to.active_element.get_attribute("id") == field
    box.clear()
    box.send_keys("12")
    page.click("start-button").wait_for("looking")


def test_what_the_server_refuses_keeps_the_form(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?name=Ada", "start")
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/api/games"]})
    page.click("start-button").until(lambda: page.shown("start-problem"), "nothing was said")
    assert page.state == "start" and "cannot be reached" in page.text("start-problem")
    assert driver.find_element(By.ID, "start-name").get_attribute("value") == "Ada"
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    page.click("start-button").wait_for("looking")


def test_a_map_that_is_not_there_is_said_beside_the_maps(page, served, new_arena):
    page.visit(served(new_arena()) + "?map=atlantis", "start")
    assert "no map “atlantis”" in page.text("map-problem")
    page.click("start-button").wait_for("looking")


def test_play_again_is_answered_while_the_model_plays(page, served, new_arena):
    goes_on = threading.Event()

    def slow(_images):  # type: ignore[no-untyped-def]
        goes_on.wait(60)
        return 48.0, 2.0

    table = new_arena(slow)
    page.visit(served(table), "start")
    home, game_id = page.driver.current_url, page.begin([(0.0, 0.0)] * 5)
    page.visit(f"{home}?game={game_id}", "summary")
    assert page.text("opponent-button") == "Let Homing play these rounds"
    page.click("opponent-button").until(
        lambda: "Homing looks at round 1 of 5" in page.text("opponent-button"), "silence"
    )
    page.click("play-again").wait_for("looking")
    assert page.of_body("game") != game_id
    goes_on.set()
    page.until(lambda: len(table.game(game_id).guessed(1)) == 5, "the model's turn did not go on")
    page.visit(f"{home}?game={game_id}", "summary")
    assert "Homing" in page.text("summary-rounds") and "Homing" in page.text("summary-verdict")


def test_a_reload_keeps_the_game_of_an_embedded_page(page, served, new_arena, driver):
    url = served(new_arena())
    page.visit(url, "start")

    def embed():
        page.script("document.body.innerHTML = '<iframe style=\"width:900px;height:700px\"></iframe>';"
                    "document.querySelector('iframe').src = arguments[0]", url)  # fmt: skip
        driver.switch_to.frame(driver.find_element(By.TAG_NAME, "iframe"))

    embed()
    page.wait_for("start").click("start-button").wait_for("looking")
    game = page.of_body("game")
    driver.switch_to.default_content()
    driver.get(url)  # the page around is loaded again, and embeds the same address as before
    page.wait_for("start")
    embed()
    page.wait_for("looking")
    assert page.of_body("game") == game
    driver.switch_to.default_content()


def test_a_whole_round_below_a_base_path(page, served, new_arena, driver):
    url = served(new_arena(), base="/deep/below")
    page.visit(url + "/?name=Ada", "start")
    assert driver.current_url == url + "?name=Ada"  # without the slash, the base path kept
    page.click("start-button").wait_for("looking")
    page.pin()
    page.click("submit-guess").wait_for("guessed")
    page.click("next-round").wait_for("looking")
    names = page.script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert all("/deep/below/arena/" in name for name in names), names
    assert page.severe() == []
