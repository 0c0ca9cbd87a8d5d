"""The bot plays whole games in a real browser against the running arena; the scorebook agrees with what it saw.

The places are painted into the panoramas as shades of grey, north and east for the latitude, south and west for the
longitude, so the player can only be right if it turns, photographs, clicks and submits rightly.
"""

import io
import json
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import uvicorn
from PIL import Image
from starlette.applications import Starlette

import bot.__main__ as command
from arena.games import Arena
from arena.records import Place
from arena.routes import routes
from arena.scorebook import Scorebook
from bot.__main__ import BotConfig
from bot.album import Album
from bot.events import EventLog, read_events
from bot.player import Player, Sitting, Trouble
from bot.screens.arena import ArenaSite
from model.geo.distance import haversine_km
from model.geo.scoring import geoguessr_score

pytestmark = pytest.mark.browser
STEPS = 15  # shades of grey for each digit, far enough apart to survive JPEG
SCALE_KM = 1492.7


def shades_of(lat: float, lng: float) -> list[int]:
    """Two digits to the base STEPS for each coordinate, as greys for N, E, S, W."""
    digits = []
    for degrees, low, span in ((lat, -60.0, 130.0), (lng, -180.0, 360.0)):
        number = round((degrees - low) / span * (STEPS**2 - 1))
        digits += divmod(number, STEPS)
    return [digit * 255 // (STEPS - 1) for digit in digits]


def place_of(shades: Sequence[int]) -> tuple[float, float]:
    """The place behind four greys."""
    a, b, c, d = (round(shade * (STEPS - 1) / 255) for shade in shades)
    return -60.0 + 130.0 * (a * STEPS + b) / (STEPS**2 - 1), -180.0 + 360.0 * (c * STEPS + d) / (STEPS**2 - 1)


@dataclass(frozen=True)
class GreyMap:
    """Panoramas of four greys, a quarter turn each."""

    name: str = "world"
    title: str = "World"
    description: str = "An Earth in shades of grey"
    kind: str = "world"
    scale_km: float = SCALE_KM
    problem: str = ""
    view: tuple[float, float, float, float] = (-58.0, -170.0, 75.0, 180.0)

    def draw(self, n: int, seed: int) -> list[Place]:
        rng = np.random.default_rng(seed)
        raw = zip(rng.uniform(-60, 70, n), rng.uniform(-180, 180, n), strict=True)
        return [Place(*place_of(shades_of(float(lat), float(lng))), {"n": n}) for lat, lng in raw]

    def panorama(self, place: Place) -> Image.Image:
        north, east, south, west = shades_of(place.lat, place.lng)
        quarters = np.repeat([south, south, west, west, north, north, east, east], 32).astype(np.uint8)
        return Image.fromarray(np.broadcast_to(np.roll(quarters, -32)[None, :, None], (128, 256, 3)).copy())


@dataclass(frozen=True)
class Answer:
    lat: float
    lng: float


def read_greys(views: Sequence[bytes]) -> Answer:
    """The place, from the middles of four screenshots."""
    greys = []
    for view in views:
        image = Image.open(io.BytesIO(view)).convert("L")
        greys.append(image.getpixel((image.width // 2, image.height // 2)))
    return Answer(*place_of(greys))


def describe(points: Sequence[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame({"country": "FR", "country_name": "France", "town": ["Town"] * len(points)})


@pytest.fixture
def book(tmp_path):
    return Scorebook.open(f"sqlite:///{tmp_path / 'book.sqlite'}")


@pytest.fixture
def arena_url(tmp_path, book):
    """A running arena with the grey map."""
    arena = Arena(None, f"sqlite:///{tmp_path / 'book.sqlite'}", lambda: {"world": GreyMap()}, describe)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes(arena=arena)), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def no_atlas(monkeypatch, outlines):
    """Names and outlines that need no atlas."""
    monkeypatch.setattr(command, "_atlas", lambda: (lambda places: ["Somewhere"] * len(places), outlines))


def test_a_whole_game_is_played_and_lands_in_the_scorebook(arena_url, book, tmp_path, no_atlas, capsys):
    out = tmp_path / "out"
    config = BotConfig(games=1, rounds=3, url=arena_url, seed=11, name="Test bot", json=True, out=out)
    (game,) = command.main(config, read_greys)

    written = book.guesses(False, game_id=game.game_id).sort_values("round")
    assert list(written["round"]) == [1, 2, 3]
    assert set(written["kind"]) == {"bot"} and set(written["player"]) == {"Test bot"}
    truth, guess = written[["lat", "lng"]].to_numpy(), written[["guess_lat", "guess_lng"]].to_numpy()
    assert written["distance_km"].to_numpy() == pytest.approx(haversine_km(guess, truth), abs=1e-6)
    assert list(written["score"]) == list(geoguessr_score(written["distance_km"].to_numpy(), SCALE_KM))

    seen = pd.DataFrame([vars(played) for played in game.rounds])
    for column in ("round", "lat", "lng", "score"):
        assert seen[column].to_numpy() == pytest.approx(written[column].to_numpy(), abs=1e-5)
    for column in ("distance_km", "guess_lat", "guess_lng"):
        assert seen[column].to_numpy() == pytest.approx(written[column].to_numpy(), abs=1e-3)
    # The places can be read off the panoramas to the digit, so all that is left is the map's resolution.
    assert written["distance_km"].max() < 1.5
    assert game.total == written["score"].sum() > 14_940

    last_line = capsys.readouterr().out.strip().splitlines()[-1]
    rounds = json.loads(last_line)["games"][0]["rounds"]
    assert [played["score"] for played in rounds] == list(written["score"])
    kinds = [event["event"] for event in read_events(out / "events.jsonl")]
    assert kinds[0] == "started" and kinds[-1] == "finished" and kinds.count("round") == 3
    strips = [*(played.filmstrip for played in game.rounds), game.filmstrip]
    assert all(Image.open(out / name).width == 1600 for name in strips)


class Deaf(ArenaSite):
    """Loses its browser between submit and result, in one round, once."""

    deaf_in = 0

    def guess(self, lat, lng):
        number, pin = self.round(), super().guess(lat, lng)
        if number == self.deaf_in:
            type(self).deaf_in = 0
            self.result.wait_until_loaded()  # the guess has arrived
            self.driver.quit()
        return pin


def test_a_last_guess_whose_answer_nobody_read_is_read_by_the_run_that_resumes_the_game(
    arena_url, book, tmp_path, no_atlas, monkeypatch
):
    from bot.browser import open_browser

    monkeypatch.setattr(Deaf, "deaf_in", 2)
    names, outlines = command._atlas()
    log, sitting = EventLog(tmp_path / "first" / "events.jsonl"), Sitting("Test bot", "world", 5)
    for _ in range(3):  # a browser that dies sooner, on a busy machine, is not what is asked: go on, as the bot does
        if not Deaf.deaf_in:
            break
        with open_browser() as driver, pytest.raises(Trouble):
            Player(Deaf(driver, arena_url, rounds=2), read_greys, Album(tmp_path / "first", outlines, names, log)).play(
                sitting
            )
    written = book.guesses(False, game_id=sitting.game_id).sort_values("round")
    assert list(written["round"]) == [1, 2]
    assert [one["round"] for one in read_events(log.path) if one["event"] == "round"] == [1]

    config = BotConfig(url=arena_url, resume=sitting.game_id, out=tmp_path / "first")
    (game,) = command.main(config, read_greys)
    (last,) = game.rounds
    assert (last.round, last.score, game.total) == (2, written["score"].iloc[1], written["score"].sum())
    assert last.guess_lat == pytest.approx(written["guess_lat"].iloc[1], abs=1e-3)
    assert [one["round"] for one in read_events(log.path) if one["event"] == "round"] == [1, 2]


def test_an_unknown_map_is_told_in_the_words_of_the_page(arena_url, tmp_path, no_atlas):
    (game,) = command.main(BotConfig(url=arena_url, map="moon", out=tmp_path), read_greys)
    assert "no map “moon”" in game.failed and not game.rounds
    events = read_events(tmp_path / "events.jsonl")
    assert (events[-1]["event"], events[-1]["lost"]) == ("finished", 1)
    assert (tmp_path / "failure.png").is_file()


def test_an_unknown_game_cannot_be_resumed(arena_url, tmp_path, no_atlas):
    (game,) = command.main(BotConfig(url=arena_url, resume="nowhere", out=tmp_path), read_greys)
    assert "no game 'nowhere'" in game.failed
