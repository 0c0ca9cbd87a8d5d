"""What a procedure that cuts the Earth up answers, and what all of them share. Knows no procedure and no table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.geocells.table import Rule


@dataclass(frozen=True)
class Partition:
    """The cells of the training points.

    Attributes:
        labels: (N,) the cell of each training point, 0 … C−1; no cell is empty.
        polygons: (C,) shapely geometries in (lng, lat) degrees, cut at the antimeridian.
        rule: how other points are assigned (see geocells/table.py).
        sites: (C, 2) what a point must be nearest to; None for the representatives.
        countries: (C,) the country of each cell, where the procedure knows it; None for that of most of its points.
    """

    labels: NDArray[np.int64]
    polygons: Sequence[Any]
    rule: Rule
    sites: NDArray[np.float64] | None = None
    countries: NDArray[np.object_] | None = None
