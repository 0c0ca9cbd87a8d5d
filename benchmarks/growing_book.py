"""What one more guess costs: ratings and statistics of a large book, at the first visit and after the next one.

    python -m benchmarks.growing_book [--duels 5000] [--players 300] [--rounds 20000] [--json]

Made-up duels of five rounds between players drawn by chance; everything is computed in this process, from frames as the
scorebook gives them, without a database. Ratings: reckoned anew; by a ladder that is empty; by the same ladder after
one more duel. Both must be the same to the last bit, or this ends with an error. Statistics, of so many rounds: the
first answer for a state of the book, and that for a pair of players after it. Seeds are fixed. With --json the last
line is one JSON object; `ratings_ratio` is anew over one more duel, `statistics_ratio` the first answer over a pair.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from api.figures import Figures
from arena.rating import Ladder, rate

ROUNDS, SEATS = 5, 2  # of a duel
ROW_S = 10.0


def duels(count: int, players: int, seed: int = 0) -> pd.DataFrame:
    """Guesses of duels, as the scorebook gives them; each round is on a place of its own."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, players, count)
    pairs = np.stack([first, (first + rng.integers(1, players, count)) % players], axis=1)  # (duels, 2)
    game = np.repeat(np.arange(count), ROUNDS * SEATS)
    place, seat = np.arange(len(game)) // SEATS, np.arange(len(game)) % SEATS
    who = pairs[game, seat]
    frame = pd.DataFrame(
        {"game_id": np.char.mod("g%d", game), "origin": "played", "map": "world", "source": "world",
         "round": place % ROUNDS + 1, "seat": seat, "player_id": np.char.mod("id:%d", who),
         "player": np.char.mod("P%d", who), "kind": "person", "rating": pd.NA, "guess_lat": 0.0, "guess_lng": 0.0,
         "lat": place % 300 * 0.5 - 75.0, "lng": place // 300 * 0.5 - 175.0, "country": "FR", "guess_country": "FR",
         "label": "", "distance_km": rng.uniform(1.0, 9000.0, len(game)), "score": rng.integers(0, 5001, len(game)),
         "seconds": 10.0, "at": pd.to_datetime(1.7e9 + ROW_S * place + seat, unit="s", utc=True), "seed": 1,
         "seed_chosen": False, "scale_km": 1492.7, "time_limit_s": pd.NA, "movement": "no_move", "world_version": 2,
         "finished": True, "mode": "duel"}
    )  # fmt: skip
    return frame.astype(dict.fromkeys(("rating", "time_limit_s", "world_version"), "Int64"))


def seconds_of(call: Callable[[], Any]) -> tuple[float, Any]:
    """How long a call takes, and what it gives."""
    began = time.perf_counter()
    given = call()
    return time.perf_counter() - began, given


def ratings(count: int, players: int) -> dict[str, float]:
    """Seconds of the ratings anew, of an empty ladder, and after one more duel."""
    grown, ladder = duels(count + 1, players), Ladder()
    early = grown.iloc[: -ROUNDS * SEATS]
    first_s, _ = seconds_of(lambda: ladder.rate(early))
    more_s, ours = seconds_of(lambda: ladder.rate(grown))
    anew_s, anew = seconds_of(lambda: rate(grown))
    if not (ours.standings.equals(anew.standings) and ours.history.equals(anew.history)):
        sys.exit("the ratings that went on are not those that were reckoned anew")
    return {"ratings_anew_s": anew_s, "ratings_first_s": first_s, "ratings_one_more_s": more_s,
            "ratings_ratio": anew_s / more_s}  # fmt: skip


def statistics(rounds: int, players: int) -> dict[str, float]:
    """Seconds of the first answer for a state of the book, and of that for a pair of players after it."""
    frame = duels(max(1, rounds // (ROUNDS * SEATS)), players)
    frame.attrs |= {"state": "made up", "replays": 0}
    figures = Figures()
    first_s, told = seconds_of(lambda: figures.of(frame, None, None, None))
    names = [one.player for one in told.players[:2]]
    pair_s, _ = seconds_of(lambda: figures.of(frame, None, *names))
    return {"statistics_first_s": first_s, "statistics_pair_s": pair_s, "statistics_ratio": first_s / pair_s}


def cli() -> None:
    """Measure, and say so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duels", type=int, default=5000, help="rated before one more comes (default: %(default)s)")
    parser.add_argument("--players", type=int, default=300, help="who play them, at least three (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=20_000, help="in the statistics (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    asked = parser.parse_args()
    if asked.duels < 1 or asked.players < 3 or asked.rounds < 1:
        parser.error("looked for some duels, three players or more, and some rounds")
    found = ratings(asked.duels, asked.players) | statistics(asked.rounds, asked.players)
    print(f"ratings of {asked.duels:,} duels: {found['ratings_first_s']:.2f} s at first, "
          f"{found['ratings_one_more_s']:.2f} s after one more; anew {found['ratings_anew_s']:.2f} s, "
          f"{found['ratings_ratio']:.1f} times as long")  # fmt: skip
    print(f"statistics of {asked.rounds:,} rounds: {found['statistics_first_s']:.2f} s at first, a pair "
          f"{found['statistics_pair_s']:.3f} s; {found['statistics_ratio']:.1f} times as long")  # fmt: skip
    if asked.json:
        told = {"duels": asked.duels, "players": asked.players, "rounds": asked.rounds}
        print(json.dumps(told | {name: round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    cli()
