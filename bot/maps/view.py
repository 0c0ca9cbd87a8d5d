"""What a map shows at one moment: which place lies at which pixel, and back. Knows no browser.

Between two moves every flat map is one affine picture of a plane: Web Mercator, or latitude and longitude as they are.
Three pixels whose places are known give it, whatever the library calls its zoom; two do where north is up.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from model.geo.distance import haversine_km

MAX_LAT = 85.051129  # where Web Mercator ends
SPAN_PX = 8.0  # over which the resolution is measured

Plane = Literal["mercator", "plate"]  # Web Mercator; latitude and longitude as y and x
Known = tuple[float, float, float, float]  # x, y, lat, lng


class View(Protocol):
    """What a pin needs to know of a map at rest; pixels count from its element's top left corner."""

    @property
    def width_px(self) -> float:
        """The map's width."""

    @property
    def height_px(self) -> float:
        """The map's height."""

    def pixel_of(self, lat: float, lng: float) -> tuple[float, float]:
        """The pixel of a place, on the map or beyond it."""

    def place_at(self, x: float, y: float) -> tuple[float, float]:
        """(lat, lng) of a pixel."""

    def km_per_px(self, lat: float, lng: float) -> float:
        """How far one pixel reaches there."""

    def distance_px(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """How many pixels lie between two places."""

    def shows(self, x: float, y: float, margin_px: float = 0.0) -> bool:
        """Whether a pixel lies on the map, at least `margin_px` away from its edge."""


@dataclass(frozen=True)
class AffineView:
    """x = ax·u + bx·v + cx and y = ay·u + by·v + cy, with (u, v) the place on its plane.

    Attributes:
        nearest: the map repeats the world and names places within ±180°, so the nearest copy of a place may be clicked.
    """

    plane: Plane
    x_row: tuple[float, float, float]  # ax, bx, cx
    y_row: tuple[float, float, float]  # ay, by, cy
    width_px: float
    height_px: float
    nearest: bool = False

    @classmethod
    def through(
        cls, known: Sequence[Known], width_px: float, height_px: float, plane: Plane, nearest: bool = False
    ) -> "AffineView":
        """The view in which two pixels (north is up) or three (any turn) show the places that they do.

        Raises:
            ValueError: pixels or places that lie on one line, or on one spot.
        """
        points = [(x, y, *_on_plane(lat, lng, plane)) for x, y, lat, lng in known]
        (x0, y0, u0, v0), (x1, y1, u1, v1) = points[:2]
        if len(points) == 2:
            if u0 == u1 or v0 == v1 or x0 == x1 or y0 == y1:
                raise ValueError("two clicks that differ in x and y must differ in latitude and longitude")
            ax, by = (x1 - x0) / (u1 - u0), (y1 - y0) / (v1 - v0)
            x_row, y_row = (ax, 0.0, x0 - ax * u0), (0.0, by, y0 - by * v0)
        else:
            x2, y2, u2, v2 = points[2]
            area = (u1 - u0) * (v2 - v0) - (u2 - u0) * (v1 - v0)
            if area == 0.0 or not math.isfinite(area):
                raise ValueError("three places on one line")
            ax = ((x1 - x0) * (v2 - v0) - (x2 - x0) * (v1 - v0)) / area
            bx = ((x2 - x0) * (u1 - u0) - (x1 - x0) * (u2 - u0)) / area
            ay = ((y1 - y0) * (v2 - v0) - (y2 - y0) * (v1 - v0)) / area
            by = ((y2 - y0) * (u1 - u0) - (y1 - y0) * (u2 - u0)) / area
            x_row, y_row = (ax, bx, x0 - ax * u0 - bx * v0), (ay, by, y0 - ay * u0 - by * v0)
        return cls(plane, x_row, y_row, width_px, height_px, nearest)

    @classmethod
    def around(cls, lat: float, lng: float, world_px: float, width_px: float, height_px: float) -> "AffineView":
        """Web Mercator with a place in the middle, the world `world_px` wide, and copies of it on both sides."""
        u, v = _on_plane(lat, lng, "mercator")
        x_row, y_row = (world_px, 0.0, width_px / 2 - world_px * u), (0.0, world_px, height_px / 2 - world_px * v)
        return cls("mercator", x_row, y_row, width_px, height_px, nearest=True)

    def pixel_of(self, lat: float, lng: float) -> tuple[float, float]:
        """The pixel of a place; where the world repeats itself, of its copy nearest to the middle."""
        u, v = _on_plane(lat, lng, self.plane)
        if self.nearest:
            middle, _ = self._on_plane_at(self.width_px / 2, self.height_px / 2)
            u += round(middle - u)
        return self._pixel(u, v)

    def place_at(self, x: float, y: float) -> tuple[float, float]:
        """(lat, lng) of a pixel."""
        u, v = self._on_plane_at(x, y)
        lng = u * 360.0
        lat = 90.0 - math.degrees(2.0 * math.atan(math.exp((v - 0.5) * 2.0 * math.pi)))
        if self.plane == "plate":
            return -v * 360.0, lng
        return lat, (lng + 180.0) % 360.0 - 180.0 if self.nearest else lng

    def km_per_px(self, lat: float, lng: float) -> float:
        """How far one pixel reaches at a place: the middle of both directions."""
        x, y = self.pixel_of(lat, lng)
        here = self.place_at(x, y)
        spans = [float(haversine_km(here, self.place_at(x + dx, y + dy))) for dx, dy in ((SPAN_PX, 0), (0, SPAN_PX))]
        return sum(spans) / (2.0 * SPAN_PX)

    def distance_px(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """How many pixels lie between two places, the short way round."""
        (ua, va), (ub, vb) = _on_plane(*a, self.plane), _on_plane(*b, self.plane)
        du = ua - ub - round(ua - ub)
        (x, y), (x0, y0) = self._pixel(du, va - vb), self._pixel(0.0, 0.0)
        return math.hypot(x - x0, y - y0)

    def shows(self, x: float, y: float, margin_px: float = 0.0) -> bool:
        """Whether a pixel lies on the map, at least `margin_px` away from its edge."""
        return margin_px <= x <= self.width_px - margin_px and margin_px <= y <= self.height_px - margin_px

    def _pixel(self, u: float, v: float) -> tuple[float, float]:
        (ax, bx, cx), (ay, by, cy) = self.x_row, self.y_row
        return ax * u + bx * v + cx, ay * u + by * v + cy

    def _on_plane_at(self, x: float, y: float) -> tuple[float, float]:
        (ax, bx, cx), (ay, by, cy) = self.x_row, self.y_row
        area = ax * by - bx * ay
        return ((x - cx) * by - (y - cy) * bx) / area, ((y - cy) * ax - (x - cx) * ay) / area


def _on_plane(lat: float, lng: float, plane: Plane) -> tuple[float, float]:
    """(u, v): u is 1 once round the Earth, v grows to the south."""
    if plane == "plate":
        return lng / 360.0, -lat / 360.0
    # By the tangent of half the angle, which stays exact where the sine of a latitude near the pole does not.
    half = math.radians(45.0 + max(-89.99, min(89.99, lat)) / 2.0)
    return lng / 360.0, 0.5 - math.log(math.tan(half)) / (2.0 * math.pi)
