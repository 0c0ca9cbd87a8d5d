"""The benchmark of duels counts what it says: guesses that were lost, and those that were taken twice."""

import asyncio
import json
import random
import sys
import time

import httpx
import pytest

from benchmarks import duels, load
from benchmarks.duels import Count, Duellist, at_share


class Server:
    """Takes every guess, or each once, and tells at the end what it has kept."""

    def __init__(self, takes_all=False, forgets=False):
        self.takes_all, self.forgets, self.kept = takes_all, forgets, {}

    def __call__(self, request):
        if request.method == "GET" and "panorama" in request.url.path:
            return httpx.Response(200, content=b"jpeg")
        if request.method == "POST":
            if 1 in self.kept and not self.takes_all:
                return httpx.Response(409, json={"error": "Round 1 has its guess already; a guess counts once."})
            self.kept[1] = json.loads(request.content)["lat"]
            return httpx.Response(200, json={"round": 1, "hidden": True})
        told = {"status": "open"} if self.forgets else {"status": "guessed", "guess": {"lat": self.kept[1]}}
        return httpx.Response(200, json={"rounds": [{"round": 1} | told], "live": {"phase": "over"}})


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setattr(duels, "THINK_S", (0.0, 0.0))
    monkeypatch.setattr(duels, "TWICE", 1.0)

    def play(server):
        async def one_round():
            count = Count()
            async with httpx.AsyncClient(transport=httpx.MockTransport(server), base_url="http://127.0.0.1") as client:
                player = Duellist(client, count, random.Random(1), time.monotonic() + 60.0)
                player.game = "/arena/api/games/g"
                await player.guess(1, 60.0)
                await player.check()
            return count

        return asyncio.run(one_round())

    return play


def test_a_guess_that_was_taken_once_is_one_guess(played):
    figures = played(Server()).figures()
    assert (figures["guesses"], figures["lost"], figures["doubled"], figures["sent_twice"]) == (1, 0, 0, 1)
    assert figures["errors"] == {} and figures["late"] == 0 and figures["p99_s"] is not None


def test_a_guess_that_was_taken_twice_or_forgotten_is_found(played):
    assert played(Server(takes_all=True)).doubled == 1
    assert played(Server(forgets=True)).lost == 1


def test_shares_of_times():
    assert at_share([], 0.5) is None and at_share([3.0], 0.99) == 3.0
    assert at_share([float(one) for one in range(101)], 0.99) == 99.0


def test_the_load_benchmark_plays_duels_where_they_are_asked_for(monkeypatch, capsys):
    asked = []
    figures = Count(guesses=3).figures() | {"at_a_time": 2, "minutes": 0.1, "served": "arena", "cores": 2,
                                            "rss_growth_mb": 0.0, "rss_mb": {"before": 1, "after": 1}}  # fmt: skip
    monkeypatch.setattr(duels, "measure", lambda *given: asked.append(given) or figures)
    monkeypatch.setattr(sys, "argv", ["load", "--duels", "2", "--minutes", "0.1", "--json"])
    load.main()
    assert asked == [(2, 0.1, False, 0)]
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"guesses", "lost", "doubled", "p99_s", "rss_growth_mb"} <= set(told)


def test_a_lost_guess_is_a_failure(capsys):
    figures = Count(lost=1).figures() | {"at_a_time": 2, "minutes": 0.1, "served": "arena", "cores": 2,
                                         "rss_growth_mb": 0.0, "rss_mb": {"before": 1, "after": 1}}  # fmt: skip
    with pytest.raises(SystemExit):
        duels.conclude(figures, as_json=False)
    assert "1 lost" in capsys.readouterr().out
