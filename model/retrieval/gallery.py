"""A gallery: places on Earth that an answer is chosen among, cut into cells, each place with a vector of its own.

The places lie cell by cell, so that what is summed over a cell is one stretch of rows. Vectors are made once for each
maker and set of places and kept in the cache (one .npy each), where every later process maps them into memory. Knows no
network: what makes a vector of a place is handed in.
"""

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import fingerprint_of_bytes, whole
from model.data.readers.columns import POSITION, Tally, read_columns, with_positions
from model.errors import ArtifactError, ManifestError, StorageError
from model.geo.distance import check_points
from model.geo.folders import cache_dir
from model.geocells.partition import make_geocells
from model.geocells.s2 import S2Settings
from model.geocells.table import Geocells, read_geocells, write_geocells

FORMAT = 1
TABLE, CELLS = "gallery.parquet", "geocells.parquet"
CELL_PLACES = 25  # places of a cell at most, down to the finest level: some 7,000 cells for 100,000 places
COARSEST, FINEST = 2, 13
Floats = NDArray[np.float32]
Embed = Callable[[NDArray[np.float64]], Floats]  # degrees (G, 2) -> unit vectors (G, P)


@dataclass(frozen=True)
class Gallery:
    """G places in the order of their cells.

    Attributes:
        table: a row a place: id ("" where none is known), lat, lng, cell (row of `cells`), rising.
        cells: J of them; those without a place of the gallery are never scored.
    """

    table: pd.DataFrame
    cells: Geocells

    def __post_init__(self) -> None:
        cell = self.table["cell"].to_numpy()
        if not len(cell) or (np.diff(cell) < 0).any() or cell[0] < 0 or cell[-1] >= len(self.cells):
            raise ArtifactError("looked for a gallery of places in the order of their cells, found "
                                f"{len(cell):,} places in another order or in cells that are not there; make it "
                                "again.")  # fmt: skip

    def __len__(self) -> int:
        return len(self.table)

    @property
    def points(self) -> NDArray[np.float64]:
        """(G, 2) degrees."""
        return self.table[["lat", "lng"]].to_numpy(np.float64)

    def write(self, folder: Path) -> dict[str, Path]:
        """Both files -> their paths by name."""
        paths = {"gallery": folder / TABLE, "geocells": folder / CELLS}
        with whole(paths["gallery"]) as temporary:
            self.table.to_parquet(temporary, index=False, compression="zstd")
        write_geocells(paths["geocells"], self.cells.table, self.cells.method, self.cells.rule)
        return paths

    @classmethod
    def read(cls, folder: Path) -> "Gallery":
        """As `write` left it.

        Raises:
            ArtifactError: a file that is missing or is no gallery.
        """
        path = folder / TABLE
        if not path.is_file():
            raise ArtifactError(f"looked for {TABLE} in {folder}, found none; copy the whole folder again.")
        try:
            table = pd.read_parquet(path, columns=["id", "lat", "lng", "cell"])
            table = table.assign(cell=table["cell"].astype(np.int64), id=table["id"].astype(str))
            check_points(table[["lat", "lng"]].to_numpy())
        except Exception as error:  # of arrow, of pandas, of positions
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
            raise ArtifactError(f"{path} is no gallery ({reason}); copy the whole folder again.") from error
        return cls(table, read_geocells(folder / CELLS))


def read_places(table: Path) -> pd.DataFrame:
    """The positions of a user's table, columns lat and lng in any of their spellings, an `id` where there is one.

    Raises:
        ManifestError: no table, no such columns, or a row that is no place on Earth; its number is told.
    """
    odd = Tally()
    frame = read_columns(table, {**POSITION, "id": ("id", "image", "img_id", "name")}, ("lat", "lng"), odd)
    good = with_positions(frame, odd)
    if odd.counts:
        found = "; ".join(line.removeprefix("left out: ") for line in odd.lines())
        raise ManifestError(f"{table} is to be a gallery, and every row of it a place; found {found}. Mend or remove "
                            "these rows.")  # fmt: skip
    return good[["lat", "lng"]].assign(id=good.get("id", ""))


