"""How long a newcomer waits: the app started cold, the first sample and the second, with and without the warm-up.

    python -m benchmarks.cold_start [--repeats 3] [--port 8620] [--json]

Starts the app in a fresh process with an empty home, opens Guess in a running Chromium, clicks "Try a sample" as
soon as it is there, and "Another sample" after the answer. Compiled kernels and the atlas are in the cache, as after
`make app`; how long a start from nothing takes is told by `benchmarks.render`. The same is done with HOMING_WARM_UP=0.
With --json the last line of output is one JSON object.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from selenium.common.exceptions import NoSuchElementException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from bot.browser import open_browser
from bot.server import stop_group
from model.commands import run
from model.errors import BrowserError
from model.geo.atlas import Atlas
from model.geo.folders import repository_dir
from world.draw.compiled import is_compiled
from world.warm_up import prepare

TARGET_FIRST_S, TARGET_SECOND_S = 10.0, 3.0
TIMEOUT_S, POLL_S = 240.0, 0.02
BUTTON, TRUTH = ".st-key-try-sample button", "[data-testid=stAlert]"  # the truth appears with the answer
STEPS = ("server_s", "button_s", "first_s", "first_since_start_s", "second_s")


def once(driver: WebDriver, port: int, warm: bool) -> dict[str, float]:
    """One cold start: seconds to the server, to its button, and from each click to the answer."""
    with _app(port, warm) as began:
        server_s = _until(lambda: _answers(port), "the app") - began
        driver.get(f"http://127.0.0.1:{port}/")
        _until(lambda: bool(driver.find_element(By.CSS_SELECTOR, BUTTON).text), "the button")
        button_s = time.perf_counter() - began
        clicked = _click(driver)
        first = _until(lambda: bool(_truth(driver)), "the first answer")
        told = _truth(driver)
        again = _click(driver)
        second = _until(lambda: _truth(driver) not in ("", told), "the second answer")
    return {
        "server_s": server_s, "button_s": button_s, "first_s": first - clicked, "first_since_start_s": first - began,
        "second_s": second - again,
    }  # fmt: skip


@contextlib.contextmanager
def _app(port: int, warm: bool) -> Iterator[float]:
    """The app in a process of its own -> when it was started."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"HOMING_HOME": home, "HOMING_WARM_UP": "1" if warm else "0"}
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port),
                   "--server.address", "127.0.0.1"]  # fmt: skip
        began = time.perf_counter()
        with (Path(home) / "app.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=repository_dir(), env=environment, stdout=log, stderr=log,
                                       start_new_session=True)  # fmt: skip
            try:
                yield began
            finally:
                stop_group(process)


def _until(happened: Callable[[], bool], what: str) -> float:
    """When something happened; the page may change while it is looked at."""
    end = time.perf_counter() + TIMEOUT_S
    while time.perf_counter() < end:
        with contextlib.suppress(WebDriverException):
            if happened():
                return time.perf_counter()
        time.sleep(POLL_S)
    raise BrowserError(f"looked for {what} for {TIMEOUT_S:.0f} s, found none; is the port free?")


def _answers(port: int) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _click(driver: WebDriver) -> float:
    clicked = 0.0

    def click() -> bool:
        nonlocal clicked
        button = driver.find_element(By.CSS_SELECTOR, BUTTON)
        clicked = time.perf_counter()
        button.click()
        return True

    _until(click, "the button")
    return clicked


def _truth(driver: WebDriver) -> str:
    try:
        text: str = driver.find_element(By.CSS_SELECTOR, TRUTH).text
    except NoSuchElementException:
        return ""
    return text if text.startswith("It was") or "It was" in text else ""


def measure(repeats: int, port: int) -> dict[str, object]:
    """Medians over `repeats`, with and without the warm-up in turn, so that a slow moment of the machine meets both."""
    Atlas.open()
    if not is_compiled():
        prepare()
    found: dict[str, list[dict[str, float]]] = {"warm": [], "cold": []}
    with open_browser(width_px=1280, height_px=900) as driver:
        driver.get("about:blank")
        for _ in range(repeats):
            for name in found:
                found[name].append(once(driver, port, name == "warm"))
                driver.get("about:blank")
    figures: dict[str, object] = {"benchmark": "cold_start", "repeats": repeats, "cores": os.cpu_count(),
                                  "target_first_s": TARGET_FIRST_S, "target_second_s": TARGET_SECOND_S}  # fmt: skip
    medians = {name: {step: statistics.median(one[step] for one in runs) for step in STEPS}
               for name, runs in found.items()}  # fmt: skip
    for name, steps in medians.items():
        figures |= {f"{name}_{step}": round(value, 2) for step, value in steps.items()}
    figures["first_ratio"] = round(medians["cold"]["first_s"] / medians["warm"]["first_s"], 2)
    figures["second_ratio"] = round(medians["cold"]["second_s"] / medians["warm"]["second_s"], 2)
    return figures


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.cold_start`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--repeats", type=int, default=3, help="cold starts of each kind")
    parser.add_argument("--port", type=int, default=8620, help="a free port for the app")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    if given.repeats < 1:
        parser.error("--repeats must be 1 or more")

    def main() -> None:
        figures = measure(given.repeats, given.port)
        for name, words in (("warm", "with the warm-up"), ("cold", "without it")):
            print(f"{words:>17}: server {figures[f'{name}_server_s']} s, button {figures[f'{name}_button_s']} s, first "
                  f"answer {figures[f'{name}_first_s']} s after the click ({figures[f'{name}_first_since_start_s']} s "
                  f"after the start), second {figures[f'{name}_second_s']} s")  # fmt: skip
        print(f"{'target':>17}: first {TARGET_FIRST_S:.0f} s, second {TARGET_SECOND_S:.0f} s; without over with: first "
              f"{figures['first_ratio']}, second {figures['second_ratio']}")  # fmt: skip
        if given.json:
            print(json.dumps(figures))

    run(main)


if __name__ == "__main__":
    cli()
