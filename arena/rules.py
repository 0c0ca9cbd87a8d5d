"""The rules of a game, as pure functions: five rounds, a guess each, points by distance. Knows no store, no web."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from arena.records import Kind, Movement, Rules
from model.errors import GameError
from model.geo.distance import check_points, haversine_km
from model.geo.scoring import MAX_SCORE, geoguessr_score

ROUNDS = 5
MAX_TOTAL = ROUNDS * MAX_SCORE  # 25,000
MAX_NAME = 40  # characters
MAX_SEED = 2**53 - 1  # the largest whole number that survives JSON in a browser

EXPIRES_S = 24 * 3600.0  # a game that was begun longer ago is over, finished or not
TIME_LIMIT_S = (10, 600)  # the shortest and the longest time for a round
GRACE_S = 3.0  # a guess may be on its way when the clock runs out
VIEW_PX, VIEW_ACROSS_DEG = (1600, 900), 90.0  # the one view of a game without moving, panning or zooming
MOST_STARTED, STARTED_IN_S = 30, 60.0  # games by one player: many more than anyone plays
MOST_OPEN = 200  # games of one player that wait for a guess
MOVEMENTS: tuple[Movement, ...] = ("no_move", "nmpz")  # those that can be played here

Reason = Literal["malformed", "unknown", "not_now", "not_allowed", "too_many", "too_long", "busy"]


class Refused(GameError):
    """A move that the rules do not allow, and for which kind of reason."""

    def __init__(self, message: str, reason: Reason = "malformed", retry_s: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_s = retry_s  # when it may be tried again, where waiting helps


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
        Refused: no such round (unknown), guessed already, after the end, or before its turn (not_now).
    """
    if not 1 <= number <= rounds:
        raise Refused(f"There is no round {number}; a game has rounds 1 to {rounds}.", "unknown")
    if number in guessed:
        ended = " and the game is over" if open_round(guessed, rounds) is None else ""
        raise Refused(f"Round {number} has its guess already{ended}; a guess counts once.", "not_now")
    if number != open_round(guessed, rounds):
        raise Refused(
            f"Round {number} is not open yet; round {open_round(guessed, rounds)} waits for its guess.", "not_now"
        )


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


def check_rules(time_limit_s: object = None, movement: object = None) -> Rules:
    """The rules of a new game; what is left away is as in the simplest game: no limit, look around.

    Raises:
        Refused: no whole number of seconds from 10 to 600, or a movement that is not offered here.
    """
    shortest, longest = TIME_LIMIT_S
    if isinstance(time_limit_s, str) and time_limit_s.strip().isdecimal() and len(time_limit_s) < 20:
        time_limit_s = int(time_limit_s)
    if time_limit_s is not None and (
        isinstance(time_limit_s, bool) or not isinstance(time_limit_s, int) or not shortest <= time_limit_s <= longest
    ):
        raise Refused(
            f"A time limit is a whole number of seconds from {shortest} to {longest}, or none; found "
            f"{time_limit_s!r:.40}."
        )
    moving = next((one for one in MOVEMENTS if one == (movement or "no_move")), None)
    if moving is None:
        known = " or ".join(f'"{one}"' for one in MOVEMENTS)
        raise Refused(f"Looked for the movement, {known}, found {movement!r:.40}.")
    return Rules(time_limit_s, moving)


def seconds_left(rules: Rules, started_at: float | None, now: float) -> float | None:
    """How long a round may still be guessed, at least 0; None without a limit, or before it has started."""
    if rules.time_limit_s is None or started_at is None:
        return None
    return max(0.0, started_at + rules.time_limit_s - now)


def is_late(rules: Rules, started_at: float | None, now: float) -> bool:
    """Whether a guess comes too late to count, even if it was on its way for a while."""
    return rules.time_limit_s is not None and started_at is not None and now > started_at + rules.time_limit_s + GRACE_S


def is_expired(created_at: float, finished_at: float | None, now: float) -> bool:
    """Whether a game was left unfinished for so long that no guess is taken any more."""
    return finished_at is None and now > created_at + EXPIRES_S


def check_burden(waiting: int, started: int) -> None:
    """Whether a player may start one more game, with so many waiting for a guess and started within a minute.

    Raises:
        Refused: too many (too_many).
    """
    if started >= MOST_STARTED:
        raise Refused(
            f"{started} games were started within the last minute; wait for a minute.", "too_many", STARTED_IN_S
        )
    if waiting >= MOST_OPEN:
        raise Refused(
            f"{waiting} games wait for a guess already; finish one first, or wait until they expire.",
            "too_many",
            3600.0,
        )


def check_seed(seed: object) -> int:
    """A seed as a whole number.

    Raises:
        Refused: not a whole number from 0 to `MAX_SEED`.
    """
    if isinstance(seed, str) and seed.strip().isdecimal() and len(seed) < 20:
        seed = int(seed)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise Refused(f"A seed is a whole number from 0 to {MAX_SEED}; found {seed!r:.40}.")
    return seed
