"""How long semantic geocells take, how much memory, and how much quicker they are than the algorithm as it is told.

    python -m benchmarks.geocells [--points 100000] [--countries AT CH SI] [--json]

The points lie around the towns of all regions of the atlas, crowded in cities as photographs are. The plain
transcription keeps a list of polygons for each cell and makes their union whenever its shape is asked for; it runs on
the points of a few countries, and so does ours beside it: `speedup` is plain seconds over ours, on the same points.
With --json the last line is one JSON object.
"""

import argparse
import json
import resource
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from rich.console import Console
from rich.progress import Progress
from sklearn.cluster import OPTICS

from model.commands import run
from model.errors import ConfigError
from model.geo.atlas import Atlas
from model.geo.distance import check_points
from model.geocells import semantic
from model.geocells.covering import Cover
from model.geocells.regions import Regions, regions_of_atlas
from model.geocells.semantic import SemanticSettings, settings_of

JITTER_DEG = 0.05  # around a town
CROWDED = 0.5  # share of the points that lie where people do; the rest at any town
SECONDS, MEGABYTES = 180.0, 4096.0  # the aims, for 100,000 points on two cores


def made_up_points(count: int, seed: int = 0) -> np.ndarray:
    """Points (N, 2) around towns: half by the square root of their population, half at any."""
    towns = Atlas.open(progress=False).towns
    rng = np.random.default_rng(seed)
    weight = np.sqrt(towns["population"].to_numpy(float).clip(1.0))
    crowd = rng.choice(len(towns), int(CROWDED * count), p=weight / weight.sum())
    rows = np.concatenate([crowd, rng.integers(len(towns), size=count - len(crowd))])
    points = towns[["lat", "lng"]].to_numpy()[rows] + JITTER_DEG * rng.normal(size=(count, 2))
    return check_points(np.clip(points, [-90.0, -360.0], [90.0, 360.0]))


@dataclass
class PlainCell:
    """A cell of the plain transcription: polygons, and the rows of its points."""

    country: str
    admin1: str
    polygons: list[Any]
    rows: np.ndarray

    @property
    def shape(self) -> Any:
        """The union, made at every access."""
        return shapely.union_all(self.polygons)


def plain_cells(points: np.ndarray, regions: Regions, settings: SemanticSettings) -> list[PlainCell]:
    """Assign, fuse and split, one cell and one polygon after the other."""
    shapes = shapely.points(points[:, ::-1])
    owner = np.full(len(points), -1)
    for number, polygon in enumerate(regions.polygons):
        owner[(owner < 0) & shapely.intersects(polygon, shapes)] = number
    for row in np.flatnonzero(owner < 0):
        owner[row] = int(np.argmin(shapely.distance(regions.polygons, shapes[row])))
    cells = [
        PlainCell(country, admin1, [polygon], np.flatnonzero(owner == number))
        for number, (polygon, country, admin1) in enumerate(
            zip(regions.polygons, regions.country, regions.admin1, strict=True)
        )
    ]
    full, empty = [cell for cell in cells if len(cell.rows)], [cell for cell in cells if not len(cell.rows)]
    for cell in empty:
        own = [other for other in full if other.country == cell.country]
        if own:
            min(own, key=lambda other: shapely.distance(other.shape, cell.shape)).polygons += cell.polygons
    _plain_fuse(full, settings.min_points)
    for min_samples, xi in settings.rounds:
        full = [part for cell in full for part in _plain_split(cell, points, settings, min_samples, xi)]
    return full


def _plain_fuse(cells: list[PlainCell], minimum: int) -> None:
    given_up: set[int] = set()
    while small := [cell for cell in cells if len(cell.rows) < minimum and id(cell) not in given_up]:
        cell = min(small, key=lambda one: len(one.rows))
        of_country = [other for other in cells if other is not cell and other.country == cell.country]
        near = [other for other in of_country if shapely.intersects(other.shape, cell.shape)] or of_country
        if not near:
            given_up.add(id(cell))
            continue
        best = min(near, key=lambda other: (other.admin1 != cell.admin1, len(other.rows) >= minimum, -len(other.rows)))
        best.polygons += cell.polygons
        best.rows = np.concatenate([best.rows, cell.rows])
        cells.remove(cell)


