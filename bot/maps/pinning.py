"""Puts a pin on any map that an adapter tells of: opens it, brings the place near, clicks, checks. Knows no library."""

import contextlib
import math
import time
from dataclasses import replace

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    MoveTargetOutOfBoundsException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.remote.webdriver import WebDriver

from bot.maps.blind import BlindMap
from bot.maps.hand import Hand
from bot.maps.opening import Opening
from bot.maps.protocol import Bounds, Look, MapAdapter, MapSettings, Place, within
from bot.maps.view import View
from bot.screens.paths import find, frames_of
from bot.screens.pointer import bring_into_window
from bot.screens.screen import TIMEOUT_S, PageRefused, Screen
from model.errors import BrowserError
from model.geo.distance import haversine_km

FINE_KM_PER_PX = 1.0
FINE_SHARE = 2000.0  # a map with bounds is fine enough when this many pixels cross it
CLOSE_PX, CLOSE_SHARE = 2.0, 0.003  # how far a pin may be from where it was meant: pixels, or of what the map shows
STEPS, ATTEMPTS = 24, 4
PIN_S = 1.5  # how long a click may take to become a pin
# The map, or its frame, is being loaded once more, or was scrolled out of the window.
ANEW = (NoSuchElementException, StaleElementReferenceException, MoveTargetOutOfBoundsException)
LOST_S = 8.0  # a busy page may lose the key, or the click, that opens the map: then it is asked again
MOVED_S = 0.12  # between two moves; before a click it must rest for as long as the settings say
SCROLLED_S = 0.12  # what was at rest and has only been scrolled; a busy browser may undo that at its next frame
INSET_PX = 2.0
ROUNDING_PX = 1.0  # a pointer knows whole pixels; what is farther off was brought within the map's bounds
_NEARBY = sorted(((dx, dy) for dx in range(-2, 3) for dy in range(-2, 3)), key=lambda by: by[0] ** 2 + by[1] ** 2)


