"""How strong each player is, and how sure that is: people, bots and models in one table. Knows no store and no page.

Every function takes a frame as `Scorebook.guesses` gives it, one row for each guess, or what another one here gives; an
empty one in gives an empty one with the same columns out. What counts:

- A meeting is one round: the first guesses of several players on one place under the same rules (`statistics.POOL`), at
  one table or at several, whether the place came by a duel, a challenge or the same seed. More points win it; the same
  points are a draw; a guess that never came has none. Games on a chosen seed do not count.
- Moving, no move and NMPZ are three games, and each has a rating of its own.
- An identity is rated, `player_id`; a name is only shown.
- Players who have met, directly or through others, make a circle. Nothing is known of who would win between two
  circles, so each has ranks of its own.
- A crowd on one place meets in parties of ten, in the order of play, when the last of them has guessed: a curve of what
  was stays as it was when others come later. One of the party before, another in every round, sits in the next one too,
  so that a crowd is one circle, even if all come in the same order every day. What he scored is held against the new
  ones; his own rating has counted this guess already, and stays.
- What a file says of its players' ratings elsewhere is shown beside, never used: on 1,740 rounds of 262 imported duels
  it foretold winners no better (log loss 0.683 a round with a quarter of it, 0.684 without, 0.703 with all of it).

The ratings are those of Weng and Lin, "A Bayesian Approximation Method for Online Ranking" (JMLR 12, 2011), Bradley-
Terry with partial pairing (their algorithm 2), by the library openskill with its own settings: strength is a normal
distribution, N(25, 25/3) for who has not met anyone. Here it is told on Elo's scale: 1500 for a newcomer, and who is
100 points ahead takes 64 of 100 rounds from an opponent.

Why a round and not a match: a match of ten rounds is won by the better player more surely than one of five, so that
ratings by matches lie on as many scales as there are lengths. Why partial pairing: it counts each guess once, however
many were there. In eight leagues of 24 players of known strength (benchmarks/rating.py), whose rounds are alike within
a match by 0.07 as people's are, so many of the 95 % intervals held the truth (in brackets Spearman's correlation of
rating and truth):

    matches of five rounds, for each player        4              20             60
    two at the table                         96.9 % (0.79)  92.7 % (0.92)  97.4 % (0.96)
    six                                     100.0 % (0.88)  99.0 % (0.96)  99.5 % (0.97)
    six, Plackett-Luce in place of this      90.6 % (0.88)  65.6 % (0.95)  56.8 % (0.97)
    two, by whole matches                   100.0 % (0.75)  92.2 % (0.92)  66.1 % (0.96)
"""

import math
import threading
from collections import Counter
from dataclasses import dataclass, field

import pandas as pd
from openskill.models import BradleyTerryPart, BradleyTerryPartRating
from scipy.stats import norm

from arena.meetings import PARTY, Meeting, meetings
from arena.statistics import PLAYER, first_guesses, ranked
from model.metrics.bootstrap import LEVEL

__all__ = ["HISTORY", "NEWCOMER", "PARTY", "STANDINGS", "Ladder", "Ratings", "chance", "rate"]

NEWCOMER = 1500.0
WIDE = float(norm.ppf((1 + LEVEL) / 2))  # standard deviations to either end of an interval

HISTORY = ["movement", *PLAYER, "match", "game_id", "at", "rounds", "rating", "low", "high"]
STANDINGS = ["movement", "circle", "rank", *PLAYER, "rating", "low", "high", "deviation", "rounds", "won", "drawn",
             "lost", "matches", "opponents", "stated", "at"]  # fmt: skip
_TYPES = dict.fromkeys(("rating", "low", "high", "deviation"), "float64") | dict.fromkeys(
    ("circle", "rank", "rounds", "won", "drawn", "lost", "matches", "opponents", "match"), "int64"
)


Key = tuple[str, str]  # movement, player_id


@dataclass(frozen=True)
class _Counted:
    """A round that counted for one player, and the strength after it."""

    game_id: str
    at: pd.Timestamp
    sign: int  # 1 won, 0 drawn, -1 lost
    mu: float
    sigma: float


