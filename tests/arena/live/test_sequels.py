"""What follows a live match: the next one of its series, and a rematch."""

from dataclasses import replace

import pytest

from arena.live.course import GONE_S, LOBBY_S


def test_a_series_goes_on_with_the_same_seats_and_counts_its_matches(duel):
    match = duel(series=2, rounds=1).begin()
    ada, bo = match.players
    match.play(1, 0)
    series = ada.live()["series"]
    assert (series["number"], series["of"], series["wins"]) == (1, 2, [1, 0])
    following = series["next_game_id"]
    assert following and bo.live()["series"]["next_game_id"] == following
    for one in match.players:
        one.game = f"/arena/api/games/{following}"
    match.game_id = following
    assert ada.state()["seat"] == 0 and ada.live()["phase"] == "lobby"
    match.begin().play(1, 1)
    series = ada.live()["series"]
    assert (series["wins"], series["next_game_id"]) == ([1, 1], None)


def second_match(match):
    """The lobby of the next match, with the same players at its table."""
    match.begin().play(1, 0)
    match.game_id = match.players[0].live()["series"]["next_game_id"]
    for one in match.players:
        one.game = f"/arena/api/games/{match.game_id}"
    assert match.players[0].live()["phase"] == "lobby"
    return match


def outcome(player):
    live = player.live()
    return live["phase"], live["winner"], live["why"]


@pytest.mark.parametrize("leaver", [0, 1])
def test_who_leaves_the_lobby_of_a_later_match_forfeits_it_and_the_series_goes_on(duel, leaver):
    match = second_match(duel(series=3, rounds=1))
    players = match.players
    players[1 - leaver].post_to("ready", ready=True)
    left = players[leaver].post_to("leave").json()["live"]
    assert (left["phase"], left["winner"], left["why"]) == ("over", 1 - leaver, "forfeit")
    live = players[1 - leaver].live()
    assert [seat["forfeit"] for seat in live["seats"]] == [leaver == 0, leaver == 1]
    assert live["series"]["wins"] == ([1, 1] if leaver == 0 else [2, 0])
    following = live["series"]["next_game_id"]
    assert following and live["rounds"] == [] and not players[0].state()["expired"]
    assert players[leaver].post_to("ready", ready=True).status_code == 409  # what is over stays so
    for one in players:
        one.game = f"/arena/api/games/{following}"
    match.game_id = following
    match.begin().play(1, 1)
    assert players[0].live()["series"]["wins"] == ([1, 2] if leaver == 0 else [2, 1])


@pytest.mark.parametrize(("ready", "winner"), [((1,), 1), ((), "draw")])
def test_who_is_not_ready_when_the_lobby_of_a_later_match_closes_forfeits_it(duel, ready, winner):
    match = second_match(duel(series=3, rounds=1))
    for seat in ready:
        match.players[seat].post_to("ready", ready=True)
    match.time.go(LOBBY_S - 1.0)
    assert match.players[0].live()["phase"] == "lobby"
    match.time.go(2.0)
    assert outcome(match.players[0]) == ("over", winner, "forfeit")
    series = match.players[1].live()["series"]
    assert series["wins"] == [1, len(ready)] and series["next_game_id"]
    assert match.game.finished_at == match.game.closes_at


def test_in_a_series_of_teams_a_partner_plays_on_for_who_left_between_two_matches(duel):
    match = second_match(duel(people=4, teams=2, series=2, rounds=1))
    ada, bo, cy, di = match.players  # Ada and Di against Bo and Cy
    live = cy.post_to("leave").json()["live"]
    assert live["phase"] == "lobby" and [seat["forfeit"] for seat in live["seats"]] == [False, False, True, False]
    for one in (ada, bo, di):
        assert one.post_to("ready", ready=True).status_code == 200
    match.time.go(3.0)
    assert ada.live()["phase"] == "looking"
    for one in (ada, bo, di):
        assert one.guess(1).status_code == 200
    assert outcome(ada) == ("over", "draw", "rounds")


def test_who_left_between_two_matches_is_back_by_a_word_while_a_partner_waits(duel):
    match = second_match(duel(people=4, teams=2, series=2, rounds=1))
    ada, bo, cy, di = match.players
    cy.post_to("ready", ready=True)
    cy.post_to("leave")
    for one in (ada, bo):
        one.post_to("ready", ready=True)
    back = cy.post_to("ready", ready=True).json()["live"]
    assert back["phase"] == "lobby" and not back["seats"][2]["forfeit"]
    assert di.post_to("ready", ready=True).json()["live"]["phase"] == "countdown"
    other = second_match(duel(people=4, teams=2, series=2, rounds=1))
    other.players[1].post_to("leave")
    assert outcome(other.players[0])[0] == "lobby"
    other.players[2].post_to("leave")
    assert outcome(other.players[0]) == ("over", 0, "forfeit")


