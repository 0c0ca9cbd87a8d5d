"""Numbers about rounds that were played: by player, by rating, on the same places. Knows no store and no page.

Every function takes a frame as `Scorebook.guesses` gives it, one row for each guess; an empty one in gives an empty one
with the same columns out. The rules that all of them share:

- A player is a `player_id`: two people may both be called Guest.
- Replays count once: of a player's guesses on one place the first counts (`first_guesses`), whatever the rules.
- Like with like: a pool is one origin, source, map, scale, movement, time limit and world version (`POOL`). Nothing
  here joins pools by itself; who hands in several has mixed them.
- A guess that never came (the time ran out) is a round of 0 points, within no distance and in no country; a median
  distance is over the rounds that have a guess.
- Games on a seed that somebody chose can be prepared for: `ranked` leaves them out.
- No interval under ten rounds; the others draw whole games, from five on (arena/resampling.py).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from arena.figures import FIGURES as FIGURES
from arena.figures import MEASURED, arrays_of, figures_of
from arena.figures import WITHIN_KM as WITHIN_KM
from arena.resampling import MIN_ROUNDS, MIN_UNITS, NONE, draws_of_mean, intervals, units_of, wilson
from model.geo.distance import Floats
from model.geo.scoring import MAX_SCORE
from model.metrics.bootstrap import LEVEL, SAMPLES

POOL = ["origin", "source", "map", "scale_km", "movement", "time_limit_s", "world_version"]
KEY_DIGITS = 12  # of a pool's key, hexadecimal
PLACE = ["source", "world_version", "lat", "lng"]
SAME_PLACE_DEG = 1e-5  # about a metre: what a file written with five decimals keeps
PLAYER = ["player_id", "player", "kind"]
RATING_CUTS = (600, 800, 1000, 1200)  # of GeoGuessr's rating; a band holds its lower cut
UNRATED = "no rating"
CLIMATES = {"A": "tropical", "B": "arid", "C": "temperate", "D": "continental", "E": "polar"}  # Köppen's main groups

SUMMARY = [*PLAYER, "rating", "n", "missed", "games", *MEASURED, "median_seconds"]
BANDS = ["band", "players", "n", "missed", *MEASURED]
GROUPS = [*PLAYER, "group", "n", "mean_score", "mean_score_low", "mean_score_high"]


@dataclass(frozen=True)
class Paired:
    """Player a against player b on the places that both have seen, by points of a − b a round."""

    places: int
    wins: int
    draws: int
    losses: int
    mean_difference: float
    low: float  # 95 % interval; not a number under ten places
    high: float
    median_km: tuple[float, float]  # of a and of b, on these places
    games: int  # that these places were played in

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would hardly give such a difference: the interval leaves zero out, and whole games were
        drawn for it.
        """
        return self.games >= MIN_UNITS and bool(self.low > 0.0 or self.high < 0.0)


@dataclass(frozen=True)
class Percentile:
    """Where a player's mean score stands among people: `share` of them score less (a tie counts half)."""

    share: float
    low: float
    high: float
    people: int


def first_guesses(guesses: pd.DataFrame) -> pd.DataFrame:
    """Each player's first guess on each place, oldest first; later ones are left out.

    A place is a spot of one source and version of the world: whoever has been told where it is cannot guess there
    again, whatever the map, the seed or the rules are called the second time.
    """
    ordered = guesses.sort_values("at", kind="stable")
    keys = ordered[["player_id", *PLACE]].assign(
        lat=(ordered["lat"] / SAME_PLACE_DEG).round(), lng=(ordered["lng"] / SAME_PLACE_DEG).round()
    )
    return ordered[~keys.duplicated()]


def ranked(guesses: pd.DataFrame) -> pd.DataFrame:
    """Without the games whose seed was chosen: anyone can look up the places of a seed."""
    return guesses[~guesses["seed_chosen"].astype(bool)]


def pools(guesses: pd.DataFrame) -> pd.DataFrame:
    """One row for each pool, the one with the most rounds first: pool (its key), the columns of `POOL`, rounds,
    players, games. Of pools with as many rounds the one that appears first stands first.
    """
    grouped = guesses.assign(pool=pool_keys(guesses)).groupby("pool", sort=False)
    frame = grouped[POOL].first()
    frame = frame.assign(
        rounds=grouped.size(), players=grouped["player_id"].nunique(), games=grouped["game_id"].nunique()
    )
    return frame.reset_index().sort_values("rounds", ascending=False, kind="stable", ignore_index=True)


def pool_keys(guesses: pd.DataFrame) -> pd.Series:
    """The pool of each guess, by a short key that is the same whatever else is in the frame."""
    numbers = guesses.groupby(POOL, sort=False, dropna=False).ngroup()
    first = ~numbers.duplicated()
    keys = {}
    for number, *values in zip(numbers[first], *(guesses.loc[first, name] for name in POOL), strict=True):
        said = json.dumps([None if pd.isna(value) else str(value) for value in values])
        keys[number] = hashlib.sha256(said.encode()).hexdigest()[:KEY_DIGITS]
    return numbers.map(keys).astype(object)


