"""The prototype index: location clusters of training places, what they look like, and where their members are.

In one folder: `members.parquet` (id, lat, lng, prototype; sorted by cell, then cluster), `members.faiss` (their
vectors, the same order), `prototypes.parquet` (cell, lat, lng, n_members; sorted by cell), `prototypes.faiss` (mean
vectors of their members, the same order), `space.safetensors`, `index.json`. Both faiss files follow one factory
string: "Flat", "SQ8" (a byte a number), "IVF256,Flat", "HNSW32" … Knows no head and no picture.
"""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import whole
from model.errors import ArtifactError, ConfigError
from model.geo.distance import spherical_mean
from model.retrieval.space import Floats, Space

FORMAT = 1
FAMILIAR_NEIGHBOURS = 5


@dataclass(frozen=True)
class PrototypeIndex:
    """The index, ready to be asked; asking changes nothing, so threads may share it."""

    space: Space
    members: pd.DataFrame  # (M,) id, lat, lng, prototype
    prototypes: pd.DataFrame  # (P,) cell, lat, lng, n_members
    member_vectors: Any  # faiss index of (M, d)
    prototype_vectors: Any  # faiss index of (P, d)
    member_points: NDArray[np.float64]  # (M, 2)
    prototype_points: NDArray[np.float64]  # (P, 2)
    first_prototype: NDArray[np.int64]  # (C + 1,) prototypes of cell c are first_prototype[c] … first_prototype[c + 1]
    first_member: NDArray[np.int64]  # (P + 1,) members of prototype p, likewise
    settings: dict[str, Any]  # index.json

    def nearest(self, vectors: Floats, count: int) -> tuple[Floats, NDArray[np.int64]]:
        """The `count` prototypes nearest to each of `vectors` (N, d), over all cells -> distances, rows (N, count)."""
        squared, rows = self.prototype_vectors.search(np.ascontiguousarray(vectors), min(count, len(self.prototypes)))
        return np.sqrt(np.maximum(squared, 0.0)), rows

    def strangeness(self, vectors: Floats) -> Floats:
        """Mean distance to the nearest prototypes, (N, d) -> (N,); large for what looks like nothing known."""
        strange: Floats = self.nearest(vectors, FAMILIAR_NEIGHBOURS)[0].mean(axis=1)
        return strange

    def familiarity(self, vectors: Floats) -> Floats:
        """Share of validation places nearer to their prototypes, (N,); 1 is stranger than any, NaN not known."""
        known = np.asarray(self.settings.get("strangeness_quantiles") or [], np.float64)
        if len(known) == 0:
            return np.full(len(vectors), np.nan, np.float32)
        shares = np.linspace(0.0, 1.0, len(known))
        return np.interp(self.strangeness(vectors), known, shares).astype(np.float32)


def build_index(
    ids: NDArray[np.object_], points: NDArray[np.float64], cells: NDArray[np.int64], clusters: NDArray[np.int64],
    vectors: Floats, space: Space, n_cells: int, factory: str,
) -> PrototypeIndex:  # fmt: skip
    """Sort members by cell and cluster and make prototypes: the mean vector of each cluster's members.

    Args:
        ids: (M,) ids of the places.
        points: (M, 2) degrees.
        cells: (M,) cell of each.
        clusters: (M,) location cluster of each, counted from 0 in every cell.
        vectors: (M, d) embeddings in `space`.
        space: the space they are in.
        n_cells: C.
        factory: faiss factory string.

    Raises:
        ConfigError: a factory string that faiss does not know or cannot train on so few places.
    """
    order = np.lexsort((clusters, cells))
    keys, prototype = np.unique(np.column_stack([cells, clusters])[order], axis=0, return_inverse=True)
    prototype = prototype.reshape(-1)
    n_members = np.bincount(prototype)
    first = np.concatenate([[0], np.cumsum(n_members)])
    means = np.add.reduceat(vectors[order].astype(np.float64), first[:-1], axis=0) / n_members[:, None]
    places = points[order]
    centres = np.stack([spherical_mean(places[a:b]) for a, b in pairwise(first)])
    members = pd.DataFrame(  # float32 degrees are good to two metres
        {"id": ids[order], "lat": places[:, 0].astype(np.float32), "lng": places[:, 1].astype(np.float32),
         "prototype": prototype.astype(np.int32)}
    )  # fmt: skip
    prototypes = pd.DataFrame(
        {"cell": keys[:, 0].astype(np.int32), "lat": centres[:, 0].astype(np.float32),
         "lng": centres[:, 1].astype(np.float32),
         "n_members": n_members.astype(np.int32)}
    )  # fmt: skip
    return _assemble(
        space, members, prototypes, _faiss_index(factory, vectors[order]),
        _faiss_index(factory, means.astype(np.float32)), {"format": FORMAT, "cells": n_cells, "factory": factory},
    )  # fmt: skip