def test_rematches_pass_the_limit_of_games_that_one_may_begin(duel, monkeypatch):
    match = duel(rounds=1).begin()
    ada, bo = match.players
    match.play(1, 0)
    monkeypatch.setattr("arena.rules.MOST_STARTED", 1)
    refused = ada.post_to("rematch")
    assert refused.status_code == 429 and "within the last minute" in refused.json()["error"]
    assert bo.live()["rematch_game_id"] is None
    match.time.go(60.0)
    assert ada.post_to("rematch").status_code == 201
    assert bo.post_to("rematch").status_code == 201  # it is begun already


def test_the_next_match_of_a_series_waits_for_the_same_limit(duel, monkeypatch):
    match = duel(series=2, rounds=1).begin()
    match.play(1, 0)
    following = match.players[0].live()["series"]["next_game_id"]
    assert following
    match = duel(series=2, rounds=1).begin()
    monkeypatch.setattr("arena.rules.MOST_STARTED", 1)
    match.play(1, 0)
    series = match.players[0].live()["series"]
    assert series["next_game_id"] is None and "too many games open" in series["waits"]
    match.time.go(60.0)
    match.players[0].live()
    series = match.players[0].live()["series"]
    assert series["next_game_id"] and series["waits"] is None


def test_a_rematch_is_one_for_everybody_who_asks(duel):
    match = duel(rounds=1).begin()
    ada, bo = match.players
    early = ada.post_to("rematch")
    assert early.status_code == 409 and "when a duel is over" in early.json()["error"]
    match.play(1, 0)
    assert bo.live()["rematch_game_id"] is None
    first = ada.post_to("rematch").json()
    assert first["seat"] == 0 and bo.live()["rematch_game_id"] == first["game_id"]
    assert bo.post_to("rematch").json() == first | {"seat": 1}
    places = [match.arena.game(one).rounds[0].place for one in (match.game_id, first["game_id"])]
    assert places[0] != places[1] and match.arena.game(first["game_id"]).finished_at is None


def test_a_rematch_whose_lobby_was_closed_can_be_asked_for_again(duel):
    match = duel(rounds=1).begin()
    ada, bo = match.players
    match.play(1, 0)
    first = ada.post_to("rematch").json()["game_id"]
    type(ada)(ada.app, f"/arena/api/games/{first}").post_to("leave")  # a stranger closes nothing
    assert bo.live()["rematch_game_id"] == first
    assert ada.post(f"/arena/api/games/{first}/leave", json={}).status_code == 200
    assert bo.live()["rematch_game_id"] is None
    second = bo.post_to("rematch").json()
    assert second["game_id"] != first and ada.post_to("rematch").json() == second | {"seat": 0}
    assert match.arena.game(second["game_id"]).finished_at is None


def test_in_a_rematch_a_seat_is_kept_for_whoever_still_looks_at_the_result(duel):
    match = duel(rounds=1).begin()
    ada, bo = match.players
    match.play(1, 0)
    again = ada.post_to("rematch").json()["game_id"]
    stranger = type(ada)(ada.app, ada.game)
    assert stranger.live()["rematch_game_id"] is None and bo.live()["rematch_game_id"] == again
    match.time.go(GONE_S + 1.0)
    for one in (ada, bo, stranger):
        one.game = f"/arena/api/games/{again}"
    assert stranger.post_to("seats", name="Spy").status_code == 409
    assert [bo.state()["seat"], ada.state()["seat"]] == [1, 0]
    match.game_id = again
    assert match.begin().game.started_at is not None


def test_a_series_whose_map_has_gone_tells_the_match_that_is_over(duel, painted_map):
    match = duel(series=2, rounds=1).begin()
    ada, bo = match.players
    assert ada.guess(1, *match.truth(1)).status_code == 200
    match.arena._duels._means = replace(match.arena._duels._means, maps=dict)
    assert bo.guess(1).status_code == 200
    live = ada.live()
    assert (live["phase"], live["why"], live["series"]["next_game_id"]) == ("over", "rounds", None)
