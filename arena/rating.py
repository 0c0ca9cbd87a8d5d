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
- A crowd on one place meets in parties of at most ten, in the order of play, when the last of them has guessed: a curve
  of what was stays as it was when others come later.
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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from openskill.models import BradleyTerryPart, BradleyTerryPartRating
from scipy.stats import norm

from arena.statistics import PLACE, PLAYER, POOL, SAME_PLACE_DEG, first_guesses, ranked
from model.metrics.bootstrap import LEVEL

NEWCOMER = 1500.0
PARTY = 10  # players of one meeting; of a crowd the next ten make another
WIDE = float(norm.ppf((1 + LEVEL) / 2))  # standard deviations to either end of an interval

HISTORY = ["movement", *PLAYER, "match", "game_id", "at", "rounds", "rating", "low", "high"]
STANDINGS = ["movement", "circle", "rank", *PLAYER, "rating", "low", "high", "deviation", "rounds", "won", "drawn",
             "lost", "matches", "opponents", "stated", "at"]  # fmt: skip
_TYPES = dict.fromkeys(("rating", "low", "high", "deviation"), "float64") | dict.fromkeys(
    ("circle", "rank", "rounds", "won", "drawn", "lost", "matches", "opponents", "match"), "int64"
)


@dataclass
class _Record:
    """What is known of one player in one kind of game, as of the last meeting."""

    strength: BradleyTerryPartRating
    won: int = 0
    drawn: int = 0
    lost: int = 0
    opponents: set[str] = field(default_factory=set)
    matches: dict[str, dict[str, object]] = field(default_factory=dict)  # by game, the last row of each


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
    model = BradleyTerryPart()
    fair = ranked(first_guesses(guesses))
    known = fair.groupby("player_id")[["player", "kind", "rating"]].last()
    records: dict[tuple[str, str], _Record] = {}
    for movement, at, ids, games, scores in _meetings(fair):
        own = [records.setdefault((movement, one), _Record(model.rating())) for one in ids]
        after = model.rate([[one.strength] for one in own], scores=scores)
        for place, (record, (strength,)) in enumerate(zip(own, after, strict=True)):
            record.strength = strength
            _count(record, scores[place], scores)
            record.opponents.update(one for one in ids if one != ids[place])
            record.matches.pop(games[place], None)  # the last again: a match lasts until its last meeting
            record.matches[games[place]] = {"at": at, "rounds": _rounds(record)} | _points(strength)
    return Ratings(_standings(records, known), _history(records, known))


def chance(ahead: float) -> float:
    """The share of rounds that a player takes who is so many points ahead, from 0 to 1; a draw counts half."""
    return 1.0 / (1.0 + math.pow(10.0, -ahead / 400.0))


def _meetings(fair: pd.DataFrame) -> Iterator[tuple[str, pd.Timestamp, list[str], list[str], list[float]]]:
    """Each meeting, by when it was over: movement, at, then of each who was there the player_id, game_id and score."""
    keys = list(dict.fromkeys([*POOL, *PLACE]))
    spots = fair[keys].assign(lat=(fair["lat"] / SAME_PLACE_DEG).round(), lng=(fair["lng"] / SAME_PLACE_DEG).round())
    crowd = spots.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    told = fair[["movement", "at", "player_id", "game_id", "score", "round", "seat"]].assign(crowd=crowd)
    # Who sits at one table stays together, as far as a party has room.
    told = told.assign(table=told.groupby(["crowd", "game_id"], sort=False)["at"].transform("max"))
    told = told.sort_values(["crowd", "table", "game_id", "at", "seat"], kind="stable")
    size = told.groupby("crowd")["at"].transform("size").to_numpy()
    place = told.groupby("crowd").cumcount().to_numpy()
    party = place // PARTY
    left_alone = (size % PARTY == 1) & (place == size - 1) & (size > 1)
    told = told.assign(party=np.where(left_alone, party - 1, party))[size > 1]
    parties = told.groupby(["crowd", "party"], sort=False)
    told = told.assign(over=parties["at"].transform("max"), first=parties["round"].transform("min"))
    told = told.sort_values(["over", "first", "crowd", "party", "at", "seat"], kind="stable")
    numbers = told.groupby(["crowd", "party"], sort=False).ngroup().to_numpy()
    ends = np.flatnonzero(np.diff(numbers, append=-1)) + 1
    columns = [told[name].to_list() for name in ("player_id", "game_id", "score")]
    over, movement = told["over"].to_list(), told["movement"].to_list()
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True) if len(told) else ():
        ids, games, scores = (column[start:end] for column in columns)
        yield str(movement[start]), over[start], ids, games, [float(score) for score in scores]


