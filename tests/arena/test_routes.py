import io
import json
import sqlite3

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.__main__ import create_app
from arena.routes import routes
from arena.rules import MAX_SEED


@pytest.fixture
def serve(new_arena):
    return lambda **options: TestClient(Starlette(routes=routes(arena=new_arena(**options))))


@pytest.fixture
def client(serve):
    return serve()


def start(client, **more):
    answer = client.post("/arena/api/games", json={"name": "Ada", "map": "world", "kind": "person", "seed": 7} | more)
    assert answer.status_code == 201
    return f"/arena/api/games/{answer.json()['game_id']}"


def guess(client, game, number, lat=0.0, lng=0.0):
    return client.post(f"{game}/rounds/{number}/guess", json={"lat": lat, "lng": lng})


def test_the_page_and_all_it_needs_is_served_from_here(client):
    page = client.get("/arena")
    assert page.status_code == 200
    assert "http://" not in page.text.replace("http://www.w3.org/2000/svg", "") and "https://" not in page.text
    for name in ("arena.css", "arena.js", "panorama.js", "guessmap.js", "resultmap.js", "layers.js", "server.js",
                 "results.js", "globe.js"):  # fmt: skip
        assert client.get(f"/arena/static/{name}").status_code == 200, name
    assert client.get("/arena/static/../routes.py").status_code == 404
    assert client.get("/arena/", follow_redirects=False).headers["location"].endswith("/arena")


def test_deck_gl_comes_out_of_the_installed_wheel(client):
    bundle = client.get("/arena/deck.js")
    assert bundle.headers["content-type"].startswith("text/javascript")
    assert "createDeck" in bundle.text and len(bundle.content) > 1_000_000


def test_a_game_from_start_to_summary(client):
    game = start(client)
    state = client.get(game).json()
    assert (state["round"], state["finished"], state["total"], state["seed"]) == (1, False, 0, None)
    scores = []
    for number in range(1, 6):
        jpeg = client.get(f"{game}/rounds/{number}/panorama.jpg")
        assert Image.open(io.BytesIO(jpeg.content)).size == (64, 32)
        done = guess(client, game, number).json()
        assert set(done) == {"round", "truth", "guess", "distance_km", "score", "seconds"}
        assert done["truth"]["label"] == f"Town {number - 1}, France"
        scores.append(done["score"])
    state = client.get(game).json()
    assert (state["finished"], state["total"], state["seed"]) == (True, sum(scores), 7)
    assert [one["score"] for one in state["rounds"]] == scores


def test_the_truth_stays_here_until_the_guess_is_in(client, painted_map):
    game = start(client)
    guess(client, game, 1)
    state = client.get(game).json()
    assert [sorted(one) for one in state["rounds"][1:]] == [["round", "started", "status"]] * 4
    jpeg = client.get(f"{game}/rounds/2/panorama.jpg")
    told = client.get(game).text + json.dumps(dict(jpeg.headers)) + jpeg.content.decode("latin-1")
    for place in painted_map.draw(5, 7)[1:]:
        assert f"{place.lat:.3f}"[:-1] not in told
        assert f"{place.lng:.3f}"[:-1] not in told
    assert not Image.open(io.BytesIO(jpeg.content)).getexif()


