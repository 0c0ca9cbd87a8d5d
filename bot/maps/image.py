"""A map that is a picture: it has no state but where it stands, so its corners say everything."""

from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.maps.element import HEARD, listening
from bot.maps.protocol import Bounds, Look, Place
from bot.maps.view import AffineView, Plane
from bot.screens.paths import find, find_all, read
from bot.screens.reading import place_in
from model.errors import ConfigError

_LOOK = f"""
{HEARD}
const rect = (e) => {{ const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; }};
const [frame, image, pin] = arguments;
return {{frame: rect(frame), image: rect(image ?? frame), clicks: heard(frame), pin: pin && rect(pin)}};
"""


class ImageMap:
    """A picture of a bounded piece of the Earth, which may be moved and scaled by the page.

    Attributes:
        path: of the element that is clicked. image: of the picture in it, if that is another one and larger.
        bounds: what the picture shows: south, west, north, east of its edges.
        plane: "plate" where equal steps of latitude are equal steps of the picture, "mercator" as on web maps.
        pin: path of the page's pin, whose lower middle stands on the place; or of a text or attribute that says where.
    """

    def __init__(self, path: str, bounds: Bounds, image: str = "", plane: Plane = "plate", pin: str = "") -> None:
        south, west, north, east = bounds
        if not (-90.0 <= south < north <= 90.0 and west < east):
            raise ConfigError(f"bounds are south, west, north, east in degrees, found {bounds}.")
        self.path, self.bounds, self.image, self.plane, self.pin = path, bounds, image or path, plane, pin

    def attach(self, driver: WebDriver) -> WebElement:
        """Find the element and listen to its clicks.

        Raises:
            BrowserError: there is no such element.
        """
        return listening(driver, self.path)

    def tame(self, driver: WebDriver) -> None:
        """A picture has no inertia that could be switched off; what the page moves is waited for."""
        self.attach(driver)

    def look(self, driver: WebDriver) -> Look:
        """Where the picture stands now."""
        told = place_in(read(driver, self.pin) or "") if self.pin else None
        pins = find_all(driver, self.pin) if self.pin and not told and " @" not in self.pin else []
        image = find(driver, self.image) if self.image != self.path else None
        frame = find(driver, self.path)
        seen = driver.execute_script(_LOOK, frame, image, pins[0] if pins else None)
        (left, top, width, height), (ix, iy, iw, ih) = seen["frame"], seen["image"]
        south, west, north, east = self.bounds
        known = [(ix - left, iy - top, north, west), (ix - left + iw, iy - top + ih, south, east)]
        try:
            view = AffineView.through(known, width, height, self.plane)
        except (ValueError, ZeroDivisionError):  # not drawn yet
            return Look(None, (left, top, width, height), None, len(seen["clicks"]), self.bounds)
        stands: Place | None = None
        if seen["pin"] and seen["pin"][2] > 0:
            x, y, w, h = seen["pin"]
            stands = view.place_at(x - left + w / 2, y - top + h)
        elif seen["clicks"] and not self.pin:
            x, y = seen["clicks"][-1]
            stands = view.place_at(x - left, y - top)
        return Look(view, (left, top, width, height), told or stands, len(seen["clicks"]), self.bounds)
