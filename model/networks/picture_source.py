"""The pictures of a manifest's places by row: decoded when asked for, or once, where all of them fit into memory.

Paths stay in columns, so that workers that were forked share them. Knows no training.
"""

import mmap
import os
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
CACHE_SHARE = 0.25  # of the free memory that decoded views may take unless told otherwise
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
        self._views: Views | None = None
        self._known: Views | None = None

    def __len__(self) -> int:
        return int(self.paths.num_rows)

    def batches(self, size: int) -> Iterator[torch.Tensor]:
        """All views in order, `size` places at a time -> (n, V, H, W, 3)."""
        for start in range(0, len(self), size):
            yield torch.from_numpy(self.read(np.arange(len(self))[start : start + size]))

    def bytes_of_all(self) -> int:
        """What all decoded views take."""
        return len(self) * self.n_views * self.size * self.size * 3

    def keep(self) -> None:
        """Keep decoded views from now on, in memory that forked workers share."""
        shape = (len(self), self.n_views, self.size, self.size, 3)
        self._views = np.frombuffer(mmap.mmap(-1, max(1, self.bytes_of_all())), np.uint8)[: int(np.prod(shape))]
        self._views = self._views.reshape(shape)
        self._known = np.frombuffer(mmap.mmap(-1, max(1, len(self))), np.uint8)

    def read(self, rows: NDArray[np.int64]) -> Views:
        """The views of some rows -> uint8 (N, V, H, W, 3), the caller's own.

        Raises:
            ImageError: a picture that cannot be read, named by its path.
            ManifestError: a place with other pictures than its manifest says.
        """
        out = np.empty((len(rows), self.n_views, self.size, self.size, 3), np.uint8)
        wanted = np.arange(len(rows))
        if self._views is not None and self._known is not None:
            known = self._known[rows] == 1
            out[known] = self._views[rows[known]]
            wanted = wanted[~known]
        for i, names in zip(wanted, self._names(self.paths, rows[wanted]), strict=True):
            paths = [self.folder / name for name in names]
            out[i] = decode_views(paths, self.n_views, self.size, self.resample)
            if self._views is not None and self._known is not None:
                self._views[rows[i]] = out[i]
                self._known[rows[i]] = 1  # after the pixels: who sees it may read them
        return out

    def read_maps(self, rows: NDArray[np.int64]) -> Views | None:
        """The class maps of some rows -> uint8 (N, V, MAP_SIZE, MAP_SIZE), or None without a legend.

        Raises:
            ImageError: a map that cannot be read.
        """
        if self.map_paths is None:
            return None
        places = self._names(self.map_paths, rows)
        maps = [read_maps([self.folder / name for name in names], MAP_SIZE, len(self.legend)) for names in places]
        return np.stack(maps)

    def _names(self, table: pa.Table, rows: NDArray[np.int64]) -> list[tuple[str, ...]]:
        columns = table.take(pa.array(rows)).to_pydict().values()
        return list(zip(*columns, strict=True))


def fits_in_memory(n_bytes: int, limit_gb: float | None) -> bool:
    """Whether decoded views may be kept: within `limit_gb`, or a quarter of the free memory where that is None."""
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
