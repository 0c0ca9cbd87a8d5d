"""What else is known of a place, as numbers a network can learn: classes and standardised regressions.

PIGEON (arXiv 2307.05845, section 3.3) learns climate, month and six regressions beside the geocell; country and
driving side are ours. Knows no network. What a manifest does not hold is not learned; single gaps are masked.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CLASS_COLUMNS = ("country", "koppen", "driving_side", "month")
# Column -> offset of the logarithm, None for a plain value. Altitude reaches below the sea: −430 m at the Dead Sea.
REGRESSIONS: dict[str, float | None] = {
    "altitude_m": 500.0,
    "population_per_km2": 1.0,
    "temperature_c": None,
    "temperature_range_c": 1.0,
    "precipitation_mm": 1.0,
    "precipitation_range_mm": 1.0,
}
UNKNOWN = -100  # the index that torch's cross-entropy ignores


@dataclass(frozen=True)
class AttributeSpace:
    """Class names and the standardisation, fitted on the training places."""

    classes: dict[str, tuple[str, ...]]
    regressions: dict[str, tuple[float, float]]  # column -> mean and deviation of the transformed value

    @classmethod
    def fit(cls, frame: pd.DataFrame) -> "AttributeSpace":
        """Learn from the training rows; columns that are absent, constant or empty are left out."""
        classes = {}
        for column in CLASS_COLUMNS:
            if column in frame:
                names = tuple(sorted({str(cell) for cell in frame[column].dropna()} - {""}))
                if len(names) > 1:
                    classes[column] = names
        regressions = {}
        for column, offset in REGRESSIONS.items():
            if column in frame:
                values = _transform(frame[column], offset)
                known = values[np.isfinite(values)]
                if len(known) > 1 and known.std() > 1e-6:
                    regressions[column] = (float(known.mean()), float(known.std()))
        return cls(classes, regressions)

    def labels(self, frame: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
        """Class indices by column, (N,) each; UNKNOWN where the training rows held no such class."""
        out = {}
        for column, names in self.classes.items():
            index = {name: i for i, name in enumerate(names)}
            cells = [UNKNOWN if pd.isna(cell) else index.get(str(cell), UNKNOWN) for cell in frame[column]]
            out[column] = np.asarray(cells, np.int64)
        return out

    def targets(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Standardised regression targets (N, R), NaN where unknown."""
        columns = [
            (_transform(frame[column], REGRESSIONS[column]) - mean) / deviation
            for column, (mean, deviation) in self.regressions.items()
        ]
        stacked = np.stack(columns, axis=1) if columns else np.empty((len(frame), 0))
        return stacked.astype(np.float32)


def _transform(values: pd.Series, offset: float | None) -> NDArray[np.float64]:
    array = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    if offset is None:
        return array
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(array + offset)
    return np.where(np.isfinite(logs), logs, np.nan)
