"""Numbers about rounds that were played: by player, by distance, and on the same places. Knows no store and no page.

Every function takes a frame as `Scorebook.guesses` gives it, one row for each guess; an empty one in gives an empty one
with the same columns out. A player is a name and a kind: a person called Ada is not a bot called Ada.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from model.geo.distance import Floats
from model.geo.scoring import MAX_SCORE
from model.metrics.bootstrap import interval

WITHIN_KM = (25, 200, 750, 2500)  # city, region, country, continent
PLAYER = ["player", "kind"]
PLACE = ["map", "lat", "lng"]

SUMMARY = [*PLAYER, "n", "games", "mean_score", "score_low", "score_high", "median_km", "mean_km",
           *(f"within_{km}_km" for km in WITHIN_KM), "median_seconds"]  # fmt: skip


def summary(guesses: pd.DataFrame, resamples: int = 1000, seed: int = 0) -> pd.DataFrame:
    """One row for each player, the best mean score first.

    Columns: player, kind, n (rounds), games, mean_score with its 95 % bootstrap interval (score_low, score_high),
    median_km, mean_km, the share within 25, 200, 750 and 2500 km, and median_seconds.
    """
    rows = []
    for (player, kind), own in guesses.groupby(PLAYER, sort=True):
        score, distance_km = own["score"].to_numpy(np.float64), own["distance_km"].to_numpy(np.float64)
        low, high = interval(score, samples=resamples, seed=seed)
        rows.append(
            [player, kind, len(own), own["game_id"].nunique(), score.mean(), low, high]
            + [float(np.median(distance_km)), distance_km.mean()]
            + [float((distance_km <= km).mean()) for km in WITHIN_KM]
            + [pd.to_numeric(own["seconds"]).median()]
        )
    frame = pd.DataFrame(rows, columns=SUMMARY)
    return frame.sort_values(["mean_score", "n"], ascending=False, ignore_index=True)


def same_places(guesses: pd.DataFrame, players: Sequence[tuple[str, str]] | None = None) -> pd.DataFrame:
    """Only what can be compared like with like: places on which every one of `players` has guessed.

    Args:
        players: (player, kind) pairs; by default everyone who shares at least one place with somebody else, and then
            the places are those with two players or more.

    Returns:
        One row for each place and player (the first guess counts, a second visit is no longer fair): map, lat, lng,
        country, player, kind, distance_km, score, and rank (1 the closest, ties share a rank).
    """
    columns = [*PLACE, "country", *PLAYER, "distance_km", "score"]
    first = guesses.sort_values("at", kind="stable").drop_duplicates([*PLACE, *PLAYER])
    if players is not None:
        wanted = pd.MultiIndex.from_tuples(list(players), names=PLAYER)
        first = first[pd.MultiIndex.from_frame(first[PLAYER]).isin(wanted)]
    seen_by = first.groupby(PLACE)["player"].transform("size")
    shared = first.loc[seen_by >= (2 if players is None else max(2, len(players))), columns]
    ranks = shared.groupby(PLACE)["distance_km"].rank(method="min").astype("int64")
    return shared.assign(rank=ranks).sort_values([*PLACE, "rank", "player"], ignore_index=True)


def head_to_head(
    guesses: pd.DataFrame, a: tuple[str, str], b: tuple[str, str], resamples: int = 1000, seed: int = 0
) -> dict[str, float]:
    """Player `a` against `b` on the places both have played.

    Returns:
        places, wins, losses, draws (of `a`, by points), mean_difference (points of a − b a round) and its 95 %
        bootstrap interval (low, high), which is paired: places are drawn, not guesses.
    """
    shared = same_places(guesses, [a, b])
    if shared.empty:
        return {"places": 0, "wins": 0, "losses": 0, "draws": 0, "mean_difference": 0.0, "low": 0.0, "high": 0.0}
    table = shared.pivot_table(index=PLACE, columns=PLAYER, values="score", aggfunc="first")
    difference = (table[a] - table[b]).to_numpy(np.float64)
    low, high = interval(difference, samples=resamples, seed=seed)
    return {
        "places": len(difference),
        "wins": int((difference > 0).sum()),
        "losses": int((difference < 0).sum()),
        "draws": int((difference == 0).sum()),
        "mean_difference": float(difference.mean()),
        "low": low,
        "high": high,
    }


def score_distribution(guesses: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Share of each player's rounds in equal steps of the score: player, kind, low, high, n, share."""
    edges = np.linspace(0, MAX_SCORE, bins + 1)
    return _distribution(guesses, "score", edges)


def distance_distribution(guesses: pd.DataFrame) -> pd.DataFrame:
    """Share of each player's rounds between the usual distances: player, kind, low, high (km), n, share."""
    return _distribution(guesses, "distance_km", np.array([0, 1, 5, 25, 100, 200, 750, 2500, 20_100], np.float64))


def _distribution(guesses: pd.DataFrame, column: str, edges: Floats) -> pd.DataFrame:
    rows = []
    for (player, kind), own in guesses.groupby(PLAYER, sort=True):
        counts, _ = np.histogram(own[column].to_numpy(np.float64), edges)
        rows += [
            (player, kind, low, high, int(n), n / len(own))
            for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
    return pd.DataFrame(rows, columns=[*PLAYER, "low", "high", "n", "share"])
