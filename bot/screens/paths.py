"""Paths to elements through frames and shadow roots, in one line. Knows no page.

    #map                              a CSS selector
    //button[text()='Go']             an XPath, where it begins with //
    iframe#viewer >> canvas           inside a frame
    pano-viewer >> .controls          inside a shadow root: what stands before >> says which of the two it is
    .result @data-km                  an attribute instead of the text

Whoever finds an element this way stands in its frame afterwards, so that the element can be used.
"""

import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from selenium.common.exceptions import (
    NoSuchElementException,
    NoSuchFrameException,
    NoSuchShadowRootException,
    NoSuchWindowException,
    StaleElementReferenceException,
)
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

INTO = " >> "
_in_a_frame: "weakref.WeakSet[WebDriver]" = weakref.WeakSet()  # drivers that stand in one as far as we know
FRAMES = ("iframe", "frame")

# A question to the driver takes some ten milliseconds, and a round of a page asks a hundred: a path is one question
# as long as it stays in one document. `into` is what only the driver can enter: a frame, or a closed shadow root.
_WALK = """
let [root, steps, want, inside] = arguments;
if (!inside && window !== top) return {elsewhere: true};
root ??= document;
const has = {checkOpacity: true, checkVisibilityCSS: true};
const sized = (e) => [...e.getClientRects()].some((r) => r.width > 0 && r.height > 0);
const seen = (e) => {
  if (getComputedStyle(e).display === 'contents') return [...(e.shadowRoot ?? e).children].some(seen);
  return e.checkVisibility(has) && (sized(e) || [...e.querySelectorAll('*')].some((c) => sized(c) && seen(c)));
};
const all = (step) => {
  if (!step.startsWith('//')) return [...root.querySelectorAll(step)];
  const found = document.evaluate(step, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  return Array.from({length: found.snapshotLength}, (_, k) => found.snapshotItem(k));
};
const last = steps.pop();
for (const [k, step] of steps.entries()) {
  const host = all(step).find(seen);
  if (!host) return {found: null};
  if (!host.shadowRoot) return {into: host, frame: ['IFRAME', 'FRAME'].includes(host.tagName), walked: k + 1};
  root = host.shadowRoot;
}
const found = all(last), first = found.find(seen);
if (want === 'elements') return {found};
if (want === 'shown') return {found: !!first};
if (want !== 'text') {  // a page may keep the map of its result, hidden, beside the map of its round
  const foremost = first ?? found[0];
  return {found: foremost && want !== 'element' ? foremost.getAttribute(want.slice(1)) : foremost ?? null};
}
return {found: first ? (first.innerText ?? first.textContent) || String(first.value ?? '') : null};
"""

# What is found, and at once what a function says of it.
_WALK_AND_TELL = f"""
const walk = function () {{ {_WALK} }}, answer = walk(...arguments);
if (answer.found) answer.told = (%s)(answer.found);
return answer;
"""

_WALK_ALL = f"""
if (window !== top) return null;
const walk = function () {{ {_WALK} }};
return arguments[0].map((one) => walk(null, ...one, true));
"""


def find_all(driver: WebDriver, path: str) -> list[WebElement]:
    """All elements at a path, in the first frame or shadow root that it names; none where the way there is not."""
    return _ask(driver, _split(path)[0], "elements") or []


def find(driver: WebDriver, path: str) -> WebElement:
    """The first element at a path that can be seen; the first of all where none can.

    Raises:
        NoSuchElementException: it is not there.
    """
    found: WebElement | None = _ask(driver, _split(path)[0], "element")
    if found is None:
        raise NoSuchElementException(f"nothing at {path}")
    return found


def find_and_ask(driver: WebDriver, path: str, function: str) -> tuple[WebElement, Any]:
    """As `find`, with what a JavaScript function of the element gives, in the same question: `(el) => el.width`.

    Raises:
        NoSuchElementException: it is not there.
    """
    answer = _answer(driver, _split(path)[0], "element", _WALK_AND_TELL % function)
    if answer["found"] is None:
        raise NoSuchElementException(f"nothing at {path}")
    return answer["found"], answer["told"]


def shown(driver: WebDriver, path: str) -> bool:
    """Whether an element is there and can be seen, the frames around it too; nothing is at an empty path."""
    try:
        return bool(path) and bool(_ask(driver, _split(path)[0], "shown"))
    except StaleElementReferenceException:
        return False  # replaced while it was looked at; the next look sees what came


