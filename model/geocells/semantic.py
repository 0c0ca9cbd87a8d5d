"""Semantic geocells: admin regions fused until each holds enough places, split where it holds too many.

1. Each training point belongs to the region that covers it, else to the nearest.
2. One cell for a region with points; empty regions join the nearest of their country.
3. Fuse: a cell below the minimum goes to a neighbour of its own country (fuse.py).
4. Split: a cell above the maximum is taken apart by rounds of OPTICS, with Voronoi cuts (split.py).

Every point is in one cell; cells do not overlap, cross no border of a country, and together are the regions of all
countries that hold a point. Nothing depends on the order of the points. Unions are made once, at the end.
Source: PIGEON (arXiv 2307.05845), section 3.1 and appendix.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from model.errors import ConfigError
from model.geo.distance import Floats, to_unit
from model.geocells.covering import Cover
from model.geocells.fuse import Graph, fuse, join_empty
from model.geocells.procedure import Partition
from model.geocells.regions import Regions, touching
from model.geocells.split import Plane, SplitRule, cut_polygon, take_apart

Preset = Literal["pigeon", "pigeotto"]
Report = Callable[[int, int], None]
SMALL_TO_LARGE = 2.0  # a cell that is halved leaves two of the minimum at least


@dataclass(frozen=True)
class SemanticSettings:
    """How many training points a cell holds, and how a larger one is taken apart.

    Attributes:
        min_points, max_points: a cell's size.
        rounds: (min_samples, xi) of each round of OPTICS.
        halve: halve what OPTICS leaves above the maximum.
    """

    min_points: int = 30
    max_points: int = 60
    rounds: tuple[tuple[int, float], ...] = ((8, 0.05), (10, 0.025), (15, 0.015))
    halve: bool = True

    def __post_init__(self) -> None:
        if self.min_points < 1 or self.max_points < SMALL_TO_LARGE * self.min_points:
            raise ConfigError(
                f"--min-points must be 1 or more and --max-points at least twice as many, found {self.min_points} "
                f"and {self.max_points}."
            )


PRESETS: dict[Preset, SemanticSettings] = {
    "pigeon": SemanticSettings(),
    "pigeotto": SemanticSettings(1000, 2000, ((300, 0.05), (400, 0.005), (1000, 0.0001))),
}


def settings_of(
    preset: Preset, places: int, cells: int = 0, min_points: int = 0, max_points: int = 0, halve: bool = True
) -> SemanticSettings:
    """The preset's settings with other sizes: about so many `cells` of all `places`, or sizes given; 0 for neither.

    Cells of 30 to 60 points are 45 at the mean: for a number of cells, the minimum is two thirds of the mean and the
    maximum twice that. OPTICS looks for clusters in proportion.
    """
    base = PRESETS[preset]
    smallest = min_points or (max(1, round(places / cells * 2 / 3)) if cells else 0)
    if not smallest and max_points:
        smallest = max(1, max_points // 2)
    if not smallest:
        return replace(base, halve=halve)
    share = smallest / base.min_points
    rounds = tuple((max(2, round(samples * share)), xi) for samples, xi in base.rounds)
    return SemanticSettings(smallest, max_points or 2 * smallest, rounds, halve)


def partition(
    points: Floats, regions: Regions, settings: SemanticSettings, report: Report = lambda done, total: None
) -> Partition:
    """Cells of `points` (N, 2) from `regions`; `report` is told how many cells of how many have their polygon."""
    order = np.lexsort((points[:, 1], points[:, 0]))  # ids and cuts must not depend on the order of rows
    ordered = points[order]
    region = Cover(regions.polygons).find(ordered)
    cell_of = _fused(regions, region, settings.min_points)
    cells, own = np.unique(cell_of[region], return_inverse=True)
    polygons, countries, parents = _polygons(ordered, own, cells, cell_of, regions, settings, report)
    polygons, countries, labels = _final(polygons, countries, parents, ordered)
    out = np.empty(len(points), np.int64)
    out[order] = labels
    return Partition(out, list(polygons), "polygon", countries=countries)


def _fused(regions: Regions, region: NDArray[np.int64], minimum: int) -> NDArray[np.int64]:
    """The cell of each region (R,), −1 in countries without points."""
    country = pd.factorize(regions.country)[0]
    admin1 = pd.factorize(pd.MultiIndex.from_arrays([regions.country, regions.admin1]))[0]
    middles = shapely.get_coordinates(shapely.point_on_surface(regions.polygons))
    graph = Graph(
        np.bincount(region, minlength=len(regions)), np.asarray(country, np.int64), np.asarray(admin1, np.int64),
        to_unit(middles[:, ::-1]), touching(regions.polygons, country),
    )  # fmt: skip
    return fuse(graph, join_empty(graph), minimum)


def _polygons(
    points: Floats, own: NDArray[np.int64], cells: NDArray[np.int64], cell_of: NDArray[np.int64], regions: Regions,
    settings: SemanticSettings, report: Report,
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.int64]]:  # fmt: skip
    """The polygons of all cells, large ones taken apart; their countries and the fused cells they come from."""
    rule = SplitRule(settings.min_points, settings.max_points, settings.rounds, settings.halve)
    members = _groups(np.searchsorted(cells, np.where(cell_of < 0, cells[0], cell_of)), len(cells), cell_of >= 0)
    inside = _groups(own, len(cells))
    shapes: list[Any] = []
    parents: list[int] = []
    for number, (of_cell, rows) in enumerate(zip(members, inside, strict=True)):
        polygon = shapely.union_all(regions.polygons[of_cell])
        parts = [polygon]
        if len(rows) > rule.max_points:
            plane = Plane.around(polygon, float(points[rows, 0].mean()))
            spots = plane.place(points[rows][:, ::-1])
            labels = take_apart(spots, rule)
            if labels.any():
                parts = [part for part in cut_polygon(polygon, spots, labels, plane) if not part.is_empty]
        shapes += parts
        parents += [number] * len(parts)
        report(number + 1, len(cells))
    of = np.asarray(parents, np.int64)
    return np.array(shapes, object), regions.country[cells][of], of


def _groups(number: NDArray[np.int64], count: int, where: NDArray[np.bool_] | None = None) -> list[NDArray[np.int64]]:
    """The rows of each number 0 … count−1, found by one sort."""
    rows = np.arange(len(number)) if where is None else np.flatnonzero(where)
    rows = rows[np.argsort(number[rows], kind="stable")]
    return np.split(rows, np.searchsorted(number[rows], np.arange(1, count)))


def _final(
    polygons: NDArray[np.object_], countries: NDArray[np.object_], parents: NDArray[np.int64], points: Floats
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.int64]]:
    """Cells in their lasting order, and the cell of each point by the rule that other points follow.

    On a border or at sea that rule may move a point from the cell it was counted in: one that is left with none is
    joined to the nearest of its parent, else of its country.
    """
    while True:
        labels = Cover(polygons).find(points)
        held = np.bincount(labels, minlength=len(polygons)) > 0
        if held.all():
            # By country, then from south to north by the first point: those are sorted by latitude.
            first = np.unique(labels, return_index=True)[1]
            kept = np.lexsort((first, countries.astype(str)))
            if (kept == np.arange(len(kept))).all():
                return polygons, countries, labels
        else:
            for lone in np.flatnonzero(~held):
                near = np.flatnonzero(held & (countries == countries[lone]))
                siblings = near[parents[near] == parents[lone]]
                near = siblings if len(siblings) else near
                if len(near):  # none: a country all of whose points are nearer to another's coast
                    target = int(near[np.argmin(shapely.distance(polygons[near], polygons[lone]))])
                    polygons[target] = shapely.union_all([polygons[target], polygons[lone]])
            kept = np.flatnonzero(held)
        polygons, countries, parents = polygons[kept], countries[kept], parents[kept]
