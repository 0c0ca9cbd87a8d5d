"""The area of polygons on the sphere. Knows no cell."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from model.geo.distance import EARTH_RADIUS_KM


def area_km2(polygons: Any) -> NDArray[np.float64]:
    """Square kilometres of polygons (C,) in (lng, lat) degrees.

    Lambert's cylindrical projection keeps areas: x = R λ, y = R sin φ. Edges that are straight on the map of degrees
    bend a little there; for edges under a degree that is less than a ten-thousandth.
    """
    projected = shapely.transform(
        np.asarray(polygons, object),
        lambda xy: EARTH_RADIUS_KM * np.stack([np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))], axis=1),
    )
    return np.asarray(shapely.area(projected), np.float64)
