"""Embeddings as files: (N, D) floats in the manifest's row order, and ids.txt beside them. Knows no model.

`embeddings.npy` may come from any model: float16, float32 or float64, one row for each row of the manifest. `ids.txt`
(one id a line, the same order) is optional; where it lies beside the file, it is compared with the manifest.
`views.npy`, where it was asked for, holds the same places view by view, (N, V, D); wherever embeddings of places are
read, such a file does as well, and the mean over its views is taken here.

Millions of rows are never in memory at once: they are read memory-mapped, and written in order, so that a job that was
stopped goes on behind the last row that is safe on the disk.
"""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import whole
from model.errors import ArtifactError, StorageError

IDS = "ids.txt"
STATE = "state.json"
IDS_AT_ONCE = 100_000
ROWS_AT_ONCE = 4096  # places whose views are averaged together


def read_embeddings(path: Path, manifest: pd.DataFrame, per_view: bool = False) -> NDArray[Any]:
    """The embeddings of a whole manifest, memory-mapped: (N, D), or with `per_view` (N, V, D).

    Of a file of single views (N, V, D) the mean over the views is given, where these are not asked for.

    Raises:
        ArtifactError: no such file, not an array of N rows of floats, rows that are not finite, or ids in another
            order.
    """
    if not path.is_file():
        wanted = "python -m model.embed --views all" if per_view else "python -m model.embed"
        raise ArtifactError(f"looked for embeddings at {path}, found none; run `{wanted}`.")
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ArtifactError(f"{path} is no .npy array of numbers ({error}).") from error
    known = {3: "(N, V, D)"} if per_view else {2: "(N, D)", 3: "(N, V, D)"}
    if array.ndim not in known or 0 in array.shape[1:] or not np.issubdtype(array.dtype, np.floating):
        wanted = " or ".join(known.values())
        raise ArtifactError(f"looked for an array {wanted} of floats in {path}, found {array.dtype} {array.shape}.")
    if len(array) != len(manifest):
        raise ArtifactError(f"{path} has {len(array):,} rows and the manifest {len(manifest):,}: they do not belong "
                            "together. Embed this manifest.")  # fmt: skip
    if not np.isfinite(array.sum(axis=-1, dtype=np.float64)).all():
        raise ArtifactError(f"{path} holds rows that are not finite numbers; embed the manifest again.")
    ids = path.parent / IDS
    if ids.is_file() and not _same_ids(ids, manifest["id"]):
        raise ArtifactError(f"{ids} lists other ids than the manifest, or another order: embed this manifest.")
    return array if per_view or array.ndim == 2 else _means(array)


def mean_over_views(views: NDArray[Any]) -> NDArray[np.float32]:
    """(N, V, D) -> (N, D)."""
    mean: NDArray[np.float32] = np.asarray(views, np.float32).mean(axis=1)
    return mean


def _means(views: NDArray[Any]) -> NDArray[np.float32]:
    """As `mean_over_views`, some rows at a time, into a nameless file: millions of rows are never in memory."""
    n, _, dim = views.shape
    with tempfile.TemporaryFile() as spool:
        means = np.memmap(spool, np.float32, "w+", shape=(n, dim))
        for start in range(0, n, ROWS_AT_ONCE):
            means[start : start + ROWS_AT_ONCE] = mean_over_views(views[start : start + ROWS_AT_ONCE])
    return means


