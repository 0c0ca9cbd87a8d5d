"""The ensemble: any system that says where, times what the ground looks like. As "Recall vs Area", equation of P.

Its regions are those of its base, and a region's score is the mass of the product density that lies in it: the base's
own score times the mean, over the region's pixels, of the attributes' densities. So a region of fields loses to one of
houses where the picture shows houses, and all that reads scores (candidates, charts, the bot) need know nothing new.
Within a region the product is finer than any score: that is what `search` is for. Embeddings in.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from model.errors import ArtifactError
from model.geocells.table import Geocells
from model.metrics.atoms import FLOOR
from model.predictors.ground import Ground
from model.predictors.protocol import (
    Considered,
    Floats,
    Points,
    Predictor,
    RemembersPlaces,
    ask,
    features_of,
    system_of,
)
from model.predictors.search import Search

SYSTEM = "Ensemble"
WEIGHED = 10  # candidates of a base that does not tell its own


class Ensemble:
    """Scores over the regions of a base, weighed by maps of the ground; predicting changes nothing in it."""

    def __init__(self, base: Predictor, ground: Ground, floor: float = FLOOR) -> None:
        """Put them together.

        Raises:
            ArtifactError: heads that were trained on embeddings which the base does not take.
        """
        wanted, dim = features_of(base), getattr(base, "dim", None)
        if ground.features != wanted.kind or (dim is not None and dim != ground.heads.dim):
            raise ArtifactError(
                f"the heads of the attributes take {ground.features} embeddings of {ground.heads.dim} numbers and "
                f"{system_of(base)} takes {wanted.kind} ones of {dim or 'another encoder'}: train them on what "
                "it sees, with `python -m model.train_attributes`."
            )
        self.base, self.ground = base, ground
        self.search = Search(base.regions, ground, floor)

    @property
    def regions(self) -> Geocells:
        """Those of the base."""
        return self.base.regions

    @property
    def dim(self) -> int:
        """D, the size of the embeddings it takes."""
        return self.ground.heads.dim

    @property
    def record(self) -> Mapping[str, Any]:
        """`system`, what the base's record says, and `settings`: its base, its maps and its floor."""
        told = dict(self.base.record)
        settings = {"base": system_of(self.base), "maps": list(self.search.names), "floor": self.search.floor,
                    "made_from": {one.name: one.source.get("kind", "") for one in self.ground.maps}}  # fmt: skip
        return told | {"system": SYSTEM, "settings": dict(told.get("settings", {})) | settings}

    @cached_property
    def _kinds(self) -> tuple[NDArray[np.int32], sparse.csr_array]:
        """The different kinds of ground (S, maps), and the share of each region's area that is of each, (J, S)."""
        atoms = self.search.atoms
        kinds, kind = np.unique(atoms.sets[:, 1:], axis=0, return_inverse=True)
        table = atoms.tables[0]
        inside = atoms.sets[:, 0] >= 0
        of_set = sparse.coo_array(
            (atoms.areas_km2[inside], (atoms.sets[inside, 0], kind.reshape(-1)[inside])), shape=(table.sets, len(kinds))
        ).tocsr()
        covers = sparse.csr_array(
            (1.0 / table.areas_km2[table.members], (table.members, table.set_of_member)),
            shape=(table.count, table.sets),
        )  # fmt: skip
        return kinds.astype(np.int32), covers @ of_set

    def scores(self, embeddings: NDArray[Any]) -> Floats:
        """(N, D) or (N, V, D) -> (N, J): the mass of the product density in each region; rows sum to 1.

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        return self.weighed(self.base.scores(embeddings), embeddings)

    def weighed(self, scores: NDArray[Any], embeddings: NDArray[Any]) -> Floats:
        """Scores of the base (N, J) -> those of the ensemble."""
        kinds, share = self._kinds
        earth = float(self.search.atoms.areas_km2.sum())
        logs = np.zeros((len(scores), len(kinds)))
        for k, (one, found) in enumerate(zip(self.ground.maps, self.ground.shares(embeddings), strict=True)):
            density = np.zeros((len(found), one.regions.sets + 1))  # the last for pixels of no class
            members = one.regions.members
            density[:, :-1] = found[:, members] / one.regions.areas_km2[members]
            with np.errstate(divide="ignore"):
                logs += np.log(np.maximum(density, self.search.floor / earth))[:, kinds[:, k]]
        highest = logs.max(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            likely = np.exp(logs - np.where(np.isfinite(highest), highest, 0.0))
        out = np.asarray(scores, np.float64) * np.asarray(share @ likely.T).T
        total = out.sum(axis=1, keepdims=True)
        out = np.where(total > 0, out / np.where(total > 0, total, 1.0), scores)
        return out.astype(np.float32)

    def points(self, embeddings: NDArray[Any]) -> Points:
        """(N, D) or (N, V, D) -> (N, 2): the place in the candidate that is likeliest now."""
        return self.consider(embeddings).guess

    def consider(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Considered:
        """The base's candidates, weighed again; where the first stays the first, so does the guess."""
        told = ask(self.base, embeddings, WEIGHED)
        own = self.weighed(told.scores, embeddings) if scores is None else np.asarray(scores, np.float32)
        before = told.considered
        old, new = (np.take_along_axis(array, before.cells, axis=1) for array in (told.scores, own))
        gained = np.where(old > 0, new / np.where(old > 0, old, 1.0), 0.0)
        score = before.score * gained
        total = score.sum(axis=1, keepdims=True)
        score = np.where(total > 0, score / np.where(total > 0, total, 1.0), before.score)
        rows = np.arange(len(score))
        first, stays = score.argmax(axis=1), score.argmax(axis=1) == before.score.argmax(axis=1)
        guess = np.where(stays[:, None], before.guess, before.points[rows, first])
        return Considered(before.cells, new, score.astype(np.float32), before.points, guess)

    def attributes(self, embeddings: NDArray[Any]) -> pd.DataFrame:
        """The likeliest class of every map: N rows, named by the map's legend."""
        found = self.ground.shares(embeddings)
        return pd.DataFrame({
            one.name: np.asarray(one.legend, object)[shares.argmax(axis=1)]
            for one, shares in zip(self.ground.maps, found, strict=True)
        })  # fmt: skip


class RememberingEnsemble(Ensemble):
    """One whose base looks places up, so it must not be measured on them."""

    base: Any

    @property
    def remembered(self) -> pd.DataFrame:
        """id, lat, lng of all places that the base looks up."""
        found: pd.DataFrame = self.base.remembered
        return found


def ensemble_of(base: Predictor, ground: Ground, floor: float = FLOOR) -> Ensemble:
    """A base and what the ground looks like; one that remembers where its base does. As `Ensemble`."""
    return (RememberingEnsemble if isinstance(base, RemembersPlaces) else Ensemble)(base, ground, floor)
