"""One picture beside any sentences, and down from parts of the world to countries to cities. Needs a text tower.

Works with the encoder of any checkpoint, whatever its system answers with. Shares are among the sentences that stand
beside each other: one of them gets most even where none is true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from model.errors import ConfigError
from model.predictors.gazetteer import Gazetteer
from model.predictors.open_zero_shot import style_of
from model.predictors.prompts import PromptSet, prompts_for, prompts_named
from model.predictors.protocol import Floats
from model.predictors.text_cache import TextCache, texts_of
from model.predictors.zero_shot import shares

if TYPE_CHECKING:
    from model.predictors.checkpoint import Checkpoint

MOST_CAPTIONS = 50
LONGEST = 500  # characters of a caption; a text tower reads some 300 of them


@dataclass(frozen=True)
class Named:
    """A name and its share among those beside it; `key` is what to ask for further down (ISO-2 of a country)."""

    key: str
    name: str
    share: float


@dataclass(frozen=True, eq=False)
class InWords:
    """A picture that was looked at once, ready to be asked."""

    embedding: Floats  # (1, P)
    texts: TextCache
    logit_scale: float
    places: Gazetteer
    prompts: PromptSet

    def captions(self, captions: Sequence[str]) -> list[Named]:
        """Shares of captions in their order.

        Raises:
            ConfigError: none, too many, or one that is empty or endless.
        """
        if not 1 <= len(captions) <= MOST_CAPTIONS:
            raise ConfigError(f"looked for 1 to {MOST_CAPTIONS} captions, found {len(captions)}; one stands on a line.")
        for caption in captions:
            if not caption.strip() or len(caption) > LONGEST:
                raise ConfigError(f"looked for captions of 1 to {LONGEST} characters, found one of "
                                  f"{len(caption.strip())}; shorten or remove it.")  # fmt: skip
        return self._named(captions, captions, self.texts.vectors_once(captions))

    def parts(self) -> list[Named]:
        """Parts of the world, the likeliest first."""
        names = sorted({str(part) for part in self.places.countries["part"] if part})
        return _ordered(self._shared(names, names, [self.prompts.of_part(name) for name in names]))

    def countries(self, part: str) -> list[Named]:
        """Countries of a part of the world, the likeliest first.

        Raises:
            ConfigError: no such part.
        """
        rows = np.flatnonzero((self.places.countries["part"] == part).to_numpy()).tolist()
        if not rows:
            raise ConfigError(f"looked for a part of the world called '{part}', found none.")
        found = self.places.countries.iloc[rows]
        texts = [self.places.texts_of_country(row, self.prompts) for row in rows]
        return _ordered(self._shared(list(found["iso"]), list(found["name"]), texts))

    def cities(self, country: str) -> list[Named]:
        """The largest cities of a country (ISO-2), the likeliest first; their keys are rows of the atlas.

        Raises:
            ConfigError: no such country.
        """
        rows = np.flatnonzero((self.places.countries["iso"] == country).to_numpy()).tolist()
        if not rows:
            raise ConfigError(f"looked for a country with the code '{country}', found none.")
        leaves = self.places.of_country(rows[0])
        found, numbers = self.places.table.iloc[leaves], range(leaves.start, leaves.stop)
        names = [f"{name}, {region}" if self.places.ambiguous[leaf] and region else str(name)
                 for leaf, name, region in zip(numbers, found["name"], found["region"], strict=True)]  # fmt: skip
        texts = [self.places.texts_of_leaf(leaf, self.prompts) for leaf in numbers]
        return _ordered(self._shared([str(row) for row in found["town_row"]], names, texts))

    def _shared(self, keys: list[str], names: list[str], texts: list[list[str]]) -> list[Named]:
        return self._named(keys, names, self.texts.mean_vectors(texts))

    def _named(self, keys: Sequence[str], names: Sequence[str], vectors: Floats) -> list[Named]:
        found = shares(self.logit_scale * self.embedding @ vectors.T)[0]
        return [Named(key, name, float(share)) for key, name, share in zip(keys, names, found, strict=True)]


def in_words(checkpoint: "Checkpoint", views: Sequence[Image.Image]) -> InWords:
    """Look at the views of one place with a checkpoint's encoder, to be asked in words.

    Raises:
        ArtifactError: no encoder, or one without a text tower.
    """
    encoder = checkpoint.seeing
    texts = texts_of(encoder)
    embedding = encoder.project_images(encoder.to_pixels(views)[None])
    prompts = prompts_named(prompts_for(encoder.source, style_of(checkpoint.records)))
    return InWords(embedding, texts, encoder.logit_scale, Gazetteer.open(), prompts)


def _ordered(found: list[Named]) -> list[Named]:
    return sorted(found, key=lambda one: -one.share)
