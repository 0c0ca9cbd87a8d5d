"""Circles on the Earth, so many km around a point: outlines and areas that a flat map can draw. Pure; knows no page.

Longitudes are unrolled while a circle is built and cut at the antimeridian at the end, so that none is torn across the
map; a circle around a pole reaches up to the map's edge there.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pydeck as pdk
from shapely import LineString, Polygon, box
from shapely.affinity import translate
from shapely.geometry import mapping
from shapely.ops import unary_union

from model.geo.distance import EARTH_RADIUS_KM, destination
from pages.components.identity import RGB

CORNERS = 180  # of a circle: two degrees of its own turn each
WIDEST_KM = 9500.0  # nearly half of the Earth; a wider circle tells a map nothing
EDGE_LAT = 89.0  # a map has no pole


def shape(lat: float, lng: float, radius_km: float) -> tuple[Any, Any]:
    """The area within `radius_km` and its outline, as shapes in longitude and latitude cut at the antimeridian."""
    turns = np.linspace(0.0, 360.0, CORNERS + 1)
    ring = destination(np.array([[lat, lng]]), turns, np.full(len(turns), radius_km))  # (n, 2)
    lats, lngs = ring[:, 0].clip(-EDGE_LAT, EDGE_LAT), np.degrees(np.unwrap(np.radians(ring[:, 1])))
    line = np.stack([lngs, lats], axis=1)
    corners = line
    if abs(lngs[-1] - lngs[0]) > 180.0:  # it went around a pole
        pole = EDGE_LAT if (90.0 - lat) * np.pi / 180.0 * EARTH_RADIUS_KM <= radius_km else -EDGE_LAT
        corners = np.concatenate([line, [[lngs[-1], pole], [lngs[0], pole]]])
    return _cut(Polygon(corners).buffer(0)), _cut(LineString(line))


def _cut(whole: Any) -> Any:
    """What of a shape with unrolled longitudes lies on the map, its parts beyond ±180° brought back."""
    parts = [translate(whole, turn).intersection(box(-180.0, -90.0, 180.0, 90.0)) for turn in (-360.0, 0.0, 360.0)]
    found = unary_union(parts)
    # where a shape only touches the map's edge there are crumbs of fewer dimensions
    return unary_union([part for part in getattr(found, "geoms", [found]) if part.geom_type in whole.geom_type])


def drawn(radius_km: Mapping[str, float]) -> dict[str, float]:
    """The circles worth drawing, by chance in percent: of one half and four fifths, if narrower than half the Earth."""
    return {chance: km for chance, km in radius_km.items() if chance in ("50", "80") and 0.0 < km <= WIDEST_KM}


def layer(lat: float, lng: float, radius_km: Mapping[str, float], colour: RGB) -> pdk.Layer:
    """The circles that are worth drawing around a guess: a faint area and a line each."""
    features = []
    for chance, km in drawn(radius_km).items():
        area, outline = shape(lat, lng, km)
        for geometry in (area, outline):
            features.append({"type": "Feature", "properties": {"chance": chance}, "geometry": mapping(geometry)})
    return pdk.Layer(
        "GeoJsonLayer", id="circles", data={"type": "FeatureCollection", "features": features}, pickable=False,
        stroked=False, filled=True, get_fill_color=[*colour, 26], get_line_color=[*colour, 220],
        line_width_min_pixels=1.6, line_width_max_pixels=1.6,
    )  # fmt: skip


def reach(lat: float, lng: float, radius_km: Mapping[str, float], widest_km: float = 2500.0) -> list[list[float]]:
    """Points (lat, lng) to the four winds on the widest circle that a view should still hold."""
    within = [km for km in drawn(radius_km).values() if km <= widest_km]
    if not within:
        return []
    found: list[list[float]] = destination(
        np.array([[lat, lng]]), np.array([0.0, 90.0, 180.0, 270.0]), np.full(4, max(within))
    ).tolist()
    return found
