"""Vectors of sentences, made once for each encoder and kept on disk: a text tower is slow, its answers never change.

One safetensors file for each fingerprint of an encoder in the cache folder: `vectors` (K, P), and the K sentences in
its metadata. A file that is damaged, or of another width, is made again.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from model.artifacts import fingerprint, fingerprint_of_bytes, whole
from model.errors import ArtifactError, StorageError
from model.geo.folders import cache_dir
from model.predictors.protocol import Floats

if TYPE_CHECKING:
    from model.networks.encoder import Encoder

FORMAT = 1
BATCH = 256  # sentences at a time
MOST = 100_000  # sentences of one encoder; beyond it, new ones are not kept


class TextCache:
    """Sentences -> unit vectors; safe to share between threads."""

    def __init__(self, fingerprint: str, embed: Callable[[Sequence[str]], Floats], dim: int) -> None:
        """`fingerprint` of the encoder, `embed` its `embed_texts`, asked for what is not known, `dim` their width P."""
        self.path = cache_dir() / "texts" / f"v{FORMAT}-{fingerprint[:32]}.safetensors"
        self.dim = dim
        self._embed, self._lock = embed, threading.Lock()
        self._known: dict[str, Floats] | None = None

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Unit vectors (K, P) of sentences, in their order."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            for start in range(0, len(new), BATCH):
                some = new[start : start + BATCH]
                self._known |= zip(some, np.asarray(self._embed(some), np.float32), strict=True)
            if new:
                self._write()
            known = self._known
        return np.stack([known[text] for text in texts]) if texts else np.empty((0, self.dim), np.float32)

    def vectors_once(self, texts: Sequence[str]) -> Floats:
        """As `vectors`, for what a person typed: nothing of it is kept."""
        return np.asarray(self._embed(list(texts)), np.float32)

    def mean_vectors(self, texts: Sequence[Sequence[str]]) -> Floats:
        """For each of K places with some sentences each, the direction of their mean, (K, P) unit vectors."""
        flat = self.vectors([text for some in texts for text in some])
        if not len(texts):
            return flat
        starts = np.cumsum([0, *(len(some) for some in texts[:-1])])
        mean = np.add.reduceat(flat, starts, axis=0)
        unit: Floats = (mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)).astype(np.float32)
        return unit

    def _read(self) -> dict[str, Floats]:
        try:
            with safe_open(self.path, framework="numpy") as file:
                texts, vectors = json.loads((file.metadata() or {})["texts"]), file.get_tensor("vectors")
            if vectors.shape == (len(texts), self.dim) and vectors.dtype == np.float32 and np.isfinite(vectors).all():
                return dict(zip(map(str, texts), vectors, strict=True))
        except (OSError, SafetensorError, ValueError, KeyError, TypeError):
            pass  # no file yet, or a damaged one
        return {}

    def _write(self) -> None:
        assert self._known is not None
        kept = {**self._read(), **self._known}  # another process may have learned others meanwhile
        if len(kept) > MOST:
            return
        with contextlib.suppress(StorageError), whole(self.path) as temporary:  # without it, only time is lost
            save_file({"vectors": np.stack(list(kept.values()))}, temporary, {"texts": json.dumps(list(kept))})


def texts_of(encoder: "Encoder") -> TextCache:
    """What is kept of an encoder's sentences.

    Raises:
        ArtifactError: it has no text tower.
    """
    if not encoder.projected_dim:
        raise ArtifactError(f"looked for a text tower in the encoder {encoder.source or 'at hand'}, found only a "
                            "vision tower: it knows no words. Name a CLIP with --encoder.")  # fmt: skip
    return TextCache(fingerprint_of_encoder(encoder), encoder.embed_texts, encoder.projected_dim)


def fingerprint_of_encoder(encoder: "Encoder") -> str:
    """Of a folder all its files; of a model of the hub its name and the weights that read."""
    folder = Path(encoder.source)
    if encoder.source and folder.is_dir():
        return fingerprint(folder)
    name, model = encoder.source, encoder.model
    weights = [model.text_projection.weight, *model.text_model.state_dict().values()]
    data = [weight.detach().float().cpu().numpy().tobytes() for weight in weights]
    return fingerprint_of_bytes(name.encode(), *data)
