"""GeoCLIP as a system: the place of a gallery whose vector lies nearest to the picture's. Embeddings in.

Scores over regions are the softmax over all places of the gallery, summed cell by cell (as Recall vs Area needs them);
the guess is the most similar place itself. Source: GeoCLIP (arXiv 2309.16020), section 3.3.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.geocells.table import Geocells
from model.networks.geoclip import GeoClip
from model.predictors.pigeon import checked
from model.predictors.protocol import Considered, Floats, Points
from model.retrieval.gallery import Gallery, most_similar

SYSTEM = "GeoCLIP"
NUMBERS = 16_000_000  # of similarities at a time, 64 MB
SHOWN = 10  # candidates


class GalleryPredictor:
    """Scores over the cells of a gallery, and its most similar place; predicting changes nothing in it."""

    def __init__(
        self, network: GeoClip, gallery: Gallery, vectors: Floats, temperature: float = 1.0,
        record: Mapping[str, Any] | None = None, remembers: bool = False,
    ) -> None:  # fmt: skip
        """`vectors` (G, P) are the network's of the gallery; `remembers`: it is of training places or a
        person's own, so that a place of it must not be measured: it would be found among the answers.
        """
        self.network, self.gallery, self.vectors = network, gallery, vectors
        self._scale = np.float32(network.logit_scale / temperature)
        self._points = gallery.points
        self._cell = gallery.table["cell"].to_numpy(np.int64)
        self._present, self._first = np.unique(self._cell, return_index=True)
        self._remembers = remembers
        self._record = {"system": SYSTEM, **(record or {})}

    @property
    def regions(self) -> Geocells:
        """The cells of the gallery."""
        return self.gallery.cells

    @property
    def record(self) -> Mapping[str, Any]:
        """`system`, and what else it was given at birth."""
        return self._record

    @property
    def dim(self) -> int:
        """D, the size of the embeddings it takes."""
        return self.network.dim

    @property
    def remembered(self) -> pd.DataFrame:
        """id, lat, lng of the gallery's places; of none where the gallery is the published one."""
        table = self.gallery.table[["id", "lat", "lng"]]
        return table if self._remembers else table.iloc[:0]

    def scores(self, embeddings: NDArray[Any]) -> Floats:
        """Probabilities over the cells, (N, D) -> (N, J).

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        pictures = self.network.embed_images(checked(embeddings, self.dim))
        out: Floats = np.zeros((len(pictures), len(self.regions)), np.float32)
        for rows in self._blocks(len(pictures)):
            weight = pictures[rows] @ self.vectors.T  # (n, G)
            weight *= self._scale
            weight -= weight.max(axis=1, keepdims=True)
            np.exp(weight, out=weight)
            summed = np.add.reduceat(weight, self._first, axis=1)
            out[rows, self._present] = summed / summed.sum(axis=1, keepdims=True)
        return out

    def points(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Points:
        """The most similar place of the gallery, (N, D) -> (N, 2)."""
        pictures = self.network.embed_images(checked(embeddings, self.dim))
        return self._points[most_similar(pictures, self.vectors, 1)[1][:, 0]]

    def consider(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Considered:
        """The likeliest cells, each with its most similar place; that of the guess is always among them."""
        given = checked(embeddings, self.dim)
        scores = self.scores(given) if scores is None else scores
        pictures = self.network.embed_images(given)
        best = most_similar(pictures, self.vectors, 1)[1][:, 0]
        cells = np.argsort(-scores, axis=1, kind="stable")[:, : min(SHOWN, len(self._present))]
        absent = ~(cells == self._cell[best][:, None]).any(axis=1)
        cells[absent, -1] = self._cell[best][absent]
        places = np.empty((*cells.shape, 2))
        for n, row in enumerate(cells.tolist()):
            for k, cell in enumerate(row):
                start, stop = np.searchsorted(self._cell, [cell, cell + 1])
                nearest = start + int((self.vectors[start:stop] @ pictures[n]).argmax()) if stop > start else None
                places[n, k] = self.regions.centroids[cell] if nearest is None else self._points[nearest]
        places[cells == self._cell[best][:, None]] = self._points[best]
        probability = np.take_along_axis(scores, cells, axis=1)
        share = probability / np.maximum(probability.sum(axis=1, keepdims=True), 1e-30)
        return Considered(cells, probability, share.astype(np.float32), places, self._points[best])

    def _blocks(self, n: int) -> Iterator[slice]:
        step = max(1, NUMBERS // len(self.vectors))
        for start in range(0, n, step):
            yield slice(start, start + step)
