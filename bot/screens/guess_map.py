"""The arena's guess map: an adapter for what it says of itself, and its button. The pin is put as on any map."""

import math

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.maps.element import map_element
from bot.maps.opening import Key
from bot.maps.pinning import PinMap
from bot.maps.protocol import Look, MapSettings, Place
from bot.maps.view import AffineView
from bot.maps.wheel import Wheel
from bot.mercator import TILE_PX
from bot.screens.reading import place_in
from bot.screens.screen import TIMEOUT_S, Locator

REST_S = 0.1  # the map tells each change at once, and its transitions are off
WHEEL = 1000  # a hearty turn: deck.gl takes at most one zoom level for each event
_LOOK = """
const [m] = arguments, r = m.getBoundingClientRect(), d = m.dataset;
return {view: [d.lat, d.lng, d.zoom].map(parseFloat), box: [r.left, r.top, r.width, r.height], pin: d.pin ?? ''};
"""


class ArenaMap:
    """Tells its view (Web Mercator, the world 512 px wide at zoom 0) and its pin in data-* attributes."""

    path = "#guess-map"

    def attach(self, driver: WebDriver) -> WebElement:
        """Find the element; it tells of its pin by itself.

        Raises:
            BrowserError: there is no such element.
        """
        return map_element(driver, self.path)

    def tame(self, driver: WebDriver) -> None:
        """It has neither inertia nor animations for whoever prefers reduced motion, and watches its size."""
        self.attach(driver)

    def look(self, driver: WebDriver) -> Look:
        """The map as it is now; without a view before it has been drawn."""
        seen = driver.execute_script(_LOOK, self.attach(driver))
        (lat, lng, zoom), box = (math.nan if v is None else v for v in seen["view"]), tuple(seen["box"])
        pin: Place | None = place_in(seen["pin"])
        if not math.isfinite(lat + lng + zoom):
            return Look(None, box, pin)
        return Look(AffineView.around(lat, lng, TILE_PX * 2.0**zoom, box[2], box[3]), box, pin)


class GuessMap(PinMap):
    """The guess map, a region of the page."""

    SUBMIT: Locator = (By.ID, "submit-guess")

    def __init__(self, driver: WebDriver, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__(
            driver, ArenaMap(), Key("m", f"{ArenaMap.path}[data-open=true]"), MapSettings(rest_s=REST_S), timeout_s
        )
        self.wheel = Wheel(WHEEL, levels_per_turn=1.0, between_s=0.0)

    def submit(self) -> None:
        """Send the guess."""
        self.click(self.SUBMIT, "the button that submits the guess")
