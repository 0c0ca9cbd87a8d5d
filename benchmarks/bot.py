"""How long a round of the bot takes on pages it was not made for, how far clicks fall, and whether rounds are lost.

    python -m benchmarks.bot [--rounds 200] [--on strangers|arena] [--url http://127.0.0.1:8501] [--json]

Plays the four pages of tests/bot/strangers in turn, three rounds each, in one browser: the shipped model looks at
every picture, and a drawn place is guessed instead of its answer, so that clicks are tried all over the Earth. With
--on arena the app at --url is played (started, with an empty scorebook, when nothing answers there). With --json the
last line is one JSON object: rounds, lost, median_round_s, median_click_error_km, rss_growth_mb (of this process, from
the end of its first twelve rounds to the last).
"""

import argparse
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.__main__ import BotConfig, _atlas  # noqa: E402
from bot.__main__ import main as play  # noqa: E402
from bot.album import Album  # noqa: E402
from bot.browser import open_browser  # noqa: E402
from bot.events import GamePlayed  # noqa: E402
from bot.player import Sitting  # noqa: E402
from bot.series import Series  # noqa: E402
from model.geo.distance import haversine_km  # noqa: E402

ROUNDS_A_GAME = {"strangers": 3, "arena": 5}
WARM = 12  # rounds until every page was seen once


@dataclass(frozen=True)
class Place:
    """A drawn answer."""

    lat: float
    lng: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bot", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=200, help="rounds to play, up to whole games (default: 200)")
    parser.add_argument(
        "--on", choices=list(ROUNDS_A_GAME), default="strangers", help="the four test pages, or the arena"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8501", help="the app, for --on arena (default: port 8501)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the places (default: 0)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1, found {options.rounds}.")
    games = -(-options.rounds // ROUNDS_A_GAME[options.on])
    memory: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOMING_HOME"] = folder  # an app that we start keeps these rounds out of anyone's scorebook
        if options.on == "arena":
            out = Path(folder) / "run"
            played = play(BotConfig(games, url=options.url, seed=options.seed, name="Benchmark bot", out=out))
        else:
            played = on_strangers(games, options.seed, Path(folder), memory)
    figures = figures_of(played, games * ROUNDS_A_GAME[options.on], memory)
    print(
        f"{figures['rounds']} rounds, {figures['lost']} lost; a round takes {figures['median_round_s']} s, a click is "
        f"{figures['median_click_error_km']} km off (medians)"
    )
    if options.json:
        print(json.dumps(figures))


def figures_of(games: Sequence[GamePlayed], wanted: int, memory: Sequence[int]) -> dict[str, float | int | None]:
    """The figures of games that should have had `wanted` rounds; `memory` is the bytes held after each round."""
    rounds = [played for game in games for played in game.rounds]
    errors = [
        float(haversine_km((one.guess_lat, one.guess_lng), (one.wanted_lat, one.wanted_lng))) for one in rounds
    ]  # fmt: skip
    growth = memory[-1] - memory[min(WARM, len(memory)) - 1] if memory else None
    return {
        "rounds": len(rounds),
        "lost": wanted - len(rounds),
        "median_round_s": round(statistics.median(one.seconds for one in rounds), 3) if rounds else None,
        "median_click_error_km": round(statistics.median(errors), 4) if errors else None,
        "rss_growth_mb": None if growth is None else round(growth / 2**20, 1),
    }


def on_strangers(games: int, seed: int, folder: Path, memory: list[int]) -> list[GamePlayed]:
    """Play the three pages in turn."""
    from model.geolocator import Geolocator
    from tests.bot.strangers import pages

    model, draw, process = Geolocator.load(), random.Random(seed), psutil.Process()
    names, outlines = _atlas()
    kinds = (pages.MirrorQuiz, pages.SnapshotClub, pages.Campus, pages.WhereWasThat)
    south, west, north, east = pages.CAMPUS
    played: list[GamePlayed] = []
    with pages.serving() as url, open_browser() as driver:
        sites = [kind(driver, f"{url}/{page}.html") for kind, page in zip(kinds, pages.FILES, strict=True)]
        for number in range(games):
            site = sites[number % len(sites)]
            box = (south, west, north, east) if isinstance(site, pages.Campus) else (-60.0, -179.0, 70.0, 179.0)

            def locate(views: Sequence[bytes], box: tuple[float, float, float, float] = box) -> Place:
                model.locate(list(views))
                memory.append(process.memory_info().rss)
                return Place(draw.uniform(box[0], box[2]), draw.uniform(box[1], box[3]))

            driver.get(f"{url}/quiz.js")
            driver.execute_script("localStorage.clear()")
            album = Album(folder / f"game-{number}", outlines, names, lambda happened: None)
            series = Series(lambda site=site: contextlib.nullcontext(site), locate, album)  # type: ignore[misc]
            played += series.play([Sitting("Benchmark bot", "strangers")])
    return played


if __name__ == "__main__":
    main()
