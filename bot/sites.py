"""Finds the class that describes a page: --site module:Class. Knows no page."""

import importlib
from pathlib import Path
from typing import Any

from selenium.webdriver.remote.webdriver import WebDriver

from bot.screens.session import Session
from bot.screens.site import Site
from model.errors import ConfigError

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
    except Exception as error:  # whatever somebody's module does while it is read
        raise ConfigError(
            f"the module {module_name} of --site {name} fails: {type(error).__name__}: {error}"
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
        ConfigError: a class that is not made from a driver and an address.
    """
    try:
        site: Any = site_class(driver, url) if url else site_class(driver)
    except TypeError as error:
        raise ConfigError(f'{site_class.__name__} is made from (driver, url=""), which failed: {error}.') from error
    if isinstance(getattr(site, "session", None), Session):
        site.session.path = out / "session.json"
    return site  # type: ignore[no-any-return]
