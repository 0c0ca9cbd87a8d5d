"""What is written down of a match: seats, places, rounds, guesses, and the rules it is played by.

Plain facts; knows no store and no web. A player is known by `player_id`, which comes from a secret that only the player
has; the name is only shown, two may share it. Whoever holds a seat shows that secret, or the seat's own token.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from arena.live.records import LiveRules

Movement = Literal["no_move", "nmpz", "moving"]  # look around and zoom; one still view; walk on
Kind = Literal["person", "bot", "model"]
Origin = Literal["played", "imported"]
# Alone; a link for everyone who opens it; two sides round by round; the same, not knowing whom one meets;
# the game of the day; countries until the first wrong one.
Mode = Literal["solo", "challenge", "duel", "blind", "daily", "streak"]
Told = Literal["after_round", "after_match"]  # when a seat is told the truth of the rounds it has guessed

LENGTH = (1, 20)  # the fewest and the most rounds of a match
USUAL_LENGTH = 5
UNKNOWN_SCALE_KM = 0.0  # of games whose scale nobody knows: they are in a pool of their own
HOST = 0  # the first seat: of the player who started the match
UNMOVED = ("model", "ghost")  # kinds of seats that nobody holds
MODEL_NAME = "Homing"
BOT_NAME = "Homing bot"


def player_id_of(secret: str) -> str:
    """The identity of a person who shows this secret; it tells nothing of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def player_id_for(kind: str, owner: str) -> str:
    """Whom a seat of this kind counts for, by the identity that asks: a bot is another player than its owner."""
    return owner if kind == "person" else f"{kind}:{owner}"


def model_id(name: str = MODEL_NAME) -> str:
    """The identity of the model, which this server alone seats: nobody can claim it."""
    return f"model:{name}"


def hash_of(token: str) -> str:
    """What is written down of a seat's token, by which it is known again and cannot be shown."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Rules:
    """What two matches must share before they may be compared."""

    time_limit_s: int | None = None  # for each round
    movement: Movement = "no_move"


@dataclass(frozen=True)
class Seat:
    """Who sits at the table."""

    player: str  # the name that is shown
    kind: str
    player_id: str
    rating: int | None = None
    owner: str | None = None  # the identity of whoever holds this seat; None where nobody does
    token_hash: str | None = None  # of the seat's own token; None where it has none
    team: int | None = None  # in a live match: its side, 0 or 1
    ready_at: float | None = None  # for the start, or for the next round
    seen_at: float | None = None  # lately; of the model beside a game alone, when it sat down with the player
    left_at: float | None = None  # when it forfeited the match


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
    """One round: its place, when its picture was first shown, and by seat the guesses and when each saw it."""

    number: int
    place: Place
    started_at: float | None
    guesses: dict[int, Guess] = field(default_factory=dict)
    starts: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Game:
    """A whole match as stored."""

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
    mode: Mode = "solo"
    told: Told = "after_round"
    closes_at: float | None = None  # when no guess is taken any more; None: a day after it was created
    most_seats: int | None = 1  # of people and bots; None: any number
    live: LiveRules | None = None  # of a match whose rounds go in lockstep; None for all others
    started_at: float | None = None  # when everyone at the table of such a match was ready
    series_id: str | None = None
    series_number: int | None = None
    verdicts: Mapping[int, str] = field(default_factory=dict)  # by seat, after a blind match

    @property
    def length(self) -> int:
        """How many rounds it has."""
        return len(self.rounds)

    def guessed(self, seat: int = HOST) -> list[int]:
        """The numbers of the rounds in which this seat has guessed, or let the time run out."""
        return [one.number for one in self.rounds if seat in one.guesses]

    def is_done(self, seat: int) -> bool:
        """Whether this seat has guessed in every round."""
        return all(seat in one.guesses for one in self.rounds)

    def is_over_for_all(self, number: int) -> bool:
        """Whether nobody can guess in this round any more: no seat is free, and everyone at the table has."""
        played = next((one.guesses for one in self.rounds if one.number == number), {})
        if self.live is not None:  # nobody sits down in the midst of it, and the model is waited for too
            return all(one in played for one in self.seats)
        return self.finished_at is not None or (not self.has_room() and all(one in played for one in self.players()))

    def total(self, seat: int, numbers: Collection[int] | None = None) -> int:
        """The points of a seat, in these rounds only where they are named."""
        return sum(
            one.guesses[seat].score
            for one in self.rounds
            if seat in one.guesses and (numbers is None or one.number in numbers)
        )

    def players(self) -> list[int]:
        """The seats of people and bots."""
        return [number for number, seat in sorted(self.seats.items()) if seat.kind not in UNMOVED]

    def model_seat(self) -> int | None:
        """The model's seat, where it has one."""
        return next((number for number, seat in self.seats.items() if seat.kind == "model"), None)

    def has_room(self) -> bool:
        """Whether somebody may still take a seat."""
        return self.most_seats is None or len(self.players()) < self.most_seats


def seat_by_token(seats: Mapping[int, Seat], token: str) -> int | None:
    """The seat with this token."""
    shown = hash_of(token)
    found = (number for number, seat in seats.items() if hmac.compare_digest(seat.token_hash or "", shown))
    return next(found, None)


def seat_of(seats: Mapping[int, Seat], identity: str | None) -> int | None:
    """The seat that this identity holds."""
    if identity is None:
        return None
    return next((number for number, seat in sorted(seats.items()) if seat.owner == identity), None)


def opponent_kind(game: Game, seat: int) -> str:
    """What sits on the other side of a match for two: "person" or "model"."""
    return "model" if any(one.kind in UNMOVED for number, one in game.seats.items() if number != seat) else "person"
