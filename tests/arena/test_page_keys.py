"""The page without a mouse, and for those who listen to it."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.browser

STOP = """
    const e = document.activeElement, style = getComputedStyle(e), ring = getComputedStyle(
        document.getElementById('guess-frame'), '::after').content, near = e.nextElementSibling;
    const labels = [...(e.labels ?? [])].map((label) => label.textContent).join(' ');
    const named = e.getAttribute('aria-label') || labels || e.textContent;
    return {id: e.id, tag: e.tagName, name: named.trim(),
        ring: style.outlineStyle !== 'none' || (e.id === 'guess-map' && ring !== 'none')
            || (e.type === 'radio' && getComputedStyle(near).boxShadow !== 'none')}"""


def stops(page, most=40):
    """What Tab reaches from the top of the page, in order, until it comes round."""
    page.script("document.activeElement.blur(); getSelection().removeAllRanges()")
    found = []
    for _ in range(most):
        page.press(Keys.TAB)
        stop = page.script(STOP)
        if any(stop["id"] == before["id"] and stop["name"] == before["name"] for before in found):
            break
        if stop["tag"] not in ("BODY", "HTML"):
            found.append(stop)
    return found


def test_a_whole_round_by_keys_alone(page, served, new_arena, driver):
    page.size(1280, 900).visit(served(new_arena()), "start")

    def at_the_name():  # a busy browser may drop the first key
        found = driver.switch_to.active_element.get_attribute("id") == "start-name"
        return found or page.press(Keys.TAB) is None

    page.until(at_the_name, "Tab did not come to the name").press("Ada", Keys.ENTER).wait_for("looking")
    page.says("Round 1 of 5.")
    page.press("m").until(lambda: page.get("guess-map", "open") == "true", "M did not open the map").at_rest(
        "guess-map"
    )
    assert driver.find_element(By.ID, "crosshair").is_displayed()
    assert driver.switch_to.active_element.get_attribute("id") == "guess-map"
    where = {name: float(page.get("guess-map", name)) for name in ("lat", "lng", "zoom")}
    page.press("+", "+", "+", Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.ARROW_UP)
    assert float(page.get("guess-map", "zoom")) == pytest.approx(where["zoom"] + 1.5, abs=0.01)
    assert float(page.get("guess-map", "lng")) < where["lng"] and float(page.get("guess-map", "lat")) > where["lat"]
    heading = page.get("panorama", "heading")
    page.press("p").says("Pin placed")
    lat, lng = (float(part) for part in page.get("guess-map", "pin").split(","))
    assert (lat, lng) == pytest.approx(tuple(float(page.get("guess-map", name)) for name in ("lat", "lng")), abs=1e-5)
    page.press(Keys.ARROW_RIGHT)  # the pin stays, the map goes on; Enter moves the pin, and only then submits
    page.press(Keys.ENTER)
    assert page.state == "looking" and float(page.get("guess-map", "pin").split(",")[1]) > lng
    assert page.get("panorama", "heading") == heading
    page.press(Keys.ENTER).wait_for("guessed").says("points")
    assert page.text("result-place") in page.script("return document.getElementById('said').textContent")
    page.press(Keys.ENTER).wait_for("looking").says("Round 2 of 5.")


def test_p_on_a_closed_map_says_what_to_do(page, served, new_arena):
    page.visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    page.press("p").says("Press M to open the map")
    assert page.shown("hint") and "P puts your pin" in page.text("hint")
    assert page.get("guess-map", "pin") == ""
    page.press(" ").says("Press M")  # nothing to submit: that is said, too
    page.press("m").until(lambda: page.get("guess-map", "open") == "true", "M did not open the map")
    page.press(Keys.ESCAPE).until(lambda: page.get("guess-map", "open") == "false", "Esc did not close the map")


def test_everything_that_tab_reaches_has_a_name_and_a_ring(page, served, new_arena):
    page.size(1280, 900).visit(served(new_arena(lambda _: (48.0, 2.0))), "start")
    expected = {
        "start": {"start-name", "start-map", "start-seed", "start-button"},
        "looking": {"panorama", "compass", "zoom-in", "zoom-out", "reset-view", "help-button", "guess-map", "map-size"},
        "guessed": {"next-round"},
        "summary": {"opponent-button", "play-again", "new-game", "share"},
    }

    def check(state):
        found = stops(page)
        assert expected[state] <= {stop["id"] for stop in found}, (state, found)
        assert all(stop["name"] and stop["ring"] for stop in found), (state, found)
        assert not any(
            stop["tag"] in ("DIV", "CANVAS") for stop in found if stop["id"] not in ("guess-map", "panorama")
        )

    check("start")
    page.click("start-button").wait_for("looking")
    page.until(lambda: page.script("return document.querySelectorAll('.world-map canvas').length"), "no map")
    check("looking")
    home = page.driver.current_url.split("?")[0]
    page.visit(f"{home}?game={page.begin([(0.0, 0.0)])}", "guessed")
    check("guessed")
    page.visit(f"{home}?game={page.begin([(0.0, 0.0)] * 5)}", "summary")
    page.says("The game is over")
    check("summary")


def test_r_and_its_button_undo_the_view(page, served, new_arena):
    page.visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    for undo in (lambda: page.press("r"), lambda: page.click("reset-view")):
        page.press("e").until(lambda: page.get("panorama", "heading") == "90.00", "it did not turn")
        page.press("+", Keys.ARROW_UP).drawn()
        assert float(page.get("panorama", "fov")) < 70 and float(page.get("panorama", "pitch")) > 0
        undo()
        page.until(lambda: [page.get("panorama", n) for n in ("heading", "pitch", "fov")] == ["0.00", "0.00", "70.00"],
                   "the view was not undone")  # fmt: skip


def test_a_hand_on_the_mouse_needs_no_crosshair(page, served, new_arena, driver):
    page.size(1280, 900).visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    page.script(
        "document.getElementById('guess-dock').dispatchEvent(new PointerEvent('pointerenter', {pointerType: 'mouse'}))"
    )
    page.until(lambda: page.get("guess-map", "open") == "true", "it did not open").at_rest("guess-map")
    assert not driver.find_element(By.ID, "crosshair").is_displayed()
    pin = page.pin(60, 40)
    page.press(Keys.ENTER).wait_for("guessed")  # and does not move the pin to the middle
    guess = page.script("return fetch(new URL('arena/api/games/' + document.body.dataset.game, document.baseURI))"
                        ".then((r) => r.json()).then((game) => game.rounds[0].guess)")  # fmt: skip
    assert (guess["lat"], guess["lng"]) == pytest.approx(pin, abs=1e-5)
