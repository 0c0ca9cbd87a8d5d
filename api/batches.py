"""Asked at the same moment, answered in one pass: a queue before something that answers many at once.

Whoever asks brings what is prepared already and waits in a thread of his own; two threads take in turn what stands in
the queue, as much as one pass may hold, and answer it together: while one holds Python's lock, for names and tables,
the other computes. Who is alone waits `WAIT_S` for company, and longer only for those who are known to come. Knows no
picture, no model and no HTTP.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

MOST = 16  # in one pass
DECODERS = max(2, os.cpu_count() or 1)  # a large picture has hundreds of MB while it is decoded
PASSES = 2  # at a time; more would only make all of them late
WAIT_S = 0.002  # for company that nobody knows of; a guess alone takes twenty times as long
STEP_S = 0.002  # between two looks at who is on the way
EXPECT_S = 0.04  # for company that is on its way: a usual photo is decoded by then, a panorama is not waited for


class Batches(Generic[Asked, Answered]):
    """Answers questions of many threads together, each as it would be answered alone.

    Args:
        answer: many questions -> as many answers, in their order; called in one thread.
        most: questions in one pass.
        wait_s: how long a pass waits for others.
        expected: how many are on their way; for them it waits `expect_s`.
        observe: told the size of every pass.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Asked]], Sequence[Answered]],
        most: int = MOST,
        wait_s: float = WAIT_S,
        observe: Callable[[int], object] = lambda size: None,
        expected: Callable[[], int] = lambda: 0,
        expect_s: float = EXPECT_S,
        passes: int = PASSES,
    ) -> None:
        self._answer, self._most, self._wait_s, self.observe = answer, most, wait_s, observe
        self._expected, self._expect_s, self._passes = expected, expect_s, passes
        self._queue: queue.SimpleQueue[tuple[Asked, Future[Answered]]] = queue.SimpleQueue()
        self._starting, self._gathering = threading.Lock(), threading.Lock()
        self._threads: list[threading.Thread] = []

    def __len__(self) -> int:
        """How many wait for a pass."""
        return self._queue.qsize()

    def ask(self, question: Asked) -> Answered:
        """The answer, or what the answering raised for this question."""
        return self.put(question).result()

    def put(self, question: Asked) -> "Future[Answered]":
        """Stand in the queue; the answer comes later."""
        mine: Future[Answered] = Future()
        self._queue.put((question, mine))
        self._start()
        return mine

    def _start(self) -> None:
        with self._starting:
            while len(self._threads) < self._passes:
                self._threads.append(threading.Thread(target=self._run, name="batches", daemon=True))
                self._threads[-1].start()

    def _run(self) -> None:
        while True:
            with self._gathering:
                found = self._gather()
            self._pass(found)

    def _gather(self) -> list[tuple[Asked, "Future[Answered]"]]:
        """Who waits, and those who come in the next moments."""
        found, began = [self._queue.get()], time.monotonic()
        while len(found) < self._most:
            left_s = began + (self._expect_s if self._expected() else self._wait_s) - time.monotonic()
            try:
                found.append(self._queue.get(timeout=min(max(0.0, left_s), STEP_S)))
            except queue.Empty:
                if left_s <= STEP_S:
                    break
        return found

    def _pass(self, waiting: Sequence[tuple[Asked, "Future[Answered]"]]) -> None:
        self.observe(len(waiting))
        try:
            answers = self._answer([question for question, _ in waiting])
            if len(answers) != len(waiting):
                raise RuntimeError(f"{len(waiting)} questions were given {len(answers)} answers")
        except Exception as error:  # raised again where it was asked; this thread lives on
            if len(waiting) == 1:
                waiting[0][1].set_exception(error)
                return
            for one in waiting:  # alone, so that only those are told whose own question it was
                self._pass([one])
            return
        for (_, future), answer in zip(waiting, answers, strict=True):
            future.set_result(answer)


class Together(Generic[Asked, Answered]):
    """Two halves as one call: what each needs alone, in the thread of who asks, and what is done for many at once.

    Args:
        prepare: what is asked -> a question; what it raises is raised to the asker alone, who then waits for nobody.
        answer: as for `Batches`.
        begin: called before `prepare` and with the same; it may take long, and nobody waits for who waits for it.
    """

    def __init__(
        self,
        prepare: Callable[..., Asked],
        answer: Callable[[Sequence[Asked]], Sequence[Answered]],
        most: int = MOST,
        begin: Callable[..., object] = lambda *given, **named: None,
    ) -> None:
        self._begin, self._prepare, self.batches = begin, prepare, Batches(answer, most, expected=lambda: self._coming)
        self._decoders = threading.BoundedSemaphore(DECODERS)
        self._coming, self._counting = 0, threading.Lock()

    def __call__(self, *given: Any, **named: Any) -> Answered:
        """Prepare, wait for a pass, and give its answer."""
        self._begin(*given, **named)  # not yet on the way, and in nobody's place
        self._count(1)
        try:
            with self._decoders:
                question = self._prepare(*given, **named)
            waiting = self.batches.put(question)
        finally:  # only now: who gathers a pass finds everyone either on his way or in the queue
            self._count(-1)
        return waiting.result()

    def _count(self, more: int) -> None:
        with self._counting:
            self._coming += more
