"""From an opened checkpoint to what says where to search: with the attributes beside it, or without where none are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from model.predictors.ensemble import Ensemble, ensemble_of
from model.predictors.ground import Ground, attributes_in
from model.predictors.open_ensemble import check_encoder
from model.predictors.protocol import Predictor, features_of, system_of
from model.predictors.search import Search, SearchMap

if TYPE_CHECKING:
    from model.predictors.checkpoint import Checkpoint


@dataclass(frozen=True)
class Searcher:
    """A base, how its scores become densities, and what was calibrated for both."""

    base: Predictor
    search: Search
    levels: Sequence[float] = ()

    def of(self, embeddings: NDArray[Any]) -> list[SearchMap]:
        """A map for each of N embeddings, (N, D) or (N, V, D)."""
        return self.search.maps(self.base.scores(embeddings), embeddings, self.levels)


def searcher_of(checkpoint: "Checkpoint") -> Searcher:
    """What says where to search for a checkpoint's system: with the attributes beside it, where it takes the kind of
    embeddings that they read; a system that takes others (zero-shot) has its own word alone.

    Raises:
        ArtifactError: attributes that are broken, or of another encoder.
    """
    system = checkpoint.predictor
    if not isinstance(system, Ensemble):
        folder = attributes_in(checkpoint.folder)
        ground = None if folder is None else Ground.load(folder)
        if ground is None or ground.features != features_of(system).kind:
            return Searcher(system, Search(system.regions, None))
        check_encoder(checkpoint, ground)
        system = ensemble_of(system, ground)
    return Searcher(system.base, system.search, _levels(checkpoint, system))


def _levels(checkpoint: "Checkpoint", system: Ensemble) -> Sequence[float]:
    """What was calibrated with this very checkpoint; none with another one, or with what it was before."""
    ours = checkpoint.records.get("train_head", {}).get("outputs", {}).get("head", {}).get("sha256")
    theirs = system.ground.record.get("inputs", {}).get("calibrated_with")
    known = system.ground.levels.get(system_of(system.base), ())
    return known if ours is None or theirs is None or ours == theirs else ()
