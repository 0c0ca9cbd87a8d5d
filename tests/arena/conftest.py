"""A small Earth of our own, so that the game can be tested without rendering one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from arena.games import Arena
from arena.records import Place


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

    def panorama(self, place: Place) -> Image.Image:
        self.painted.append(place.recipe["number"])
        columns = np.linspace(0, 255, 64, dtype=np.uint8)
        pixels = np.zeros((32, 64, 3), np.uint8) + columns[None, :, None]
        pixels[..., 2] = 40 * place.recipe["number"]
        return Image.fromarray(pixels)


def name_places(points: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame({"country": "FR", "country_name": "France", "town": [f"Town {i}" for i in range(len(points))]})


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
