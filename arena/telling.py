"""What must not be told yet: places that someone may still guess, and the seeds that lead to them. Knows SQL, no HTTP.

Places are drawn by public code, so a seed is the truth as much as a coordinate is. A game that nobody may play on
(finished, closed, or left for a day) holds nothing back. Only what is about to be told is looked up, each
place and seed once and by an index: what that costs does not grow with the games that were left open.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, Select, and_, exists, func, or_, select

from arena import clock
from arena.records import UNMOVED
from arena.rules import EXPIRES_S
from arena.schema import games, guesses, rounds, seats

Position = tuple[float, float]  # lat, lng
Drawn = tuple[str, int | None, int | None]  # map, seed, world version: the same places for everyone


def still_open(now: float | None = None) -> ColumnElement[bool]:
    """The condition that a match may still be played on; it has an index of its own."""
    now = clock.now() if now is None else now
    young = or_(games.c.closes_at > now, and_(games.c.closes_at.is_(None), games.c.created_at > now - EXPIRES_S))
    return and_(games.c.finished_at.is_(None), young, games.c.origin == "played")


def untold_places(db: Connection, asked: Select[Any], but: str = "") -> set[Position]:
    """Those of the places `asked` selects that someone may still guess at this moment, in another game than `but`.

    Args:
        asked: joins `rounds`; its columns, order and limit are of no account.
    """
    places = _only(asked, rounds.c.lat, rounds.c.lng)
    there = (rounds.c.lat == places.c.lat, rounds.c.lng == places.c.lng, rounds.c.game_id != but)
    return {(row.lat, row.lng) for row in db.execute(select(places).where(_waits(*there)))}


def untold_seeds(db: Connection, asked: Select[Any]) -> set[Drawn]:
    """Those of the seeds `asked` selects that would tell someone a place at this moment; no seed tells nothing.

    Args:
        asked: joins `games`; its columns, order and limit are of no account.
    """
    drawn = _only(asked, games.c.map, games.c.seed, games.c.world_version)
    same = (games.c.map == drawn.c.map, games.c.seed == drawn.c.seed,
            games.c.world_version.is_not_distinct_from(drawn.c.world_version))  # fmt: skip
    return {(row.map, row.seed, row.world_version) for row in db.execute(select(drawn).where(_waits(*same)))}


def _only(asked: Select[Any], *columns: ColumnElement[Any]) -> Any:
    """What is asked, each once. Without a limit: a game that comes meanwhile must push nothing out of sight."""
    return asked.with_only_columns(*columns).order_by(None).limit(None).distinct().subquery("asked")


def _waits(*which: ColumnElement[bool]) -> Exists:
    """Whether a round of an open match, one of `which`, still waits for a guess of somebody at its table.

    A table at which anyone may still sit down waits for everybody who has not come yet.
    """
    sitting = seats.alias("sitting")
    guessed = exists().where(
        guesses.c.game_id == rounds.c.game_id, guesses.c.round == rounds.c.round, guesses.c.seat == seats.c.seat
    )
    taken = (
        select(func.count())
        .select_from(sitting)
        .where(sitting.c.game_id == games.c.game_id, sitting.c.kind.not_in(UNMOVED))
        .scalar_subquery()
    )
    room = or_(games.c.most_seats.is_(None), games.c.most_seats > taken)
    tables = rounds.join(games, games.c.game_id == rounds.c.game_id).join(seats, seats.c.game_id == games.c.game_id)
    return exists().select_from(tables).where(*which, still_open(), or_(~guessed, room))
