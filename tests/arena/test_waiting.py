"""Waiting for pictures over HTTP: what is ready, what comes first, and what the server says when it is too much."""

import asyncio
import io
import threading
import time

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.answers import once
from arena.panoramas import PanoramaCache, Urgency
from arena.routes import routes
from model.errors import ImageError

API = "/arena/api/games"
WAIT_S = 20


@pytest.fixture
def arena(new_arena):
    return new_arena()


@pytest.fixture
def app(arena):
    return Starlette(routes=routes(arena=arena))


@pytest.fixture
def client(app):
    return TestClient(app)


@pytest.fixture
def door(painted_map, monkeypatch):
    """No picture is finished before this opens."""
    opened, painted = threading.Event(), painted_map.panorama

    def paint(place, *width):
        assert opened.wait(WAIT_S)
        return painted(place, *width)

    monkeypatch.setattr(painted_map, "panorama", paint)
    yield opened
    opened.set()


def start(client, **more):
    answer = client.post(API, json={"name": "Ada", "map": "world"} | more)
    assert answer.status_code == 201, answer.text
    return f"{API}/{answer.json()['game_id']}"


def until(condition):
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.005)


def idle(arena):
    return not arena._openings._panoramas._jobs and not arena._openings._warming.locked()


def test_the_first_picture_is_made_while_the_start_form_is_open(client, arena, painted_map):
    assert client.get("/arena").status_code == 200
    until(lambda: painted_map.painted == [0])
    until(lambda: idle(arena))
    arena._openings.warm_up = lambda *_: None  # what the next game gets is another matter
    game = start(client)
    assert client.get(f"{game}/rounds/1/panorama.jpg").status_code == 200
    until(lambda: idle(arena))
    assert painted_map.painted.count(0) == 1, "it was there before the game was"


def test_the_picture_that_was_ready_is_the_one_of_its_place(client, arena, painted_map):
    """Whoever starts gets the seed that was drawn in stock, and places and picture of that seed."""
    client.get("/arena")
    until(lambda: painted_map.painted == [0])
    until(lambda: idle(arena))
    game = start(client)
    shown = client.get(f"{game}/rounds/1/panorama.jpg").content
    stored = arena.game(game.removeprefix(f"{API}/"))
    assert [(one.place.lat, one.place.lng) for one in stored.rounds] == [
        (place.lat, place.lng) for place in painted_map.draw(5, stored.seed)
    ]
    assert not stored.seed_chosen
    drawn = PanoramaCache().get("again", lambda: painted_map.panorama(stored.rounds[0].place))
    assert shown == drawn


def test_two_games_never_share_a_seed_from_stock(client, arena, painted_map):
    seeds = set()
    for _ in range(6):
        client.get("/arena")
        game = start(client)
        seeds.add(arena.game(game.removeprefix(f"{API}/")).seed)
        until(lambda: idle(arena))
    assert len(seeds) == 6


def test_a_game_without_panning_leaves_the_panorama_in_stock_and_the_next_one_finds_its_view_made(
    client, arena, painted_map, monkeypatch
):
    stills, still = [], painted_map.still

    def note(place, heading_deg):
        stills.append(heading_deg)
        return still(place, heading_deg)

    monkeypatch.setattr(painted_map, "still", note)
    client.get("/arena")
    until(lambda: painted_map.painted == [0])
    until(lambda: idle(arena))
    assert stills == [], "nobody has asked for a single view here"
    start(client, movement="nmpz")
    until(lambda: idle(arena) and len(stills) == 2)  # that of the game, and one in stock
    assert painted_map.painted == [0, 0, 0], "the panorama is still in stock"
    arena._openings.warm_up = lambda *_: None
    game = start(client, movement="nmpz")
    shown = client.get(f"{game}/rounds/1/view.jpg")
    assert stills[1:2] == [int(shown.headers["x-heading-deg"])], "it was there before the game was"
    stored = arena.game(game.removeprefix(f"{API}/"))
    assert stored.rounds[0].place.lat == painted_map.draw(5, stored.seed)[0].lat
    until(lambda: idle(arena))
    assert len(stills) == 3, "the view of the second round, and no other for the first"
    started = client.get(f"{start(client)}/rounds/1/panorama.jpg")
    until(lambda: idle(arena))
    assert started.status_code == 200 and painted_map.painted.count(0) == 3


def test_a_chosen_seed_is_drawn_as_asked(client, arena, painted_map):
    client.get("/arena")
    until(lambda: painted_map.painted == [0])
    stored = arena.game(start(client, seed=7).removeprefix(f"{API}/"))
    assert stored.seed == 7
    assert (stored.rounds[0].place.lat, stored.rounds[0].place.lng) == (
        painted_map.draw(5, 7)[0].lat,
        painted_map.draw(5, 7)[0].lng,
    )


