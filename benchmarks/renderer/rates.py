"""Places a second, seconds a panorama, milliseconds a stage, and memory: the renderer in processes that are warm."""

import multiprocessing
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.renderer.measuring import Bar, Options, best_s
from benchmarks.renderer.processes import new_python
from world import make_dataset
from world.clues import build_scenes
from world.earth.places import sample_places
from world.layout.lay_out import lay_out
from world.render import render_equirectangular, render_views

SIZE, SAMPLES, WORKERS = 96, 4, 2
BATCH, LEAST = make_dataset.BATCH, 4  # places whose scenes are built at once; and at the end of a measurement
STAGE_PLACES, WARM_PLACES, FULL_PLACES, PANORAMAS = 96, 64, 1024, 4
WAIT_S = 900.0  # for a process to become warm, compiling included


def stages(options: Options, bar: Bar) -> dict[str, float]:
    """Processor milliseconds of the stages of a place in one process.

    Scenes and rays are the better of two tries; a layout is its first one, which cuts letters that nobody has read yet.
    """
    places = sample_places(min(options.places, STAGE_PLACES), seed=11, split="game")
    scenes = build_scenes(places)
    draw(sample_places(LEAST if options.rough else WARM_PLACES, seed=12, split="game"))
    bar.steps(len(scenes))
    took = dict.fromkeys(("scene", "layout", "again", "one", "four"), 0.0)
    for start in range(0, len(places), BATCH):
        lot = places.iloc[start : start + BATCH]
        took["scene"] += best_s(lambda: build_scenes(lot), time.process_time)  # noqa: B023 - called at once
    for scene in scenes:  # in turn, so that a slow moment of the machine meets all
        took["layout"] += best_s(lambda: lay_out(scene), time.process_time, repeats=1)  # noqa: B023
        took["again"] += best_s(lambda: lay_out(scene), time.process_time)  # noqa: B023
        took["one"] += best_s(lambda: render_views(scene, SIZE, 1), time.process_time)  # noqa: B023
        took["four"] += best_s(lambda: render_views(scene, SIZE, SAMPLES), time.process_time)  # noqa: B023
        bar.step()
    ms = {name: 1000.0 * seconds / len(scenes) for name, seconds in took.items()}
    found = {"scene_ms": ms["scene"], "layout_ms": ms["layout"], "first_rays_ms": ms["one"] - ms["again"],
             "edge_rays_ms": ms["four"] - ms["one"]}  # fmt: skip
    return {name: round(value, 2) for name, value in found.items()}


def panoramas_per_s(options: Options, bar: Bar) -> float:
    """Places a second in WORKERS processes, each warm before the clock starts."""
    places = sample_places(options.places, seed=11, split="game")
    warm = sample_places(LEAST if options.rough else WARM_PLACES, seed=12, split="game")
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Barrier(WORKERS + 1)
    bar.steps(len(places))
    with spawn.Pool(WORKERS, _begin_warm, (warm, ready)) as pool:
        ready.wait(WAIT_S)
        began = time.perf_counter()
        for done in pool.imap_unordered(draw, shrinking_lots(places)):
            bar.step(done)
        return round(len(places) / (time.perf_counter() - began), 1)


def dataset_places_per_s(options: Options, bar: Bar) -> float:
    """Places a second of `world.make_dataset`, files included: what a larger data set takes longer than a small one."""
    few = 0 if options.rough else BATCH * (os.cpu_count() or 1)
    took = {0: 0.0}
    bar.steps(2)
    for count in (few, few + options.places):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            if count:
                new_python(["-m", "world.make_dataset", "--places", str(count), "--seed", "11", "--out", folder])
                took[count] = time.perf_counter() - began
        bar.step()
    return round(options.places / (took[few + options.places] - took[few]), 1)


def equirectangular_s(width: int, options: Options, bar: Bar) -> float:
    """Seconds of a panorama `width` pixels wide on all cores, layout included: the mean of some places."""
    scenes = build_scenes(sample_places(1 if options.rough else PANORAMAS, seed=11, split="game"))
    render_equirectangular(scenes[0], 64)
    bar.steps(len(scenes))
    took = []
    for scene in scenes:
        took.append(best_s(lambda: render_equirectangular(scene, width), repeats=1 if options.rough else 2))  # noqa: B023
        bar.step()
    return round(statistics.mean(took), 2)


def rss_growth_mb(options: Options, bar: Bar) -> float:
    """Memory that one process gains over `options.panoramas` places, once its bounded caches are full."""
    bar.steps(options.panoramas)
    starts = range(0, options.panoramas, BATCH)
    work = [(min(BATCH, options.panoramas - start), 1000 + start) for start in starts]
    with multiprocessing.get_context("spawn").Pool(1, _leave_interrupts) as pool:
        held = [pool.apply(_fill_caches, (LEAST if options.rough else FULL_PLACES,))]
        for (count, _), megabytes in zip(work, pool.imap(_draw_and_weigh, work), strict=True):
            held.append(megabytes)
            bar.step(count)
    return round(held[-1] - held[0], 1)


def draw(places: pd.DataFrame) -> int:
    """Build and draw some places, as the rates count them; how many."""
    for scene in build_scenes(places):
        render_views(scene, SIZE, SAMPLES)
    return len(places)


def shrinking_lots(places: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Lots of BATCH, and smaller ones towards the end, so that no process waits long for another."""
    start = 0
    while start < len(places):
        size = min(BATCH, max(LEAST, (len(places) - start) // (2 * WORKERS)))
        yield places.iloc[start : start + size]
        start += size


def resident_mb() -> float:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _begin_warm(places: pd.DataFrame, ready: Any) -> None:
    """A worker's first act: load and compile all, then wait for the others."""
    _leave_interrupts()
    draw(places)
    ready.wait(WAIT_S)


def _fill_caches(places: int) -> float:
    for start in range(0, places, BATCH):
        for scene in build_scenes(sample_places(min(BATCH, places - start), seed=900 + start, split="game")):
            lay_out(scene)  # lettering is cut here, and its cache is the largest
    draw(sample_places(min(places, WARM_PLACES), seed=12, split="game"))
    return resident_mb()


def _draw_and_weigh(work: tuple[int, int]) -> float:
    count, seed = work
    draw(sample_places(count, seed=seed, split="game"))
    return resident_mb()


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C and ends the pool
