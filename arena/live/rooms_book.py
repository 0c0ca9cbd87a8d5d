"""The rooms of the blind experiment in the scorebook: who came in, whom they were drawn to meet, who met. Knows SQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from arena.database import sentences
from arena.records import Game
from arena.rows import could_be_id, write_games
from arena.schema import entries, rooms
from arena.scorebook import Scorebook

MOST_WAITS = 500

Drawn = Literal["person", "model"]


@dataclass(frozen=True)
class Entry:
    """Somebody in a room; `drawn` is whom they are to meet, and is told to nobody before the end."""

    entry_id: str
    room_id: str
    owner: str
    player: str
    token_hash: str
    drawn: Drawn
    entered_at: float
    waits_s: float  # at least
    seen_at: float
    game_id: str | None = None
    seat: int | None = None
    left_over: bool = False
    patience_s: float = 60.0  # how long a person is waited for at most


class RoomsBook:
    """The scorebook, as the experiment writes it; safe to share between threads."""

    def __init__(self, scorebook: Callable[[], Scorebook]) -> None:
        self._scorebook = scorebook

    def add_room(self, room_id: str, owner: str | None, at: float, settings: Mapping[str, Any]) -> None:
        """Write a new room."""
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.begin() as db:
            db.execute(insert(rooms).values(room_id=room_id, owner=owner, created_at=at, settings=dict(settings)))

    def room(self, room_id: str) -> dict[str, Any] | None:
        """The settings of a room; None where there is none."""
        if not could_be_id(room_id):
            return None
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            found = db.execute(select(rooms.c.settings).where(rooms.c.room_id == room_id)).scalar()
        return None if found is None else dict(found)

    def entries_of(self, room_id: str, owner: str) -> list[Entry]:
        """How often somebody has come into a room, the latest last."""
        return self._entries(entries.c.room_id == room_id, entries.c.owner == owner)

    def waiting(self, room_id: str, seen_since: float) -> list[Entry]:
        """Who waits there, the first to come first."""
        return self._entries(entries.c.room_id == room_id, entries.c.game_id.is_(None), entries.c.seen_at >= seen_since)

    def add_entry(self, entry: Entry) -> bool:
        """Let somebody in; False where the same entry was written a moment ago."""
        row = {name: getattr(entry, name) for name in Entry.__dataclass_fields__} | {"kind": "person"}
        book = self._scorebook()
        try:
            with sentences(book.url, book.busy_s), book.engine.begin() as db:
                db.execute(insert(entries).values(row))
        except IntegrityError:
            return False
        return True

    def seen(self, entry_id: str, at: float, entered_at: float) -> None:
        """Note that somebody still waits."""
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.begin() as db:
            own = update(entries).where(entries.c.entry_id == entry_id, entries.c.game_id.is_(None))
            db.execute(own.values(seen_at=at, entered_at=entered_at))

    def take_out(self, entry_id: str) -> None:
        """Let somebody wait no more, who has no match yet."""
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.begin() as db:
            db.execute(delete(entries).where(entries.c.entry_id == entry_id, entries.c.game_id.is_(None)))

    def pair(self, game: Game, seated: Mapping[int, Entry], at: float, left_over: bool) -> bool:
        """Seat those who wait at a new match, all or none; False where one of them has a match already."""
        book = self._scorebook()
        try:
            with sentences(book.url, book.busy_s), book.engine.begin() as db:
                for seat, entry in seated.items():
                    own = update(entries).where(entries.c.entry_id == entry.entry_id, entries.c.game_id.is_(None))
                    paired = own.values(game_id=game.game_id, seat=seat, paired_at=at, left_over=left_over)
                    if db.execute(paired).rowcount != 1:
                        raise _Taken
                write_games(db, [game])
        except _Taken:
            return False
        return True

    def waits(self) -> list[float]:
        """How many seconds those waited who met a person, lately."""
        waited = entries.c.paired_at - entries.c.entered_at
        met = (entries.c.paired_at.is_not(None), entries.c.drawn == "person", entries.c.left_over.is_(False))
        asked = select(waited).where(*met).order_by(entries.c.paired_at.desc()).limit(MOST_WAITS)
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            return [float(one) for one in db.execute(asked).scalars()]

    def count(self, room_id: str) -> int:
        """How often a room was entered."""
        book = self._scorebook()
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            there = select(func.count()).select_from(entries).where(entries.c.room_id == room_id)
            return int(db.execute(there).scalar_one())

    def _entries(self, *which: Any) -> list[Entry]:
        book = self._scorebook()
        columns = [entries.c[name] for name in Entry.__dataclass_fields__]
        asked = select(*columns).where(*which).order_by(entries.c.entered_at, entries.c.entry_id)
        with sentences(book.url, book.busy_s), book.engine.connect() as db:
            rows: Sequence[Any] = db.execute(asked).all()
        return [Entry(*row) for row in rows]


class _Taken(Exception):
    """Somebody who was to be paired has a match already."""
