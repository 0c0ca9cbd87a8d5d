"""Walking on the page: arrows, keys and touch lead along the road, and everything else stays where it was."""

import math

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bot.screens.arena import ArenaSite
from bot.screens.site import Walking

pytestmark = pytest.mark.browser


@pytest.fixture
def walked(page, served, new_arena, road_map):
    """A page in the first round of a game that is walked; `at(step)` waits until one stands there."""
    page.size(1200, 900).visit(served(new_arena(maps={"world": road_map})) + "?movement=moving", "start")
    page.click("start-button").wait_for("looking")
    page.at = lambda step: page.until(lambda: page.get("panorama", "step") == str(step), f"not at step {step}").drawn()
    return page


def test_walking_by_arrows_and_keys_keeps_view_and_pin(walked, road_map):
    page = walked
    assert page.get("panorama", "step") == "0" and page.get("panorama", "road") == "40"
    pin = page.pin()
    page.press("m").away()  # the map closes
    page.press("e").until(lambda: page.get("panorama", "heading") == "90.00", "did not face east").drawn()
    page.click("walk-forward").at(1)
    assert page.get("panorama", "road") == "45" and page.get("panorama", "heading") == "90.00"
    page.press("f").at(2)
    assert not page.shown("walk-forward") and page.shown("walk-back")
    page.press("f").until(lambda: "no farther" in page.text("hint"), "nothing said that the way ends")
    page.press("b").at(1).press("w").until(lambda: page.get("panorama", "heading") == "270.00", "not west").drawn()
    page.press("f").at(0)  # the way one looks is back along the road now
    page.press("f", "f").at(-2).press(Keys.HOME).at(0)
    assert not page.driver.find_element(By.ID, "back-to-start").is_enabled()
    page.click("walk-back").at(-1).click("back-to-start").at(0)
    assert page.get("guess-map", "pin") == f"{pin[0]:.6f},{pin[1]:.6f}"
    assert page.text("compass-heading") == "270°"
    assert len(road_map.walked) == len(set(road_map.walked)), "a step was drawn twice"
    page.click("walk-forward").at(1).driver.refresh()
    page.wait_for("looking").at(1)  # one stands where one stood
    page.click("submit-guess").wait_for("guessed")
    assert "data-step" not in page.driver.find_element(By.ID, "panorama").get_attribute("outerHTML")
    assert page.severe() == []


LAY = """
    const [[width, height], road] = v, found = [];
    for (let heading = 0; heading < 360; heading += 15) for (const pitch of [-80, -30, 0, 50])
    for (const fov of [15, 70, 100]) {
      const middles = [0, 180].map((back) => {
        const button = document.createElement('button');
        button.innerHTML = '<svg><polygon/></svg>';
        m.layArrow(button, m.arrowOn(m.groundOf({pitch, fov}, width, height), road + back - heading));
        const [left, top] = button.style.transform.match(/-?[0-9.]+/g).map(Number);
        return {left, top, wide: parseFloat(button.style.width), high: parseFloat(button.style.height)};
      });
      found.push({off: road - heading, boxes: middles});
    }
    return found;"""


@pytest.mark.parametrize("size", [(1440, 900), (844, 390), (390, 844)])
def test_the_arrows_point_along_the_road_at_every_heading_and_are_large_enough(page, served, new_arena, size):
    page.visit(served(new_arena()), "start")
    for one in page.module("arrows.js", LAY, size, 40):
        (ax, ay), (bx, by) = ((box["left"] + box["wide"] / 2, box["top"] + box["high"] / 2) for box in one["boxes"])
        seen, off = math.atan2(ax - bx, by - ay), math.radians(one["off"])
        # What lies ahead is drawn farther up, what lies to the right farther right, however the ground is seen.
        assert math.sin(off) * math.sin(seen) >= -0.01 and math.cos(off) * math.cos(seen) >= -0.01, one
        for box in one["boxes"]:
            assert min(box["wide"], box["high"]) >= 44
            assert box["left"] >= 0 and box["left"] + box["wide"] <= size[0]
            assert box["top"] >= 0 and box["top"] + box["high"] <= size[1]


def test_an_arrow_takes_a_finger_and_the_focus(walked):
    page, arrow = walked, walked.driver.find_element(By.ID, "walk-forward")
    touch = ActionChains(page.driver)
    touch.w3c_actions.add_pointer_input("touch", "finger")
    finger = touch.w3c_actions.pointer_inputs[-1]
    box = arrow.rect
    finger.create_pointer_move(x=round(box["x"] + box["width"] / 2), y=round(box["y"] + box["height"] / 2))
    finger.create_pointer_down(button=0)
    finger.create_pointer_up(0)
    touch.perform()
    page.at(1)
    page.script("arguments[0].focus()", page.driver.find_element(By.ID, "walk-back"))
    page.press(Keys.ENTER).at(0)
    assert "to the south-west" in (page.driver.find_element(By.ID, "walk-back").get_attribute("aria-label") or "")


def test_a_sharper_picture_is_of_the_step_one_stands_on(walked):
    walked.press("f").at(1)
    names = "return performance.getEntriesByType('resource').map((one) => one.name).filter((one) => /4096/.test(one))"
    if not walked.module("table.js", "return m.parts.sharpener.wanted"):
        pytest.skip("this machine has no room for sharper pictures")
    walked.until(lambda: any("step=1" in one for one in walked.script(names)), "no sharper picture was asked for")


def test_walking_is_not_offered_where_there_is_no_road(page, served, new_arena, road_map, painted_map):
    painted_map.name, painted_map.title = "photos", "Photos"
    maps = {"world": road_map, "photos": painted_map}
    page.visit(served(new_arena(maps=maps)), "start")
    checked = "return document.querySelector('input[name=movement]:checked').value"
    walk = page.driver.find_element(By.CSS_SELECTOR, "input[name=movement][value=moving]")
    page.script("document.getElementById('start-rules').open = true; arguments[0].click()", walk)
    assert page.script(checked) == "moving" and "20 m to either side" in page.text("walk-about")
    choose = "const s = document.getElementById('start-map'); s.value = arguments[0]; s.onchange()"
    page.script(choose, "photos")
    assert not walk.is_enabled() and page.script(checked) == "no_move" and "not on this map" in page.text("walk-about")
    page.script(choose, "world")
    assert walk.is_enabled()


def test_a_bot_can_be_told_to_walk_and_stays_put_by_itself(walked):
    site = ArenaSite(walked.driver, walked.driver.current_url.partition("/arena")[0])
    assert isinstance(site, Walking) and site.can_walk()
    site.prepare_to_look()
    assert walked.get("panorama", "step") == "0"
    assert [site.walk(steps) for steps in (1, 5, -1, 0, -9)] == [1, 2, 1, 1, -2]
    assert site.look.controls_are_hidden
