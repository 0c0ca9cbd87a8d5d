"""From training points to a table of geocells: one dispatcher over the procedures, one way to sum up their cells.

A procedure is a module with `partition(…) -> Partition` (see geocells/procedure.py): it says which cell each training
point is in and how the cells look, and knows nothing of tables. A new one is a module and a branch in `make_geocells`.
"""

from typing import Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from model.errors import ConfigError, ManifestError
from model.geo.distance import check_points, spherical_mean
from model.geocells import kmeans, naive
from model.geocells.procedure import Partition
from model.geocells.table import Rule

Method = Literal["naive", "kmeans"]


def make_geocells(
    places: pd.DataFrame, method: Method, n_cells: int, max_points: int, seed: int
) -> tuple[pd.DataFrame, Rule]:
    """Cut the Earth up by the training `places` (lat, lng, country, region) -> the table of cells and its rule.

    Raises:
        ManifestError: no places.
        ConfigError: a method that does not exist.
    """
    if len(places) == 0:
        raise ManifestError("looked for training places to make geocells from, found none in the split 'train'.")
    points = check_points(places[["lat", "lng"]].to_numpy())
    if method == "naive":
        partition = naive.partition(points, max_points)
    elif method == "kmeans":
        partition = kmeans.partition(points, n_cells, seed)
    else:
        raise ConfigError(f"there is no way to make geocells called '{method}'.")
    return summarise(places, points, partition), partition.rule


def summarise(places: pd.DataFrame, points: NDArray[np.float64], partition: Partition) -> pd.DataFrame:
    """One row a cell: representative, country and region of most of its points, their number, polygon."""
    labels = partition.labels
    groups = places.assign(cell_id=labels).groupby("cell_id")
    means = np.stack([spherical_mean(points[labels == cell]) for cell in range(len(partition.polygons))])
    sites = means if partition.sites is None else partition.sites
    return pd.DataFrame(
        {
            "cell_id": np.arange(len(means)),
            "lat": means[:, 0],
            "lng": means[:, 1],
            "country": groups["country"].agg(_most_common).to_numpy(object),
            "region": groups["region"].agg(_most_common).to_numpy(object),
            "n_train": groups.size().to_numpy(),
            "site_lat": sites[:, 0],
            "site_lng": sites[:, 1],
            "polygon": shapely.to_wkb(np.asarray(partition.polygons, dtype=object)),
        }
    )


def _most_common(names: "pd.Series[str]") -> str:
    counts = names.dropna().value_counts()
    return str(counts.sort_index().idxmax()) if len(counts) else ""
