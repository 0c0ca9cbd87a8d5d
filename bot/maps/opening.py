"""How a guess map is opened: by the pointer over it, by a key, by a click. Knows no map."""

from dataclasses import dataclass
from typing import Protocol

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webdriver import WebDriver

from bot.screens.paths import find, shown
from bot.screens.pointer import bring_into_window, frame_around, pointer_at


class Opening(Protocol):
    """Something that makes the map large enough to be clicked on."""

    def open(self, driver: WebDriver) -> None:
        """Do it; a map that is open already must stay so."""

    def is_open(self, driver: WebDriver) -> bool:
        """Whether it is open, as far as the page tells; what then still grows is waited for."""


@dataclass(frozen=True)
class Hover:
    """The map grows under the pointer; `path` is of what the pointer must lie on."""

    path: str

    def open(self, driver: WebDriver) -> None:
        """Bring the pointer there."""
        left, top, width, height = bring_into_window(driver, find(driver, self.path))
        middle = frame_around(driver, self.path).in_window(left + width / 2, top + height / 2)
        pointer_at(driver, *middle).perform()

    def is_open(self, driver: WebDriver) -> bool:
        """It has begun to grow, or is about to: nothing but its size tells."""
        return True


@dataclass(frozen=True)
class Key:
    """A key opens the map, unless `opened` (a path) is shown."""

    key: str
    opened: str

    def open(self, driver: WebDriver) -> None:
        """Press it."""
        if not shown(driver, self.opened):
            driver.switch_to.default_content()
            ActionChains(driver, duration=0).send_keys(self.key).perform()

    def is_open(self, driver: WebDriver) -> bool:
        """Whether `opened` is shown."""
        return shown(driver, self.opened)


@dataclass(frozen=True)
class Click:
    """A button opens the map, unless `opened` (a path) is shown."""

    path: str
    opened: str

    def open(self, driver: WebDriver) -> None:
        """Click it."""
        if not shown(driver, self.opened):
            find(driver, self.path).click()

    def is_open(self, driver: WebDriver) -> bool:
        """Whether `opened` is shown."""
        return shown(driver, self.opened)
