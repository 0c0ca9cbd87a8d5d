"""Takes the pictures of the README: starts the app with an empty home, uses it as a person would, and photographs it.

python -m docs.screenshots            -> docs/images/*.jpg, each under 250 kB
"""

import os
import shutil
import socket
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
from PIL import Image
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By

from bot.browser import open_browser, said_by
from bot.screens.arena import ArenaSite
from bot.server import running_app
from docs.camera import DESK, PHONE, PIN, Camera, save
from docs.live_pictures import blind, duel
from model.commands import parser_for, read, run
from model.errors import ArtifactError, BrowserError, ConfigError

PICTURES = ("guess", "why", "game", "duel", "blind", "world", "bot", "compare", "evaluate", "geocells")


@dataclass(frozen=True)
class ScreenshotsConfig:
    """What to photograph, and where to."""

    out: Path = field(default=Path(__file__).parent / "images", metadata={"help": "folder of the pictures"})
    only: tuple[str, ...] = field(default=PICTURES, metadata={"help": "which pictures to take"})
    seed: int = field(default=11, metadata={"help": "seed of the places in the game"})
    timeout_s: float = field(default=240.0, metadata={"help": "longest wait for one state of a page"})

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.only) - set(PICTURES)):
            raise ConfigError(f"--only takes {', '.join(PICTURES)}; found {', '.join(unknown)}.")


def guess(camera: Camera) -> None:
    """The answer to a sample, on a desk by day and on a phone by night."""
    for name, size, dark in (("guess", (1280, 1220), False), ("guess-phone", PHONE, True)):
        camera.frame(size, dark)
        camera.visit("")
        camera.press("Try a sample")
        camera.shows("It was")
        camera.has_map()
        camera.shoot(name)


def why(camera: Camera) -> None:
    """What speaks for the answer: heat on the views, families of clues, look-alikes."""
    camera.frame((1280, 1500))
    camera.visit("")
    camera.press("Try a sample")
    camera.shows("It was")
    box = camera.until(
        "the box 'Why there?'", lambda d: d.find_element(By.XPATH, "//summary[contains(., 'Why there')]")
    )
    camera.driver.execute_script("arguments[0].click()", box)
    camera.shows("Known places that look like it")
    camera.driver.execute_script("arguments[0].scrollIntoView({block: 'start'})", box)
    camera.shoot("why")


def evaluate(camera: Camera) -> None:
    """The figures of the shipped checkpoint."""
    camera.frame((1280, 1500))
    camera.visit("evaluate")
    camera.shows("Worst guesses")
    camera.shoot("evaluate")


def geocells(camera: Camera) -> None:
    """The cells of the shipped checkpoint."""
    camera.frame((1280, 1100))
    camera.visit("geocells")
    camera.shows("Colour by")
    camera.has_map()
    camera.shoot("geocells")


def game(camera: Camera, seed: int) -> None:
    """A round in play, and its result."""
    camera.frame(DESK)
    camera.visit(f"arena?map=world&seed={seed}")
    camera.arena_is("start")
    camera.driver.find_element(By.ID, "start-name").send_keys("Ada")
    camera.driver.find_element(By.ID, "start-button").click()
    camera.arena_is("looking")
    panorama = camera.driver.find_element(By.ID, "panorama")
    camera.until("the panorama", lambda _: panorama.get_attribute("data-ready") == "true")
    sharper = camera.driver.find_element(By.ID, "sharpness")
    camera.until("the sharper picture", lambda _: not sharper.is_displayed())
    camera.shoot("arena")
    ArenaSite(camera.driver, camera.base_url, camera.timeout_s).guess(*PIN)
    camera.arena_is("guessed")
    camera.shoot("arena-result")


def world(camera: Camera) -> None:
    """The simulated Earth: choose a place, look around, read its clues; on a desk and on a phone."""
    for name, size in (("world-page", (1280, 1500)), ("world-phone", PHONE)):
        camera.frame(size)
        camera.visit("world")
        camera.shows("The clues")
        camera.has_map()
        camera.shoot(name)


def bot(camera: Camera, home: Path) -> None:
    """The bot at work, and the filmstrip of its game."""
    camera.frame(DESK)
    camera.visit("bot")
    camera.press("Start the bot")
    camera.shows("2 of 5 rounds")
    camera.shoot("bot")
    camera.shows("Earlier runs")
    strips = sorted(path for path in (home / "bot").glob("*/*.jpg") if "-round-" not in path.name)
    if not strips:
        raise BrowserError("the bot left no filmstrip; its page says why.")
    save(Image.open(strips[-1]), camera.out / "filmstrip.jpg")


def compare(camera: Camera) -> None:
    """Players side by side."""
    camera.frame((1280, 1500))
    camera.visit("compare")
    camera.press("Add a sample")
    camera.shows("Random pins")
    camera.has_map()
    camera.shoot("compare")


def refuse_another_world(base_url: str) -> None:
    """Stop when the app's checkpoint refuses the simulated Earth: the pictures would show an error.

    Raises:
        ArtifactError: with the app's own sentence.
    """
    found = httpx.get(f"{base_url}/api/v1/health", timeout=120.0, trust_env=False).json()
    if said := found.get("error") or found.get("note"):
        raise ArtifactError(str(said))


def main(config: ScreenshotsConfig) -> Path:
    """Take all pictures; returns their folder.

    Raises:
        ArtifactError: no checkpoint, or one of another simulated Earth.
        BrowserError: no browser, or a page that did not come to the expected state.
    """
    home = Path(tempfile.mkdtemp(prefix="homing-screenshots-"))
    os.environ["HOMING_HOME"] = str(home)  # an empty scorebook, and none of the visitor's own games in the pictures
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base_url = f"http://127.0.0.1:{port}"
    try:
        with running_app(base_url, home / "app.log"), open_browser() as driver:
            if set(config.only) - {"game", "duel", "world"}:  # the others show what the model answers
                refuse_another_world(base_url)
            camera = Camera(driver, base_url, config.out, config.timeout_s)
            driver.set_page_load_timeout(config.timeout_s)
            take = {
                "guess": guess, "why": why, "game": partial(game, seed=config.seed),
                "duel": partial(duel, seed=config.seed + 1), "blind": blind, "world": world,
                "bot": partial(bot, home=home), "compare": compare, "evaluate": evaluate, "geocells": geocells,
            }  # fmt: skip
            for name in PICTURES:
                if name in config.only:
                    take[name](camera)
    except WebDriverException as error:
        raise BrowserError(f"the browser gave up: {said_by(error)}") from error
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return config.out


if __name__ == "__main__":
    parser = parser_for(ScreenshotsConfig, "python -m docs.screenshots", __doc__ or "")
    run(lambda: main(read(parser, ScreenshotsConfig)))
