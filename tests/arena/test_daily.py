"""The game of the day: the same for everyone, one attempt each, drawn by nobody beforehand, closed at midnight."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.daily import day_before, day_of, end_of_day
from arena.leaderboard import leaderboard
from arena.records import Guess, Seat
from arena.routes import routes
from arena.rules import Refused

DAY_S = 24 * 3600.0


@pytest.fixture
def table(new_arena, clock):
    clock.ahead_s += end_of_day(clock()) - clock() + 3600.0  # an hour into a day: no test meets midnight
    return new_arena()


@pytest.fixture
def players(table):
    app = Starlette(routes=routes(arena=table))
    return [TestClient(app) for _ in range(3)]


def play(client, name, rounds=5, lat=1.0):
    game_id = client.post("/arena/api/daily", json={"name": name}).json()["game_id"]
    for number in range(1, rounds + 1):
        client.get(f"/arena/api/games/{game_id}/rounds/{number}/panorama.jpg")
        client.post(f"/arena/api/games/{game_id}/rounds/{number}/guess", json={"lat": lat, "lng": 2.0})
    return game_id


def daily(client):
    return client.get("/arena/api/daily").json()


def test_a_day_begins_and_ends_at_midnight_utc():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    assert (day_of(noon), day_before(noon)) == ("2026-03-01", "2026-02-28")
    assert end_of_day(noon) == noon + DAY_S / 2 == end_of_day(noon + DAY_S / 2 - 1)
    assert day_of(end_of_day(noon)) == "2026-03-02"


def test_everyone_plays_the_same_places_and_stands_in_one_table(players, table):
    ada, bob, eve = players
    assert daily(ada)["status"] == "new" and daily(ada)["players"] == 0 and daily(ada)["yesterday"] is None
    first, second = play(ada, "Ada"), play(bob, "Bob", lat=-80.0)
    assert first == second
    said, totals = daily(bob), [table.game(first).total(seat) for seat in (0, 1)]
    assert said["status"] == "done" and said["players"] == 2 and said["own"]["you"]
    assert [row["total"] for row in said["table"]] == sorted(totals, reverse=True)
    assert daily(eve)["status"] == "new" and not any(row["you"] for row in daily(eve)["table"])
    state = bob.get(f"/arena/api/games/{first}").json()
    assert state["mode"] == "daily" and state["finished"] and state["ranked"] and state["seed"] is None


def test_an_identity_plays_it_once(players, table):
    game_id = play(players[0], "Ada")
    again = players[0].post("/arena/api/daily", json={"name": "Another name"})
    assert again.status_code == 200 and again.json()["seat_token"] is None
    assert len(table.game(game_id).seats) == 1
    answer = players[0].post(f"/arena/api/games/{game_id}/rounds/1/guess", json={"lat": 5.0, "lng": 5.0})
    assert answer.status_code == 409


def test_one_who_left_in_the_middle_goes_on(players):
    play(players[0], "Ada", rounds=2)
    said = daily(players[0])
    assert said["status"] == "open" and said["guessed"] == 2 and said["own"] is None and said["players"] == 0


def test_the_table_is_as_long_as_what_is_shown_however_many_play(players, table):
    game_id = play(players[0], "Ada")
    book = table.scorebook
    for number in range(1, 30):
        seat = Seat(f"P{number}", "person" if number % 2 else "bot", f"p{number}", owner=f"o{number}")
        assert book.add_seat(game_id, number, seat)
        for one in range(1, 6 if number < 29 else 4):  # the last one has not finished
            book.add_guess(game_id, one, number, Guess(1.0, 2.0, 3.0, 100 * (number % 7), 1.0, 1e9 - number))
    book.add_seat(game_id, 30, Seat("Homing", "model", "model:Homing"))
    asked = []

    def ask(connection, cursor, statement, *_):
        asked.append(statement)

    event.listen(book.engine, "before_cursor_execute", ask)
    found = leaderboard(book, game_id, "o14", 10)
    assert len(asked) == 2  # the match, and its table
    assert (found.players, found.seat, found.guessed, found.rounds) == (29, 14, 5, 5)
    assert [one.rank for one in found.best] == list(range(1, 11))
    # as the whole match, read and sorted
    game = table.game(game_id)
    done = [number for number in game.players() if game.is_done(number)]
    ended = {number: max(one.guesses[number].at for one in game.rounds) for number in done}
    done.sort(key=lambda number: (-game.total(number), ended[number]))
    assert [one.seat for one in found.best] == done[:10] and found.best[0].total == game.total(done[0])
    assert found.own.rank == done.index(14) + 1 > 10 and found.own.total == 0 and found.own.player == "P14"
    assert leaderboard(book, game_id, "o29", 10).own is None and leaderboard(book, game_id, "o29", 10).guessed == 3
    for nobody in (None, "", "stranger"):
        seen = leaderboard(book, game_id, nobody, 3)
        assert (seen.seat, seen.own, seen.guessed, len(seen.best)) == (None, None, 0, 3)
    assert leaderboard(book, "daily-1999-01-01", "o14", 10) is None


def test_it_closes_at_midnight_and_yesterdays_winner_is_named(players, clock):
    ada, bob, _ = players
    game_id = play(ada, "Ada")
    play(bob, "Bob", rounds=4)
    clock.ahead_s += DAY_S - 3600.0
    late = bob.post(f"/arena/api/games/{game_id}/rounds/5/guess", json={"lat": 1.0, "lng": 1.0})
    assert late.status_code == 409 and "over and closed" in late.json()["error"]
    said = daily(ada)
    assert said["status"] == "new" and said["game_id"] != game_id
    assert said["yesterday"]["winner"]["player"] == "Ada" and said["yesterday"]["players"] == 1
    assert said["yesterday"]["own"]["rank"] == 1 and daily(bob)["yesterday"]["own"] is None


def test_its_places_are_told_elsewhere_only_when_the_day_is_over(players, table, clock):
    play(players[0], "Ada")
    assert table.scorebook.guesses().empty
    assert table.scorebook.games()["seed"].isna().all()
    clock.ahead_s += DAY_S
    assert len(table.scorebook.guesses()) == 5


def test_two_processes_at_one_moment_agree_on_one_game(new_arena, table):
    tables, taken = [table, new_arena()], []
    together = threading.Barrier(2)

    def come(number):
        together.wait(20)
        taken.append(tables[number].play_daily(f"Player {number}", "person", f"owner-{number}"))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({one.game_id for one in taken}) == 1 and {one.seat for one in taken} == {0, 1}
    assert all(one.token for one in taken) and len(table.game(taken[0].game_id).seats) == 2


def test_no_two_servers_draw_the_same_day(new_arena, table, tmp_path, painted_map):
    from arena.games import Arena
    from tests.arena.conftest import name_places

    other = Arena(None, f"sqlite:///{tmp_path / 'other.sqlite'}", lambda: {"world": painted_map}, name_places)
    games = [one.game(one.play_daily("Ada", "person", "owner").game_id) for one in (table, other)]
    assert games[0].game_id == games[1].game_id and games[0].seed != games[1].seed


def test_without_a_map_there_is_no_game_of_the_day(table, painted_map):
    painted_map.problem = "It is broken."
    with pytest.raises(Refused, match="No map can be played"):
        table.play_daily("Ada", "person", "owner")
