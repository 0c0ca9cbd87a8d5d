"""The rules of a match, as pure functions: so many rounds, a guess each, points by distance. Knows no store, no web."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from arena.records import LENGTH, USUAL_LENGTH, Game, Guess, Kind, Mode, Movement, Rules, Told
from model.errors import GameError
from model.geo.distance import check_points, haversine_km
from model.geo.scoring import geoguessr_score

MAX_NAME = 40  # characters
MAX_SEED = 2**53 - 1  # the largest whole number that survives JSON in a browser

EXPIRES_S = 24 * 3600.0  # a match that was begun longer ago is over, finished or not, unless it says when it closes
CHALLENGE_S = 7 * 24 * 3600.0  # a challenge may be played for a week
MOST_SEATS = 500  # at one table
TIME_LIMIT_S = (10, 600)  # the shortest and the longest time for a round
GRACE_S = 3.0  # a guess may be on its way when the clock runs out
VIEW_PX, VIEW_ACROSS_DEG = (1600, 900), 90.0  # the one view of a game without moving, panning or zooming
MOST_STARTED, STARTED_IN_S = 30, 60.0  # games by one player: many more than anyone plays
MOST_OPEN = 200  # games of one player that wait for a guess
MOVEMENTS: tuple[Movement, ...] = ("no_move", "moving", "nmpz")  # those that can be played here
MODES: tuple[Mode, ...] = ("solo", "challenge", "duel", "streak")
TOLD: tuple[Told, ...] = get_args(Told)

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


def guess_of(game: Game, number: int, position: tuple[float, float] | None, seconds: float | None, at: float) -> Guess:
    """A guess in round `number` as it is written down, judged; without a position the time ran out.

    Raises:
        CoordinateError: a position that is no place on Earth.
    """
    if position is None:
        return Guess(None, None, None, 0, seconds, at)
    place = game.rounds[number - 1].place
    outcome = judge((place.lat, place.lng), position, game.scale_km)
    return Guess(float(position[0]), float(position[1]), outcome.distance_km, outcome.score, seconds, at)


def open_round(guessed: Collection[int], rounds: int) -> int | None:
    """The round that waits for a guess, counted from 1; None after the end."""
    return next((number for number in range(1, rounds + 1) if number not in guessed), None)


def check_turn(number: int, guessed: Collection[int], rounds: int) -> None:
    """Whether a guess in round `number` is allowed now.

    Raises:
        Refused: no such round (unknown), guessed already, after the end, or before its turn (not_now).
    """
    if not 1 <= number <= rounds:
        raise Refused(f"There is no round {number}; this game has rounds 1 to {rounds}.", "unknown")
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


def check_length(rounds: object = None) -> int:
    """How many rounds a new match has; as many as usual where nothing is said.

    Raises:
        Refused: no whole number from 1 to 20.
    """
    fewest, most = LENGTH
    if isinstance(rounds, str) and rounds.strip().isdecimal() and len(rounds) < 20:
        rounds = int(rounds)
    if rounds is None:
        return USUAL_LENGTH
    if isinstance(rounds, bool) or not isinstance(rounds, int) or not fewest <= rounds <= most:
        raise Refused(f"A game has a whole number of rounds from {fewest} to {most}; found {rounds!r:.40}.")
    return rounds


def check_mode(mode: object = None) -> Mode:
    """How a new match is played: alone where nothing is said.

    Raises:
        Refused: a mode that is not offered here.
    """
    return _one_of(MODES, mode, "mode")


def check_told(told: object = None) -> Told:
    """When the truth of a new match is told: after each round where nothing is said.

    Raises:
        Refused: no such rule.
    """
    return _one_of(TOLD, told, "rule for when the truth is told")


def check_flag(value: object, what: str) -> bool:
    """A choice that is made or not; not where nothing is said.

    Raises:
        Refused: neither true nor false.
    """
    if value is not None and not isinstance(value, bool):
        raise Refused(f'Looked for true or false as "{what}", found {value!r:.40}.')
    return bool(value)


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
    return Rules(time_limit_s, _one_of(MOVEMENTS, movement, "movement"))


def seconds_left(rules: Rules, started_at: float | None, now: float) -> float | None:
    """How long a round may still be guessed, from 0 to the limit; None without one, or before the start."""
    if rules.time_limit_s is None or started_at is None:
        return None
    # A start in the future was written before a restart, by a clock that has been set back since.
    return min(float(rules.time_limit_s), max(0.0, started_at + rules.time_limit_s - now))


def is_late(rules: Rules, started_at: float | None, now: float) -> bool:
    """Whether a guess comes too late to count, even if it was on its way for a while."""
    return rules.time_limit_s is not None and started_at is not None and now > started_at + rules.time_limit_s + GRACE_S


def is_expired(created_at: float, finished_at: float | None, now: float, closes_at: float | None = None) -> bool:
    """Whether a match was left unfinished for so long, or to its end, that no guess is taken any more."""
    return finished_at is None and now > (created_at + EXPIRES_S if closes_at is None else closes_at)


def closed_sentence(game: Game) -> str:
    """Why a match takes nobody and nothing any more."""
    if game.closes_at is not None or game.finished_at is not None:
        return "This game is over and closed; start a new one."
    return f"This game was begun more than {EXPIRES_S / 3600:.0f} hours ago and is closed; start a new one."


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


Choice = TypeVar("Choice", bound=str)


def _one_of(known: tuple[Choice, ...], value: object, what: str) -> Choice:
    """The choice called `value`; the first where nothing is said."""
    found = next((one for one in known if one == (known[0] if value is None or value == "" else value)), None)
    if found is None:
        names = " or ".join(f'"{one}"' for one in known)
        raise Refused(f"Looked for the {what}, {names}, found {value!r:.40}.")
    return found
