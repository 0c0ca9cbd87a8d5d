"""PIGEON: a head that gives probabilities of geocells, and a refiner that finds the place within. Embeddings in.

PIGEON (four views) and PIGEOTTO (one photo) are two checkpoints of this one class. Knows no picture: the encoder and
the views stand before it, names of places behind it (see geolocator.py). Source: arXiv 2307.05845.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import ArtifactError
from model.geocells.table import Geocells
from model.networks.head import MultiTaskHead
from model.predictors.calibration import Calibration
from model.predictors.protocol import Alike, Considered, Points
from model.retrieval.index import PrototypeIndex
from model.retrieval.refiner import Refined, match, refine
from model.retrieval.space import Floats

SYSTEMS = {"pigeon": "PIGEON", "pigeotto": "PIGEOTTO"}  # by the preset of the index


@dataclass(frozen=True)
class Prediction:
    """What PIGEON says of N embeddings."""

    probabilities: Floats  # (N, C)
    refined: Refined  # K candidates each, and the guess
    unrefined: Points  # (N, 2) representative of the most probable cell
    vectors: Floats  # (N, d) in the index's space


class Pigeon:
    """Scores over geocells, then a place; predicting changes nothing in it."""

    def __init__(
        self,
        cells: Geocells,
        head: MultiTaskHead,
        index: PrototypeIndex,
        calibration: Calibration,
        record: Mapping[str, Any] | None = None,
    ) -> None:
        """Put the parts together.

        Raises:
            ArtifactError: parts that were made for other cells or other embeddings.
        """
        if not len(cells) == head.cells == index.settings["cells"]:
            raise ArtifactError(f"the table has {len(cells)} geocells, the head {head.cells} and the index "
                                f"{index.settings['cells']}: they are of different runs.")  # fmt: skip
        if head.dim != index.space.dim:
            raise ArtifactError(f"the head takes embeddings of {head.dim} numbers and the index of {index.space.dim}: "
                                "they are of different encoders.")  # fmt: skip
        self.cells, self.head, self.index, self.calibration = cells, head, index, calibration
        self._record = {"system": "PIGEON", **(record or {})}

    @property
    def regions(self) -> Geocells:
        """The cells that its scores are over."""
        return self.cells

    @property
    def record(self) -> Mapping[str, Any]:
        """`system`, and what else it was given at birth."""
        return self._record

    @property
    def dim(self) -> int:
        """D, the size of the embeddings it takes."""
        return self.head.dim

    @property
    def remembered(self) -> pd.DataFrame:
        """id, lat, lng of the places of its index."""
        return self.index.members[["id", "lat", "lng"]]

    def scores(self, embeddings: NDArray[Any]) -> Floats:
        """Probabilities over the regions, (N, D) -> (N, C).

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        return self.head.probabilities(checked(embeddings, self.dim), self.calibration.temperature)

    def points(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Points:
        """The guesses, (N, D) -> (N, 2); `scores`, where known already, spare half of the work."""
        return self.predict(embeddings, scores).refined.guess

    def consider(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Considered:
        """The candidates that the guesses were chosen among, and the guesses."""
        refined = self.predict(embeddings, scores).refined
        return Considered(refined.cells, refined.probability, refined.score, refined.points, refined.guess)

    def attributes(self, embeddings: NDArray[Any]) -> pd.DataFrame:
        """What its head says beside the cells, as far as it learned it: N rows, see `MultiTaskHead.attributes`."""
        return self.head.attributes(checked(embeddings, self.dim))

    def look_alikes(self, embeddings: NDArray[Any], count: int) -> Alike:
        """The location clusters nearest to each embedding, over all cells."""
        index, vectors = self.index, self.index.space.project(checked(embeddings, self.dim))
        distance, rows = index.nearest(vectors, count)
        ids = np.full(rows.shape, "", object)
        for place, alternative in np.argwhere(rows >= 0):
            first, last = index.first_member[rows[place, alternative] : rows[place, alternative] + 2].tolist()
            members = index.member_vectors.reconstruct_n(first, last - first)
            nearest = np.linalg.norm(members - vectors[place], axis=1).argmin()
            ids[place, alternative] = index.members["id"].iat[first + int(nearest)]
        n_members = index.prototypes["n_members"].to_numpy()
        return Alike(rows, index.prototype_points[rows], distance, n_members[rows], ids)

    def familiarity(self, embeddings: NDArray[Any]) -> Floats:
        """Share of validation places nearer to their prototypes, (N,); NaN where none were looked up."""
        return self.index.familiarity(self.index.space.project(checked(embeddings, self.dim)))

    def predict(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Prediction:
        """The whole chain from embeddings (N, D) to guesses.

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        probabilities = self.scores(embeddings) if scores is None else scores
        vectors = self.index.space.project(checked(embeddings, self.dim))
        settings = self.calibration.refiner
        centroids = self.cells.centroids
        matches = match(self.index, vectors, probabilities, centroids, settings.candidates, settings.looked_up)
        unrefined = centroids[probabilities.argmax(axis=1)]
        return Prediction(probabilities, refine(matches, settings), unrefined, vectors)


def checked(embeddings: NDArray[Any], dim: int) -> Floats:
    """Embeddings as float32 (N, D).

    Raises:
        ArtifactError: another size, or numbers that are not finite.
    """
    array = np.asarray(embeddings, np.float32)
    if array.ndim != 2 or array.shape[1] != dim:
        raise ArtifactError(f"looked for embeddings (N, {dim}), found an array of shape {array.shape}: they come from "
                            "another encoder.")  # fmt: skip
    if not np.isfinite(array).all():
        raise ArtifactError("looked for embeddings of finite numbers, found some that are not.")
    return array
