"""A duel over HTTP: its lobby, its rounds in lockstep, health, pauses, and who is told what when."""

import json

import pytest

from arena.live.course import GONE_S, GRACE_S
from arena.live.records import MULTIPLIERS
from arena.statistics import pool_keys


def test_a_lobby_waits_until_every_seat_is_taken_and_ready(duel):
    match = duel(people=1)
    [ada] = match.players
    live = ada.live()
    assert (live["phase"], live["most_seats"], live["teams"][1]["seats"]) == ("lobby", 2, [])
    assert ada.post_to("ready", ready=True).json()["live"]["phase"] == "lobby"  # alone one does not begin
    match = duel()
    ada, bo = match.players
    assert [seat["team"] for seat in ada.live()["seats"]] == [0, 1]
    ada.post_to("ready", ready=True)
    ada.post_to("ready", ready=False)
    assert bo.post_to("ready", ready=True).json()["live"]["phase"] == "lobby"
    live = ada.post_to("ready", ready=True).json()["live"]
    assert live["phase"] == "countdown" and live["until"] == pytest.approx(live["now"] + 3.0)
    assert ada.get(f"{ada.game}/rounds/1/panorama.jpg").status_code == 409
    match.time.go(3.0)
    assert ada.live()["phase"] == "looking" and ada.live()["until"] == pytest.approx(match.time.now + 120.0)
    assert ada.get(f"{ada.game}/rounds/1/panorama.jpg").status_code == 200
    assert ada.get(f"{ada.game}/rounds/2/panorama.jpg").status_code == 409


def test_health_falls_by_the_difference_times_the_multiplier_until_it_is_gone(duel):
    match = duel().begin()
    ada, bo = match.players
    match.play(1, 0)
    live = bo.live()
    assert live["phase"] == "pause" and live["rounds"][0]["scores"] == [5000, 0]
    assert live["rounds"][0]["damage"] == [0, 5000] and [one["health"] for one in live["teams"]] == [6000, 1000]
    match.next()
    match.play(2, 0, 1)  # equal: nobody loses
    match.next()
    match.play(3, 0)
    live = ada.live()
    assert (live["phase"], live["winner"], live["why"]) == ("over", 0, "health")
    assert live["rounds"][2]["health"] == [6000, 0]
    state = ada.state()
    assert state["finished"] and match.game.finished_at is not None
    late = ada.guess(4)
    assert late.status_code == 409 and "over" in late.json()["error"]


def test_later_rounds_count_more(duel):
    assert MULTIPLIERS[:7] == (1.0, 1.0, 1.0, 1.0, 1.5, 2.0, 2.5)
    match = duel(health=100_000).begin()
    for number in range(1, 7):
        match.play(number, number % 2)
        if number < 6:
            match.next()
    assert [one["damage"] for one in match.players[0].live()["rounds"]] == [
        [5000, 0], [0, 5000], [5000, 0], [0, 5000], [7500, 0], [0, 10000]]  # fmt: skip


def test_after_the_last_place_more_health_wins_and_equal_is_a_draw(duel):
    match = duel(rounds=1, health=9000).begin()
    match.play(1, 1)
    assert match.players[0].live()["winner"] == 1 and match.players[0].live()["why"] == "rounds"
    match = duel(rounds=1).begin()
    match.play(1)
    assert match.players[0].live()["winner"] == "draw"


def test_the_first_guess_leaves_the_other_fifteen_seconds(duel):
    match = duel().begin()
    ada, bo = match.players
    match.time.go(10.0)
    assert ada.guess(1, *match.truth(1)).json() == {"round": 1, "hidden": True}
    live = bo.live()
    assert live["until"] == pytest.approx(match.time.now + 15.0)
    assert [seat["guessed"] for seat in live["seats"]] == [True, False]
    match.time.go(15.0 + GRACE_S / 2)
    assert bo.guess(1).status_code == 200  # it was on its way
    match.next()
    ada.guess(2)
    match.time.go(15.0 + GRACE_S)
    late = bo.guess(2)
    assert late.status_code == 409 and "time of round 2 was out" in late.json()["error"]
    closed = bo.live()["rounds"][1]
    assert closed["guesses"][1]["lat"] is None and closed["guesses"][1]["score"] == 0
    assert closed["guesses"][1]["seconds"] == pytest.approx(15.0)


