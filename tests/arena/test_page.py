"""The page in a real browser, played as a person plays it: by what stands in the document and on the screen."""

import io
import json
import re
import shutil
import threading
from collections.abc import Iterator

import numpy as np
import pytest
import uvicorn
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait
from starlette.applications import Starlette

import arena.routes
from arena.games import Arena

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = ("--headless=new --no-sandbox --enable-unsafe-swiftshader --use-angle=swiftshader --disable-quic "
         "--no-first-run --disable-background-networking --disable-component-update --disable-sync "
         "--window-size=1200,900")  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Chromium and its driver (apt install chromium-driver)"),
]


@pytest.fixture(scope="module")
def driver() -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield browser
    browser.quit()


@pytest.fixture
def served(monkeypatch, painted_map):
    """Serves an arena on a free port; gives a function arena -> URL."""
    ring = [[-60, -30], [-60, 40], [100, 40], [100, -30], [-60, -30]]
    land = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}]}  # fmt: skip
    monkeypatch.setattr(arena.routes, "_outline_bytes", lambda kind: json.dumps(land).encode())
    monkeypatch.setattr(arena.routes, "map_labels", lambda: {"countries": [["Freedonia", 0, 0, 9e6]], "towns": []})
    running = []

    def serve(table: Arena) -> str:
        app = Starlette(routes=arena.routes.routes(arena=table))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        ready, startup = threading.Event(), server.startup

        async def tell(sockets=None) -> None:  # type: ignore[no-untyped-def]
            await startup(sockets)
            ready.set()

        server.startup = tell  # type: ignore[method-assign]
        thread.start()
        running.append((server, thread))
        assert ready.wait(30)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/arena"

    yield serve
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


class Page:
    """What a player sees and does."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def visit(self, url: str, state: str) -> "Page":
        self.driver.get(url)
        return self.wait_for(state)

    def get(self, element: str, name: str) -> str:
        return self.driver.find_element(By.ID, element).get_attribute(f"data-{name}")

    @property
    def state(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").get_attribute("data-state")

    @property
    def round(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").get_attribute("data-round")

    def until(self, what, said: str) -> "Page":  # type: ignore[no-untyped-def]
        WebDriverWait(self.driver, 60, 0.05).until(lambda _: what(), said)
        return self

    def wait_for(self, state: str) -> "Page":
        self.until(lambda: self.state in (state, "error"), f"the page did not become {state}")
        assert self.state == state, self.text("error")
        return self.drawn() if state == "looking" else self

    def drawn(self) -> "Page":
        return self.until(lambda: self.get("panorama", "ready") == "true", "the panorama was not drawn")

    def text(self, element: str) -> str:
        return self.driver.find_element(By.ID, element).text

    def click(self, element: str) -> "Page":
        self.driver.find_element(By.ID, element).click()
        return self

    def press(self, keys: str) -> "Page":
        ActionChains(self.driver).send_keys(keys).perform()
        return self

    def open_map(self) -> "Page":
        if self.get("guess-map", "open") != "true":
            self.press("m")
        return self.until(lambda: self.get("guess-map", "open") == "true", "the map did not open")

    def pin(self, dx: int = 30, dy: int = -20) -> tuple[float, float]:
        self.open_map()
        element = self.driver.find_element(By.ID, "guess-map")
        sizes: list[int] = []
        self.until(
            lambda: sizes.append(element.size["width"]) or sizes[-2:-1] == sizes[-1:], "the map never stopped growing"
        )
        ActionChains(self.driver).move_to_element_with_offset(element, dx, dy).click().perform()
        self.until(lambda: self.get("guess-map", "pin"), "no pin was placed")
        lat, lng = self.get("guess-map", "pin").split(",")
        return float(lat), float(lng)


@pytest.fixture
def page(driver):
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    driver.get_log("browser")
    return Page(driver)


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


@pytest.mark.parametrize(
    ("a", "b", "ends"),
    [((10, 179), (12, -178), (179, 182)), ((10, -179), (12, 178), (-179, -182)), ((0, 0), (0, 0), (0, 0))],
)
def test_the_line_takes_the_short_way_over_the_date_line(page, served, new_arena, driver, a, b, ends):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    path = driver.execute_async_script(
        "const [a, b, done] = arguments; import('/arena/static/layers.js').then(({greatCircle}) =>"
        "done(greatCircle({lat: a[0], lng: a[1]}, {lat: b[0], lng: b[1]})))", a, b)  # fmt: skip
    assert (path[0][0], path[-1][0]) == pytest.approx(ends)
    assert max(abs(np.diff([lng for lng, _ in path]))) < 1


@pytest.mark.parametrize(
    ("lngs", "east"),
    [([179.2], 1), ([-175.2], 1), ([10.0, 20.0, -5.0], 26), ([179.0, -179.0, 170.0], 12), ([0.1] * 3, 1)],
)
def test_places_that_lie_together_are_drawn_together(page, served, new_arena, driver, lngs, east):
    page.visit(served(new_arena()) + "?kind=bot", "start")
    drawn = driver.execute_async_script(
        "const [lngs, done] = arguments; import('/arena/static/resultmap.js').then(({emptiestMeridian, eastOf}) =>"
        "done(lngs.map((lng) => eastOf(emptiestMeridian(lngs), lng))))", lngs)  # fmt: skip
    assert max(drawn) - min(drawn) < east
    assert all(-181 < lng < 360 for lng in drawn)
    assert np.cos(np.radians(np.subtract(drawn, lngs))) == pytest.approx(1.0)


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
