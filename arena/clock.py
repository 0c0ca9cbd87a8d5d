"""The server's clock: seconds since 1970 that never jump, however often somebody sets the machine's own. Knows no game.

A round is timed by it. It is set by the machine's clock when the app starts and runs steadily from then on, through
sleep too where the system can tell.
"""

import time
from collections.abc import Callable


def _steady() -> float:
    """Seconds of a clock that nobody can set; it runs on while the machine sleeps, where there is such a one."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class ServerClock:
    """Wall time as it was at the start, carried on by a steady clock."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = _steady) -> None:
        self._steady, self._ahead_s = steady, wall() - steady()

    def __call__(self) -> float:
        """Seconds since 1970, UTC."""
        return self._steady() + self._ahead_s


_clock = ServerClock()


def now() -> float:
    """Seconds since 1970, UTC."""
    return _clock()
