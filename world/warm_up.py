"""Make what is made once before anybody waits for it: the atlas, the pictures of plants, the renderer's machine code.

    python -m world.warm_up           # some seconds the first time, then nothing

What is made is kept in the cache folder, one set for each state of the sources. Two processes make it side by side,
because numba compiles one function at a time in each; whoever asks meanwhile waits for them.
"""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import pi
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from model.artifacts import whole
from model.commands import parser_for, read, run
from model.errors import ConfigError, StorageError
from model.geo.atlas import Atlas
from model.geo.folders import cache_dir, repository_dir
from world.clues import build_scene
from world.draw.column import scratch
from world.draw.compiled import SOURCES, is_compiled, note, sweep
from world.draw.rows import draw_rows
from world.draw.slots import NUMBERS
from world.layout.lay_out import Layout, lay_out
from world.scene import Scene
from world.sprites.atlas import plant_atlas
from world.sprites.figures import figure_atlas

LOG = logging.getLogger("homing.world")
Report = Callable[[str, float], None]  # what is being made, and the share that is done, 0 … 1

RENDERER, ATLAS, PLANTS, LAYOUT = "the renderer", "the atlas of the Earth", "plants and people", "the layout"
BESIDE = ((RENDERER,), (ATLAS, PLANTS, LAYOUT))  # what two processes make, each in its order
SETS = "[0-9a-f]" * 12  # how folders of machine code are called: a cache folder may be shared, `numba` is a common name
WATCH_S, GRACE_S = 0.5, 3.0  # how often a child looks for its parent; and in which it may tidy up
TRIED = 0.97  # of the bar, when all is made and not yet loaded
WEIGHTS = {RENDERER: 15.0, ATLAS: 9.0, PLANTS: 5.0, LAYOUT: 3.0}  # seconds of a processor, for the bar
# axes of what `draw_rows` reads of a scene: the renderer can be compiled before there is an Earth
AXES = {
    "numbers": 1, "objects": 2, "starts": 1, "items": 1, "strips": 2, "terrain": 3, "rings": 2, "atlas": 4,
    "figures": 4, "shares": 2, "palette": 2, "text": 3, "noise": 2, "shadows": 2,
}  # fmt: skip


def small_place() -> Scene:
    """A place that has a bit of everything."""
    return build_scene(48.2, 16.4, 6, 11.0, 0)


def compile_all() -> float:
    """Compile or load every kernel by drawing one small place -> seconds it took.

    Raises:
        StorageError: the cache cannot be written.
    """
    began = time.perf_counter()
    _draw(lay_out(small_place()), 16)
    took_s = time.perf_counter() - began
    if not is_compiled():
        with whole(note()) as temporary:
            temporary.write_text(f"compiled in {took_s:.0f} s\n", encoding="utf-8")
    sweep(cache_dir() / "numba", SETS, SOURCES)
    return took_s


def empty_layout() -> Layout:
    """A layout of the right kinds of arrays and nothing in them.

    Raises:
        ConfigError: `AXES` does not fit `Layout`.
    """
    kinds = get_type_hints(Layout)
    if set(kinds) != set(AXES):
        raise ConfigError(f"AXES names {sorted(AXES)}, but a layout has {sorted(kinds)}; name the same in both.")
    arrays: dict[str, Any] = {}
    for name, kind in kinds.items():
        dtype = get_args(get_args(kind)[1])[0]
        arrays[name] = np.zeros((NUMBERS,) if AXES[name] == 1 else (1,) * AXES[name], dtype)
    return Layout(**arrays)


def compile_renderer() -> None:
    """Compile what draws rows, by drawing none."""
    _draw(empty_layout(), 0)


def _draw(layout: Layout, side: int) -> None:
    """A view of so many pixels, its types those of every other picture."""
    picture, depth, classes = (
        np.empty((side, side, 3), np.uint8),
        np.empty((0, 0), np.float32),
        np.empty((0, 0), np.uint8),
    )
    draw_rows(layout, picture, depth, classes, scratch(side), (0, side, 0, side), 0.0, pi / 2.0, 2)


def grow_plants() -> None:
    """Draw the pictures of plants, people, animals and things."""
    plant_atlas()
    figure_atlas()


MAKERS: dict[str, Callable[[], object]] = {
    RENDERER: compile_renderer,
    ATLAS: lambda: Atlas.open(progress=False),
    PLANTS: grow_plants,
    LAYOUT: lambda: lay_out(small_place()),
}