@dataclass
class _Record:
    """What is known of one player in one kind of game, as of the last meeting."""

    strength: BradleyTerryPartRating
    counted: list[_Counted] = field(default_factory=list)
    opponents: Counter[str] = field(default_factory=Counter)  # in how many meetings each was met

    def matches(self) -> dict[str, tuple[int, _Counted]]:
        """The last counted round of each game, and how many there were until then; the game that ended last is last."""
        found: dict[str, tuple[int, _Counted]] = {}
        for number, one in enumerate(self.counted, start=1):
            found.pop(one.game_id, None)  # a match lasts until its last meeting
            found[one.game_id] = number, one
        return found


@dataclass(frozen=True)
class Ratings:
    """Who stands where, and how each came there; see `rate`."""

    standings: pd.DataFrame
    history: pd.DataFrame


def rate(guesses: pd.DataFrame) -> Ratings:
    """Ratings of everyone who has met somebody, from all fair meetings, the oldest first.

    Returns:
        `standings`, one row for each player and movement, by the lower end of the interval, which is what is nearly
        sure: movement, circle (from 1, which has the most rounds), rank (from 1, in each circle), player_id, player,
        kind, rating, low, high (95 %), deviation (points), rounds (that were meetings), won, drawn, lost (rounds,
        against the middle of each meeting: half of the others beaten is a draw), matches, opponents, stated (the rating
        that a file gave last; missing where none did), at (of the last meeting).

        `history`, one row for each player, movement and match: movement, player_id, player, kind, match (from 1),
        game_id, at, rounds (so far), rating, low, high after it.
    """
    return Ladder().rate(guesses)


class Ladder:
    """Ratings that go on from where they stood; safe to share between threads.

    What it answers is what `rate` would, to the last bit: meetings are taken back, the latest first, until those that
    are left are the first ones of the new frame, and only the others are reckoned. So a guess at the end costs its own
    meetings, and a row that changed costs all that came after it.
    """

    def __init__(self) -> None:
        self._model = BradleyTerryPart()
        self._lock = threading.Lock()
        self._clear()

    def rate(self, guesses: pd.DataFrame) -> Ratings:
        """As the function `rate`."""
        fair = ranked(first_guesses(guesses))
        known = fair.groupby("player_id")[["player", "kind", "rating"]].last()
        coming = list(meetings(fair))
        with self._lock:
            same = 0
            for (done, _), one in zip(self._done, coming, strict=False):
                if done != one:
                    break
                same += 1
            try:
                while len(self._done) > same:
                    self._take_back()
                for one in coming[same:]:
                    self._add(one)
            except BaseException:
                self._clear()  # what stands half is no state to go on from
                raise
            return Ratings(_standings(self._records, known), _history(self._records, known))

    def _clear(self) -> None:
        self._records: dict[Key, _Record] = {}
        self._done: list[tuple[Meeting, list[Key]]] = []  # each meeting, and whose first one it was

    def _add(self, meeting: Meeting) -> None:
        movement, at, ids, games, scores, again = meeting
        keys = [(movement, one) for one in ids]
        fresh = [key for key in dict.fromkeys(keys) if key not in self._records]
        for key in fresh:
            self._records[key] = _Record(self._model.rating())
        own = [self._records[key] for key in keys]
        after = self._model.rate([[one.strength] for one in own], scores=scores)
        for place, (record, (strength,)) in enumerate(zip(own, after, strict=True)):
            record.opponents.update(one for one in ids if one != ids[place])
            if again[place]:
                continue
            record.strength = strength
            sign = _sign(scores[place], scores)
            record.counted.append(_Counted(games[place], at, sign, strength.mu, strength.sigma))
        self._done.append((meeting, fresh))

    def _take_back(self) -> None:
        """Make the last meeting undone."""
        (movement, _, ids, _, _, again), fresh = self._done.pop()
        for place, one in enumerate(ids):
            record = self._records[movement, one]
            record.opponents -= Counter(other for other in ids if other != one)  # and forgets who was met no more
            if again[place]:
                continue
            record.counted.pop()
            before = record.counted[-1] if record.counted else None
            record.strength = self._model.rating(before.mu, before.sigma) if before else self._model.rating()
        for key in fresh:
            del self._records[key]


