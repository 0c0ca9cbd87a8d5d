"""How far a picture has moved sideways between two looks, by comparing the pictures. Knows no browser."""

from dataclasses import dataclass

import numpy as np

from bot.pictures import Thumb

SIZE = (160, 60)  # width, height of the thumbs that are compared
MOST = 0.6  # of the width, a shift beyond which too little is left to compare


@dataclass(frozen=True)
class Shift:
    """`share` of the width, negative where the content went to the left; `similarity` (-1 … 1) of the best fit."""

    share: float
    similarity: float


def shift_between(before: Thumb, after: Thumb) -> Shift:
    """The sideways shift (h, w), (h, w) that makes two pictures agree best, to a fraction of a column."""
    width = before.shape[1]
    most = int(width * MOST)
    fits = np.array([_similarity(before, after, by) for by in range(-most, most + 1)])
    best = int(fits.argmax())
    fraction = 0.0
    if 0 < best < len(fits) - 1:  # the top of the parabola through the best and its neighbours
        left, top, right = fits[best - 1 : best + 2]
        curve = left - 2.0 * top + right
        fraction = float(0.5 * (left - right) / curve) if curve < 0.0 else 0.0
    return Shift((best - most + fraction) / width, float(fits[best]))


def _similarity(before: Thumb, after: Thumb, by: int) -> float:
    """Normalised cross-correlation of what both show when `after` has moved `by` columns to the right."""
    width = before.shape[1]
    a = before[:, max(0, -by) : width - max(0, by)]
    b = after[:, max(0, by) : width - max(0, -by)]
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm > 1e-6 else -1.0