def prepare(report: Report = lambda words, share: None) -> float:
    """Make everything that is missing, in two processes, then load it into this one -> seconds it took.

    A process that fails is told of in the log, and this one makes what is missing. Safe to call from many processes
    and threads: one makes, the others wait.

    Raises:
        StorageError: the cache cannot be written.
    """
    began = time.perf_counter()
    with _alone(lambda: report("waiting for another process", 0.0)):
        if not is_compiled():
            _beside(report)
        compile_all()
    report("done", 1.0)
    return time.perf_counter() - began


def _beside(report: Report) -> None:
    """Start the processes and follow them until both are over."""
    missing, failed, lock = dict(WEIGHTS), list[str](), threading.Lock()

    def tell() -> None:
        share = TRIED * (1.0 - sum(missing.values()) / sum(WEIGHTS.values()))
        report(" and ".join(next(part for part in parts if part in missing) for parts in BESIDE
                            if any(part in missing for part in parts)), share)  # fmt: skip

    def follow(parts: tuple[str, ...]) -> None:
        with _child(parts) as child:
            for line in child.stdout or ():
                with lock:
                    missing.pop(line.strip(), None)
                    if missing:
                        tell()
            last = ((child.stderr.read() if child.stderr else "").strip().splitlines() or ["it said nothing"])[-1]
        if child.returncode:
            LOG.warning("a process that makes %s ended early: %s", ", ".join(parts), last)
            with lock:  # this process will make the rest
                for part in parts:
                    missing.pop(part, None)
                failed.append(last)

    tell()
    followers = [threading.Thread(target=follow, args=(parts,), daemon=True) for parts in BESIDE]
    for one in followers:
        one.start()
    for one in followers:
        one.join()
    words = f"the rest of it here, slower, because a process failed ({failed[0]:.80})" if failed else "trying it out"
    report(words, TRIED)


def _command(parts: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "world.warm_up", "--parts", ",".join(parts)]


@contextmanager
def _child(parts: tuple[str, ...]) -> Iterator["subprocess.Popen[str]"]:
    """A process that makes some parts and tells each by a line. It ends with this block."""
    with subprocess.Popen(
        _command(parts), cwd=repository_dir(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None and sys.exc_info()[0] is not None:
                child.terminate()


def end_with_parent() -> None:
    """For a child: end soon when the process that started this one is no more, however it ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os.kill(os.getpid(), signal.SIGINT)  # half-written files go
        time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _alone(waits: Callable[[], object]) -> Iterator[None]:
    """One maker at a time; the lock goes with the process, so a killed one leaves none behind. `waits` tells of it."""
    try:
        note().parent.mkdir(parents=True, exist_ok=True)
        stream = (note().parent / ".making").open("w")
    except OSError as error:
        raise StorageError(
            f"could not write the renderer's machine code to {note().parent}: {error.strerror or error}. Free some "
            "200 MB there, or name another folder in HOMING_CACHE, then run the same command again."
        ) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def before_drawing() -> None:
    """For whoever draws inside a server: hold this thread until all is made, so that no other one meets a compiler.

    Where the cache cannot be written this is said in the log, and drawing compiles for itself.
    """
    if is_compiled():
        return
    try:
        prepare()
    except StorageError as error:
        LOG.warning("nothing could be made in advance: %s", error)


def ready() -> None:
    """For commands: make what is missing before the work begins, with a bar. Nothing when all is there."""
    if is_compiled():
        return
    console = Console(stderr=True)
    if not console.is_terminal:
        print("making the atlas, the plants and the renderer (once, about 20 s) …", file=sys.stderr, flush=True)
        print(f"made, in {prepare():.0f} s", file=sys.stderr)
        return
    columns = (TextColumn("getting the Earth ready (once)"), BarColumn(), TextColumn("{task.description}"),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=1.0)
        prepare(lambda words, share: bar.update(task, description=words, completed=share))


@dataclass(frozen=True)
class WarmUpConfig:
    """How much the command does."""

    again: bool = field(default=False, metadata={"help": "draw the small place even if all is made"})
    parts: str = field(default="", metadata={"help": "only these, with commas, one line for each when it is made"})


def main(config: WarmUpConfig) -> Path:
    """Make what is not made yet -> the note that says that nothing is missing.

    Raises:
        ConfigError: a part that there is not. StorageError: the cache cannot be written.
    """
    parts = [part for part in config.parts.split(",") if part]
    for part in parts:
        if part not in MAKERS:
            raise ConfigError(f"looked for a part {part!r}, found only {', '.join(MAKERS)}.")
    if parts:
        end_with_parent()
    for part in parts:
        MAKERS[part]()
        print(part, flush=True)
    if not parts:
        ready()
        if config.again:
            print(f"the small place took {compile_all():.1f} s")
    return note()


if __name__ == "__main__":
    _parser = parser_for(WarmUpConfig, "python -m world.warm_up", __doc__ or "")
    run(lambda: main(read(_parser, WarmUpConfig)))
