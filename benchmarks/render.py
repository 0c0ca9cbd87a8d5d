"""How fast the simulated Earth is drawn: training views a second on one thread, and large panoramas.

    python -m benchmarks.render [--places 24] [--json]

Ratios say more than seconds on a busy machine, so they are printed too. With --json the last line is one JSON object.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from world.clues import build_scenes
from world.layout import lay_out
from world.places import sample_places
from world.raycast_rows import draw_rows
from world.render import NO_MAPS, render_equirectangular, render_views, scratch


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter, repeats: int = 1) -> float:
    """The best of some repeats."""
    best = float("inf")
    for _ in range(repeats):
        started = clock()
        work()
        best = min(best, clock() - started)
    return best


def resident_mb() -> float:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--places", type=int, default=24, help="scenes to draw (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()

    places = sample_places(options.places, seed=11, split="game")
    first_s = seconds(lambda: render_views(build_scenes(places.head(1))[0], 16, 1))
    scenes_s = seconds(lambda: build_scenes(places), time.process_time)
    scenes = build_scenes(places)
    layouts_s = seconds(lambda: [lay_out(scene) for scene in scenes], time.process_time)
    figures: dict[str, float | int] = {"first_call_s": round(first_s, 2)}
    views_s = {}
    for samples in (1, 2, 4):
        views_s[samples] = seconds(lambda k=samples: [render_views(s, 96, k) for s in scenes], time.process_time)  # type: ignore[misc]
    count = len(scenes)
    figures["scene_ms"] = round(1000 * scenes_s / count, 2)
    figures["layout_ms"] = round(1000 * layouts_s / count, 2)
    figures["panoramas_per_s"] = round(count / (views_s[4] + scenes_s), 1)
    figures["panoramas_per_s_2_samples"] = round(count / (views_s[2] + scenes_s), 1)
    figures["panoramas_per_s_1_sample"] = round(count / (views_s[1] + scenes_s), 1)
    figures["four_samples_against_one"] = round(views_s[4] / views_s[1], 2)
    before = resident_mb()
    for scene in scenes:
        render_views(scene, 96, 1)
    figures["rss_growth_mb"] = round(resident_mb() - before, 1)

    figures["equirectangular_2048_s"] = round(seconds(lambda: render_equirectangular(scenes[0], 2048, 4), repeats=3), 2)
    layout = lay_out(scenes[0])
    out = np.empty((512, 1024, 3), np.uint8)

    def draw(low: int) -> None:
        draw_rows(*layout, out, *NO_MAPS, *scratch(1024), low, low + 32, 0.0, 0.0, 1)

    alone = seconds(lambda: [draw(low) for low in range(0, 512, 32)], repeats=3)
    with ThreadPoolExecutor(2) as pool:
        both = seconds(lambda: list(pool.map(draw, range(0, 512, 32))), repeats=3)
    figures["two_threads_against_one"] = round(alone / both, 2)
    for name, value in figures.items():
        print(f"{name:28} {value}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