def _plain_split(
    cell: PlainCell, points: np.ndarray, settings: SemanticSettings, min_samples: int, xi: float
) -> list[PlainCell]:
    if len(cell.rows) <= settings.max_points:
        return [cell]
    spots = points[cell.rows][:, ::-1]
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        labels = OPTICS(min_samples=min_samples, xi=xi).fit(spots).labels_
    if not (labels >= 0).any():
        return [cell]
    inside = labels == np.bincount(labels[labels >= 0]).argmax()
    if min(inside.sum(), (~inside).sum()) < settings.min_points:
        return [cell]
    unique, first = np.unique(spots, axis=0, return_index=True)
    voronoi = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(unique), extend_to=cell.shape, ordered=True)
    )
    area = shapely.union_all(voronoi[inside[first]])
    parts = [
        PlainCell(cell.country, cell.admin1, [shapely.intersection(cell.shape, area)], cell.rows[inside]),
        PlainCell(cell.country, cell.admin1, [shapely.difference(cell.shape, area)], cell.rows[~inside]),
    ]
    return [piece for part in parts for piece in _plain_split(part, points, settings, min_samples, xi)]


def compare(points: np.ndarray, regions: Regions, countries: Sequence[str]) -> dict[str, float | int]:
    """Seconds of the plain transcription and of ours on the points of a few countries.

    Raises:
        ConfigError: a country that has no region or no point.
    """
    inside = np.isin(regions.country, list(countries))
    region = Cover(regions.polygons).covering(points)
    some = points[(region >= 0) & inside[region]]
    if missing := set(countries) - set(regions.country) or (set(countries) if not len(some) else set()):
        raise ConfigError(f"looked for points in {', '.join(sorted(missing))}, found none; give ISO-2 codes, or more "
                          "--points.")  # fmt: skip
    few = Regions(regions.polygons[inside], regions.country[inside], regions.admin1[inside])
    settings = settings_of("pigeon", len(some), halve=False)  # the paper's steps, and no more
    start = time.perf_counter()
    ours = len(semantic.partition(some, few, settings).polygons)
    middle = time.perf_counter()
    plain = len(plain_cells(some, few, settings))
    end = time.perf_counter()
    return {
        "compared_points": len(some), "ours_s": round(middle - start, 4), "plain_s": round(end - middle, 4),
        "ours_cells": ours, "plain_cells": plain, "speedup": round((end - middle) / (middle - start), 2),
    }  # fmt: skip


def measure(count: int, countries: Sequence[str]) -> dict[str, float | int | str]:
    """Seconds and peak memory of `count` points over all regions, and the comparison."""
    points, regions = made_up_points(count), regions_of_atlas()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("cutting cells", total=None)
        start = time.perf_counter()
        made = semantic.partition(
            points,
            regions,
            settings_of("pigeon", count),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {
        "benchmark": "geocells", "points": count, "regions": len(regions), "cells": len(made.polygons),
        "seconds": round(seconds, 2), "peak_mb": round(peak_mb, 1), **compare(points, regions, countries),
    }  # fmt: skip


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.geocells`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.geocells", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--points", type=int, default=100_000, help="points over all regions (default: %(default)s)")
    parser.add_argument("--countries", nargs="+", default=["AT", "CH", "SI"], metavar="ISO",
                        help="where the plain transcription runs too (default: AT CH SI)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    if given.points < 1:
        parser.error("--points must be 1 or more")

    def main() -> None:
        figures = measure(given.points, given.countries)
        print(f"{figures['points']:,} points over {figures['regions']:,} regions: {figures['cells']:,} cells")
        print(f"{figures['seconds']} s (aim {SECONDS:.0f}), {figures['peak_mb']:,.0f} MB (aim {MEGABYTES:,.0f})")
        print(f"{figures['compared_points']:,} of them in {', '.join(given.countries)}: {figures['ours_s']} s, plainly "
              f"{figures['plain_s']} s: {figures['speedup']} times as quick")  # fmt: skip
        if given.json:
            print(json.dumps(figures))

    run(main)


if __name__ == "__main__":
    cli()
