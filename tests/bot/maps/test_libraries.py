"""Every adapter on a map of its own kind: the library itself where it is installed, and pages of ours for the others.

Leaflet is Debian's (apt-get install libjs-leaflet), deck.gl is in pydeck's wheel. MapLibre and OpenLayers are tried
where npm has installed them (npm install --no-save maplibre-gl@5 ol@10): in the repository, or in the folder that
HOMING_NODE_MODULES names.
"""

import contextlib
import functools
import http.server
import importlib.util
import math
import os
import threading
from pathlib import Path

import pytest

import tests.bot.strangers.pages as strangers
from bot.maps.libraries import DeckMap, LeafletMap, MapLibreMap, OpenLayersMap
from bot.maps.opening import Hover
from bot.maps.pinning import PinMap
from bot.maps.protocol import MapSettings
from bot.screens.guess_map import GuessMap
from bot.screens.reading import place_in
from model.errors import BrowserError

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "tests" / "bot" / "libraries"
MODULES = Path(os.environ.get("HOMING_NODE_MODULES", ROOT / "node_modules"))
DEBIAN = Path("/usr/share/javascript/leaflet")
PYDECK = Path(importlib.util.find_spec("pydeck").origin).parent / "nbextension" / "static"
FILES = {
    "leaflet": {"leaflet.js": DEBIAN / "leaflet.js", "leaflet.css": DEBIAN / "leaflet.css"},
    "deck": {"deck.js": PYDECK / "index.js"},
    "maplibre": {name: MODULES / "maplibre-gl" / "dist" / name for name in ("maplibre-gl.js", "maplibre-gl.css")},
    "openlayers": {"ol.js": MODULES / "ol" / "dist" / "ol.js", "ol.css": MODULES / "ol" / "ol.css"},
}
ADAPTERS = {"leaflet": LeafletMap, "deck": DeckMap, "maplibre": MapLibreMap, "openlayers": OpenLayersMap}
PLACES = [(58.38, 26.72), (-33.9, 18.4), (-17.8, 178.4)]


class Handler(http.server.SimpleHTTPRequestHandler):
    """The page, and below lib/ the files of the libraries."""

    def translate_path(self, path):
        name = path.split("?")[0].rpartition("/lib/")[2]
        found = next((files[name] for files in FILES.values() if name in files), None)
        return str(found) if found else super().translate_path(path)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def served():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=PAGES)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def opened(driver, served):
    """Opens the page with a map of a library; gives it as the bot uses it."""

    def opened(library, query="", settings=None, opening=None):
        missing = [path for path in FILES[library].values() if not path.is_file()]
        if missing:
            pytest.skip(f"{library} is not installed: there is no {missing[0]}")
        driver.get(f"{served}/map.html?library={library}{query}")
        pins = PinMap(driver, ADAPTERS[library]("#map"), opening, settings, 60.0)
        pins.wait(lambda: driver.execute_script("return document.body.dataset.made === 'true'"), "no map was made")
        return pins

    return opened


def astray(pins, pin, place):
    """How far a pin fell from a place: in pixels, and as a share of what the map shows."""
    view = pins.adapter.look(pins.driver).view
    away_px = view.distance_px(pin, place)
    return away_px, away_px / math.hypot(view.width_px, view.height_px)


def is_close(pins, pin, place):
    away_px, share = astray(pins, pin, place)
    return away_px <= 2.0 or share < 0.003


def told(pins):
    """Where the page itself says that its pin stands."""
    return place_in(pins.driver.find_element("id", "told").text) or (0.0, 0.0)


def is_told(pins, place):
    """Whether the page comes to say so; deck.gl tells it of a click once no second one has come."""
    with contextlib.suppress(BrowserError):
        pins.wait(lambda: is_close(pins, told(pins), place), "another place", 5.0)
        return True
    return False


@pytest.mark.parametrize("library", list(ADAPTERS))
def test_a_click_falls_where_it_was_meant_and_the_library_says_so_itself(opened, driver, library):
    pins = opened(library)
    pins.open()
    for place in PLACES:
        pin = pins.put_pin(*place)
        assert is_close(pins, pin, place) and is_told(pins, place), (place, pin, told(pins))
        view = pins.adapter.look(driver).view
        assert view.km_per_px(*place) <= 1.0


@pytest.mark.parametrize("library", list(ADAPTERS))
def test_a_map_whose_object_hides_and_that_grows_under_the_pointer(opened, driver, library):
    pins = opened(library, "&hidden&grows", MapSettings(finest_km_per_px=10.0), Hover("#map"))
    pins.open()
    pin = pins.put_pin(*PLACES[0])
    assert pins.adapter.look(driver).box[2] > 600
    assert is_close(pins, pin, PLACES[0]) and is_told(pins, PLACES[0])
    assert any(is_close(pins, marker, PLACES[0]) for marker in pins.markers())


def test_a_guess_beyond_the_maps_own_bounds_is_brought_within_them(opened, driver):
    pins = opened("leaflet", "&kept")
    pins.open()
    lat, lng = pins.put_pin(10.0, 20.0)
    assert 30.0 <= lat < 30.5 and lng == pytest.approx(20.0, abs=0.5) and is_told(pins, (lat, lng))


def test_a_drawn_plan_has_pixels_for_degrees(opened, driver):
    pins = opened("leaflet", "&plan", MapSettings(finest_km_per_px=200.0))
    pins.open()
    pin = pins.put_pin(55.0, 70.0)
    assert is_close(pins, pin, (55.0, 70.0)) and is_told(pins, (55.0, 70.0))


@pytest.mark.parametrize(
    ("site", "page", "place"),
    [
        ("MirrorQuiz", "drag", (58.38, 26.72)),  # a map of ours that answers to Leaflet's names
        ("SnapshotClub", "photo", (-33.9, 18.4)),  # one that tells nothing
        ("Campus", "campus", (58.3805, 26.7215)),  # a picture with bounds
    ],
)
def test_a_click_falls_where_it_was_meant_on_maps_without_a_library(driver, site, page, place):
    with strangers.serving() as url:
        driver.get(f"{url}/{page}.html")
        driver.execute_script("localStorage.clear(); localStorage.cookies = 1; location.reload()")
        pins = getattr(strangers, site)(driver, f"{url}/{page}.html", 60.0).map
        pins.open()
        assert is_close(pins, pins.put_pin(*place), place)


def test_a_click_falls_where_it_was_meant_on_the_arenas_map(driver, pages):
    driver.get(f"{pages}/arena?game=toy")
    pins = GuessMap(driver, 60.0)
    pins.open()
    assert is_close(pins, pins.put_pin(*PLACES[2]), PLACES[2])
