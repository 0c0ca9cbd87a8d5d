"""The scale of a map from its rounds: which law of points do distances and points follow? Arrays in, numbers out.

The law is the site's own, points = round(5000·exp(−10·distance / max_error)), and every map has its max_error.
"""

from collections.abc import Sequence

import numpy as np

from model.geo.distance import Floats
from model.geo.scoring import MAX_SCORE, geoguessr_score, scale_of_map_km

FULL_M = 25.0  # this near, small maps give all points as well
NEAR_POINTS = 1  # a distance from rounded positions may round the other way
TELLING = 3  # rounds with some but not all points that must agree before a scale is believed
AGREEING = 0.95  # of them; one wrong row among many does not hide a map's law


def points_at(distance_m: Floats, max_error_m: float) -> Floats:
    """Points of distances (N,) in metres on a map of this scale."""
    scored = geoguessr_score(np.asarray(distance_m, np.float64) / 1000.0, scale_of_map_km(max_error_m))
    return np.asarray(scored, np.float64)


def follows(distance_m: Floats, score: Floats, max_error_m: float) -> Floats:
    """Whether points (N,) follow the law at distances (N,), as booleans."""
    near = np.abs(points_at(distance_m, max_error_m) - score) <= NEAR_POINTS
    return np.asarray(near | ((score == MAX_SCORE) & (distance_m <= FULL_M)))


def telling(distance_m: Floats, score: Floats) -> Floats:
    """Which rounds (N,) say something of the scale: some points, but not all."""
    return np.asarray((score > 0) & (score < MAX_SCORE) & (distance_m > 0))


def infer_max_error_m(distance_m: Floats, score: Floats, extents_m: Sequence[float] = ()) -> tuple[float, str] | None:
    """The scale of a map that its file does not state, and where it is from: "bounds" or "rounds".

    The diagonal of the map's bounds is what the site itself uses for the World; it is believed when the rounds follow
    it. Else the scale that the rounds agree on, where three or more of them tell.

    Returns:
        max_error in metres, or None where the rounds tell too little or do not agree.
    """
    tells = telling(distance_m, score)
    away, points = distance_m[tells], score[tells]
    if len(away) == 0:
        return None
    for extent in dict.fromkeys(extents_m):
        if follows(away, points, extent).mean() >= AGREEING:
            return extent, "bounds"
    if len(away) < TELLING:
        return None
    estimate = 10.0 * away / np.log(MAX_SCORE / points)
    error = 0.5 / (points * np.log(MAX_SCORE / points))  # relative, from rounding to whole points
    scale = float(np.median(estimate[error <= np.median(error)]))
    agreeing = follows(away, points, scale)
    if agreeing.mean() < AGREEING:
        return None
    weight = 1.0 / error[agreeing] ** 2
    return float((estimate[agreeing] * weight).sum() / weight.sum()), "rounds"
