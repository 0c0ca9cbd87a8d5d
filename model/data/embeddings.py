"""Embeddings as files: (N, D) floats in the manifest's row order, and ids.txt beside them. Knows no model.

`embeddings.npy` may come from any model: float16, float32 or float64, one row for each row of the manifest. `ids.txt`
(one id a line, the same order) is optional; where it lies beside the file, it is compared with the manifest.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import ArtifactError

IDS = "ids.txt"


def read_embeddings(path: Path, manifest: pd.DataFrame) -> NDArray[Any]:
    """The embeddings of a whole manifest, memory-mapped, (N, D).

    Raises:
        ArtifactError: no such file, not an array of N rows of floats, rows that are not finite, or ids in another
            order.
    """
    if not path.is_file():
        raise ArtifactError(f"looked for embeddings at {path}, found none; run `python -m model.embed`.")
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ArtifactError(f"{path} is no .npy array of numbers ({error}).") from error
    if array.ndim != 2 or array.shape[1] == 0 or not np.issubdtype(array.dtype, np.floating):
        raise ArtifactError(f"looked for an array (N, D) of floats in {path}, found {array.dtype} {array.shape}.")
    if len(array) != len(manifest):
        raise ArtifactError(f"{path} has {len(array):,} rows and the manifest {len(manifest):,}: they do not belong "
                            "together. Embed this manifest.")  # fmt: skip
    if not np.isfinite(array.sum(axis=1, dtype=np.float64)).all():
        raise ArtifactError(f"{path} holds rows that are not finite numbers; embed the manifest again.")
    ids = path.parent / IDS
    if ids.is_file() and ids.read_text(encoding="utf-8").split("\n")[: len(manifest)] != manifest["id"].tolist():
        raise ArtifactError(f"{ids} lists other ids than the manifest, or another order: embed this manifest.")
    return array
