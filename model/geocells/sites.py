"""Regions made of places themselves: towns of an atlas, a gallery. Knows no image and no procedure that cuts.

A region is all that is nearer to its place than to any other; its polygon, that place's Voronoi region on the sphere,
is worked out when somebody draws it.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import fingerprint_of_bytes
from model.errors import ArtifactError
from model.geo.distance import check_points
from model.geocells.table import Geocells


class SiteCells(Geocells):
    """A table of regions around places; reads and assigns like any other."""

    @cached_property
    def polygons(self) -> NDArray[np.object_]:
        """Voronoi regions in (lng, lat), (J,); takes some seconds for thousands of places."""
        from model.geocells.kmeans import voronoi_polygons  # brings scikit-learn

        return np.asarray(voronoi_polygons(self.centroids), object)


def cells_of_sites(table: pd.DataFrame, method: Mapping[str, Any]) -> SiteCells:
    """Regions around places.

    Args:
        table: a row a place, in the order of the scores: `lat`, `lng`, `country` (ISO-2), `region`; other columns are
            kept out.
        method: how the places were chosen, as JSON data.

    Raises:
        ArtifactError: no place, or one that is there twice: a point could belong to either.
    """
    points = check_points(table[["lat", "lng"]].to_numpy(np.float64)).reshape(-1, 2)
    if not len(points) or len(np.unique(points, axis=0)) < len(points):
        raise ArtifactError(f"looked for places that differ to make regions of, found {len(points)} of which some are "
                            "the same or none at all.")  # fmt: skip
    cells = pd.DataFrame(
        {"cell_id": np.arange(len(points)), "lat": points[:, 0], "lng": points[:, 1],
         "country": table["country"].to_numpy(object), "region": table["region"].to_numpy(object),
         "area_km2": np.nan, "points": 1, "site_lat": points[:, 0], "site_lng": points[:, 1], "polygon": b""}
    )  # fmt: skip
    return SiteCells(cells, dict(method), "nearest", fingerprint_of_bytes(points.tobytes()))
