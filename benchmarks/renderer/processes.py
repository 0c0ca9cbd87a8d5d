"""New processes: up to their first panorama, and the same places drawn by an older version. Knows no pixels."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.renderer.measuring import Bar, Options
from model.errors import HomingError
from model.geo.folders import cache_dir, repository_dir
from world.earth.places import sample_places

ROOT, VERSION_2 = repository_dir(), "850e876"
RATIO_PLACES = 72
# A new process up to its first panorama, as the command `python -m world.render` goes; it tells the time of the wall.
START = """
import time
from world.clues import build_scene
from world.render import render_equirectangular
from world.warm_up import ready
ready()
render_equirectangular(build_scene(48.2, 16.4, 6, 11.0, 0), 2048)
print(time.time())
"""
# Processor seconds of one place, scene building included; runs in this version and in version 2.
ONE_PLACE = """
import sys, time
import pandas as pd
from world.clues import build_scenes
from world.render import render_views
def draw(places):
    for scene in build_scenes(places):
        render_views(scene, 96, 4)
places = pd.read_csv(sys.argv[1])
warm = len(places) // 3
draw(places.iloc[:warm])  # the rest has letters that nobody has read yet
began = time.process_time()
draw(places.iloc[warm:])
print((time.process_time() - began) / (len(places) - warm))
"""


class ProcessError(HomingError):
    """A process that a measurement needs did not do its work."""


def cold_start_s(options: Options, bar: Bar) -> float:
    """Seconds of a new process with an empty cache up to its first panorama."""
    bar.steps(1)
    with tempfile.TemporaryDirectory() as cache:
        if not options.atlas:
            _copy_atlas(Path(cache))
        took = _start_s({"HOMING_CACHE": cache})
    bar.step()
    return round(took, 1)


def warm_start_s(options: Options, bar: Bar) -> float:
    """Seconds of a new process with a full cache up to its first panorama, the better of two."""
    bar.steps(3)
    took = []
    for _ in range(3):  # the first fills what the cache lacks
        took.append(_start_s({}))
        bar.step()
    return round(min(took[1:]), 2)


def against_version_2(options: Options, bar: Bar) -> float | None:
    """Processor seconds of one place, divided by those of version 2; None, and a sentence, where git lacks that."""
    bar.steps(4)
    with tempfile.TemporaryDirectory() as folder, checked_out(VERSION_2, Path(folder) / "version-2") as old:
        if old is None:
            return None
        table, cache = Path(folder) / "places.csv", Path(folder) / "cache"
        places = sample_places(min(options.places, RATIO_PLACES), seed=11, split="game")
        places[["lat", "lng", "month", "hour", "seed"]].to_csv(table, index=False)
        _copy_atlas(cache)
        took: dict[Path, list[float]] = {old: [], ROOT: []}
        for tree in (old, ROOT, old, ROOT):  # in turn, so that a slow moment of the machine meets both
            own_cache = {"HOMING_CACHE": str(cache)} if tree == old else {}
            took[tree].append(float(new_python(["-c", ONE_PLACE, str(table)], tree, own_cache)))
            bar.step()
        return round(min(took[ROOT]) / min(took[old]), 3)


def new_python(arguments: Sequence[str], tree: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """The last line that a new Python process says; it imports what lies in `tree`.

    Raises:
        ProcessError: it failed.
    """
    # PYTHONPATH may name this checkout, and machine code belongs into the cache that is measured
    kept = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    done = subprocess.run([sys.executable, *arguments], cwd=tree, env=kept | (environment or {}), capture_output=True,
                          text=True, check=False)  # fmt: skip
    told = done.stdout.strip().splitlines()
    if done.returncode or not told:
        said = (done.stderr.strip() or "none").splitlines()[-1]
        raise ProcessError(f"a process of this measurement ended with {done.returncode}; its last words: {said}")
    return told[-1]


@contextmanager
def checked_out(commit: str, tree: Path) -> Iterator[Path | None]:
    """A worktree of a commit for as long as it is needed; None, and a sentence, where git does not have it."""
    add = ["git", "-C", str(ROOT), "worktree", "add", "--detach", str(tree), commit]
    try:
        made = subprocess.run(add, capture_output=True, text=True, check=False)
        trouble = (made.stderr.strip() or "git said nothing").splitlines()[-1] if made.returncode else ""
    except OSError as error:
        trouble = f"git did not start: {error.strerror}"
    if trouble:
        print(f"not compared with version 2: looked for commit {commit} in the history of this checkout ({trouble}); "
              "fetch the whole history with git, then run this again", file=sys.stderr)  # fmt: skip
        yield None
        return
    try:
        yield tree
    finally:
        with contextlib.suppress(OSError):
            remove = ["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)]
            subprocess.run(remove, capture_output=True, check=False)


def _start_s(environment: dict[str, str]) -> float:
    began = time.time()
    return float(new_python(["-c", START], environment=environment)) - began


def _copy_atlas(cache: Path) -> None:
    """Give a cache what is true of the Earth, and nothing that is drawn."""
    if (cache_dir() / "atlas").is_dir():
        shutil.copytree(cache_dir() / "atlas", cache / "atlas")
