"""Asked at the same moment, answered in one pass: a queue before something that answers many at once.

Whoever asks brings what is prepared already and waits in a thread of his own; one thread takes what stands in the
queue, as much as one pass may hold, and answers it together. An idle queue makes nobody wait longer than `WAIT_S`.
Knows no picture, no model and no HTTP.
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
WAIT_S = 0.004  # for company, where there is any on the way; a guess alone takes ten times as long


class Batches(Generic[Asked, Answered]):
    """Answers questions of many threads together, each as it would be answered alone.

    Args:
        answer: many questions -> as many answers, in their order; called in one thread.
        most: questions in one pass.
        wait_s: how long a pass waits for others who are `expected`.
        observe: told the size of every pass.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Asked]], Sequence[Answered]],
        most: int = MOST,
        wait_s: float = WAIT_S,
        observe: Callable[[int], object] = lambda size: None,
    ) -> None:
        self._answer, self._most, self._wait_s, self.observe = answer, most, wait_s, observe
        self._queue: queue.SimpleQueue[tuple[Asked, Future[Answered]]] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def __len__(self) -> int:
        """How many wait for a pass."""
        return self._queue.qsize()

    def ask(self, question: Asked) -> Answered:
        """The answer, or what the answering raised for this question."""
        mine: Future[Answered] = Future()
        self._queue.put((question, mine))
        self._start()
        return mine.result()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="batches", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._pass(self._gather())

    def _gather(self) -> list[tuple[Asked, "Future[Answered]"]]:
        """Who waits; those who come in the next moments too, for while a pass runs they would only wait for it."""
        found, until = [self._queue.get()], time.monotonic() + self._wait_s
        while len(found) < self._most:
            try:
                found.append(self._queue.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
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
    """

    def __init__(
        self, prepare: Callable[..., Asked], answer: Callable[[Sequence[Asked]], Sequence[Answered]], most: int = MOST
    ) -> None:
        self._prepare, self.batches = prepare, Batches(answer, most)
        self._decoders = threading.BoundedSemaphore(DECODERS)

    def __call__(self, *given: Any, **named: Any) -> Answered:
        """Prepare, wait for a pass, and give its answer."""
        with self._decoders:
            question = self._prepare(*given, **named)
        return self.batches.ask(question)
