"""Page objects of the four test pages, and a server for them: what somebody would write for a page of theirs."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

from bot.cameras.fixed import CallCamera
from bot.cameras.matched import MatchedCamera
from bot.cameras.moves import Arrows, Drags
from bot.cameras.protocol import Compass
from bot.cameras.steered import CompassCamera
from bot.maps.blind import BlindMap
from bot.maps.image import ImageMap
from bot.maps.libraries import LeafletMap
from bot.maps.opening import Hover
from bot.maps.pinning import PinMap
from bot.maps.protocol import MapSettings
from bot.pictures import Pictures
from bot.screens.locator_site import LocatorSite

HERE = Path(__file__).parent
FILES = ("drag", "photo", "campus", "dialog")
LOCAL = "http://127.0.0.1:8668"
CAMPUS = (58.377, 26.71, 58.384, 26.73)  # south, west, north, east of the plan


class MirrorQuiz(LocatorSite):
    """A mirrored viewer in a frame, drags alone; a map that grows under the pointer; the truth is a marker."""

    URL = f"{LOCAL}/drag.html"
    LOOKING, GUESSED, SUMMARY, NUMBER = ".go", ".verdict", ".end", ".nr"
    SUBMIT, NEXT, DISTANCE, POINTS, TOTAL, MAX_POINTS = ".go", ".on", ".away", ".pts", ".end b", 5000

    def __init__(self, driver, url="", timeout_s=30.0):
        super().__init__(driver, url, timeout_s)
        self.pictures = Pictures(driver, "iframe.eye >> canvas", mirrored=True)
        self.camera = MatchedCamera(Drags())
        self.map = PinMap(driver, LeafletMap(".atlas"), Hover(".atlas"), timeout_s=timeout_s)


class SnapshotClub(LocatorSite):
    """One photo at a time, arrows, a cookie banner; a map without a state; neither distance nor points are told."""

    URL = f"{LOCAL}/photo.html"
    LOOKING, GUESSED, SUMMARY, NUMBER = ".snap", ".reply", ".bye", ".which"
    SUBMIT, NEXT, TRUTH, DISMISS = ".post", ".more", ".where", (".fine",)

    def __init__(self, driver, url="", timeout_s=30.0):
        super().__init__(driver, url, timeout_s)
        self.pictures, self.camera = Pictures(driver, ".snap"), MatchedCamera(Arrows())
        self.map = PinMap(
            driver, BlindMap(".sheet", ".spot", plane="plate"), settings=MapSettings(finest_km_per_px=100.0)
        )


class Campus(LocatorSite):
    """A drawn plan of a campus, drags and a compass rose; metres, no points, no truth."""

    URL = f"{LOCAL}/campus.html"
    LOOKING, GUESSED, SUMMARY, NUMBER = ".task", ".told", ".done", ".no"
    SUBMIT, NEXT, DISTANCE = ".check", ".forth", ".off"

    def __init__(self, driver, url="", timeout_s=30.0):
        super().__init__(driver, url, timeout_s)
        self.pictures = Pictures(driver, ".yard", fov_deg=75.0)
        self.camera = CompassCamera(Drags(), Compass(".rose @style", factor=-1.0))
        self.map = PinMap(driver, ImageMap(".plan", CAMPUS, pin=".flag"))


class WhereWasThat(LocatorSite):
    """An alert, a dialog in the way, a reload in mid-round, a viewer in a shadow root turned by a call; miles."""

    URL = f"{LOCAL}/dialog.html"
    LOOKING, GUESSED, SUMMARY, NUMBER = ".ask", ".answer", ".final", ".q"
    SUBMIT, NEXT, DISTANCE, POINTS, TOTAL = ".say", ".next-one", ".miles", ".worth", ".sum"
    TRUTH, DISMISS, UNIT, MAX_POINTS = ".place", (".close",), "mi", 100

    def __init__(self, driver, url="", timeout_s=30.0):
        super().__init__(driver, url, timeout_s)
        self.pictures = Pictures(driver, "pano-box >> canvas")
        self.camera = CallCamera("window.turnTo(arguments[0])", fov_deg=120.0)
        self.map = PinMap(driver, LeafletMap(".globe"))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """The address of the pages, for the length of a `with`."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Quiet, directory=HERE)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
