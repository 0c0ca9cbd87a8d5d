"""What is written of a live match while it is played: each fact once, whoever is the first to write it. Knows SQL.

Two apps on one scorebook may write the same thing at one moment; the second changes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from arena.database import sentences
from arena.records import UNMOVED, Game
from arena.rows import read_game, write_games
from arena.schema import entries, games, guesses, rounds, seats, starts, verdicts
from arena.scorebook import Scorebook

MOST_TIMES = 3000


def _stamp() -> Select[Any]:
    asked: BindParameter[str] = bindparam("asked")
    own, opened, made = seats.c.game_id == asked, rounds.c.game_id == asked, guesses.c.game_id == asked
    return select(
        games.c.started_at,
        games.c.finished_at,
        select(func.count(rounds.c.started_at)).where(opened).scalar_subquery(),
        select(func.count()).select_from(guesses).where(made).scalar_subquery(),
        select(func.count()).select_from(seats).where(own).scalar_subquery(),
        select(func.sum(seats.c.ready_at)).where(own).scalar_subquery(),
        select(func.count(seats.c.ready_at)).where(own).scalar_subquery(),
        select(func.count(seats.c.left_at)).where(own).scalar_subquery(),
        select(func.count()).select_from(verdicts).where(verdicts.c.game_id == asked).scalar_subquery(),
    ).where(games.c.game_id == asked)


_STAMP = _stamp()  # put together once: it is asked for each second by every socket


class LiveBook:
    """The scorebook, as live matches write it; safe to share between threads."""

    def __init__(self, scorebook: Callable[[], Scorebook]) -> None:
        self._scorebook = scorebook

    def begin(self, game_id: str, at: float, opens_at: float, closes_at: float) -> None:
        """Start a match, if every seat is taken and ready still, or left; its first round opens at `opens_at`."""
        may_go_on = or_(seats.c.ready_at.is_not(None), seats.c.left_at.is_not(None))
        held = (seats.c.game_id == game_id, seats.c.kind.not_in(UNMOVED), may_go_on)
        ready = select(func.count()).select_from(seats).where(*held).scalar_subquery()
        waits = (games.c.game_id == game_id, games.c.started_at.is_(None), games.c.finished_at.is_(None))
        with self._writing(game_id) as db:
            begun = db.execute(
                update(games).where(*waits, games.c.most_seats <= ready).values(started_at=at, closes_at=closes_at)
            )
            if begun.rowcount:
                _open(db, game_id, 1, opens_at)

    def award(self, game_id: str, at: float) -> None:
        """Let a match that has not begun be over, if a whole side of it has left: it is the other one's."""
        playing = select(func.coalesce(seats.c.team, 0)).where(seats.c.game_id == game_id, seats.c.left_at.is_(None))
        left = [literal(side).not_in(playing) for side in (0, 1)]
        waits = (games.c.game_id == game_id, games.c.started_at.is_(None), games.c.finished_at.is_(None))
        with self._writing(game_id) as db:
            db.execute(update(games).where(*waits, or_(*left)).values(started_at=at, finished_at=at))

    def open_round(self, game_id: str, number: int, at: float) -> None:
        """Open a round for all."""
        with self._writing() as db:
            _open(db, game_id, number, at)

    def ready(self, game_id: str, seat: int, at: float | None) -> None:
        """Note that a seat may go on, or that it may not."""
        self._change_seat(game_id, seat, ready_at=at)

    def seen(self, game_id: str, seat: int, at: float) -> None:
        """Note that somebody is there."""
        self._change_seat(game_id, seat, seen_at=at)

    def all_seen(self, game_id: str, at: float) -> None:
        """Note that nobody was away longer than until now, of those who have not forfeited."""
        own = (seats.c.game_id == game_id, seats.c.kind.not_in(UNMOVED), seats.c.left_at.is_(None))
        with self._writing() as db:
            db.execute(update(seats).where(*own).values(seen_at=at))

    def back(self, game_id: str, seat: int, at: float) -> None:
        """Note that who had forfeited is back, unless the match is over."""
        over = select(games.c.game_id).where(games.c.finished_at.is_not(None))
        own = (seats.c.game_id == game_id, seats.c.seat == seat, seats.c.game_id.not_in(over))
        with self._writing(game_id) as db:
            db.execute(update(seats).where(*own).values(seen_at=at, left_at=None))

    def left(self, game_id: str, seat: int, at: float) -> None:
        """Note that a seat has forfeited."""
        with self._writing() as db:
            own = (seats.c.game_id == game_id, seats.c.seat == seat, seats.c.left_at.is_(None))
            db.execute(update(seats).where(*own).values(left_at=at))

    def free(self, game_id: str, seat: int, seen_at: float | None) -> None:
        """Take a seat from whoever left it before the match began; not if it was seen again since."""
        begun = select(games.c.game_id).where(games.c.started_at.is_not(None))
        own = (seats.c.game_id == game_id, seats.c.seat == seat, seats.c.game_id.not_in(begun),
               seats.c.seen_at.is_not_distinct_from(seen_at))  # fmt: skip
        with self._writing(game_id) as db:
            db.execute(delete(seats).where(*own))

    def finish(self, game_id: str, at: float) -> None:
        """Close a match."""
        with self._writing() as db:
            waits = (games.c.game_id == game_id, games.c.finished_at.is_(None))
            db.execute(update(games).where(*waits).values(finished_at=at))

    def add_verdict(self, game_id: str, seat: int, thinks: str, was: str, at: float) -> bool:
        """Write whom a seat thinks that it met; False where it has said so before."""
        row = {"game_id": game_id, "seat": seat, "thinks": thinks, "was": was, "at": at}
        try:
            with self._writing() as db:
                db.execute(insert(verdicts).values(row))
        except IntegrityError:
            return False
        return True

    def verdict_rate(self, player_id: str) -> tuple[int, int]:
        """How many verdicts of a player were right, of how many, in blind matches that are over and count.

        As in `arena/blind_results.py`: those that were drawn, and played to their end.
        """
        right = func.coalesce(func.sum(case((verdicts.c.was == verdicts.c.thinks, 1), else_=0)), 0)
        made = guesses.c.game_id == verdicts.c.game_id
        guessed = select(func.count()).select_from(guesses).where(made).correlate(verdicts).scalar_subquery()
        asked = (
            select(right, func.count())
            .select_from(verdicts)
            .join(games, games.c.game_id == verdicts.c.game_id)
            .join(seats, (seats.c.game_id == verdicts.c.game_id) & (seats.c.seat == verdicts.c.seat))
            .outerjoin(entries, (entries.c.game_id == verdicts.c.game_id) & (entries.c.seat == verdicts.c.seat))
            .where(seats.c.player_id == player_id, games.c.finished_at.is_not(None))
            .where(func.coalesce(entries.c.left_over, false()).is_(False), guessed >= 2 * games.c.rounds)
        )
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            row = db.execute(asked).one()
        return int(row[0]), int(row[1])

    def add_next(self, game: Game) -> None:
        """Write the next match of a series, unless somebody has."""
        try:
            with self._writing() as db:
                write_games(db, [game])
        except IntegrityError:
            return

    def series(self, series_id: str) -> list[Game]:
        """The matches of a series, in their order."""
        book = self._scorebook()
        ids = select(games.c.game_id).where(games.c.series_id == series_id).order_by(games.c.series_number)
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            found = [read_game(db, game_id) for game_id in db.execute(ids).scalars().all()]
        return [one for one in found if one is not None]

    def knows_places(self, owner: str, source: Game) -> bool:
        """Whether somebody has guessed at one of the places of a match before, in any match, or was shown one."""
        there, book = rounds.alias("there"), self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            return any(
                db.execute(
                    select(seen.c.game_id)
                    .join(seats, (seats.c.game_id == seen.c.game_id) & (seats.c.seat == seen.c.seat))
                    .join(rounds, (rounds.c.game_id == seen.c.game_id) & (rounds.c.round == seen.c.round))
                    .join(there, (there.c.lat == rounds.c.lat) & (there.c.lng == rounds.c.lng))
                    .where(seats.c.owner == owner, there.c.game_id == source.game_id)
                    .limit(1)
                ).first()
                for seen in (guesses, starts)
            )

    def human_times(self) -> list[float]:
        """How many seconds people took in rounds that were played elsewhere and imported, the latest ones."""
        people = (games.c.origin == "imported", seats.c.kind == "person", guesses.c.seconds.is_not(None))
        asked = (
            select(guesses.c.seconds)
            .join(games, games.c.game_id == guesses.c.game_id)
            .join(seats, (seats.c.game_id == guesses.c.game_id) & (seats.c.seat == guesses.c.seat))
            .where(*people)
            .order_by(guesses.c.at.desc())
            .limit(MOST_TIMES)
        )
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            return [float(one) for one in db.execute(asked).scalars()]

    def stamp(self, game_id: str) -> tuple[Any, ...]:
        """Something that changes whenever a match does, at the price of one small question."""
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            return tuple(db.execute(_STAMP, {"asked": game_id}).first() or ())

    def _change_seat(self, game_id: str, seat: int, **values: float | None) -> None:
        with self._writing() as db:
            db.execute(update(seats).where(seats.c.game_id == game_id, seats.c.seat == seat).values(**values))

    @contextmanager
    def _writing(self, held: str | None = None) -> Iterator[Connection]:
        """One transaction; what another one does to the match `held`, if any, comes wholly before it or after it."""
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.begin() as db:
            if held is not None:
                db.execute(select(games.c.game_id).where(games.c.game_id == held).with_for_update())
            yield db


def _open(db: Connection, game_id: str, number: int, at: float) -> None:
    shut = (rounds.c.game_id == game_id, rounds.c.round == number, rounds.c.started_at.is_(None))
    db.execute(update(rounds).where(*shut).values(started_at=at))
