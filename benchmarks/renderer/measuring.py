"""What every measurement of the renderer shares: how much is asked, its bar, and a clock. Knows no scene."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.progress import Progress, TaskID


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    places: int = 512
    panoramas: int = 100_000
    rough: bool = False  # fewer places and repeats: shows that all works, and nothing of the speed
    atlas: bool = False  # a cold start builds it too


@dataclass(frozen=True)
class Bar:
    """The bar of one measurement."""

    progress: Progress
    task: TaskID

    def steps(self, total: int) -> None:
        """How many steps there are."""
        self.progress.update(self.task, total=total)

    def step(self, done: int = 1) -> None:
        """So many more are done."""
        self.progress.advance(self.task, done)


def best_s(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter, repeats: int = 2) -> float:
    """The least of some repeats, in seconds: what disturbs a measurement only adds to it."""
    least = float("inf")
    for _ in range(repeats):
        began = clock()
        work()
        least = min(least, clock() - began)
    return least
