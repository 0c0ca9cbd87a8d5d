"""The space in which prototypes are compared: a linear map of embeddings, fitted on training places. Knows no index.

- "raw": the embedding itself, as in the paper;
- "pca": its directions of most variance, which shrinks the index and changes distances least;
- "lda": scaled so that what differs between places of one cell (hour, weather, month) counts little and what differs
  between cells counts much (linear discriminant analysis: within-cell covariance becomes the unit matrix).
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from scipy.linalg import eigh
from scipy.sparse import csr_array

from model.artifacts import whole
from model.errors import ArtifactError, ConfigError

Kind = Literal["raw", "pca", "lda"]
Floats = NDArray[np.float32]
SHRINKAGE = 0.05  # of the within-cell covariance towards its diagonal, so that few places per cell suffice
BLOCK = 16_384  # places whose numbers are in memory in full precision


@dataclass(frozen=True)
class Space:
    """z = (f − mean) @ matrix."""

    mean: Floats  # (D,)
    matrix: Floats  # (D, d)

    @property
    def dim(self) -> int:
        """D, the size of embeddings that this space takes."""
        return len(self.mean)

    def project(self, embeddings: NDArray[Any]) -> Floats:
        """(N, D) -> (N, d)."""
        numbers = np.asarray(embeddings, np.float32)
        return np.ascontiguousarray(numbers if self._changes_nothing else (numbers - self.mean) @ self.matrix)

    @cached_property
    def _changes_nothing(self) -> bool:
        rows, columns = self.matrix.shape
        return rows == columns and not self.mean.any() and np.array_equal(self.matrix, np.eye(rows))

    def save(self, path: Path) -> None:
        """Write as safetensors."""
        with whole(path) as temporary:
            temporary.write_bytes(save({"mean": self.mean, "matrix": self.matrix}))

    @classmethod
    def load(cls, path: Path) -> "Space":
        """Read what `save` wrote.

        Raises:
            ArtifactError: a missing or foreign file.
        """
        try:
            tensors = load_file(path)
            return cls(tensors["mean"], tensors["matrix"])
        except (OSError, KeyError, SafetensorError) as error:
            raise ArtifactError(
                f"{path} cannot be read as a retrieval space ({error}); build the index again."
            ) from error


def fit_space(
    kind: Kind, dimensions: int, embeddings: NDArray[Any], cells: NDArray[np.int64],
    rows: NDArray[np.int64] | None = None,
) -> Space:  # fmt: skip
    """Fit on training places; their embeddings are read a block at a time.

    Args:
        kind: see above.
        dimensions: how many to keep; 0: all D (raw has no choice).
        embeddings: (N, D), of these places and perhaps others.
        cells: (M,) cell of each place.
        rows: (M,) which of the embeddings are theirs; None: all, in order.

    Raises:
        ConfigError: more dimensions than the embeddings have, or a choice of dimensions for "raw".
    """
    dim = embeddings.shape[1]
    if not 0 <= dimensions <= dim or (kind == "raw" and dimensions not in (0, dim)):
        raise ConfigError(f"looked for 0 (all) to {dim} dimensions of the space '{kind}', found {dimensions}; raw "
                          "keeps all.")  # fmt: skip
    kept = dimensions or dim
    if kind == "raw":
        return Space(np.zeros(dim, np.float32), np.eye(dim, dtype=np.float32))
    mean, within, between, groups = _scatter(embeddings, np.arange(len(embeddings)) if rows is None else rows, cells)
    total = (within + between) / len(cells)
    if kind == "pca":
        matrix = eigh(total)[1][:, ::-1]
    else:
        scatter = within / max(1, len(cells) - groups)
        scatter = (1 - SHRINKAGE) * scatter + SHRINKAGE * np.diag(np.diag(scatter))
        scatter += np.eye(dim) * (1e-6 * np.trace(total) / dim + 1e-12)  # never singular
        matrix = eigh(total, scatter)[1][:, ::-1]  # matrixᵀ · scatter · matrix = 1
    return Space(mean.astype(np.float32), np.ascontiguousarray(matrix[:, :kept], dtype=np.float32))


def _scatter(
    embeddings: NDArray[Any], rows: NDArray[np.int64], cells: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int]:
    """Mean (D,), scatter within cells and between them (D, D), and the number of cells that have places.

    Twice through the embeddings: the means of cells first, then what is left of each embedding without its cell's mean
    (one pass with sums of squares would drown small scatter in large means).
    """
    counts = np.bincount(cells)
    sums = np.zeros((len(counts), embeddings.shape[1]))
    blocks = [slice(start, start + BLOCK) for start in range(0, len(rows), BLOCK)]
    for block in blocks:
        part = np.asarray(embeddings[rows[block]], np.float64)
        members = csr_array((np.ones(len(part)), (cells[block], np.arange(len(part)))), (len(counts), len(part)))
        sums += members @ part
    mean = sums.sum(axis=0) / len(rows)
    means = sums / np.maximum(counts, 1)[:, None]
    within = np.zeros((len(mean), len(mean)))
    for block in blocks:
        rest = np.asarray(embeddings[rows[block]], np.float64) - means[cells[block]]
        within += rest.T @ rest
    away = (means - mean)[counts > 0] * np.sqrt(counts[counts > 0])[:, None]
    return mean, within, away.T @ away, int((counts > 0).sum())
