"""Where a place lies on a slippy map, in pixels, and back: Web Mercator with a world of 512 px at zoom 0.

The convention is deck.gl's (and Mapbox's): the view state is the centre's latitude and longitude and a zoom, each whole
step of which doubles the world. Knows no browser.
"""

import math
from dataclasses import dataclass

from model.geo.distance import EARTH_RADIUS_KM

TILE_PX = 512  # the whole world at zoom 0
MAX_LAT = 85.051129  # where Web Mercator ends: the world is a square


@dataclass(frozen=True)
class MapView:
    """A map of `width_px` × `height_px` around (lat, lng) at a zoom; pixels count from its top left corner."""

    lat: float
    lng: float
    zoom: float
    width_px: float
    height_px: float

    @property
    def world_px(self) -> float:
        """How many pixels the equator takes."""
        return float(TILE_PX * 2.0**self.zoom)

    def pixel_of(self, lat: float, lng: float) -> tuple[float, float]:
        """The pixel of a place, of its copy nearest to the centre; latitudes beyond the map's end lie on its edge."""
        x, y = _on_unit_square(lat, lng)
        centre_x, centre_y = _on_unit_square(self.lat, self.lng)
        dx = (x - centre_x + 0.5) % 1.0 - 0.5  # the short way round, across the antimeridian too
        return self.width_px / 2 + dx * self.world_px, self.height_px / 2 + (y - centre_y) * self.world_px

    def place_at(self, x: float, y: float) -> tuple[float, float]:
        """(lat, lng) of a pixel."""
        centre_x, centre_y = _on_unit_square(self.lat, self.lng)
        unit_x = centre_x + (x - self.width_px / 2) / self.world_px
        unit_y = centre_y + (y - self.height_px / 2) / self.world_px
        lat = math.degrees(2.0 * math.atan(math.exp(math.pi * (1.0 - 2.0 * unit_y))) - math.pi / 2)
        return lat, (unit_x * 360.0) % 360.0 - 180.0

    def km_per_px(self, lat: float) -> float:
        """How far one pixel reaches at a latitude: the map's resolution there."""
        shrink = math.cos(math.radians(min(abs(lat), MAX_LAT)))
        return 2.0 * math.pi * EARTH_RADIUS_KM * shrink / self.world_px

    def distance_px(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """How many pixels lie between two places."""
        (ax, ay), (bx, by) = self.pixel_of(*a), self.pixel_of(*b)
        dx = (ax - bx + self.world_px / 2) % self.world_px - self.world_px / 2
        return math.hypot(dx, ay - by)

    def shows(self, x: float, y: float, margin_px: float = 0.0) -> bool:
        """Whether a pixel lies on the map, at least `margin_px` away from its edge."""
        return margin_px <= x <= self.width_px - margin_px and margin_px <= y <= self.height_px - margin_px


def _on_unit_square(lat: float, lng: float) -> tuple[float, float]:
    """(0, 0) is the north-western corner of the map of the world, (1, 1) the south-eastern."""
    sin_lat = math.sin(math.radians(max(-MAX_LAT, min(MAX_LAT, lat))))
    return lng / 360.0 + 0.5, 0.5 - math.log((1.0 + sin_lat) / (1.0 - sin_lat)) / (4.0 * math.pi)
