"""Places of several people looked at in one pass: what is decoded for each alone, and answered for all at once.

An encoder and a search are far cheaper for eight places together than eight times for one. Nobody's guess depends on
who else is in the batch, but for the last digits of floating point sums. Knows no file and no queue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.data.manifest import drawn_version
from model.data.views import Shape
from model.geo.atlas import Atlas
from model.predictors.answers import STRANGE, guesses
from model.predictors.checkpoint import Checkpoint
from model.predictors.guess import Guess

VIEWS_AT_ONCE = 32  # pictures in one pass of an encoder: its hidden states of all of them are in memory


@dataclass(frozen=True, eq=False)
class Prepared:
    """One place as its encoder reads it, and what was handed over; a few hundred kB, whatever the pictures were."""

    checkpoint: Checkpoint
    pixels: NDArray[np.float32]  # (V, 3, H, W)
    shape: Shape
    world_version: int | None  # of the simulated Earth that drew all of it, if one did


def locate_together(places: Sequence[Prepared], atlas: Atlas) -> list[Guess]:
    """The guess for each place, in their order; those of one checkpoint and number of views by the same pass.

    Raises:
        ArtifactError: what is strange was learned with another encoder.
    """
    found: dict[int, Guess] = {}
    for rows in _alike(places):
        checkpoint = places[rows[0]].checkpoint
        embeddings, less_strange = checkpoint.look_at_pixels(np.stack([places[i].pixels for i in rows]))
        for i, guess, share in zip(rows, guesses(checkpoint, embeddings, atlas), less_strange, strict=True):
            found[i] = _judged(guess, places[i], share)
    return [found[i] for i in range(len(places))]


def _alike(places: Sequence[Prepared]) -> Iterator[list[int]]:
    """Rows that one pass can answer: of one checkpoint, with as many views, not too many."""
    groups: dict[tuple[int, int], list[int]] = {}
    for i, place in enumerate(places):
        groups.setdefault((id(place.checkpoint), len(place.pixels)), []).append(i)
    for (_, views), rows in groups.items():
        most = max(1, VIEWS_AT_ONCE // views)
        for first in range(0, len(rows), most):
            yield rows[first : first + most]


def _judged(guess: Guess, place: Prepared, less_strange: float | None) -> Guess:
    if less_strange is not None:  # told by the pictures themselves, which tell more than their embedding
        guess = replace(guess, familiarity=less_strange, unfamiliar=less_strange >= STRANGE)
    strange = drawn_version(place.checkpoint.source) is not None and place.world_version is None
    if strange:  # what was fitted on the simulated Earth says nothing of a photograph
        guess = replace(guess, expected_score=None, radius_km=None, attributes=None)
    return replace(guess, read_as=place.shape, out_of_distribution=strange)
