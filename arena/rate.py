"""How often somebody may do something: a bucket of turns for each asker, refilled with time. Knows no HTTP."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MAX_ASKERS = 10_000  # remembered; whoever has not asked for longest is forgotten, with a full bucket


class Rate:
    """`at_once` turns for everyone, and `per_s` new ones a second; safe to share between threads."""

    def __init__(self, at_once: int, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._per_s, self._clock = float(at_once), per_s, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # turns left, and when that was
        self._lock = threading.Lock()

    def wait_s(self, asker: str) -> float:
        """Take a turn: 0 when there was one, else the whole seconds until there will be."""
        now = self._clock()
        with self._lock:
            left, at = self._left.pop(asker, (self._at_once, now))
            left = min(self._at_once, left + (now - at) * self._per_s)
            taken = left >= 1.0
            self._left[asker] = (left - 1.0 if taken else left, now)
            if len(self._left) > MAX_ASKERS:
                self._left.popitem(last=False)
        return 0.0 if taken else float(math.ceil((1.0 - left) / self._per_s))
