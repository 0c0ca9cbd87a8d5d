"""What a page keeps in its browser (cookies, storage), saved so that a browser after it can go on. Knows no page.

A page without a server keeps a game in localStorage; one with a server keeps the player in a cookie. When the bot is
killed, browser and profile are gone; this file is not. It is written whole, and for its owner's eyes alone. The game at
hand stands in it; one that was not over when another began is set aside in a file beside it.
"""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium.common.exceptions import JavascriptException, WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from model.artifacts import whole

_READ = "return [Object.entries(localStorage), Object.entries(sessionStorage)]"
_WRITE = """
if (location.origin === %s) {
  const kept = [[localStorage, %s], [sessionStorage, %s]];  // what the browser has itself is newer
  for (const [store, entries] of kept) if (store.length === 0) for (const [k, v] of entries) store.setItem(k, v);
}
"""


COOKIE = ("name", "value", "domain", "path", "secure", "httpOnly")


class Session:
    """The browser's memory of the game at hand, in a file; without a file nothing is kept."""

    def __init__(self, driver: WebDriver, path: Path | None = None) -> None:
        self.driver, self.path = driver, path
        self._last: dict[str, Any] = {}

    def save(self, game_id: str, over: bool = False) -> None:
        """Write down what the page has in the browser now, if that has changed; `over`: nobody will go on with it."""
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
               "cookies": cookies, "over": over}  # fmt: skip
        if now != self._last:
            if self._last.get("game") != game_id:
                self._set_aside(game_id)
            with whole(self.path, mode=0o600) as path:
                path.write_text(json.dumps(now), encoding="utf-8")
            self._last = now

    def open(self, url: str, game_id: str) -> None:
        """Open a page as the browser knew it that played this game; as a stranger, where nothing was kept."""
        kept = self._kept(game_id)
        if kept is None:
            self.driver.get(url)
            return
        for cookie in kept["cookies"]:
            asked = {k: cookie[k] for k in COOKIE if k in cookie}
            with contextlib.suppress(WebDriverException):  # one that no browser would take
                self.driver.execute_cdp_cmd("Network.setCookie", asked)
        source = _WRITE % tuple(json.dumps(kept[name]) for name in ("origin", "local", "session"))
        script = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
        try:
            self.driver.get(url)
        finally:
            self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)

    def forget(self) -> None:
        """Let the browser forget the page that it shows, and with it the game before; leaves it on an empty page."""
        self.driver.switch_to.default_content()
        with contextlib.suppress(JavascriptException):
            self.driver.execute_script("sessionStorage.clear()")
        parts = urlsplit(self.driver.current_url)
        self.driver.get("about:blank")
        asked = {"origin": f"{parts.scheme}://{parts.netloc}", "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", asked)

    def _kept(self, game_id: str) -> dict[str, Any] | None:
        """What was kept of a game, if its file is one that this class has written."""
        if self.path is None:
            return None
        return next((kept for path in (self.path, self._aside(game_id)) if (kept := _read(path, game_id))), None)

    def _set_aside(self, game_id: str) -> None:
        """Before a game takes the file: keep the one that stands in it, unless that is this one or over."""
        assert self.path is not None
        kept = _read(self.path)
        if kept is not None and kept["game"] != game_id and not kept.get("over"):
            with contextlib.suppress(OSError):
                self.path.replace(self._aside(kept["game"]))

    def _aside(self, game_id: str) -> Path:
        assert self.path is not None
        return self.path.with_stem(f"{self.path.stem}-{hashlib.sha256(game_id.encode()).hexdigest()[:12]}")


def _read(path: Path, game_id: str | None = None) -> dict[str, Any] | None:
    """A session's file; None where there is none, or one of another form or game: anybody may have written it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("game"), str) or game_id not in (None, found["game"]):
        return None
    stores = [found.get("local"), found.get("session")]
    entries = [entry for store in stores if isinstance(store, list) for entry in store]
    written = (
        isinstance(found.get("origin"), str)
        and all(isinstance(store, list) for store in stores)
        and all(isinstance(e, list) and len(e) == 2 and all(isinstance(text, str) for text in e) for e in entries)
        and isinstance(found.get("cookies"), list)
        and all(isinstance(cookie, dict) for cookie in found["cookies"])
    )
    return found if written else None
