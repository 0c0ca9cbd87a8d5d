"""PIGEON: a head that gives probabilities of geocells, and a refiner that finds the place within. Embeddings in.

Where training places were few, a kernel may take the refiner's place, as the calibration says (see blend.py).

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
from model.predictors.blend import Anchors
from model.predictors.calibration import Calibration, Decision
from model.predictors.protocol import Alike, Answer, Considered, Points
from model.retrieval.index import PrototypeIndex
from model.retrieval.kernel import Kernel
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
        kernel: Kernel | None = None,
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
        if kernel is not None and kernel.dim != head.dim:
            raise ArtifactError(f"the head takes embeddings of {head.dim} numbers and the kernel of {kernel.dim}: they "
                                "are of different encoders.")  # fmt: skip
        if kernel is None and calibration.decision is not None:
            raise ArtifactError("the calibration asks a kernel, and there is none; copy the whole folder again, or run "
                                "`python -m model.build_index` and `python -m model.calibrate`.")  # fmt: skip
        self.cells, self.head, self.index, self.calibration, self.kernel = cells, head, index, calibration, kernel
        self._anchors = None if kernel is None or calibration.decision is None else Anchors(kernel, cells)
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
        """Probabilities over the regions, (N, D) -> (N, C): the head's, or with a kernel those of both.

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        seen = checked(embeddings, self.dim)
        probabilities = self.head.probabilities(seen, self.calibration.temperature)
        if (weighed := self._weighed(seen, probabilities)) is None:
            return probabilities
        anchors, decision, worth = weighed
        return anchors.scores(worth, probabilities, decision)

    def points(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Points:
        """The guesses, (N, D) -> (N, 2); `scores`, where known already, spare half of the work."""
        return self.predict(embeddings, scores).refined.guess

    def consider(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Considered:
        """The candidates that the guesses were chosen among, and the guesses."""
        return _considered(self.predict(embeddings, scores).refined)

    def answer(self, embeddings: NDArray[Any]) -> Answer:
        """Scores, points and what was considered: head and kernel look at each embedding once."""
        found = self.predict(embeddings)
        return Answer(found.probabilities, found.refined.guess, _considered(found.refined))

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
        seen = checked(embeddings, self.dim)
        vectors = self.index.space.project(seen)
        if scores is None or self._anchors is not None:
            by_head = self.head.probabilities(seen, self.calibration.temperature)
            if (weighed := self._weighed(seen, by_head)) is not None:
                anchors, decision, worth = weighed
                scores = anchors.scores(worth, by_head, decision) if scores is None else scores
                unrefined = self.cells.centroids[scores.argmax(axis=1)]
                return Prediction(scores, anchors.refined(worth, scores), unrefined, vectors)
            scores = by_head
        settings = self.calibration.refiner
        centroids = self.cells.centroids
        matches = match(self.index, vectors, scores, centroids, settings.candidates, settings.looked_up)
        return Prediction(scores, refine(matches, settings), centroids[scores.argmax(axis=1)], vectors)

    def _weighed(self, seen: Floats, by_head: Floats) -> tuple[Anchors, Decision, Floats] | None:
        """The anchors, how is decided among them, and what each is worth (N, J); None where the refiner decides."""
        anchors, decision = self._anchors, self.calibration.decision
        if self.kernel is None or anchors is None or decision is None:
            return None
        return anchors, decision, anchors.evidence(self.kernel.predict(seen), by_head).worth(decision)


def _considered(refined: Refined) -> Considered:
    return Considered(refined.cells, refined.probability, refined.score, refined.points, refined.guess)


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
