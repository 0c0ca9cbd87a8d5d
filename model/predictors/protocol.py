"""What every system that says "where" offers: regions of the Earth, scores over them, points, and its own record.

Geolocator, evaluate, pages, API and bot know nothing else of a system. What only some systems can do (tell what they
considered, what looks alike, what else they see) is a small protocol of its own, asked for with `isinstance`. Knows no
system, no network and no file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.errors import ArtifactError
from model.geocells.table import Geocells

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Kind = Literal["pooled", "projected", "unscaled"]
Views = Literal["mean", "all"]


@dataclass(frozen=True)
class Features:
    """Which embeddings a system takes.

    Attributes:
        kind: "pooled": the mean over all tokens; "projected": unit vectors in the space shared with texts;
            "unscaled": vectors of that space as the projection gives them, of any length.
        views: "mean": one vector for each place, (N, D); "all": one for each view, (N, V, D).
    """

    kind: Kind = "pooled"
    views: Views = "mean"


class Predictor(Protocol):
    """A system that says where. Every method takes embeddings as `features_of` says, and changes nothing in it."""

    @property
    def regions(self) -> Geocells:
        """The table of J regions that the scores are over."""

    @property
    def record(self) -> Mapping[str, Any]:
        """What it is: `system` (its name), `features` (`kind` and `views`, pooled means by default), `settings` (what
        a report should repeat), `knows` ("any" where it was trained for no one kind of pictures, so that none is
        strange to it), and where its parts come from. JSON data.
        """

    def scores(self, embeddings: NDArray[Any]) -> Floats:
        """(N, D) or (N, V, D) -> (N, J): how likely each region is; rows sum to 1."""

    def points(self, embeddings: NDArray[Any]) -> Points:
        """(N, D) or (N, V, D) -> (N, 2): the guess, degrees."""


@dataclass(frozen=True)
class Considered:
    """The regions that N guesses were chosen among, best first by no rule but `score`."""

    cells: NDArray[np.int64]  # (N, K) rows of `regions`
    probability: Floats  # (N, K) of the scores
    score: Floats  # (N, K) after all that was weighed; rows sum to 1
    points: Points  # (N, K, 2) the place in each
    guess: Points  # (N, 2) what `points` answers


@dataclass(frozen=True)
class Alike:
    """Known places that look like N pictures, nearest first; a row is filled up with −1 where there are fewer."""

    rows: NDArray[np.int64]  # (N, L) of the system's own table, −1 for none
    points: Points  # (N, L, 2)
    distance: Floats  # (N, L) in the system's own space, no unit
    members: NDArray[np.int64]  # (N, L) how many places each stands for
    ids: NDArray[np.object_]  # (N, L) of the place that each stands for best; "" where none is known


@runtime_checkable
class Considers(Protocol):
    """Tells what it weighed; its `guess` is what `points` answers, found in one go."""

    def consider(self, embeddings: NDArray[Any], scores: Floats | None = None) -> Considered:
        """`scores`, where the caller has them already, are not computed again."""


@runtime_checkable
class FindsLookAlikes(Protocol):
    """Knows places by their looks."""

    def look_alikes(self, embeddings: NDArray[Any], count: int) -> Alike:
        """The `count` nearest of all that it knows."""


@runtime_checkable
class KnowsStrangers(Protocol):
    """Can tell how unlike everything known an embedding is."""

    def familiarity(self, embeddings: NDArray[Any]) -> Floats:
        """(N,) share of validation places nearer to what is known; 1 is stranger than any, NaN not known."""


@runtime_checkable
class Describes(Protocol):
    """Reads more than the place: country, climate, side of the road, month, numbers in their own units."""

    def attributes(self, embeddings: NDArray[Any]) -> pd.DataFrame:
        """One row for each of N embeddings; a column for each attribute."""


@runtime_checkable
class RemembersPlaces(Protocol):
    """Looks places up, so it must not be measured on them."""

    @property
    def remembered(self) -> pd.DataFrame:
        """id, lat, lng of all places it looks up."""


@dataclass(frozen=True)
class Answer:
    """What a system says of N embeddings."""

    scores: Floats  # (N, J)
    points: Points  # (N, 2)
    considered: Considered


@runtime_checkable
class AnswersAtOnce(Protocol):
    """Finds scores, points and what it considered in one pass, where asking for each would do its work again."""

    def answer(self, embeddings: NDArray[Any]) -> Answer:
        """What `scores`, `points` and `consider` say."""


def ask(predictor: Predictor, embeddings: NDArray[Any], shown: int = 5) -> Answer:
    """Scores, points and what was considered, in one go where the system can.

    Of a system that does not tell what it considered, these are its `shown` likeliest regions with their
    representatives; the region that the guess lies in stands among them, with the guess as its place.
    """
    if isinstance(predictor, AnswersAtOnce):
        return predictor.answer(embeddings)
    scores = predictor.scores(embeddings)
    if isinstance(predictor, Considers):
        considered = predictor.consider(embeddings, scores)
        return Answer(scores, considered.guess, considered)
    points = np.asarray(predictor.points(embeddings), np.float64)
    return Answer(scores, points, _likeliest(predictor.regions, scores, points, shown))


def _likeliest(regions: Geocells, scores: Floats, points: Points, shown: int) -> Considered:
    own = regions.assign(points)
    cells = np.argsort(-scores, axis=1, kind="stable")[:, : min(shown, scores.shape[1])]
    absent = ~(cells == own[:, None]).any(axis=1)
    cells[absent, -1] = own[absent]
    places = regions.centroids[cells]  # (N, K, 2), a copy
    mine = cells == own[:, None]
    places[mine] = np.broadcast_to(points[:, None], places.shape)[mine]
    probability = np.take_along_axis(scores, cells, axis=1)
    total = probability.sum(axis=1, keepdims=True)
    share = np.where(total > 0, probability / np.where(total > 0, total, 1.0), 1.0 / cells.shape[1])
    return Considered(cells, probability, share.astype(np.float32), places, points)


def system_of(predictor: Predictor) -> str:
    """The name of a system: "PIGEON", "PIGEOTTO" …; that of its class where its record gives none."""
    return str(predictor.record.get("system") or type(predictor).__name__)


def knows_any(predictor: Predictor) -> bool:
    """Whether a system was trained for no one kind of pictures, by its record."""
    return predictor.record.get("knows") == "any"


def features_of(predictor: Predictor) -> Features:
    """Which embeddings a system takes, by its record.

    Raises:
        ArtifactError: a record that asks for embeddings nobody makes.
    """
    told = predictor.record.get("features") or {}
    kind, views = told.get("kind", "pooled"), told.get("views", "mean")
    if kind not in get_args(Kind) or views not in get_args(Views):
        raise ArtifactError(
            f"the record of {system_of(predictor)} asks for {kind} features of {views} views; looked for "
            f"{' or '.join(get_args(Kind))}, and {' or '.join(get_args(Views))}."
        )
    return Features(kind, views)
