"""Who is still at it: a file that a process keeps locked for as long as it lives. Knows no bot and no page.

The system itself lets go of the lock when the process ends, however it ends; so a crash leaves nothing behind, and a
process id that is used again misleads nobody. A lock taken before a process is started can be handed down to it.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from model.errors import ConfigError, StorageError

HANDED_DOWN = "HOMING_BOT_LOCK"  # in a child's environment: the lock that it holds from its first moment


@contextlib.contextmanager
def held(path: Path) -> Iterator[int]:
    """Hold the lock for the length of a `with`, after whoever holds it now; gives the file's descriptor.

    Hand that to a child (`pass_fds`), and the lock is held until the child has ended too.

    Raises:
        StorageError: the file cannot be written.
    """
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def hold_for_life(path: Path) -> None:
    """Hold the lock until this process ends; nothing to do where whoever started it handed the lock down.

    Raises:
        StorageError: the file cannot be written.
        ConfigError: another living process holds it.
    """
    if os.environ.get(HANDED_DOWN) == str(path):
        return
    if is_held(path):
        raise ConfigError(f"another bot is playing into {path.parent}; choose another folder with --out.")
    fcntl.flock(_opened(path), fcntl.LOCK_EX)  # waits for no longer than somebody's look takes


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not take each other for life
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError(f"could not write {path}: {error.strerror or error}.") from error
