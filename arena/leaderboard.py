"""The table of a match that everyone may play: its best players and who asks, however many there are. Knows SQL."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from arena.database import sentences
from arena.records import UNMOVED
from arena.schema import games, guesses, seats
from arena.scorebook import Scorebook


@dataclass(frozen=True)
class Standing:
    """One who has guessed every round."""

    rank: int  # from 1
    seat: int
    player: str
    kind: str
    total: int


@dataclass(frozen=True)
class Leaderboard:
    """A match, as who asks stands in it."""

    map: str
    rounds: int
    seat: int | None  # of who asks
    guessed: int  # rounds, by that seat
    players: int  # who have guessed every round
    best: tuple[Standing, ...]
    own: Standing | None  # of who asks, once every round is guessed


def leaderboard(book: Scorebook, game_id: str, owner: str | None, most: int) -> Leaderboard | None:
    """Who has guessed every round, the best first, of equals the earlier one; None where there is no such match.

    Args:
        owner: the identity of who asks.
        most: so many of the best.

    Raises:
        StorageError: the scorebook cannot be read.
    """
    sits = (seats.c.game_id == game_id, seats.c.owner == (owner or ""))  # nobody's identity is empty
    own = select(func.min(seats.c.seat)).where(*sits).scalar_subquery()
    made = (guesses.c.game_id == game_id, guesses.c.seat == own)
    head = select(
        games.c.map, games.c.rounds, own, select(func.count()).select_from(guesses).where(*made).scalar_subquery()
    ).where(games.c.game_id == game_id)
    total, ended = func.sum(guesses.c.score).label("total"), func.max(guesses.c.at).label("ended")
    length = select(games.c.rounds).where(games.c.game_id == game_id).scalar_subquery()
    unmoved = select(seats.c.seat).where(seats.c.game_id == game_id, seats.c.kind.in_(UNMOVED))
    done = (
        select(guesses.c.seat, total, ended)
        .where(guesses.c.game_id == game_id, guesses.c.seat.not_in(unmoved))
        .group_by(guesses.c.seat)
        .having(func.count() == length)
        .subquery()
    )
    order = (done.c.total.desc(), done.c.ended, done.c.seat)
    rank, players = func.row_number().over(order_by=order).label("rank"), func.count().over().label("players")
    ranked = select(done.c.seat, done.c.total, rank, players).subquery()
    shown = (
        select(ranked, seats.c.player, seats.c.kind)
        .join(seats, (seats.c.game_id == game_id) & (seats.c.seat == ranked.c.seat))
        .where(or_(ranked.c.rank <= most, ranked.c.seat == own))
        .order_by(ranked.c.rank)
    )
    with sentences(book.url, book.busy_s), book.engine.connect() as db:
        found = db.execute(head).first()
        rows: list[Any] = [] if found is None else list(db.execute(shown))
    if found is None:
        return None
    places = tuple(Standing(int(row.rank), row.seat, row.player, row.kind, int(row.total)) for row in rows)
    name, rounds, seat, guessed = found
    return Leaderboard(
        name, rounds, seat, guessed, int(rows[0].players) if rows else 0,
        tuple(one for one in places if one.rank <= most),
        next((one for one in places if seat is not None and one.seat == seat), None),
    )  # fmt: skip
