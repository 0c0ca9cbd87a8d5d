"""Visible clues of places as targets: clues.parquet beside a manifest, standardised. Knows no network and no world.

`python -m world.make_dataset --clues` writes the file: `id`, then one float column for each number of a clue, NaN where
no pixel shows it, with `family`, `clue` and `unit` in the column's metadata. Tables by anybody else are read alike: a
column without metadata is a clue of its own. What a column says is never believed: classes are those groups whose
training rows really are shares that sum to one. The table is read twice, a slice of rows at a time: once for the
statistics of the training places, once to standardise; what stays is float16, on disk where it is large.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.clue_statistics import Statistics, told_by_position
from model.errors import ManifestError

FILE = "clues.parquet"
SLICE = 8192  # rows that are read at once
MAX_COLUMNS = 8192
IN_MEMORY = 1 << 30  # bytes; a larger table of targets lies in a temporary file that nobody else sees
LIMIT = 4.0  # deviations: a bend of 30 km is as straight as one of 10
MIN_SHOWN = 20  # training places that must show a clue
MIN_SHARE = 0.002  # and which part of them
FLOOR = 0.1  # the weight of a clue that says nothing of the place, beside 1 for one that follows from it
LENGTHS = ("m", "count", "km or mi")  # read by ratio, not by difference
FLAG, CLASSES, NUMBER = "flag", "classes", "number"


@dataclass(frozen=True)
class ClueTask:
    """One thing to learn: a number, a yes or no, or the shares of several classes."""

    clue: str
    kind: str  # NUMBER, FLAG or CLASSES
    start: int  # columns start … stop of the targets
    stop: int
    weight: float  # how much it counts beside others
    uncertainty: float  # nats of the training places' own distribution; 1 for numbers, whose variance is 1


@dataclass(frozen=True)
class ClueSpace:
    """All tasks: numbers first, then flags, then classes; each owns the columns after those before it."""

    tasks: tuple[ClueTask, ...]

    @property
    def n_outputs(self) -> int:
        """K, how many numbers a head must give."""
        return self.tasks[-1].stop if self.tasks else 0

    def of_kind(self, kind: str) -> list[ClueTask]:
        """The tasks of one kind, in order."""
        return [task for task in self.tasks if task.kind == kind]


@dataclass(frozen=True)
class ClueTable:
    """Targets of the rows of one frame."""

    space: ClueSpace
    values: NDArray[np.float16]  # (N, K), NaN where no pixel shows it

    def targets(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Targets of some rows -> (n, K)."""
        return np.asarray(self.values[rows], np.float32)


def clues_beside(manifest: Path) -> Path | None:
    """The clues that belong to a manifest, or None where there are none."""
    path = Path(manifest).parent / FILE
    return path if path.is_file() else None


def read_clues(path: Path, frame: pd.DataFrame) -> ClueTable:
    """The clues of a frame's rows as targets, in its order.

    Args:
        path: clues.parquet.
        frame: rows of the manifest (`id`, `lat`, `lng`; `split` where there is one). Statistics come from the rows of
            the split train, or from all where there is no split.

    Raises:
        ManifestError: no such file, no table of clues, a repeated id, an infinite value, or clues of other places.
    """
    source = _Source(path, frame["id"].astype(str))
    train = (frame["split"] == "train").to_numpy() if "split" in frame else np.ones(len(frame), bool)
    points = frame[["lat", "lng"]].to_numpy(np.float64)
    statistics = Statistics(source.groups, points[train])
    order = np.cumsum(train) - 1  # position among the training rows
    for rows, values in source.slices():
        learned = train[rows]
        statistics.add(order[rows[learned]], source.read(values[learned]))
    tasks, chosen = _arrange(statistics, source)
    out = _room((len(frame), tasks[-1].stop if tasks else 0))
    mean, deviation = statistics.mean[chosen], statistics.deviation[chosen]
    plain = np.zeros(len(chosen), bool)
    for task in tasks:
        plain[task.start : task.stop] = task.kind != NUMBER
    mean, deviation = np.where(plain, 0.0, mean), np.where(plain, 1.0, deviation)
    for rows, values in source.slices():
        standard = (source.read(values)[:, chosen] - mean) / deviation
        out[rows] = np.clip(standard, -LIMIT, LIMIT).astype(np.float16)
    return ClueTable(ClueSpace(tuple(tasks)), out)


