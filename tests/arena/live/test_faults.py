"""What goes wrong in the midst of a live match, and loses nothing: restarts, tabs, clocks, forgeries, silence."""

import json

import pytest
from starlette.websockets import WebSocketDisconnect

from arena.live.course import GONE_S, GRACE_S, LOBBY_S
from arena.live.sockets import MOST_MESSAGE


@pytest.fixture
def restarted(new_arena, live_players):
    """The same match in an app that was started anew on the same scorebook."""

    def start(match):
        arena = new_arena()
        fresh = live_players(arena, len(match.players))
        for old, new in zip(match.players, fresh, strict=True):
            new.cookies, new.game = old.cookies, old.game
        match.arena, match.players = arena, fresh
        return fresh

    return start


def test_a_match_goes_on_where_it_was_after_the_app_was_started_anew(duel, restarted):
    match = duel().begin()
    ada, bo = match.players
    match.play(1, 0)
    match.next()
    ada.guess(2, *match.truth(2))
    before = bo.state()
    ada, bo = restarted(match)
    after = bo.state()
    before["live"]["now"] = after["live"]["now"] = 0
    assert after == before
    bo.guess(2)
    assert ada.live()["phase"] == "over" and ada.live()["winner"] == 0


def test_while_the_app_was_away_nobody_lost_a_round_or_the_match(duel, restarted):
    match = duel(round_s=30).begin()
    match.players[0].guess(1, *match.truth(1))
    match.time.go(600.0)
    ada, bo = restarted(match)
    live = bo.live()
    assert live["phase"] == "looking" and live["until"] - match.time.now == pytest.approx(15.0)
    assert bo.guess(1).status_code == 200
    assert ada.live()["phase"] == "pause"
    match.time.go(8.0)
    assert ada.live()["phase"] == "looking" and ada.live()["rounds"][0]["guesses"][1]["lat"] is not None


def test_two_apps_on_one_book_agree(duel, new_arena, live_players):
    match = duel().begin()
    ada, bo = match.players
    other = live_players(new_arena(), 1)[0]
    other.cookies, other.game = bo.cookies, bo.game
    ada.guess(1)
    assert other.live()["seats"][0]["guessed"]
    match.time.go(15.0 + GRACE_S)
    seen = [one.live() for one in (ada, other)]
    assert seen[0]["rounds"] == seen[1]["rounds"] and seen[0]["phase"] == seen[1]["phase"] == "pause"
    match.time.go(8.0)
    assert other.live()["phase"] == "looking"
    assert other.guess(2).status_code == 200
    assert bo.guess(2).status_code == 409 and ada.live()["seats"][1]["guessed"]


def test_an_app_that_is_started_in_mid_round_promises_no_more_time_than_the_first(duel, new_arena, live_players):
    match = duel().begin()
    ada, bo = match.players
    match.time.go(5.0)
    bo.state()
    ada.guess(1)
    match.time.go(5.0)
    bo.state()
    other = live_players(new_arena(), 1)[0]  # the second app
    other.cookies, other.game = bo.cookies, bo.game
    for _ in range(3):
        assert other.live()["until"] == bo.live()["until"] == ada.live()["until"]
        match.time.go(3.0)
    assert other.guess(1).status_code == 200 and ada.live()["phase"] == "pause"


@pytest.mark.parametrize("away_s", [3.5, 4.0, 4.9])
def test_an_app_that_was_started_anew_within_seconds_costs_nobody_the_round(duel, restarted, away_s):
    match = duel(round_s=10).begin()
    match.time.go(6.0)
    match.players[1].state()
    match.time.go(away_s)
    _, bo = restarted(match)
    bo.live()
    match.time.go(2.0)  # the page is back a moment later
    assert bo.guess(1).status_code == 200


