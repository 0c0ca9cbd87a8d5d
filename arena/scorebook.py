"""Every game, round and guess, kept for good. Knows SQL; knows neither pixels nor HTTP.

games ── seats   who sits at the table: 0 the player who started, 1 … the others
  └───── rounds ── guesses   one for each seat, never changed
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from arena.database import open_database, sentences
from model.geo.folders import home_dir

HOST = 0  # the seat of the player who started the game

_GUESSES = """
    SELECT g.game_id, m.map, m.source, g.round, s.player, s.kind, g.guess_lat, g.guess_lng, r.lat, r.lng, r.country,
           g.distance_km, g.score, g.seconds, g.at, m.seed, m.scale_km
    FROM guesses g
    JOIN games m ON m.game_id = g.game_id
    JOIN seats s ON s.game_id = g.game_id AND s.seat = g.seat
    JOIN rounds r ON r.game_id = g.game_id AND r.round = g.round
"""
_FILTERS = {"game_id": "g.game_id", "map": "m.map", "source": "m.source", "round": "g.round", "player": "s.player",
            "kind": "s.kind", "country": "r.country", "seed": "m.seed"}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a round is played: the truth, and the recipe of its panorama (whatever its source needs, as JSON data)."""

    lat: float
    lng: float
    recipe: dict[str, Any]
    country: str = ""  # ISO-2
    label: str = ""  # "near Skagen, Denmark"


@dataclass(frozen=True)
class Guess:
    """A guess that counts."""

    lat: float
    lng: float
    distance_km: float
    score: int
    seconds: float | None
    at: float  # seconds since 1970, UTC


@dataclass(frozen=True)
class Round:
    """One round: its place, when its panorama was first shown, and the guesses by seat."""

    number: int
    place: Place
    started_at: float | None
    guesses: dict[int, Guess] = field(default_factory=dict)


@dataclass(frozen=True)
class Game:
    """A whole game as stored."""

    game_id: str
    map: str
    source: str
    seed: int
    scale_km: float
    created_at: float
    finished_at: float | None
    seats: dict[int, tuple[str, str]]  # seat -> (player, kind)
    rounds: tuple[Round, ...]

    def guessed(self, seat: int = HOST) -> list[int]:
        """The numbers of the rounds in which this seat has guessed."""
        return [one.number for one in self.rounds if seat in one.guesses]


