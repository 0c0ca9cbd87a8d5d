"""Threads of the game's own, few, with a short queue: whoever waits for the scorebook keeps nobody else from working.

The pool that Starlette shares among everything is left to files; pictures and the model's turn have threads of theirs.
Knows no game.
"""

import functools
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from arena.rules import Refused

THREADS = 12  # fewer than the connections that a database is given
MOST_WAITING = 256  # requests; beyond, an honest answer now is better than a true one in a minute
RETRY_S = 2.0

Found = TypeVar("Found")


class Threads:
    """At most `threads` calls at a time, and `most_waiting` that wait."""

    def __init__(self, threads: int = THREADS, most_waiting: int = MOST_WAITING) -> None:
        self._limiter = anyio.CapacityLimiter(threads)
        self._calls, self._most = 0, threads + most_waiting

    async def run(self, function: Callable[..., Found], *arguments: object) -> Found:
        """What `function` answers, called in a thread.

        Raises:
            Refused: too many wait (busy). What the function raises.
        """
        if self._calls >= self._most:
            raise Refused("Very many are playing at the moment; try again in some seconds.", "busy", RETRY_S)
        self._calls += 1
        try:
            return await anyio.to_thread.run_sync(functools.partial(function, *arguments), limiter=self._limiter)
        finally:
            self._calls -= 1
