"""What is written down of a game: players, places, rounds, guesses, and the rules it was played by.

Plain facts; knows no store and no web. A player is known by `player_id`; the name is only shown, two may share it.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

Movement = Literal["no_move", "nmpz", "moving"]  # look around and zoom; one still view; walk on
Kind = Literal["person", "bot", "model"]
Origin = Literal["played", "imported"]

HOST = 0  # the seat of the player who started the game
MODEL_NAME = "Homing"
BOT_NAME = "Homing bot"


def player_id_of(secret: str) -> str:
    """The identity of a person who shows this secret; it tells nothing of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def named_id(kind: str, name: str) -> str:
    """The identity of a bot or a model, which are what they are called."""
    return f"{kind}:{name}"


@dataclass(frozen=True)
class Rules:
    """What two games must share before they may be compared."""

    time_limit_s: int | None = None  # for each round
    movement: Movement = "no_move"


@dataclass(frozen=True)
class Seat:
    """Who sits at the table."""

    player: str  # the name that is shown
    kind: str
    player_id: str
    rating: int | None = None
    owner: str | None = None  # the `player_id` of whoever's browser holds this seat; None where nobody's does


@dataclass(frozen=True)
class Place:
    """Where a round is played: the truth, and the recipe of its panorama (whatever its source needs, as JSON data)."""

    lat: float
    lng: float
    recipe: dict[str, Any] | None  # None: there is no panorama, as in games played elsewhere
    country: str = ""  # ISO-2
    label: str = ""  # "near Skagen, Denmark"


@dataclass(frozen=True)
class Guess:
    """A guess that counts; without a position where the time ran out first."""

    lat: float | None
    lng: float | None
    distance_km: float | None
    score: int
    seconds: float | None
    at: float  # seconds since 1970, UTC


@dataclass(frozen=True)
class Round:
    """One round: its place, when its picture was first shown, and the guesses by seat."""

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
    seed: int | None
    scale_km: float
    created_at: float
    finished_at: float | None
    seats: dict[int, Seat]
    rounds: tuple[Round, ...]
    rules: Rules = Rules()
    seed_chosen: bool = False  # whoever chose it could know the places
    world_version: int | None = None  # of the simulated Earth; None for photos
    origin: Origin = "played"
    fingerprint: str | None = None  # of what was imported, so that it is not imported twice

    def guessed(self, seat: int = HOST) -> list[int]:
        """The numbers of the rounds in which this seat has guessed, or let the time run out."""
        return [one.number for one in self.rounds if seat in one.guesses]
