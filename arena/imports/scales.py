"""The scale of a map from its rounds: which law of points do distances and points follow? Arrays in, numbers out.

The law is the site's own, points = round(5000·exp(−10·distance / max_error)), and every map has its max_error.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from model.geo.distance import Floats
from model.geo.scoring import MAX_SCORE, geoguessr_score, scale_of_map_km

FULL_M = 25.0  # this near, small maps give all points as well
NEAR_POINTS = 1  # a distance from rounded positions may round the other way
TELLING = 3  # rounds with some but not all points that must agree before a scale is believed
WORLD_M = 14_916_862.0  # of the site's World map, by far the most played
SAME = 1e-5  # relative: the diagonal of the World's bounds is that near to its scale
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


def infer_max_error_m(
    distance_m: Floats, score: Floats, extents_m: Sequence[float] = (), known_m: Iterable[float] = ()
) -> tuple[float, str] | None:
    """The scale of a map that its file does not state, and where it is from: "known", "bounds", "world" or "rounds".

    Two people's rounds on one map give two estimates, and games of two scales are never compared. So the first of
    these is taken that the rounds follow: a scale that games on this map are known to have (`known_m`), the diagonal of
    the map's bounds, which is what the site itself uses for the World, and the World's. Only else comes what the rounds
    agree on, where three or more of them tell, rounded to what they can tell.

    Returns:
        max_error in metres, or None where the rounds tell too little or do not agree.
    """
    tells = telling(distance_m, score)
    away, points = distance_m[tells], score[tells]
    if len(away) == 0:
        return None
    candidates = [(scale, "known") for scale in known_m]
    candidates += [(WORLD_M if abs(one - WORLD_M) < SAME * WORLD_M else round(one), "bounds") for one in extents_m]
    candidates += [(WORLD_M, "world")] if len(away) >= TELLING else []
    for scale, source in dict.fromkeys(candidates):
        if _agree(away, points, scale):
            return float(scale), source
    if len(away) < TELLING:
        return None
    estimate = 10.0 * away / np.log(MAX_SCORE / points)
    error = 0.5 / (points * np.log(MAX_SCORE / points))  # relative, from rounding to whole points
    scale = float(np.median(estimate[error <= np.median(error)]))
    if not _agree(away, points, scale):
        return None
    agreeing = follows(away, points, scale)
    weight = 1.0 / error[agreeing] ** 2
    best = float((estimate[agreeing] * weight).sum() / weight.sum())
    step = 10.0 ** np.ceil(np.log10(best / np.sqrt(weight.sum())))
    rounded = float(np.round(best / step) * step)
    return (rounded if _agree(away, points, rounded) else best), "rounds"


def _agree(away: Floats, points: Floats, max_error_m: float) -> bool:
    return max_error_m > 0 and bool(follows(away, points, max_error_m).mean() >= AGREEING)
