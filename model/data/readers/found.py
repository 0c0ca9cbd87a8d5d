"""What a reader hands over, and the steps that all readers share. Knows no data set."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from model.artifacts import read_record
from model.data.readers.columns import TABLES, Tally, columns_of
from model.data.readers.shelf import Shelf
from model.errors import ArtifactError, ManifestError

MISSING = "rows whose picture is missing"
RECORD = ".record.json"
SEVERAL = "rows whose name fits several pictures"
TWICE = "rows that bear the id of an earlier one"


@dataclass(frozen=True)
class Found:
    """A data set as it was found.

    Attributes:
        frame: id, lat, lng, image (relative to the data set's folder), and what is known beside it: split, country
            (ISO-2), month, heading_deg, captured_at, author, sequence.
        tables: the files that were read, which a record fingerprints.
        tally: what was left out.
    """

    frame: pd.DataFrame
    tables: list[Path]
    tally: Tally


def table_of(root: Path, names: Sequence[str], needed: dict[str, tuple[str, ...]], other: bool = True) -> Path:
    """The table of a data set, as `find_table`.

    Raises:
        ManifestError: none, or several that could be meant.
    """
    if (found := find_table(root, names, needed, other)) is not None:
        return found
    asked = [*names, *([f"a table with {', '.join(needed)}"] if other else [])]
    raise ManifestError(f"looked in {root} for {' or '.join(asked)}, found none.")


def find_table(root: Path, names: Sequence[str], needed: dict[str, tuple[str, ...]], other: bool = True) -> Path | None:
    """The first of `names` that lies in the folder or one below it, or else, with `other`, the only table with the
    needed columns; None where there is none. What this project wrote there is no table of the data set.

    Raises:
        ManifestError: no such folder, or several that could be meant.
    """
    if not root.is_dir():
        raise ManifestError(f"looked for a data set in {root}, found no such folder.")
    beneath = sorted(path for level in ("*", "*/*") for path in root.glob(level)
                     if path.name.lower().endswith(TABLES) and not is_ours(path))  # fmt: skip
    for name in names:
        if same := [path for path in beneath if path.name.lower() == name.lower()]:
            return same[0]
    fitting = []
    for path in beneath if other else []:
        try:
            if set(columns_of(path, needed)) == set(needed):
                fitting.append(path)
        except ManifestError:  # a text that is no table: another file is meant
            continue
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        some = ", ".join(path.name for path in fitting[:5])
        raise ManifestError(
            f"{root} holds several tables that could be meant: {some}; leave one, or name it by --table."
        )
    return None


def is_ours(path: Path) -> bool:
    """Whether a file is a record of this project, or what a record beside it says that a stage wrote."""
    if path.name.endswith(RECORD):
        return True
    for record in path.parent.glob(f"*{RECORD}"):
        with suppress(ArtifactError):  # a record of somebody else
            told = read_record(path.parent, record.name.removesuffix(RECORD), check_outputs=False)
            if path.name in [str(output["path"]) for output in told["outputs"].values()]:
                return True
    return False


def with_pictures(frame: pd.DataFrame, names: pd.Series, shelf: Shelf, tally: Tally) -> pd.DataFrame:
    """The rows whose picture is on the shelf, named in `image`; the others are noted and left out."""
    found, doubtful = shelf.find(names)
    frame = tally.without(frame.assign(image=found), doubtful, SEVERAL)
    return tally.without(frame, frame["image"].isna().to_numpy(bool), MISSING)


def once_each(frame: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """The rows without those that repeat an id; the first stays."""
    return tally.without(frame, frame["id"].duplicated().to_numpy(bool), TWICE)


def month_of(times: pd.Series) -> pd.Series:
    """The month (1–12, NaN where unknown) of times as data sets write them: ISO text, or milliseconds since 1970.

    Both are read by rule and nothing is guessed: "03/04/2015" has no month.
    """
    text = times.astype("str").str.strip()
    iso = pd.to_numeric(text.str.extract(r"^\d{4}[-_](\d{2})(?:[-_T ]|$)", expand=False), errors="coerce")
    ms = pd.to_numeric(text.where(text.str.fullmatch(r"-?\d{11,14}(\.0*)?")), errors="coerce")
    of_ms = pd.to_datetime(ms, unit="ms", errors="coerce").dt.month
    month = iso.fillna(of_ms).astype(np.float64)
    return month.where(month.between(1, 12))


def degrees_of(values: pd.Series) -> pd.Series:
    """Headings in [0, 360), NaN where a table says nothing or no number."""
    number = pd.to_numeric(values.astype("str").str.strip(), errors="coerce").astype(np.float64)
    return number.where(np.isfinite(number)).mod(360.0)
