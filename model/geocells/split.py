"""Too large a set of places taken apart: rounds of OPTICS, then halves; and the polygons that belong to the parts.

Works on one cell at a time, on a plane of its own: degrees, with longitudes shrunk by the cosine of its latitude and
unwrapped where the cell lies across the antimeridian. That plane is an affine picture of the map, so straight borders
stay straight and neighbours keep theirs. Source: PIGEON (arXiv 2307.05845), section 3.1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from model.geo.distance import Floats
from model.geocells.optics import NOISE, clusters

Labels = NDArray[np.int64]
TOUCH_DEG = 1e-7  # borders that were cut apart meet again within a centimetre


@dataclass(frozen=True)
class SplitRule:
    """When a set is too large, and how it is taken apart: see `SemanticSettings`."""

    min_points: int
    max_points: int
    rounds: tuple[tuple[int, float], ...]
    halve: bool


@dataclass(frozen=True)
class Plane:
    """Where one cell is worked on: x = (longitude, unwrapped) · shrink, y = latitude."""

    across: bool  # the cell lies on both sides of the antimeridian: western longitudes get one turn more
    shrink: float

    @classmethod
    def around(cls, polygon: Any, latitude: float) -> "Plane":
        """The plane of a cell whose points lie around `latitude`."""
        west, _, east, _ = shapely.bounds(polygon)
        return cls(bool(east - west > 180.0), float(np.cos(np.radians(np.clip(latitude, -85.0, 85.0)))))

    def place(self, lng_lat: Floats) -> Floats:
        """(N, 2) of (lng, lat) -> (N, 2) on the plane."""
        lng = lng_lat[:, 0] + (360.0 * (lng_lat[:, 0] < 0.0) if self.across else 0.0)
        return np.stack([lng * self.shrink, lng_lat[:, 1]], axis=1)


def take_apart(spots: Floats, rule: SplitRule) -> Labels:
    """The part of each of the `spots` (N, 2) on a plane -> (N,), 0 … P−1; one part where nothing can be cut.

    Spots that coincide are in one part. Each round of OPTICS is repeated while it cuts; what is still above the
    maximum afterwards is halved along its longest direction, if the rule says so and both halves reach the minimum.
    """
    pieces = [np.arange(len(spots))]
    for min_samples, xi in rule.rounds:
        pieces = _rounds(spots, pieces, rule, lambda some, m=min_samples, x=xi: _cut(some, rule.min_points, m, x))
    if rule.halve:
        pieces = _rounds(spots, pieces, rule, lambda some: _halves(some, rule.min_points))
    labels = np.empty(len(spots), np.int64)
    for number, piece in enumerate(pieces):
        labels[piece] = number
    return labels


def _rounds(spots: Floats, pieces: list[Labels], rule: SplitRule, cut: Any) -> list[Labels]:
    finished, waiting = [], list(pieces)
    while waiting:
        piece = waiting.pop()
        parts = cut(spots[piece]) if len(piece) > rule.max_points else None
        if parts is None:
            finished.append(piece)
        else:
            waiting += [piece[parts == part] for part in np.unique(parts)]
    return finished


def _cut(spots: Floats, minimum: int, min_samples: int, xi: float) -> Labels | None:
    """Parts of a piece by its OPTICS clusters, each of the minimum at least; None where these do not part it."""
    unique, where = np.unique(spots, axis=0, return_inverse=True)
    found = clusters(spots, min_samples, xi)
    sizes = np.bincount(found[found != NOISE])
    large = np.flatnonzero(sizes >= minimum)
    if len(large) == 0:
        return None
    if len(large) >= 3:
        centres = np.stack([spots[found == cluster].mean(axis=0) for cluster in large])
        parts = cKDTree(centres).query(unique)[1][where]
        if np.bincount(parts, minlength=len(large)).min() >= minimum:
            return np.asarray(parts, np.int64)
    kept = found != NOISE
    nearest = found[kept][cKDTree(spots[kept]).query(unique)[1]][where]  # noise goes to the nearest cluster
    inside = nearest == int(sizes.argmax())
    if min(inside.sum(), len(spots) - inside.sum()) < minimum:
        return None
    return np.asarray(inside, np.int64)


def _halves(spots: Floats, minimum: int) -> Labels | None:
    """Two halves along the longest direction, cut as near to the middle as spots that coincide allow."""
    away = spots - spots.mean(axis=0)
    direction = np.linalg.eigh(away.T @ away)[1][:, -1]
    along = np.round(away @ direction, 12)
    ordered = np.sort(along)
    cuts = np.flatnonzero(ordered[1:] > ordered[:-1]) + 1  # how many lie before a possible cut
    cuts = cuts[(cuts >= minimum) & (len(spots) - cuts >= minimum)]
    if len(cuts) == 0:
        return None
    middle = cuts[np.argmin(np.abs(cuts - len(spots) / 2.0))]
    return np.asarray(along >= ordered[middle], np.int64)


def cut_polygon(polygon: Any, spots: Floats, labels: Labels, plane: Plane) -> list[Any]:
    """The polygon of a cell cut along the Voronoi regions of its `spots` (N, 2), joined by label -> one for each.

    Parts of the polygon that hold no spot and touch another label's go to the one with the longest shared border; an
    island stays with the nearest spot. What a label gets may be empty where all its spots lie off the polygon.
    """
    unique, first = np.unique(spots, axis=0, return_index=True)
    own = labels[first]
    parts = shapely.transform(shapely.get_parts(polygon), plane.place)
    regions = shapely.voronoi_polygons(
        shapely.multipoints(unique), extend_to=shapely.box(*shapely.total_bounds(parts)), ordered=True
    )
    cells = shapely.get_parts(regions)
    count = int(labels.max()) + 1
    areas = np.array([shapely.coverage_union_all(cells[own == label]) for label in range(count)], object)
    part, label = shapely.STRtree(areas).query(parts, predicate="intersects")
    pieces, which = shapely.get_parts(shapely.intersection(parts[part], areas[label]), return_index=True)
    polygons = (shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > 0.0)
    pieces, owner = pieces[polygons], label[which[polygons]].astype(np.int64)
    _give_away_strays(pieces, owner, unique, own)
    back = shapely.transform(pieces, lambda xy: xy / np.array([plane.shrink, 1.0]))
    if plane.across:
        beyond = shapely.bounds(back)[:, 0] >= 180.0 - 1e-9
        back[beyond] = shapely.transform(back[beyond], lambda xy: xy - np.array([360.0, 0.0]))
    return [shapely.union_all(back[owner == label]) for label in range(count)]


def _give_away_strays(pieces: NDArray[np.object_], owner: Labels, spots: Floats, labels: Labels) -> None:
    """Change the `owner` (P,) of pieces that hold no spot of their own and border on another's; in place."""
    held, spot = shapely.STRtree(shapely.points(spots)).query(pieces, predicate="intersects")
    alone = np.ones(len(pieces), bool)
    alone[held[labels[spot] == owner[held]]] = False
    tree = shapely.STRtree(pieces)
    for stray in np.flatnonzero(alone):
        near = tree.query(pieces[stray], predicate="dwithin", distance=TOUCH_DEG)
        near = near[(near != stray) & (owner[near] != owner[stray]) & ~alone[near]]
        if len(near):
            shared = shapely.length(shapely.intersection(shapely.boundary(pieces[stray]),
                                                         shapely.buffer(pieces[near], TOUCH_DEG)))  # fmt: skip
            if shared.max() > 2.0 * TOUCH_DEG:
                owner[stray] = owner[near[shared.argmax()]]
