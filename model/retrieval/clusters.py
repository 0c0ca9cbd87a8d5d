"""Location clusters inside each geocell: OPTICS on great-circle distance. Knows no embedding.

Source: PIGEON (arXiv 2307.05845), section 3.4. Places that OPTICS calls noise stay known: each is a cluster of its own.
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import OPTICS

from model.geo.distance import check_points


def location_clusters(points: NDArray[np.float64], min_samples: int, xi: float) -> NDArray[np.int64]:
    """The cluster of each of the `points` (N, 2) of one cell -> (N,), 0 … P−1, every point in exactly one."""
    radians = np.radians(check_points(points))
    if len(radians) < max(2, min_samples):
        return np.arange(len(radians))
    if (radians == radians[0]).all():  # OPTICS divides by distances
        return np.zeros(len(radians), np.int64)
    # Places that share one spot have reachability 0, and lone ones infinite: both are answers here, not warnings.
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = OPTICS(min_samples=min_samples, xi=xi, metric="haversine").fit(radians)
    labels = np.asarray(found.labels_, np.int64).copy()
    noise = labels < 0
    labels[noise] = labels.max(initial=-1) + 1 + np.arange(noise.sum())
    return labels
