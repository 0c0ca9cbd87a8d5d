"""A clock that stands still until a test moves it, and players of live matches at it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from arena import clock as server_clock
from arena.games import Arena
from arena.guard import Guard
from arena.records import Game
from arena.routes import routes


class StandingClock:
    """Seconds since 1970, as a test wants them."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    standing = StandingClock()
    monkeypatch.setattr(server_clock, "now", standing)
    return standing


def app_of(arena: Arena) -> Starlette:
    return Starlette(routes=routes(arena=arena), middleware=[Middleware(Guard, bound="127.0.0.1")])


class Player(TestClient):
    """A browser of somebody's own."""

    def __init__(self, app: Starlette, game: str = "") -> None:
        super().__init__(app, base_url="http://127.0.0.1")
        self.game = game

    def post_to(self, what: str, **body: Any) -> Any:
        return self.post(f"{self.game}/{what}", json=body)

    def state(self) -> Any:
        return self.get(self.game).json()

    def live(self) -> Any:
        return self.state()["live"]

    def line(self, origin: str = "http://127.0.0.1") -> Any:
        """The socket of the match."""
        return self.websocket_connect(f"ws://127.0.0.1{self.game}/live", headers={"Origin": origin})

    def guess(self, number: int, lat: float | None = 0.0, lng: float | None = 0.0) -> Any:
        return self.post_to(f"rounds/{number}/guess", lat=lat, lng=lng)


@pytest.fixture
def live_players() -> Callable[[Arena, int], list[Player]]:
    """Browsers at one app."""

    def come(arena: Arena, count: int) -> list[Player]:
        app = app_of(arena)
        return [Player(app) for _ in range(count)]

    return come


@dataclass
class Match:
    """A duel with the players at its table, seat by seat."""

    arena: Arena
    time: StandingClock
    game_id: str
    players: list[Player]

    @property
    def game(self) -> Game:
        return self.arena.game(self.game_id)

    def truth(self, number: int) -> tuple[float, float]:
        place = self.game.rounds[number - 1].place
        return place.lat, place.lng

    def begin(self) -> "Match":
        for player in self.players:
            assert player.post_to("ready", ready=True).status_code == 200
        self.time.go(3.0)
        assert self.players[0].live()["phase"] == "looking"
        return self

    def play(self, number: int, *winning: int) -> None:
        """A round in which these seats guess right, and the others at the other end of the Earth."""
        lat, lng = self.truth(number)
        far = (-lat, lng - 180.0 if lng > 0 else lng + 180.0)
        for seat, player in enumerate(self.players):
            answer = player.guess(number, *((lat, lng) if seat in winning else far))
            assert answer.status_code == 200, answer.text

    def next(self) -> None:
        self.time.go(8.0)
        assert self.players[0].live()["phase"] == "looking"


@pytest.fixture
def duel(new_arena: Callable[..., Arena], time: StandingClock) -> Callable[..., Match]:
    """Opens a duel, and has the other seats taken."""

    def open_one(people: int = 2, opponent: object = None, rounds: int | None = None, **settings: object) -> Match:
        arena = new_arena(opponent)
        app = app_of(arena)
        players = [Player(app) for _ in range(people)]
        made = players[0].post("/arena/api/games", json={"name": "Ada", "mode": "duel", "rounds": rounds,
                                                         "duel": settings})  # fmt: skip
        assert made.status_code == 201, made.text
        game_id = made.json()["game_id"]
        for player, name in zip(players, ("Ada", "Bo", "Cy", "Di"), strict=False):
            player.game = f"/arena/api/games/{game_id}"
            if player is not players[0]:
                assert player.post_to("seats", name=name).status_code == 201
        return Match(arena, time, game_id, players)

    return open_one
