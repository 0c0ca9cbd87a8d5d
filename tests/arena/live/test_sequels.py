"""What follows a live match: the next one of its series, and a rematch."""

from dataclasses import replace

from arena.live.course import GONE_S


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
