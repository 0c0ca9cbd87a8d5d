"""Walking: which steps may be seen, when the clock starts, what is drawn ahead, and that a step tells no place."""

import io
from itertools import pairwise

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.routes import routes
from arena.rules import Refused
from arena.sources import Walkable
from arena.statistics import pool_keys
from arena.world_maps import WorldMap, find_world_maps

WORLD = 2048


@pytest.fixture
def table(new_arena, road_map):
    return new_arena(maps={"world": road_map})


@pytest.fixture
def client(table):
    return TestClient(Starlette(routes=routes(arena=table)))


def begin(table, **rules):
    return table.create("Ada", "world", movement="moving", **rules)


def step(table, game_id, number, at, width=WORLD, ahead=False):
    showing, road_deg = table.order_step(game_id, number, at, width, 0, ahead)
    return Image.open(io.BytesIO(showing.wait())).getpixel((5, 5))[0], road_deg


def test_each_step_shows_the_road_from_there(table):
    game_id = begin(table)
    table.panorama(game_id, 1)
    seen = [step(table, game_id, 1, at) for at in (1, 2, -1, -2)]
    assert [level for level, _ in seen] == pytest.approx([170, 220, 70, 20], abs=3)
    assert [road for _, road in seen] == [45, 50, 35, 30]


def test_the_next_steps_are_drawn_before_anyone_asks(table, road_map, eventually):
    game_id = begin(table)
    step(table, game_id, 1, 0)
    eventually(lambda: {(0, 1), (0, -1)} <= set(road_map.walked))
    step(table, game_id, 1, -1)
    eventually(lambda: (0, -2) in road_map.walked)
    step(table, game_id, 1, -2)
    assert len(road_map.walked) == len(set(road_map.walked)), "a step was drawn twice"
    assert all(abs(at) <= road_map.farthest for _, at in road_map.walked)


def test_the_clock_starts_once_with_the_place_itself(table, clock):
    game_id = begin(table, time_limit_s=60)
    with pytest.raises(Refused, match="comes before a step"):
        step(table, game_id, 1, 1)
    step(table, game_id, 1, 0)
    started = table.game(game_id).rounds[0].starts[0]
    clock.ahead_s += 20
    for at in (1, 2, 1, 0):
        step(table, game_id, 1, at)
    assert table.game(game_id).rounds[0].starts == {0: started}
    clock.ahead_s += 60
    assert table.game(game_id).rounds[0].guesses[0].lat is None


def test_only_steps_of_rounds_that_are_open_can_be_seen(table):
    game_id = begin(table)
    step(table, game_id, 1, 0)
    with pytest.raises(Refused, match="ends 2 steps") as beyond:
        step(table, game_id, 1, 3)
    assert beyond.value.reason == "unknown"
    with pytest.raises(Refused, match="not open yet"):
        step(table, game_id, 2, 1)
    with pytest.raises(Refused, match="no seat"):
        table.order_step(game_id, 1, 1, WORLD, None, False)
    table.guess(game_id, 1, 0.0, 0.0)
    step(table, game_id, 1, 1)  # the way can be looked at again


def test_the_points_stay_those_of_the_place(table):
    game_id = begin(table)
    step(table, game_id, 1, 0)
    step(table, game_id, 1, 2)
    place = table.game(game_id).rounds[0].place
    assert table.guess(game_id, 1, place.lat, place.lng).guesses[0].score == 5000


def test_nobody_walks_in_a_game_without_it_or_on_a_map_of_photos(table, new_arena):
    standing = table.create("Ada", "world")
    table.panorama(standing, 1)
    with pytest.raises(Refused, match="Nobody walks") as refusal:
        step(table, standing, 1, 1)
    assert refusal.value.reason == "not_allowed"
    with pytest.raises(Refused, match="One cannot walk on the map World"):
        new_arena().create("Ada", "world", movement="moving")


def test_a_step_tells_no_place(client, table, road_map):
    game_id = client.post("/arena/api/games", json={"name": "Ada", "movement": "moving"}).json()["game_id"]
    url, place = f"/arena/api/games/{game_id}/rounds/1/panorama.jpg", table.game(game_id).rounds[0].place
    for query in ("?step=0", "?step=1", "?step=-1&ahead=1", "?step=2&width=4096"):
        answer = client.get(url + query)
        assert answer.status_code == 200, answer.text
        assert set(answer.headers) == {"content-length", "content-type", "cache-control", "x-road-deg"}
        told = " ".join(answer.headers.values())
        assert not any(f"{abs(value):.2f}" in told for value in (place.lat, place.lng))
        assert dict(Image.open(io.BytesIO(answer.content)).getexif()) == {}
    assert int(client.get(url + "?step=1").headers["x-road-deg"]) == 45


@pytest.mark.parametrize("wrong", ["x", "1.5", "", "--1", "1e1", "99999", "١"])
def test_a_step_is_a_whole_number(client, wrong):
    game_id = client.post("/arena/api/games", json={"name": "Ada", "movement": "moving"}).json()["game_id"]
    answer = client.get(f"/arena/api/games/{game_id}/rounds/1/panorama.jpg", params={"step": wrong})
    assert answer.status_code == 400 and "whole number" in answer.json()["error"]


def test_the_state_tells_how_far_one_can_walk(client):
    walked = client.post("/arena/api/games", json={"name": "Ada", "movement": "moving"}).json()["game_id"]
    stood = client.post("/arena/api/games", json={"name": "Ada"}).json()["game_id"]
    assert client.get(f"/arena/api/games/{walked}").json()["walk"] == {"farthest": 2, "step_m": 10}
    assert client.get(f"/arena/api/games/{stood}").json()["walk"] is None
    listed = client.get("/arena/api/maps").json()
    assert listed["maps"][0]["walk"] == {"farthest": 2, "step_m": 10} and "moving" in listed["movements"]


def test_walked_games_are_compared_with_their_like(table):
    for rules in ({}, {"movement": "moving"}):
        game_id = table.create("Ada", "world", rounds=1, **rules)
        table.panorama(game_id, 1)
        table.guess(game_id, 1, 0.0, 0.0)
    played = table.scorebook.guesses()
    assert list(played["movement"]) == ["no_move", "moving"] and pool_keys(played).nunique() == 2


def test_one_can_walk_on_the_whole_simulated_earth():
    assert all(isinstance(one, Walkable) and one.farthest * one.step_m == 120 for one in find_world_maps())


def test_the_road_of_a_place_leads_on_smoothly_and_each_step_is_another_picture():
    world = next(one for one in find_world_maps() if isinstance(one, WorldMap) and one.name == "world")
    place = world.draw(1, 5)[0]
    roads = [world.road_deg(place, at) for at in range(-world.farthest, world.farthest + 1)]
    turns = [abs((b - a + 180) % 360 - 180) for a, b in pairwise(roads)]
    assert max(turns) <= 20
    here, on = (world.panorama_at(place, at, 64).tobytes() for at in (0, 1))
    assert here == world.panorama(place, 64).tobytes() != on