def test_a_round_nobody_guesses_in_ends_by_itself(duel):
    match = duel(round_s=30).begin()
    match.time.go(30.0 + GRACE_S)
    live = match.players[0].live()
    assert live["phase"] == "pause" and live["rounds"][0]["scores"] == [0, 0]
    assert live["rounds"][0]["guesses"][0]["score"] == 0


def test_who_is_early_is_not_told_where_it_was_and_nobody_else_is(duel, new_arena):
    match = duel().begin()
    ada, bo = match.players
    lat, lng = match.truth(1)
    told = [ada.guess(1, lat, lng).text]
    spectator = type(ada)(ada.app, ada.game)
    for one in (ada, bo, spectator):
        told.append(one.get(one.game).text)
        assert "score" not in json.dumps(one.live()["rounds"])
    for words in told:
        assert "Town 0" not in words and '"truth"' not in words and "5000," not in words.replace('"max_total":', "")
    assert spectator.get(f"{ada.game}/rounds/1/panorama.jpg").status_code == 403
    assert match.arena.scorebook.guesses().empty
    assert match.arena.scorebook.untold_places(match.game) == set()  # of other matches
    copy = new_arena()  # the same places in another match are untold as well
    assert copy.hidden_from(copy.game(match.game_id), None) >= {1}
    bo.guess(1)
    for one in (ada, bo, spectator):
        assert one.live()["rounds"][0]["truth"]["label"].startswith("Town 0")
    assert spectator.get(f"{ada.game}/rounds/1/panorama.jpg").status_code == 200


def test_how_far_off_a_guess_was_is_in_no_frame_while_others_still_guess(duel):
    match = duel(people=4, teams=2).begin()
    match.arena.create("Eve", "world", owner="eve")  # other tables are of no account
    book, di = match.arena.scorebook, match.game.seats[3].player_id

    def totals():
        everyone = book.games()
        return [*book.games(player_id=di)["total"], *everyone[everyone["mode"] == "duel"]["total"]]

    match.players[3].guess(1, *match.truth(1))
    match.players[0].guess(1, *match.truth(1))
    assert totals() == [0, 0]
    assert book.games(player_id=di)["guessed"].tolist() == [1]
    for player in match.players[1:3]:
        player.guess(1)
    assert totals() == [5000, 5000]
    match.next()
    match.players[3].guess(2, *match.truth(2))
    assert totals() == [5000, 5000]


def test_what_is_guessed_by_the_clock_of_a_match_is_not_compared_with_games_without_one(duel):
    match = duel(rounds=1, round_s=10).begin()
    match.play(1, 0)
    ada = match.players[0]
    again = ada.post_to("rematch").json()["game_id"]
    assert match.arena.game(again).live.limit_s == 10
    alone = match.arena.create("Ada", "world", rounds=1)
    match.arena.guess(alone, 1, 1.0, 2.0)
    frame = match.arena.scorebook.guesses()
    assert frame["time_limit_s"].fillna(0).groupby(frame["game_id"]).max().to_dict() == {match.game_id: 10, alone: 0}
    assert pool_keys(frame).nunique() == 2
    limits = match.arena.scorebook.games()["time_limit_s"]
    assert sorted(limits.dropna()) == [10, 10] and len(limits) == 3
    assert ada.state()["rules"]["time_limit_s"] is None  # its clock is told with the match, as that of all at the table


def test_a_pause_ends_when_everyone_who_is_there_says_next(duel):
    match = duel().begin()
    ada, bo = match.players
    match.play(1)
    match.time.go(2.0)
    assert ada.post_to("ready", ready=True).json()["live"]["phase"] == "pause"
    assert bo.post_to("ready", ready=True).json()["live"]["phase"] == "looking"
    match.play(2)
    match.time.go(7.9)
    assert ada.live()["phase"] == "pause"  # what was said before counts no more
    match.time.go(0.1)
    assert ada.live()["phase"] == "looking"


