"""How long a round of the bot takes, from its panorama to its result, filmstrip included.

    python -m benchmarks.bot [--games 2] [--url http://127.0.0.1:8501] [--json]

Plays on the app at --url, which is started (with an empty scorebook) when nothing answers there. The first round of a
game waits for its panorama to be rendered and is left out; the others were rendered while the one before was played.
With --json the last line is one JSON object.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.__main__ import BotConfig  # noqa: E402
from bot.__main__ import main as play  # noqa: E402


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bot", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--games", type=int, default=2, help="games to play (default: 2)")
    parser.add_argument("--url", default="http://127.0.0.1:8501", help="the app (default: http://127.0.0.1:8501)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the places (default: 0)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOMING_HOME"] = folder  # an app that we start keeps these rounds out of anyone's scorebook
        out = Path(folder) / "run"
        games = play(BotConfig(options.games, options.url, seed=options.seed, name="Benchmark bot", out=out))
    seconds = [played.seconds for game in games for played in game.rounds[1:]]
    if not seconds:
        sys.exit(f"nothing to measure: {next((game.failed for game in games if game.failed), 'no round was played')}")
    figures = {
        "rounds": len(seconds),
        "median_s": round(statistics.median(seconds), 3),
        "slowest_s": max(seconds),
        "mean_score": statistics.mean(played.score for game in games for played in game.rounds),
        "games_lost": sum(1 for game in games if game.failed),
    }
    print(f"a round of the bot takes {figures['median_s']:.2f} s (median of {figures['rounds']})")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
