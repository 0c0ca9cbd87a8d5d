"""The pictures of many places by row: columns of names, made into paths only where somebody asks. Knows no pixels."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import pandas as pd


class PicturePaths(Sequence[list[Path]]):
    """N places with V pictures each; `paths[i]` is the V paths of row i, `paths[a:b]` a part that copies nothing.

    Five million places as lists of paths are 10 GB; as the columns they came in they are what the table is anyway.
    """

    def __init__(self, folder: Path, columns: Sequence[Any], names: Sequence[str] = ()):
        self.folder = folder
        self._columns = list(columns)  # V of (N,) names, relative to the folder
        self.names = tuple(names)

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Sequence[str], folder: Path) -> "PicturePaths":
        """The columns of a table that hold names of files."""
        return cls(folder, [frame[column].array for column in columns], columns)

    def first_empty(self) -> int | None:
        """The first row that names no file in one of its columns; None where all do."""
        empty = np.zeros(len(self), bool)
        for column in self._columns:
            values = pd.Series(column)
            if isinstance(values.dtype, pd.StringDtype):
                empty |= (values.isna() | (values == "")).to_numpy(bool)
            else:
                empty |= np.fromiter((not isinstance(v, str) or not v for v in values), bool, len(values))
        return int(empty.argmax()) if empty.any() else None

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, row: int) -> list[Path]: ...
    @overload
    def __getitem__(self, row: slice) -> "PicturePaths": ...
    def __getitem__(self, row: int | slice) -> "list[Path] | PicturePaths":
        if isinstance(row, slice):
            return PicturePaths(self.folder, [column[row] for column in self._columns], self.names)
        return [self.folder / column[row] for column in self._columns]

    def __iter__(self) -> Iterator[list[Path]]:
        for row in zip(*self._columns, strict=True):
            yield [self.folder / name for name in row]