class PinMap(Screen):
    """A guess map on somebody's page."""

    def __init__(
        self,
        driver: WebDriver,
        adapter: MapAdapter,
        opening: Opening | None = None,
        settings: MapSettings | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        super().__init__(driver, timeout_s)
        self.adapter, self.opening, self.settings = adapter, opening, settings or MapSettings()
        self.hand = Hand(driver, adapter, self.settings.zoom_in)
        self._noticed: tuple[Look, float] | None = None
        self._stood: tuple[float, float, float, float] | None = None  # where it was brought into the window

    def notice(self) -> None:
        """Look at a map that needs no opening, ahead of time: if it is the same when the pin is put, it is at rest."""
        if self.opening is None:
            with contextlib.suppress(BrowserError, *ANEW):  # there is none yet
                self._noticed = self.adapter.look(self.driver), time.monotonic()

    def open(self) -> None:
        """Make the map as large as it gets, and quiet."""
        for patience_s in (min(LOST_S, self.timeout_s), self.timeout_s):
            self.wait(self._asked_to_open, f"what opens the map at {self.adapter.path} cannot be reached")
            try:
                self.wait(self._can_be_seen, f"the map at {self.adapter.path} did not open", patience_s)
                break
            except BrowserError as error:
                if isinstance(error, PageRefused) or patience_s == self.timeout_s:
                    raise
        try:
            self._fresh_size()  # what grows on is noticed while it comes to rest
        except (BrowserError, *ANEW):  # a map that is made when it is opened
            self._rest_of_box()
            self._fresh_size()

    def put_pin(self, lat: float, lng: float) -> Place:
        """Click the place, within the map's bounds; gives (lat, lng) of the pin.

        Raises:
            BrowserError: the place cannot be reached, the map takes no click, or the pin always falls elsewhere.
        """
        astray_px = math.inf
        for _ in range(ATTEMPTS):
            try:
                look = self._calibrated()
                lat, lng = within(lat, lng, (look.bounds, self.settings.bounds))
                look, view = self._bring_near(look, lat, lng)
                x, y = self._pixel_within(look, view, *view.pixel_of(lat, lng))
                pin = self._click(look, x, y)
            except ANEW:
                continue
            if pin is None:
                continue
            wanted = view.pixel_of(lat, lng)
            aimed = (lat, lng) if math.dist(wanted, (x, y)) <= ROUNDING_PX else view.place_at(x, y)
            astray_px = view.distance_px(pin, aimed)
            if astray_px <= max(CLOSE_PX, CLOSE_SHARE * math.hypot(view.width_px, view.height_px)):
                return pin
            if isinstance(self.adapter, BlindMap):
                self.adapter.forget()  # it has been moved, or its scale is not what two clicks said
        where = f"({lat:.4f}, {lng:.4f})"
        if math.isinf(astray_px):
            raise BrowserError(
                f"the map at {self.adapter.path} took no click: no pin after {ATTEMPTS} tries at {where}."
            )
        raise BrowserError(
            f"the pin fell {astray_px:.0f} px from {where}, and no nearer in {ATTEMPTS} tries; the map at "
            f"{self.adapter.path} may move under the click, or show another projection than its adapter says."
        )

    def markers(self) -> tuple[Place, ...]:
        """All markers on the map, as far as it tells.

        Raises:
            BrowserError: there is no map any more.
        """
        try:
            return self.adapter.look(self.driver).markers
        except NoSuchElementException as error:
            raise BrowserError(f"looked for a map at {self.adapter.path}, found no such element.") from error

    def _asked_to_open(self) -> bool:
        try:
            if self.opening is not None:
                self.opening.open(self.driver)
        except ElementClickInterceptedException:
            return False
        return True

    def _can_be_seen(self) -> bool:
        is_open = self.opening is None or self.opening.is_open(self.driver)
        return is_open and find(self.driver, self.adapter.path).is_displayed()

    def _bring_near(self, look: Look, lat: float, lng: float) -> tuple[Look, View]:
        """Zoom and drag until a pixel is fine enough and the place can be clicked; `look` is the map at rest."""
        stuck = False  # the last move changed nothing: the map has reached an end
        for _ in range(STEPS):
            view = _view_of(look)
            x, y = view.pixel_of(lat, lng)
            levels = math.log2(view.km_per_px(lat, lng) / self._finest_km_per_px(look.bounds))
            on_map, clear = view.shows(x, y, -INSET_PX), self.hand.can_click(view, x, y)
            if (levels <= 0.0 and clear) or (stuck and on_map):
                rested = self._calibrated()
                if rested == look:
                    return look, view
                look, stuck = rested, False  # it was only about to rest
                continue
            before, self._noticed = view, None  # whatever it looks like from now on, it has just been moved
            if not clear:
                away = math.hypot(x - view.width_px / 2, y - view.height_px / 2) / view.width_px
                if away > 1.5 and not stuck:
                    self.hand.zoom(look, view.width_px / 2, view.height_px / 2, -math.log2(2.5 * away))
                else:
                    self.hand.drag_to_centre(look, view, x, y)
            else:
                room_px = max(2.0, min(x, y, view.width_px - x, view.height_px - y))  # for what rounding leads astray
                self.hand.zoom(look, x, y, min(levels, max(1.0, math.log2(room_px))))
            look = self._calibrated(MOVED_S)
            if _view_of(look) == before:  # a map may gather turns of the wheel before it moves
                look = self._calibrated()
            after = _view_of(look)
            self.hand.wheel.learn(before.km_per_px(lat, lng), after.km_per_px(lat, lng))
            stuck = after == before
        raise BrowserError(
            f"the map at {self.adapter.path} could not be moved to ({lat:.4f}, {lng:.4f}) in {STEPS} steps."
        )

    def _finest_km_per_px(self, bounds: Bounds | None) -> float:
        if self.settings.finest_km_per_px is not None:
            return self.settings.finest_km_per_px
        kept = self.settings.bounds or bounds
        if kept is None:
            return FINE_KM_PER_PX
        return min(FINE_KM_PER_PX, float(haversine_km(kept[:2], kept[2:])) / FINE_SHARE)

    def _calibrated(self, rest_s: float | None = None) -> Look:
        """The map at rest, with a view: a map that tells none is clicked twice, and rests as long as ever."""
        look = self._at_rest(None if isinstance(self.adapter, BlindMap) else rest_s)
        if look.view is None and isinstance(self.adapter, BlindMap):
            width, height = look.box[2:]
            known = []
            for share in (0.35, 0.65):
                pin = self._click(look, width * share, height * share)
                if pin is None:
                    raise BrowserError(
                        f"a click on the map at {self.adapter.path} left no place at {self.adapter.pin}."
                    )
                known.append((round(width * share), round(height * share), *pin))
            self.adapter.calibrate([(float(x), float(y), lat, lng) for x, y, lat, lng in known], width, height)
            look = self._at_rest()
        return look

    def _at_rest(self, rest_s: float | None = None) -> Look:
        """The map, once nothing of it has changed for a while and it is in the window: no easing, no growing."""
        last: Look | None = None
        since, enough_s = time.monotonic(), self.settings.rest_s if rest_s is None else rest_s
        tells = not isinstance(self.adapter, BlindMap)

        def still() -> bool:
            nonlocal last, since
            look = self._look_in_window(last)
            if look != last:
                if last is not None and look.box[2:] != last.box[2:]:
                    self._fresh_size()
                last, since = look, self._seen_since(look, enough_s)
            whole = look.box[2] > 0 and (look.view is not None or not tells)
            return whole and time.monotonic() - since >= enough_s

        self.wait(still, f"the map at {self.adapter.path} did not come to rest")
        assert last is not None
        self._noticed = last, since
        return last

    def _seen_since(self, look: Look, enough_s: float) -> float:
        """Since when the map is known to look so: since now, or since it was noticed, but for where it stands."""
        (noticed, at), self._noticed = self._noticed or (look, math.inf), None
        now = time.monotonic()
        if noticed == look:
            return min(at, now)
        scrolled = noticed.box[2:] == look.box[2:] and replace(noticed, box=look.box) == look
        return now - max(0.0, enough_s - SCROLLED_S) if scrolled else now

    def _look_in_window(self, last: Look | None) -> Look:
        """The map now, brought into the window unless it stands where it was brought: a busy browser may undo a scroll
        that came right after the page had grown. In a frame nobody sees from its box that the page was scrolled."""
        look = None if last is None else self.adapter.look(self.driver)
        if look is None or look.box != self._stood or frames_of(self.adapter.path):
            self._stood = bring_into_window(self.driver, find(self.driver, self.adapter.path))
            look = self.adapter.look(self.driver)
        return look

    def _fresh_size(self) -> None:
        """Let the map know how large it is now, and quiet it."""
        self.adapter.tame(self.driver)

    def _rest_of_box(self) -> None:
        """Wait until the element has stopped growing; what is in it may not have noticed yet."""
        script = "const r = arguments[0].getBoundingClientRect(); return [r.left, r.top, r.width, r.height]"
        last, since = None, time.monotonic()

        def still() -> bool:
            nonlocal last, since
            box = self.driver.execute_script(script, find(self.driver, self.adapter.path))
            if box != last:
                last, since = box, time.monotonic()
            return time.monotonic() - since >= self.settings.rest_s

        self.wait(still, f"the map at {self.adapter.path} did not stop growing")

    def _click(self, look: Look, x: float, y: float) -> Place | None:
        """Click a pixel; the pin that comes of it, if one does."""
        before = now = self.adapter.look(self.driver)
        self.hand.pointer(look, x, y).click().perform()

        def pinned() -> bool:
            nonlocal now
            now = self.adapter.look(self.driver)
            return now.pin is not None and now.pin != before.pin

        try:
            self.wait(pinned, "no pin", PIN_S)
        except BrowserError:
            self.refuse_if_broken()
            # Heard, and the pin stands where it stood: it was there already, or the page takes its time.
            return now.pin if now.clicks > before.clicks else None
        return now.pin

    def _pixel_within(self, look: Look, view: View, x: float, y: float) -> tuple[float, float]:
        """The pixel to click: on the map, and where a place lies on the edge of its bounds, just within them."""
        x = max(INSET_PX, min(view.width_px - INSET_PX, x))
        y = max(INSET_PX, min(view.height_px - INSET_PX, y))
        left, top = look.box[:2]
        near = ((round(left + x) + dx - left, round(top + y) + dy - top) for dx, dy in _NEARBY)
        for pixel in near:
            place = view.place_at(*pixel)
            kept = within(*place, (look.bounds, self.settings.bounds))
            if math.dist(kept, place) < 1e-9:
                return pixel
        return x, y


def _view_of(look: Look) -> View:
    if look.view is None:
        raise BrowserError("the map does not say where it looks.")
    return look.view
