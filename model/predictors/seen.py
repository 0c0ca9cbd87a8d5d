"""Embeddings of places, block by block, as a system takes them: looked at, or read from a file. Measures nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.data.embeddings import mean_over_views, read_embeddings
from model.data.manifest import image_paths, n_views
from model.data.views import decode_views
from model.errors import ArtifactError
from model.predictors.checkpoint import Checkpoint, embed_pixels
from model.predictors.protocol import Features, Floats, features_of

AT_ONCE = 32  # places whose pictures are in memory
Seen = Callable[[int, int], Floats]  # places start … end -> (n, D), or (n, V, D) view by view


def stored(path: Path, manifest: pd.DataFrame, rows: NDArray[np.int64]) -> Seen:
    """Embeddings of some rows of a manifest, read from the disk as they are needed."""
    array = read_embeddings(path, manifest, per_view=_axes(path) == 3)
    return lambda start, end: np.asarray(array[rows[start:end]], np.float32)


def _axes(path: Path) -> int:
    try:
        return int(np.load(path, mmap_mode="r", allow_pickle=False).ndim)
    except (OSError, ValueError, EOFError):
        return 2  # the reader of embeddings says what is wrong


def pictures(checkpoint: Checkpoint, places: pd.DataFrame, manifest: Path) -> Seen:
    """Embeddings of every single view of places, seen when they are asked for."""
    encoder, paths = checkpoint.seeing, image_paths(places, manifest)
    views, features = n_views(places, str(manifest)), Features(features_of(checkpoint.predictor).kind, "all")
    mean, std = (np.asarray(values, np.float32)[:, None, None] for values in (encoder.mean, encoder.std))

    def decode(files: list[Path]) -> Floats:
        place = decode_views(files, views, encoder.image_size, encoder.resample)  # (V, H, W, 3)
        return (place.transpose(0, 3, 1, 2).astype(np.float32) / 255.0 - mean) / std

    def look(start: int, end: int) -> Floats:
        out = []
        with ThreadPoolExecutor() as pool:
            for first in range(start, end, AT_ONCE):
                pixels = np.stack(list(pool.map(decode, paths[first : min(first + AT_ONCE, end)])))
                out.append(embed_pixels(encoder, pixels, features))
        return np.concatenate(out)  # (n, V, D)

    return look


def as_wanted(given: Floats, wanted: Features, view: NDArray[np.int64] | None) -> Floats:
    """Embeddings (n, D) or (n, V, D) as a system takes them; `view` (n,) picks one of the views of each place.

    Raises:
        ArtifactError: means where single views are needed.
    """
    if given.ndim == 2:
        if view is not None or wanted.views == "all":
            raise ArtifactError("looked for embeddings of each view (N, V, D), found means over views (N, D); embed "
                                "with --views all and give views.npy, or leave --embeddings out.")  # fmt: skip
        return given
    if view is not None:
        given = given[np.arange(len(given)), view][:, None]
    if wanted.views == "all":
        return given
    mean = mean_over_views(given)
    if wanted.kind == "projected":
        mean = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
    return mean
