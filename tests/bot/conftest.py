"""A browser for all tests of the bot, and pages for it to look at."""

import contextlib
import functools
import http.server
import threading
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

PAGES = Path(__file__).with_name("pages")


@pytest.fixture(scope="session")
def session_driver():
    from bot.browser import open_browser

    with open_browser() as driver:
        yield driver


@pytest.fixture
def driver(session_driver):
    session_driver.get("about:blank")
    yield session_driver
    with contextlib.suppress(WebDriverException, HTTPError):  # some tests end it themselves
        session_driver.get("about:blank")  # a page that nobody looks at any more would go on drawing


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the folder; /arena is the toy arena."""

    def translate_path(self, path: str) -> str:
        return super().translate_path("/toy_arena.html" if path.split("?")[0] == "/arena" else path)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def pages():
    """The address of the pages."""
    handler = functools.partial(Quiet, directory=str(PAGES))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def outlines():
    """An Earth of one square island, which is enough to draw."""
    from bot.small_map import Outlines

    ring = [[-20, -20], [40, -20], [40, 60], [-20, 60], [-20, -20]]
    return Outlines({"type": "Polygon", "coordinates": [ring]}, {"type": "LineString", "coordinates": [[0, 0], [9, 9]]})
