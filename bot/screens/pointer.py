"""The pointer on a pixel of the window, whatever frame that pixel is in. Knows no page.

A driver that stands in a frame may count a pointer's pixels from that frame or from the window: Chromium's does not do
what Firefox's does (https://github.com/web-platform-tests/wpt/pull/48123). So the pointer is moved from the outermost
document, where both agree.
"""

from dataclasses import dataclass
from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.screens.paths import find, frames_of, is_frame, stands_in_page, to_the_page

_INTO_VIEW = """
arguments[0].scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
const r = arguments[0].getBoundingClientRect();
return [r.left, r.top, r.width, r.height];
"""
_STANDS = """
const [f] = arguments, r = f.getBoundingClientRect(), style = getComputedStyle(f);
const across = r.width / (f.offsetWidth || 1), down = r.height / (f.offsetHeight || 1);
const left = f.clientLeft + parseFloat(style.paddingLeft), top = f.clientTop + parseFloat(style.paddingTop);
return [r.left + left * across, r.top + top * down, across, down];
"""


@dataclass(frozen=True)
class Frame:
    """Where a frame's pixels lie in the window: their origin, and how many pixels of the window one of them is."""

    left: float = 0.0
    top: float = 0.0
    across: float = 1.0
    down: float = 1.0

    def in_window(self, x: float, y: float) -> tuple[float, float]:
        """The window's pixel of a pixel of the frame."""
        return self.left + x * self.across, self.top + y * self.down


def frame_around(driver: WebDriver, path: str) -> Frame:
    """The frame in which the element at a path, which was found just now, stands; the driver is in none afterwards.

    Raises:
        NoSuchElementException: there is no such frame.
    """
    frame = Frame()
    if not frames_of(path) and stands_in_page(driver):
        return frame
    for host in (find(driver, one) for one in frames_of(path)):
        if is_frame(host):
            left, top, across, down = driver.execute_script(_STANDS, host)
            frame = Frame(*frame.in_window(left, top), frame.across * across, frame.down * down)
    to_the_page(driver)
    return frame


def bring_into_window(driver: WebDriver, element: WebElement) -> tuple[float, float, float, float]:
    """Scroll, if need be, until an element can be pointed at; gives its box in its frame (left, top, width, height)."""
    left, top, width, height = driver.execute_script(_INTO_VIEW, element)
    return left, top, width, height


def pointer_at(driver: WebDriver, x: float, y: float, chain: ActionChains | None = None) -> ActionChains:
    """The pointer moved to a pixel, rounded; selenium's own offsets count from an element's visible part instead."""
    chain = chain or ActionChains(driver, duration=0)
    pointer: Any = chain.w3c_actions.pointer_action
    pointer.move_to_location(round(x), round(y))
    chain.w3c_actions.key_action.pause()
    return chain
