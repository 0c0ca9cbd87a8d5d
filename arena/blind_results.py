"""What the blind experiment found: whether people can tell a model from a person, and who scores more.

One row a verdict; the detection rate with Wilson's interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209), against the one
half of whoever guesses blindly. Knows SQL and tables; knows no page.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from scipy.stats import binomtest
from sqlalchemy import and_, func, select

from arena import clock
from arena.database import sentences
from arena.schema import games, guesses, seats, verdicts
from arena.scorebook import Scorebook
from arena.telling import still_open

COLUMNS = {"match": "str", "player_id": "str", "was": "str", "thinks": "str", "right": "bool", "own_total": "int64",
           "other_total": "int64", "at": "datetime64[us, UTC]"}  # fmt: skip
CHANCE = 0.5


@dataclass(frozen=True)
class Detection:
    """How often people knew whom they met."""

    verdicts: int
    right: int
    rate: float | None  # None without a verdict
    low: float | None  # of the 95 % interval
    high: float | None
    chance: float
    p_value: float | None  # exact, two-sided, against chance
    against_person: int  # verdicts on people, and how many took them for a model
    person_taken_for_model: int
    against_model: int
    model_taken_for_person: int
    own_mean_against_person: float | None  # points of a match
    own_mean_against_model: float | None
    other_mean_person: float | None
    other_mean_model: float | None

    def as_dict(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)


def blind_frame(scorebook: Scorebook) -> pd.DataFrame:
    """Every verdict of blind matches that are over, the oldest first.

    Columns: match, player_id, was ("person" or "model"), thinks, right, own_total and other_total (points of the whole
    match), at (UTC). Nothing is told of a match that waits for a verdict still.

    Raises:
        StorageError: the scorebook cannot be read.
    """
    own = (guesses.c.game_id == verdicts.c.game_id, guesses.c.seat == verdicts.c.seat)
    other = (guesses.c.game_id == verdicts.c.game_id, guesses.c.seat != verdicts.c.seat)
    points = func.coalesce(func.sum(guesses.c.score), 0)
    told = and_(games.c.mode == "blind", ~still_open(clock.now()))
    query = (
        select(
            verdicts.c.game_id.label("match"), seats.c.player_id, verdicts.c.was, verdicts.c.thinks,
            (verdicts.c.was == verdicts.c.thinks).label("right"),
            select(points).where(*own).scalar_subquery().label("own_total"),
            select(points).where(*other).scalar_subquery().label("other_total"), verdicts.c.at,
        )
        .join(games, games.c.game_id == verdicts.c.game_id)
        .join(seats, (seats.c.game_id == verdicts.c.game_id) & (seats.c.seat == verdicts.c.seat))
        .where(told)
        .order_by(verdicts.c.at, verdicts.c.game_id, verdicts.c.seat)
    )  # fmt: skip
    with sentences(scorebook.url, scorebook.busy_s), scorebook.engine.connect() as db:
        rows = [tuple(row) for row in db.execute(query)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    frame["at"] = pd.to_datetime(frame["at"].astype("float64"), unit="s", utc=True)
    return frame.astype(COLUMNS)


def detection(frame: pd.DataFrame) -> Detection:
    """The detection rate of a frame of verdicts against chance, and the points by kind of opponent."""
    n, right = len(frame), int(frame["right"].sum())
    low, high = wilson(right, n) if n else (None, None)
    person, model = frame[frame["was"] == "person"], frame[frame["was"] == "model"]
    return Detection(
        n, right, right / n if n else None, low, high, CHANCE,
        float(binomtest(right, n, CHANCE).pvalue) if n else None,
        len(person), int((person["thinks"] == "model").sum()), len(model), int((model["thinks"] == "person").sum()),
        _mean(person["own_total"]), _mean(model["own_total"]),
        _mean(person["other_total"]), _mean(model["other_total"]),
    )  # fmt: skip


def wilson(hits: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's score interval of a share; by default of 95 %.

    Raises:
        ValueError: no trial, or more hits than trials.
    """
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"a share needs 0 to n hits in n > 0 trials; found {hits} in {n}")
    share, square = hits / n, z * z / n
    centre = (share + square / 2.0) / (1.0 + square)
    half = z * math.sqrt(share * (1.0 - share) / n + square / (4.0 * n)) / (1.0 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def _mean(points: pd.Series) -> float | None:
    return None if points.empty else float(points.mean())
