"""Does a rating recover strengths that are known, and does its interval hold them: ours beside the usual other ways.

    python -m benchmarks.rating [--players 24] [--samples 8] [--json]

Players of known strength sit down at random tables of two or six and play matches of five rounds; what a player scores
in a round is strength, form of the day (rounds of a match correlate by 0.07, as one person's did in 118 duels) and
chance (Gumbel: Bradley and Terry's model). Each round is rated as a meeting by Bradley-Terry with partial pairing, as
the app does; beside it Plackett-Luce by rounds, the library's first choice, and ours by whole matches, whose intervals
are on another scale. For 4, 20 and 60 matches a player: Spearman's correlation of rating and strength, and the share of
95 % intervals that hold the strength. Seeds are fixed. With --json the last line is one JSON object: a list of `rows`,
and `held_ratio`, the share held at tables of six by ours over that of Plackett-Luce.
"""

import argparse
import json

import numpy as np
from openskill.models import BradleyTerryPart, PlackettLuce
from rich.progress import track
from scipy.stats import spearmanr

from arena.rating import WIDE

ROUNDS, ALIKE = 5, 0.07  # of a match; correlation of its rounds
SPREAD = 5.0  # of strengths, on the library's scale; a newcomer's is 8.3
MATCHES = (4, 20, 60)  # of each player
WAYS = {
    "ours, two": (BradleyTerryPart, 2, True),
    "ours, six": (BradleyTerryPart, 6, True),
    "Plackett-Luce, six": (PlackettLuce, 6, True),
    "by matches, two": (BradleyTerryPart, 2, False),
}


def play(way: str, players: int, matches: int, seed: int) -> tuple[float, float]:
    """Spearman's correlation, and the share of intervals that hold the truth, in one simulated league."""
    kind, seats, by_round = WAYS[way]
    rng, model = np.random.default_rng(seed), kind()
    noise = np.sqrt(2.0) * model.beta  # of which a difference of two is the library's own curve
    strength = model.mu + SPREAD * rng.standard_normal(players)
    rated = [model.rating() for _ in range(players)]
    for _ in range(players * matches // seats):
        table = rng.choice(players, seats, replace=False)
        form = rng.normal(0.0, np.sqrt(ALIKE) * noise * np.pi / np.sqrt(6.0), seats)
        scores = strength[table] + form + np.sqrt(1.0 - ALIKE) * rng.gumbel(0.0, noise, (ROUNDS, seats))
        for row in scores if by_round else scores.sum(axis=0, keepdims=True):
            after = model.rate([[rated[one]] for one in table], scores=row.tolist())
            for one, (now,) in zip(table, after, strict=True):
                rated[one] = now
    found, sigma = np.array([one.mu for one in rated]), np.array([one.sigma for one in rated])
    off = (found - found.mean()) - (strength - strength.mean())  # only differences can be known
    return float(spearmanr(found, strength)[0]), float((np.abs(off) < WIDE * sigma).mean())


def cli() -> None:
    """Measure, and say so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, default=24, help="in each simulated league")
    parser.add_argument("--samples", type=int, default=8, help="leagues for each figure")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    asked = parser.parse_args()
    cases = [(way, matches) for way in WAYS for matches in MATCHES]
    rows = []
    for way, matches in track(cases, "leagues", transient=True):
        leagues = [play(way, asked.players, matches, 100 + number) for number in range(asked.samples)]
        order, held = np.mean(leagues, axis=0).tolist()
        rows.append({"way": way, "matches": matches, "spearman": round(order, 3), "held": round(held, 3)})
    for row in rows:
        print(f"{row['way']:20} {row['matches']:3} matches: held {row['held']:6.1%}, Spearman {row['spearman']:.2f}")
    shares = {way: np.mean([row["held"] for row in rows if row["way"] == way]) for way in WAYS}
    ratio = float(shares["ours, six"] / shares["Plackett-Luce, six"])
    print(f"intervals that hold the truth at tables of six, ours over Plackett-Luce: {ratio:.2f}")
    if asked.json:
        print(json.dumps({"rows": rows, "held_ratio": round(ratio, 3)}))


if __name__ == "__main__":
    cli()
