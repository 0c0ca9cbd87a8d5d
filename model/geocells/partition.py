"""From training points to a table of geocells: one dispatcher over the procedures, one way to sum up their cells.

A procedure is a module with `partition(points, settings, …) -> Partition` (see geocells/procedure.py): it says which
cell each training point is in and how the cells look, and knows nothing of tables. A new one is a module, its frozen
settings, and a branch in `make_geocells`.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from model.errors import ManifestError
from model.geo.distance import check_points, from_unit, to_unit
from model.geocells import kmeans, naive, s2, semantic
from model.geocells.area import area_km2
from model.geocells.kmeans import KMeansSettings
from model.geocells.naive import NaiveSettings
from model.geocells.procedure import Partition
from model.geocells.regions import Regions, regions_of_atlas
from model.geocells.s2 import S2Settings
from model.geocells.semantic import SemanticSettings
from model.geocells.table import Rule

Method = Literal["semantic", "naive", "kmeans", "s2"]
Settings = SemanticSettings | NaiveSettings | KMeansSettings | S2Settings
CANCEL_OUT = 1e-9  # length of a sum of unit vectors, for each, that has no direction


def make_geocells(
    places: pd.DataFrame,
    settings: Settings,
    regions: Regions | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[pd.DataFrame, Rule]:
    """Cut the Earth up by the training `places` (lat, lng, country, region) -> the table of cells and its rule.

    The settings say by which procedure. `regions` are what semantic cells are made of; without them the atlas's.

    Raises:
        ManifestError: no places.
        ConfigError: settings that these places cannot meet.
    """
    if len(places) == 0:
        raise ManifestError("looked for training places to make geocells from, found none in the split 'train'.")
    points = check_points(places[["lat", "lng"]].to_numpy())
    if isinstance(settings, SemanticSettings):
        partition = semantic.partition(points, regions or regions_of_atlas(), settings, report)
    elif isinstance(settings, NaiveSettings):
        partition = naive.partition(points, settings)
    elif isinstance(settings, KMeansSettings):
        partition = kmeans.partition(points, settings)
    else:
        partition = s2.partition(points, settings)
    return summarise(places, points, partition), partition.rule


def summarise(places: pd.DataFrame, points: NDArray[np.float64], partition: Partition) -> pd.DataFrame:
    """One row a cell: representative, country and region of most of its points, area, their number, polygon."""
    labels, count = partition.labels, len(partition.polygons)
    means = means_of(points, labels, count)
    sites = means if partition.sites is None else partition.sites
    polygons = np.asarray(partition.polygons, dtype=object)
    country = partition.countries
    return pd.DataFrame(
        {
            "cell_id": np.arange(count),
            "lat": means[:, 0],
            "lng": means[:, 1],
            "country": most_common(places["country"], labels, count) if country is None else country,
            "region": most_common(places["region"], labels, count),
            "area_km2": area_km2(polygons),
            "points": np.bincount(labels, minlength=count),
            "site_lat": sites[:, 0],
            "site_lng": sites[:, 1],
            "polygon": shapely.to_wkb(polygons),
        }
    )


def with_names(places: pd.DataFrame) -> pd.DataFrame:
    """The places with a country and a region, asked of the atlas where the manifest has none."""
    if {"country", "region"} <= set(places.columns):
        return places
    from model.geo.atlas import Atlas

    named = Atlas.open().describe(places[["lat", "lng"]].to_numpy())
    return places.assign(country=named["country"].to_numpy(), region=named["region"].to_numpy())


def means_of(points: NDArray[np.float64], labels: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """The mean on the sphere of each cell's points -> (C, 2); a cell whose points cancel out takes one of them."""
    order = np.lexsort((points[:, 1], points[:, 0], labels))  # sums must not depend on the order of rows
    vectors, own = to_unit(points[order]), labels[order]
    sums = np.stack([np.bincount(own, vectors[:, axis], count) for axis in range(3)], axis=1)
    lost = np.linalg.norm(sums, axis=1) < CANCEL_OUT * np.bincount(own, minlength=count)
    sums[lost] = vectors[np.searchsorted(own, np.flatnonzero(lost))]
    return from_unit(sums)


def most_common(names: "pd.Series[str]", labels: NDArray[np.int64], count: int) -> NDArray[np.object_]:
    """The name of most points of each cell -> (C,), the first by the alphabet of several, "" where none has one."""
    codes, known = pd.factorize(names, sort=True)
    pairs, times = np.unique(labels[codes >= 0] * max(1, len(known)) + codes[codes >= 0], return_counts=True)
    order = np.lexsort((pairs, -times))
    cell, first = np.unique(pairs[order] // max(1, len(known)), return_index=True)
    found = np.full(count, "", object)
    if len(cell):
        found[cell] = np.asarray(known, object)[pairs[order][first] % len(known)]
    return found
