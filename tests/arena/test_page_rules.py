"""Games with a clock, games with one view only, and pictures that grow sharper."""

import io

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.browser


def test_a_round_with_a_clock_ends_by_itself_with_the_pin_or_without(page, served, new_arena):
    table = new_arena()
    page.visit(served(table) + "?time_limit_s=12&name=Ada", "start")
    assert page.script("return document.querySelector('input[name=time]:checked').value") == "other"
    page.click("start-button").wait_for("looking")
    assert page.text("hud-time-key") == "Time left" and 1 <= int(page.get("hud-time", "left")) <= 12
    page.says("seconds left").wait_for("guessed")  # once, calmly; then the round is over
    assert page.get("result", "score") == "0" and page.get("result", "distance-km") == ""
    assert "Time ran out" in page.text("result-why") and not page.shown("result-away")
    assert page.get("result-map", "pins") == "1"
    page.says("Time ran out before there was a pin")
    page.click("next-round").wait_for("looking")
    pin = page.pin()
    page.wait_for("guessed")
    game = table.game(page.of_body("game"))
    assert game.rounds[0].guesses[0].lat is None and game.rounds[0].guesses[0].score == 0
    assert (game.rounds[1].guesses[0].lat, game.rounds[1].guesses[0].lng) == pytest.approx(pin, abs=1e-5)


def test_a_reload_does_not_stop_the_clock(page, served, new_arena, driver):
    page.visit(served(new_arena()) + "?time_limit_s=60&kind=bot", "start")
    page.click("start-button").wait_for("looking")
    page.until(lambda: int(page.get("hud-time", "left")) <= 58, "the clock stands still")
    driver.refresh()
    page.wait_for("looking")
    assert int(page.get("hud-time", "left")) <= 58


def test_the_summary_says_the_rules_and_a_round_without_a_guess(page, served, new_arena, clock):
    table = new_arena()
    page.visit(served(table), "start")
    game_id = page.begin(time_limit_s=10, seed=3)
    for number in range(1, 6):
        table.panorama(game_id, number)
        clock.ahead_s += 60
        table.game(game_id)
        page.script("return fetch(arguments[0]).then((r) => r.json())", f"arena/api/games/{game_id}")
    page.visit(f"{page.driver.current_url}?game={game_id}", "summary")
    assert "10 s a round" in page.text("summary-map")
    assert page.text("summary-rounds").count("no guess") == 5
    assert page.shown("summary-unranked")
    assert page.get("result-map", "pins") == "5"


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 900), (1024, 768), (844, 390), (390, 844)])
def test_one_view_is_all_there_is_without_moving_panning_and_zooming(page, served, new_arena, driver, size):
    page.size(*size).visit(served(new_arena()) + "?movement=nmpz&kind=bot", "start")
    page.click("start-button").wait_for("looking")
    canvas = driver.find_element(By.ID, "panorama")

    def look():
        return np.asarray(Image.open(io.BytesIO(canvas.screenshot_as_png)).convert("RGB")).astype(int)

    page.press("h")  # nothing but the picture
    before, view = look(), [page.get("panorama", name) for name in ("heading", "pitch", "fov")]
    heading = int(float(view[0]))
    picture = np.abs(before - before[before.shape[0] // 2, before.shape[1] // 2]).max(axis=2) < 12
    height, width = picture.any(axis=1).sum(), picture.any(axis=0).sum()
    assert width / height == pytest.approx(16 / 9, rel=0.02)  # all of it, undistorted
    assert width == size[0] or height == size[1]
    for key in [Keys.ARROW_LEFT, Keys.ARROW_UP, "+", "-", "e", "9", "r"]:
        page.press(key)
    drag = ActionChains(driver).move_to_element_with_offset(canvas, 0, -size[1] // 4).click_and_hold()
    drag.move_by_offset(-120, 30).release().perform()
    ActionChains(driver).scroll_by_amount(0, -300).perform()
    page.press("h", "h")
    assert [page.get("panorama", name) for name in ("heading", "pitch", "fov")] == view
    page.script("document.getElementById('hint').hidden = true")
    assert np.abs(look() - before).max() < 12
    page.press("h")
    assert page.text("compass-heading") == f"{heading}°" and page.text("hud-rules") == "NMPZ"
    assert not any(page.shown(one) for one in ("zoom-in", "zoom-out", "reset-view"))
    names = page.script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert any("view.jpg" in name for name in names) and not any("panorama.jpg" in name for name in names)
    page.pin(10, 10)
    page.click("submit-guess").wait_for("guessed")


class Sharp:
    """A panorama whose sharper version is another colour, so that one can see which is shown."""

    def __call__(self, place, width=2048):  # type: ignore[no-untyped-def]
        return Image.new("RGB", (width, width // 2), (200, 60, 20) if width > 2048 else (20, 60, 200))


def test_a_sharper_picture_takes_the_place_of_the_first_and_moves_nothing(page, served, new_arena, painted_map, driver):
    painted_map.panorama = Sharp()
    page.size(1280, 900).visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking").press("e")
    page.until(lambda: page.get("panorama", "width") == "4096", "the picture did not grow sharper").drawn()
    assert page.get("panorama", "heading") == "90.00" and page.get("panorama", "fov") == "70.00"
    shot = Image.open(io.BytesIO(driver.find_element(By.ID, "panorama").screenshot_as_png)).convert("RGB")
    for y in range(80, 800, 90):  # every strip of it
        assert shot.getpixel((640, y))[0] > 150, y
    assert not page.shown("sharpness") and page.severe() == []


def test_a_bot_sees_the_same_picture_in_all_its_looks(page, served, new_arena, painted_map):
    painted_map.panorama = Sharp()
    page.size(1280, 900).visit(served(new_arena()) + "?kind=bot", "start")
    page.click("start-button").wait_for("looking")
    page.driver.execute_async_script("setTimeout(arguments[0], 1500)")
    names = page.script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert page.get("panorama", "width") == "2048" and not any("4096" in name for name in names)


def test_nobody_hears_of_a_sharper_picture_that_does_not_come(page, served, new_arena, painted_map, driver):
    painted_map.panorama = Sharp()
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*width=4096"]})
    page.size(1280, 900).visit(served(new_arena()), "start")
    page.click("start-button").wait_for("looking")
    page.until(lambda: not page.shown("sharpness"), "it waits for ever")
    assert page.state == "looking" and page.get("panorama", "width") == "2048"
    page.pin()
    page.click("submit-guess").wait_for("guessed")
