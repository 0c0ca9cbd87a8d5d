"""The pointer on a pixel of the window, or of the frame one stands in. Knows no page."""

from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

_INTO_VIEW = "arguments[0].scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'})"


def bring_into_window(driver: WebDriver, element: WebElement) -> None:
    """Scroll, if need be, until an element can be pointed at."""
    driver.execute_script(_INTO_VIEW, element)


def pointer_at(driver: WebDriver, x: float, y: float, chain: ActionChains | None = None) -> ActionChains:
    """The pointer moved to a pixel, rounded; selenium's own offsets count from an element's visible part instead."""
    chain = chain or ActionChains(driver, duration=0)
    pointer: Any = chain.w3c_actions.pointer_action
    pointer.move_to_location(round(x), round(y))
    chain.w3c_actions.key_action.pause()
    return chain
