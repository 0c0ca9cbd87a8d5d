"""The runs whose geocells can be shown, and what each says of its cells. Knows no map and no page's inside."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from model.errors import ArtifactError
from model.geo.folders import repository_dir
from model.geocells.table import Geocells, read_geocells
from pages.components import resources

FOLDERS = ("checkpoints", "runs")  # of the repository; shipped ones first
CELLS, PREDICTIONS = "geocells.parquet", "predictions.csv"
MOST_BYTES = 200_000_000  # of a table of predictions: more is no table of a test split
NEEDED = ["truth_cell", "cell", "distance_km"]


@dataclass(frozen=True)
class Tested:
    """How the places of each cell were guessed: (C,) arrays."""

    places: np.ndarray  # test places that lie in the cell
    right: np.ndarray  # of these, guessed to be there
    median_km: np.ndarray  # of the guesses' distances; nan where no place lies


def found() -> dict[str, Path]:
    """The folders that hold geocells, by the name they are shown with."""
    runs: dict[str, Path] = {}
    for parent in FOLDERS:
        for folder in sorted((repository_dir() / parent).glob("*")):
            if (folder / CELLS).is_file():
                runs[folder.name if folder.name not in runs else f"{parent}/{folder.name}"] = folder
    return runs


def cells_of(folder: Path) -> Geocells:
    """The cells of a run, read once for as long as the file stays what it is.

    Raises:
        ArtifactError: a file that is no table of geocells.
    """
    path = folder / CELLS
    return resources.computed(("cells", str(path), *_stamp(path)), lambda: read_geocells(path))


def tested(folder: Path, cells: Geocells) -> Tested | None:
    """What the run's predictions say of each cell; None where they do not say.

    Raises:
        ArtifactError: predictions that are no table, or of other cells.
    """
    path = folder / PREDICTIONS
    if not path.is_file():
        return None
    return resources.computed(("tested", cells.fingerprint, str(path), *_stamp(path)), lambda: _read(path, len(cells)))


def _read(path: Path, count: int) -> Tested | None:
    if path.stat().st_size > MOST_BYTES:
        raise ArtifactError(f"{path.name} holds more than {MOST_BYTES / 1e6:.0f} MB: it is no table of test places.")
    try:
        if not set(NEEDED) <= set(pd.read_csv(path, nrows=0).columns):
            return None
        rows = pd.read_csv(path, usecols=NEEDED).dropna()
        truth, guess = rows["truth_cell"].to_numpy(np.int64), rows["cell"].to_numpy(np.int64)
        away = rows["distance_km"].astype(float)
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path.name} cannot be read as a table of predictions; run `python -m model.evaluate` "
                            "again.") from error  # fmt: skip
    if len(rows) and not 0 <= min(truth.min(), guess.min()) <= max(truth.max(), guess.max()) < count:
        raise ArtifactError(f"{path.name} tells of other cells than these {count}; run `python -m model.evaluate` "
                            "again.")  # fmt: skip
    median = np.full(count, np.nan)
    for cell, km in away.groupby(truth).median().items():
        median[int(str(cell))] = km
    return Tested(np.bincount(truth, minlength=count), np.bincount(truth[truth == guess], minlength=count), median)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is written anew."""
    try:
        known = path.stat()
    except OSError as error:
        raise ArtifactError(f"looked for {path.name} in {path.parent.name}, found it gone; reload the page.") from error
    return known.st_size, known.st_mtime_ns
