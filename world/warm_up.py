"""Make what is made once before anybody waits for it: the renderer's machine code, and the pictures of plants.

    python -m world.warm_up           # some seconds the first time, then nothing

What is made is kept in the cache folder, one set for each state of the sources.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

from model.artifacts import whole
from model.commands import parser_for, read, run
from model.geo.folders import cache_dir
from world.clues import build_scene
from world.draw.compiled import SOURCES, is_compiled, note, sweep
from world.render import render_equirectangular, render_maps, render_views


def compile_all() -> float:
    """Compile or load every kernel by drawing one small place -> seconds it took.

    Raises:
        StorageError: the cache cannot be written.
    """
    began = time.perf_counter()
    scene = build_scene(48.2, 16.4, 6, 11.0, 0)
    render_views(scene, size=16, samples=2, headings=(0,))
    render_equirectangular(scene, width=64)
    render_maps(scene, width=64)
    took_s = time.perf_counter() - began
    if not is_compiled():
        with whole(note()) as temporary:
            temporary.write_text(f"compiled in {took_s:.0f} s\n", encoding="utf-8")
    sweep(cache_dir() / "numba", "*", SOURCES)
    return took_s


@dataclass(frozen=True)
class WarmUpConfig:
    """How much the command does."""

    again: bool = field(default=False, metadata={"help": "draw the small place even if all is compiled"})


def main(config: WarmUpConfig) -> Path:
    """Compile what is not compiled yet, with a word before and after -> the note that says so."""
    if config.again or not is_compiled():
        print("compiling the renderer (once, about a minute) …", flush=True)
        print(f"the renderer is compiled, in {compile_all():.0f} s")
    return note()


if __name__ == "__main__":
    _parser = parser_for(WarmUpConfig, "python -m world.warm_up", __doc__ or "")
    run(lambda: main(read(_parser, WarmUpConfig)))
