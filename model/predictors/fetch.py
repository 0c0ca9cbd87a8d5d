"""Fetches a published system: room on the disk, file after file, each checked, the record last; goes on where it was.

`cache_dir()/models/NAME/` holds the files in the layout of the hub; a part of a file waits in `.parts/`, named by the
checksum of the whole, so that parts of another release are never mixed in. Knows no page.
"""

import errno
import shutil
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from model.artifacts import write_record
from model.errors import NetworkError, StorageError
from model.predictors import hub
from model.predictors.catalogue import Published, Repository, size_words
from model.predictors.fetched import PARTS, STAGE, Progress, Stopped, folder_for, is_fetched
from model.predictors.hub import Passing, Remote

T = TypeVar("T")

MARGIN_BYTES = 200_000_000  # left free beside the model: a full disk stops more than this
TRIES = 5  # in a row without a new byte
FIRST_WAIT_S = 1.0
SLOW_WAIT_S = 30.0


Tell = Callable[[Progress], None]
Wanted = dict[Path, Remote]


def fetch(
    system: Published,
    tell: Tell = lambda _: None,
    stop: threading.Event | None = None,
    wait: Callable[[float], object] | None = None,
) -> Path:
    """Fetch a system, or what is missing of it; the folder. A system that is there is not asked for again.

    Args:
        tell: called with how far it is, at least for every megabyte.
        stop: set by another thread to end it.
        wait: sleeps between tries, in seconds.

    Raises:
        NetworkError: out of reach, refused, or a file that is not what the hub says.
        StorageError: too little room, or a folder that cannot be written.
        Stopped: `stop` was set.
    """
    halt = stop or threading.Event()
    pause = wait or halt.wait
    folder = folder_for(system)
    if is_fetched(system):
        return folder
    try:
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
        with FileLock(folder / PARTS / "lock", timeout=0):
            tell(Progress(0, 0, f"Asking {hub.endpoint().split('//')[-1]} what there is"))
            wanted = _again(lambda: _wanted(system, folder), halt, pause)
            _fetch_all(system, folder, wanted, tell, halt, pause)
    except Timeout as error:
        raise StorageError(f"{system.title} is being fetched already, by this app or a command; wait until that is "
                           "over.") from error  # fmt: skip
    except OSError as error:
        raise _unwritable(folder, error) from error
    shutil.rmtree(folder / PARTS, ignore_errors=True)
    return folder


def _fetch_all(
    system: Published, folder: Path, wanted: Wanted, tell: Tell, halt: threading.Event, pause: Callable[[float], object]
) -> None:
    missing = {path: one for path, one in wanted.items() if not (path.is_file() and one.is_in(path))}
    total = sum(one.size for one in wanted.values())
    _require_room(folder, missing)
    done = total - sum(one.size for one in missing.values())
    for path, one in missing.items():
        before = done

        def count(size: int, name: str = one.path, before: int = before) -> None:
            tell(Progress(before + size, total, name))

        _fetch_file(folder, path, one, count, halt, pause)
        done += one.size
    tell(Progress(total, total, "Checking"))
    outputs = {path.relative_to(folder).as_posix(): path for path in wanted}
    commits = {one.repository: one.commit for one in wanted.values()}
    facts = {"commits": commits, "server": hub.endpoint(), "bytes": total, "licence": system.licence}
    config = {"system": system.name, "revisions": {one.id: one.revision for one in system.repositories}}
    write_record(folder, STAGE, config, {}, outputs, facts)


def _wanted(system: Published, folder: Path) -> Wanted:
    """Every file that is fetched, by where it goes."""
    wanted: Wanted = {}
    for repository in system.repositories:
        there = hub.listing(repository.id, repository.revision)
        wanted |= {folder / repository.folder / one.path: one for one in _chosen(repository, there)}
    return wanted


def _chosen(repository: Repository, there: dict[str, Remote]) -> list[Remote]:
    chosen = {path: one for path, one in there.items() if path in repository.wanted}
    for pattern in repository.needed:
        found = {path: one for path, one in there.items() if "/" not in path and fnmatchcase(path, pattern)}
        if not found:
            raise NetworkError(f"looked for {pattern} in {repository.id} on the hub, found none: the repository is not "
                               "what it was; nothing was fetched.")  # fmt: skip
        chosen |= found
    return sorted(chosen.values(), key=lambda one: (one.size, one.path))  # what is small, and may be wrong, comes first


def _require_room(folder: Path, missing: Wanted) -> None:
    needed = sum(one.size - _part_size(folder, one) for one in missing.values())
    free = shutil.disk_usage(folder).free
    if missing and free < needed + MARGIN_BYTES:
        raise StorageError(
            f"{size_words(needed)} are to come and {size_words(MARGIN_BYTES)} stay free, but the disk of {folder} has "
            f"room for {size_words(free)}; free some, or name another folder in HOMING_CACHE."
        )


def _part(folder: Path, remote: Remote) -> Path:
    return folder / PARTS / f"{remote.checksum}.part"


def _part_size(folder: Path, remote: Remote) -> int:
    part = _part(folder, remote)
    return min(part.stat().st_size, remote.size) if part.is_file() else 0


def _fetch_file(
    folder: Path, path: Path, remote: Remote, count: Callable[[int], None], halt: threading.Event,
    pause: Callable[[float], object],
) -> None:  # fmt: skip
    part = _part(folder, remote)
    _again(lambda: _fill(part, remote, count, halt), halt, pause, lambda: _part_size(folder, remote))
    if not remote.is_in(part):
        part.unlink()
        raise NetworkError(f"{remote.path} of {remote.repository} came with another checksum than the hub tells; it "
                           "was thrown away. Try again.")  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    part.replace(path)


def _fill(part: Path, remote: Remote, count: Callable[[int], None], halt: threading.Event) -> None:
    """Go on with a part until it is whole."""
    size = part.stat().st_size if part.is_file() else 0
    if size > remote.size:
        part.unlink()
        size = 0
    if size == remote.size and part.is_file():
        return
    with hub.opened(remote, size) as (begins, blocks), part.open("ab" if begins else "wb") as stream:
        size = begins
        for block in blocks:
            if halt.is_set():
                raise Stopped("Stopped; what came is kept, and the next time it goes on from there.")
            stream.write(block)
            size += len(block)
            if size > remote.size:
                break
            count(size)
    if size > remote.size:
        part.unlink()
        raise NetworkError(f"{remote.path} of {remote.repository} is longer than the hub tells; it was thrown away.")
    if size < remote.size:
        raise Passing(f"the connection broke off in the midst of {remote.path}; try again, what came is kept.")


def _again(
    work: Callable[[], T], halt: threading.Event, pause: Callable[[float], object], size: Callable[[], int] = lambda: 0
) -> T:
    """Do it, and again after what may pass, a little later each time; progress starts the count anew."""
    tries, before = 0, size()
    while True:
        try:
            return work()
        except Passing as error:
            now = size()
            tries, before = (1 if now > before else tries + 1), now
            if tries >= TRIES:
                raise
            pause(error.wait_s if error.wait_s is not None else min(SLOW_WAIT_S, FIRST_WAIT_S * 2 ** (tries - 1)))
        if halt.is_set():
            raise Stopped("Stopped; what came is kept, and the next time it goes on from there.")


def _unwritable(folder: Path, error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(f"the disk of {folder} is full; free some space and try again, what came is kept.")
    return StorageError(f"could not write to {folder}: {error.strerror or error}; name another folder in HOMING_CACHE.")
