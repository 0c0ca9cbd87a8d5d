"""The base of all page objects: find, wait with a message, photograph. Knows no page."""

import contextlib
from collections.abc import Callable

from selenium.common.exceptions import (
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from model.errors import BrowserError

Locator = tuple[str, str]
POLL_S = 0.02
PATIENCE_S = 1.0  # what has not come by then is looked for less often: asking costs the page time too
SLOW_POLL_S = 0.2
LOOKS_PER_CHECK = 5  # every so many looks for what is wanted, one for what went wrong
TIMEOUT_S = 30.0  # a panorama is rendered in under two seconds; a busy machine takes longer


class PageRefused(BrowserError):
    """The page itself says that something is wrong."""


class Screen:
    """A page or a part of one. Subclasses put their locators on top and say when they are `loaded`."""

    BODY: Locator = (By.TAG_NAME, "body")
    ERROR: Locator = (By.ID, "error")

    def __init__(self, driver: WebDriver, timeout_s: float = TIMEOUT_S) -> None:
        self.driver = driver
        self.timeout_s = timeout_s

    @property
    def loaded(self) -> bool:
        """Whether everything is there that a player needs of this screen."""
        return True

    def wait_until_loaded(self) -> None:
        """Wait for `loaded`.

        Raises:
            BrowserError: it did not come, or the page shows an error.
        """
        self.wait(lambda: self.loaded, f"the {self.name} did not appear")

    @property
    def name(self) -> str:
        """How messages call this screen: StartScreen is the start screen."""
        words = "".join(f" {c.lower()}" if c.isupper() else c for c in type(self).__name__)
        return words.strip()

    def find(self, locator: Locator) -> WebElement:
        """The element, which must be there."""
        return self.driver.find_element(*locator)

    def attribute(self, locator: Locator, name: str) -> str:
        """An attribute of an element as the page wrote it; empty when it has none."""
        return self.find(locator).get_dom_attribute(name) or ""

    def data(self, *locators: Locator) -> dict[str, str]:
        """All data-* attributes of elements in one look, named as the page's scripts name them: data-fov is `fov`."""
        elements = [self.find(locator) for locator in locators]
        read: dict[str, str] = self.driver.execute_script(
            "return Object.assign({}, ...[...arguments].map((element) => ({...element.dataset})))", *elements
        )
        return read

    def press(self, key: str) -> None:
        """Press a key of the keyboard."""
        ActionChains(self.driver, duration=0).send_keys(key).perform()

    def click(self, locator: Locator, what: str) -> None:
        """Click an element once it can be clicked.

        Raises:
            BrowserError: it stays hidden, covered or disabled.
        """

        def clicked() -> bool:
            element = self.find(locator)
            if not (element.is_displayed() and element.is_enabled()):
                return False
            element.click()
            return True

        self.wait(clicked, f"{what} could not be clicked")

    def wait(self, condition: Callable[[], bool], failure: str, timeout_s: float | None = None) -> None:
        """Wait until `condition` holds; a page that shows an error ends the wait at once.

        Raises:
            BrowserError: `failure`, with the time waited and what the page says.
        """
        timeout_s = self.timeout_s if timeout_s is None else timeout_s
        looks = 0

        def holds(_: WebDriver) -> bool:
            nonlocal looks
            if condition():
                return True
            looks += 1
            if looks % LOOKS_PER_CHECK == 0:
                self.refuse_if_broken()
            return False

        passing = (NoSuchElementException, StaleElementReferenceException, ElementNotInteractableException)
        quick_s = min(PATIENCE_S, timeout_s)
        with contextlib.suppress(TimeoutException):
            WebDriverWait(self.driver, quick_s, POLL_S, passing).until(holds)
            return
        try:
            WebDriverWait(self.driver, timeout_s - quick_s, SLOW_POLL_S, passing).until(holds)
        except TimeoutException as error:
            raise BrowserError(f"{failure} within {timeout_s:g} s at {self.driver.current_url}.") from error

    def refuse_if_broken(self) -> None:
        """Raise PageRefused with the page's own words if it shows an error."""
        if self.attribute(self.BODY, "data-state") == "error":
            raise PageRefused(f"the page says: {self.find(self.ERROR).text or 'error'}")

    def shown(self, locator: Locator) -> bool:
        """Whether an element is there and can be seen."""
        return any(element.is_displayed() for element in self.driver.find_elements(*locator))

    def picture(self) -> bytes:
        """The page as it looks now (PNG)."""
        return self.driver.get_screenshot_as_png()
