"""A map that tells nothing of its state: two clicks, and what the page says of the pin after each, calibrate it."""

from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.maps.element import HEARD, listening
from bot.maps.protocol import Bounds, Look
from bot.maps.view import AffineView, Known, Plane
from bot.screens.paths import find_and_ask, read
from bot.screens.reading import place_in
from model.errors import BrowserError

_LOOK = f"""(el) => {{
{HEARD}
const r = el.getBoundingClientRect();
return {{box: [r.left, r.top, r.width, r.height], clicks: heard(el).length}};
}}"""


class BlindMap:
    """Any map on a page that says where the pin stands, in a text, an input or an attribute.

    Attributes:
        path: of the map's element. pin: of what says the pin's latitude and longitude ("58.38, 26.72").
        plane: "mercator" for web maps, "plate" where equal steps of latitude are equal steps of the picture.
    """

    def __init__(self, path: str, pin: str, bounds: Bounds | None = None, plane: Plane = "mercator") -> None:
        self.path, self.pin, self.bounds, self.plane = path, pin, bounds, plane
        self._view: AffineView | None = None

    def attach(self, driver: WebDriver) -> WebElement:
        """Find the element and listen to its clicks.

        Raises:
            BrowserError: there is no such element.
        """
        return listening(driver, self.path)

    def tame(self, driver: WebDriver) -> None:
        """Nothing is known of it that could be switched off; what was measured before it grew is forgotten."""
        self.attach(driver)
        self.forget()

    def look(self, driver: WebDriver) -> Look:
        """Where it stands, what the page says of the pin, and the view, once it is calibrated."""
        told = place_in(read(driver, self.pin) or "")
        _, seen = find_and_ask(driver, self.path, _LOOK)
        return Look(self._view, tuple(seen["box"]), told, int(seen["clicks"]), self.bounds)

    def calibrate(self, known: list[Known], width_px: float, height_px: float) -> None:
        """Take the view from clicked pixels and the places that the page named for them.

        Raises:
            BrowserError: the page named one place for different clicks.
        """
        try:
            self._view = AffineView.through(known, width_px, height_px, self.plane, nearest=True)
        except (ValueError, ZeroDivisionError) as error:
            raise BrowserError(
                f"two clicks on the map at {self.path} gave ({known[0][2]:.5f}, {known[0][3]:.5f}) and "
                f"({known[1][2]:.5f}, {known[1][3]:.5f}) at {self.pin}, which does not tell its scale."
            ) from error

    def forget(self) -> None:
        """The map has moved, or has been zoomed: what was measured holds no more."""
        self._view = None
