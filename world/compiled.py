"""Compiled kernels: one decorator for all of them, and where numba keeps the machine code. Knows nothing of scenes.

    python -m world.compiled          # compile all of them before anyone waits: a minute the first time, then nothing

The machine code is kept in the cache folder, one set for each state of the sources.
"""

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numba

from model.artifacts import whole
from model.commands import parser_for, read, run
from model.geo.folders import cache_dir


def _sources() -> str:
    """A fingerprint of every kernel's source: numba's own cache does not see that a called function has changed."""
    digest = hashlib.sha256()
    for path in (Path(__file__), *sorted(Path(__file__).parent.glob("raycast*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


if "NUMBA_CACHE_DIR" not in os.environ:
    setattr(numba.config, "CACHE_DIR", str(cache_dir() / "numba" / _sources()))  # noqa: B010 - numba makes it at run time


# A kernel allocates nothing, so arrays need no counted references (_nrt): counting them in every call of every ray
# halves the speed of one thread and makes two threads wait for one another. Calls are inlined, because a dozen arrays
# are many arguments to hand on for each ray.
OPTIONS: dict[str, Any] = {
    "cache": True,
    "fastmath": True,
    "nogil": True,
    "error_model": "numpy",
    "forceinline": True,
    "_nrt": False,
}


def kernel(function: Any) -> Any:
    """Compile on first call, keep the result on disk, and let other threads run meanwhile."""
    return numba.njit(**OPTIONS)(function)


def is_compiled() -> bool:
    """Whether `compile_all` has run on this machine since the kernels' sources changed."""
    return _note().is_file()


def compile_all() -> float:
    """Compile or load every kernel by drawing one small place -> seconds it took.

    Raises:
        StorageError: the cache cannot be written.
    """
    from world.clues import build_scene  # late: all of them are built with the decorator above
    from world.render import render_equirectangular, render_maps, render_views

    began = time.perf_counter()
    scene = build_scene(48.2, 16.4, 6, 11.0, 0)
    render_views(scene, size=16, samples=2, headings=(0,))
    render_equirectangular(scene, width=64)
    render_maps(scene, width=64)
    took_s = time.perf_counter() - began
    if not is_compiled():
        with whole(_note()) as temporary:
            temporary.write_text(f"compiled in {took_s:.0f} s\n", encoding="utf-8")
    return took_s


def _note() -> Path:
    """Written last: with it there, nothing is left to be compiled. numba keeps the code of each folder apart."""
    here = hashlib.sha256(f"{_sources()} {Path(__file__).parent} {numba.__version__}".encode()).hexdigest()[:12]
    return Path(str(vars(numba.config)["CACHE_DIR"])) / f"compiled-{here}.txt"


@dataclass(frozen=True)
class CompileConfig:
    """How much the command does."""

    again: bool = field(default=False, metadata={"help": "draw the small place even if all is compiled"})


def main(config: CompileConfig) -> Path:
    """Compile what is not compiled yet, with a word before and after -> the note that says so."""
    if config.again or not is_compiled():
        print("compiling the renderer (once, about a minute) …", flush=True)
        print(f"the renderer is compiled, in {compile_all():.0f} s")
    return _note()


if __name__ == "__main__":
    _parser = parser_for(CompileConfig, "python -m world.compiled", __doc__ or "")
    run(lambda: main(read(_parser, CompileConfig)))