def test_who_left_the_lobby_of_a_later_match_does_not_come_back_by_another_tab(duel):
    match = duel(people=4, teams=2, series=2, rounds=1).begin()
    match.play(1, 0)
    series = match.players[0].live()["series"]
    for player in match.players:
        player.game = f"/arena/api/games/{series['next_game_id']}"
    left = match.players[2]
    with left.line() as tab:
        tab.receive_json()
        assert left.post_to("leave").status_code == 200
        tab.send_json({"seen": True})
    assert [seat["forfeit"] for seat in match.players[0].live()["seats"]] == [False, False, True, False]


def test_a_round_whose_time_ran_out_while_a_single_app_was_started_anew_stays_open_for_a_moment(duel, restarted):
    match = duel(round_s=10).begin()
    match.time.go(6.0)
    match.players[1].state()
    match.time.go(5.5)  # seen lately, but nobody was there at the end
    ada, bo = restarted(match)
    assert ada.live()["phase"] == "looking" and ada.live()["until"] - match.time.now == pytest.approx(15.0)
    assert bo.guess(1).status_code == 200


def test_a_socket_hears_of_what_another_app_has_written(duel, new_arena, live_players):
    match = duel().begin()
    ada, bo = match.players
    other = live_players(new_arena(), 1)[0]
    other.cookies, other.game = bo.cookies, bo.game
    with ada.line() as line:
        assert line.receive_json()["live"]["phase"] == "looking"
        other.guess(1)
        assert line.receive_json()["live"]["seats"][1]["guessed"]


def test_two_tabs_of_one_player_are_one_seat_and_one_guess(duel):
    match = duel().begin()
    ada, bo = match.players
    tab = type(ada)(ada.app, ada.game)
    tab.cookies = ada.cookies
    with ada.line() as first, tab.line() as second:
        assert first.receive_json()["seat"] == second.receive_json()["seat"] == 0
        assert ada.guess(1, *match.truth(1)).status_code == 200
        late = tab.guess(1)
        assert late.status_code == 409 and "counts once" in late.json()["error"]
        assert all(line.receive_json()["live"]["seats"][0]["guessed"] for line in (first, second))
    bo.guess(1)
    assert bo.live()["rounds"][0]["guesses"][0]["score"] == 5000


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
def test_a_clock_that_jumps_while_the_app_is_away_costs_nobody_the_match(duel, restarted, jump_s):
    match = duel().begin()
    match.play(1, 0)
    match.next()
    match.players[0].guess(2, *match.truth(2))
    match.time.go(jump_s)
    ada, bo = restarted(match)
    live = bo.live()
    assert live["phase"] == "looking" and 0.0 < live["until"] - match.time.now <= 120.0
    assert [seat["present"] or not seat["forfeit"] for seat in live["seats"]] == [True, True]
    assert bo.guess(2).status_code == 200
    assert ada.live()["phase"] == "over"


def test_a_clock_set_back_does_not_open_the_next_round_in_an_hour(duel, restarted):
    match = duel().begin()
    match.play(1)
    match.time.go(-3600.0)
    ada, _ = restarted(match)
    assert ada.live()["until"] - match.time.now <= 8.0
    match.time.go(8.0)
    assert ada.live()["phase"] == "looking" and ada.live()["until"] - match.time.now == pytest.approx(120.0)


def test_forgeries_count_for_nothing(duel):
    match = duel().begin()
    ada, bo = match.players
    forged = {"lat": 0.0, "lng": 0.0, "score": 5000, "seat": 0, "seconds": 0, "team": 1, "health": 9000}
    assert bo.post_to("rounds/1/guess", **forged).status_code == 200
    assert not ada.live()["seats"][0]["guessed"] and match.game.rounds[0].guesses[1].score < 5000
    for body in ({"lat": 91.0, "lng": 0.0}, {"lat": "x", "lng": 0.0}, {"lat": None, "lng": None}, {}):
        refused = ada.post_to("rounds/1/guess", **body)
        assert refused.status_code == 400 and refused.json()["error"].endswith(".")
    stranger = type(ada)(ada.app, ada.game)
    for what in ("ready", "leave", "rounds/1/guess", "rematch"):
        refused = stranger.post_to(what, lat=0.0, lng=0.0)
        assert refused.status_code == 403, what
    stranger.headers["X-Seat-Token"] = "f" * 32
    assert stranger.guess(1).status_code == 403 and stranger.get(stranger.game).status_code == 403
    assert match.game.guessed(0) == []


