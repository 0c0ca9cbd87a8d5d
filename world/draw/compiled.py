"""Compiled kernels: one decorator for all of them, and where numba keeps the machine code. Knows nothing of scenes.

The machine code is kept in the cache folder, one set for each state of the sources; sets that nobody has used for a
day are swept away when a new one begins. `python -m world.warm_up` compiles all of them before anyone waits.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba

from model.geo.folders import cache_dir
from world.draw.inlining import compiled

WORLD = Path(__file__).parents[1]
SWEEP_AFTER_S = 24 * 3600.0  # another checkout may still use what this one does not


def fingerprint(sources: Iterable[Path], *more: str) -> str:
    """Names the state of some files, of all Python files below some folders, and of some words: 12 hex digits."""
    digest = hashlib.sha256("\n".join(more).encode())
    for source in sources:
        for path in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def kernel_sources(world: Path = WORLD) -> list[Path]:
    """Every file that a kernel's machine code depends on: all that draws, and kernels that live elsewhere."""
    return [
        path for path in sorted(world.rglob("*.py"))
        if path.is_relative_to(world / "draw") or b"\n@kernel" in path.read_bytes()
    ]  # fmt: skip


def sweep(folder: Path, pattern: str, kept: str) -> None:
    """Remove entries of a cache folder that match `pattern` and were not used for a day, all but `kept`.

    `kept` is marked as used. Nothing is raised: a cache that cannot be swept costs only room.
    """
    with suppress(OSError):
        os.utime(folder / kept)
    for entry in folder.glob(pattern):
        with suppress(OSError):
            if entry.name != kept and time.time() - entry.stat().st_mtime > SWEEP_AFTER_S:
                if entry.is_dir():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()


def processor() -> str:
    """What machine code, and the last digit of a sum, depend on: the processor and the compiler."""
    return f"{llvmlite.binding.get_host_cpu_name()} {numba.__version__}"


# numba's own cache does not see that a function which another one calls has changed
SOURCES = fingerprint(kernel_sources())


def machine_code_dir(sources: str = SOURCES) -> Path:
    """The folder of one state of the sources, made here: where numba cannot write it would keep code beside them.

    Below NUMBA_CACHE_DIR or the cache folder; if neither can be written, below the system's folder for temporary files.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    for base in (
        Path(named) if named else cache_dir() / "numba",
        Path(tempfile.gettempdir()) / f"homing-{os.getuid()}",
    ):
        folder = base / sources
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return folder


setattr(numba.config, "CACHE_DIR", str(machine_code_dir()))  # noqa: B010 - numba's own settings are untyped


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
    return compiled(function, OPTIONS)


def note() -> Path:
    """The file that says that nothing is left to be compiled. numba keeps the code of each folder apart."""
    here = hashlib.sha256(f"{SOURCES} {WORLD} {processor()}".encode()).hexdigest()[:12]
    return Path(str(vars(numba.config)["CACHE_DIR"])) / f"compiled-{here}.txt"


def is_compiled() -> bool:
    """Whether `world.warm_up` has compiled everything on this machine since the kernels' sources changed."""
    return note().is_file()
