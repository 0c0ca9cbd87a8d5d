"""A map that a JavaScript library draws: its own functions say what lies where. The adapters say how each is asked.

An adapter's SCRIPT names a file with one JavaScript object:

    is(o)            whether an object is such a map           element(o)    the element it draws in
    classes          global names of its class, if it has any
    size(o)          [width, height] in CSS pixels             place(o, x, y)  [lat, lng] of a pixel of the map
    plane(o)         'mercator' or 'plate'                     nearest       whether the nearest copy may be clicked
    bounds(o)        [south, west, north, east] or null        markers(o)    [[lat, lng], …]
    tame(o)          no inertia, no animation, north up        refresh(o)    takes a fresh size
    listen(o, hear)  calls hear(lat, lng) for each click
"""

import functools
from pathlib import Path
from typing import Any, ClassVar

from selenium.common.exceptions import JavascriptException, StaleElementReferenceException, TimeoutException
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.maps.element import map_element
from bot.maps.protocol import Bounds, Look, Place
from bot.maps.view import AffineView
from bot.screens.paths import find, find_and_ask, read
from bot.screens.reading import place_in
from model.errors import BrowserError

_ATTACH = """
const [el, done] = arguments;
if (el.homingMap) return done('');
const kind =
%(kind)s;
const given = () => (%(given)s);
%(find)s
findMap(el, kind, given).then((map) => {
  if (!map) return done('none');
  const heard = {map, kind, clicks: 0, pin: null};
  Object.defineProperty(el, 'homingMap', {value: heard, configurable: true});
  kind.listen(map, (lat, lng) => { heard.clicks += 1; heard.pin = [lat, lng]; });
  done('');
}).catch((error) => done(String(error)));
"""
_TAME = "const {map, kind} = arguments[0].homingMap; kind.tame(map); kind.refresh(map);"
_LOOK = """(el) => {
const held = el.homingMap;
if (!held) return null;
const {map, kind} = held, at = kind.element(map), box = el.getBoundingClientRect(), inner = at.getBoundingClientRect();
const scale = [inner.width / (at.offsetWidth || inner.width), inner.height / (at.offsetHeight || inner.height)];
const [w, h] = kind.size(map), known = [];
for (const [x, y] of [[w / 2, h / 2], [w / 2 + 60, h / 2], [w / 2, h / 2 + 60]]) {
  const [lat, lng] = kind.place(map, x, y) ?? [NaN, NaN];
  const across = (x + at.clientLeft) * scale[0], down = (y + at.clientTop) * scale[1];
  known.push([inner.left - box.left + across, inner.top - box.top + down, lat, lng]);
}
return {known, box: [box.left, box.top, box.width, box.height], plane: kind.plane(map), nearest: kind.nearest,
        bounds: kind.bounds(map), markers: kind.markers(map), pin: held.pin, clicks: held.clicks};
}"""
PIN_PX = 14.0  # a marker so near to the click is the pin


class ScriptedMap:
    """A map of a JavaScript library in the element at `path`.

    Attributes:
        expression: JavaScript that gives the map's object, where it hides too well: "window.app.map".
        pin: path of an element whose text or attribute says the pin's latitude and longitude, if the page has one.
    """

    NAME: ClassVar[str]
    SCRIPT: ClassVar[str]

    def __init__(self, path: str, expression: str = "", pin: str = "") -> None:
        self.path, self.expression, self.pin = path, expression, pin

    def attach(self, driver: WebDriver) -> WebElement:
        """Find the library's map, however the page keeps it.

        Raises:
            BrowserError: there is no such element, or no map of this library in it.
        """
        element = map_element(driver, self.path)
        try:
            script = _ATTACH % {"kind": _js(self.SCRIPT), "given": self.expression or "null", "find": _js("find.js")}
            problem = driver.execute_async_script(script, element)
        except (TimeoutException, JavascriptException) as error:
            raise BrowserError(f"the page did not let the map at {self.path} be asked: {error.msg}.") from error
        if problem == "none":
            raise BrowserError(
                f"there is no {self.NAME} map in the element at {self.path}. Is it another library's, or drawn later? "
                'An expression that gives the map, such as "window.app.map", finds one that hides.'
            )
        if problem:
            raise BrowserError(f"the {self.NAME} map at {self.path} could not be asked: {problem}.")
        return element

    def tame(self, driver: WebDriver) -> None:
        """Switch inertia and animation off, turn north up, take a fresh size."""
        driver.execute_script(_TAME, self.attach(driver))

    def look(self, driver: WebDriver) -> Look:
        """The map as it is now."""
        _, seen = find_and_ask(driver, self.path, _LOOK)
        if seen is None:
            self.attach(driver)
            _, seen = find_and_ask(driver, self.path, _LOOK)
        if seen is None:
            raise StaleElementReferenceException(f"the map at {self.path} was replaced while it was looked at")
        box = seen["box"]
        try:
            view = AffineView.through(
                [tuple(map(_number, one)) for one in seen["known"]],  # type: ignore[misc]
                box[2], box[3], seen["plane"], bool(seen["nearest"]),
            )  # fmt: skip
        except (ValueError, ZeroDivisionError):
            view = None  # a map of no size, while it grows
        markers = tuple(_place(one) for one in seen["markers"])
        bounds: Bounds | None = tuple(seen["bounds"]) if seen["bounds"] else None
        heard = _place(seen["pin"]) if seen["pin"] else None
        pin = self._told(driver) if self.pin else _pin_of(view, heard, markers)
        return Look(view, tuple(box), pin, int(seen["clicks"]), bounds, markers)

    def _told(self, driver: WebDriver) -> Place | None:
        told = place_in(read(driver, self.pin) or "")
        find(driver, self.path)  # back into the map's frame
        return told


def _pin_of(view: AffineView | None, heard: Place | None, markers: tuple[Place, ...]) -> Place | None:
    """The marker at the last click; without one, where the click was heard."""
    if view is None or heard is None:
        return heard
    near = [(view.distance_px(one, heard), one) for one in markers]
    away_px, marker = min(near, default=(float("inf"), heard))
    return marker if away_px <= PIN_PX else heard


@functools.cache
def _js(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _place(value: Any) -> Place:
    return _number(value[0]), _number(value[1])
