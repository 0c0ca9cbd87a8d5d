"""Matches: their length, seats with tokens, who is told what, and the faults that they must live through."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena import clock as server_clock
from arena.clock import ServerClock
from arena.records import hash_of, model_id, player_id_of
from arena.routes import routes
from arena.rules import CHALLENGE_S, EXPIRES_S, GRACE_S, Refused, check_length
from arena.scorebook import Scorebook

ADA, BO = player_id_of("a" * 32), player_id_of("b" * 32)


def challenge(arena, rounds=2, **more):
    return arena.open("Ada", "world", owner=ADA, rounds=rounds, mode="challenge", **more)


@pytest.fixture
def app(new_arena):
    return Starlette(routes=routes(arena=new_arena()))


def start(client, **more):
    answer = client.post("/arena/api/games", json={"name": "Ada", "map": "world", "rounds": 2} | more)
    assert answer.status_code == 201, answer.text
    return f"/arena/api/games/{answer.json()['game_id']}", answer.json()["seat_token"]


def guess(client, game, number, token=None):
    headers = {"X-Seat-Token": token} if token else {}
    return client.post(f"{game}/rounds/{number}/guess", json={"lat": 1.0, "lng": 2.0}, headers=headers)


# ── length ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("asked", "length"), [(None, 5), (1, 1), ("20", 20)])
def test_a_game_has_as_many_rounds_as_were_asked_for(asked, length):
    assert check_length(asked) == length


@pytest.mark.parametrize("asked", [0, 21, -1, 2.5, True, "many", "", [3]])
def test_a_length_that_no_game_has_is_a_sentence(asked):
    with pytest.raises(Refused, match="from 1 to 20"):
        check_length(asked)


@pytest.mark.parametrize("length", [1, 3])
def test_a_game_ends_after_its_last_round_however_many_it_has(new_arena, model_plays, length):
    arena = new_arena(lambda pictures: (1.0, 2.0))
    game_id = arena.create("Ada", "world", rounds=length)
    for number in range(1, length + 1):
        assert arena.game(game_id).finished_at is None
        arena.guess(game_id, number, 0.0, 0.0)
    assert arena.game(game_id).finished_at is not None
    with pytest.raises(Refused, match=f"rounds 1 to {length}"):
        arena.panorama(game_id, length + 1)
    assert len(model_plays(arena, game_id).guessed(1)) == length


def test_the_length_stands_in_the_state_and_in_what_the_server_offers(app):
    client = TestClient(app)
    game, _ = start(client, rounds=1)
    assert guess(client, game, 1).status_code == 200
    state = client.get(game).json()
    assert (state["rounds_total"], state["max_total"], state["finished"]) == (1, 5000, True)
    offered = client.get("/arena/api/maps").json()
    assert (offered["length"], offered["rounds"]) == ({"min": 1, "max": 20}, 5)


# ── seats and tokens ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_move_needs_the_secret_of_the_seat_or_its_token(app):
    ada, stranger = TestClient(app), TestClient(app)
    game, token = start(ada)
    for forged in (None, "x" * 32, "no token", token[:-1] + ("A" if token[-1] != "A" else "B")):
        refused = guess(stranger, game, 1, forged)
        assert refused.status_code == 403 and refused.json()["error"].endswith(".")
    assert stranger.get(f"{game}/rounds/1/panorama.jpg").status_code == 403
    assert ada.get(game).json()["rounds"][0] == {"round": 1, "status": "open", "started": False}
    assert guess(ada, game, 1).status_code == 200  # by the cookie
    assert guess(stranger, game, 2, token).status_code == 200  # by the token, in a browser without cookies


def test_a_token_is_written_down_as_its_hash_alone(new_arena):
    arena = new_arena()
    taken = arena.open("Ada", "world", owner=ADA)
    assert taken.token is not None
    assert arena.game(taken.game_id).seats[0].token_hash == hash_of(taken.token)
    with arena.scorebook.engine.connect() as db:
        assert taken.token not in str(db.exec_driver_sql("SELECT * FROM seats").fetchall())


def test_a_bot_is_known_by_its_token_whatever_it_is_called(app, new_arena):
    for name in ("Homing bot", "Someone else"):
        bot = TestClient(app, headers={"Authorization": f"Bearer {'s' * 40}"})
        start(bot, name=name, kind="bot")
    twin = TestClient(app, headers={"Authorization": f"Bearer {'t' * 40}"})
    start(twin, name="Homing bot", kind="bot")
    games = new_arena().scorebook.games()
    own = f"bot:{player_id_of('s' * 40)}"
    assert sorted(games.loc[games["player_id"] == own, "player"]) == ["Homing bot", "Someone else"]
    assert games["player_id"].nunique() == 2 and model_id() not in set(games["player_id"])


@pytest.mark.parametrize(
    ("header", "status"), [("Bearer short", 400), ("Bearer " + "ü" * 40, 400), ("Basic eHg6eQ==", 201)]
)
def test_a_bearer_of_no_secret_is_told_so_and_a_proxys_password_is_none_of_ours(app, header, status):
    answer = TestClient(app).post("/arena/api/games", json={"name": "Ada"}, headers={"Authorization": header.encode()})
    assert answer.status_code == status


def test_everyone_with_the_link_of_a_challenge_plays_the_same_places_once(app):
    ada, bo = TestClient(app), TestClient(app)
    game, _ = start(ada, mode="challenge")
    assert bo.get(game).json()["seat"] is None and bo.get(game).json()["room"]
    taken = bo.post(f"{game}/seats", json={"name": "Bo"})
    assert (taken.status_code, taken.json()["seat"]) == (201, 1)
    again = bo.post(f"{game}/seats", json={"name": "Bo again"})
    assert (again.status_code, again.json()["seat"], again.json()["seat_token"]) == (200, 1, None)
    assert ada.post(f"{game}/seats", json={"name": "Ada"}).json()["seat"] == 0
    for client in (ada, bo):
        for number in (1, 2):
            assert guess(client, game, number).status_code == 200
    state = bo.get(game).json()
    assert state["finished"] and state["room"] and state["player"] == "Bo"
    assert [(row["player"], row["done"], row["you"]) for row in state["seats"]] == [
        ("Ada", True, False), ("Bo", True, True)]  # fmt: skip


def test_a_seat_of_ones_own_cannot_be_taken_at_a_game_for_one(app):
    ada, bo = TestClient(app), TestClient(app)
    game, _ = start(ada)
    refused = bo.post(f"{game}/seats", json={"name": "Bo"})
    assert refused.status_code == 409 and "Every seat" in refused.json()["error"]
    assert bo.post("/arena/api/games/nope/seats", json={"name": "Bo"}).status_code == 404


def test_each_seat_has_a_clock_and_a_turn_of_its_own(new_arena, clock):
    arena = new_arena()
    game_id = challenge(arena, time_limit_s=30).game_id
    bo = arena.join(game_id, "Bo", owner=BO).seat
    arena.panorama(game_id, 1)
    clock.ahead_s += 20.0
    arena.panorama(game_id, 1, seat=bo)
    clock.ahead_s += 15.0 + GRACE_S
    game = arena.game(game_id)
    assert (game.guessed(0), game.guessed(bo)) == ([1], [])  # the first seat's time is out, the other's is not
    with pytest.raises(Refused, match="not open yet"):
        arena.guess(game_id, 2, 0.0, 0.0, bo)
    assert arena.guess(game_id, 1, 0.0, 0.0, bo).guesses[bo].seconds == pytest.approx(15.0 + GRACE_S, abs=1.0)


# ── who is told what ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_challenge_tells_its_places_to_nobody_who_may_still_play_them(new_arena, clock):
    arena = new_arena()
    game_id = challenge(arena).game_id
    for number in (1, 2):
        arena.guess(game_id, number, 0.0, 0.0)
    game = arena.game(game_id)
    assert game.finished_at is None and arena.hidden_from(game, 0) == frozenset()
    assert arena.hidden_from(game, None) == {1, 2}
    assert arena.scorebook.guesses().empty and arena.scorebook.games()["seed"].isna().all()
    with pytest.raises(Refused, match="no seat"):
        arena.panorama(game_id, 1, seat=None)
    clock.ahead_s += EXPIRES_S + 60.0  # a challenge lives longer than a game for one
    assert arena.scorebook.guesses().empty
    bo = arena.join(game_id, "Bo", owner=BO).seat
    arena.guess(game_id, 1, 0.0, 0.0, bo)
    clock.ahead_s += CHALLENGE_S
    assert len(arena.scorebook.guesses()) == 3 and arena.hidden_from(arena.game(game_id), None) == frozenset()
    for late in (lambda: arena.join(game_id, "Cy"), lambda: arena.guess(game_id, 2, 0.0, 0.0, bo)):
        with pytest.raises(Refused, match="over and closed"):
            late()


def test_where_it_was_can_be_told_at_the_end_alone(app):
    client = TestClient(app)
    game, _ = start(client, told="after_match")
    assert guess(client, game, 1).json() == {"round": 1, "hidden": True}
    state = client.get(game).json()
    assert state["rounds"][0] == {"round": 1, "status": "guessed", "started": True, "hidden": True}
    assert state["total"] == 0 and state["told"] == "after_match"
    last = guess(client, game, 2).json()
    assert "truth" in last
    state = client.get(game).json()
    assert all("truth" in one for one in state["rounds"]) and state["total"] == sum(r["score"] for r in state["rounds"])


def test_a_challenge_that_one_has_played_waits_for_one_no_longer(new_arena):
    arena = new_arena()
    game_id = challenge(arena).game_id
    bo = arena.join(game_id, "Bo", owner=BO).seat
    for number in (1, 2):
        assert arena.scorebook.burden(ADA, 0.0) == (1, 1)
        arena.guess(game_id, number, 0.0, 0.0)
    assert arena.scorebook.burden(ADA, 0.0) == (0, 1)
    arena.guess(game_id, 1, 0.0, 0.0, bo)
    assert arena.scorebook.burden(BO, 0.0)[0] == 1


def test_what_is_told_at_the_end_is_told_to_nobody_before_not_even_without_a_cookie(app, new_arena):
    client, stranger = TestClient(app), TestClient(app)
    game, _ = start(client, told="after_match")
    guess(client, game, 1)
    state = stranger.get(game).json()
    assert state["rounds"][0] == {"round": 1, "status": "guessed", "started": True, "hidden": True}
    assert state["total"] == 0 and new_arena().scorebook.games()["total"].tolist() == [0]
    last, state = guess(client, game, 2).json(), stranger.get(game).json()
    assert all("truth" in one for one in state["rounds"])
    assert new_arena().scorebook.games()["total"].item() == state["total"] >= last["score"]


def test_what_the_model_guessed_is_told_to_no_seat_that_may_still_guess(new_arena, model_plays):
    arena = new_arena(lambda pictures: (1.0, 2.0))
    game_id = challenge(arena, rounds=1).game_id
    bo = arena.join(game_id, "Bo", owner=BO)
    arena.guess(game_id, 1, 0.0, 0.0)
    model_plays(arena, game_id)
    asking = TestClient(Starlette(routes=routes(arena=arena)), headers={"X-Seat-Token": str(bo.token)})
    answer = asking.post(f"/arena/api/games/{game_id}/opponent")
    assert answer.status_code == 409 and "when you have finished" in answer.json()["error"]
    arena.guess(game_id, 1, 0.0, 0.0, bo.seat)
    assert asking.post(f"/arena/api/games/{game_id}/opponent").json()["rounds"][0]["guess"] == {"lat": 1.0, "lng": 2.0}


@pytest.mark.parametrize("wish", [{"mode": "war"}, {"told": "never"}, {"rounds": 99}, {"mode": 7}])
def test_a_match_that_is_not_offered_is_a_sentence(app, wish):
    answer = TestClient(app).post("/arena/api/games", json={"name": "Ada", "map": "world"} | wish)
    assert answer.status_code == 400 and "found" in answer.json()["error"]


# ── faults ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_match_goes_on_where_it_was_after_the_app_was_started_anew(new_arena):
    before = new_arena()
    taken = challenge(before)
    bo = before.join(taken.game_id, "Bo", owner=BO)
    before.panorama(taken.game_id, 1, seat=bo.seat)
    before.guess(taken.game_id, 1, 5.0, 5.0, bo.seat)
    after = new_arena()
    game = after.game(taken.game_id)
    assert game == before.game(taken.game_id) and set(game.rounds[0].starts) == {bo.seat}
    assert after.player_seat(taken.game_id, None, bo.token) == bo.seat
    assert after.player_seat(taken.game_id, ADA) == 0
    assert after.guess(taken.game_id, 2, 6.0, 6.0, bo.seat).guesses[bo.seat].lat == 6.0


def test_two_tabs_of_one_player_are_one_seat_and_one_guess(app):
    first, second = TestClient(app), TestClient(app)
    game, token = start(first)
    second.cookies.set("homing_player", first.cookies["homing_player"])
    done = guess(first, game, 1).json()
    late = guess(second, game, 1)
    assert late.status_code == 409 and "counts once" in late.json()["error"]
    assert second.get(game).json()["rounds"][0]["guess"] == done["guess"]
    assert guess(second, game, 2, token).status_code == 200


def test_the_servers_clock_runs_on_whatever_is_done_to_the_machines():
    wall, steady = [1000.0], [5.0]
    clock = ServerClock(lambda: wall[0], lambda: steady[0])
    wall[0], steady[0] = 90_000.0, 8.0
    assert clock() == 1003.0
    wall[0], steady[0] = 10.0, 9.0
    assert clock() == 1004.0


def test_a_clock_set_back_between_two_starts_gives_nobody_more_time(new_arena, clock):
    arena = new_arena()
    game_id = arena.create("Ada", "world", time_limit_s=30)
    arena.panorama(game_id, 1)
    clock.ahead_s -= 3600.0
    done = new_arena().guess(game_id, 1, 0.0, 0.0)
    assert done.guesses[0].seconds == 0.0
    arena.panorama(game_id, 2)
    assert arena.game(game_id).rounds[1].starts[0] == pytest.approx(server_clock.now(), abs=5.0)


@pytest.mark.parametrize("body", [{"lat": 1, "lng": 2, "score": 5000, "seat": 0, "distance_km": 0, "player": "Ada"}])
def test_a_forged_score_or_seat_in_a_guess_counts_for_nothing(app, body):
    ada, bo = TestClient(app), TestClient(app)
    game, _ = start(ada, mode="challenge")
    bo.post(f"{game}/seats", json={"name": "Bo", "seat": 0, "kind": "person"})
    done = bo.post(f"{game}/rounds/1/guess", json=body).json()
    assert done["score"] < 5000 and done["distance_km"] > 1.0
    assert ada.get(game).json()["rounds"][0]["status"] == "open"


def test_a_move_out_of_turn_changes_nothing(app):
    client = TestClient(app)
    game, _ = start(client)
    before = client.get(game).json()
    assert guess(client, game, 2).status_code == 409
    assert client.get(f"{game}/rounds/2/panorama.jpg").status_code == 409
    assert client.post(f"{game}/opponent").status_code in (404, 409)
    assert client.get(game).json() == before


def test_the_last_two_guesses_at_one_moment_close_the_match(new_arena, book_url):
    arena = new_arena()
    game_id = challenge(arena, rounds=1).game_id
    bo = arena.join(game_id, "Bo", owner=BO).seat
    with Scorebook.open(book_url).engine.begin() as db:
        db.exec_driver_sql("UPDATE games SET most_seats = 2")
    arena.guess(game_id, 1, 0.0, 0.0)
    assert arena.game(game_id).finished_at is None
    arena.guess(game_id, 1, 0.0, 0.0, bo)
    assert arena.game(game_id).finished_at is not None