def test_who_leaves_forfeits_and_the_other_wins(duel):
    match = duel().begin()
    ada, bo = match.players
    live = bo.post_to("leave").json()["live"]
    assert (live["phase"], live["winner"], live["why"]) == ("over", 0, "forfeit")
    assert [seat["forfeit"] for seat in ada.live()["seats"]] == [False, True]


def test_a_round_that_was_open_when_somebody_gave_up_is_told_to_everybody(duel):
    match = duel().begin()
    ada, bo = match.players
    match.play(1)
    match.next()
    place = match.truth(2)
    assert ada.guess(2, *place).json() == {"round": 2, "hidden": True}
    spectator = type(ada)(ada.app, ada.game)
    assert all(one.live()["broken_off"] is None for one in (ada, bo, spectator))
    bo.post_to("leave")
    for one in (ada, bo, spectator):
        live = one.live()
        assert (live["why"], len(live["rounds"])) == ("forfeit", 1)
        told = live["broken_off"]
        assert (told["truth"]["lat"], told["truth"]["lng"]) == place and told["truth"]["label"]
        assert [(guess["seat"], guess["score"]) for guess in told["guesses"]] == [(0, 5000)]
        assert (told["round"], told["scores"], told["damage"], told["health"]) == (2, [5000, 0], [0, 0], [6000, 6000])
    state = ada.state()
    assert state["rounds"][1]["score"] == 5000 and "truth" in state["rounds"][1]
    assert "truth" not in state["rounds"][2] and all("hidden" not in one for one in state["rounds"])
    assert [row["total"] for row in state["seats"]] == [5000, 0]  # as in the frames
    assert match.arena.scorebook.guesses(seat=0)["score"].sum() == 5000


def test_who_gives_up_in_the_countdown_is_told_no_place(duel):
    match = duel()
    ada, bo = match.players
    for one in match.players:
        one.post_to("ready", ready=True)
    live = bo.post_to("leave").json()["live"]
    assert (live["why"], live["broken_off"]) == ("forfeit", None)
    assert all("truth" not in one for one in ada.state()["rounds"])
    match.time.go(60.0)  # the round would have opened by now
    assert ada.live()["broken_off"] is None and all("truth" not in one for one in ada.state()["rounds"])


def test_a_seat_in_the_lobby_can_be_left_and_taken_by_another(duel):
    match = duel()
    ada, bo = match.players
    bo.post_to("leave")
    assert ada.state()["room"] and len(ada.live()["seats"]) == 1
    cy = type(ada)(ada.app, ada.game)
    assert cy.post_to("seats", name="Cy").json()["seat"] == 1
    full = bo.post_to("seats", name="Bo")
    assert full.status_code == 409 and "taken" in full.json()["error"]
    ada.post_to("leave")  # whoever opened the lobby closes it
    assert cy.live()["phase"] == "over" and cy.state()["expired"]


def test_in_a_team_the_better_guess_counts_and_one_may_come_back(duel):
    match = duel(people=4, teams=2).begin()
    ada, bo, cy, di = match.players
    sides = {seat["player"]: seat["team"] for seat in ada.live()["seats"]}
    assert sides == {"Ada": 0, "Bo": 1, "Cy": 1, "Di": 0}
    match.play(1, 3)  # Di is right, Ada is not
    assert ada.live()["rounds"][0]["scores"] == [5000, 0]
    match.next()
    cy.post_to("leave")
    assert ada.live()["phase"] == "looking" and ada.live()["seats"][2]["forfeit"]
    for one in (ada, bo, di):
        one.guess(2)
    live = ada.live()
    assert live["phase"] == "pause"  # nobody waits for who has left
    cy.post_to("ready", ready=True)
    assert not ada.live()["seats"][2]["forfeit"]
    cy.post_to("leave")
    assert bo.post_to("leave").json()["live"]["winner"] == 0


