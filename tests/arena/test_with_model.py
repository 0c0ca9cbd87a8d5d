"""The model at the table: it plays each round after its players, and nothing of it is told before their guess."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.routes import routes
from arena.rules import Refused


@pytest.fixture
def seen():
    return []


@pytest.fixture
def table(new_arena, seen):
    def opponent(pictures):
        seen.append(pictures[0].size)
        return 10.0, 20.0

    return new_arena(opponent)


@pytest.fixture
def client(table):
    return TestClient(Starlette(routes=routes(arena=table)))


def start(client, **wishes):
    body = {"name": "Ada", "rounds": 3, "with_model": True} | wishes
    return "/arena/api/games/" + client.post("/arena/api/games", json=body).json()["game_id"]


def guess(client, game, number):
    client.get(f"{game}/rounds/{number}/panorama.jpg")
    return client.post(f"{game}/rounds/{number}/guess", json={"lat": 1.0, "lng": 2.0}).json()


def model_done(client, game, eventually):
    eventually(lambda: client.post(f"{game}/opponent").status_code == 200, "the model does not play")
    return client.get(game).json()


def test_the_model_plays_a_round_as_soon_as_it_is_guessed_and_never_before(client, table, seen, eventually):
    game = start(client)
    client.get(f"{game}/rounds/1/panorama.jpg")
    before = client.get(game).json()
    assert before["rival"] == {"player": "Homing", "guessed": 0, "total": 0, "from_start": True} and seen == []
    answer = guess(client, game, 1)
    assert "model" not in answer
    eventually(lambda: len(seen) == 1)  # nobody asked for it
    state = model_done(client, game, eventually)
    own = table.game(game.rpartition("/")[2]).rounds[0].guesses[1]
    assert state["rounds"][0]["model"]["guess"] == {"lat": 10.0, "lng": 20.0}
    assert state["rounds"][0]["model"]["score"] == own.score == state["rival"]["total"]
    assert "model" not in state["rounds"][1] and state["opponent"] is None and len(seen) == 1


def test_a_whole_game_with_the_model_ends_with_both_totals(client, table, eventually):
    game = start(client)
    for number in (1, 2, 3):
        guess(client, game, number)
    state = model_done(client, game, eventually)
    assert state["finished"] and state["opponent"]["total"] == state["rival"]["total"]
    assert state["rival"]["guessed"] == 3 and len(state["opponent"]["rounds"]) == 3
    assert table.game(state["game_id"]).finished_at is not None
    assert set(table.scorebook.guesses()["kind"]) == {"person", "model"}


def test_what_is_told_at_the_end_holds_for_the_model_too(client, eventually):
    game = start(client, told="after_match")
    guess(client, game, 1)
    state = model_done(client, game, eventually)
    assert state["rounds"][0] == {"round": 1, "status": "guessed", "started": True, "hidden": True}
    assert state["rival"] == {"player": "Homing", "guessed": 0, "total": 0, "from_start": True}
    assert client.post(f"{game}/opponent").json() == {"status": "played", "played": 1, "of": 3}
    for number in (2, 3):
        guess(client, game, number)
    assert model_done(client, game, eventually)["rival"]["guessed"] == 3


def test_whoever_has_not_guessed_yet_is_not_told_what_the_model_did(client, table, eventually):
    game = start(client, mode="challenge")
    for number in (1, 2, 3):
        guess(client, game, number)
    model_done(client, game, eventually)
    friend = TestClient(client.app)
    friend.post(f"{game}/seats", json={"name": "Bob"})
    guess(friend, game, 1)
    eventually(lambda: friend.post(f"{game}/opponent").status_code == 200)
    answer, state = friend.post(f"{game}/opponent").json(), friend.get(game).json()
    assert answer == {"status": "played", "played": 1, "of": 3} and state["opponent"] is None
    assert "model" in state["rounds"][0] and "model" not in state["rounds"][1] and state["rival"]["guessed"] == 1


def test_a_model_that_breaks_off_stops_nobody(new_arena, eventually):
    def broken(_pictures):
        raise ValueError("no")

    client = TestClient(Starlette(routes=routes(arena=new_arena(broken))))
    game = start(client)
    for number in (1, 2, 3):
        assert "truth" in guess(client, game, number)
    eventually(lambda: client.post(f"{game}/opponent").status_code == 503)
    assert client.get(game).json()["finished"]


def test_a_table_without_a_model_says_so(new_arena, table):
    with pytest.raises(Refused, match="No model is at the table"):
        new_arena().open("Ada", "world", with_model=True)
    with pytest.raises(Refused, match='true or false as "with_model"'):
        table.open("Ada", "world", with_model="yes")


def test_the_model_sees_no_more_than_its_players(client, seen, eventually):
    game = start(client, movement="nmpz")
    client.get(f"{game}/rounds/1/view.jpg")
    client.post(f"{game}/rounds/1/guess", json={"lat": 1.0, "lng": 2.0})
    model_done(client, game, eventually)
    assert seen == [(160, 90)]


def test_the_model_that_was_asked_at_the_end_did_not_sit_there_from_the_start(client, table, eventually):
    made = client.post("/arena/api/games", json={"name": "Ada", "rounds": 1}).json()["game_id"]
    game = f"/arena/api/games/{made}"
    assert client.get(game).json()["rival"] is None
    assert client.post(f"{game}/rounds/1/guess", json={"lat": 1.0, "lng": 2.0}).status_code == 200
    eventually(lambda: client.post(f"{game}/opponent").status_code == 200)
    state = client.get(game).json()
    assert state["rival"]["from_start"] is False and state["opponent"]["total"] == state["rival"]["total"]
