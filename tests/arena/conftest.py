"""A small Earth of our own, so that the game can be tested without rendering one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from arena.games import Arena
from arena.records import Game, Place


@dataclass
class PaintedMap:
    """Places by seed; the panorama of a place has the colour of its number."""

    name: str = "world"
    title: str = "World"
    description: str = "A painted Earth"
    kind: str = "world"
    scale_km: float = 1492.7
    problem: str = ""
    view: tuple[float, float, float, float] = (-58.0, -170.0, 75.0, 180.0)
    painted: list[int] = field(default_factory=list)

    def draw(self, n: int, seed: int) -> list[Place]:
        rng = np.random.default_rng(seed)
        return [
            Place(float(lat), float(lng), {"number": number})
            for number, (lat, lng) in enumerate(zip(rng.uniform(-60, 70, n), rng.uniform(-180, 180, n), strict=True))
        ]

    def panorama(self, place: Place, width: int = 64) -> Image.Image:
        self.painted.append(place.recipe["number"])
        width = min(width, 128)  # the sharp one is sharper, and still quickly painted
        columns = np.linspace(0, 255, width, dtype=np.uint8)
        pixels = np.zeros((width // 2, width, 3), np.uint8) + columns[None, :, None]
        pixels[..., 2] = 40 * place.recipe["number"]
        return Image.fromarray(pixels)

    def heading_deg(self, place: Place, drawn_deg: float) -> int:
        return round(drawn_deg) % 360

    def still(self, place: Place, heading_deg: int) -> Image.Image:
        self.painted.append(place.recipe["number"])
        return Image.new("RGB", (160, 90), (heading_deg % 256, 0, 40 * place.recipe["number"]))


def name_places(points: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame({"country": "FR", "country_name": "France", "town": [f"Town {i}" for i in range(len(points))]})


def wait_until(happened: Callable[[], bool], what: str = "nothing happened") -> None:
    until = time.monotonic() + 20.0
    while not happened():
        assert time.monotonic() < until, what
        time.sleep(0.01)


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Wait for something that another thread does."""
    return wait_until


@pytest.fixture
def model_plays() -> Callable[[Arena, str], Game]:
    """Ask for the model's turn again until it is over, as the page does."""

    def ask(arena: Arena, game_id: str) -> Game:
        wait_until(lambda: arena.play_opponent(game_id) is None, "the model's turn does not end")
        return arena.game(game_id)

    return ask


class Clock:
    """The time of day, as a test wants it."""

    def __init__(self) -> None:
        self.ahead_s, self._time = 0.0, time.time

    def __call__(self) -> float:
        return self._time() + self.ahead_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    running = Clock()
    monkeypatch.setattr(time, "time", running)
    return running


@pytest.fixture
def painted_map() -> PaintedMap:
    return PaintedMap()


@pytest.fixture
def book_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'book.sqlite'}"


@pytest.fixture
def new_arena(painted_map: PaintedMap, book_url: str) -> Callable[..., Arena]:
    """Makes an arena on the painted Earth; a second one shares the scorebook, as after a restart."""

    def make(opponent=None, maps=None) -> Arena:  # type: ignore[no-untyped-def]
        return Arena(opponent, book_url, lambda: maps or {"world": painted_map}, name_places)

    return make