def test_a_side_can_be_chosen_while_there_is_room(duel):
    match = duel(people=1, teams=2)
    bo, cy = (type(match.players[0])(match.players[0].app, match.players[0].game) for _ in range(2))
    assert bo.post_to("seats", name="Bo", team=0).status_code == 201
    full = cy.post_to("seats", name="Cy", team=0)
    assert full.status_code == 409 and "full" in full.json()["error"]
    assert cy.post_to("seats", name="Cy", team=7).status_code == 400


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"health": 0}, "health"), ({"health": True}, "health"), ({"multipliers": []}, "multipliers"),
        ({"multipliers": [1, -1]}, "multiplier"), ({"multipliers": [float(10**6)]}, "multiplier"),
        ({"round_s": 5}, "round_s"), ({"pause_s": "8"}, "pause_s"), ({"after_guess_s": 0}, "after_guess_s"),
        ({"teams": 3}, "seats a side"), ({"series": 21}, "matches"), ({"ghost": "g"}, "ghost"),
        ({"ghost": {"game_id": "nope", "seat": 0}}, "no game"), ({"ghost": {"game_id": "\ud800"}}, "ghost"),
        ({"ghost": {"game_id": "a\0"}}, "ghost"), ({"ghost": {"game_id": "g" * 65}}, "ghost"),
        ({"model": 1}, "true or false"),
        ({"model_pace": "slow"}, "pace"), ({"model": True, "teams": 2}, "one seat a side"), ({"lives": 3}, "lives"),
        ({"model": True}, "No model"), ([], "settings of a duel"),
    ],
)  # fmt: skip
def test_settings_that_no_duel_has_are_a_sentence(duel, settings, words):
    ada = duel(people=1).players[0]
    asked = json.dumps({"name": "Ada", "mode": "duel", "duel": settings})  # half a character is written as \\ud800
    answer = ada.post("/arena/api/games", content=asked, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 404) and words in answer.json()["error"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"told": "after_match"}, "no other rule"), ({"with_model": True}, '"model": true'),
        ({"with_model": 1}, "true or false"), ({"seed": 7, "duel": {"ghost": {"game_id": "g"}}}, "own game"),
        ({"mode": "solo", "duel": {"health": 1}}, 'for the mode "duel"'),
        ({"mode": "challenge", "duel": {}}, 'for the mode "duel"'),
    ],
)  # fmt: skip
def test_a_duel_is_asked_for_with_nothing_that_it_would_drop(duel, more, words):
    ada = duel(people=1).players[0]
    refused = ada.post("/arena/api/games", json={"name": "Ada", "mode": "duel"} | more)
    assert refused.status_code == 400 and words in refused.json()["error"]
    usual = {"name": "Ada", "mode": "duel", "told": "after_round", "with_model": False, "seed": 7}
    made = ada.post("/arena/api/games", json=usual)
    assert made.status_code == 201 and ada.get(f"/arena/api/games/{made.json()['game_id']}").json()["seed_chosen"]


def test_a_game_alone_knows_no_lobby(duel):
    ada = duel(people=1).players[0]
    ada.game = "/arena/api/games/" + ada.post("/arena/api/games", json={"name": "Ada"}).json()["game_id"]
    assert "live" not in ada.state()
    for what in ("ready", "leave", "verdict", "rematch"):
        answer = ada.post_to(what, thinks="person") if what == "verdict" else ada.post_to(what)
        assert answer.status_code == 409 and answer.json()["error"].endswith(".")


def test_who_vanishes_forfeits_by_the_timer_and_is_told_when(duel):
    match = duel().begin()
    ada, _bo = match.players
    for _ in range(4):
        match.time.go(14.0)
        ada.state()
    seat = ada.live()["seats"][1]
    assert not seat["present"] and seat["forfeits_at"] - match.time.now == pytest.approx(GONE_S - 59.0, abs=0.1)
    match.time.go(2.0)
    assert (ada.live()["winner"], ada.live()["why"]) == (0, "forfeit")