def _same_ids(path: Path, ids: "pd.Series[str]") -> bool:
    """Whether a file lists exactly these ids, some at a time: five million strings twice would be a gigabyte."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        for start in range(0, len(ids), IDS_AT_ONCE):
            here = ids.iloc[start : start + IDS_AT_ONCE].tolist()
            if [line.removesuffix("\n") for line in islice(lines, len(here))] != here:
                return False
        return not any(line.strip() for line in lines)


class RowsWriter:
    """Arrays of N rows written in order to `folder`, each as a plain .npy file, from where a stopped job left off.

    `folder` holds the files and `state.json`: the key of the job (its config and inputs) and how many rows are safe.
    """

    def __init__(self, folder: Path, key: str, rows: int, shapes: Mapping[str, Sequence[int]]) -> None:
        """Begin, or go on: `shapes` are those of a row, by file name without its suffix.

        Raises:
            ArtifactError: `folder` holds the rows of another job.
            StorageError: it cannot be written.
        """
        self.folder, self.rows, self.shapes = folder, rows, {name: tuple(shape) for name, shape in shapes.items()}
        self.key = f"{key} {rows} {self.shapes}"
        self.done = self._found()
        self._streams: dict[str, BinaryIO] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, shape in self.shapes.items():
                path = self.path(name)
                stream = path.open("r+b" if self.done else "wb")
                self._streams[name] = stream
                if not self.done:
                    np.lib.format.write_array_header_1_0(
                        stream, {"descr": "<f4", "fortran_order": False, "shape": (rows, *shape)}
                    )
                    begin = stream.tell()
                else:
                    np.lib.format.read_magic(stream)
                    np.lib.format.read_array_header_1_0(stream)
                    begin = stream.tell()
                stream.seek(begin + self.done * 4 * int(np.prod(shape)))
                stream.truncate()
        except OSError as error:
            self.close()
            raise _unwritten(folder, error) from error

    def path(self, name: str) -> Path:
        """Where one of the arrays lies."""
        return self.folder / f"{name}.npy"

    def write(self, **arrays: NDArray[np.float32]) -> None:
        """Append rows to each of the arrays, the same number to all."""
        try:
            for name, array in arrays.items():
                self._streams[name].write(np.ascontiguousarray(array, "<f4").data)
        except OSError as error:
            raise _unwritten(self.folder, error) from error

    def keep(self, done: int) -> None:
        """Make sure that the first `done` rows are on the disk: from there a stopped job goes on."""
        try:
            for stream in self._streams.values():
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise _unwritten(self.folder, error) from error
        with whole(self.folder / STATE) as temporary:
            temporary.write_text(json.dumps({"key": self.key, "done": done}) + "\n", encoding="utf-8")
        self.done = done

    def close(self) -> None:
        """Let go of the files; what was not kept is written again the next time."""
        for stream in self._streams.values():
            try:
                stream.close()
            except OSError:  # what a full disk did not take was not kept either
                continue

    def finish(self, folder: Path) -> list[Path]:
        """Move the whole arrays to `folder` and remove what the job left behind."""
        self.close()
        done = []
        for name in self.shapes:
            self.path(name).replace(folder / f"{name}.npy")
            done.append(folder / f"{name}.npy")
        (self.folder / STATE).unlink(missing_ok=True)
        self.folder.rmdir()
        return done

    def _found(self) -> int:
        state = self.folder / STATE
        if not state.is_file():
            return 0
        try:
            told = json.loads(state.read_text(encoding="utf-8"))
            key, done = str(told["key"]), int(told["done"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{state} cannot be read ({error}); remove {self.folder} and run again.") from error
        if key != self.key:
            raise ArtifactError(
                f"{self.folder} holds {done:,} rows of a job with another config, encoder or manifest; run that job to "
                "its end, remove the folder, or choose another --out."
            )
        least = {name: done * 4 * int(np.prod(shape)) for name, shape in self.shapes.items()}
        if any(not self.path(name).is_file() or self.path(name).stat().st_size < n for name, n in least.items()):
            raise ArtifactError(f"{self.folder} holds less than the {done:,} rows that its {STATE} names; remove it "
                                "and run again.")  # fmt: skip
        return done


def _unwritten(folder: Path, error: OSError) -> StorageError:
    return StorageError(f"could not write to {folder}: {error.strerror or error}. What was finished is kept; free some "
                        "space, then run the same command again.")  # fmt: skip
