"""Opponents that nobody moves: a ghost at its own pace, and the model that plays along."""

import math
import random
import statistics
from dataclasses import replace

import pytest

from arena.live.agenda import planned_at
from arena.live.clicks import FEWEST_TIMES, clicked, drawn_plan
from arena.live.course import GRACE_S
from arena.live.records import Planned


def finished_solo(ada, match, seconds=(20.0, 100.0)):
    """A game alone that Ada has played: right in the first round, far off in the second."""
    made = ada.post("/arena/api/games", json={"name": "Ada", "rounds": 2}).json()["game_id"]
    for number, took in enumerate(seconds, start=1):
        place = match.arena.game(made).rounds[number - 1].place
        match.arena.panorama(made, number)
        match.time.go(took)
        match.arena.guess(made, number, *((place.lat, place.lng) if number == 1 else (0.0, 0.0)))
    return made


@pytest.fixture
def ghost(duel):
    """Bo against what Ada guessed."""
    match = duel(people=1)
    ada = match.players[0]
    source = finished_solo(ada, match)
    bo = type(ada)(ada.app)
    made = bo.post("/arena/api/games", json={"name": "Bo", "mode": "duel",
                                             "duel": {"ghost": {"game_id": source, "seat": 0}}})  # fmt: skip
    assert made.status_code == 201, made.text
    match.game_id = made.json()["game_id"]
    bo.game = f"/arena/api/games/{match.game_id}"
    match.source, match.players = source, [bo]
    return match


def test_a_ghost_guesses_where_and_when_it_did(ghost):
    [bo] = ghost.players
    assert [(seat["player"], seat["kind"], seat["ready"]) for seat in bo.live()["seats"]] == [
        ("Bo", "person", False), ("Ada", "ghost", True)]  # fmt: skip
    ghost.begin()
    source = ghost.arena.game(ghost.source)
    assert [one.place for one in ghost.game.rounds] == [one.place for one in source.rounds]
    ghost.time.go(19.9)
    assert not bo.live()["seats"][1]["guessed"]
    ghost.time.go(0.2)
    live = bo.live()
    assert live["seats"][1]["guessed"] and live["until"] - ghost.time.now == pytest.approx(14.9, abs=0.01)
    bo.guess(1)
    closed = bo.live()["rounds"][0]
    assert closed["guesses"][1]["score"] == 5000 and closed["guesses"][1]["seconds"] == pytest.approx(20.0)
    ghost.next()
    bo.guess(2, *ghost.truth(2))
    ghost.time.go(15.1)  # it once took longer: now it guesses when the time is out
    live = bo.live()
    assert live["phase"] == "over" and live["rounds"][1]["guesses"][1]["lat"] == 0.0


def test_a_ghosts_guesses_are_no_new_ones_in_the_book(ghost):
    ghost.begin().players[0].guess(1)
    ghost.time.go(15.0)
    assert ghost.players[0].live()["phase"] == "pause"
    ghost.next()
    ghost.players[0].guess(2)
    ghost.time.go(15.0 + GRACE_S)
    assert ghost.players[0].live()["phase"] == "over"
    frame = ghost.arena.scorebook.guesses(game_id=ghost.game_id)
    assert frame["kind"].tolist() == ["person", "person"]
    again = ghost.players[0].post_to("rematch")
    assert again.status_code == 409 and "ghost" in again.json()["error"]


@pytest.mark.parametrize("guesses", [True, False], ids=["guessed", "left at the sight of it"])
def test_whoever_knows_the_places_meets_no_ghost_there(ghost, guesses):
    bo = ghost.players[0]
    ghost.begin()
    if guesses:
        bo.guess(1)
    else:
        assert bo.get(f"{bo.game}/rounds/1/panorama.jpg").status_code == 200
        bo.post_to("leave")
    refused = bo.post("/arena/api/games", json={"name": "Bo", "mode": "duel",
                                                "duel": {"ghost": {"game_id": ghost.source}}})  # fmt: skip
    assert refused.status_code == 403 and "new to you" in refused.json()["error"]


def test_a_game_that_is_still_played_has_no_ghost(duel):
    match = duel(people=1)
    ada = match.players[0]
    made = ada.post("/arena/api/games", json={"name": "Ada", "rounds": 2}).json()["game_id"]
    for seat, words in ((0, "that is over"), (5, "no seat 5")):
        refused = ada.post("/arena/api/games", json={"name": "Bo", "mode": "duel",
                                                     "duel": {"ghost": {"game_id": made, "seat": seat}}})  # fmt: skip
        assert refused.status_code in (404, 409) and words in refused.json()["error"]


