"""Panoramas as JPEG bytes: ordered, made one after the other, kept while there is room. Knows no game and no truth.

Whoever needs a picture orders it by its key. What somebody waits for is made first, then what will be asked for next,
then the sharp ones, then what is only made in stock; the same picture is never made twice at a time, and a picture that
nobody waits for any more is not begun. Orders are counted: when too many wait, another is refused for some seconds.
"""

import asyncio
import contextlib
import ctypes
import io
import os
import platform
import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from PIL import ExifTags, Image

from arena.rules import Refused
from world import SOFTWARE

JPEG_QUALITY = 90
KEEP_BYTES = 48 << 20  # about a hundred and fifty panoramas, or forty sharp ones
WORKERS = 2  # a picture takes all cores by itself; the second is for who would else wait behind a sharp one
PATIENCE_S = 90.0  # nobody looks at a grey page for longer
FIRST_PATIENCE_S = (
    240.0  # before any picture is made: on a new machine compilers run first, a minute and more under load
)
LONGEST_TURN_S = 20.0  # an honest answer now is better than a picture after this
# How much the making of a picture yields to answers, as `nice` counts: one that somebody waits for, and any other.
WAITED_EASE, EASE = 5, 10
M_ARENA_MAX, ARENAS = -8, 2  # mallopt(3): of glibc's allocator
LOOK_S = 0.5  # how often we look whether the browser is still there


class Urgency(IntEnum):
    """What is made first."""

    WAITED = 0  # somebody looks at a grey page
    AHEAD = 1  # somebody will in half a minute
    SHARP = 2  # the same picture in more pixels, for zooming
    STOCK = 3  # somebody may, some time


MOST_WAITING = {Urgency.WAITED: 24, Urgency.AHEAD: 48, Urgency.SHARP: 16, Urgency.STOCK: 16}


@dataclass
class _Job:
    key: str
    make: Callable[[], Image.Image]
    number: int  # in the order of coming
    wanted: Counter[Urgency] = field(default_factory=Counter)
    begun: bool = False
    done: Future[bytes] = field(default_factory=Future)

    @property
    def urgency(self) -> Urgency:
        return min(urgency for urgency, count in self.wanted.items() if count > 0)


class Order:
    """A picture that somebody has asked for."""

    def __init__(
        self, done: Future[bytes], leave: Callable[[], None] = lambda: None, patience_s: float = PATIENCE_S
    ) -> None:
        self.done, self.leave, self.patience_s = done, leave, patience_s

    def wait(self, timeout_s: float | None = None) -> bytes:
        """The JPEG, waited for in this thread, by default as long as the order has patience.

        Raises:
            Refused: it took too long (busy). What the making raises.
        """
        try:
            return self.done.result(self.patience_s if timeout_s is None else timeout_s)
        except TimeoutError as error:
            if self.done.done():
                raise  # the making itself met a timeout
            self.leave()
            raise _too_slow() from error

    async def arrive(self, gone: Callable[[], Awaitable[bool]], timeout_s: float | None = None) -> bytes | None:
        """The JPEG, waited for without a thread; None when the one who asked has left, as `gone` tells.

        Raises:
            Refused: it took too long (busy). What the making raises.
        """
        until = time.monotonic() + (self.patience_s if timeout_s is None else timeout_s)
        arriving = asyncio.wrap_future(self.done)
        arriving.add_done_callback(lambda one: one.cancelled() or one.exception())  # looked at, even if nobody stays
        try:
            while not (await asyncio.wait({arriving}, timeout=LOOK_S))[0]:
                if await gone():
                    return None
                if time.monotonic() > until:
                    raise _too_slow()
            return arriving.result()
        finally:
            if not arriving.done():
                self.leave()


