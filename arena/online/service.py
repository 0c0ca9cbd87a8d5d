"""What a service lends: shots with their place and credit, and the 360° picture of one. Knows no map and no game."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image

MOST_CREDIT = 80  # characters of a name that somebody gave themselves


@dataclass(frozen=True)
class Shot:
    """One picture of a service: where it was taken, where its middle column looks, and who is to be named."""

    id: str
    lat: float
    lng: float
    heading_deg: float
    credit: str  # "Ada, CC BY-SA 4.0"


@dataclass(frozen=True)
class Terms:
    """What a service asks of those who show its pictures.

    Attributes:
        shown: words on each picture while it is guessed; they name no contributor, who may be a city.
        licence: of the pictures, for the list of maps.
        keeps: whether a picture may be kept on the disk.
    """

    shown: str
    licence: str
    keeps: bool


class Service(Protocol):
    """A source of 360° pictures."""

    @property
    def name(self) -> str:
        """In URLs and in the scorebook: "panoramax"."""

    @property
    def title(self) -> str:
        """For people: "Panoramax"."""

    @property
    def terms(self) -> Terms:
        """Licence and attribution."""

    @property
    def reaches_km(self) -> tuple[float, ...]:
        """How far around a point is looked, the nearest first."""

    def near(self, lat: float, lng: float, reach_km: float) -> list[Shot]:
        """360° pictures around a point, in the service's order; flat photos are left out.

        Raises:
            NetworkError: no usable answer.
        """

    def panorama(self, shot_id: str, width: int) -> Image.Image:
        """The equirectangular picture, as it was taken, about `width` pixels wide.

        Raises:
            NetworkError: no usable answer, or no such picture any more.
        """


def box(lat: float, lng: float, reach_km: float) -> str:
    """ "west,south,east,north" in degrees around a point; cut at the date line and short of the poles."""
    rise = reach_km / 111.2
    side = min(90.0, rise / max(0.05, math.cos(math.radians(lat))))
    west, east = max(-180.0, lng - side), min(180.0, lng + side)
    return f"{west:.5f},{max(-89.0, lat - rise):.5f},{east:.5f},{min(89.0, lat + rise):.5f}"


def number(value: Any) -> float | None:
    """A finite number out of a reply, or None."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good else None


def position(geometry: Any) -> tuple[float, float] | None:
    """(lat, lng) of a GeoJSON point, or None where it is none on Earth."""
    found = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(found, list) or len(found) < 2:
        return None
    lng, lat = number(found[0]), number(found[1])
    return (lat, lng) if lat is not None and lng is not None and abs(lat) <= 90.0 and abs(lng) <= 180.0 else None


def told(value: Any) -> str:
    """A name out of a reply in one plain line, or ""."""
    line = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(sign for sign in line if sign.isprintable())[:MOST_CREDIT]


def rows(value: Any) -> Iterable[dict[str, Any]]:
    """The objects of a list in a reply; whatever else is in it is passed over."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
