"""Opens and closes a headless Chromium with the drivers that the system has; downloads nothing. Knows no page."""

import contextlib
import shutil
from collections.abc import Iterator

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver

from bot.orphans import ended_with_us
from model.errors import BrowserError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVERS = ("chromedriver", "chromium.chromedriver")
FLAGS = (
    "--no-sandbox",  # containers run as root
    "--disable-dev-shm-usage",  # and have a small /dev/shm
    "--enable-unsafe-swiftshader",  # WebGL without a graphics card
    "--use-angle=swiftshader",
    "--force-device-scale-factor=1",  # a pixel of the page is a pixel of the screenshot
    "--force-prefers-reduced-motion",  # a page that listens turns and grows at once
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGE_LOAD_S = 100.0  # a busy machine takes its time; selenium itself gives up at 120


@contextlib.contextmanager
def open_browser(headed: bool = False, width_px: int = 1024, height_px: int = 768) -> Iterator[WebDriver]:
    """A browser window for the length of a `with`; it is closed on every way out.

    Raises:
        BrowserError: no Chromium or no driver on PATH, or it does not start.
    """
    options = ChromeOptions()
    options.binary_location = _on_path(BROWSERS)
    options.unhandled_prompt_behavior = "accept"  # an alert, or "leave this page?", ends no game
    for flag in (*FLAGS, f"--window-size={width_px},{height_px}", *(() if headed else ("--headless=new",))):
        options.add_argument(flag)
    try:
        driver = Chrome(options, Service(_on_path(DRIVERS)))
    except WebDriverException as error:
        raise BrowserError(
            f"Chromium did not start: {said_by(error)} If versions differ, install both from the same place: "
            "apt-get install chromium chromium-driver."
        ) from error
    with contextlib.ExitStack() as open_now:
        try:
            open_now.enter_context(ended_with_us(driver.service.process.pid, _profile(driver)))
        except OSError as error:
            _quit(driver)
            raise BrowserError(f"the browser's watcher did not start: {error.strerror or error}.") from error
        open_now.callback(_quit, driver)
        driver.set_page_load_timeout(PAGE_LOAD_S)
        yield driver


def _quit(driver: WebDriver) -> None:
    with contextlib.suppress(WebDriverException, OSError):  # a browser that died needs no closing
        driver.quit()


def _profile(driver: WebDriver) -> str:
    """The folder in which this browser keeps its profile, which its driver removes unless it is killed."""
    return str(driver.capabilities.get("chrome", {}).get("userDataDir", ""))


def said_by(error: WebDriverException) -> str:
    """What the driver says, without its advice and its stack of addresses."""
    lines = (error.msg or type(error).__name__).split("Stacktrace:")[0].split("; For documentation")[0].split()
    return " ".join(lines).rstrip(".") + "."


def _on_path(names: tuple[str, ...]) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise BrowserError(
            f"looked on PATH for {' or '.join(names)}, found none. Install Chromium and its driver: "
            "apt-get install chromium chromium-driver (Debian, Ubuntu), or chromium and chromedriver of your system."
        )
    return found
