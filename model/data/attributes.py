"""What else is known of a place, as numbers a network can learn, and back again: classes and standardised regressions.

PIGEON (arXiv 2307.05845, section 3.3) learns climate, month and six regressions beside the geocell; country and
driving side are ours. Knows no network. What a manifest does not hold is not learned; single gaps are masked. A space
is plain data (`as_dict`, `from_dict`) and is kept with the head that learned it, so that what the head says can be
turned into metres and degrees as long as the head lives.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import ArtifactError

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
LARGEST_LOGARITHM = 100.0  # of a value that can be: e^100 is far beyond
FURTHEST = 5.0  # deviations: what a head says beyond is cut off before the exponential of the inverse


@dataclass(frozen=True)
class Scale:
    """How a value is learned: log(value + offset), or the value itself, less its mean and over its deviation."""

    offset: float | None  # of the logarithm; None: no logarithm
    mean: float  # of the transformed values of the training places
    deviation: float

    def forward(self, values: pd.Series) -> NDArray[np.float64]:
        """Values in their own unit (N,) -> standardised (N,), NaN where unknown or outside the logarithm."""
        return (_transformed(values, self.offset) - self.mean) / self.deviation

    def inverse(self, standardised: NDArray[Any]) -> NDArray[np.float64]:
        """Standardised values (N,) -> their own unit (N,): the exact inverse of `forward` within ±5 deviations."""
        plain = np.clip(np.asarray(standardised, np.float64), -FURTHEST, FURTHEST) * self.deviation + self.mean
        return plain if self.offset is None else np.asarray(np.exp(plain) - self.offset)


@dataclass(frozen=True)
class AttributeSpace:
    """Class names and the standardisation, fitted on the training places; empty: nothing but geocells is learned."""

    classes: Mapping[str, tuple[str, ...]]
    regressions: Mapping[str, Scale]

    @classmethod
    def fit(cls, frame: pd.DataFrame, without: Collection[str] = ()) -> "AttributeSpace":
        """Learn from the training rows; columns that are absent, constant or empty, or in `without`, are left out."""
        classes = {}
        for column in CLASS_COLUMNS:
            if column in frame and column not in without:
                names = sorted({_name(column, value) for value in frame[column].dropna().unique()} - {""})
                if len(names) > 1:
                    classes[column] = tuple(names)
        regressions = {}
        for column, offset in REGRESSIONS.items():
            if column in frame and column not in without:
                values = _transformed(frame[column], offset)
                known = values[np.isfinite(values)]
                if len(known) > 1 and known.std() > 1e-6:
                    regressions[column] = Scale(offset, float(known.mean()), float(known.std()))
        return cls(classes, regressions)

    @property
    def columns(self) -> list[str]:
        """The manifest's columns that it reads."""
        return [*self.classes, *self.regressions]

    def labels(self, frame: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
        """Class indices by column, (N,) each; UNKNOWN where the training rows held no such class."""
        out = {}
        for column, names in self.classes.items():
            if column not in frame:
                out[column] = np.full(len(frame), UNKNOWN, np.int64)
                continue
            index = {name: i for i, name in enumerate(names)}
            codes, values = pd.factorize(frame[column])  # few different values, however many rows
            found = [index.get(_name(column, value), UNKNOWN) for value in values]
            out[column] = np.asarray([*found, UNKNOWN], np.int64)[codes]  # the code of a gap is −1
        return out

    def targets(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Standardised regression targets (N, R), NaN where unknown."""
        out = np.full((len(frame), len(self.regressions)), np.nan, np.float32)
        for i, (column, scale) in enumerate(self.regressions.items()):
            if column in frame:
                out[:, i] = scale.forward(frame[column])
        return out

    def decode(self, classes: Mapping[str, NDArray[Any]], regressions: NDArray[Any] | None) -> pd.DataFrame:
        """Class indices (N,) by column and standardised values (N, R) -> names (months as numbers) and own units."""
        out: dict[str, Any] = {}
        for column, names in self.classes.items():
            found = np.asarray(names, dtype=object)[np.asarray(classes[column], np.int64)]
            out[column] = found.astype(np.int64) if column == "month" else found
        for i, (column, scale) in enumerate(self.regressions.items()):
            if regressions is not None:
                out[column] = scale.inverse(regressions[:, i])
        return pd.DataFrame(out)

    def as_dict(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "classes": {name: list(values) for name, values in self.classes.items()},
            "regressions": {name: asdict(scale) for name, scale in self.regressions.items()},
        }

    @classmethod
    def from_dict(cls, data: Any) -> "AttributeSpace":
        """Back from JSON data.

        Raises:
            ArtifactError: data that no space was written as.
        """
        try:
            classes = {str(name): tuple(values) for name, values in data["classes"].items()}
            scales = {str(name): Scale(**values) for name, values in data["regressions"].items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise ArtifactError(
                f"looked for classes and scales of attributes, found something else ({error})."
            ) from None
        named = all(len(names) > 1 and all(isinstance(name, str) for name in names) for names in classes.values())
        months = all(name.isdigit() for name in classes.get("month", ())) if named else False
        if not (named and months and all(map(_sound, scales.values()))):
            raise ArtifactError("looked for classes with two names or more and scales of finite numbers, found others.")
        return cls(classes, scales)


def _sound(scale: Scale) -> bool:
    numbers = [scale.mean, scale.deviation, 0.0 if scale.offset is None else scale.offset]
    plain = all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
    if not plain or not scale.deviation > 0:
        return False
    return scale.offset is None or abs(scale.mean) + FURTHEST * scale.deviation < LARGEST_LOGARITHM


def _name(column: str, value: Any) -> str:
    """The text of a class: a month with gaps in its column is read as 11.0 and means 11."""
    return str(int(value)) if column == "month" else str(value)


def _transformed(values: pd.Series, offset: float | None) -> NDArray[np.float64]:
    array = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    if offset is None:
        return array
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(array + offset)
    return np.where(np.isfinite(logs), logs, np.nan)