def summary(guesses: pd.DataFrame, samples: int = SAMPLES, seed: int = 0) -> pd.DataFrame:
    """One row for each player, the best mean score first.

    Columns: player_id, player, kind, rating, n (rounds), missed (rounds without a guess), games, then each figure, its
    ends of the 95 % interval beside it (`_low`, `_high`): mean_score, median_km, the shares within 1, 25, 200, 750
    and 2500 km, and country (the share of guesses in the right country, where the frame has the column guess_country);
    last, median_seconds.
    """
    grouped = guesses.groupby("player_id", sort=True)
    known = grouped[["player", "kind", "rating"]].last()  # the last that is not missing
    known = known.assign(games=grouped["game_id"].nunique(), median_seconds=grouped["seconds"].median())
    arrays, games = arrays_of(guesses), guesses["game_id"].to_numpy(object)
    rows = [
        {"player_id": player_id} | figures_of(arrays, np.asarray(own), units_of(games[own]), samples, seed)
        for player_id, own in grouped.indices.items()
    ]
    figures = pd.DataFrame(rows, columns=["player_id", "n", "missed", *MEASURED])
    frame = figures.join(known, on="player_id")[SUMMARY]
    return frame.sort_values(["mean_score", "n"], ascending=False, ignore_index=True)


def band_of(rating: pd.Series) -> pd.Series:
    """The band of each rating, in words: "below 600", "600-799", …, "1200 and more", "no rating"."""
    names = [f"below {RATING_CUTS[0]}"]
    names += [f"{low}-{high - 1}" for low, high in pairwise(RATING_CUTS)]
    names.append(f"{RATING_CUTS[-1]} and more")
    cut = pd.cut(pd.to_numeric(rating), [-np.inf, *RATING_CUTS, np.inf], right=False, labels=names)
    return cut.cat.add_categories(UNRATED).fillna(UNRATED)


def bands(guesses: pd.DataFrame, samples: int = SAMPLES, seed: int = 0) -> pd.DataFrame:
    """One row for each band of ratings that holds a person, from the lowest; those without a rating last.

    Columns: band, players, n, missed, and the figures as in `summary`. Rounds of one person are alike, so whole players
    are drawn for the intervals, and a band of fewer than five players has none.
    """
    people = guesses[guesses["kind"] == "person"]
    arrays, ids, rows = arrays_of(people), people["player_id"].to_numpy(object), []
    for name, own in people.groupby(band_of(people["rating"]), sort=True, observed=True).indices.items():
        players = pd.factorize(ids[own])[0].astype(np.int64)
        count = int(players.max()) + 1
        figures = figures_of(arrays, np.asarray(own), players, samples if count >= MIN_UNITS else 0, seed)
        rows.append({"band": str(name), "players": count} | figures)
    return pd.DataFrame(rows, columns=BANDS)


