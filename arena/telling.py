"""What must not be told yet: places that someone may still guess, and the seeds that lead to them. Knows SQL, no HTTP.

Places are drawn by public code, so a seed is the truth as much as a coordinate is. A game that nobody may play on
(finished, or left for longer than `EXPIRES_S`) holds nothing back.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, select

from arena.records import Game, Place
from arena.rules import EXPIRES_S
from arena.schema import games, guesses, rounds, seats

Drawn = tuple[str, int | None, int | None]  # map, seed, world version: the same places for everyone


@dataclass(frozen=True)
class Untold:
    """The secrets of a moment: who may still guess where, by place and by what it was drawn from."""

    places: dict[tuple[float, float], set[str]] = field(default_factory=dict)  # (lat, lng) -> games
    seeds: dict[Drawn, set[str]] = field(default_factory=dict)

    def hides(self, place: Place, but: str | None = None) -> bool:
        """Whether someone may still guess this place, in another game than `but`."""
        return bool(self.places.get((place.lat, place.lng), set()) - {but})

    def hides_seed(self, game: Game) -> bool:
        """Whether this seed would tell someone a place; that of a game without one tells nothing."""
        return bool(self.seeds.get((game.map, game.seed, game.world_version)))


def still_open(now: float | None = None) -> ColumnElement[bool]:
    """The condition that a game may still be played on; it has an index of its own."""
    since = (time.time() if now is None else now) - EXPIRES_S
    return and_(games.c.finished_at.is_(None), games.c.created_at > since, games.c.origin == "played")


def untold(db: Connection) -> Untold:
    """What must not be told at this moment."""
    secrets = Untold()
    for game_id, drawn, at in _waiting(db):
        secrets.places.setdefault(at, set()).add(game_id)
        secrets.seeds.setdefault(drawn, set()).add(game_id)
    return secrets


def _waiting(db: Connection) -> Iterator[tuple[str, Drawn, tuple[float, float]]]:
    mine = and_(
        guesses.c.game_id == rounds.c.game_id, guesses.c.round == rounds.c.round, guesses.c.seat == seats.c.seat
    )
    query = (
        select(games.c.game_id, games.c.map, games.c.seed, games.c.world_version, rounds.c.lat, rounds.c.lng)
        .join(seats, seats.c.game_id == games.c.game_id)
        .join(rounds, rounds.c.game_id == games.c.game_id)
        .outerjoin(guesses, mine)
        .where(still_open(), guesses.c.game_id.is_(None))
    )
    for row in db.execute(query):
        yield row.game_id, (row.map, row.seed, row.world_version), (row.lat, row.lng)
