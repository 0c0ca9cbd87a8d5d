"""Columns of foreign tables: found whatever their case and spelling, read by the block, as text. Knows no data set.

Everything is read as text, so the country `NA` stays Namibia and the id `007` keeps its noughts. Rows are counted from
1 below the header, as people count them.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from model.errors import ManifestError

TABLES = (".csv", ".tsv", ".txt", ".parquet", ".csv.gz")
HEAD_BYTES = 1 << 16  # enough for any header
BLOCK_BYTES = 1 << 24  # of a CSV at a time
BLOCK_ROWS = 1 << 17  # of a parquet file at a time
SHOWN = 5  # rows that a report names for each reason
POSITION: dict[str, tuple[str, ...]] = {
    "lat": ("lat", "latitude", "gps_lat", "gps_latitude"),
    "lng": ("lng", "lon", "long", "longitude", "gps_lng", "gps_lon", "gps_longitude"),
}


@dataclass
class Tally:
    """What was left out while reading, by reason: how often, and where first."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, examples: Sequence[str], count: int | None = None) -> None:
        """Note `count` things (by default as many as there are examples) that were left out for one reason."""
        n = len(examples) if count is None else count
        if n:
            self.counts[reason] = self.counts.get(reason, 0) + n
            shown = self.first.setdefault(reason, [])
            shown.extend(list(examples)[: SHOWN - len(shown)])

    def without(self, frame: pd.DataFrame, bad: NDArray[np.bool_], reason: str) -> pd.DataFrame:
        """The rows of `frame` that are not bad; the others are noted by the columns `table` and `row`."""
        if not bad.any():
            return frame
        some = frame[bad].head(SHOWN)
        named = [f"{table} row {row}" for table, row in zip(some["table"], some["row"], strict=True)]
        self.add(reason, named, int(bad.sum()))
        return frame[~bad]

    def as_dict(self) -> dict[str, dict[str, object]]:
        """Reason -> count and first, for a record."""
        return {reason: {"count": n, "first": self.first[reason]} for reason, n in self.counts.items()}

    def lines(self) -> list[str]:
        """One line of words for each reason."""
        return [
            f"left out: {n:,} {reason} ({', '.join(self.first[reason])}{', …' if n > len(self.first[reason]) else ''})"
            for reason, n in self.counts.items()
        ]


def plain(name: str) -> str:
    """A column's name without case, blanks and dashes: "Sub-Region " is "sub_region"."""
    return name.strip().lstrip("\ufeff").lower().replace("-", "_").replace(" ", "_")


def header_of(table: Path) -> list[str]:
    """The names of a table's columns as they are written.

    Raises:
        ManifestError: a file that cannot be read as a table.
    """
    try:
        if table.suffix.lower() == ".parquet":
            return list(parquet.read_schema(table).names)
        return _csv_header(table)[0]
    except (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{table} could not be read as a table: {_first_line(error)}.") from error


def columns_of(table: Path, wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Our name -> the table's own, for each of `wanted` (our name -> spellings, the best first) that it has."""
    theirs = {plain(name): name for name in reversed(header_of(table))}
    found = {ours: next((theirs[name] for name in names if name in theirs), None) for ours, names in wanted.items()}
    return {ours: name for ours, name in found.items() if name is not None}


def read_columns(table: Path, wanted: Mapping[str, Sequence[str]], needed: Sequence[str], tally: Tally) -> pd.DataFrame:
    """The wanted columns of a table (CSV with commas, semicolons or tabs, perhaps gzipped; parquet) as text.

    Args:
        table: the file.
        wanted: our names -> spellings to look for, the best first; `plain` ones.
        needed: our names that must be there.
        tally: is told of lines with too many or too few fields, which are left out.

    Returns:
        our names (those that were found), then `table` (its name) and `row` (int64, from 1). Empty text stays empty.

    Raises:
        ManifestError: no such file, no table, a column that is missing, or no rows.
    """
    if not table.is_file():
        raise ManifestError(f"looked for a table at {table}, found no such file.")
    found = columns_of(table, wanted)
    missing = [f"{ours} ({' or '.join(wanted[ours])})" for ours in needed if ours not in found]
    if missing:
        raise ManifestError(f"{table} lacks the column {', '.join(missing)}; found {', '.join(header_of(table))}.")
    odd: list[int] = []
    try:
        names = list(dict.fromkeys(found.values()))
        batches = list(_parquet(table, names) if table.suffix.lower() == ".parquet" else _csv(table, names, odd))
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise ManifestError(f"{table} could not be read as a table: {_first_line(error)}.") from error
    tally.add("lines with too many or too few fields", [f"{table.name} row {row}" for row in odd])
    whole = pa.Table.from_batches(batches) if batches else None
    if whole is None or not whole.num_rows:
        raise ManifestError(f"{table} has no rows.")
    frame = pd.DataFrame({ours: whole.column(theirs).to_pandas() for ours, theirs in found.items()})
    frame = frame.fillna("").astype("str")
    frame["table"] = pd.Categorical([table.name]).repeat(len(frame))
    frame["row"] = _row_numbers(len(frame), odd)
    return frame


def with_positions(frame: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """The rows whose `lat` and `lng` are places on Earth, as numbers; the others are left out by their row numbers."""
    lat, lng = (pd.to_numeric(frame[name].str.strip(), errors="coerce").to_numpy(np.float64) for name in ("lat", "lng"))
    with np.errstate(invalid="ignore"):
        bad = ~((np.abs(lat) <= 90.0) & (np.abs(lng) <= 180.0))
    frame = frame.assign(lat=lat, lng=lng)
    return tally.without(frame, bad, "rows whose position is no place on Earth")


def _row_numbers(n: int, odd: Sequence[int]) -> NDArray[np.int64]:
    """The rows that were read, counted with the odd ones between them."""
    every = np.arange(1, n + len(odd) + 1, dtype=np.int64)
    return np.setdiff1d(every, np.asarray(odd, np.int64), assume_unique=True)[:n]


def _csv_header(table: Path) -> tuple[list[str], str]:
    """Names of the columns, and what stands between them."""
    with pa.input_stream(str(table), compression="detect") as stream:
        head = stream.read(HEAD_BYTES)
    line = head.decode("utf-8-sig", errors="replace").splitlines()[:1]
    if not line or not line[0].strip():
        raise ManifestError(f"{table} is empty; looked for a table with a header.")
    between = max(",\t;|", key=line[0].count)
    return next(csv.reader(line, delimiter=between)), between


def _csv(table: Path, names: Sequence[str], odd: list[int]) -> Iterator[pa.RecordBatch]:
    header, between = _csv_header(table)

    def skip(row: arrow_csv.InvalidRow) -> str:
        odd.append(row.number - 1)  # counted with the header
        return "skip"

    unnamed = [name or f"unnamed_{i}" for i, name in enumerate(header)]  # an index column, as pandas writes it
    with pa.input_stream(str(table), compression="detect") as stream:
        yield from arrow_csv.open_csv(
            stream,
            arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=unnamed, skip_rows=1),
            arrow_csv.ParseOptions(delimiter=between, newlines_in_values=True, invalid_row_handler=skip),
            arrow_csv.ConvertOptions(
                include_columns=list(names), column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )


def _parquet(table: Path, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    schema = pa.schema([(name, pa.string()) for name in names])
    with parquet.ParquetFile(table) as opened:
        for batch in opened.iter_batches(BLOCK_ROWS, columns=list(names)):
            columns = [batch.column(name).cast(pa.string()) for name in names]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0][:160].rstrip(".") if text else type(error).__name__
