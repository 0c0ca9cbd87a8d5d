"""The pictures of a manifest's places by row: decoded when asked for, or once, where all of them fit into memory.

Paths stay in columns, so that workers that were forked share them. What was decoded is kept in files that every process
of a training maps into its memory: one copy for all of them, which a training that goes on finds again. Knows no
training.
"""

import json
import math
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from numpy.typing import NDArray
from PIL import Image

from model.data.class_maps import map_columns, read_maps
from model.data.manifest import image_columns
from model.data.views import decode_views
from model.errors import ManifestError

MAP_SIZE = 48  # side of class maps: the cells that learn from them are coarser still
CACHE_SHARE = 0.5  # of the free memory that decoded pictures may take unless told otherwise
NOTE = "pictures.json"
Views = NDArray[np.uint8]


class PictureSource:
    """Views (and class maps, where asked for) of the rows of a frame.

    Args:
        frame: rows of a manifest.
        manifest: the file they come from; paths are relative to its folder.
        n_views: V of every place.
        size: side of a view in pixels.
        resample: filter for pictures of another size.
        legend: the classes of its maps; none without maps.

    Raises:
        ManifestError: no or odd image columns, an empty cell.
    """

    def __init__(
        self, frame: pd.DataFrame, manifest: Path, n_views: int, size: int,
        resample: Image.Resampling = Image.Resampling.BICUBIC, legend: Sequence[str] = (),
    ):  # fmt: skip
        self.folder, self.n_views, self.size, self.resample = Path(manifest).parent, n_views, size, resample
        self.paths = _paths(frame, image_columns(frame), manifest)
        self.legend = tuple(legend)
        self.map_paths = _paths(frame, map_columns(frame), manifest) if legend else None
        self._views = self._maps = self._known = None  # type: Views | None

    def __len__(self) -> int:
        return int(self.paths.num_rows)

    def batches(self, size: int) -> Iterator[torch.Tensor]:
        """All views in order, `size` places at a time -> (n, V, H, W, 3)."""
        for start in range(0, len(self), size):
            yield torch.from_numpy(self.read(np.arange(len(self))[start : start + size])[0])

    @property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """What is kept of all rows."""
        shapes: dict[str, tuple[int, ...]] = {"views": (len(self), self.n_views, self.size, self.size, 3)}
        if self.legend:
            shapes["maps"] = (len(self), self.n_views, MAP_SIZE, MAP_SIZE)
        return shapes | {"known": (len(self),)}

    def bytes_of_all(self) -> int:
        """What all decoded pictures take."""
        return sum(math.prod(shape) for shape in self._shapes.values())

    def reserve(self, folder: Path, made_from: str) -> bool:
        """Make the files that `keep` maps, by one process; those that are there and made from the same stay.

        False where the disk has no room: then nothing is kept.
        """
        note = {"made_from": made_from, "shapes": {name: list(shape) for name, shape in self._shapes.items()}}
        try:
            sizes = all((folder / f"{name}.u8").stat().st_size == math.prod(s) for name, s in self._shapes.items())
            if sizes and json.loads((folder / NOTE).read_text(encoding="utf-8")) == note:
                return True
        except (OSError, ValueError):
            pass  # none are there, or a note that is broken
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for name, shape in self._shapes.items():
                with (folder / f"{name}.u8").open("wb") as file:
                    if hasattr(os, "posix_fallocate"):  # a hole in a full disk would end the process without a word
                        os.posix_fallocate(file.fileno(), 0, math.prod(shape))
                    file.truncate(math.prod(shape))
            (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            return False
        return True

    def keep(self, folder: Path) -> None:
        """Keep decoded pictures from now on, in the files that were reserved."""
        maps = {name: np.memmap(folder / f"{name}.u8", np.uint8, "r+", shape=shape)
                for name, shape in self._shapes.items()}  # fmt: skip
        self._views, self._maps, self._known = maps["views"], maps.get("maps"), maps["known"]

    def read(self, rows: NDArray[np.int64]) -> tuple[Views, Views | None]:
        """The pictures of some rows, the caller's own -> views uint8 (N, V, H, W, 3); class maps uint8
        (N, V, MAP_SIZE, MAP_SIZE), or None without a legend.

        Raises:
            ImageError: a picture that cannot be read, named by its path.
            ManifestError: a place with other pictures than its manifest says.
        """
        views = np.empty((len(rows), *self._shapes["views"][1:]), np.uint8)
        maps = np.empty((len(rows), *self._shapes["maps"][1:]), np.uint8) if self.legend else None
        wanted = np.arange(len(rows))
        if self._views is not None and self._known is not None:
            known = self._known[rows] == 1
            views[known] = self._views[rows[known]]
            if maps is not None and self._maps is not None:
                maps[known] = self._maps[rows[known]]
            wanted = wanted[~known]
        for i, names in zip(wanted, self._names(self.paths, rows[wanted]), strict=True):
            paths = [self.folder / name for name in names]
            views[i] = decode_views(paths, self.n_views, self.size, self.resample)
        if maps is not None and self.map_paths is not None:
            for i, names in zip(wanted, self._names(self.map_paths, rows[wanted]), strict=True):
                maps[i] = read_maps([self.folder / name for name in names], MAP_SIZE, len(self.legend))
        if self._views is not None and self._known is not None:
            self._views[rows[wanted]] = views[wanted]
            if maps is not None and self._maps is not None:
                self._maps[rows[wanted]] = maps[wanted]
            self._known[rows[wanted]] = 1  # after the pixels: who sees it may read them
        return views, maps

    def _names(self, table: pa.Table, rows: NDArray[np.int64]) -> list[tuple[str, ...]]:
        columns = table.take(pa.array(rows)).to_pydict().values()
        return list(zip(*columns, strict=True))


def fits_in_memory(n_bytes: int, limit_gb: float | None) -> bool:
    """Whether decoded pictures may be kept: within `limit_gb`, or half of the free memory where that is None."""
    limit = _free_bytes() * CACHE_SHARE if limit_gb is None else limit_gb * 1e9
    return n_bytes <= limit


def _free_bytes() -> int:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (OSError, ValueError, AttributeError):
        return 0


def _paths(frame: pd.DataFrame, columns: list[str], manifest: Path) -> pa.Table:
    empty = (frame[columns].isna() | (frame[columns] == "")).any(axis=1).to_numpy()
    if empty.any():
        raise ManifestError(f"{manifest} names no picture for the id '{frame['id'].iloc[int(empty.argmax())]}'.")
    return pa.Table.from_pandas(frame[columns].astype(str), preserve_index=False)