def paired(guesses: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """The places that players `a` and `b` (ids) have both seen under the same rules, oldest first.

    Columns: the place's POOL columns, lat, lng, country, label, koppen where the frame has it, game_id, round, at and
    seed_chosen of a, score_a, score_b, distance_km_a, distance_km_b, guess_lat_a, guess_lng_a, guess_lat_b,
    guess_lng_b, difference (points of a − b).
    """
    key = [*POOL, "lat", "lng"]
    own = ["score", "distance_km", "guess_lat", "guess_lng"]
    told = [name for name in ("country", "label", "koppen") if name in guesses]
    first = first_guesses(guesses[guesses["player_id"].isin([a, b])])
    first = first.assign(lat=first["lat"].round(5), lng=first["lng"].round(5))
    mine, theirs = first[first["player_id"] == a], first[first["player_id"] == b]
    both = mine[[*key, *told, "game_id", "round", "at", "seed_chosen", *own]].merge(
        theirs[[*key, *own, "seed_chosen"]], on=key, suffixes=("_a", "_b")
    )
    both = both.assign(
        seed_chosen=both["seed_chosen_a"].astype(bool) | both["seed_chosen_b"].astype(bool),
        difference=both["score_a"].astype(float) - both["score_b"].astype(float),
    )
    return both.drop(columns=["seed_chosen_a", "seed_chosen_b"]).sort_values("at", kind="stable", ignore_index=True)


def head_to_head(places: pd.DataFrame, samples: int = SAMPLES, seed: int = 0) -> Paired:
    """What a table of `paired` says; its interval draws whole games of the differences, single rounds of few games."""
    difference = places["difference"].to_numpy(np.float64)
    low, high = NONE
    if len(difference) >= MIN_ROUNDS:
        units = units_of(places["game_id"])
        low, high = intervals({"difference": difference}, units, samples=samples, seed=seed)["difference"]
    away = tuple(float(pd.to_numeric(places[f"distance_km_{side}"]).median()) for side in ("a", "b"))
    return Paired(
        len(difference),
        int((difference > 0).sum()),
        int((difference == 0).sum()),
        int((difference < 0).sum()),
        float(difference.mean()) if len(difference) else 0.0,
        low,
        high,
        (away[0], away[1]),
        int(places["game_id"].nunique()),
    )


def meetings(guesses: pd.DataFrame, most: int = 200) -> pd.DataFrame:
    """Pairs of players who have seen the same places under the same rules: a, b (ids), places, most first."""
    keys = [*POOL, "lat", "lng"]
    rounded = guesses.assign(lat=guesses["lat"].round(5), lng=guesses["lng"].round(5))
    rounded = rounded.assign(place=rounded.groupby(keys, sort=False, dropna=False).ngroup())
    seen = rounded[["place", "player_id"]].drop_duplicates()
    crowd = seen.groupby("place")["player_id"].transform("size")
    seen = seen[(crowd > 1) & (crowd <= most)]  # a place that hundreds have seen makes no pair more likely
    pairs = seen.merge(seen, on="place")
    pairs = pairs[pairs["player_id_x"] < pairs["player_id_y"]]
    counted = pairs.groupby(["player_id_x", "player_id_y"]).size().rename("places").reset_index()
    counted = counted.rename(columns={"player_id_x": "a", "player_id_y": "b"})
    return counted.sort_values(["places", "a", "b"], ascending=[False, True, True], ignore_index=True)


def percentile(guesses: pd.DataFrame, player_id: str, samples: int = SAMPLES, seed: int = 0) -> Percentile | None:
    """Where a player stands among the people of this frame who have ten rounds or more; None with fewer than five.

    The 95 % interval draws the player's games and the people anew; the people's own means are taken as they are.
    """
    own = guesses[guesses["player_id"] == player_id]
    others = guesses[(guesses["kind"] == "person") & (guesses["player_id"] != player_id)]
    grouped = others.groupby("player_id")["score"]
    means = grouped.mean()[grouped.size() >= MIN_ROUNDS].to_numpy(np.float64)
    if len(means) < MIN_UNITS or len(own) < MIN_ROUNDS:
        return None
    score = own["score"].to_numpy(np.float64)
    drawn = draws_of_mean(score, units_of(own["game_id"]), samples, seed)
    people = np.random.default_rng(seed + 1).choice(means, (samples, len(means)))
    low, high = np.quantile(_share_below(people, drawn[:, None]), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    share = float(_share_below(means[None], score.mean())[0])
    if low >= high:  # better or worse than everyone in every draw, which is not certain for that
        low, high = wilson(round(share * len(means)), len(means))
    return Percentile(share, float(low), float(high), len(means))


def by_group(guesses: pd.DataFrame, column: str, samples: int = SAMPLES, seed: int = 0) -> pd.DataFrame:
    """Mean score of each player in each group of `column` (country, climate): player_id, player, kind, group, n,
    mean_score and its interval; rounds without a group are left out.
    """
    rows = []
    known = guesses[guesses[column].notna() & (guesses[column] != "")]
    for (player_id, group), own in known.groupby(["player_id", column], sort=True):
        score = own["score"].to_numpy(np.float64)
        low, high = intervals({"score": score}, units_of(own["game_id"]), samples=samples, seed=seed)["score"]
        rows.append([player_id, own["player"].iloc[-1], own["kind"].iloc[-1], group, len(own), score.mean(), low, high])
    return pd.DataFrame(rows, columns=GROUPS)


def score_distribution(guesses: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Share of each player's rounds in equal steps of the score: player_id, player, kind, low, high, n, share."""
    return _distribution(guesses, "score", np.linspace(0, MAX_SCORE, bins + 1))


def distance_distribution(guesses: pd.DataFrame) -> pd.DataFrame:
    """Share of each player's rounds between the usual distances (km), likewise, but for missing guesses."""
    return _distribution(guesses, "distance_km", np.array([0, 1, 25, 200, 750, 2500, 20_100], np.float64))


def within_curve(guesses: pd.DataFrame, points: Sequence[float]) -> pd.DataFrame:
    """The share of each player's rounds that came within so many km: player_id, player, kind, km, share."""
    rows = []
    for _, own in guesses.groupby("player_id", sort=True):
        away = np.sort(own["distance_km"].dropna().to_numpy(np.float64))
        shares = np.searchsorted(away, np.asarray(points, np.float64), side="right") / len(own)
        rows += [[*own[PLAYER].iloc[-1], km, share] for km, share in zip(points, shares, strict=True)]
    return pd.DataFrame(rows, columns=[*PLAYER, "km", "share"])


def _share_below(people: Floats, score: Any) -> Floats:
    return np.asarray(((people < score) + 0.5 * (people == score)).mean(axis=-1), np.float64)


def _distribution(guesses: pd.DataFrame, column: str, edges: Floats) -> pd.DataFrame:
    rows = []
    for _, own in guesses.groupby("player_id", sort=True):
        counts, _ = np.histogram(own[column].dropna().to_numpy(np.float64), edges)
        rows += [
            [*own[PLAYER].iloc[-1], low, high, int(n), n / len(own)]
            for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
    return pd.DataFrame(rows, columns=[*PLAYER, "low", "high", "n", "share"])
