"""Compiled kernels: one decorator for all of them, and where numba keeps the machine code. Knows nothing of scenes."""

import hashlib
import os
from pathlib import Path
from typing import Any

import numba

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
