"""The prototype index: location clusters of training places, what they look like, and where their members are.

In one folder: `members.parquet` (id, lat, lng, prototype; sorted by cell, then cluster), `members.faiss` (their
vectors, the same order), `prototypes.parquet` (cell, lat, lng, n_members; sorted by cell), `prototypes.faiss` (mean
vectors of their members, the same order), `space.safetensors`, `index.json` (how far to search among other things).
Both faiss files follow one factory string: "Flat", "SQ8" (a byte a number), "IVF256,Flat", "HNSW32" … Members are never
searched as a whole, so theirs have no lists and no graph. Knows no head and no picture.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.artifacts import whole
from model.errors import ArtifactError
from model.geo.distance import from_unit, to_unit
from model.retrieval.search import (
    RECALL_AT,
    choose_effort,
    giving_back,
    new_index,
    of_members,
    resolved,
    set_effort,
)
from model.retrieval.space import Floats, Space

FORMAT = 1
FAMILIAR_NEIGHBOURS = 5
BLOCK = 64 << 20  # bytes of embeddings that are in memory at once while an index is built
SAMPLE = 200_000  # vectors that codes and lists are trained on
QUERIES = 500  # by which recall is measured


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
        """The `count` prototypes nearest to each of `vectors` (N, d), over all cells -> distances, rows (N, count).

        Where an approximate index finds fewer, distances are infinite and rows -1.
        """
        squared, rows = self.prototype_vectors.search(np.ascontiguousarray(vectors), min(count, len(self.prototypes)))
        return np.where(rows >= 0, np.sqrt(np.maximum(squared, 0.0)), np.float32(np.inf)), rows

    def strangeness(self, vectors: Floats) -> Floats:
        """Mean distance to the nearest prototypes, (N, d) -> (N,); large for what looks like nothing known.

        Of those that are found: infinite only where none is.
        """
        distance, rows = self.nearest(vectors, FAMILIAR_NEIGHBOURS)
        found = rows >= 0
        total = np.where(found, distance, 0.0).sum(axis=1)
        strange = np.where(found.any(axis=1), total / np.maximum(found.sum(axis=1), 1), np.inf)
        return strange.astype(np.float32)

    def familiarity(self, vectors: Floats) -> Floats:
        """Share of validation places nearer to their prototypes, (N,); 1 is stranger than any, NaN not known."""
        known = np.asarray(self.settings.get("strangeness_quantiles") or [], np.float64)
        if len(known) == 0:
            return np.full(len(vectors), np.nan, np.float32)
        shares = np.linspace(0.0, 1.0, len(known))
        return np.interp(self.strangeness(vectors), known, shares).astype(np.float32)


def build_index(
    ids: NDArray[np.object_], points: NDArray[np.float64], cells: NDArray[np.int64], clusters: NDArray[np.int64],
    embeddings: NDArray[Any], space: Space, n_cells: int, factory: str, rows: NDArray[np.int64] | None = None,
    queries: Floats | None = None, told: Callable[[int], object] = lambda places: None,
) -> PrototypeIndex:  # fmt: skip
    """Sort members by cell and cluster and make prototypes: the mean vector of each cluster's members.

    Embeddings are read and projected a block at a time, so that a memory-mapped file of any size will do.

    Args:
        ids: (M,) ids of the places.
        points: (M, 2) degrees.
        cells: (M,) cell of each.
        clusters: (M,) location cluster of each, counted from 0 in every cell.
        embeddings: (N, D), of these places and perhaps others.
        space: the space they are compared in.
        n_cells: C.
        factory: faiss factory string, or "auto".
        rows: (M,) which of the embeddings are theirs; None: all, in order.
        queries: (Q, d) vectors in `space` by which recall is measured; None: those of some members.
        told: hears how many more places are done.

    Raises:
        ConfigError: a factory string that faiss does not know or cannot train on so few places.
    """
    rows = np.arange(len(embeddings)) if rows is None else rows
    order = np.lexsort((clusters, cells))
    begins = np.append(True, (np.diff(cells[order]) != 0) | (np.diff(clusters[order]) != 0))
    prototype = np.cumsum(begins) - 1
    first = np.append(np.flatnonzero(begins), len(order))
    n_members = np.diff(first)
    factory = resolved(factory, len(n_members))
    sample = rows[:: -(-len(rows) // SAMPLE)]
    member_vectors = new_index(of_members(factory), space.matrix.shape[1], space.project(embeddings[sample]))
    means = np.empty((len(n_members), space.matrix.shape[1]), np.float32)
    block = max(1, BLOCK // (8 * embeddings.shape[1]))
    for group in np.split(np.arange(len(n_members)), np.flatnonzero(np.diff(first[:-1] // block)) + 1):
        start, end = first[group[0]], first[group[-1] + 1]  # whole clusters, about a block of places
        vectors = space.project(embeddings[rows[order[start:end]]])
        member_vectors.add(vectors)
        sums = np.add.reduceat(vectors, first[group] - start, axis=0, dtype=np.float64)
        means[group] = sums / n_members[group][:, None]
        told(int(end - start))
    prototype_vectors = new_index(factory, means.shape[1], means[:: -(-len(means) // SAMPLE)])
    prototype_vectors.add(means)
    if queries is None:
        queries = space.project(embeddings[rows[:: -(-len(rows) // QUERIES)]])
    exact = faiss.knn(np.ascontiguousarray(queries), means, min(RECALL_AT, len(means)))[1]
    search = choose_effort(prototype_vectors, factory, queries, exact)
    places = points[order]
    centres = from_unit(np.add.reduceat(to_unit(places), first[:-1], axis=0))
    members = pd.DataFrame(  # float32 degrees are good to two metres
        {"id": ids[order], "lat": places[:, 0].astype(np.float32), "lng": places[:, 1].astype(np.float32),
         "prototype": prototype.astype(np.int32)}
    )  # fmt: skip
    prototypes = pd.DataFrame(
        {"cell": cells[order][first[:-1]].astype(np.int32), "lat": centres[:, 0].astype(np.float32),
         "lng": centres[:, 1].astype(np.float32), "n_members": n_members.astype(np.int32)}
    )  # fmt: skip
    settings = {"format": FORMAT, "cells": n_cells, "factory": factory, "search": search}
    return _assemble(space, members, prototypes, giving_back(member_vectors), giving_back(prototype_vectors), settings)


def write_index(index: PrototypeIndex, folder: Path) -> None:
    """Write every file of the folder, each whole or not at all."""
    for name, table in (("members", index.members), ("prototypes", index.prototypes)):
        with whole(folder / f"{name}.parquet") as temporary:
            # Hardly a value comes twice, so dictionaries only add; degrees share their high bytes.
            table.to_parquet(
                temporary, index=False, compression="zstd", use_dictionary=False, use_byte_stream_split=["lat", "lng"]
            )
    for name, vectors in (("members", index.member_vectors), ("prototypes", index.prototype_vectors)):
        with whole(folder / f"{name}.faiss") as temporary, temporary.open("wb") as stream:
            try:
                faiss.write_index(vectors, _io("Writer")(stream.write))  # never whole in memory once more
            except RuntimeError as error:  # what faiss makes of an OSError in the callback
                raise OSError(f"faiss could not write it ({str(error).strip().splitlines()[-1]})") from error
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
        vectors = [_read_faiss(folder / f"{name}.faiss") for name in ("members", "prototypes")]
        set_effort(vectors[1], settings.get("search") or {})
        fits = settings["format"] == FORMAT and int(settings["cells"]) > prototypes["cell"].max()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ArtifactError(
            f"{folder} cannot be read as a prototype index ({reason}); build the index again."
        ) from error
    shapes = [(v.ntotal, v.d) for v in vectors]
    expected = [(len(table), space.matrix.shape[1]) for table in (members, prototypes)]
    if not fits or shapes != expected or prototypes["n_members"].sum() != len(members):
        raise ArtifactError(f"the files of the index in {folder} do not belong together; build the index again.")
    return _assemble(space, members, prototypes, giving_back(vectors[0]), giving_back(vectors[1]), settings)


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


def _read_faiss(path: Path) -> Any:
    with path.open("rb") as stream:
        return faiss.read_index(_io("Reader")(stream.read))


def _io(direction: str) -> Any:
    """faiss' own stream around a Python function; its stubs do not know it."""
    return getattr(faiss, f"PyCallbackIO{direction}")
