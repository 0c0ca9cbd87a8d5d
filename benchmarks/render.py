"""How fast the simulated Earth is drawn, how long it takes to begin, and whether it keeps its memory.

    python -m benchmarks.render                                     # everything, more than an hour: see --panoramas
    python -m benchmarks.render --panoramas 2000 --json             # everything, some six minutes
    python -m benchmarks.render --only stages,panoramas_per_s       # two measurements, half a minute

stages                  processor milliseconds of one place of 4 views of 96 px in one process: its scene (built 32 at a
                        time), its layout, one ray a pixel, and the rays more that edges get with 4 samples
panoramas_per_s         places a second in two processes, both warm before the clock starts: 4 views of 96 px, 4
                        samples, scene and layout included. Lots get smaller towards the end: both end together
dataset_places_per_s    what `python -m world.make_dataset` does with its defaults, JPEG files included. A small and a
                        large data set are made; the difference leaves out how long the command takes to begin
equirectangular_2048_s  one panorama of 2048 x 1024 px as the game shows it, layout included, on all cores: the mean of
equirectangular_4096_s  some places, the better of two each; and the same at 4096 x 2048 px
cold_start_s            a new process with an empty HOMING_CACHE up to its first panorama of 2048 px: machine code,
                        plants and figures are made. The atlas stays (with --atlas it is built too)
warm_start_s            the same with a full cache, the better of two
against_version_2       processor seconds of one place divided by those of the renderer of commit 850e876, in this run
                        and for the same places: 0.5 is twice as fast. The commit is checked out in a temporary
                        worktree and compiles its own machine code, a minute or two; null where git does not have it
rss_growth_mb           memory that one process gains while it draws --panoramas places, counted from when its bounded
                        caches are full (1,024 layouts)

All but the ratio depend on the machine: nothing else should run. With --json the last line is one JSON object.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.renderer import processes, rates
from benchmarks.renderer.measuring import Bar, Options
from model.commands import run
from world import WORLD_VERSION

MEASUREMENTS: dict[str, Callable[[Options, Bar], Any]] = {
    "stages": rates.stages,
    "panoramas_per_s": rates.panoramas_per_s,
    "dataset_places_per_s": rates.dataset_places_per_s,
    "equirectangular_2048_s": lambda options, bar: rates.equirectangular_s(2048, options, bar),
    "equirectangular_4096_s": lambda options, bar: rates.equirectangular_s(4096, options, bar),
    "cold_start_s": processes.cold_start_s,
    "warm_start_s": processes.warm_start_s,
    "against_version_2": processes.against_version_2,
    "rss_growth_mb": rates.rss_growth_mb,
}
OF_MANY = ("panoramas_per_s", "dataset_places_per_s")  # rates that a few places do not give
FEWEST = 256


def measure(options: Options, wanted: Sequence[str]) -> dict[str, Any]:
    """The wanted figures in the order of MEASUREMENTS, then what they were measured with ("run")."""
    figures: dict[str, Any] = {}
    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name in wanted:
            bar = Bar(progress, progress.add_task(name, total=None))
            figures[name] = MEASUREMENTS[name](options, bar)
            progress.update(bar.task, total=1, completed=1)
    figures["run"] = {
        "world_version": WORLD_VERSION, "cores": os.cpu_count(), "places": options.places,
        "panoramas": options.panoramas, "rough": options.rough, "atlas": options.atlas,
    }  # fmt: skip
    return figures


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.render`."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.render", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", metavar="NAME,NAME", help="measure these alone (default: all of them)")
    parser.add_argument("--places", type=int, default=Options.places, help="places for the rates, at least 256; stages "
                        f"and the ratio take up to {rates.STAGE_PLACES} of them (default: %(default)s)")  # fmt: skip
    parser.add_argument("--panoramas", type=int, default=Options.panoramas, help="places that are drawn for memory: a "
                        "process draws 1,000 in some 15 to 50 seconds (default: %(default)s)")  # fmt: skip
    parser.add_argument("--rough", action="store_true", help="allow fewer places, and repeat nothing: shows that all "
                        "works, and nothing of the speed")  # fmt: skip
    parser.add_argument("--atlas", action="store_true", help="a cold start builds the atlas too, 20 to 40 seconds more")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    given = parser.parse_args(argv)
    asked = [name.strip() for name in given.only.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in MEASUREMENTS]:
        parser.error(f"--only: found {', '.join(unknown)}, looked for some of {', '.join(MEASUREMENTS)}")
    wanted = [name for name in MEASUREMENTS if name in asked or not asked]
    if given.places < 1 or given.panoramas < 1:
        parser.error(f"--places and --panoramas must be 1 or more, found {given.places} and {given.panoramas}")
    if given.places < FEWEST and not given.rough and any(name in OF_MANY for name in wanted):
        parser.error(f"--places {given.places} are too few for {' and '.join(OF_MANY)}: at the end one process waits "
                     f"for the other; ask for {FEWEST} or more, or say --rough")  # fmt: skip

    def main() -> None:
        figures = measure(Options(given.places, given.panoramas, given.rough, given.atlas), wanted)
        for name, value in figures.items():
            for part, number in value.items() if isinstance(value, dict) else [(name, value)]:
                print(f"{part:24} {'not measured' if number is None else number}")
        if given.json:
            print(json.dumps(figures))

    run(main)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ended by a signal, it takes its processes along
    cli()
