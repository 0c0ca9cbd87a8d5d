"""A small Earth of our own, so that the game can be tested without rendering one, and a browser to play it in."""

import contextlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import uvicorn
from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

import arena.answers
import arena.routes
from arena import clock as server_clock
from arena.games import Arena
from arena.guard import Guard
from arena.records import Game, Place


@dataclass
class PaintedMap:
    """Places by seed; the panorama of a place has the colour of its number."""

    name: str = "world"
    title: str = "World"
    description: str = "A painted Earth"
    kind: str = "world"
    scale_km: float = 1492.7
    problem: str = ""
    view: tuple[float, float, float, float] = (-58.0, -170.0, 75.0, 180.0)
    painted: list[int] = field(default_factory=list)

    def draw(self, n: int, seed: int) -> list[Place]:
        rng = np.random.default_rng(seed)
        return [
            Place(float(lat), float(lng), {"number": number})
            for number, (lat, lng) in enumerate(zip(rng.uniform(-60, 70, n), rng.uniform(-180, 180, n), strict=True))
        ]

    def panorama(self, place: Place, width: int = 64) -> Image.Image:
        self.painted.append(place.recipe["number"])
        width = min(width, 128)  # the sharp one is sharper, and still quickly painted
        columns = np.linspace(0, 255, width, dtype=np.uint8)
        pixels = np.zeros((width // 2, width, 3), np.uint8) + columns[None, :, None]
        pixels[..., 2] = 40 * place.recipe["number"]
        return Image.fromarray(pixels)

    def heading_deg(self, place: Place, drawn_deg: float) -> int:
        return round(drawn_deg) % 360

    def still(self, place: Place, heading_deg: int) -> Image.Image:
        self.painted.append(place.recipe["number"])
        return Image.new("RGB", (160, 90), (heading_deg % 256, 0, 40 * place.recipe["number"]))


@dataclass
class RoadMap(PaintedMap):
    """A painted Earth whose places lie on roads: each step along one has a brightness of its own."""

    farthest: int = 2
    step_m: int = 10
    walked: list[tuple[int, int]] = field(default_factory=list)

    def road_deg(self, place: Place, step: int) -> int:
        return (40 + 5 * step + 10 * place.recipe["number"]) % 360

    def panorama_at(self, place: Place, step: int, width: int = 64) -> Image.Image:
        if width <= 2048:  # the sharp one of a step is another picture
            self.walked.append((place.recipe["number"], step))
        return Image.new("RGB", (min(width, 128), min(width, 128) // 2), (120 + 50 * step, 80, 40))


def name_places(points: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame({"country": "FR", "country_name": "France", "town": [f"Town {i}" for i in range(len(points))]})


def wait_until(happened: Callable[[], bool], what: str = "nothing happened") -> None:
    until = time.monotonic() + 20.0
    while not happened():
        assert time.monotonic() < until, what
        time.sleep(0.01)


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Wait for something that another thread does."""
    return wait_until


@pytest.fixture
def model_plays() -> Callable[[Arena, str], Game]:
    """Ask for the model's turn again until it is over, as the page does."""

    def ask(arena: Arena, game_id: str) -> Game:
        wait_until(lambda: arena.play_opponent(game_id) is None, "the model's turn does not end")
        return arena.game(game_id)

    return ask


class Clock:
    """The server's clock, as a test wants it."""

    def __init__(self) -> None:
        self.ahead_s, self._now = 0.0, server_clock.now

    def __call__(self) -> float:
        return self._now() + self.ahead_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    running = Clock()
    monkeypatch.setattr(server_clock, "now", running)
    return running


@pytest.fixture
def painted_map() -> PaintedMap:
    return PaintedMap()


@pytest.fixture
def road_map() -> RoadMap:
    return RoadMap()


@pytest.fixture
def book_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'book.sqlite'}"


@pytest.fixture
def new_arena(painted_map: PaintedMap, book_url: str) -> Callable[..., Arena]:
    """Makes an arena on the painted Earth; a second one shares the scorebook, as after a restart."""

    def make(opponent=None, maps=None) -> Arena:  # type: ignore[no-untyped-def]
        return Arena(opponent, book_url, lambda: maps or {"world": painted_map}, name_places)

    return make


# ── the page in a browser ───────────────────────────────────────────────────────────────────────────────────────────

FLAGS = ("--headless=new --no-sandbox --enable-unsafe-swiftshader --use-angle=swiftshader --disable-quic "
         "--no-first-run --disable-background-networking --disable-component-update --disable-sync "
         "--force-prefers-reduced-motion --hide-scrollbars --window-size=1200,900")  # fmt: skip
LAND = [[-60, -30], [-60, 40], [100, 40], [100, -30], [-60, -30]]  # (lng, lat) of the only land there is


def open_chromium() -> WebDriver:
    """A browser with a profile of its own; without one tests fail, for a page nobody looked at is not tested."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    assert chromium and chromedriver, "Looked for chromium and chromedriver on PATH; `make test` installs them."
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))


@pytest.fixture(scope="session")
def driver() -> Iterator[WebDriver]:
    """One browser for all tests of the page."""
    browser = open_chromium()
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def other_driver() -> Iterator[WebDriver]:
    """The browser of somebody else, for what two people do together."""
    browser = open_chromium()
    yield browser
    browser.quit()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Serves an arena on a free port, below a base path if wanted; gives a function arena -> URL."""
    coast = {"type": "Polygon", "coordinates": [LAND]}
    inner = {"type": "MultiLineString", "coordinates": [[[20, -30], [20, 40]]]}
    drawn = {"land": coast, "borders": {"type": "MultiLineString", "coordinates": []}, "regions": inner}
    towns = [[f"Town {i}", 15 + 1.7 * (i % 7), 2 * (i // 7), 900_000 - 1000 * i] for i in range(40)]
    monkeypatch.setattr(
        arena.answers, "outline_bytes",
        lambda kind: json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {}, "geometry": drawn[kind]}]}).encode(),
    )  # fmt: skip
    labels = {"countries": [["Freedonia", 0, 0, 9e6], ["Sylvania", 2, 4, 5e6], ["Klopstokia", 30, 60, 9e5]]}
    monkeypatch.setattr(arena.answers, "map_labels", lambda: {**labels, "towns": towns[:5]})
    monkeypatch.setattr(arena.routes, "towns_of_tile", lambda zoom, x, y: towns)
    running = []

    def serve(table: Arena, base: str = "") -> str:
        routes = arena.routes.routes(arena=table)
        guard = Middleware(Guard, bound="127.0.0.1")  # the page must live with what the walls allow
        app = Starlette(routes=[Mount(base, routes=routes)] if base else routes, middleware=[guard])
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
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{base}/arena"

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
        self.wait_for(state)
        # A browser drops keys that come before it has painted anything.
        painted = "return performance.getEntriesByType('paint').length > 0"
        return self.until(lambda: self.script(painted), "nothing was painted")

    def get(self, element: str, name: str) -> str:
        return self.driver.find_element(By.ID, element).get_attribute(f"data-{name}") or ""

    def of_body(self, name: str) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").get_attribute(f"data-{name}") or ""

    @property
    def state(self) -> str:
        return self.of_body("state")

    @property
    def round(self) -> str:
        return self.of_body("round")

    def until(self, what: Callable[[], object], said: str) -> "Page":
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

    def shown(self, element: str) -> bool:
        return self.driver.find_element(By.ID, element).is_displayed()

    def says(self, words: str) -> "Page":
        """Wait until those who listen to the page hear these words."""
        return self.until(lambda: words in self.script("return document.getElementById('said').textContent"), words)

    def script(self, code: str, *values: object) -> object:
        return self.driver.execute_script(code, *values)

    def module(self, path: str, code: str, *values: object) -> object:
        """What `code` returns, given a module `m` of the page and `values` as `v`."""
        call = (
            f"const [v, done] = arguments; import(new URL('arena/static/{path}', document.baseURI).href)"
            f".then((m) => {{ {code} }}).then(done, (error) => done(String(error)))"
        )
        return self.driver.execute_async_script(call, list(values))

    def begin(self, guesses: Sequence[tuple[float, float]] = (), **settings: object) -> str:
        """Begin a game as the player of this browser, with these rounds guessed; gives its id."""
        call = """
            const [settings, guesses, done] = arguments, api = new URL('arena/api/', document.baseURI).href;
            const post = async (path, values) => (await fetch(api + path, {method: 'POST',
                headers: {'Content-Type': 'application/json'}, body: JSON.stringify(values)})).json();
            (async () => {
                const {game_id: id} = await post('games', settings);
                for (const [i, [lat, lng]] of guesses.entries()) {
                    await fetch(`${api}games/${id}/rounds/${i + 1}/panorama.jpg`);
                    await post(`games/${id}/rounds/${i + 1}/guess`, {lat, lng});
                }
                return id;
            })().then(done)"""
        return str(self.driver.execute_async_script(call, {"name": "Ada", "map": "world", **settings}, list(guesses)))

    def click(self, element: str) -> "Page":
        self.driver.find_element(By.ID, element).click()
        return self

    def press(self, *keys: str) -> "Page":
        ActionChains(self.driver).send_keys(*keys).perform()
        return self

    def size(self, width: int, height: int) -> "Page":
        """Make the window this large, as a window or a phone is."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        return self.until(lambda: self.script("return innerWidth") == width, "the window did not change its size")

    def open_map(self) -> "Page":
        if self.get("guess-map", "open") != "true":
            self.press("m")
        return self.until(lambda: self.get("guess-map", "open") == "true", "the map did not open").at_rest("guess-map")

    def at_rest(self, element: str) -> "Page":
        """Wait until an element has stopped growing."""
        sizes: list[object] = []
        box = self.driver.find_element(By.ID, element)
        return self.until(
            lambda: sizes.append(box.rect) or sizes[-3:].count(sizes[-1]) == 3, "it never stopped growing"
        )

    def pin(self, dx: int = 30, dy: int = -20) -> tuple[float, float]:
        element = self.driver.find_element(By.ID, "guess-map")
        for _ in range(5):  # a map that shrinks under the mouse at this very moment takes no click
            self.open_map()
            ActionChains(self.driver).move_to_element_with_offset(element, dx, dy).click().perform()
            with contextlib.suppress(TimeoutException):
                WebDriverWait(self.driver, 4, 0.05).until(lambda _: self.get("guess-map", "pin"), "no pin was placed")
                break
        lat, lng = self.get("guess-map", "pin").split(",")
        return float(lat), float(lng)

    def away(self) -> "Page":
        """Take the mouse off everything that grows under it."""
        ActionChains(self.driver).move_by_offset(0, 0).perform()
        actions = ActionChains(self.driver)
        actions.w3c_actions.pointer_action.move_to_location(3, 200)
        actions.perform()
        return self

    def pause(self, seconds: float) -> "Page":
        """Let time pass where something must not happen, or comes by itself."""
        time.sleep(seconds)
        return self

    def severe(self) -> list[str]:
        """What the browser complained of."""
        return [line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]


@pytest.fixture
def other_page(other_driver: WebDriver) -> Iterator[Page]:
    yield Page(other_driver)
    other_driver.get("about:blank")


@pytest.fixture
def page(driver: WebDriver) -> Iterator[Page]:
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.get_log("browser")
    yield Page(driver)
    driver.get("about:blank")  # a map that nobody looks at any more would go on drawing through all later tests
