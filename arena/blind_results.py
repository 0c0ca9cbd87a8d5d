"""What the blind experiment found: whether people can tell a model from a person, and who scores more.

One row a verdict. What counts are verdicts on matches that were drawn and played to their end: who was left over met
the model for certain, and a match that somebody left says by that who it was. The detection rate with Wilson's interval
(Wilson 1927, J. Am. Stat. Assoc. 22, 209) stands beside what as many verdicts of each kind would get right if they had
nothing to do with whom one met, tested exactly (Fisher 1934, Statistical Methods for Research Workers, sec. 21.02). It
takes verdicts as independent of each other; several of one player, and the two of one match, are not quite so.
Knows SQL and tables; knows no page.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from scipy.stats import fisher_exact
from sqlalchemy import and_, false, func, select

from arena import clock
from arena.database import sentences
from arena.schema import entries, games, guesses, rounds, seats, verdicts
from arena.scorebook import Scorebook
from arena.telling import still_open

COLUMNS = {"match": "str", "player_id": "str", "was": "str", "thinks": "str", "right": "bool", "own_total": "int64",
           "other_total": "int64", "left_over": "bool", "ended": "str", "counts": "bool",
           "at": "datetime64[us, UTC]"}  # fmt: skip


@dataclass(frozen=True)
class Detection:
    """How often people knew whom they met, by the verdicts that count."""

    verdicts: int
    right: int
    rate: float | None  # None without a verdict
    low: float | None  # of the 95 % interval
    high: float | None
    chance: float | None  # what is right if verdicts have nothing to do with whom one met
    p_value: float | None  # exact, two-sided; None where people were met alone, or the model alone
    left_over: int  # verdicts that do not count: nobody else was there, and it was the model
    broken_off: int  # and those on matches that somebody left, but for those above
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
    match), left_over (nobody came, so that it was the model), ended ("rounds": played to its end, or "forfeit"), counts
    (drawn, and played to its end), at (UTC). Nothing is told of a match that waits for a verdict still.

    Raises:
        StorageError: the scorebook cannot be read.
    """
    own = (guesses.c.game_id == verdicts.c.game_id, guesses.c.seat == verdicts.c.seat)
    other = (guesses.c.game_id == verdicts.c.game_id, guesses.c.seat != verdicts.c.seat)
    points = func.coalesce(func.sum(guesses.c.score), 0)
    made, there = guesses.c.game_id == verdicts.c.game_id, rounds.c.game_id == verdicts.c.game_id
    guessed = select(func.count()).select_from(guesses).where(made).scalar_subquery()
    length = select(func.count()).select_from(rounds).where(there).scalar_subquery()
    told = and_(games.c.mode == "blind", ~still_open(clock.now()))
    query = (
        select(
            verdicts.c.game_id.label("match"), seats.c.player_id, verdicts.c.was, verdicts.c.thinks,
            (verdicts.c.was == verdicts.c.thinks).label("right"),
            select(points).where(*own).scalar_subquery().label("own_total"),
            select(points).where(*other).scalar_subquery().label("other_total"),
            func.coalesce(entries.c.left_over, false()).label("left_over"),
            (guessed >= 2 * length).label("played"), verdicts.c.at,
        )
        .join(games, games.c.game_id == verdicts.c.game_id)
        .join(seats, (seats.c.game_id == verdicts.c.game_id) & (seats.c.seat == verdicts.c.seat))
        .outerjoin(entries, (entries.c.game_id == verdicts.c.game_id) & (entries.c.seat == verdicts.c.seat))
        .where(told)
        .order_by(verdicts.c.at, verdicts.c.game_id, verdicts.c.seat)
    )  # fmt: skip
    with sentences(scorebook.url, scorebook.busy_s), scorebook.engine.connect() as db:
        rows = [
            (*first, left_over, "rounds" if played else "forfeit", bool(played and not left_over), at)
            for *first, left_over, played, at in db.execute(query)
        ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    frame["at"] = pd.to_datetime(frame["at"].astype("float64"), unit="s", utc=True)
    return frame.astype(COLUMNS)


def detection(frame: pd.DataFrame) -> Detection:
    """The detection rate of a frame of verdicts beside chance, and the points by kind of opponent."""
    left_over = int(frame["left_over"].sum())
    broken_off = int((~frame["left_over"] & (frame["ended"] == "forfeit")).sum())
    frame = frame[frame["counts"]]
    n, right = len(frame), int(frame["right"].sum())
    low, high = wilson(right, n) if n else (None, None)
    person, model = frame[frame["was"] == "person"], frame[frame["was"] == "model"]
    mistaken = int((person["thinks"] == "model").sum()), int((model["thinks"] == "person").sum())
    table = [[len(person) - mistaken[0], mistaken[0]], [mistaken[1], len(model) - mistaken[1]]]
    p_value = float(fisher_exact(table).pvalue) if len(person) and len(model) else None
    return Detection(
        n, right, right / n if n else None, low, high, chance_of(frame), p_value, left_over, broken_off,
        len(person), mistaken[0], len(model), mistaken[1],
        _mean(person["own_total"]), _mean(model["own_total"]),
        _mean(person["other_total"]), _mean(model["other_total"]),
    )  # fmt: skip


def chance_of(frame: pd.DataFrame, was: str | None = None) -> float | None:
    """The share of verdicts that is right where they have nothing to do with whom one met; None without a verdict.

    Args:
        frame: verdicts that count.
        was: of those on this kind of opponent alone.
    """
    if frame.empty:
        return None
    met, said = float((frame["was"] == "model").mean()), float((frame["thinks"] == "model").mean())
    if was is not None:
        return said if was == "model" else 1.0 - said
    return met * said + (1.0 - met) * (1.0 - said)


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
