"""What the bot needs of a camera, and the compass that some pages show."""

import re
from dataclasses import dataclass
from typing import Protocol

from selenium.webdriver.remote.webdriver import WebDriver

from bot.pictures import Pictures
from bot.screens.paths import read
from bot.screens.reading import number_in
from model.errors import BrowserError

FOUR = ("N", "E", "S", "W")
UNKNOWN_NORTH = (
    "1",
    "2",
    "3",
    "4",
)  # a quarter turn each, clockwise; the mean over views does not care where it begins
ONE = ("1",)
_ROTATE = re.compile(r"rotate[Z]?\(\s*(-?[\d.]+)deg")


class Camera(Protocol):
    """Turns a panorama. `views` names what it sees: N, E, S, W, or numbers where north is unknown."""

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the views of a place, in the order in which they are taken."""

    @property
    def fov_deg(self) -> float | None:
        """How wide the page's view is, where the camera has measured it."""

    def face(self, pictures: Pictures, view: str) -> None:
        """Turn to a view. The first of a place is faced before the others, in order.

        Raises:
            BrowserError: the panorama does not turn.
        """


@dataclass(frozen=True)
class Compass:
    """Where a page says what it faces, in degrees clockwise from north.

    Attributes:
        path: of a text ("123°"), an attribute, or a style with a rotation. script: JavaScript that returns degrees.
        factor: -1 for a rose that is turned the other way round. offset_deg: added to what is read.
    """

    path: str = ""
    script: str = ""
    factor: float = 1.0
    offset_deg: float = 0.0

    def read(self, driver: WebDriver, frame: str) -> float:
        """Degrees, 0 … 360.

        Raises:
            BrowserError: nothing is said there.
        """
        if self.script:
            driver.switch_to.default_content()
            read(driver, frame)  # stand where the panorama stands
            told = driver.execute_script(self.script)
            text = "" if told is None else str(told)
        else:
            text = read(driver, self.path) or ""
        turned = _ROTATE.search(text)
        value = float(turned.group(1)) if turned else number_in(text)
        if value is None:
            raise BrowserError(f"looked for degrees at {self.path or self.script}, found {text[:60]!r}.")
        return (self.factor * value + self.offset_deg) % 360.0


def apart_deg(a: float, b: float) -> float:
    """From b to a, the short way round: -180 … 180."""
    return (a - b + 180.0) % 360.0 - 180.0
