"""Paths to elements through frames and shadow roots, in one line. Knows no page.

    #map                              a CSS selector
    //button[text()='Go']             an XPath, where it begins with //
    iframe#viewer >> canvas           inside a frame
    pano-viewer >> .controls          inside a shadow root: what stands before >> says which of the two it is
    .result @data-km                  an attribute instead of the text

Whoever finds an element this way stands in its frame afterwards, so that the element can be used.
"""

from selenium.common.exceptions import (
    NoSuchElementException,
    NoSuchFrameException,
    NoSuchShadowRootException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.shadowroot import ShadowRoot
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

INTO = " >> "
FRAMES = ("iframe", "frame")


def find_all(driver: WebDriver, path: str) -> list[WebElement]:
    """All elements at a path, in the first frame or shadow root that it names; none where the way there is not."""
    *way, last = _split(path)[0].split(INTO)
    root = _enter(driver, way)
    return [] if root is None else root.find_elements(*_locator(last))


def find(driver: WebDriver, path: str) -> WebElement:
    """The first element at a path that can be seen; the first of all where none can.

    Raises:
        NoSuchElementException: it is not there.
    """
    found = find_all(driver, path)
    if not found:
        raise NoSuchElementException(f"nothing at {path}")
    return _foremost(found)


def shown(driver: WebDriver, path: str) -> bool:
    """Whether an element is there and can be seen, the frames around it too; nothing is at an empty path."""
    try:
        return bool(path) and any(element.is_displayed() for element in find_all(driver, path))
    except StaleElementReferenceException:
        return False  # replaced while it was looked at; the next look sees what came


def read(driver: WebDriver, path: str) -> str | None:
    """The text or the attribute at a path; None where nothing is shown. Of an input, what is filled in."""
    selector, attribute = _split(path)
    try:
        found = find_all(driver, selector)
        if attribute and found:
            return _foremost(found).get_dom_attribute(attribute)
        for element in found:
            if element.is_displayed():
                return (element.text or str(element.get_property("value") or "")).strip()
    except StaleElementReferenceException:
        return None
    return None


def frames_of(path: str) -> list[str]:
    """The paths of what stands before each >> of a path: the frames and hosts around its element, outermost first."""
    steps = _split(path)[0].split(INTO)
    return [INTO.join(steps[: k + 1]) for k in range(len(steps) - 1)]


def is_frame(element: WebElement) -> bool:
    """Whether an element is a frame, with a document of its own."""
    return element.tag_name.lower() in FRAMES


def _enter(driver: WebDriver, way: list[str]) -> WebDriver | ShadowRoot | None:
    driver.switch_to.default_content()
    root: WebDriver | ShadowRoot = driver
    for step in way:
        found = root.find_elements(*_locator(step))
        host = next((one for one in found if one.is_displayed()), None)
        if host is None:
            return None
        if is_frame(host):
            try:
                driver.switch_to.frame(host)
            except NoSuchFrameException:  # it went while it was looked at
                return None
            root = driver
        else:
            try:
                root = host.shadow_root
            except NoSuchShadowRootException:
                return None
    return root


def _foremost(found: list[WebElement]) -> WebElement:
    """A page may keep the map of its result, hidden, beside the map of its round."""
    return next((one for one in found if one.is_displayed()), found[0]) if len(found) > 1 else found[0]


def _locator(step: str) -> tuple[str, str]:
    return (By.XPATH, step) if step.startswith("//") else (By.CSS_SELECTOR, step)


def _split(path: str) -> tuple[str, str]:
    """The selector and the attribute's name, if the path ends with one."""
    selector, at, attribute = path.rpartition(" @")
    return (selector, attribute) if at else (path, "")
