"""A map's element on the page, and the clicks that it hears. Knows no library."""

from selenium.common.exceptions import NoSuchElementException
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.screens.paths import find
from model.errors import BrowserError

# For a script that looks at a map: heard(el) are the pixels of its clicks since it was first asked.
HEARD = """
const heard = (el) => {
  if (!el.homingClicks) {
    el.homingClicks = [];
    el.addEventListener('click', (e) => el.homingClicks.push([e.clientX, e.clientY]), true);
  }
  return el.homingClicks;
};
"""


def map_element(driver: WebDriver, path: str) -> WebElement:
    """The element of a map.

    Raises:
        BrowserError: there is no such element.
    """
    try:
        return find(driver, path)
    except NoSuchElementException as error:
        raise BrowserError(f"looked for a map at {path}, found no such element.") from error


def listening(driver: WebDriver, path: str) -> WebElement:
    """The same, which from now on keeps the pixels of its clicks."""
    element = map_element(driver, path)
    driver.execute_script(HEARD + "heard(arguments[0])", element)
    return element