@pytest.mark.parametrize("mode", ["challenge", "daily"])
def test_a_game_that_everyone_may_play_is_met_as_a_ghost_when_it_is_closed(duel, mode):
    match = duel(people=1)
    ada = match.players[0]
    if mode == "daily":
        made = ada.post("/arena/api/daily", json={"name": "Ada"}).json()["game_id"]
    else:
        made = ada.post("/arena/api/games", json={"name": "Ada", "mode": mode, "rounds": 2}).json()["game_id"]
    length = match.arena.game(made).length
    wanted = {"name": "Bo", "mode": "duel", "duel": {"ghost": {"game_id": made, "seat": 0}}}
    for number in range(1, length + 1):
        match.arena.guess(made, number, 1.0, 2.0)
    bo = type(ada)(ada.app)
    early = bo.post("/arena/api/games", json=wanted)
    assert early.status_code == 409 and "still played" in early.json()["error"]
    match.time.go(8 * 24 * 3600.0)
    met = bo.post("/arena/api/games", json=wanted)
    assert met.status_code == 201, met.text
    duel_game = match.arena.game(met.json()["game_id"])
    assert duel_game.length == length and duel_game.live.planned[-1].lat == 1.0


def test_a_closed_game_that_was_not_played_to_its_end_has_no_ghost(duel):
    match = duel(people=1)
    ada = match.players[0]
    made = ada.post("/arena/api/games", json={"name": "Ada", "mode": "challenge", "rounds": 2}).json()["game_id"]
    match.arena.guess(made, 1, 1.0, 2.0)
    match.time.go(8 * 24 * 3600.0)
    refused = ada.post("/arena/api/games", json={"name": "Bo", "mode": "duel",
                                                 "duel": {"ghost": {"game_id": made, "seat": 0}}})  # fmt: skip
    assert refused.status_code == 409 and "not played to its end" in refused.json()["error"]


def test_a_country_streak_has_no_ghost(duel, monkeypatch):
    monkeypatch.setattr("arena.games.MOST", 2)
    match = duel(people=1)
    ada = match.players[0]
    made = ada.post("/arena/api/games", json={"name": "Ada", "mode": "streak"}).json()["game_id"]
    while match.arena.game(made).finished_at is None:
        match.arena.guess(made, len(match.arena.game(made).guessed()) + 1, 1.0, 2.0)
    refused = type(ada)(ada.app).post("/arena/api/games", json={"name": "Bo", "mode": "duel",
                                                                "duel": {"ghost": {"game_id": made}}})  # fmt: skip
    assert refused.status_code == 409 and "country streak" in refused.json()["error"]


def test_the_model_plays_along_and_is_waited_for(duel, eventually):
    match = duel(people=1, opponent=lambda pictures: (1.0, 2.0), model=True, model_pace="at_once").begin()
    [ada] = match.players
    eventually(lambda: match.arena.live.thought(match.game, 1) is not None)
    live = ada.live()
    assert live["seats"][1]["kind"] == "model" and live["seats"][1]["guessed"] and live["rounds"] == []
    assert "truth" in ada.guess(1).json()
    closed = ada.live()["rounds"][0]
    assert (closed["guesses"][1]["lat"], closed["guesses"][1]["lng"]) == (1.0, 2.0)
    refused = ada.post_to("opponent")
    assert refused.status_code == 409 and "plays along" in refused.json()["error"]


def test_at_a_human_pace_the_model_takes_its_time_and_hurries_when_it_must(duel, eventually):
    match = duel(people=1, opponent=lambda pictures: (1.0, 2.0), model=True).begin()
    [ada] = match.players
    eventually(lambda: match.arena.live.thought(match.game, 1) is not None)
    assert not ada.live()["seats"][1]["guessed"]
    match.time.go(1.0)
    assert ada.guess(1, *match.truth(1)).json() == {"round": 1, "hidden": True}
    match.time.go(15.0)
    assert ada.live()["phase"] == "pause"
    assert match.game.rounds[0].guesses[1].lat == 1.0


def test_a_model_that_fails_costs_it_the_round_and_nobody_else(duel):
    def fail(pictures):
        raise RuntimeError("out of memory")

    match = duel(people=1, opponent=fail, model=True, model_pace="at_once").begin()
    [ada] = match.players
    ada.guess(1, *match.truth(1))
    match.time.go(15.0 + GRACE_S)
    closed = ada.live()["rounds"][0]
    assert closed["scores"] == [5000, 0] and closed["guesses"][1]["lat"] is None


def test_the_pace_is_that_of_people_who_were_imported_and_else_a_skewed_one():
    rng = random.Random(1)
    plan = drawn_plan(2000, [], rng)
    times = [one.seconds for one in plan]
    assert statistics.median(times) == pytest.approx(22.0, rel=0.1) and min(times) >= 2.0 and max(times) <= 110.0
    known = drawn_plan(200, [40.0] * FEWEST_TIMES, rng)
    assert all(36.0 <= one.seconds <= 44.0 for one in known)
    assert len({one.zoom for one in plan}) > 1000 and len({one.offset for one in plan}) == 2000