class PanoramaCache:
    """The panoramas used last, by key, and those being made; safe to share between threads.

    Args:
        keep_bytes: how many bytes of JPEG are kept.
        workers: how many pictures are made at a time; all but one of them may be such as nobody waits for.
        most: how many orders of each urgency may wait.
    """

    def __init__(
        self, keep_bytes: int = KEEP_BYTES, workers: int = WORKERS, most: dict[Urgency, int] | None = None
    ) -> None:
        self._keep_bytes, self._workers, self._most = keep_bytes, workers, most or MOST_WAITING
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._jobs: dict[str, _Job] = {}  # waiting and begun, by key
        self._count = 0
        self._at_work = 0
        self._at_ease = 0  # of those, at a picture that nobody waited for when it was begun
        self._usual_s = 1.0  # how long a picture takes, lately
        self._patience_s = FIRST_PATIENCE_S  # until one was made
        _share_memory()

    def get(self, key: str, make: Callable[[], Image.Image]) -> bytes:
        """The JPEG of `key`, made by `make` when it is neither kept nor being made; waits for it in this thread.

        Raises:
            Refused: too many are waiting, or it took too long (busy). What `make` raises.
        """
        return self.order(key, make).wait()

    def get_in_turn(self, key: str, make: Callable[[], Image.Image], timeout_s: float | None = None) -> bytes:
        """As `get`, for whoever has time: after those who look at a grey page, and again when too many wait.

        Raises:
            Refused: it took too long (busy). What `make` raises.
        """
        until = time.monotonic() + (self._patience_s if timeout_s is None else timeout_s)
        while True:
            try:
                return self.order(key, make, Urgency.AHEAD).wait(max(0.0, until - time.monotonic()))
            except Refused as error:
                if error.reason != "busy" or time.monotonic() > until:
                    raise
                time.sleep(min(error.retry_s or 1.0, 1.0))

    def order(self, key: str, make: Callable[[], Image.Image], urgency: Urgency = Urgency.WAITED) -> Order:
        """Ask for the JPEG of `key` without waiting for it.

        Raises:
            Refused: too many are waiting (busy).
        """
        with self._lock:
            if (jpeg := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                kept: Future[bytes] = Future()
                kept.set_result(jpeg)
                return Order(kept)
            job = self._jobs.get(key)
            if job is None:
                waiting = self._waiting(urgency)
                turn_s = waiting * self._usual_s / self._workers  # until it would be begun
                if waiting >= self._most[urgency] or (urgency is Urgency.WAITED and turn_s > LONGEST_TURN_S):
                    raise _too_many(max(1.0, min(30.0, round(turn_s))))
                self._count += 1
                job = self._jobs[key] = _Job(key, make, self._count)
            job.wanted[urgency] += 1
            self._call_worker()
            return Order(job.done, lambda: self._leave(job, urgency), self._patience_s)

    def ahead(self, key: str, make: Callable[[], Image.Image], urgency: Urgency = Urgency.AHEAD) -> Future[bytes]:
        """Make it when there is time. A failure is not shown here: it comes again, with its sentence, from `get`."""
        try:
            return self.order(key, make, urgency).done
        except Refused as error:
            refused: Future[bytes] = Future()
            refused.set_exception(error)
            return refused

    def rename(self, old: str, new: str) -> None:
        """Call a picture otherwise, whether it is kept or still being made; an unknown one is left away."""
        with self._lock:
            if old in self._kept:
                self._kept[new] = self._kept.pop(old)
            elif old in self._jobs:
                job = self._jobs[new] = self._jobs.pop(old)
                job.key = new

    def _waiting(self, urgency: Urgency) -> int:
        return sum(not job.begun and job.urgency == urgency for job in self._jobs.values())

    def _leave(self, job: _Job, urgency: Urgency) -> None:
        """One of those who wait has gone; what nobody wants any more is not begun."""
        with self._lock:
            if job.begun or self._jobs.get(job.key) is not job or job.wanted[urgency] < 1:
                return
            job.wanted[urgency] -= 1
            if not +job.wanted:
                del self._jobs[job.key]
                job.done.cancel()

    def _call_worker(self) -> None:
        if self._at_work < self._workers:
            threading.Thread(target=self._work, name="panorama", daemon=True).start()
            self._at_work += 1  # the worker waits for the lock that we hold

    def _work(self) -> None:
        while (begun := self._next()) is not None:
            job, at_ease = begun
            started = time.monotonic()
            try:
                jpeg, error = _made_at_ease(job.make, EASE if at_ease else WAITED_EASE), None
            except BaseException as problem:  # whatever it is, it belongs to those who wait
                jpeg, error = b"", problem
            with self._lock:
                self._jobs.pop(job.key, None)
                self._at_ease -= at_ease
                if error is None:
                    self._patience_s = PATIENCE_S
                    self._usual_s += 0.2 * (min(10.0, time.monotonic() - started) - self._usual_s)
                    self._keep(job.key, jpeg)
            if error is None:
                job.done.set_result(jpeg)
            else:
                job.done.set_exception(error)

    def _next(self) -> tuple[_Job, bool] | None:
        """The most urgent picture, and whether it is one at ease; None when there is nothing for this worker."""
        with self._lock:
            waiting = [job for job in self._jobs.values() if not job.begun]
            job = min(waiting, key=lambda one: (one.urgency, one.number), default=None)
            at_ease = job is not None and job.urgency is not Urgency.WAITED
            if job is None or (at_ease and self._at_ease >= max(1, self._workers - 1)):
                self._at_work -= 1
                return None
            job.begun = True
            self._at_ease += at_ease
            return job, at_ease

    def _keep(self, key: str, jpeg: bytes) -> None:
        self._kept[key] = jpeg
        self._bytes += len(jpeg)
        while len(self._kept) > 1 and self._bytes > self._keep_bytes:
            self._bytes -= len(self._kept.popitem(last=False)[1])


def _made_at_ease(make: Callable[[], Image.Image], ease: int) -> bytes:
    """The JPEG, made by a thread that yields, and those that it starts: answers to players go before it."""
    made: Future[bytes] = Future()

    def draw() -> None:
        _yield(ease)
        try:
            made.set_result(encode(make()))
        except BaseException as problem:  # whatever it is, it belongs to who waits
            made.set_exception(problem)

    threading.Thread(target=draw, name="at ease", daemon=True).start()
    return made.result()


def _share_memory() -> None:
    """Let threads share what the allocator holds: pictures are made by ever new ones, and glibc would keep for each of
    its many arenas as much as the largest picture took."""
    if platform.libc_ver()[0] == "glibc":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def _yield(ease: int) -> None:
    """Let this thread, and those that it starts, yield to others, where a thread can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ease)


def encode(panorama: Image.Image) -> bytes:
    """A JPEG of the pixels alone: no comment, no profile, no EXIF but which version of the simulated Earth drew it."""
    clean = Image.new("RGB", panorama.size)
    clean.paste(panorama)
    stamp: dict[str, Any] = {}
    if panorama.info.get("Software") == SOFTWARE:
        exif = Image.Exif()
        exif[ExifTags.Base.Software] = SOFTWARE
        stamp = {"exif": exif}
    stream = io.BytesIO()
    clean.save(stream, "JPEG", quality=JPEG_QUALITY, progressive=True, **stamp)
    return stream.getvalue()


def _too_many(retry_s: float) -> Refused:
    return Refused(
        f"Many pictures are being drawn for other players; try again in {retry_s:.0f} seconds.", "busy", retry_s
    )


def _too_slow() -> Refused:
    return Refused("This picture takes unusually long to draw; try again in some seconds.", "busy", 5.0)