def read(driver: WebDriver, path: str) -> str | None:
    """The text or the attribute at a path; None where nothing is shown. Of an input, what is filled in."""
    selector, attribute = _split(path)
    try:
        return _cleaned(_ask(driver, selector, f"@{attribute}" if attribute else "text"), path)
    except StaleElementReferenceException:
        return None


def _cleaned(told: str | None, path: str) -> str | None:
    """A text as a person reads it; an attribute as it is."""
    return told if told is None or _split(path)[1] else told.replace("\xa0", " ").strip()


def first_shown(driver: WebDriver, paths: Sequence[str]) -> str | None:
    """The first of several paths at which something is `shown`, in one question where they are all on the page."""
    seen = _ask_all(driver, [(_split(path)[0], "shown") for path in paths], lambda k: shown(driver, paths[k]))
    return next((path for path, there in zip(paths, seen, strict=True) if there), None)


def read_all(driver: WebDriver, paths: Sequence[str]) -> list[str | None]:
    """As `read` for each of several paths, in one question where they are all on the page; None at an empty path."""
    asked = [(selector, f"@{name}" if name else "text") for selector, name in map(_split, paths)]
    answers = _ask_all(driver, asked, lambda k: read(driver, paths[k]))
    return [_cleaned(told, path) for told, path in zip(answers, paths, strict=True)]


def frames_of(path: str) -> list[str]:
    """The paths of what stands before each >> of a path: the frames and hosts around its element, outermost first."""
    steps = _split(path)[0].split(INTO)
    return [INTO.join(steps[: k + 1]) for k in range(len(steps) - 1)]


def is_frame(element: WebElement) -> bool:
    """Whether an element is a frame, with a document of its own."""
    return element.tag_name.lower() in FRAMES


def _ask(driver: WebDriver, path: str, want: str) -> Any:
    """What is wanted of a path: "elements", the foremost "element", whether one is "shown", "text", "@attribute"."""
    return _answer(driver, path, want)["found"]


def _ask_all(driver: WebDriver, asked: Sequence[tuple[str, str]], alone: Callable[[int], Any]) -> Iterator[Any]:
    """As `_ask` for several paths, None at an empty one; what leads off the page is asked for `alone`, in its turn."""
    there = [(path.split(INTO), want) for path, want in asked if path]
    if there and not stands_in_page(driver):
        to_the_page(driver)
    try:
        answers = driver.execute_script(_WALK_ALL, there) if there else []
    except (NoSuchFrameException, NoSuchWindowException, StaleElementReferenceException):  # a frame that went
        answers = None
    told = iter(answers if answers is not None else [{"into": None}] * len(there))
    for k, (path, _) in enumerate(asked):
        answer = next(told) if path else {"found": None}
        yield alone(k) if "into" in answer else answer["found"]


def _answer(driver: WebDriver, path: str, want: str, script: str = _WALK) -> dict[str, Any]:
    """What a script that walks answers at the end of a path: `found`, and what else it has to say."""
    root, steps, inside = None, path.split(INTO), False
    if driver in _in_a_frame:
        to_the_page(driver)
    while "into" in (answer := _walk(driver, script, root, steps, want, inside)):
        root, steps, inside = None, steps[answer["walked"] :], True
        try:
            if answer["frame"]:
                driver.switch_to.frame(answer["into"])
                _in_a_frame.add(driver)
            else:
                root = answer["into"].shadow_root
        except (NoSuchFrameException, NoSuchShadowRootException):  # it went while it was looked at
            return {"found": None}
    return answer


def _walk(driver: WebDriver, script: str, root: Any, steps: list[str], want: str, inside: bool) -> dict[str, Any]:
    """One question; a driver that stands in a frame, or where one was, is brought back to the page before the first."""
    try:
        answer: dict[str, Any] = driver.execute_script(script, root, steps, want, inside)
    except (NoSuchFrameException, NoSuchWindowException):
        if inside:
            raise
        answer = {"elsewhere": True}
    if "elsewhere" in answer:
        to_the_page(driver)
        answer = driver.execute_script(script, root, steps, want, inside)
    return answer


def stands_in_page(driver: WebDriver) -> bool:
    """Whether whoever was found last is in no frame, so that the driver is in none either."""
    return driver not in _in_a_frame


def to_the_page(driver: WebDriver) -> None:
    """Out of all frames."""
    driver.switch_to.default_content()
    _in_a_frame.discard(driver)


def _split(path: str) -> tuple[str, str]:
    """The selector and the attribute's name, if the path ends with one."""
    selector, at, attribute = path.rpartition(" @")
    return (selector, attribute) if at else (path, "")
