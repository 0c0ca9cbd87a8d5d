"""The rules of a game, as pure functions: five rounds, a guess each, points by distance. Knows no store, no web."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from model.errors import GameError
from model.geo.distance import check_points, haversine_km
from model.geo.scoring import MAX_SCORE, geoguessr_score

ROUNDS = 5
MAX_TOTAL = ROUNDS * MAX_SCORE  # 25,000
MAX_NAME = 40  # characters
MAX_SEED = 2**53 - 1  # the largest whole number that survives JSON in a browser

Kind = Literal["person", "bot", "model"]


class Refused(GameError):
    """A move that the rules do not allow; `status` is what HTTP calls it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Outcome:
    """What a guess is worth."""

    distance_km: float
    score: int  # 0 … 5000


def judge(truth: tuple[float, float], guess: tuple[float, float], scale_km: float) -> Outcome:
    """Distance and points of a guess on a map of this scale; both positions are (lat, lng) in degrees.

    Raises:
        CoordinateError: a guess that is no place on Earth.
    """
    distance_km = float(haversine_km(check_points(truth), check_points(guess)))
    return Outcome(distance_km, int(geoguessr_score(distance_km, scale_km)))


def open_round(guessed: Collection[int], rounds: int = ROUNDS) -> int | None:
    """The round that waits for a guess, counted from 1; None after the end."""
    return next((number for number in range(1, rounds + 1) if number not in guessed), None)


def check_turn(number: int, guessed: Collection[int], rounds: int = ROUNDS) -> None:
    """Whether a guess in round `number` is allowed now.

    Raises:
        Refused: no such round (404), guessed already, after the end, or before its turn (409).
    """
    if not 1 <= number <= rounds:
        raise Refused(f"There is no round {number}; a game has rounds 1 to {rounds}.", 404)
    if number in guessed:
        ended = " and the game is over" if open_round(guessed, rounds) is None else ""
        raise Refused(f"Round {number} has its guess already{ended}; a guess counts once.", 409)
    if number != open_round(guessed, rounds):
        raise Refused(f"Round {number} is not open yet; round {open_round(guessed, rounds)} waits for its guess.", 409)


def check_player(name: object, kind: object) -> tuple[str, Kind]:
    """A name fit to show and a kind of player that may start a game.

    Raises:
        Refused: no name, one too long, or an unknown kind.
    """
    if not isinstance(name, str) or not (
        clean := " ".join("".join(c if c.isprintable() else " " for c in name).split())
    ):
        raise Refused("Looked for the name of the player, found none; please give one.")
    if len(clean) > MAX_NAME:
        raise Refused(f"This name has {len(clean)} characters; please choose one of at most {MAX_NAME}.")
    if kind not in ("person", "bot"):
        raise Refused(f'Looked for the kind of player, "person" or "bot", found {kind!r:.40}.')
    return clean, get_args(Kind)[get_args(Kind).index(kind)]


def check_seed(seed: object) -> int:
    """A seed as a whole number.

    Raises:
        Refused: not a whole number from 0 to `MAX_SEED`.
    """
    if isinstance(seed, str) and seed.strip().isdigit() and len(seed) < 20:
        seed = int(seed)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise Refused(f"A seed is a whole number from 0 to {MAX_SEED}; found {seed!r:.40}.")
    return seed
