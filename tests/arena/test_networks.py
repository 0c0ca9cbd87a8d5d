"""Games left open by one address: many, not endlessly many, whatever cookies come with them."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena import networks
from arena.networks import OpenGames
from arena.rate import MAX_ASKERS
from arena.routes import routes
from arena.rules import EXPIRES_S, Refused


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(OpenGames.__init__, "__defaults__", (3,))


def start(app, address="10.0.0.9", **more):
    client = TestClient(app, client=(address, 5000), **more)
    return client, client.post("/arena/api/games", json={"name": "Ada", "map": "world", "seed": 7})


def test_who_comes_without_a_cookie_or_with_a_new_one_each_time_leaves_only_so_many_open(small, new_arena, clock):
    app = Starlette(routes=routes(arena=new_arena()))
    cookies = [{}, {"homing_player": "a" * 32}, {"homing_player": "b" * 32}]
    (client, created), *_ = [start(app, cookies=one) for one in cookies]
    _, refused = start(app)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert "from this address" in refused.json()["error"]
    assert start(app, "10.0.0.10")[1].status_code == 201, "another address"
    game = f"/arena/api/games/{created.json()['game_id']}"
    for number in range(1, 6):
        client.post(f"{game}/rounds/{number}/guess", json={"lat": 0, "lng": 0})
    assert start(app)[1].status_code == 201, "one was finished"
    assert start(app)[1].status_code == 429
    clock.ahead_s += EXPIRES_S + 1.0
    assert [start(app)[1].status_code for _ in range(4)] == [201, 201, 201, 429]


def test_a_household_of_ipv6_counts_as_one_address(small, new_arena):
    app = Starlette(routes=routes(arena=new_arena()))
    addresses = ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8:0:1::1")
    assert [start(app, one)[1].status_code for one in addresses] == [201, 201, 201, 429, 201]


def test_the_book_is_asked_only_when_an_address_has_reached_its_most():
    asked = []

    def all_open(games):
        asked.append(set(games))
        return set(games)

    here = OpenGames(all_open, most=2)
    for game in ("g1", "g2"):
        here.check("a")
        here.note("a", game)
    assert asked == []
    with pytest.raises(Refused, match="finish some first"):
        here.check("a")
    assert asked == [{"g1", "g2"}]


def test_the_addresses_remembered_are_bounded():
    here = OpenGames(set)
    for number in range(MAX_ASKERS + 50):
        here.note(str(number), "g")
    assert len(here._games) == MAX_ASKERS


def test_a_class_behind_one_router_is_far_from_the_most():
    assert networks.MOST_OPEN_HERE >= 30 * 50
