"""A browser that walks through the app and leaves pictures: what all pictures of the README are taken with."""

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from rich.console import Console
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from model.artifacts import whole
from model.errors import BrowserError

PIN = (-9.3, -75.2)  # where a person who knows brick towns might put it in the first round of the default seed
FRAME_PX = 150  # what a window needs besides its page: nothing is drawn outside the window
DESK, PHONE = (1280, 900), (390, 844)
DAY_AND_NIGHT = (("", (1440, 900), False), ("-phone", PHONE, True))
MOST_BYTES = 250_000
QUALITIES = (90, 84, 78, 70, 60, 50)
BUSY = '[data-testid="stStatusWidget"], [data-testid="stSpinner"], [data-testid="stSkeleton"]'
OUTLINES = "/arena/api/outlines/land"
FRAMES_LATER = "let n = 12, done = arguments[0]; (function next() { n-- ? requestAnimationFrame(next) : done() })()"


class Camera:
    """A browser that walks through the app and leaves a picture where it is told to."""

    def __init__(self, driver: WebDriver, base_url: str, out: Path, timeout_s: float) -> None:
        self.driver, self.base_url, self.out, self.timeout_s = driver, base_url, out, timeout_s

    def frame(self, size: tuple[int, int], dark: bool = False) -> None:
        """The size of the window in CSS pixels, and the colour scheme that the visitor's system asks for."""
        width, height = size
        self.driver.set_window_size(max(width, 600), height + FRAME_PX)
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)  # type: ignore[attr-defined]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)  # type: ignore[attr-defined]

    def visit(self, path: str) -> None:
        """Open a page of the app."""
        self.driver.get(f"{self.base_url}/{path}")

    def until(self, what: str, ready: Callable[[WebDriver], object]) -> object:
        """Wait for a state of the page.

        Raises:
            BrowserError: it did not come.
        """
        try:
            return WebDriverWait(self.driver, self.timeout_s).until(ready)
        except TimeoutException as error:
            raise BrowserError(f"waited {self.timeout_s:g} s for {what}, and it did not come.") from error

    def press(self, words: str) -> None:
        """Press the first button that carries these words."""
        xpath = f"//button[contains(., '{words}')]"
        button = self.until(f"the button '{words}'", lambda d: d.find_element(By.XPATH, xpath))
        self.driver.execute_script("arguments[0].click()", button)

    def shows(self, text: str) -> None:
        """Wait until the page says this, and has finished saying it."""
        self.until(f"the words '{text}'", lambda d: text in d.find_element(By.TAG_NAME, "body").text)
        self.until("a page at rest", lambda d: not d.find_elements(By.CSS_SELECTOR, BUSY))

    def has_map(self) -> None:
        """Wait until the map has its land."""
        loaded = (
            "return performance.getEntriesByType('resource').some(e => e.name.endsWith(arguments[0]) && e.responseEnd)"
        )
        self.until("the map", lambda d: d.find_elements(By.CSS_SELECTOR, ".stDeckGlJsonChart canvas"))
        self.until("the outlines of land", lambda d: d.execute_script(loaded, OUTLINES))

    def ask(self, path: str, values: dict[str, object]) -> dict[str, object]:
        """What the game answers to the person whose browser this is."""
        call = (
            "const [path, values, done] = arguments; fetch('/arena/api/' + path, {method: 'POST', "
            "headers: {'Content-Type': 'application/json'}, body: JSON.stringify(values)})"
            ".then((answer) => answer.json()).then(done)"
        )
        return dict(self.driver.execute_async_script(call, path, values))

    def pin(self, lat: float, lng: float) -> None:
        """Place a pin on the open map, and leave it there."""
        code = (
            "const [lat, lng, done] = arguments; import('/arena/static/table.js')"
            ".then((m) => m.parts.guessMap.place(lat, lng)).then(() => done())"
        )
        self.driver.execute_async_script(code, lat, lng)

    def arena_is(self, state: str) -> None:
        """Wait for a state of the game."""
        self.until(
            f"the game to be '{state}'",
            lambda d: d.find_element(By.TAG_NAME, "body").get_attribute("data-state") == state,
        )

    def shoot_twice(self, name: str) -> None:
        """The same state on a desk by day and on a phone by night."""
        for suffix, size, dark in DAY_AND_NIGHT:
            self.frame(size, dark)
            self.shoot(name + suffix)

    def shoot(self, name: str) -> None:
        """Leave a picture of the window, as good as MOST_BYTES allow."""
        self.driver.set_script_timeout(self.timeout_s)
        self.driver.execute_async_script(FRAMES_LATER)
        save(Image.open(io.BytesIO(self.driver.get_screenshot_as_png())), self.out / f"{name}.jpg")


def save(picture: Image.Image, path: Path) -> None:
    """Write a JPEG of at most MOST_BYTES, at the best quality that fits."""
    for quality in QUALITIES:
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MOST_BYTES:
            break
    with whole(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
    Console().print(f"{path.name}: {picture.width} × {picture.height}, {buffer.tell() / 1000:.0f} kB")