class Scorebook:
    """The store of all games; safe to share between threads."""

    def __init__(self, engine: Engine, url: str, busy_s: float) -> None:
        self.engine, self.url, self.busy_s = engine, url, busy_s

    @classmethod
    def open(cls, url: str | None = None, busy_s: float = 5.0) -> "Scorebook":
        """Open, and make or bring up to date where needed; `url` is any SQLAlchemy URL, by default in `home_dir()`.

        Raises:
            StorageError: locked, read-only, damaged, or written by a newer version.
        """
        url = url or f"sqlite:///{home_dir() / 'scorebook.sqlite'}"
        return cls(open_database(url, busy_s), url, busy_s)

    def add_game(self, game: Game) -> None:
        """Write a new game with its seats and rounds, all or nothing."""
        values = {"game_id": game.game_id}
        with sentences(self.url, self.busy_s), self.engine.begin() as db:
            db.execute(
                text("INSERT INTO games (game_id, map, source, seed, scale_km, rounds, created_at) "
                     "VALUES (:game_id, :map, :source, :seed, :scale_km, :rounds, :created_at)"),
                values | {"map": game.map, "source": game.source, "seed": game.seed, "scale_km": game.scale_km,
                          "rounds": len(game.rounds), "created_at": game.created_at},
            )  # fmt: skip
            for seat, (player, kind) in game.seats.items():
                db.execute(_ADD_SEAT, values | {"seat": seat, "player": player, "kind": kind})
            for one in game.rounds:
                db.execute(
                    text("INSERT INTO rounds (game_id, round, lat, lng, country, label, recipe) "
                         "VALUES (:game_id, :round, :lat, :lng, :country, :label, :recipe)"),
                    values | {"round": one.number, "lat": one.place.lat, "lng": one.place.lng,
                              "country": one.place.country, "label": one.place.label,
                              "recipe": json.dumps(one.place.recipe)},
                )  # fmt: skip

    def game(self, game_id: str) -> Game | None:
        """A game by its id; None where there is none."""
        values = {"game_id": game_id}
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            head = db.execute(text("SELECT * FROM games WHERE game_id = :game_id"), values).mappings().first()
            if head is None:
                return None
            seats = db.execute(text("SELECT * FROM seats WHERE game_id = :game_id ORDER BY seat"), values).mappings()
            seated = {row["seat"]: (row["player"], row["kind"]) for row in seats}
            guesses: dict[int, dict[int, Guess]] = {}
            for row in db.execute(text("SELECT * FROM guesses WHERE game_id = :game_id"), values).mappings():
                guesses.setdefault(row["round"], {})[row["seat"]] = Guess(
                    row["guess_lat"], row["guess_lng"], row["distance_km"], row["score"], row["seconds"], row["at"]
                )
            rounds = db.execute(text("SELECT * FROM rounds WHERE game_id = :game_id ORDER BY round"), values).mappings()
            return Game(
                game_id, head["map"], head["source"], head["seed"], head["scale_km"], head["created_at"],
                head["finished_at"], seated,
                tuple(
                    Round(
                        row["round"],
                        Place(row["lat"], row["lng"], json.loads(row["recipe"]), row["country"], row["label"]),
                        row["started_at"],
                        guesses.get(row["round"], {}),
                    )
                    for row in rounds
                ),
            )  # fmt: skip

    def start_round(self, game_id: str, number: int) -> None:
        """Note when a round's panorama was first handed out; later calls change nothing."""
        with sentences(self.url, self.busy_s), self.engine.begin() as db:
            db.execute(
                text("UPDATE rounds SET started_at = :at WHERE game_id = :game_id AND round = :round "
                     "AND started_at IS NULL"),
                {"at": time.time(), "game_id": game_id, "round": number},
            )  # fmt: skip

    def add_seat(self, game_id: str, seat: int, player: str, kind: str) -> None:
        """Seat another player; nothing changes where the seat is taken."""
        values = {"game_id": game_id, "seat": seat, "player": player, "kind": kind}
        with sentences(self.url, self.busy_s):
            try:
                with self.engine.begin() as db:
                    db.execute(_ADD_SEAT, values)
            except IntegrityError:
                return

    def add_guess(self, game_id: str, number: int, seat: int, guess: Guess, last: bool = False) -> bool:
        """Write a guess; False, and nothing changes, where this seat has guessed in this round before.

        `last` also closes the game.
        """
        values = {"game_id": game_id, "round": number, "seat": seat, "lat": guess.lat, "lng": guess.lng,
                  "distance_km": guess.distance_km, "score": guess.score, "seconds": guess.seconds,
                  "at": guess.at}  # fmt: skip
        with sentences(self.url, self.busy_s):
            try:
                with self.engine.begin() as db:
                    db.execute(
                        text("INSERT INTO guesses (game_id, round, seat, guess_lat, guess_lng, distance_km, score, "
                             "seconds, at) VALUES (:game_id, :round, :seat, :lat, :lng, :distance_km, :score, "
                             ":seconds, :at)"),
                        values,
                    )  # fmt: skip
                    if last:
                        db.execute(text("UPDATE games SET finished_at = :at WHERE game_id = :game_id"), values)
            except IntegrityError:
                return False
        return True

    def guesses(self, **filters: str | int) -> pd.DataFrame:
        """Every guess, the oldest first: game_id, map, source, round, player, kind, guess_lat, guess_lng, lat, lng,
        country, distance_km, score, seconds, at (UTC), seed, scale_km; `filters` are equalities on some of them.

        Raises:
            StorageError: the database cannot be read.
            ValueError: a filter on a column that cannot be filtered.
        """
        if unknown := sorted(set(filters) - set(_FILTERS)):
            raise ValueError(f"guesses can be filtered by {', '.join(_FILTERS)}; found {', '.join(unknown)}")
        where = " AND ".join(f"{_FILTERS[name]} = :{name}" for name in filters)
        frame = self._frame(f"{_GUESSES}{' WHERE ' + where if where else ''} ORDER BY g.at, g.round, g.seat", filters)
        return frame.assign(at=pd.to_datetime(frame["at"], unit="s", utc=True))

    def games(self) -> pd.DataFrame:
        """Every game, the newest first: game_id, map, source, player, kind, seed, scale_km, rounds, guessed (by the
        player who started it), total, created_at and finished_at (UTC; NaT while it is open).
        """
        frame = self._frame(
            """SELECT m.game_id, m.map, m.source, s.player, s.kind, m.seed, m.scale_km, m.rounds,
                      COUNT(g.round) AS guessed, COALESCE(SUM(g.score), 0) AS total, m.created_at, m.finished_at
               FROM games m
               JOIN seats s ON s.game_id = m.game_id AND s.seat = 0
               LEFT JOIN guesses g ON g.game_id = m.game_id AND g.seat = 0
               GROUP BY m.game_id, m.map, m.source, s.player, s.kind, m.seed, m.scale_km, m.rounds, m.created_at,
                        m.finished_at
               ORDER BY m.created_at DESC""",
            {},
        )
        return frame.assign(
            created_at=pd.to_datetime(frame["created_at"], unit="s", utc=True),
            finished_at=pd.to_datetime(frame["finished_at"].astype("float64"), unit="s", utc=True),
        )

    def _frame(self, query: str, values: dict[str, str | int]) -> pd.DataFrame:
        with sentences(self.url, self.busy_s), self.engine.connect() as db:
            result = db.execute(text(query), values)
            return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))


_ADD_SEAT = text("INSERT INTO seats (game_id, seat, player, kind) VALUES (:game_id, :seat, :player, :kind)")
