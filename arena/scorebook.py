"""Every game, round and guess, kept for good. Knows SQL; knows neither pixels nor HTTP.

The tables stand in `arena/schema.py`, the records in `arena/records.py`, how one becomes the other in `arena/rows.py`;
what pages read is made in `arena/frames.py`.
"""

import os
from collections.abc import Collection, Iterable
from itertools import islice

import pandas as pd
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from arena import clock
from arena.database import open_database, sentences
from arena.frames import FILTERS, games_frame, guesses_frame
from arena.records import UNKNOWN_SCALE_KM, UNMOVED, Game, Guess, Place, Seat
from arena.rows import (
    Appended,
    append_round,
    close_if_done,
    end_with,
    guess_row,
    known_fingerprints,
    place_of,
    read_game,
    read_seats,
    seat_row,
    write_games,
)
from arena.schema import games, guesses, rounds, seats, starts
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
            write_games(db, [game])

    def add_game_if_new(self, game: Game) -> bool:
        """Write a new game; False, and nothing changes, where there is one of this id already."""
        try:
            self.add_game(game)
        except IntegrityError:
            return False
        return True

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

    def add_round(self, game: Game, most: int, held_against: int = 0) -> Appended:
        """Write a game of one round, or its round into the game of this id that is there; see `append_round`."""
        try:
            return self._append(game, most, held_against)
        except IntegrityError:  # another process began the same game between our look and our writing
            return self._append(game, most, held_against)

    def has_fingerprints(self, fingerprints: Iterable[str]) -> set[str]:
        """Which of these are in the book."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return known_fingerprints(db, list(fingerprints))

    def game(self, game_id: str) -> Game | None:
        """A game by its id; None where there is none."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return read_game(db, game_id)

    def seats(self, game_id: str) -> dict[int, Seat]:
        """Who sits at a game's table; nobody where there is none."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return read_seats(db, game_id)

    def place(self, game_id: str, number: int) -> Place | None:
        """The truth of one round; None where there is no such round."""
        query = select(rounds).where(rounds.c.game_id == game_id, rounds.c.round == number)
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            row = db.execute(query).first()
        return None if row is None else place_of(row)

    def start_round(self, game_id: str, number: int, seat: int) -> None:
        """Note when a round's picture was first handed out to a seat; later calls change nothing."""
        row = {"game_id": game_id, "round": number, "seat": seat, "started_at": clock.now()}
        unseen = (rounds.c.game_id == game_id, rounds.c.round == number, rounds.c.started_at.is_(None))
        with sentences(self.url, self.busy_s):
            try:
                with self.engine.begin() as db:
                    db.execute(insert(starts).values(row))
                    db.execute(update(rounds).where(*unseen).values(started_at=row["started_at"]))
            except IntegrityError:
                return

    def add_seat(self, game_id: str, number: int, seat: Seat) -> bool:
        """Seat another player; False, and nothing changes, where the seat is taken or its owner sits there already."""
        with sentences(self.url, self.busy_s):
            try:
                with self.engine.begin() as db:
                    db.execute(insert(seats).values(seat_row(game_id, number, seat)))
            except IntegrityError:
                return False
        return True

    def add_guess(self, game_id: str, number: int, seat: int, guess: Guess, last: bool = False) -> bool:
        """Write a guess; False, and nothing changes, where this seat has guessed in this round before.

        The last guess that anyone could make at this table also closes the match; `last` says that there are no more.
        """
        with sentences(self.url, self.busy_s):
            try:
                with self.engine.begin() as db:
                    # Held until the end, so that of two last guesses at one moment the later one sees the other.
                    db.execute(select(games.c.game_id).where(games.c.game_id == game_id).with_for_update())
                    db.execute(insert(guesses).values(guess_row(game_id, number, seat, guess)))
                    if last:
                        end_with(db, game_id, number)
                    close_if_done(db, game_id, guess.at)
            except IntegrityError:
                return False
        return True

    def guesses(self, told_only: bool = True, **filters: str | int | bool | None) -> pd.DataFrame:
        """Every guess, the oldest first, one row each.

        Columns: game_id, origin, map, source, round, seat, player_id, player, kind, rating, guess_lat, guess_lng, lat,
        lng, country, label, distance_km, score, seconds, at (UTC), seed, seed_chosen, scale_km, time_limit_s, movement,
        world_version, finished, mode. Where the time ran out, guess_lat, guess_lng and distance_km are missing.
        Country streaks count countries, not points: they are left out unless `mode` asks for them.

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

    def guesses_near(
        self, lat: float, lng: float, within_deg: float, **filters: str | int | bool | None
    ) -> pd.DataFrame:
        """The guesses on places at most so many degrees away in each direction, told or not; else as `guesses`.

        It costs a look at an index, however many there are elsewhere.
        """
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return guesses_frame(db, False, filters, (lat, lng, within_deg))

    def scales_km(self, name: str) -> list[float]:
        """The scales that games on the map of this name are known to have, the newest first."""
        query = (
            select(games.c.scale_km)
            .where(games.c.map == name, games.c.scale_km > 0.0)
            .group_by(games.c.scale_km)
            .order_by(func.max(games.c.created_at).desc())
        )
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return [float(km) for km in db.execute(query).scalars()]

    def games(self, player_id: str | None = None, kind: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """Every game, the newest first, by the player who started it, or those in which `player_id` has a seat.

        Columns: game_id, origin, map, source, player_id, player, kind, seed (missing while it would tell someone a
        place), seed_chosen, scale_km, time_limit_s, movement, world_version, rounds, guessed, total, created_at,
        finished_at (UTC; NaT while it is open) and mode; guessed and total are those of this player, the total without
        what is not told yet: a round of a live match in which somebody still guesses, all of a match that tells at its
        end. The id of a game in play is another one here, but for the games of one `player_id`: those are asked for by
        their player.
        """
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return games_frame(db, player_id, kind, limit)

    def version(self) -> str:
        """A token that changes when the frames do: for caches. It costs a count of both tables."""
        counts = select(
            select(func.count()).select_from(games).scalar_subquery(),
            select(func.count()).select_from(guesses).scalar_subquery(),
            select(func.max(guesses.c.at)).scalar_subquery(),
            select(func.count()).select_from(games).where(still_open()).scalar_subquery(),  # what expires may be told
            select(func.count()).where(games.c.scale_km == UNKNOWN_SCALE_KM).scalar_subquery(),  # one may be told later
        )
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return "-".join(str(part) for part in db.execute(counts).one())

    def counts(self) -> dict[str, int]:
        """How many games and guesses there are."""
        tables = {"games": games, "guesses": guesses}
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return {name: int(db.execute(select(func.count()).select_from(one)).scalar_one())
                    for name, one in tables.items()}  # fmt: skip

    def untold_places(self, game: Game) -> set[Position]:
        """The places of a game, as (lat, lng), that someone may still guess in another one."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return untold_places(db, select(rounds).where(rounds.c.game_id == game.game_id), but=game.game_id)

    def hides_seed(self, game: Game) -> bool:
        """Whether the seed of a game would tell someone a place at this moment."""
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return bool(untold_seeds(db, select(games).where(games.c.game_id == game.game_id)))

    def burden(self, owner: str, since: float) -> tuple[int, int]:
        """How many games wait for a guess of this owner, and how many of his were begun after `since`.

        A challenge is open for a week: it waits for him no longer than until he has guessed all of it.
        """
        his = (guesses.c.game_id == games.c.game_id, guesses.c.seat == seats.c.seat)
        guessed = select(func.count()).select_from(guesses).where(*his).correlate(games, seats).scalar_subquery()
        own = select(func.count()).select_from(games).join(seats).where(seats.c.owner == owner)
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            waiting = db.execute(own.where(still_open(), guessed < games.c.rounds)).scalar_one()
            started = db.execute(own.where(games.c.created_at > since)).scalar_one()
        return int(waiting), int(started)

    def best_streaks(self, limit: int) -> list[dict[str, object]]:
        """The longest country streaks that are over: player, kind, streak, map, movement, time_limit_s, player_id.

        Only of people and bots: what a model guessed in an earlier version counts distances, not countries.
        """
        total = func.sum(guesses.c.score).label("streak")
        facts = (seats.c.player, seats.c.kind, seats.c.player_id, games.c.map, games.c.movement, games.c.time_limit_s)
        query = (
            select(*facts, total)
            .select_from(games)
            .join(seats, seats.c.game_id == games.c.game_id)
            .join(guesses, (guesses.c.game_id == seats.c.game_id) & (guesses.c.seat == seats.c.seat))
            .where(games.c.mode == "streak", games.c.finished_at.is_not(None), games.c.seed_chosen.is_(False))
            .where(seats.c.kind.not_in(UNMOVED))
            .group_by(games.c.game_id, games.c.finished_at, *facts)
            .having(total > 0)
            .order_by(total.desc(), games.c.finished_at)
            .limit(limit)
        )
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def still_open(self, game_ids: Collection[str]) -> set[str]:
        """Which of these games may still be played on."""
        ids, found = list(game_ids), set[str]()
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            for start in range(0, len(ids), 500):
                some = games.c.game_id.in_(ids[start : start + 500])
                found.update(db.execute(select(games.c.game_id).where(some, still_open())).scalars())
        return found

    def _append(self, game: Game, most: int, held_against: int) -> Appended:
        with sentences(self.url, self.busy_s), self.engine.begin() as db:
            return append_round(db, game, most, held_against)

    def _add_batch(self, batch: list[Game]) -> int:
        with sentences(self.url, self.busy_s), self.engine.begin() as db:
            seen = known_fingerprints(db, [one.fingerprint for one in batch if one.fingerprint is not None])
            fresh = []
            for one in batch:
                if one.fingerprint not in seen:
                    fresh.append(one)
                if one.fingerprint is not None:
                    seen.add(one.fingerprint)
            write_games(db, fresh)
        return len(fresh)
