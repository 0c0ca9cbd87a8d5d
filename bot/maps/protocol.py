"""What the bot needs of a map on somebody's page. Leaflet, MapLibre, deck.gl, OpenLayers and plain images keep it."""

from dataclasses import dataclass
from typing import Protocol

from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from bot.maps.view import MAX_LAT, View

Place = tuple[float, float]  # lat, lng
Bounds = tuple[float, float, float, float]  # south, west, north, east


@dataclass(frozen=True)
class Look:
    """A map in one look, so that everything belongs to one moment; two equal looks mean that nothing moved.

    Attributes:
        view: where each place lies; None for a map that does not tell before it has been clicked.
        box: left, top, width, height of its element in the window (of its frame), in pixels.
        pin: where the page's pin stands, or where the map heard the last click; None before the first.
        clicks: how many clicks the map has heard.
        bounds: what the map itself is kept within.
        markers: every marker on the map, the pin among them, as far as the map tells.
    """

    view: View | None
    box: tuple[float, float, float, float]
    pin: Place | None = None
    clicks: int = 0
    bounds: Bounds | None = None
    markers: tuple[Place, ...] = ()


class MapAdapter(Protocol):
    """One map. Each method enters the frames on the way to it and stays there."""

    path: str  # of its element, as `bot.screens.paths` reads it

    def attach(self, driver: WebDriver) -> WebElement:
        """Find the map, and listen to its clicks; to call it again costs nothing.

        Raises:
            BrowserError: there is no such element, or no map of this kind in it.
        """

    def tame(self, driver: WebDriver) -> None:
        """Switch inertia and animation off, turn north up, and take a fresh size, as after the map has grown."""

    def look(self, driver: WebDriver) -> Look:
        """The map as it is now; it listens to its clicks from then on, if it did not before."""


@dataclass(frozen=True)
class MapSettings:
    """How a map is used.

    Attributes:
        finest_km_per_px: zoom in until a pixel is no coarser; by default 1 km, less on a map with bounds.
        bounds: keep guesses within these, besides those that the map tells.
        rest_s: a map at which nothing has changed for so long is at rest.
        zoom_in: path of a button that zooms in, for a map that takes no wheel.
    """

    finest_km_per_px: float | None = None
    bounds: Bounds | None = None
    rest_s: float = 0.35
    zoom_in: str = ""


def within(lat: float, lng: float, kept: tuple[Bounds | None, ...]) -> Place:
    """The nearest place that may be guessed."""
    lat = max(-MAX_LAT, min(MAX_LAT, lat))
    for bounds in kept:
        if bounds is not None:
            south, west, north, east = bounds
            middle = (west + east) / 2
            lng += 360.0 * round((middle - lng) / 360.0)  # bounds may reach across the antimeridian
            lat, lng = max(south, min(north, lat)), max(west, min(east, lng))
    return lat, lng