def make_gallery(places: pd.DataFrame, most: int = CELL_PLACES) -> Gallery:
    """A gallery of `places` (lat, lng, perhaps id, country and region), in S2 cells of at most so many of them.

    A place that comes twice is there once: nothing could tell the two apart.

    Raises:
        ManifestError: no place.
        ConfigError: `most` is below 1.
    """
    kept = places.assign(lng=check_points(places[["lat", "lng"]].to_numpy(np.float64)).reshape(-1, 2)[:, 1])
    kept = kept[~kept[["lat", "lng"]].duplicated()].reset_index(drop=True)
    if not {"country", "region"} <= set(kept):
        from model.geo.atlas import Atlas

        named = Atlas.open().describe(kept[["lat", "lng"]].to_numpy(np.float64))
        kept = kept.assign(country=named["country"].to_numpy(object), region=named["region"].to_numpy(object))
    settings = S2Settings(math.ceil(most / 4), most, COARSEST, FINEST)
    table, rule = make_geocells(kept, settings)
    method = {"name": "s2", "cells": len(table), "min_points": settings.min_points, "max_points": most,
              "min_level": COARSEST, "max_level": FINEST, "of": "gallery"}  # fmt: skip
    cells = Geocells(table, method, rule)
    own = cells.assign(kept[["lat", "lng"]].to_numpy(np.float64))
    order = np.argsort(own, kind="stable")
    ids = kept["id"].astype(str) if "id" in kept else pd.Series([""] * len(kept))
    found = pd.DataFrame({"id": ids, "lat": kept["lat"], "lng": kept["lng"], "cell": own})
    return Gallery(found.iloc[order].reset_index(drop=True), cells)


def kept_gallery(places: Callable[[], pd.DataFrame], key: str, most: int = CELL_PLACES) -> Gallery:
    """As `make_gallery`, made once for a `key` (a fingerprint of the places) and kept in the cache."""
    folder = cache_dir() / "galleries" / f"v{FORMAT}-{fingerprint_of_bytes(key.encode(), str(most).encode())[:32]}"
    with contextlib.suppress(ArtifactError):  # not there yet, or damaged
        return Gallery.read(folder)
    made = make_gallery(places(), most)
    with contextlib.suppress(StorageError):  # without it, only time is lost
        made.write(folder)
    return made


def kept_vectors(gallery: Gallery, maker: str, dim: int, embed: Embed) -> Floats:
    """Unit vectors (G, P) of the places of a gallery, made once and kept in the cache; read-only where they were kept.

    Args:
        gallery: the places.
        maker: fingerprint of what makes the vectors.
        dim: P.
        embed: makes them.
    """
    path = vectors_path(gallery, maker)
    if (known := _read(path, (len(gallery), dim))) is not None:
        return known
    made = embed(gallery.points)
    with contextlib.suppress(StorageError), whole(path) as temporary:
        np.save(temporary, made)
    return made


def vectors_path(gallery: Gallery, maker: str) -> Path:
    """Where the vectors of a gallery are kept."""
    key = fingerprint_of_bytes(maker.encode(), gallery.points.tobytes())
    return cache_dir() / "galleries" / f"v{FORMAT}-{key[:32]}.npy"


def _read(path: Path, shape: tuple[int, int]) -> Floats | None:
    try:
        found: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None  # none yet, or damaged
    whole_and_ours = found.shape == shape and found.dtype == np.float32 and bool(np.isfinite(found).all())
    return found if whole_and_ours else None


def most_similar(queries: Floats, vectors: Floats, count: int) -> tuple[Floats, NDArray[np.int64]]:
    """The `count` rows of `vectors` (G, P) with the greatest inner product with each of `queries` (N, P).

    Returns:
        inner products and rows, (N, count), the greatest first.
    """
    found = faiss.knn(
        np.ascontiguousarray(queries, np.float32), vectors, min(count, len(vectors)),
        metric=faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    return found[0], np.asarray(found[1], np.int64)
