"""What two people, two tabs or two apps do to a live match at the very same moment."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from arena.askers import COOKIE
from arena.games import Arena
from arena.live.book import LiveBook


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


def test_a_seat_that_becomes_free_at_the_moment_of_the_start_stops_the_start(postgres_url, painted_map, eventually):
    arena = Arena(None, postgres_url, lambda: {"world": painted_map})
    game_id = arena.open("Ada", "world", mode="duel", owner="a").game_id
    assert arena.join(game_id, "Bo", owner="b").seat == 1
    book, scorebook, deleted, seen = LiveBook(lambda: arena.scorebook), arena.scorebook, threading.Event(), []
    for seat in (0, 1):
        book.ready(game_id, seat, 1.0)
    go_on = threading.Event()

    def hold(connection, cursor, statement, *_):
        if statement.startswith("DELETE FROM seats"):
            deleted.set()
            seen.append(go_on.wait(20.0))

    def is_waiting():
        with scorebook.engine.connect() as db:
            found = db.execute(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
            return start.done() or found.scalar_one() > 0

    event.listen(scorebook.engine, "after_cursor_execute", hold)
    with ThreadPoolExecutor() as pool:
        leaving = pool.submit(book.free, game_id, 1, scorebook.seats(game_id)[1].seen_at)
        assert deleted.wait(20.0)
        start = pool.submit(book.begin, game_id, 5.0, 8.0, 4e9)
        eventually(is_waiting)
        go_on.set()
        leaving.result(), start.result()
    assert seen == [True] and list(scorebook.seats(game_id)) == [0]
    assert scorebook.game(game_id).started_at is None
