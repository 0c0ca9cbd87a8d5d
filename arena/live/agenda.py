"""What becomes due in a live match by itself, whatever anybody does. Pure functions of stored facts and the clock.

Whoever looks at a match writes what is due. Knows no store, no web and no thread; `since` is when this app was started,
as in `arena/live/course.py`.
"""

from dataclasses import dataclass
from typing import Literal

from arena.live.course import (
    GONE_S,
    GRACE_S,
    PRESENT_S,
    Closed,
    Result,
    closed_rounds,
    deadline,
    gave_up_at,
    gone_at,
    is_later,
    is_present,
    is_ready,
    opened_at,
    past,
    players_left,
    result_of,
)  # fmt: skip
from arena.live.records import Planned
from arena.records import HOST, UNMOVED, Game

LATE_S = 2.0  # what nobody was there to see happens when somebody looks
VERDICT_S = 300.0  # after a blind match, to say whom one met


@dataclass(frozen=True)
class Due:
    """Something that happens by itself from `at` on, and is written as having happened at `counts_at`."""

    at: float
    what: Literal["free", "begin", "award", "forfeit", "open", "play", "none", "finish"]
    counts_at: float
    number: int = 0  # of a round
    seat: int = HOST

    def moment(self, now: float, mode: str = "duel", since: float = 0.0) -> float:
        """When it happened: at its time, or now where nobody was there for long.

        In a blind match at its time, whoever was there, or when this app was started: a person at the other seat would
        have played on, and who looks on or looks away must not find out by it that nobody did.
        """
        if mode == "blind" and self.what != "finish":
            return max(self.counts_at, min(since, now))
        return self.counts_at if now - self.at <= LATE_S else now


def agenda(game: Game, now: float, since: float) -> list[Due]:
    """What becomes due by itself, whatever anybody does, the earliest first."""
    if game.live is None or game.finished_at is not None:
        return []
    if game.started_at is None:
        found = _between_matches(game, now, since) if is_later(game) else _in_lobby(game, now, since)
    else:
        closed = closed_rounds(game, now, since)
        result = result_of(game, closed, now, since)
        if result is not None:
            return [_finish(game, result)]
        found = _forfeits(game, now, since)
        number = len(closed) + 1
        opened = opened_at(game, number, now, since)
        if opened is None:
            found += _opening(game, closed, now, since)
        else:
            found += _guesses(game, number, opened, now, since)
    return sorted(found, key=lambda due: due.at)


def _in_lobby(game: Game, now: float, since: float) -> list[Due]:
    found = []
    for number, seat in game.seats.items():
        if number != HOST and seat.kind not in UNMOVED and seat.seen_at is not None:
            at = gone_at(seat, game.created_at, now, since)
            found.append(Due(at, "free", at, seat=number))
    ready = [seat.ready_at for seat in game.seats.values() if seat.kind not in UNMOVED]
    if not game.has_room() and all(at is not None for at in ready):
        at = max(past(at, now, since) for at in ready if at is not None)
        found.append(Due(at, "begin", at, number=1))
    return found


def _between_matches(game: Game, now: float, since: float) -> list[Due]:
    """In the lobby of a later match of a series: who leaves it, or is not ready when its time is out, forfeits."""
    gone = [at for side in (0, 1) if (at := gave_up_at(game, side, now, since)) is not None]
    unready = [number for number, seat in players_left(game).items() if seat.ready_at is None]
    if not unready and not gone:
        said = [seat.ready_at if seat.left_at is None else seat.left_at for seat in game.seats.values()]
        at = max(past(one, now, since) for one in said if one is not None)
        return [Due(at, "begin", at, number=1)]
    found = []
    if game.closes_at is not None:
        at = max(game.closes_at, since + GONE_S)
        found = [Due(at, "forfeit", at, seat=number) for number in unready]  # all of them, before one side is told
    return found + [Due(at, "award", at) for at in sorted(gone)[:1]]


def _forfeits(game: Game, now: float, since: float) -> list[Due]:
    """Who is away forfeits, if somebody else was there to wait; the model and a ghost always are."""
    gone = {number: gone_at(seat, game.started_at or 0.0, now, since) for number, seat in players_left(game).items()}
    found = []
    for number, at in gone.items():
        others = [other - GONE_S for seat, other in gone.items() if seat != number]
        if not others or max(others) >= at - PRESENT_S:
            found.append(Due(at, "forfeit", at, seat=number))
    return found


def _opening(game: Game, closed: tuple[Closed, ...], now: float, since: float) -> list[Due]:
    assert game.live is not None
    at = closed[-1].at + game.live.pause_s
    if game.mode == "blind":  # a model says nothing, and would be told from a person by what the others' word does
        return [Due(at, "open", at, number=len(closed) + 1)]
    here = [seat for seat in game.seats.values() if seat.kind not in UNMOVED and seat.left_at is None
            and is_present(seat, now, since)]  # fmt: skip
    if here and all(is_ready(game, seat, closed, now, since) for seat in here):
        at = min(at, max(past(seat.ready_at or 0.0, now, since) for seat in here))
    return [Due(at, "open", at, number=len(closed) + 1)]


def _guesses(game: Game, number: int, opened: float, now: float, since: float) -> list[Due]:
    assert game.live is not None
    guessed = game.rounds[number - 1].guesses
    ends = deadline(game, number, opened, now, since)
    waiting = [one for one in game.seats if one not in guessed]
    found = []
    for one in waiting:
        if game.seats[one].kind in UNMOVED and number <= len(game.live.planned):
            planned = game.live.planned[number - 1]
            if (at := planned_at(planned, opened, ends)) is not None:
                found.append(Due(at, "play", at, number, one))
    if guessed and all(game.seats[one].left_at is not None for one in waiting):  # nobody is left to wait for
        at = max(past(guess.at, now, since) for guess in guessed.values())
        return found + [Due(at, "none", at, number, one) for one in waiting]
    return found + [Due(ends + GRACE_S, "none", ends, number, one) for one in waiting]


def planned_at(planned: Planned, opened: float, ends: float) -> float | None:
    """When a seat that nobody holds guesses: at its own pace, but not after the end of the time; None: not at all."""
    at, last = opened + planned.seconds, ends - planned.hurry_s
    return None if planned.misses and at > last else max(opened, min(at, last))


def _finish(game: Game, result: Result) -> Due:
    if game.mode != "blind" or all(seat in game.verdicts for seat in game.players()):
        return Due(result.at, "finish", result.at)
    return Due(result.at + VERDICT_S, "finish", result.at + VERDICT_S)
