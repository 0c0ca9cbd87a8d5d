"""Every game, round and guess, kept for good. Knows SQL; knows neither pixels nor HTTP.

The tables stand in `arena/schema.py`, the records in `arena/records.py`; what pages read is made in `arena/frames.py`.
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from arena.database import open_database, sentences
from arena.frames import FILTERS, games_frame, guesses_frame
from arena.records import Game, Guess, Place, Round, Rules, Seat
from arena.schema import games, guesses, rounds, seats
from arena.telling import Position, still_open, untold_places, untold_seeds
from model.geo.folders import home_dir

BATCH = 200  # games written in one transaction
URL_VARIABLE = "HOMING_SCOREBOOK"  # one setting for dashboard, game and imports


class Scorebook:
    """The store of all games; safe to share between threads."""

    def __init__(self, engine: Engine, url: str, busy_s: float) -> None:
        self.engine, self.url, self.busy_s = engine, url, busy_s

    @classmethod
    def open(cls, url: str | None = None, busy_s: float = 5.0) -> "Scorebook":
        """Open, and make or bring up to date where needed.

        Args:
            url: any SQLAlchemy URL; by default that in `HOMING_SCOREBOOK`, or a file in `home_dir()`.
            busy_s: how long to wait for another program that writes.

        Raises:
            StorageError: locked, read-only, damaged, or written by a newer version.
        """
        url = url or os.environ.get(URL_VARIABLE) or f"sqlite:///{home_dir() / 'scorebook.sqlite'}"
        return cls(open_database(url, busy_s), url, busy_s)

    def add_game(self, game: Game) -> None:
        """Write a new game with its seats, rounds and guesses, all or nothing."""
        with sentences(self.url, self.busy_s), self.engine.begin() as db:
            _write(db, [game])

    def add_games(self, new: Iterable[Game]) -> int:
        """Write many games in batches, each whole or not at all, and answer how many were new.

        A game whose fingerprint is in the book already is left out.

        Raises:
            StorageError: the database cannot be written; the batches before it stay, and are skipped the next time.
        """
        added, coming = 0, iter(new)
        while batch := list(islice(coming, BATCH)):
            try:
                added += self._add_batch(batch)
            except IntegrityError:  # another import wrote the same games between our look and our writing
                added += self._add_batch(batch)
        return added

    def has_fingerprints(self, fingerprints: Iterable[str]) -> set[str]:
        """Which of these are in the book."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return _known(db, list(fingerprints))

    def game(self, game_id: str) -> Game | None:
        """A game by its id; None where there is none."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            head = db.execute(select(games).where(games.c.game_id == game_id)).first()
            if head is None:
                return None
            seated = db.execute(select(seats).where(seats.c.game_id == game_id).order_by(seats.c.seat))
            guessed: dict[int, dict[int, Guess]] = {}
            for row in db.execute(select(guesses).where(guesses.c.game_id == game_id)):
                guessed.setdefault(row.round, {})[row.seat] = Guess(
                    row.guess_lat, row.guess_lng, row.distance_km, row.score, row.seconds, row.at
                )
            played = db.execute(select(rounds).where(rounds.c.game_id == game_id).order_by(rounds.c.round))
            return Game(
                game_id, head.map, head.source, head.seed, head.scale_km, head.created_at, head.finished_at,
                {row.seat: Seat(row.player, row.kind, row.player_id, row.rating, row.owner) for row in seated},
                tuple(Round(row.round, _place(row), row.started_at, guessed.get(row.round, {})) for row in played),
                Rules(head.time_limit_s, head.movement), head.seed_chosen, head.world_version, head.origin,
                head.fingerprint,
            )  # fmt: skip

    def place(self, game_id: str, number: int) -> Place | None:
        """The truth of one round; None where there is no such round."""
        query = select(rounds).where(rounds.c.game_id == game_id, rounds.c.round == number)
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            row = db.execute(query).first()
        return None if row is None else _place(row)

    def start_round(self, game_id: str, number: int) -> None:
        """Note when a round's picture was first handed out; later calls change nothing."""
        unstarted = (rounds.c.game_id == game_id, rounds.c.round == number, rounds.c.started_at.is_(None))
        with sentences(self.url, self.busy_s), self.engine.begin() as db:
            db.execute(update(rounds).where(*unstarted).values(started_at=time.time()))

    def add_seat(self, game_id: str, number: int, seat: Seat) -> None:
        """Seat another player; nothing changes where the seat is taken."""
        with sentences(self.url, self.busy_s):
            try:
                with self.engine.begin() as db:
                    db.execute(insert(seats).values(_seat_row(game_id, number, seat)))
            except IntegrityError:
                return

    def add_guess(self, game_id: str, number: int, seat: int, guess: Guess, last: bool = False) -> bool:
        """Write a guess; False, and nothing changes, where this seat has guessed in this round before.

        `last` also closes the game.
        """
        with sentences(self.url, self.busy_s):
            try:
                with self.engine.begin() as db:
                    db.execute(insert(guesses).values(_guess_row(game_id, number, seat, guess)))
                    if last:
                        db.execute(update(games).where(games.c.game_id == game_id).values(finished_at=guess.at))
            except IntegrityError:
                return False
        return True

    def guesses(self, told_only: bool = True, **filters: str | int | bool | None) -> pd.DataFrame:
        """Every guess, the oldest first, one row each.

        Columns: game_id, origin, map, source, round, seat, player_id, player, kind, rating, guess_lat, guess_lng, lat,
        lng, country, label, distance_km, score, seconds, at (UTC), seed, seed_chosen, scale_km, time_limit_s, movement,
        world_version, finished. Where the time ran out, guess_lat, guess_lng and distance_km are missing.

        Args:
            told_only: leave out every round of a game in play, and every place that someone may still guess in another
                game; a seed that leads to such a place is missing. Whatever is shown to people is read so.
            filters: equalities on some of the columns; None asks for what is missing.

        Raises:
            StorageError: the database cannot be read.
            ValueError: a filter on a column that cannot be filtered.
        """
        if unknown := sorted(set(filters) - set(FILTERS)):
            raise ValueError(f"guesses can be filtered by {', '.join(FILTERS)}; found {', '.join(unknown)}")
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return guesses_frame(db, told_only, filters)

    def games(self, player_id: str | None = None, kind: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """Every game, the newest first, by the player who started it.

        Columns: game_id, origin, map, source, player_id, player, kind, seed (missing while it would tell someone a
        place), seed_chosen, scale_km, time_limit_s, movement, world_version, rounds, guessed, total, created_at and
        finished_at (UTC; NaT while it is open). The id of a game in play, by which anyone could play it, is another
        one here, but for the games of one `player_id`: those are asked for by their player.
        """
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return games_frame(db, player_id, kind, limit)

    def version(self) -> str:
        """A token that changes when the frames do: for caches. It costs a look at two indices."""
        counts = select(
            select(func.count()).select_from(games).scalar_subquery(),
            select(func.count()).select_from(guesses).scalar_subquery(),
            select(func.max(guesses.c.at)).scalar_subquery(),
            select(func.count()).select_from(games).where(still_open()).scalar_subquery(),  # what expires may be told
        )
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return "-".join(str(part) for part in db.execute(counts).one())

    def untold_places(self, game: Game) -> set[Position]:
        """The places of a game, as (lat, lng), that someone may still guess in another one."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return untold_places(db, select(rounds).where(rounds.c.game_id == game.game_id), but=game.game_id)

    def hides_seed(self, game: Game) -> bool:
        """Whether the seed of a game would tell someone a place at this moment."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return bool(untold_seeds(db, select(games).where(games.c.game_id == game.game_id)))

    def burden(self, owner: str, since: float) -> tuple[int, int]:
        """How many games of this owner may still be played on, and how many he started after `since`."""
        own = select(func.count()).select_from(games).join(seats).where(seats.c.owner == owner)
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            waiting = db.execute(own.where(still_open())).scalar_one()
            started = db.execute(own.where(games.c.created_at > since)).scalar_one()
        return int(waiting), int(started)

    def still_open(self, game_ids: Collection[str]) -> set[str]:
        """Which of these games may still be played on."""
        ids, found = list(game_ids), set[str]()
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            for start in range(0, len(ids), 500):
                some = games.c.game_id.in_(ids[start : start + 500])
                found.update(db.execute(select(games.c.game_id).where(some, still_open())).scalars())
        return found

    def _add_batch(self, batch: list[Game]) -> int:
        with sentences(self.url, self.busy_s), self.engine.begin() as db:
            seen = _known(db, [one.fingerprint for one in batch if one.fingerprint is not None])
            fresh = []
            for one in batch:
                if one.fingerprint not in seen:
                    fresh.append(one)
                if one.fingerprint is not None:
                    seen.add(one.fingerprint)
            _write(db, fresh)
        return len(fresh)


def _known(db: Connection, fingerprints: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(fingerprints), 500):  # a statement has a largest number of values
        some = games.c.fingerprint.in_(fingerprints[start : start + 500])
        found.update(db.execute(select(games.c.fingerprint).where(some)).scalars())
    return found


def _write(db: Connection, new: list[Game]) -> None:
    """Games with all that belongs to them: four statements, however many games."""
    rows: dict[Any, list[dict[str, Any]]] = {games: [], seats: [], rounds: [], guesses: []}
    for game in new:
        rows[games].append(_game_row(game))
        rows[seats] += [_seat_row(game.game_id, number, seat) for number, seat in game.seats.items()]
        rows[rounds] += [_round_row(game.game_id, one) for one in game.rounds]
        rows[guesses] += list(_guess_rows(game))
    for table, values in rows.items():
        if values:
            db.execute(insert(table), values)


def _game_row(game: Game) -> dict[str, Any]:
    return {
        "game_id": game.game_id, "map": game.map, "source": game.source, "seed": game.seed, "scale_km": game.scale_km,
        "rounds": len(game.rounds), "created_at": game.created_at, "finished_at": game.finished_at,
        "seed_chosen": game.seed_chosen, "time_limit_s": game.rules.time_limit_s, "movement": game.rules.movement,
        "world_version": game.world_version, "origin": game.origin, "fingerprint": game.fingerprint,
    }  # fmt: skip


def _seat_row(game_id: str, number: int, seat: Seat) -> dict[str, Any]:
    return {"game_id": game_id, "seat": number, "player": seat.player, "kind": seat.kind,
            "player_id": seat.player_id, "rating": seat.rating, "owner": seat.owner}  # fmt: skip


def _round_row(game_id: str, one: Round) -> dict[str, Any]:
    return {"game_id": game_id, "round": one.number, "lat": one.place.lat, "lng": one.place.lng,
            "country": one.place.country, "label": one.place.label, "recipe": one.place.recipe,
            "started_at": one.started_at}  # fmt: skip


def _guess_rows(game: Game) -> Iterator[dict[str, Any]]:
    for one in game.rounds:
        for seat, guess in one.guesses.items():
            yield _guess_row(game.game_id, one.number, seat, guess)


def _guess_row(game_id: str, number: int, seat: int, guess: Guess) -> dict[str, Any]:
    return {"game_id": game_id, "round": number, "seat": seat, "guess_lat": guess.lat, "guess_lng": guess.lng,
            "distance_km": guess.distance_km, "score": guess.score, "seconds": guess.seconds,
            "at": guess.at}  # fmt: skip


def _place(row: Any) -> Place:
    return Place(row.lat, row.lng, row.recipe, row.country, row.label)