def test_a_page_that_is_opened_waits_for_no_drawing(client, door):
    started = time.monotonic()
    for _ in range(20):
        assert client.get("/arena").status_code == 200
    assert time.monotonic() - started < WAIT_S / 2
    assert not door.is_set()


def test_the_sharp_panorama_comes_after_the_first_and_is_sharper(client, painted_map, monkeypatch):
    widths = []
    painted = painted_map.panorama

    def paint(place, width=2048):
        widths.append(width)
        return painted(place).resize((width // 32, width // 64))

    monkeypatch.setattr(painted_map, "panorama", paint)
    game = start(client, seed=1)
    early = client.get(f"{game}/rounds/1/panorama.jpg?width=4096")
    assert (early.status_code, 4096 in widths) == (409, False)
    sizes = [
        Image.open(io.BytesIO(client.get(f"{game}/rounds/1/panorama.jpg{width}").content)).size
        for width in ("", "?width=2048", "?width=4096")
    ]
    assert sizes == [(64, 32), (64, 32), (128, 64)]
    for width in ("8192", "-1", "x", ""):
        assert client.get(f"{game}/rounds/1/panorama.jpg?width={width}").status_code == 400
    assert widths.count(4096) == 1


def test_too_many_who_wait_hear_when_to_come_back(client, arena, door):
    arena._openings._panoramas._most = dict.fromkeys(Urgency, 1)
    games = [start(client, seed=seed) for seed in range(5)]
    until(lambda: sum(job.begun for job in arena._openings._panoramas._jobs.values()) >= 1)
    answers = {}

    def ask(game):
        answers[game] = client.get(f"{game}/rounds/1/panorama.jpg")

    asking = [threading.Thread(target=ask, args=(game,)) for game in games]
    for one in asking:
        one.start()
    until(lambda: len(answers) >= 1)
    turned_away = list(answers.values())
    assert {answer.status_code for answer in turned_away} == {503}
    assert all("try again" in answer.json()["error"] for answer in turned_away)
    assert all(1 <= int(answer.headers["retry-after"]) <= 30 for answer in turned_away)
    door.set()
    for one in asking:
        one.join(WAIT_S)
    assert 200 in {answer.status_code for answer in answers.values()}
    late = next(game for game, answer in answers.items() if answer.status_code == 503)
    until(lambda: idle(arena))
    assert client.get(f"{late}/rounds/1/panorama.jpg").status_code == 200
    assert client.get(late).json()["rounds"][0]["started"] is True


def test_the_clock_of_who_was_turned_away_has_not_started(client, arena, door):
    arena._openings._panoramas._most = {**dict.fromkeys(Urgency, 1), Urgency.WAITED: 0, Urgency.AHEAD: 0}
    game = start(client, seed=1)
    assert client.get(f"{game}/rounds/1/panorama.jpg").status_code == 503
    assert client.get(game).json()["rounds"][0]["started"] is False


def test_a_hundred_who_wait_for_pictures_keep_nobody_from_anything_else(app, arena, door):
    """Whoever waits for a picture holds no thread: states, maps and guesses are answered meanwhile."""

    async def visit():
        arena._openings._panoramas._most = dict.fromkeys(Urgency, 200)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=WAIT_S) as client:
            games = []
            for seed in range(20):
                created = await client.post(API, json={"name": "Ada", "map": "world", "seed": seed})
                games.append(f"{API}/{created.json()['game_id']}")
            waiting = [
                asyncio.ensure_future(client.get(f"{game}/rounds/1/panorama.jpg")) for game in games for _ in range(5)
            ]
            await asyncio.sleep(0.3)
            assert not any(one.done() for one in waiting)
            meanwhile = [await client.get(games[0]), await client.get("/arena/api/maps")]
            meanwhile.append(await client.post(f"{games[0]}/rounds/1/guess", json={"lat": 1.0, "lng": 2.0}))
            door.set()
            pictures = await asyncio.gather(*waiting)
        return meanwhile, pictures

    meanwhile, pictures = asyncio.run(visit())
    assert [answer.status_code for answer in meanwhile] == [200, 200, 200]
    assert {answer.status_code for answer in pictures} == {200}


def test_a_photo_that_is_broken_is_a_sentence_for_everyone_who_waits(client, painted_map, monkeypatch):
    def broken(place, *width):
        raise ImageError("The photo in line 3 of this map's table cannot be opened; see /home/me/maps/x/0.jpg.")

    monkeypatch.setattr(painted_map, "panorama", broken)
    answer = client.get(f"{start(client, seed=1)}/rounds/1/panorama.jpg")
    assert answer.status_code == 422
    assert "line 3" in answer.json()["error"] and "/home" not in answer.text


def test_of_a_crowd_that_comes_in_together_one_makes_what_all_need():

    made = []

    def make(kind):
        made.append(kind)
        time.sleep(0.05)
        return kind.encode()

    making = once(make)
    crowd = [threading.Thread(target=making, args=("land",)) for _ in range(10)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(WAIT_S)
    assert making("land") == b"land"
    assert made == ["land"]
