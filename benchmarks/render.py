"""How fast the simulated Earth is drawn: training views a second, large panoramas, and memory over many of them.

    python -m benchmarks.render [--places 96] [--panoramas 2000] [--first-version git] [--json]

`panoramas_per_s` are places a second, scene building included, drawn as world/make_dataset.py draws them: four views
of 96 x 96 pixels, 4 samples, in two worker processes, after both have compiled everything. `rss_growth_mb` is how much
memory one process gains over --panoramas such places (100000 takes the better part of an hour).

`against_first_version` is the time of one place in one process, divided by that of the renderer's first version, in
processor seconds and in the same run, so that a busy machine slows both. The first version is taken from the history
(`--first-version git`, commit FIRST_VERSION in a temporary worktree) or from a folder that holds it; without one the
figure is null. With --json the last line is one JSON object.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from world.clues import build_scenes
from world.draw.column import scratch
from world.draw.rows import draw_rows
from world.earth.places import sample_places
from world.layout.lay_out import lay_out
from world.render import NO_MAPS, render_equirectangular, render_views

ROOT = Path(__file__).resolve().parents[1]
FIRST_VERSION = "f3e57c6"
SIZE, SAMPLES, BATCH, WORKERS, LOTS = 96, 4, 32, 2, 8  # LOTS of BATCH places for each worker
# Processor seconds of one place, scene building included; runs in this version and in the first one.
ONE_PLACE = """
import sys, time
sys.path.insert(0, ".")
from world.clues import build_scenes
from world.earth.places import sample_places
from world.render import render_views
places = sample_places(int(sys.argv[1]), seed=11, split="game")
render_views(build_scenes(places.head(2))[0], 96, 4)
started = time.process_time()
for scene in build_scenes(places):
    render_views(scene, 96, 4)
print((time.process_time() - started) / len(places))
"""


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


def draw_batch(places: pd.DataFrame) -> int:
    """Build and draw some places; how many."""
    for scene in build_scenes(places):
        render_views(scene, SIZE, SAMPLES)
    return len(places)


def batches(places: pd.DataFrame) -> list[pd.DataFrame]:
    """The places in lots of BATCH."""
    return [places.iloc[start : start + BATCH] for start in range(0, len(places), BATCH)]


def panoramas_per_s() -> float:
    """Places a second in WORKERS processes, each warm before the clock starts and each with the same number of lots."""
    places = sample_places(LOTS * WORKERS * BATCH, seed=11, split="game")
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        pool.map(draw_batch, [places.head(4)] * WORKERS * 2, chunksize=1)
        started = time.perf_counter()
        done = sum(pool.imap_unordered(draw_batch, batches(places)))
        return done / (time.perf_counter() - started)


def growth_mb(panoramas: int) -> float:
    """Memory gained over so many places, after the first 64 have filled every cache."""
    draw_batch(sample_places(64, seed=12, split="game"))
    before = resident_mb()
    lots = range(0, panoramas, BATCH)
    for k in track(lots, "memory", console=Console(stderr=True), transient=True):
        draw_batch(sample_places(min(BATCH, panoramas - k), seed=13 + k, split="game"))
    return resident_mb() - before


@contextmanager
def first_version(where: str) -> Iterator[Path | None]:
    """The folder of the renderer's first version: none, a folder, or a worktree of its commit for as long as needed."""
    if where != "git":
        yield Path(where) if where else None
        return
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "first"
        made = subprocess.run(
            ["git", "-C", str(ROOT), "worktree", "add", "--detach", str(tree), FIRST_VERSION],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            print(f"the history lacks {FIRST_VERSION} ({made.stderr.strip()}); say --first-version FOLDER")
            yield None
            return
        try:
            yield tree
        finally:
            subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)], check=False)


def one_place_s(folder: Path, count: int) -> float:
    """Processor seconds of one place with the code in `folder`, the better of two processes."""
    command = [sys.executable, "-c", ONE_PLACE, str(count)]
    runs = [subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True) for _ in range(2)]
    return min(float(done.stdout.split()[-1]) for done in runs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.render", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=int, default=96, help="scenes to draw (default: %(default)s)")
    parser.add_argument("--panoramas", type=int, default=2000, help="places drawn for memory (default: %(default)s)")
    parser.add_argument(
        "--first-version", default="", metavar="git|FOLDER", help="where the first version is (default: not measured)"
    )
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()
    if options.places < 4 or options.panoramas < 0:
        parser.error("--places must be at least 4 and --panoramas not negative")
    if options.first_version not in ("", "git") and not (Path(options.first_version) / "world/render.py").is_file():
        parser.error(f"--first-version: {options.first_version} holds no world/render.py")

    places = sample_places(options.places, seed=11, split="game")
    figures: dict[str, float | None] = {}
    figures["first_call_s"] = round(seconds(lambda: render_views(build_scenes(places.head(1))[0], 16, 1)), 2)
    lots = batches(places)
    scenes = [scene for lot in lots for scene in build_scenes(lot)]
    scenes_s = seconds(lambda: [build_scenes(lot) for lot in lots], time.process_time, 2)
    layouts_s = seconds(lambda: [lay_out(scene) for scene in scenes], time.process_time, 2)
    views_s = {
        k: seconds(lambda k=k: [render_views(scene, SIZE, k) for scene in scenes], time.process_time)  # type: ignore[misc]
        for k in (1, 2, 4)
    }
    figures["scene_ms"] = round(1000 * scenes_s / len(scenes), 2)
    figures["layout_ms"] = round(1000 * layouts_s / len(scenes), 2)
    figures["views_ms"] = round(1000 * views_s[4] / len(scenes), 2)
    figures["four_samples_against_one"] = round(views_s[4] / views_s[1], 2)
    figures["two_samples_against_one"] = round(views_s[2] / views_s[1], 2)
    figures["panoramas_per_s"] = round(panoramas_per_s(), 1)
    figures["equirectangular_2048_s"] = round(seconds(lambda: render_equirectangular(scenes[0], 2048, 4), repeats=3), 2)
    figures["two_threads_against_one"] = round(two_threads(lay_out(scenes[0])), 2)
    figures["rss_growth_mb"] = round(growth_mb(options.panoramas), 1)
    with first_version(options.first_version) as folder:
        count = min(48, options.places)
        ratio = None if folder is None else round(one_place_s(ROOT, count) / one_place_s(folder, count), 2)
    figures["against_first_version"] = ratio
    for name, value in figures.items():
        print(f"{name:28} {'not measured: say --first-version' if value is None else value}")
    if options.json:
        print(json.dumps(figures))


def two_threads(layout: tuple[object, ...]) -> float:
    """How much faster two threads draw one panorama than one does."""
    out = np.empty((512, 1024, 3), np.uint8)

    def draw(low: int) -> None:
        draw_rows(layout, out, *NO_MAPS, scratch(1024), (0, 512, 2 * low, 2 * low + 64), 0.0, 0.0, 1)

    def one_after_another() -> None:
        for low in range(0, 512, 32):
            draw(low)

    alone = seconds(one_after_another, repeats=3)
    with ThreadPoolExecutor(2) as pool:
        return alone / seconds(lambda: list(pool.map(draw, range(0, 512, 32))), repeats=3)


if __name__ == "__main__":
    main()
