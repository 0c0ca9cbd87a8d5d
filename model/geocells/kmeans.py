"""k-means on the sphere: cells where the points are, each the Voronoi region of its centre. Knows no borders."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import SphericalVoronoi, cKDTree
from sklearn.cluster import KMeans

from model.errors import ConfigError
from model.geo.distance import from_unit, to_unit
from model.geocells.procedure import Partition

EDGE_STEP_DEG = 2.0  # edges are great circles: drawn as straight lines no longer than this
SIMPLIFY_DEG = 0.02
SAMPLE = 100_000  # of more points so many, drawn with the seed, place the centres


@dataclass(frozen=True)
class KMeansSettings:
    """How many cells, and the seed of what chance decides."""

    cells: int
    seed: int = 0


def partition(points: NDArray[np.float64], settings: KMeansSettings) -> Partition:
    """Cluster `points` (N, 2) as unit vectors into at most so many cells, none empty.

    Raises:
        ConfigError: fewer than one cell, or more cells than points.
    """
    if not 1 <= settings.cells <= len(points):
        raise ConfigError(
            f"looked for 1 to {len(points)} cells (one per training place at most), found {settings.cells}."
        )
    vectors = to_unit(points)
    seen = vectors
    if len(points) > SAMPLE:
        chosen = np.random.default_rng(settings.seed).choice(len(points), max(SAMPLE, settings.cells), replace=False)
        seen = vectors[np.sort(chosen)]
    distinct = len(np.unique(seen.round(9), axis=0))
    fitted = KMeans(min(settings.cells, distinct), n_init=1, max_iter=100, random_state=settings.seed).fit(seen)
    centres = from_unit(fitted.cluster_centers_)
    # Assigned once more by the rule that other points follow, so that the two can never disagree.
    labels = cKDTree(to_unit(centres)).query(vectors)[1]
    used, labels = np.unique(labels, return_inverse=True)
    centres = centres[used]
    order = np.lexsort((centres[:, 1], centres[:, 0]))  # ids run from south to north whatever k-means did
    rank = np.argsort(order)
    return Partition(rank[labels].astype(np.int64), voronoi_polygons(centres[order]), "nearest", centres[order])


def voronoi_polygons(sites: NDArray[np.float64]) -> list[shapely.Geometry]:
    """Voronoi regions on the sphere of distinct sites (C, 2), as polygons in (lng, lat) cut at the antimeridian.

    With fewer than four sites, or sites on one circle, no such diagram exists: the whole Earth is drawn for each.
    """
    whole_earth = shapely.box(-180.0, -90.0, 180.0, 90.0)
    vectors = to_unit(sites)
    if len(sites) < 4 or np.linalg.matrix_rank(vectors - vectors[0], tol=1e-6) < 3:
        return [whole_earth for _ in sites]
    diagram: Any = SphericalVoronoi(vectors, threshold=1e-9)
    diagram.sort_vertices_of_regions()
    return [
        spherical_polygon(diagram.vertices[region], site) for region, site in zip(diagram.regions, sites, strict=True)
    ]


def spherical_polygon(
    corners: NDArray[np.float64],
    inside: NDArray[np.float64],
    simplify_deg: float = SIMPLIFY_DEG,
    precision_deg: float = 1e-4,
) -> shapely.Geometry:
    """A ring of unit vectors (M, 3) joined by great circles -> polygon in (lng, lat), cut at the antimeridian.

    `inside` (lat, lng) tells which pole a ring around a pole goes around.
    """
    lat, lng = from_unit(_densified(corners)).T
    lng = np.degrees(np.unwrap(np.radians(np.append(lng, lng[0]))))
    lat = np.append(lat, lat[0])
    turn = lng[-1] - lng[0]
    ring = np.column_stack([lng, lat])
    if abs(turn) > 180.0:  # around a pole: close the ring along the pole's edge of the map
        pole = 90.0 if inside[0] > 0 else -90.0
        ring = np.vstack([ring, [[lng[-1], pole], [lng[0], pole]]])
    shape = shapely.make_valid(shapely.Polygon(ring))
    parts = []
    for shift in range(-2, 3):  # a continuous ring may lie one turn away, or straddle two
        moved = shapely.transform(shape, lambda xy, shift=shift: xy + np.array([360.0 * shift, 0.0]))
        parts.append(shapely.intersection(moved, shapely.box(-180.0, -90.0, 180.0, 90.0)))
    polygons = [p for p in shapely.get_parts(shapely.union_all(parts)) if p.geom_type == "Polygon" and p.area > 0]
    return shapely.set_precision(shapely.simplify(shapely.MultiPolygon(polygons), simplify_deg), precision_deg)


def _densified(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    out = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        angle = np.arccos(np.clip(start @ end, -1.0, 1.0))
        steps = max(1, int(np.ceil(np.degrees(angle) / EDGE_STEP_DEG)))
        share = np.arange(steps)[:, None] / steps
        # Spherical interpolation; for a tiny angle the straight line is the same to rounding.
        along = (
            start + share * (end - start)
            if angle < 1e-6
            else (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
        )
        out.append(along)
    return np.vstack(out)
