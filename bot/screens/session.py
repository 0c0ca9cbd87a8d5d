"""What a page keeps in its browser (cookies, storage), saved so that a browser after it can go on. Knows no page.

A page without a server keeps a game in localStorage; one with a server keeps the player in a cookie. When the bot is
killed, browser and profile are gone; this file is not. It is written whole, and for its owner's eyes alone.
"""

import contextlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium.common.exceptions import JavascriptException
from selenium.webdriver.remote.webdriver import WebDriver

from model.artifacts import whole

_READ = "return [Object.entries(localStorage), Object.entries(sessionStorage)]"
_WRITE = """
if (location.origin === %s) {
  const kept = [[localStorage, %s], [sessionStorage, %s]];  // what the browser has itself is newer
  for (const [store, entries] of kept) if (store.length === 0) for (const [k, v] of entries) store.setItem(k, v);
}
"""


class Session:
    """The browser's memory of one game, in a file; without a file nothing is kept."""

    def __init__(self, driver: WebDriver, path: Path | None = None) -> None:
        self.driver, self.path = driver, path
        self._last: dict[str, Any] = {}

    def save(self, game_id: str) -> None:
        """Write down what the page has in the browser now, if that has changed."""
        if self.path is None:
            return
        self.driver.switch_to.default_content()
        try:
            local, session = self.driver.execute_script(_READ)
        except JavascriptException:  # a page that may keep nothing
            local, session = [], []
        cookies = self.driver.execute_cdp_cmd("Network.getCookies", {}).get("cookies", [])
        parts = urlsplit(self.driver.current_url)
        now = {"game": game_id, "origin": f"{parts.scheme}://{parts.netloc}", "local": local, "session": session,
               "cookies": cookies}  # fmt: skip
        if now != self._last:
            with whole(self.path) as path:
                path.touch(mode=0o600)
                path.write_text(json.dumps(now), encoding="utf-8")
            self._last = now

    def open(self, url: str, game_id: str) -> None:
        """Open a page as the browser knew it that played this game; as a stranger, where nothing was kept."""
        kept = self._kept(game_id)
        if kept is None:
            self.driver.get(url)
            return
        for cookie in kept["cookies"]:
            asked = {k: cookie[k] for k in ("name", "value", "domain", "path", "secure", "httpOnly") if k in cookie}
            self.driver.execute_cdp_cmd("Network.setCookie", asked)
        source = _WRITE % tuple(json.dumps(kept[name]) for name in ("origin", "local", "session"))
        script = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
        try:
            self.driver.get(url)
        finally:
            self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)

    def _kept(self, game_id: str) -> dict[str, Any] | None:
        with contextlib.suppress(OSError, ValueError, TypeError):
            if self.path is not None:
                found = json.loads(self.path.read_text(encoding="utf-8"))
                names = ("origin", "local", "session", "cookies")
                if found.get("game") == game_id and all(name in found for name in names):
                    return dict(found)
        return None
