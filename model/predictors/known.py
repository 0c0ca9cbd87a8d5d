"""Which places a system has seen: by position, since the same place may go by another id. Knows no picture."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from model.geo.distance import EARTH_RADIUS_KM, to_unit
from model.predictors.checkpoint import Checkpoint
from model.predictors.protocol import RemembersPlaces

SAME_PLACE_KM = 0.01


def seen_before(points: ArrayLike, known: ArrayLike, within_km: float = SAME_PLACE_KM) -> NDArray[np.bool_]:
    """Which of `points` (N, 2) lie within some metres of any of `known` (M, 2), across any meridian -> (N,)."""
    places, places_known = np.asarray(points, np.float64), np.asarray(known, np.float64)
    if not len(places) or not len(places_known):
        return np.zeros(len(places), np.bool_)
    reach = 2.0 * np.sin(within_km / EARTH_RADIUS_KM / 2.0)  # the chord of that arc
    distance, _ = cKDTree(to_unit(places_known)).query(to_unit(places), distance_upper_bound=reach)
    near: NDArray[np.bool_] = np.isfinite(distance)
    return near


def known_places(checkpoint: Checkpoint, manifest: pd.DataFrame, manifest_fingerprint: str) -> NDArray[np.float64]:
    """Positions (M, 2) of all that a checkpoint was made from, as far as can be known.

    These are the places that it looks up, and the training rows of `manifest` where any of its stages, pretraining
    among them, read that very file.
    """
    found = [np.empty((0, 2))]
    if isinstance(checkpoint.predictor, RemembersPlaces):
        found.append(checkpoint.predictor.remembered[["lat", "lng"]].to_numpy(np.float64))
    if manifest_fingerprint in {_manifest_of(record) for record in checkpoint.records.values()}:
        rows = manifest[manifest["split"] == "train"] if "split" in manifest else manifest
        found.append(rows[["lat", "lng"]].to_numpy(np.float64))
    return np.concatenate(found)


def _manifest_of(record: dict[str, Any]) -> Any:
    return record.get("inputs", {}).get("manifest")