class _Source:
    """The file, checked as far as its schema and its ids go."""

    def __init__(self, path: Path, ids: pd.Series):
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        if not path.is_file():
            raise ManifestError(f"looked for visible clues at {path}, found no such file.")
        try:
            self.file: Any = pq.ParquetFile(path)
            schema = self.file.schema_arrow
            known = pd.Index(self.file.read(columns=["id"]).column("id").to_pandas().astype(str))
        except Exception as error:  # pyarrow raises a dozen classes on foreign bytes
            raise ManifestError(f"{path} could not be read as a table of clues with a column 'id'.") from error
        fields = [field for field in schema if field.name != "id"]
        odd = [field.name for field in fields if not pa.types.is_floating(field.type)]
        if odd or not fields or len(fields) > MAX_COLUMNS:
            found = f"'{odd[0]}' which holds none" if odd else f"{len(fields):,} columns"
            raise ManifestError(
                f"looked for 1 to {MAX_COLUMNS:,} columns of numbers beside id in {path}, found {found}."
            )
        if known.has_duplicates:
            raise ManifestError(f"{path} holds the id '{known[known.duplicated()][0]}' twice; ids must differ.")
        missing = ~ids.isin(known).to_numpy()
        if missing.any():
            raise ManifestError(
                f"{path} lacks {missing.sum():,} of the manifest's {len(ids):,} places, the first is "
                f"'{ids.iloc[int(missing.argmax())]}'; make the clues of this data set anew, or move the file away."
            )
        self.position = pd.Index(ids).get_indexer(known)  # of each row of the file in the frame, −1: not asked for
        self.columns = [field.name for field in fields]
        units = [_note(field, b"unit") for field in fields]
        clues = [_note(field, b"clue") or field.name.split(":")[0] for field in fields]
        keys = list(dict.fromkeys(zip(clues, units, strict=True)))
        self.groups = [[] for _ in keys]  # type: list[list[int]]
        for column, key in enumerate(zip(clues, units, strict=True)):
            self.groups[keys.index(key)].append(column)
        self.names = [clue for clue, _ in keys]
        self.lengths = np.array([unit in LENGTHS for unit in units])
        # A whole circle has no mean: such a column gives its cosine, and one more column at the end its sine.
        self.round = [
            i for i, (clue, unit) in enumerate(zip(clues, units, strict=True))
            if unit == "degrees" and clue.endswith(("heading_deg", "azimuth_deg"))
        ]  # fmt: skip
        for number, column in enumerate(self.round):
            own = next(group for group in self.groups if column in group)
            own.append(len(fields) + number)

    def slices(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Rows of the frame and their values, as they come."""
        begin = 0
        for batch in self.file.iter_batches(batch_size=SLICE, columns=self.columns):
            rows = self.position[begin : begin + batch.num_rows]
            begin += batch.num_rows
            values = np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns], axis=1)
            with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
                values = values.astype(np.float32)
            if np.isinf(values).any():
                bad = self.columns[int(np.isinf(values).any(axis=0).argmax())]
                raise ManifestError(f"{self.path} holds an infinite value in '{bad}'; leave unknown values empty.")
            yield rows[rows >= 0].astype(np.int64), values[rows >= 0]

    def read(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values as they are compared: lengths and counts by ratio, directions on the circle."""
        out = np.where(self.lengths, np.arcsinh(values), values)
        if self.round:
            angle = np.deg2rad(values[:, self.round])
            out[:, self.round] = np.cos(angle)
            out = np.concatenate([out, np.sin(angle)], axis=1)
        return out.astype(np.float32, copy=False)


def _arrange(statistics: Statistics, source: _Source) -> tuple[list[ClueTask], NDArray[np.int64]]:
    """The tasks and the columns of the source that they take, in their order."""
    least = max(MIN_SHOWN, int(MIN_SHARE * statistics.n_places))
    alive = (statistics.count >= least) & (statistics.deviation > 1e-4)
    telling = told_by_position(statistics)  # 0 … 1 for each column
    found: dict[str, list[tuple[str, list[int], float, float]]] = {NUMBER: [], FLAG: [], CLASSES: []}
    for number, (name, group) in enumerate(zip(source.names, source.groups, strict=True)):
        kept = [column for column in group if alive[column]]
        if not kept:
            continue
        weights = FLOOR + (1.0 - FLOOR) * telling[kept]
        if len(group) > 1 and len(kept) > 1 and statistics.sums_to_one[number]:
            share = statistics.mean[kept] / statistics.mean[kept].sum()
            spread = float(-(share * np.log(share)).sum())
            found[CLASSES].append((name, kept, float(weights.mean() * np.sqrt(len(kept) - 1)), spread))
            continue
        for column, weight in zip(kept, weights / np.sqrt(len(kept)), strict=True):
            if statistics.is_flag[column]:
                p = float(statistics.mean[column])
                found[FLAG].append((name, [column], float(weight), float(-p * np.log(p) - (1 - p) * np.log(1 - p))))
            else:
                found[NUMBER].append((name, [column], float(weight), 1.0))
    tasks, chosen = [], []  # type: list[ClueTask], list[int]
    for kind, parts in found.items():
        for name, columns, weight, uncertainty in parts:
            tasks.append(ClueTask(name, kind, len(chosen), len(chosen) + len(columns), weight, uncertainty))
            chosen += columns
    return tasks, np.asarray(chosen, np.int64)


def _room(shape: tuple[int, int]) -> NDArray[np.float16]:
    """NaNs in memory, or in a file that goes with the process."""
    if shape[0] * shape[1] * 2 <= IN_MEMORY:
        return np.full(shape, np.nan, np.float16)
    with tempfile.TemporaryFile() as file:  # the map holds it after its end
        out = np.memmap(file, np.float16, "w+", shape=shape)
    for start in range(0, shape[0], SLICE):
        out[start : start + SLICE] = np.nan
    return out


def _note(field: Any, key: bytes) -> str:
    """What a column's metadata say, or nothing."""
    text: bytes = (field.metadata or {}).get(key, b"")
    return text.decode("utf-8", "replace")
