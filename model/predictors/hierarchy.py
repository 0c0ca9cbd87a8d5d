"""GeoEstimation: S2 cells of several levels, and a guess by the product of their probabilities. Embeddings in.

Its regions are the cells of the finest level; the score of one is f*, its own probability times those of the coarser
cells that hold it, made to sum to 1; the guess is the mean place of the training places of the best. Source:
Müller-Budack et al. (ECCV 2018), "ISNs (M, f*)" without their scene types.
"""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from model.errors import ArtifactError
from model.geocells.table import Geocells
from model.networks.hierarchy import HierarchyHead
from model.predictors.pigeon import checked
from model.predictors.protocol import Floats, Points
from model.predictors.zero_shot import shares

SYSTEM = "GeoEstimation"


class Hierarchy:
    """Scores over the finest cells; predicting changes nothing in it."""

    def __init__(
        self, cells: Geocells, head: HierarchyHead, temperature: float = 1.0, record: Mapping[str, Any] | None = None
    ) -> None:
        """`cells` are those of the finest level; `temperature` divides the logarithm of the products.

        Raises:
            ArtifactError: a head of other cells.
        """
        if len(cells) != head.sizes[-1]:
            raise ArtifactError(f"the table has {len(cells)} geocells and the finest level of the head "
                                f"{head.sizes[-1]}: they are of different runs.")  # fmt: skip
        self.cells, self.head, self.temperature = cells, head, temperature
        settings = {"levels": list(head.sizes), "temperature": temperature}
        self._record = {"system": SYSTEM, "features": {"kind": "pooled", "views": "mean"}, "settings": settings,
                        **(record or {})}  # fmt: skip

    @property
    def regions(self) -> Geocells:
        """The cells of the finest level."""
        return self.cells

    @property
    def record(self) -> Mapping[str, Any]:
        """`system`, `features`, `settings`, and what else it was given at birth."""
        return self._record

    @property
    def dim(self) -> int:
        """D, the size of the embeddings it takes."""
        return self.head.dim

    def scores(self, embeddings: NDArray[Any]) -> Floats:
        """f* of the regions, (N, D) -> (N, J); rows sum to 1.

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        return shares(self.head.log_products(checked(embeddings, self.dim)) / self.temperature)

    def points(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Points:
        """The mean place of the training places of the best region, (N, D) -> (N, 2)."""
        found = self.scores(embeddings) if scores is None else scores
        places: Points = self.cells.centroids[found.argmax(axis=1)]
        return places
