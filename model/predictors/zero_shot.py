"""Zero-shot: a picture beside sentences that name places. Needs an encoder with a text tower and no training.

Country by country first, then city by city (or region by region) within the likeliest ones; both probabilities are
multiplied, so a city of the second country can win. After StreetCLIP (arXiv 2302.00275), which goes down the first
country alone: that is a beam of 1. Embeddings in, as for every system; sentences come from `prompts`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ConfigError
from model.geocells.table import Geocells
from model.predictors.gazetteer import Gazetteer, Leaves
from model.predictors.pigeon import checked
from model.predictors.prompts import prompts_named
from model.predictors.protocol import Floats, Points
from model.predictors.text_cache import TextCache

SYSTEM = "Zero-shot"
TEMPERATURES = (1e-3, 1e3)  # the least and the most: beyond them logits overflow, or say nothing
ALL = -1  # where the vectors of the countries themselves are kept


@dataclass(frozen=True)
class ZeroShotSettings:
    """How places are named and gone through.

    Attributes:
        prompts: a set of `prompts.PROMPTS`.
        leaves: what a country is parted into, "city" or "region".
        most: leaves of a country, the most populous; 0 is all of them.
        beam: countries that are gone down into; 0 is all of them.
        temperature: divides the cosines beside the encoder's own factor, within `TEMPERATURES`.
    """

    prompts: str = "clip"
    leaves: Leaves = "city"
    most: int = 30
    beam: int = 10
    temperature: float = 1.0

    def __post_init__(self) -> None:
        prompts_named(self.prompts)
        if self.leaves not in ("city", "region"):
            raise ConfigError(f"looked for the leaves city or region, found '{self.leaves}'.")
        if self.most < 0 or self.beam < 0:
            raise ConfigError(f"looked for most and beam of 0 or more, found {self.most} and {self.beam}.")
        least, largest = TEMPERATURES
        if not least <= self.temperature <= largest:
            raise ConfigError(f"looked for a temperature from {least:g} to {largest:g}, found {self.temperature:g}.")


class ZeroShot:
    """Scores over cities or regions; predicting changes nothing but what is kept of sentences."""

    def __init__(
        self,
        places: Gazetteer,
        texts: TextCache,
        logit_scale: float,
        settings: ZeroShotSettings,
        record: Mapping[str, Any] | None = None,
    ) -> None:
        """`texts` are those of the encoder whose projected embeddings it takes, `logit_scale` is that encoder's."""
        self.places, self.texts, self.settings = places, texts, settings
        self.prompts = prompts_named(settings.prompts)
        self._scale = logit_scale / settings.temperature
        self._vectors: dict[int, Floats] = {}  # of the leaves of each country that was gone down into
        features = {"kind": "projected", "views": "mean"}
        self._record = {"system": SYSTEM, "features": features, "settings": asdict(settings), **(record or {})}

    @property
    def regions(self) -> Geocells:
        """The cities or regions that its scores are over."""
        return self.places.regions

    @property
    def record(self) -> Mapping[str, Any]:
        """`system`, `features`, `settings`, and what else it was given at birth."""
        return self._record

    @property
    def dim(self) -> int:
        """P, the size of the embeddings it takes."""
        return self.texts.dim

    def country_scores(self, embeddings: NDArray[Any]) -> Floats:
        """Probabilities over `places.countries`, (N, P) -> (N, M)."""
        return shares(self._scale * checked(embeddings, self.dim) @ self._country_vectors().T)

    def scores(self, embeddings: NDArray[Any]) -> Floats:
        """Probabilities over the regions, (N, P) -> (N, J); those of countries outside the beam are 0.

        Raises:
            ArtifactError: embeddings of another size, or not finite.
        """
        given = checked(embeddings, self.dim)
        countries = self.country_scores(given)
        width = min(self.settings.beam or countries.shape[1], countries.shape[1])
        beam = np.argsort(-countries, axis=1, kind="stable")[:, :width]  # (N, B)
        out: Floats = np.zeros((len(given), len(self.places.table)), np.float32)
        entered = np.unique(beam).tolist()
        self._read_about(entered)
        for country in entered:
            rows, leaves = (beam == country).any(axis=1), self.places.of_country(country)
            within = shares(self._scale * given[rows] @ self._vectors[country].T)
            out[rows, leaves] = countries[rows, country, None] * within
        total = out.sum(axis=1, keepdims=True)
        np.divide(out, total, out=out, where=total > 0)
        return out

    def points(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Points:
        """Where the likeliest city or region is, (N, P) -> (N, 2)."""
        found = self.scores(embeddings) if scores is None else scores
        points: Points = self.regions.centroids[found.argmax(axis=1)]
        return points

    def _country_vectors(self) -> Floats:
        if ALL not in self._vectors:
            rows = range(len(self.places.countries))
            named = [self.places.texts_of_country(row, self.prompts) for row in rows]
            self._vectors[ALL] = self.texts.mean_vectors(named)
        return self._vectors[ALL]

    def _read_about(self, countries: list[int]) -> None:
        """Vectors of the leaves of countries that were never entered, all in one go: what is kept is written once."""
        new = [country for country in countries if country not in self._vectors]
        slices = [self.places.of_country(country) for country in new]
        named = [self.places.texts_of_leaf(leaf, self.prompts) for one in slices for leaf in range(one.start, one.stop)]
        found, start = self.texts.mean_vectors(named), 0
        for country, one in zip(new, slices, strict=True):
            self._vectors[country] = found[start : start + one.stop - one.start]
            start += one.stop - one.start


def shares(logits: NDArray[Any]) -> Floats:
    """Softmax over the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    summed: Floats = (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float32)
    return summed