def test_a_second_guess_is_refused_and_changes_nothing(client):
    game = start(client)
    first = guess(client, game, 1, 10, 10).json()
    again = guess(client, game, 1, 20, 20)
    assert again.status_code == 409
    assert "counts once" in again.json()["error"]
    assert client.get(game).json()["rounds"][0]["guess"] == first["guess"]


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"name": ""}, 400, "name of the player"),
        ({"name": "x" * 1000}, 400, "at most 40"),
        ({"kind": "model"}, 400, "kind of player"),
        ({"map": "atlantis"}, 404, "no map 'atlantis'"),
        ({"seed": -1}, 400, "whole number"),
        ({"seed": MAX_SEED + 1}, 400, "whole number"),
        ({"seed": "<script>"}, 400, "whole number"),
    ],
)
def test_a_game_that_cannot_be_started_says_why(client, body, status, sentence):
    answer = client.post("/arena/api/games", json={"name": "Ada", "map": "world"} | body)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no json", 400),
        (b"[1, 2]", 400),
        (b'{"lat": "48", "lng": 2}', 400),
        (b'{"lat": true, "lng": 2}', 400),
        (b'{"lat": NaN, "lng": 2}', 400),
        (b'{"lat": 2, "lng": 1e999}', 400),
        (b'{"lat": 1' + b"0" * 400 + b', "lng": 2}', 400),
        (b'{"lat": 120, "lng": 45}', 400),
        (b"[" * 9_000, 400),
        (b" " * 11_000, 413),
        (b"\xff\xfe", 400),
    ],
)
def test_a_guess_that_is_none_gets_a_sentence_and_leaves_the_round_open(client, body, status):
    game = start(client)
    answer = client.post(f"{game}/rounds/1/guess", content=body)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
    assert guess(client, game, 1).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/arena/api/games/nope", 404),
        ("/arena/api/games/nope/rounds/1/panorama.jpg", 404),
        ("/arena/api/outlines/oceans", 404),
    ],
)
def test_what_is_not_there_is_a_sentence(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("number", "status"), [("2", 409), ("6", 404), ("0", 404), ("-1", 404), ("x", 404), ("9" * 50, 404)]
)
def test_a_round_that_is_not_open_shows_nothing(client, number, status):
    answer = client.get(f"{start(client)}/rounds/{number}/panorama.jpg")
    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_opponent_is_offered_and_answers(serve):
    client = serve(opponent=lambda images: (48.0, 2.0))
    game = start(client)
    assert client.post(f"{game}/opponent").status_code == 409
    for number in range(1, 6):
        guess(client, game, number)
    assert client.get(game).json()["opponent"] is None
    played = client.post(f"{game}/opponent").json()
    assert len(played["rounds"]) == 5
    assert played["total"] == sum(one["score"] for one in played["rounds"])
    assert client.get(game).json()["opponent"] == played


def test_without_an_opponent_none_is_offered(client):
    game = start(client)
    assert client.get(game).json()["opponent_offered"] is False
    assert client.post(f"{game}/opponent").status_code == 404


def test_maps_are_listed_with_their_problems(serve, painted_map):
    broken = type(painted_map)(name="photos-x", title="X", kind="photos", problem="places.csv lacks the column lat.")
    listed = serve(maps={"world": painted_map, "photos-x": broken}).get("/arena/api/maps").json()["maps"]
    assert [(one["name"], one["error"]) for one in listed] == [("world", None), ("photos-x", broken.problem)]


def test_a_scorebook_in_use_is_503_and_the_guess_can_be_sent_again(client, tmp_path, monkeypatch):
    game = start(client)
    web = next(route for route in client.app.routes if getattr(route, "name", "") == "guess").endpoint.__self__
    web.arena.scorebook.engine.dispose()
    monkeypatch.setattr(web.arena, "_scorebook", type(web.arena.scorebook).open(web.arena.scorebook.url, busy_s=0.05))
    other = sqlite3.connect(tmp_path / "book.sqlite")
    other.execute("BEGIN IMMEDIATE")
    refused = guess(client, game, 1)
    assert refused.status_code == 503
    assert "in use by another program" in refused.json()["error"]
    other.rollback()
    assert guess(client, game, 1).status_code == 200


def test_a_folder_that_is_gone_leaves_old_games_readable(serve, painted_map):
    maps = {"world": painted_map}
    client = serve(maps=maps)
    game = start(client)
    guess(client, game, 1)
    maps["europe"] = maps.pop("world")
    assert client.get(game).json()["map_title"] == "world"


def test_the_arena_stands_alone(own_home):
    client = TestClient(create_app())
    assert client.get("/").url.path == "/arena"
    assert [one["name"] for one in client.get("/arena/api/maps").json()["maps"]][:2] == ["world", "urban"]
