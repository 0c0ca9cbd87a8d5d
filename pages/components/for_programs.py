"""What the API for other programs is handed: the model in two halves, and the scorebook. Knows no route.

The model's halves are apart so that the requests of many programs share one pass of it (api/batches.py).
"""

import threading
from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd

from arena.imports.report import Report, write_report
from model.errors import GameError
from model.geolocator import DEFAULT, Geolocator, Guess, Prepared
from pages.components import comparison, resources

_writing = threading.Lock()  # a report is looked for in the book before it is written there

Question = tuple[Geolocator, Prepared]


class Place(Protocol):
    """Degrees."""

    lat: float
    lng: float


class Reported(Protocol):
    """The outcome of a round, as the API reads it."""

    gameID: str | int | None
    roundID: int | None
    truth: Any
    guess: Any
    score: int | None
    distance_km: float | None
    seconds: float | None
    map: str
    max_error_m: float | None
    movement: Any
    time_limit_s: int | None
    player: str
    kind: Any


def wake(_images: Sequence[bytes], predictor: str = DEFAULT) -> None:
    """Load the system of this name, where it is asked for the first time."""
    resources.named_system(predictor)


def prepare(images: Sequence[bytes], predictor: str = DEFAULT) -> Question:
    """The bytes of 1 photo, 4 views or 1 panorama, decoded for the system of this name."""
    system = resources.named_system(predictor)
    return system, system.prepare(list(images))


def answer(questions: Sequence[Question]) -> list[Guess]:
    """The guesses of all, those of one system in one pass."""
    found: dict[int, Guess] = {}
    systems = {id(system): system for system, _ in questions}
    for key, system in systems.items():
        rows = [i for i, (asked, _) in enumerate(questions) if id(asked) == key]
        found |= zip(rows, system.locate_prepared([questions[i][1] for i in rows]), strict=True)
    return [found[i] for i in range(len(questions))]


def rounds() -> pd.DataFrame:
    """Every round that may be told, as Compare reads them.

    Raises:
        StorageError: the book cannot be read.
    """
    return comparison.load()


def counts() -> dict[str, int]:
    """How many games and guesses the book holds."""
    return resources.scorebook().counts()


def record(outcome: Reported) -> dict[str, Any]:
    """Write a round that was played elsewhere into the book, checked as every import is.

    Raises:
        GameError: what is reported contradicts itself.
        StorageError: the book cannot be written.
    """
    guess, player = outcome.guess, _plain(outcome.player)
    if not player:
        raise GameError("This round was not recorded: player: there is no letter in this name that can be seen.")
    report = Report(
        player, outcome.kind, _plain(outcome.map), outcome.movement, (outcome.truth.lat, outcome.truth.lng),
        None if guess is None else (guess.lat, guess.lng),
        "" if outcome.gameID is None else _plain(str(outcome.gameID)), outcome.roundID,
        outcome.max_error_m, outcome.time_limit_s, outcome.distance_km, outcome.score, outcome.seconds,
    )  # fmt: skip
    with _writing:
        done = write_report(report, resources.scorebook())
    km = None if report.away_km is None else round(report.away_km, 3)
    return {"recorded": done.is_new, "distance_km": km, "score": done.score, "notes": list(done.notes)}


def _plain(said: str) -> str:
    """A name in one line, without characters that nobody sees."""
    return " ".join("".join(one for one in said if one.isprintable() or one.isspace()).split())