def test_a_move_out_of_turn_is_a_sentence_and_changes_nothing(duel):
    match = duel()
    ada, _bo = match.players
    early = ada.guess(1)
    assert early.status_code == 409 and "not open" in early.json()["error"]
    match.begin()
    assert ada.post_to("ready", ready=True).status_code == 409
    assert ada.post_to("ready", ready="yes").status_code == 400
    assert ada.guess(2).status_code == 409 and ada.guess(21).status_code == 404
    match.play(1)
    again = ada.guess(1)
    assert again.status_code == 409 and "counts once" in again.json()["error"]
    assert ada.guess(2).status_code == 409 and match.game.guessed(0) == [1]
    joins = type(ada)(ada.app, ada.game).post_to("seats", name="Cy")
    assert joins.status_code == 409 and "taken" in joins.json()["error"]


def test_a_socket_that_drops_for_ten_seconds_finds_the_match_where_it_is(duel):
    match = duel().begin()
    ada, bo = match.players
    with bo.line() as line:
        assert line.receive_json()["live"]["phase"] == "looking"
    ada.guess(1)
    match.time.go(10.0)
    live = ada.live()
    assert not live["seats"][1]["forfeit"]
    with bo.line() as line:
        live = line.receive_json()["live"]
        assert live["phase"] == "looking" and live["until"] - match.time.now == pytest.approx(5.0)
        assert bo.guess(1).status_code == 200
        assert line.receive_json()["live"]["phase"] == "pause"


def test_a_lobby_that_nobody_joins_closes_with_a_sentence(duel):
    match = duel(people=1)
    [ada] = match.players
    match.time.go(LOBBY_S + 1.0)
    state = ada.state()
    assert state["live"]["phase"] == "over" and state["expired"] and state["live"]["winner"] is None
    late = type(ada)(ada.app, ada.game).post_to("seats", name="Bo")
    assert late.status_code == 409 and "over and closed" in late.json()["error"]
    assert ada.post_to("ready", ready=True).status_code == 409


def test_who_comes_into_a_lobby_and_goes_again_keeps_nobody_waiting(duel):
    match = duel()
    ada, bo = match.players
    for _ in range(13):
        match.time.go(GONE_S / 12)
        ada.state()
    assert ada.state()["room"]
    cy = type(ada)(ada.app, ada.game)
    assert cy.post_to("seats", name="Cy").status_code == 201
    assert bo.state()["seat"] is None


def test_whoever_slept_in_the_lobby_until_the_seat_was_free_is_told_so(duel):
    match = duel()
    ada, bo = match.players
    match.time.go(GONE_S + 1.0)
    late = bo.post_to("ready", ready=True)
    assert late.status_code == 409 and "take a seat again" in late.json()["error"]
    assert bo.post_to("seats", name="Bo").status_code == 201
    match.time.go(GONE_S + 1.0)
    left = bo.post_to("leave")  # it is left already
    assert left.status_code == 200 and left.json()["seat"] is None and left.json()["live"]["phase"] == "lobby"
    assert list(match.game.seats) == [0] and ada.state()["seat"] == 0


@pytest.mark.parametrize("first", [0, 1])
def test_time_in_which_nobody_was_there_loses_nobody_the_match(duel, first):
    match = duel().begin()
    one, other = match.players[first], match.players[1 - first]
    match.time.go(6.0)
    one.state()
    match.time.go(5.5)
    other.state()
    match.time.go(300.0)  # the machine slept, or the network was away
    stranger = type(one)(one.app, one.game)
    assert stranger.live()["why"] is None and one.live()["phase"] != "over"

    def wait(seconds):
        for _ in range(int(seconds / 10.0)):
            match.time.go(10.0)
            live = one.live()
        return live

    assert wait(GONE_S - 10.0)["phase"] != "over"
    assert other.live()["phase"] != "over"
    assert wait(GONE_S - 10.0)["phase"] != "over"
    live = wait(20.0)  # who is not back a minute later has lost
    assert (live["phase"], live["why"], live["winner"]) == ("over", "forfeit", first)


