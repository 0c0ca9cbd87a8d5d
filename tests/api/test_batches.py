"""Questions of many threads are answered together, each as it would be alone."""

import threading

import pytest

from api.batches import Batches, Together

PATIENCE_S = 20


class Doubler:
    """Doubles numbers; can be held, and stumbles over some."""

    def __init__(self, bad=()):
        self.passes, self.bad = [], set(bad)
        self.began, self.go = threading.Event(), threading.Event()

    def __call__(self, numbers):
        self.passes.append(list(numbers))
        self.began.set()
        assert self.go.wait(PATIENCE_S)
        if self.bad & set(numbers):
            raise ValueError(f"cannot double {sorted(self.bad & set(numbers))}")
        return [2 * number for number in numbers]


def crowd(batches, numbers):
    """Threads that ask; the first is in a pass before the others come. What each was told, by number."""
    told, doubler = {}, batches._answer

    def ask(number):
        try:
            told[number] = batches.ask(number)
        except ValueError as error:
            told[number] = str(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in numbers]
    threads[0].start()
    assert doubler.began.wait(PATIENCE_S)
    for thread in threads[1:]:
        thread.start()
    while len(batches) < len(numbers) - 1:
        pass
    doubler.go.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    return told


def test_who_waits_while_a_pass_runs_shares_the_next_one():
    doubler, sizes = Doubler(), []
    told = crowd(Batches(doubler, most=4, wait_s=0.0, observe=sizes.append, passes=1), range(10))
    assert told == {number: 2 * number for number in range(10)}
    assert sizes == [1, 4, 4, 1] == [len(one) for one in doubler.passes]


def test_nobody_pays_for_the_question_of_another():
    doubler = Doubler(bad=[3])
    told = crowd(Batches(doubler, most=8, wait_s=0.0, passes=1), range(6))
    assert told.pop(3) == "cannot double [3]"
    assert told == {number: 2 * number for number in (0, 1, 2, 4, 5)}


def test_after_a_failure_the_next_question_is_answered():
    doubler = Doubler(bad=[3])
    doubler.go.set()
    batches = Batches(doubler, wait_s=0.0)
    with pytest.raises(ValueError, match="cannot double"):
        batches.ask(3)
    assert batches.ask(4) == 8 and len(batches) == 0


def test_answers_that_are_not_as_many_as_questions_are_nobodys():
    with pytest.raises(RuntimeError, match="1 questions were given 2 answers"):
        Batches(lambda numbers: [1, 2], wait_s=0.0).ask(7)


def test_what_cannot_be_prepared_never_comes_into_a_pass():
    passes = []
    together = Together(lambda text, base=10: int(text, base), lambda numbers: passes.append(numbers) or numbers)
    with pytest.raises(ValueError, match="invalid literal"):
        together("x")
    assert together("11", base=2) == 3
    assert passes == [[3]]


def test_a_pass_waits_for_those_who_are_on_their_way_and_not_for_ever():
    decoding, passes = threading.Barrier(3), []

    def prepare(number):
        decoding.wait(PATIENCE_S)  # all three are counted before the first is ready
        return number

    together = Together(prepare, lambda numbers: passes.append(sorted(numbers)) or numbers)
    together._decoders = threading.BoundedSemaphore(3)
    together.batches._wait_s, together.batches._expect_s = 0.0, PATIENCE_S
    threads = [threading.Thread(target=together, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert passes == [[0, 1, 2]]
    alone = Batches(lambda numbers: numbers, wait_s=0.0, expected=lambda: 5, expect_s=0.01)
    assert alone.ask(7) == 7, "who does not come is not waited for"


def test_who_waits_for_something_to_be_loaded_holds_no_place():
    loaded, loading = threading.Event(), threading.Semaphore(0)

    def begin(number):
        if number < 0:
            loading.release()
            assert loaded.wait(PATIENCE_S)

    together = Together(lambda number: number, lambda numbers: [2 * number for number in numbers], begin=begin)
    together.batches._expect_s = PATIENCE_S  # who loads is not waited for either
    together._decoders, told = threading.BoundedSemaphore(1), []
    threads = [threading.Thread(target=lambda n=n: told.append(together(n))) for n in (-1, -2, -3)]
    for thread in threads:
        thread.start()
    assert all(loading.acquire(timeout=PATIENCE_S) for _ in threads)
    assert together(4) == 8 and told == []
    loaded.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(told) == [-6, -4, -2]


def test_what_cannot_be_loaded_is_raised_to_who_asked():
    together = Together(lambda n: n, lambda numbers: numbers, begin=lambda n: 1 // n)
    with pytest.raises(ZeroDivisionError):
        together(0)
    assert together(3) == 3


def test_two_passes_run_at_a_time_and_no_more():
    inside, most, lock, both = 0, 0, threading.Lock(), threading.Barrier(2)

    def answer(numbers):
        nonlocal inside, most
        with lock:
            inside, most = inside + 1, max(most, inside + 1)
        both.wait(PATIENCE_S)  # never comes unless another pass runs beside this one
        with lock:
            inside -= 1
        return numbers

    batches, told = Batches(answer, most=1, wait_s=0.0), []
    threads = [threading.Thread(target=lambda n=n: told.append(batches.ask(n))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(told) == list(range(6)) and most == 2
