"""Finds the class that describes a page: --site module:Class. Knows no page."""

import contextlib
import importlib
import traceback
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from bot.browser import said_by
from bot.player import FAILURE
from bot.screens.session import Session
from bot.screens.site import Site
from model.artifacts import whole
from model.errors import BrowserError, ConfigError, HomingError

GUESS = ("guess", ("put_pin", "submit"))  # in one step, or in two


def load_site(name: str) -> type[Any]:
    """The class behind "module:Class", which `python -m bot` finds in the folder one stands in too.

    Raises:
        ConfigError: no such module or class, or one that lacks what a site needs.
    """
    module_name, colon, class_name = name.partition(":")
    if not (module_name and colon and class_name):
        raise ConfigError(f"--site is module:Class, such as my_page:MyPage; found {name!r}.")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ConfigError(
            f"looked for the module {module_name} of --site {name}, could not import it: {error}."
        ) from error
    except (Exception, SystemExit) as error:  # whatever somebody's module does while it is read
        raise ConfigError(
            f"the module {module_name} of --site {name} fails: {type(error).__name__}: {error}."
        ) from error
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        classes = sorted(key for key, value in vars(module).items() if isinstance(value, type))
        raise ConfigError(f"{module_name} has no class {class_name}; it has {', '.join(classes) or 'none'}.")
    wanted = {name for name, value in vars(Site).items() if callable(value) and not name.startswith("_")} - {"guess"}
    lacking = sorted(method for method in wanted if not callable(getattr(found, method, None)))
    if not hasattr(found, "guess") and not all(hasattr(found, step) for step in GUESS[1]):
        lacking.append("guess (or put_pin and submit)")
    if lacking:
        raise ConfigError(f"{name} lacks {', '.join(lacking)}: a site has all methods of bot/screens/site.py.")
    return found


def opened(site_class: type[Any], driver: WebDriver, url: str, out: Path) -> Site:
    """A site in a browser; what its page keeps there is saved in the run's folder.

    Raises:
        ConfigError: a class that is not made from a driver and an address, or fails at it.
        BrowserError: the page failed it.
    """
    name = site_class.__name__
    try:
        site: Any = site_class(driver, url) if url else site_class(driver)
    except HomingError:
        _photograph(driver, out)
        raise
    except WebDriverException as error:
        _photograph(driver, out)
        raise BrowserError(f"{name} could not be made: {said_by(error)}") from error
    except Exception as error:
        _photograph(driver, out)
        raise ConfigError(f'{name} is made from (driver, url=""), which failed: {described(error)}.') from error
    if isinstance(getattr(site, "session", None), Session):
        site.session.path = out / "session.json"
    return site  # type: ignore[no-any-return]


def described(error: BaseException) -> str:
    """An error that nobody foresaw, and the line of somebody's file that led to it."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "site-packages" not in one.filename]
    place = f", {Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else ""
    said = " ".join(str(error).split())[:200].rstrip(".")
    return f"{type(error).__name__}{place}{': ' if said else ''}{said}"


def _photograph(driver: WebDriver, out: Path) -> None:
    """Leave a picture of the page beside the events, where there is one to be taken."""
    with contextlib.suppress(Exception), whole(out / FAILURE) as path:
        path.write_bytes(driver.get_screenshot_as_png())