def test_a_guess_that_never_came_in_the_very_last_moment_is_no_error(duel, monkeypatch):
    match = duel(round_s=10).begin()
    match.time.go(10.0 + GRACE_S - 0.0005)

    def ticking():
        match.time.go(0.0002)
        return match.time.now

    monkeypatch.setattr("arena.clock.now", ticking)
    answer = match.players[0].guess(1, None, None)
    assert answer.status_code == 200, answer.text
    assert match.game.rounds[0].guesses[0].lat is None


# ── the socket ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_of_another_site_gets_no_socket(duel):
    [ada] = duel(people=1).players
    for origin in ("http://evil.example", "null", "http://127.0.0.1.evil.example"):
        with pytest.raises(WebSocketDisconnect) as refused, ada.line(origin):
            pass
        assert refused.value.code == 1008
    with ada.line() as line:
        assert line.receive_json()["seat"] == 0


def test_a_socket_without_a_cookie_is_told_for_whom_it_is_by_a_token(duel):
    match = duel(people=1)
    ada = match.players[0]
    bo = type(ada)(ada.app, ada.game)
    token = bo.post_to("seats", name="Bo").json()["seat_token"]
    bo.cookies.clear()
    with bo.line() as line:
        assert line.receive_json()["seat"] is None
        line.send_json({"seat_token": token})
        assert line.receive_json()["seat"] == 1
        line.send_json({"seen": True})
        match.time.go(6.0)
        line.send_json({"seat_token": "f" * 32})
        said = line.receive_json()
        while "error" not in said:
            said = line.receive_json()
        assert "belongs to no seat" in said["error"]
        with pytest.raises(WebSocketDisconnect):
            line.receive_json()


@pytest.mark.parametrize("message", ["no json", "[1]", '{"seat_token": 7}', json.dumps({"x": "y" * MOST_MESSAGE})])
def test_a_message_that_makes_no_sense_is_a_sentence_and_the_end(duel, message):
    [ada] = duel(people=1).players
    with ada.line() as line:
        line.receive_json()
        line.send_text(message)
        said = line.receive_json()
        while "error" not in said:
            said = line.receive_json()
        assert said["error"].endswith(".")


def test_bytes_and_a_hail_of_tokens_are_a_sentence(duel, monkeypatch):
    [ada] = duel(people=1).players
    with ada.line() as line:
        line.receive_json()
        line.send_bytes(b"\x00")
        assert "found bytes" in line.receive_json()["error"]
    monkeypatch.setattr("arena.live.sockets.MOST_TOKENS", 0)
    with ada.line() as line:
        line.receive_json()
        line.send_json({"seat_token": "f" * 32})
        assert "tokens" in line.receive_json()["error"]
    monkeypatch.setattr("arena.live.sockets.MOST_OF_ONE", 0)
    with ada.line() as line:
        assert "Very many" in line.receive_json()["error"]


def test_a_socket_of_no_match_is_a_sentence(duel):
    [ada] = duel(people=1).players
    ada.game = "/arena/api/games/nowhere"
    with ada.line() as line:
        assert "no game" in line.receive_json()["error"]


def test_an_open_socket_is_presence_and_a_seat_that_forfeited_comes_back_by_a_word(duel):
    match = duel(people=4, teams=2).begin()
    ada, _, cy, _ = match.players
    cy.post_to("leave")
    with cy.line() as line:
        assert line.receive_json()["live"]["seats"][2]["forfeit"]
        line.send_json({"seen": True})
        said = line.receive_json()
        while said["live"]["seats"][2]["forfeit"]:
            said = line.receive_json()
    assert not ada.live()["seats"][2]["forfeit"]