def _count(record: _Record, score: float, scores: list[float]) -> None:
    above = Counter((score > other) - (score < other) for other in scores)
    record.won += above[1] > above[-1]
    record.drawn += above[1] == above[-1]
    record.lost += above[1] < above[-1]


def _rounds(record: _Record) -> int:
    return record.won + record.drawn + record.lost


def _points(strength: BradleyTerryPartRating) -> dict[str, float]:
    """A strength on Elo's scale: there and here, a difference of one scale is odds of e to one."""
    model = BradleyTerryPart()
    points = 400.0 / math.log(10.0) / (math.sqrt(2.0) * model.beta)
    rating, deviation = NEWCOMER + points * (strength.mu - model.mu), points * strength.sigma
    return {"rating": rating, "low": rating - WIDE * deviation, "high": rating + WIDE * deviation}


def _standings(records: dict[tuple[str, str], _Record], known: pd.DataFrame) -> pd.DataFrame:
    circles = _circles(records)
    rows = []
    for (movement, player_id), one in records.items():
        last = next(reversed(one.matches.values()))
        rows.append(
            {"movement": movement, "circle": circles[movement, player_id], "player_id": player_id,
             "player": known.at[player_id, "player"],
             "kind": known.at[player_id, "kind"], "won": one.won, "drawn": one.drawn, "lost": one.lost,
             "matches": len(one.matches), "opponents": len(one.opponents), "stated": known.at[player_id, "rating"]}
            | last
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=[name for name in STANDINGS if name not in ("rank", "deviation")])
    frame = frame.assign(deviation=(frame["high"] - frame["low"]) / (2.0 * WIDE))
    order = ["movement", "circle", "low"]
    frame = frame.sort_values(order, ascending=[True, True, False], kind="stable", ignore_index=True)
    frame = frame.assign(rank=frame.groupby(["movement", "circle"]).cumcount() + 1)[STANDINGS]
    return frame.astype({"stated": "Int64"} | {name: kind for name, kind in _TYPES.items() if name in frame})


def _circles(records: dict[tuple[str, str], _Record]) -> dict[tuple[str, str], int]:
    """The number of everyone's circle, in each movement from 1; the circle with the most rounds comes first."""
    circles: list[list[tuple[str, str]]] = []
    seen: set[tuple[str, str]] = set()
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
    circles.sort(key=lambda circle: -sum(_rounds(records[one]) for one in circle))
    numbers: Counter[str] = Counter()
    found: dict[tuple[str, str], int] = {}
    for circle in circles:
        numbers[circle[0][0]] += 1
        found |= dict.fromkeys(circle, numbers[circle[0][0]])
    return found


def _history(records: dict[tuple[str, str], _Record], known: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {"movement": movement, "player_id": player_id, "player": known.at[player_id, "player"],
         "kind": known.at[player_id, "kind"], "match": number, "game_id": game_id} | match
        for (movement, player_id), one in records.items()
        for number, (game_id, match) in enumerate(one.matches.items(), start=1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=HISTORY)
    return frame.astype({name: kind for name, kind in _TYPES.items() if name in frame})