def test_where_the_time_runs_out_the_model_does_whatever_people_do():
    plan = drawn_plan(4000, [], random.Random(1))
    assert 0.02 < sum(one.misses for one in plan) / len(plan) < 0.08
    waiting = [one.hurry_s for one in plan if one.hurry_s < 0.35]
    assert 0.3 < len(waiting) / len(plan) < 0.5  # the page sends a pin that stands on the map
    assert 0.2 < statistics.median(waiting) < 0.34 and min(waiting) >= 0.0
    assert max(one.hurry_s for one in plan) <= 5.0
    slow, quick = Planned(30.0, hurry_s=1.0, misses=True), Planned(10.0, hurry_s=1.0, misses=True)
    assert planned_at(slow, 100.0, 115.0) is None and planned_at(quick, 100.0, 115.0) == 110.0
    assert planned_at(replace(slow, misses=False), 100.0, 115.0) == 114.0


@pytest.mark.parametrize("position", [(48.8566, 2.3522), (-33.9, 179.9999), (0.0, -180.0), (89.9, 10.0)])
@pytest.mark.parametrize("grid", [(6, (0.0, 0.0)), (4.7, (0.3, 0.9)), (2.5, (0.99, 0.01))])
def test_a_click_is_near_and_lies_on_the_grain_of_a_map(position, grid):
    found = clicked(position, *grid)
    pixel_deg = 360.0 / (512 * 2 ** grid[0])
    assert abs((found[1] - position[1] + 180.0) % 360.0 - 180.0) <= pixel_deg
    assert abs(found[0] - min(85.0511, position[0])) <= pixel_deg
    if abs(position[1]) < 179.0:  # beyond the date line lies another copy of the world
        assert clicked(found, *grid) == pytest.approx(found)
    assert clicked(position, None) == position
    assert -180.0 <= found[1] <= 180.0


def clicks_of_people(points, rng):
    """The pixel next to each point on a map as the page has it: 512 pixels a world at zoom 0, dragged anywhere."""
    for lat, lng in points:
        across = 512 * 2 ** rng.uniform(2.0, 9.0)
        x, y = (lng / 360.0 + 0.5) * across, (0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau) * across
        left, top = x - rng.uniform(0.0, 900.0), y - rng.uniform(0.0, 600.0)  # of the part that is in sight
        x, y = left + round(x - left), top + round(y - top)
        yield math.degrees(math.atan(math.sinh(math.tau * (0.5 - y / across)))), x / across * 360.0 - 180.0


def on_centres(clicks, zooms=range(4, 9), px=256, within=0.002):
    """The share of clicks, as told, on the centre of a pixel of one of these zooms."""
    on = 0
    for lat, lng in clicks:
        lat, lng = round(lat, 6), round(lng, 6)
        spots = [
            ((lng / 360.0 + 0.5) * px * 2**zoom,
             (0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau) * px * 2**zoom) for zoom in zooms
        ]  # fmt: skip
        on += any(all(abs(at % 1.0 - 0.5) < within for at in spot) for spot in spots)
    return on / len(clicks)


def test_no_click_of_the_model_lies_on_the_centres_of_pixels_any_more_than_one_of_a_person():
    rng = random.Random(5)
    points = [(rng.uniform(-60.0, 70.0), rng.uniform(-180.0, 180.0)) for _ in range(1000)]
    plans = drawn_plan(len(points), [], rng)
    model = [clicked(point, one.zoom, one.offset) for point, one in zip(points, plans, strict=True)]
    people = list(clicks_of_people(points, rng))
    old = [clicked(point, 7 + 1, (0.5, 0.5)) for point in points]  # as a lattice of its own would show: zoom 9 of 256
    assert on_centres(old, zooms=[9]) > 0.9
    assert on_centres(model) < 0.01 and on_centres(people) < 0.01
    # And with a coarser look, which chance alone passes often enough to be compared.
    shares = [on_centres(clicks, within=0.1) for clicks in (model, people)]
    assert abs(shares[0] - shares[1]) < 0.06, shares


def test_no_lattice_of_a_map_has_more_clicks_of_the_model_than_points_at_random():
    rng = random.Random(3)
    points = [(rng.uniform(-60.0, 70.0), rng.uniform(-180.0, 180.0)) for _ in range(1500)]
    plans = drawn_plan(len(points), [], rng)
    clicks = [clicked(point, one.zoom, one.offset) for point, one in zip(points, plans, strict=True)]
    told = [tuple(round(value, 6) for value in one) for one in clicks]  # as the state tells it

    def shares(found):
        for zoom in range(2, 11):
            for phase in (0.0, 0.5):
                across = 256 * 2**zoom
                on = 0
                for lat, lng in found:
                    y = (0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau) * across
                    off = [abs((at - phase + 0.5) % 1.0 - 0.5) for at in ((lng / 360.0 + 0.5) * across, y)]
                    on += max(off) < 0.1
                yield on / len(found)

    assert max(shares(told)) < 0.08 and min(shares(told)) > 0.02  # 0.04 by chance; a lattice of their own: 1
