"""From an opened checkpoint to what says where to search: with the attributes beside it, or without where none are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from model.predictors.ensemble import Ensemble, ensemble_of
from model.predictors.ground import Ground, attributes_in
from model.predictors.open_ensemble import check_encoder
from model.predictors.protocol import Predictor, system_of
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
    """What says where to search for a checkpoint's system.

    Raises:
        ArtifactError: attributes that are broken, or of another encoder.
    """
    system = checkpoint.predictor
    if not isinstance(system, Ensemble):
        folder = attributes_in(checkpoint.folder)
        if folder is None:
            return Searcher(system, Search(system.regions, None))
        ground = Ground.load(folder)
        check_encoder(checkpoint, ground)
        system = ensemble_of(system, ground)
    return Searcher(system.base, system.search, system.ground.levels.get(system_of(system.base), ()))
