"""Pictures drawn once and kept in the cache folder, mapped so that all processes share one copy. Knows no pictures."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.artifacts import whole
from model.errors import StorageError
from world.draw.compiled import sweep

Pictures = NDArray[np.uint8]
_drawing = threading.RLock()


def kept(path: Path, shape: tuple[int, ...], draw: Callable[[], Pictures]) -> Pictures:
    """The pictures at `path`, uint8 of `shape`; drawn first where they are missing, cut short or of another shape.

    One process and one thread draw, others wait for them. Where nothing can be written the drawing is used as it is.
    Files of the same name but for what follows the dash go when nobody has used them for a day.
    """
    with _drawing:
        if (found := _mapped(path, shape)) is not None:
            return found
        with _alone(path):
            if (found := _mapped(path, shape)) is not None:  # another process drew them while this one waited
                return found
            drawn = draw()
            with suppress(StorageError), whole(path) as partial:  # a full disk costs only time
                np.save(partial, drawn)
            sweep(path.parent, f"{path.name.split('-')[0]}-{'[0-9a-f]' * 12}.npy", path.name)
        found = _mapped(path, shape)
        return drawn if found is None else found


def _mapped(path: Path, shape: tuple[int, ...]) -> Pictures | None:
    """Copy on write: kernels know one kind of array, and nobody writes."""
    try:
        mapped = np.load(path, mmap_mode="c", allow_pickle=False)
    except Exception:  # not drawn yet, cut short, or junk: numpy raises half a dozen kinds for that
        return None
    if (
        not isinstance(mapped, np.ndarray)
        or mapped.shape != shape
        or mapped.dtype != np.uint8
        or not mapped.flags.c_contiguous
    ):
        return None
    with suppress(OSError):
        os.utime(path)  # in use
    return np.asarray(mapped)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process. Where no file can be made, everybody draws."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        stream = (path.parent / f".{path.name}.lock").open("w")
    except OSError:
        yield
        return
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