def chance(ahead: float) -> float:
    """The share of rounds that a player takes who is so many points ahead, from 0 to 1; a draw counts half."""
    return 1.0 / (1.0 + math.pow(10.0, -ahead / 400.0))


def _sign(score: float, scores: list[float]) -> int:
    """Won, drawn or lost against the middle of a meeting."""
    above = sum((score > other) - (score < other) for other in scores)
    return (above > 0) - (above < 0)


def _with_points(frame: pd.DataFrame) -> pd.DataFrame:
    """With mu and sigma told on Elo's scale: there and here, a difference of one scale is odds of e to one."""
    model = BradleyTerryPart()
    points = 400.0 / math.log(10.0) / (math.sqrt(2.0) * model.beta)
    rating = NEWCOMER + points * (frame["mu"].astype("float64") - model.mu)
    deviation = points * frame["sigma"].astype("float64")
    return frame.assign(
        rating=rating, deviation=deviation, low=rating - WIDE * deviation, high=rating + WIDE * deviation
    )


def _standings(records: dict[Key, _Record], known: pd.DataFrame) -> pd.DataFrame:
    circles = _circles(records)
    rows = []
    for (movement, player_id), one in records.items():
        signs, last = Counter(round_.sign for round_ in one.counted), one.counted[-1]
        games = len({round_.game_id for round_ in one.counted})
        rows.append([movement, circles[movement, player_id], player_id, signs[1], signs[0], signs[-1], games,
                     len(one.opponents), len(one.counted), last.at, last.mu, last.sigma])  # fmt: skip
    columns = ["movement", "circle", "player_id", "won", "drawn", "lost", "matches", "opponents", "rounds", "at", "mu",
               "sigma"]  # fmt: skip
    frame = _with_points(pd.DataFrame(rows, columns=columns))
    frame = frame.join(known.rename(columns={"rating": "stated"}), on="player_id")
    order = ["movement", "circle", "low"]
    frame = frame.sort_values(order, ascending=[True, True, False], kind="stable", ignore_index=True)
    frame = frame.assign(rank=frame.groupby(["movement", "circle"]).cumcount() + 1)[STANDINGS]
    return frame.astype({"stated": "Int64"} | {name: kind for name, kind in _TYPES.items() if name in frame})


def _circles(records: dict[Key, _Record]) -> dict[Key, int]:
    """The number of everyone's circle, in each movement from 1; the circle with the most rounds comes first."""
    circles: list[list[Key]] = []
    seen: set[Key] = set()
    for start in records:
        if start in seen:
            continue
        seen.add(start)
        circle = [start]
        for movement, player_id in circle:  # grows while it is walked through
            met = [(movement, one) for one in records[movement, player_id].opponents]
            circle += [one for one in met if one not in seen]
            seen.update(met)
        circles.append(circle)
    circles.sort(key=lambda circle: -sum(len(records[one].counted) for one in circle))
    numbers: Counter[str] = Counter()
    found: dict[Key, int] = {}
    for circle in circles:
        numbers[circle[0][0]] += 1
        found |= dict.fromkeys(circle, numbers[circle[0][0]])
    return found


def _history(records: dict[Key, _Record], known: pd.DataFrame) -> pd.DataFrame:
    rows = [
        [movement, player_id, match, one.game_id, one.at, rounds, one.mu, one.sigma]
        for (movement, player_id), record in records.items()
        for match, (rounds, one) in enumerate(record.matches().values(), start=1)
    ]
    columns = ["movement", "player_id", "match", "game_id", "at", "rounds", "mu", "sigma"]
    frame = _with_points(pd.DataFrame(rows, columns=columns)).join(known[["player", "kind"]], on="player_id")[HISTORY]
    return frame.astype({name: kind for name, kind in _TYPES.items() if name in frame})
