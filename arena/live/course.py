"""The course of a live match, as pure functions of stored facts and the clock. Knows no store, no web and no thread.

Nothing is remembered between two looks: phase, deadlines, health and the end follow from what stands in the book, so an
app that was started anew goes on where the match was, and two apps on one book agree. What becomes due by itself is
listed in `arena/live/agenda.py`.

`since` is when this app was started: before, nobody could be seen nor guess, and a time in the future was written by a
clock that has been set back since.
"""

from dataclasses import dataclass
from typing import Literal

from arena.records import UNMOVED, Game, Round, Seat

PRESENT_S = 15.0  # since a seat was seen
GONE_S = 60.0  # not seen for so long, a seat has forfeited; in the lobby it is free again
BACK_S = 5.0  # so long a page needs to find an app that was started anew
SERVED_S = 11.0  # presence is written each 5 s, later by as much after a guess: seen so lately, somebody was served
HELD_S = 30.0  # nobody seen for so long: whoever is back first finds the match as it was
GRACE_S = 1.0  # a guess may be on its way when the time is out
AHEAD_S = 10.0  # a start may be written so far ahead; beyond, the clock was set back
LOBBY_S = 3600.0

Phase = Literal["lobby", "countdown", "looking", "pause", "over"]
Why = Literal["health", "rounds", "forfeit"]


@dataclass(frozen=True)
class Closed:
    """A round that nobody can guess in any more."""

    number: int
    scores: tuple[int, int]  # of each side: its better guess
    damage: tuple[int, int]  # to each side
    health: tuple[int, int]  # that each side has left
    at: float


@dataclass(frozen=True)
class Result:
    """How a match ended: the side that won, or None for a draw."""

    winner: int | None
    why: Why
    at: float


@dataclass(frozen=True)
class Course:
    """Where a match is."""

    phase: Phase
    until: float | None  # when the phase ends by itself
    round: int
    closed: tuple[Closed, ...]
    result: Result | None


def past(at: float, now: float, since: float) -> float:
    """A stored time, as it can be meant now."""
    return at if at <= now + AHEAD_S else min(since, now)


def team_of(seat: Seat) -> int:
    """The side of a seat."""
    return seat.team or 0


def is_later(game: Game) -> bool:
    """Whether it follows another match of a series: its seats are kept, and who leaves its lobby forfeits it."""
    return (game.series_number or 1) > 1


def closed_rounds(game: Game, now: float, since: float) -> tuple[Closed, ...]:
    """The rounds that are over for all, the first ones, and what they cost."""
    if game.live is None:
        return ()
    health, found = [game.live.health, game.live.health], []
    for one in game.rounds:
        if not game.is_over_for_all(one.number) or not game.seats:
            break
        best = _best(game, one)
        damage = [0, 0]
        if game.live.health and best[0] != best[1]:
            behind = 0 if best[0] < best[1] else 1
            damage[behind] = round(abs(best[0] - best[1]) * game.live.multiplier(one.number))
            health[behind] = max(0, health[behind] - damage[behind])
        at = max(past(guess.at, now, since) for guess in one.guesses.values())
        found.append(Closed(one.number, best, (damage[0], damage[1]), (health[0], health[1]), at))
        if game.live.health and 0 in health:
            break
    return tuple(found)


def result_of(game: Game, closed: tuple[Closed, ...], now: float, since: float) -> Result | None:
    """How the match ended; None while it goes on, or where it never began."""
    if game.live is None or game.started_at is None:
        return None
    last = closed[-1] if closed else None
    if last is not None and game.live.health and 0 in last.health:
        return Result(0 if last.health[0] else 1, "health", last.at)
    if last is not None and last.number == game.length:
        ours, theirs = last.health if game.live.health else _sums(closed)
        return Result(None if ours == theirs else int(ours < theirs), "rounds", last.at)
    gone = {side: at for side in (0, 1) if (at := gave_up_at(game, side, now, since)) is not None}
    if not gone:
        return None
    first = min(gone.values())
    losers = [side for side, at in gone.items() if at == first]
    return Result(None if len(losers) == 2 else 1 - losers[0], "forfeit", first)


def broken_off_number(game: Game) -> int | None:
    """The number of the round that was open when a side gave up: nobody can guess in it any more."""
    one = next((one for one in game.rounds if not game.is_over_for_all(one.number)), None)
    sides = [[seat.left_at for seat in game.seats.values() if team_of(seat) == side] for side in (0, 1)]
    ends = [max(at for at in left if at is not None) for left in sides if left and None not in left]
    if game.live is None or one is None or one.started_at is None or not ends:
        return None
    return one.number if one.started_at <= min(ends) else None


def broken_off(game: Game, course: Course) -> Closed | None:
    """The round that was open when a side gave up: what was guessed in it costs nobody health any more."""
    number, result = broken_off_number(game), course.result
    if number is None or result is None or result.why != "forfeit" or game.live is None:
        return None
    health = course.closed[-1].health if course.closed else (game.live.health, game.live.health)
    return Closed(number, _best(game, game.rounds[number - 1]), (0, 0), health, result.at)


