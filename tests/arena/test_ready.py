"""First pictures in stock: one game each, of seeds that nobody knows, and never more than a few."""

import threading
import time

import pytest

from arena.panoramas import PanoramaCache
from arena.ready import ReadyGames

WAIT_S = 20


@pytest.fixture
def cache():
    return PanoramaCache()


def settle(cache):
    deadline = time.monotonic() + WAIT_S
    while cache._jobs and time.monotonic() < deadline:
        time.sleep(0.005)
    assert not cache._jobs


def test_a_first_picture_is_in_stock_before_anyone_starts(cache, painted_map):
    ready = ReadyGames(cache, each=2)
    ready.prepare(painted_map)
    settle(cache)
    assert painted_map.painted == [0, 0], "the first places of two games"
    one, other = ready.take(painted_map), ready.take(painted_map)
    assert one.seed != other.seed
    assert list(one.places) == painted_map.draw(5, one.seed), "the places are those of the seed"
    cache.rename(one.key, "game/1")
    assert cache.get("game/1", lambda: pytest.fail("drawn twice"))
    assert ready.take(painted_map) is None, "each is used once"


def test_the_stock_is_bounded_however_often_the_page_is_opened(cache, painted_map):
    ready = ReadyGames(cache, each=2, maps=3)
    for _ in range(20):
        ready.prepare(painted_map)
    settle(cache)
    assert len(painted_map.painted) == 2
    others = [type(painted_map)(name=name) for name in "abcdefgh"]
    for one in others:
        ready.prepare(one)
    settle(cache)
    assert sum(one.painted != [] for one in others) == len(others)
    assert [ready.take(one) is not None for one in [painted_map, *others]] == [False] * 6 + [True] * 3


def test_single_views_are_bounded_with_the_panoramas_and_kept_apart(cache, painted_map):
    ready = ReadyGames(cache, maps=3)
    sources = [type(painted_map)(name=name) for name in "abcd"]
    for one in sources:
        for movement in ("no_move", "nmpz"):
            ready.prepare(one, movement)
    settle(cache)
    assert len(ready._stock) == 3
    assert ready.take(sources[2], "no_move") is None
    assert ready.take(sources[2], "nmpz") and ready.take(sources[3], "nmpz") and ready.take(sources[3])
    assert ready.take(sources[3], "nmpz") is None


def test_many_who_open_the_page_at_a_time_fill_the_stock_once(cache, painted_map):
    ready = ReadyGames(cache, each=2)
    crowd = [threading.Thread(target=ready.prepare, args=(painted_map,)) for _ in range(16)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(WAIT_S)
    settle(cache)
    assert len(ready._stock["world", "no_move", 5]) == 2
    assert len(painted_map.painted) == 2


def test_a_map_that_was_edited_starts_with_pictures_of_its_own(cache, painted_map):
    ready = ReadyGames(cache)
    ready.prepare(painted_map)
    edited = type(painted_map)(scale_km=5.0)
    assert ready.take(edited) is None
    ready.prepare(edited)
    assert ready.take(edited).source == edited


def test_a_map_that_cannot_be_drawn_is_no_trouble_here(cache, painted_map, monkeypatch):
    from model.errors import ImageError

    def broken(n, seed):
        raise ImageError("a photo is gone")

    monkeypatch.setattr(painted_map, "draw", broken)
    ready = ReadyGames(cache)
    ready.prepare(painted_map)
    assert ready.take(painted_map) is None
