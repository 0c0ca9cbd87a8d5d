"""Calls in threads: a few at a time, some that wait, and an honest answer for the rest."""

import asyncio
import threading

import pytest

from arena.rules import Refused
from arena.threads import Threads


def test_a_crowd_waits_and_beyond_it_the_answer_is_honest():
    door, inside, most = threading.Event(), [], []

    def work(number):
        inside.append(number)
        most.append(len(inside))
        assert door.wait(20)
        inside.remove(number)
        return number

    async def visit():
        threads = Threads(threads=2, most_waiting=3)
        calls = [asyncio.ensure_future(threads.run(work, number)) for number in range(9)]
        await asyncio.sleep(0.1)
        door.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(visit())
    refused = [one for one in answers if isinstance(one, Refused)]
    assert [one for one in answers if not isinstance(one, Refused)] == [0, 1, 2, 3, 4]
    assert len(refused) == 4
    assert {(one.reason, one.retry_s) for one in refused} == {("busy", 2.0)}
    assert max(most) == 2


def test_what_goes_wrong_in_a_thread_is_told():
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(Threads().run(fail))