def write_index(index: PrototypeIndex, folder: Path) -> None:
    """Write every file of the folder, each whole or not at all."""
    with whole(folder / "members.parquet") as temporary:
        index.members.to_parquet(temporary, index=False, compression="zstd")
    with whole(folder / "prototypes.parquet") as temporary:
        index.prototypes.to_parquet(temporary, index=False, compression="zstd")
    for name, vectors in (("members", index.member_vectors), ("prototypes", index.prototype_vectors)):
        with whole(folder / f"{name}.faiss") as temporary:
            temporary.write_bytes(faiss.serialize_index(vectors).tobytes())
    index.space.save(folder / "space.safetensors")
    with whole(folder / "index.json") as temporary:
        temporary.write_text(json.dumps(index.settings, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_index(folder: Path) -> PrototypeIndex:
    """Read an index.

    Raises:
        ArtifactError: a missing or foreign file, or files that do not fit together.
    """
    space = Space.load(folder / "space.safetensors")
    try:
        settings = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        members = pd.read_parquet(folder / "members.parquet", columns=["id", "lat", "lng", "prototype"])
        prototypes = pd.read_parquet(folder / "prototypes.parquet", columns=["cell", "lat", "lng", "n_members"])
        vectors = [
            faiss.deserialize_index(np.frombuffer((folder / f"{name}.faiss").read_bytes(), np.uint8))
            for name in ("members", "prototypes")
        ]
        fits = settings["format"] == FORMAT and int(settings["cells"]) > prototypes["cell"].max()
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ArtifactError(
            f"{folder} cannot be read as a prototype index ({reason}); build the index again."
        ) from error
    shapes = [(v.ntotal, v.d) for v in vectors]
    expected = [(len(table), space.matrix.shape[1]) for table in (members, prototypes)]
    if not fits or shapes != expected or prototypes["n_members"].sum() != len(members):
        raise ArtifactError(f"the files of the index in {folder} do not belong together; build the index again.")
    return _assemble(space, members, prototypes, _can_reconstruct(vectors[0]), _can_reconstruct(vectors[1]), settings)


def _assemble(
    space: Space, members: pd.DataFrame, prototypes: pd.DataFrame, member_vectors: Any, prototype_vectors: Any,
    settings: dict[str, Any],
) -> PrototypeIndex:  # fmt: skip
    return PrototypeIndex(
        space, members, prototypes, member_vectors, prototype_vectors,
        members[["lat", "lng"]].to_numpy(np.float64), prototypes[["lat", "lng"]].to_numpy(np.float64),
        np.searchsorted(prototypes["cell"].to_numpy(), np.arange(settings["cells"] + 1)),
        np.concatenate([[0], np.cumsum(prototypes["n_members"].to_numpy())]), settings,
    )  # fmt: skip


def _faiss_index(factory: str, vectors: Floats) -> Any:
    try:
        index = faiss.index_factory(vectors.shape[1], factory)
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if not index.is_trained:
            index.train(rows)
        index.add(rows)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ConfigError(f"faiss cannot make an index '{factory}' of {len(vectors):,} vectors: {reason}") from error
    return _can_reconstruct(index)


def _can_reconstruct(index: Any) -> Any:
    if hasattr(index, "make_direct_map"):  # inverted files keep no order unless asked to
        index.make_direct_map()
    return index
