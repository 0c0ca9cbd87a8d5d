"""Work in processes that end with the command that started them. Knows no stage.

Python's pools leave their workers behind when a command is killed, and wait for ever when a worker is. Here each worker
watches the command's own process, whatever ends it, and a worker that was killed ends the command with a sentence.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from model.errors import ConfigError

Piece = TypeVar("Piece")
Result = TypeVar("Result")
GRACE_S = 3.0  # in which a worker that is asked to end may tidy up


def spread(
    work: Callable[[Piece], Result],
    pieces: Sequence[Piece],
    workers: int,
    done: Callable[[Result], object],
    first: Callable[[], object] | None = None,
) -> None:
    """Do `work` with each piece in so many processes; `done` hears each result as it comes, in any order.

    `first` is done by one process before the others start: what all of them would otherwise make at once, and each for
    itself (machine code, say). With one worker or one piece everything happens right here. However the command ends,
    by an error, Ctrl-C, SIGTERM (both raise KeyboardInterrupt) or SIGKILL, no worker outlives it by more than GRACE_S.

    Raises:
        ConfigError: a worker was ended from outside, as a machine that is out of memory does.
        Whatever `work` raises; what the others have in hand is then dropped.
    """
    workers = min(workers or os.cpu_count() or 1, len(pieces))
    with _interrupted_by_sigterm():
        if workers > 1:
            _in_processes(work, pieces, workers, done, first)
            return
        if first is not None and pieces:
            first()
        for piece in pieces:
            done(work(piece))


def _in_processes(
    work: Callable[[Piece], Result],
    pieces: Sequence[Piece],
    workers: int,
    done: Callable[[Result], object],
    first: Callable[[], object] | None,
) -> None:
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start)
    try:
        if first is not None:
            pool.submit(_do, first).result()
        for future in as_completed([pool.submit(_do, work, piece) for piece in pieces]):
            done(future.result())
        pool.shutdown()
    except BrokenProcessPool as error:
        raise ConfigError(
            f"one of {workers} worker processes was ended from outside, perhaps because memory ran out; what was "
            "finished is kept. Run the same command again, with --workers 1 if that happens often."
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does, so that it can tidy up; elsewhere than in the main thread it stays."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _do(work: Callable[..., Any], *piece: Any) -> Any:
    try:
        return work(*piece)
    except SystemExit:  # asked to end: the pool would send this back as a result, and give out the next piece
        os._exit(1)


def _start() -> None:
    """What a worker does first: leave Ctrl-C to the command, and end when it is told to or when the command is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_watch, daemon=True).start()


def _end(*_: object) -> None:
    _end_soon()
    sys.exit(1)  # tidies up: half-written files go


def _end_soon() -> None:
    timer = threading.Timer(GRACE_S, os._exit, (1,))
    timer.daemon = True
    timer.start()


def _watch() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()  # a pipe that closes when the command's process is no more, however it ended
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)
