"""PIGEON: a head that gives probabilities of geocells, and a refiner that finds the place within. Embeddings in.

Knows no picture: the encoder and the views stand before it, names of places behind it (see geolocator.py).
Source: arXiv 2307.05845.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ArtifactError
from model.geo.scoring import PAPER_SCALE_KM
from model.geocells.table import Geocells
from model.networks.head import MultiTaskHead
from model.predictors.calibration import Calibration
from model.predictors.confidence import confidence
from model.retrieval.index import PrototypeIndex
from model.retrieval.refiner import Refined, match, refine
from model.retrieval.space import Floats


@dataclass(frozen=True)
class Prediction:
    """What PIGEON says of N embeddings."""

    probabilities: Floats  # (N, C)
    refined: Refined  # K candidates each, and the guess
    unrefined: NDArray[np.float64]  # (N, 2) representative of the most probable cell
    vectors: Floats  # (N, d) in the index's space


class Pigeon:
    """Scores over geocells, then a place; predicting changes nothing in it."""

    def __init__(self, cells: Geocells, head: MultiTaskHead, index: PrototypeIndex, calibration: Calibration) -> None:
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
        self.settings = calibration.refiner

    @property
    def dim(self) -> int:
        """D, the size of the embeddings it takes."""
        return self.head.dim

    def scores(self, embeddings: NDArray[Any]) -> Floats:
        """Probabilities over the regions `cells`, (N, D) -> (N, C)."""
        return self.head.probabilities(checked(embeddings, self.dim), self.calibration.temperature)

    def predict(self, embeddings: NDArray[Any]) -> Prediction:
        """The whole chain from embeddings (N, D) to guesses.

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        probabilities = self.scores(embeddings)
        vectors = self.index.space.project(checked(embeddings, self.dim))
        matches = match(
            self.index, vectors, probabilities, self.cells.centroids, self.settings.candidates, self.settings.neighbours
        )
        unrefined = self.cells.centroids[probabilities.argmax(axis=1)]
        return Prediction(probabilities, refine(matches, self.settings), unrefined, vectors)

    def expected_score(self, prediction: Prediction, scale_km: float = PAPER_SCALE_KM) -> NDArray[np.float64]:
        """Mean points of each guess, (N,), corrected by what validation said (`confidence.py`)."""
        guess, probabilities = prediction.refined.guess, prediction.probabilities
        return confidence(probabilities, guess, self.cells, self.calibration, scale_km).expected_score


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
