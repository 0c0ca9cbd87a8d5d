"""Street View Static API, with a key of one's own, which Google charges for each picture; metadata are free.

`GET /metadata?location=…&radius=…&source=outdoor` answers status, `pano_id`, `location` and `copyright`. Pictures are
flat, so a panorama is put together from six of them, each with its own mark of Google, which stays where it is. The
terms allow to keep ids of panoramas and no pictures: nothing goes to the disk.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from arena.online.service import Shot, Terms, number, told
from arena.online.web import Web
from model.errors import NetworkError

ENDPOINT = "https://maps.googleapis.com/maps/api/streetview"
FACE_PX = 640  # the largest that is served
FACES = {"north": (0, 0), "east": (90, 0), "south": (180, 0), "west": (270, 0), "up": (0, 90), "down": (0, -90)}
REFUSED = {
    "REQUEST_DENIED": "refused the key; look at HOMING_STREETVIEW_KEY, and whether the Street View Static API is on",
    "OVER_QUERY_LIMIT": "says that the quota of this key is used up; try again tomorrow",
    "INVALID_REQUEST": "did not understand the question",
    "UNKNOWN_ERROR": "has trouble of its own; try again later",
}
TERMS = Terms("© Google", "Google's own terms, with your key and at your cost", keeps=False)
_ID = re.compile(r"[\w-]{5,120}", re.ASCII)

Directions = NDArray[np.float32]


@dataclass(frozen=True)
class StreetView:
    """The service, asked with a key."""

    web: Web = field(compare=False)
    key: str = field(repr=False)
    name: str = "street-view"
    title: str = "Street View"
    terms: Terms = TERMS
    reaches_km: tuple[float, ...] = (1.0, 10.0, 50.0)

    def near(self, lat: float, lng: float, reach_km: float) -> list[Shot]:
        """As `Service.near`: the nearest one outdoors, or none."""
        asked = {"location": f"{lat:.6f},{lng:.6f}", "radius": str(round(reach_km * 1000)), "source": "outdoor"}
        found = self.web.json("/metadata", {**asked, "key": self.key})
        status = found.get("status") if isinstance(found, dict) else None
        if status in ("ZERO_RESULTS", "NOT_FOUND"):
            return []
        if status != "OK":
            why = REFUSED.get(str(status), "answered with something that is no description of a panorama")
            raise NetworkError(f"{self.title} {why}.")
        shot = _shot(found)
        return [] if shot is None else [shot]

    def panorama(self, shot_id: str, width: int) -> Image.Image:
        """As `Service.panorama`: six pictures, so six are charged; its middle column looks north."""
        faces = {name: self._face(shot_id, heading, pitch) for name, (heading, pitch) in FACES.items()}
        return put_together(faces, min(width, 4 * FACE_PX))

    def _face(self, shot_id: str, heading: int, pitch: int) -> Image.Image:
        asked = {"pano": shot_id, "size": f"{FACE_PX}x{FACE_PX}", "fov": "90", "heading": str(heading),
                 "pitch": str(pitch), "return_error_code": "true", "key": self.key}  # fmt: skip
        return self.web.picture(self.web.endpoint, asked)


def _shot(found: dict[str, Any]) -> Shot | None:
    name, place = found.get("pano_id"), found.get("location")
    lat, lng = (number(place.get(one)) for one in ("lat", "lng")) if isinstance(place, dict) else (None, None)
    if not isinstance(name, str) or not _ID.fullmatch(name) or lat is None or lng is None:
        return None
    if abs(lat) > 90.0 or abs(lng) > 180.0:
        return None
    return Shot(name, lat, lng, 0.0, told(found.get("copyright")) or "© Google")


def put_together(faces: dict[str, Image.Image], width: int) -> Image.Image:
    """Six square pictures, 90° across, as one equirectangular picture whose middle column looks north."""
    azimuth = ((np.arange(width, dtype=np.float32) + 0.5) / width * 2.0 - 1.0) * np.pi
    elevation = (0.5 - (np.arange(width // 2, dtype=np.float32) + 0.5) / (width // 2)) * np.pi
    east = np.cos(elevation)[:, None] * np.sin(azimuth)[None, :]
    north = np.cos(elevation)[:, None] * np.cos(azimuth)[None, :]
    up = np.broadcast_to(np.sin(elevation)[:, None], east.shape)
    # Of each face: what lies before it, to its right and above it. Looking up from north, south is above.
    axes = {"north": (north, east, up), "east": (east, -north, up), "south": (-north, -east, up),
            "west": (-east, north, up), "up": (up, east, -north), "down": (-up, east, north)}  # fmt: skip
    ahead = np.stack([axes[name][0] for name in FACES])  # (6, H, W)
    nearest = ahead.argmax(axis=0)
    out = np.zeros((*east.shape, 3), np.uint8)
    for number_of, name in enumerate(FACES):
        before, right, above = axes[name]
        here = nearest == number_of
        pixels = np.asarray(faces[name].convert("RGB"))
        height, across = pixels.shape[:2]
        column = _pixel(right[here] / before[here], across)
        row = _pixel(-above[here] / before[here], height)
        out[here] = pixels[row, column]
    return Image.fromarray(out)


def _pixel(at: Directions, count: int) -> NDArray[np.int64]:
    """A place on a face, −1 … 1, as a row or column of it."""
    return np.clip(((at + 1.0) / 2.0 * count).astype(np.int64), 0, count - 1)
