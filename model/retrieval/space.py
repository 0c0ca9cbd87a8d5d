"""The space in which prototypes are compared: a linear map of embeddings, fitted on training places. Knows no index.

- "raw": the embedding itself, as in the paper;
- "pca": its directions of most variance, which shrinks the index and changes distances least;
- "lda": scaled so that what differs between places of one cell (hour, weather, month) counts little and what differs
  between cells counts much (linear discriminant analysis: within-cell covariance becomes the unit matrix).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from scipy.linalg import eigh

from model.artifacts import whole
from model.errors import ArtifactError, ConfigError

Kind = Literal["raw", "pca", "lda"]
Floats = NDArray[np.float32]
SHRINKAGE = 0.05  # of the within-cell covariance towards its diagonal, so that few places per cell suffice


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
        return np.ascontiguousarray((np.asarray(embeddings, np.float32) - self.mean) @ self.matrix)

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


def fit_space(kind: Kind, dimensions: int, embeddings: NDArray[Any], cells: NDArray[np.int64]) -> Space:
    """Fit on training `embeddings` (N, D) and their `cells` (N,); `dimensions` 0 keeps all D (raw has no choice).

    Raises:
        ConfigError: more dimensions than the embeddings have, or a choice of dimensions for "raw".
    """
    f = np.asarray(embeddings, np.float64)
    dim = f.shape[1]
    if not 0 <= dimensions <= dim or (kind == "raw" and dimensions not in (0, dim)):
        raise ConfigError(f"looked for 0 (all) to {dim} dimensions of the space '{kind}', found {dimensions}; raw "
                          "keeps all.")  # fmt: skip
    kept = dimensions or dim
    if kind == "raw":
        return Space(np.zeros(dim, np.float32), np.eye(dim, dtype=np.float32))
    mean = f.mean(axis=0)
    total = np.cov(f - mean, rowvar=False, bias=True).reshape(dim, dim)
    if kind == "pca":
        matrix = eigh(total)[1][:, ::-1]
    else:
        counts = np.bincount(cells)
        sums = np.zeros((len(counts), dim))
        np.add.at(sums, cells, f)
        within = f - (sums / np.maximum(counts, 1)[:, None])[cells]
        scatter = within.T @ within / max(1, len(f) - int((counts > 0).sum()))
        scatter = (1 - SHRINKAGE) * scatter + SHRINKAGE * np.diag(np.diag(scatter))
        scatter += np.eye(dim) * (1e-6 * np.trace(total) / dim + 1e-12)  # never singular
        matrix = eigh(total, scatter)[1][:, ::-1]  # matrixᵀ · scatter · matrix = 1
    return Space(mean.astype(np.float32), np.ascontiguousarray(matrix[:, :kept], dtype=np.float32))
