"""The windows of a browser: the page is opened in ours, and those that it opens besides are closed. Knows no page."""

import contextlib
import re
from collections.abc import Callable

from selenium.common.exceptions import NoSuchWindowException, TimeoutException, WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from model.errors import BrowserError

_REFUSED = re.compile(r"net::(ERR_\w+)")


class Windows:
    """Those that are open when a page is visited are ours, and so is the one that somebody's page object stands in."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver
        self._ours: set[str] = set()

    def visit(self, url: str, go: Callable[[], object]) -> None:
        """Open a page by `go`.

        Raises:
            BrowserError: nothing answers at `url`, or not in time.
        """
        self._ours = set(self.driver.window_handles)
        try:
            go()
        except TimeoutException as error:
            raise BrowserError(f"{url} did not load in time; does its server answer?") from error
        except WebDriverException as error:
            if (refused := _REFUSED.search(error.msg or "")) is None:
                raise
            raise BrowserError(f"{url} could not be opened ({refused[1]}); does its server run?") from error

    def close_others(self) -> None:
        """Close what the page has opened: a window in front of ours would keep it from being drawn."""
        others = [one for one in self.driver.window_handles if one not in self._ours]
        if not others or not self._ours:
            return
        here = self.driver.current_window_handle
        for other in others:
            if other != here:
                with contextlib.suppress(NoSuchWindowException):  # it went by itself
                    self.driver.switch_to.window(other)
                    self.driver.close()
        self.driver.switch_to.window(here)