def course_of(game: Game, now: float, since: float) -> Course:
    """Where a match is at this moment, with all that was due written."""
    closed = closed_rounds(game, now, since)
    result = result_of(game, closed, now, since)
    number = min(len(closed) + 1, game.length)
    if game.finished_at is not None or result is not None:
        return Course("over", None, max(1, len(closed)), closed, result)
    if game.started_at is None or game.live is None:
        ended = game.closes_at is not None and now > game.closes_at and not is_later(game)
        return Course("over" if ended else "lobby", None if ended else game.closes_at, 1, closed, None)
    opened = opened_at(game, number, now, since)
    if opened is None:
        return Course("pause", closed[-1].at + game.live.pause_s if closed else None, number - 1, closed, None)
    if now < opened:
        return Course("countdown", opened, number, closed, None)
    return Course("looking", deadline(game, number, opened, now, since), number, closed, None)


def opened_at(game: Game, number: int, now: float, since: float) -> float | None:
    """When a round opened, or will open, for all; None where that is not written yet."""
    started_at = game.rounds[number - 1].started_at
    return None if started_at is None else past(started_at, now, since)


def is_opened(game: Game, number: int, now: float) -> bool:
    """Whether a round of a live match is open, or was."""
    started_at = game.rounds[number - 1].started_at
    return started_at is not None and not now < started_at <= now + AHEAD_S


def deadline(game: Game, number: int, opened: float, now: float, since: float) -> float:
    """When the time of an open round is out for everyone who has not guessed; a ghost without a pin hurries nobody."""
    assert game.live is not None
    ends = opened + game.live.round_s
    guesses = [one for one in game.rounds[number - 1].guesses.values() if one.lat is not None]
    if guesses:
        ends = min(ends, min(past(one.at, now, since) for one in guesses) + game.live.after_guess_s)
    # While this app was not there nobody could guess: what was open then stays so for a moment.
    return max(ends, since + game.live.after_guess_s) if opened < since else ends


def was_served(game: Game, now: float, since: float) -> bool:
    """Whether another app was there for a match when this one was started, at the first look of this one.

    Somebody was seen shortly before, or since. But that may have been by this one before it was started anew: where a
    round is open whose time is nearly out, whoever is at it gets a moment, which another app may not grant.
    """
    people = [seat.seen_at for seat in game.seats.values() if seat.kind not in UNMOVED and seat.seen_at is not None]
    seen = [at for at in people if at <= now + AHEAD_S]  # beyond, the clock was set back since
    if game.live is None or max(seen, default=0.0) < since - SERVED_S:
        return False
    number = len(closed_rounds(game, now, since)) + 1
    opened = opened_at(game, number, now, since) if number <= game.length else None
    if opened is None or opened >= since:
        return True
    return deadline(game, number, opened, now, 0.0) >= since + BACK_S


def is_present(seat: Seat, now: float, since: float) -> bool:
    """Whether somebody is there."""
    return seat.kind in UNMOVED or (seat.seen_at is not None and now - past(seat.seen_at, now, since) <= PRESENT_S)


def is_ready(game: Game, seat: Seat, closed: tuple[Closed, ...], now: float, since: float) -> bool:
    """Whether a seat has said that it may go on: to the match, or to the next round."""
    if seat.kind in UNMOVED:
        return True
    if seat.ready_at is None:
        return False
    return game.started_at is None or not closed or past(seat.ready_at, now, since) > closed[-1].at


def gone_at(seat: Seat, least: float, now: float, since: float) -> float:
    """When a seat that is not seen any more counts as gone."""
    seen = past(least if seat.seen_at is None else max(seat.seen_at, least), now, since)
    return max(seen, since) + GONE_S


def nobody_there(game: Game, now: float, since: float) -> bool:
    """Whether a match runs and nobody was seen at it for long: how long they are away then counts for nobody."""
    if game.started_at is None or game.finished_at is not None:
        return False
    gone = [gone_at(seat, game.started_at, now, since) for seat in players_left(game).values()]
    return bool(gone) and now - (max(gone) - GONE_S) > HELD_S


def players_left(game: Game) -> dict[int, Seat]:
    """The seats of those who play on, by number; the model and a ghost are not moved by anybody."""
    return {number: seat for number, seat in game.seats.items() if seat.kind not in UNMOVED and seat.left_at is None}


def _best(game: Game, one: Round) -> tuple[int, int]:
    """The better guess of each side in a round."""
    best = [0, 0]
    for number, guess in one.guesses.items():
        side = team_of(game.seats[number])
        best[side] = max(best[side], guess.score)
    return best[0], best[1]


def _sums(closed: tuple[Closed, ...]) -> tuple[int, int]:
    return sum(one.scores[0] for one in closed), sum(one.scores[1] for one in closed)


def gave_up_at(game: Game, side: int, now: float, since: float) -> float | None:
    """When the last seat of a side left; None while somebody plays on."""
    left = [seat.left_at for seat in game.seats.values() if team_of(seat) == side]
    if not left or any(at is None for at in left):
        return None
    return max(past(at, now, since) for at in left if at is not None)
