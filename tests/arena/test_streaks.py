"""Country streaks: right countries go on, the first wrong one ends the match, and its length is the result."""

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.games import Arena
from arena.records import MODEL_NAME, Guess, Seat, model_id
from arena.routes import routes
from arena.streaks import MOST


def halves(points):
    """Two countries, east and west, and a sea between them that is too narrow for a place that is drawn by chance."""
    found = [("EA", "Eastland") if lng > 0 else ("WE", "Westland") if lng < 0 else ("", "") for _, lng in points]
    return pd.DataFrame(found, columns=["country", "country_name"]).assign(town="")


@pytest.fixture
def table(book_url, painted_map):
    return Arena(lambda pictures: (0.0, 0.0), book_url, lambda: {"world": painted_map}, halves)


@pytest.fixture
def client(table):
    return TestClient(Starlette(routes=routes(arena=table)))


def start(client, **wishes):
    answer = client.post("/arena/api/games", json={"name": "Ada", "mode": "streak"} | wishes)
    assert answer.status_code == 201, answer.text
    return answer.json()["game_id"]


def play(client, table, game_id, right, number=None):
    """Guess the open round, in the right country or in the other one."""
    number = number or len(table.game(game_id).guessed()) + 1
    east = table.game(game_id).rounds[number - 1].place.country == "EA"
    client.get(f"/arena/api/games/{game_id}/rounds/{number}/panorama.jpg")
    lng = 60.0 if east == right else -60.0
    return client.post(f"/arena/api/games/{game_id}/rounds/{number}/guess", json={"lat": 0.0, "lng": lng})


def test_a_streak_goes_on_until_the_first_wrong_country(client, table):
    game_id = start(client)
    state = client.get(f"/arena/api/games/{game_id}").json()
    assert state["rounds_total"] == state["max_total"] == MOST and not state["opponent_offered"]
    for _ in range(3):
        told = play(client, table, game_id, right=True).json()
        assert told["countries"]["right"] and told["countries"]["truth"] == told["countries"]["guess"]
    told = play(client, table, game_id, right=False).json()
    assert not told["countries"]["right"]
    assert {told["countries"]["truth"], told["countries"]["guess"]} == {"Eastland", "Westland"}
    state = client.get(f"/arena/api/games/{game_id}").json()
    assert state["finished"] and state["total"] == 3 and state["rounds_total"] == 4
    assert [one["countries"]["right"] for one in state["rounds"]] == [True, True, True, False]
    assert play(client, table, game_id, right=True, number=4).status_code == 409
    assert client.get(f"/arena/api/games/{game_id}/rounds/5/panorama.jpg").status_code == 404
    assert table.game(game_id).finished_at is not None


def test_the_sea_is_no_country_and_no_guess_is_a_wrong_one(client, table, clock):
    game_id = start(client)
    client.get(f"/arena/api/games/{game_id}/rounds/1/panorama.jpg")
    told = client.post(f"/arena/api/games/{game_id}/rounds/1/guess", json={"lat": 0.0, "lng": 0.0}).json()
    assert not told["countries"]["right"] and told["countries"]["guess"] == "the sea"
    timed = start(client, time_limit_s=10)
    client.get(f"/arena/api/games/{timed}/rounds/1/panorama.jpg")
    clock.ahead_s += 60
    state = client.get(f"/arena/api/games/{timed}").json()
    assert state["finished"] and state["total"] == 0 and state["rounds"][0]["countries"]["guess"] is None


def test_all_rounds_right_is_the_longest_streak_there_is(client, table, monkeypatch):
    monkeypatch.setattr("arena.games.MOST", 3)
    game_id = start(client)
    for _ in range(3):
        play(client, table, game_id, right=True)
    state = client.get(f"/arena/api/games/{game_id}").json()
    assert state["finished"] and state["total"] == state["rounds_total"] == 3


def test_the_best_streaks_are_listed_but_no_prepared_or_open_ones(client, table):
    for length in (1, 3):
        game_id = start(client)
        for number in range(length + 1):
            play(client, table, game_id, right=number < length)
    chosen, still_open, none = start(client, seed=4), start(client), start(client)
    for number in range(6):
        play(client, table, chosen, right=number < 5)
    for _ in range(4):
        play(client, table, still_open, right=True)
    play(client, table, none, right=False)
    best = client.get("/arena/api/streaks").json()["best"]
    assert [(one["rank"], one["streak"], one["player"], one["you"]) for one in best] == [
        (1, 3, "Ada", True), (2, 1, "Ada", True)]  # fmt: skip
    stranger = TestClient(client.app).get("/arena/api/streaks").json()["best"]
    assert not any(one["you"] for one in stranger)


def test_the_model_plays_no_streak_and_stands_in_no_table_of_them(client, table):
    game_id = start(client)
    for right in (True, True, False):
        play(client, table, game_id, right)
    refused = client.post(f"/arena/api/games/{game_id}/opponent")
    assert refused.status_code == 409 and "does not play country streaks" in refused.json()["error"]
    assert table.game(game_id).model_seat() is None
    # Books in which it once did:
    table.scorebook.add_seat(game_id, 1, Seat(MODEL_NAME, "model", model_id()))
    table.scorebook.add_guess(game_id, 1, 1, Guess(0.0, 0.0, 1.0, 4990, 1.0, 1.0))
    best = client.get("/arena/api/streaks").json()["best"]
    assert [(one["player"], one["streak"]) for one in best] == [("Ada", 2)]


def test_streaks_are_not_mixed_with_points(client, table):
    game_id = start(client)
    play(client, table, game_id, right=True)
    play(client, table, game_id, right=False)
    assert table.scorebook.guesses().empty and len(table.scorebook.guesses(mode="streak")) == 2


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [({"rounds": 7}, "leave the number of rounds away"), ({"told": "after_match"}, "tells after each round"),
     ({"with_model": True}, "does not play country streaks")],
)  # fmt: skip
def test_rules_that_make_no_sense_for_a_streak_are_refused(client, wishes, sentence):
    answer = client.post("/arena/api/games", json={"name": "Ada", "mode": "streak"} | wishes)
    assert answer.status_code == 400 and sentence in answer.json()["error"]


def test_a_map_of_photos_has_too_few_places(client, painted_map):
    painted_map.kind = "photos"
    answer = client.post("/arena/api/games", json={"name": "Ada", "mode": "streak"})
    assert answer.status_code == 409 and "too few" in answer.json()["error"]
