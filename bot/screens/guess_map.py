"""The map on which a guess is placed: open it, bring a place near, put the pin there. Knows no round and no score."""

import math

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By

from bot.mercator import MAX_LAT, MapView
from bot.screens.screen import Locator, Screen
from model.errors import BrowserError

FINE_KM_PER_PX = 1.0  # zoom in until a pixel is no coarser than this; a click is then good to half a kilometre
CLOSE_PX = 2.0  # how far the pin may be from where it was meant
EDGE_PX = 16.0  # nearer to the edge, the next turn of the wheel may push the place out
STEPS = 30
ATTEMPTS = 4
WHEEL = 1000  # a hearty turn: deck.gl takes at most one zoom level for each event
PIN_S = 1.5  # how long a click may take to become a pin
TURNS = 7  # wheel events between two looks; each doubles how far a pixel that was rounded leads astray


class GuessMap(Screen):
    """The guess map, a region of the page."""

    MAP: Locator = (By.ID, "guess-map")
    SUBMIT: Locator = (By.ID, "submit-guess")
    KEY = "m"

    @property
    def loaded(self) -> bool:
        """Whether the map is there and knows where it looks."""
        return bool(self.attribute(self.MAP, "data-zoom"))

    @property
    def is_open(self) -> bool:
        """Whether the map has grown to be clicked on."""
        return self.attribute(self.MAP, "data-open") == "true"

    @property
    def view(self) -> MapView:
        """Where the map looks now, in one look, so that position and zoom belong together."""
        read = self.driver.execute_script(
            "const m = document.getElementById(arguments[0]), r = m.getBoundingClientRect(), d = m.dataset;"
            "return [d.lat, d.lng, d.zoom, r.width, r.height].map(Number)",
            self.MAP[1],
        )
        return MapView(*read)

    @property
    def pin(self) -> tuple[float, float] | None:
        """(lat, lng) of the pin, if one is set."""
        lat, comma, lng = self.attribute(self.MAP, "data-pin").partition(",")
        return (float(lat), float(lng)) if comma else None

    def open(self) -> None:
        """Grow the map."""
        self.wait_until_loaded()
        if not self.is_open:
            self.press(self.KEY)
            self.wait(lambda: self.is_open, "the guess map did not open")

    def put_pin(self, lat: float, lng: float) -> tuple[float, float]:
        """Bring the place near and click it; gives (lat, lng) of the pin, within CLOSE_PX of what was wanted.

        Raises:
            BrowserError: the clicks were refused, or the pin always fell elsewhere.
        """
        lat = max(-MAX_LAT, min(MAX_LAT, lat))
        self.bring_near(lat, lng)
        astray_px = math.inf
        for _ in range(ATTEMPTS):
            view, before = self._settled_view(), self.attribute(self.MAP, "data-pin")
            self._at(view, *view.pixel_of(lat, lng)).click().perform()
            moved = self._pin_leaves(before)
            pin = self.pin
            if pin is not None:
                astray_px = self.view.distance_px(pin, (lat, lng))
                if astray_px <= CLOSE_PX:
                    return pin
            if not moved:
                self.bring_near(lat, lng)
        if math.isinf(astray_px):
            raise BrowserError(f"the guess map took no click: no pin after {ATTEMPTS} tries at ({lat:.4f}, {lng:.4f}).")
        raise BrowserError(
            f"the pin fell {astray_px:.0f} px from ({lat:.4f}, {lng:.4f}), and no nearer in {ATTEMPTS} tries; the map "
            "may have moved under the click."
        )

    def submit(self) -> None:
        """Send the guess."""
        self.click(self.SUBMIT, "the button that submits the guess")

    def bring_near(self, lat: float, lng: float) -> None:
        """Zoom with the wheel, and drag where that is needed, until the place is as large as wanted and can be clicked.

        Raises:
            BrowserError: the place cannot be brought into the map.
        """
        stuck = False  # the last move changed nothing: the map has reached an end
        view = self._settled_view()
        for _ in range(STEPS):
            x, y = view.pixel_of(lat, lng)
            on_map = view.shows(x, y, 1.0)
            levels = math.log2(view.km_per_px(lat) / FINE_KM_PER_PX)
            if not self._can_be_clicked(view, x, y) and not (stuck and on_map):
                far = math.hypot(x - view.width_px / 2, y - view.height_px / 2) > 2 * view.width_px
                if far and not stuck:
                    self._turn_wheel(view, view.width_px / 2, view.height_px / 2, +WHEEL, 2)
                else:
                    self._drag_to_centre(view, x, y)
            elif levels <= 0:
                return
            else:
                room_px = max(2.0, min(x, y, view.width_px - x, view.height_px - y))  # for what rounding leads astray
                self._turn_wheel(view, x, y, -WHEEL, max(1, min(math.ceil(levels), TURNS, int(math.log2(room_px)))))
            before, view = view, self._settled_view()
            if view == before and stuck and on_map:
                return  # as near as this map goes
            stuck = view == before
        if not view.shows(*view.pixel_of(lat, lng), 1.0):
            raise BrowserError(f"the guess map could not be moved to ({lat:.4f}, {lng:.4f}) in {STEPS} steps.")

    def _can_be_clicked(self, view: MapView, x: float, y: float) -> bool:
        """Whether a pixel is well inside the map and no button lies over it."""
        return view.shows(x, y, EDGE_PX) and bool(
            self.driver.execute_script(
                "const m = document.getElementById(arguments[0]), r = m.getBoundingClientRect();"
                "return m.contains(document.elementFromPoint(r.left + arguments[1], r.top + arguments[2]))",
                self.MAP[1], x, y,
            )
        )  # fmt: skip

    def _settled_view(self) -> MapView:
        """The view once two looks in a row agree: no easing, no growing."""
        seen = [self.view]

        def still() -> bool:
            seen.append(self.view)
            return seen[-1] == seen[-2] and math.isfinite(seen[-1].zoom) and seen[-1].width_px > 0

        self.wait(still, "the guess map did not come to rest")
        return seen[-1]

    def _turn_wheel(self, view: MapView, x: float, y: float, amount: int, turns: int) -> None:
        origin = ScrollOrigin.from_element(self.find(self.MAP), *_from_centre(view, x, y))
        chain = ActionChains(self.driver, duration=0)
        for _ in range(turns):
            chain.scroll_from_origin(origin, 0, amount)
        chain.perform()

    def _drag_to_centre(self, view: MapView, x: float, y: float) -> None:
        """Take hold on the far side of the centre and pull the place towards the middle, within the map."""
        dx, dy = view.width_px / 2 - x, view.height_px / 2 - y
        reach = min(1.0, 0.6 * view.width_px / (abs(dx) or 1.0), 0.6 * view.height_px / (abs(dy) or 1.0))
        dx, dy = dx * reach, dy * reach
        chain = self._at(view, view.width_px / 2 - dx / 2, view.height_px / 2 - dy / 2).click_and_hold()
        chain.move_by_offset(round(dx / 2), round(dy / 2)).move_by_offset(round(dx / 2), round(dy / 2))
        chain.release().perform()

    def _at(self, view: MapView, x: float, y: float) -> ActionChains:
        chain = ActionChains(self.driver, duration=0)
        return chain.move_to_element_with_offset(self.find(self.MAP), *_from_centre(view, x, y))

    def _pin_leaves(self, before: str) -> bool:
        """Whether the pin changes soon after a click; a map that eats a click gets another."""
        try:
            self.wait(lambda: self.attribute(self.MAP, "data-pin") != before, "the pin did not move", PIN_S)
        except BrowserError:
            self.refuse_if_broken()
            return False
        return True


def _from_centre(view: MapView, x: float, y: float) -> tuple[int, int]:
    """Selenium counts whole pixels from the middle of an element."""
    return round(x - view.width_px / 2), round(y - view.height_px / 2)
