"""What the API for other programs is handed: the model in two halves, and the scorebook. Knows no route.

The model's halves are apart so that the requests of many programs share one pass of it (api/batches.py).
"""

import csv
import io
import re
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from arena.imports.bring import Choices, bring
from model.errors import GameError
from model.geo.distance import haversine_km
from model.geolocator import DEFAULT, Geolocator, Guess, Prepared
from pages.components import comparison, resources

FILE = "report"
COLUMNS = ("game", "round", "player", "map", "map_max_error_m", "mode", "time_limit_s", "true_lat", "true_lng",
           "guess_lat", "guess_lng", "distance_km", "score", "seconds")  # fmt: skip
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
    choices = Choices(kind=outcome.kind)
    with _writing:
        done = bring([(FILE, _table(outcome))], resources.scorebook(), choices)
    if done.refused or done.kinds:
        said = " ".join(line.removeprefix(f"{FILE}, ") for lines in done.examples.values() for line in lines)
        raise GameError(f"This round was not recorded: {_for_programs(said)}")
    km = None if outcome.guess is None else _apart_km(outcome)
    notes = [_for_programs(said) for said in done.sentences()[1:]]
    return {"recorded": done.games > 0, "distance_km": km, "score": done.points, "notes": notes}


def _for_programs(said: str) -> str:
    """A sentence for who imports a file, for who sends one round."""
    return re.sub(r"\bline \d+: ", "", said).replace("--max-error-m", "max_error_m")


def _table(outcome: Reported) -> bytes:
    """A table of one row, as `arena.import_scores` reads them."""
    guess = outcome.guess
    row = (
        _plain(str(outcome.gameID or "")), outcome.roundID, _plain(outcome.player), _plain(outcome.map),
        outcome.max_error_m,
        {"moving": "moving", "no_move": "no-move", "nmpz": "nmpz"}[outcome.movement], outcome.time_limit_s,
        outcome.truth.lat, outcome.truth.lng, guess and guess.lat, guess and guess.lng,
        outcome.distance_km if guess else None, outcome.score, outcome.seconds,
    )  # fmt: skip
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, ["" if value is None else value for value in row]])
    return text.getvalue().encode()


def _plain(said: str) -> str:
    """A name in one line, without characters that nobody sees."""
    return " ".join("".join(one for one in said if one.isprintable() or one.isspace()).split())


def _apart_km(outcome: Reported) -> float:
    a, b = ((one.lat, one.lng) for one in (outcome.guess, outcome.truth))
    return round(float(np.asarray(haversine_km(a, b))), 3)
