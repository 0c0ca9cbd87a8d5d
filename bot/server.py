"""Makes sure that there is an app to play on: uses the one that answers, or starts ours and stops it afterwards."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from model.errors import BrowserError
from model.geo.folders import repository_dir

START_S = 180.0  # the first start of all builds the atlas and compiles the renderer
STOP_S = 10.0
HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0")


@contextlib.contextmanager
def running_app(base_url: str, log: Path) -> Iterator[None]:
    """An app that answers at `base_url` for the length of a `with`.

    Raises:
        BrowserError: a page that is not ours, or nothing there and nothing that could be started.
    """
    host, port = _address(base_url)
    if answers(base_url):
        yield
        return
    if host not in HERE or not base_url.startswith("http://") or urlsplit(base_url).path not in ("", "/"):
        raise BrowserError(f"no game answers at {base_url}; start the app there (make app) or leave --url away.")
    with log.open("ab") as stream:
        process = subprocess.Popen(_command(host, port), cwd=repository_dir(), stdout=stream, stderr=stream,
                                   stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        try:
            _wait_until_it_answers(process, base_url, log)
            yield
        finally:
            stop_group(process)


def answers(base_url: str) -> bool:
    """Whether our arena answers there.

    Raises:
        BrowserError: something answers, and it is not our arena.
    """
    return _maps(base_url) is not None


def _maps(base_url: str) -> dict[str, Any] | None:
    """What the arena says of its maps; None where nothing answers."""
    url = f"{base_url.rstrip('/')}/arena/api/maps"
    try:
        # No proxy: the app is on this machine or in this house.
        with build_opener(ProxyHandler({})).open(url, timeout=10) as answer:
            found = json.load(answer)
    except HTTPError as error:
        raise BrowserError(
            f"looked for the game at {url}, found another page (HTTP {error.code}); choose another --url or port."
        ) from error
    except (OSError, HTTPException):
        return None
    except ValueError as error:
        raise BrowserError(f"looked for the game at {url}, found a page that is no list of maps.") from error
    if not (isinstance(found, dict) and "maps" in found):
        raise BrowserError(f"looked for the game at {url}, found other JSON; choose another --url or port.")
    return found


def world_drawn(base_url: str, map_name: str) -> int | None:
    """The version of the simulated Earth that a map is drawn by; None for a map of photos, or where none is told."""
    found = _maps(base_url) or {}
    kinds = {one.get("name"): one.get("kind") for one in found.get("maps", [])}
    version = found.get("world_version")
    return version if kinds.get(map_name) == "world" and isinstance(version, int) else None


def stop_group(process: subprocess.Popen[bytes], stop_s: float = STOP_S) -> None:
    """Ask a process and its children to end, and end them if they do not."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(stop_s)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _address(base_url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise BrowserError(f"{base_url!r} is no address of a page ({error}); try http://127.0.0.1:8501.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise BrowserError(f"{base_url!r} is no address of a page; it looks like http://127.0.0.1:8501.")
    return host, port


def _command(host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port),
            "--server.address", host, "--server.headless", "true"]  # fmt: skip


def _wait_until_it_answers(process: subprocess.Popen[bytes], base_url: str, log: Path) -> None:
    for _ in range(round(START_S / 0.25)):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(0.25)
            raise BrowserError(f"the app ended with code {code} before it served a page; its log is {log}.")
        if answers(base_url):
            return
    raise BrowserError(f"the app did not serve {base_url} within {START_S:g} s; its log is {log}.")
