"""What two people, two tabs or two apps do to a live match at the very same moment."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from arena.askers import COOKIE


@pytest.mark.parametrize("teams", [1, 2])
def test_two_tabs_of_one_player_that_sit_down_at_one_moment_are_one_seat(duel, teams, monkeypatch):
    match = duel(people=1, teams=teams)
    [ada] = match.players
    tabs = [type(ada)(ada.app, ada.game) for _ in range(2)]
    tabs[0].cookies.set(COOKIE, "b" * 32)
    tabs[1].cookies = tabs[0].cookies
    book, together, calls = match.arena.scorebook, threading.Barrier(2, timeout=20.0), itertools.count(1)
    add_seat = book.add_seat

    def at_one_moment(*seat):
        number = next(calls)
        if number <= len(tabs):  # both have looked who sits there
            together.wait()
        assert number <= 2 * len(tabs), "it tries for ever"
        return add_seat(*seat)

    monkeypatch.setattr(book, "add_seat", at_one_moment)
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda tab: tab.post_to("seats", name="Bo"), tabs))
    assert [answer.json()["seat"] for answer in answers] == [1, 1], [answer.text for answer in answers]
    assert list(match.game.seats) == [0, 1]


def test_two_tabs_that_leave_the_lobby_at_one_moment_leave_it_once(duel, monkeypatch):
    match = duel()
    [_, bo] = match.players
    book, find = match.arena.live.book, match.arena.live._find

    def other_tab_was_quicker(game_id):
        monkeypatch.setattr(match.arena.live, "_find", find)
        book.free(game_id, 1, find(game_id).seats[1].seen_at)
        return find(game_id)

    monkeypatch.setattr(match.arena.live, "_find", other_tab_was_quicker)
    assert bo.post_to("leave").status_code == 200
    assert list(match.game.seats) == [0]
