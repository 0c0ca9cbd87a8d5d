import asyncio
import io
import json
import sqlite3
import threading
from urllib.parse import unquote

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from arena.__main__ import create_app
from arena.records import player_id_of
from arena.routes import routes
from arena.rules import GRACE_S, MAX_SEED, MOST_STARTED
from arena.turns import MOST_WAITING
from model.errors import ArtifactError


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


def status_of(app, raw_path):
    """What an app answers to a path that reaches it as it stands, as over a socket."""
    statuses = []
    scope = {"type": "http", "method": "GET", "path": unquote(raw_path), "raw_path": raw_path.encode(), "headers": [],
             "query_string": b"", "root_path": "", "scheme": "http", "server": ("testserver", 80),
             "client": ("testclient", 1), "http_version": "1.1"}  # fmt: skip

    requests = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        return requests.pop() if requests else await asyncio.Event().wait()  # and then the browser stays

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(app(scope, receive, send))
    return statuses[0]


def guess(client, game, number, lat=0.0, lng=0.0):
    return client.post(f"{game}/rounds/{number}/guess", json={"lat": lat, "lng": lng})


def test_the_page_and_all_it_needs_is_served_from_here(client):
    page = client.get("/arena")
    assert page.status_code == 200
    assert "http://" not in page.text.replace("http://www.w3.org/2000/svg", "") and "https://" not in page.text
    for name in ("arena.css", "arena.js", "panorama.js", "guessmap.js", "resultmap.js", "layers.js", "server.js",
                 "results.js", "globe.js"):  # fmt: skip
        assert client.get(f"/arena/static/{name}").status_code == 200, name
    for path in ("/arena/static/../routes.py", "/arena/static/%2e%2e/routes.py", "/arena/static/..%2froutes.py"):
        assert status_of(client.app, path) == 404, path  # the client would tidy these paths up before sending them
    assert status_of(client.app, "/arena/static/arena.js") == 200
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
        assert set(done) == {"round", "truth", "guess", "distance_km", "score", "seconds", "timed_out"}
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
        ({"time_limit_s": 5}, 400, "from 10 to 600"),
        ({"movement": "fly"}, 400, '"no_move" or "moving" or "nmpz"'),
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


def test_the_opponent_is_offered_and_answers(serve, eventually):
    client = serve(opponent=lambda images: (48.0, 2.0))
    game = start(client)
    assert client.post(f"{game}/opponent").status_code == 409
    for number in range(1, 6):
        guess(client, game, number)
    assert client.get(game).json()["opponent"] is None
    first = client.post(f"{game}/opponent")
    assert first.status_code == 202
    assert first.json()["status"] in ("waiting", "playing") and first.json()["of"] == 5
    eventually(lambda: client.post(f"{game}/opponent").status_code == 200)
    played = client.post(f"{game}/opponent").json()
    assert len(played["rounds"]) == 5 and played["player"] == client.get(game).json()["model_name"] == "Homing"
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
    assert "in use by another program" in refused.json()["error"] and int(refused.headers["retry-after"]) >= 1
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


def test_the_list_of_maps_says_what_can_be_chosen(client):
    said = client.get("/arena/api/maps").json()
    assert said["time_limit_s"] == {"min": 10, "max": 600}
    assert said["movements"] == ["no_move", "moving", "nmpz"]
    assert (said["model_name"], said["rounds"], said["opponent"]) == ("Homing", 5, False)


def test_a_browser_gets_a_secret_once_and_is_known_by_it(serve, new_arena):
    arena = new_arena()
    client = TestClient(Starlette(routes=routes(arena=arena)))
    body = {"name": "Ada", "map": "world"}
    first = client.post("/arena/api/games", json=body)
    cookie = first.headers["set-cookie"]
    assert cookie.startswith("homing_player=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/;", "Max-Age=31536000"))
    second = client.post("/arena/api/games", json=body)
    assert "set-cookie" not in second.headers
    known = {arena.game(one.json()["game_id"]).seats[0].player_id for one in (first, second)}
    assert known == {player_id_of(client.cookies["homing_player"])}
    assert client.cookies["homing_player"] not in first.text + arena.game(first.json()["game_id"]).seats[0].player_id
    stranger = TestClient(client.app, cookies={"homing_player": "x"})  # none of ours: too short to be a secret
    assert "homing_player=" in stranger.post("/arena/api/games", json=body).headers["set-cookie"]


def test_two_tabs_of_a_fresh_browser_are_one_player(client, new_arena):
    """The page gives the secret, not the first game: else two that are started at once would be two players'."""
    page = client.get("/arena")
    cookie = page.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/;", "Max-Age=31536000"))
    assert "private" in page.headers["cache-control"]
    assert "set-cookie" not in client.get("/arena").headers
    tabs = [TestClient(client.app, cookies=dict(client.cookies)) for _ in range(2)]
    games = [start(tab) for tab in tabs]
    owners = {new_arena().game(game.rpartition("/")[2]).seats[0].player_id for game in games}
    assert owners == {player_id_of(client.cookies["homing_player"])}


def test_a_time_limit_runs_on_the_server_and_is_told_to_the_page(client, clock):
    game = start(client, time_limit_s=30, movement="no_move")
    state = client.get(game).json()
    assert state["rules"] == {"time_limit_s": 30, "movement": "no_move"}
    assert "seconds_left" not in state["rounds"][0]
    client.get(f"{game}/rounds/1/panorama.jpg")
    assert 25.0 < client.get(game).json()["rounds"][0]["seconds_left"] <= 30.0
    early = client.post(f"{game}/rounds/1/guess", json={"lat": None, "lng": None})
    assert (early.status_code, "still time" in early.json()["error"]) == (400, True)
    clock.ahead_s += 31.0
    assert client.get(game).json()["rounds"][0]["seconds_left"] == 0.0
    clock.ahead_s += GRACE_S
    late = guess(client, game, 1, 1.0, 2.0)
    assert (late.status_code, "time of round 1" in late.json()["error"]) == (409, True)
    done = client.get(game).json()["rounds"][0]
    assert (done["guess"], done["distance_km"], done["score"], done["timed_out"]) == (None, None, 0, True)
    assert done["truth"]["country"] == "FR"
    said = client.post(f"{game}/rounds/1/guess", json={"lat": None, "lng": None})
    assert said.status_code == 200 and said.json()["truth"] == done["truth"]


@pytest.mark.parametrize("body", [b'{"lat": null}', b'{"lat": null, "lng": 3}', b'{"lng": null}', b"{}"])
def test_half_a_position_is_no_missing_one(client, clock, body):
    game = start(client, time_limit_s=30)
    client.get(f"{game}/rounds/1/panorama.jpg")
    clock.ahead_s += 31.0
    assert client.post(f"{game}/rounds/1/guess", content=body).status_code == 400
    assert client.get(game).json()["rounds"][0]["status"] == "open"


def test_a_game_without_panning_gives_one_view_and_its_compass(client):
    game = start(client, movement="nmpz")
    refused = client.get(f"{game}/rounds/1/panorama.jpg")
    assert refused.status_code == 403 and "one view" in refused.json()["error"]
    seen = client.get(f"{game}/rounds/1/view.jpg")
    assert seen.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(seen.content)).size == (160, 90)
    assert 0 <= int(seen.headers["x-heading-deg"]) < 360
    assert client.get(f"{game}/rounds/2/view.jpg").status_code == 409
    assert client.get(f"{start(client)}/rounds/1/view.jpg").status_code == 403


@pytest.mark.parametrize(("width", "status"), [("2048", 200), ("4096", 409), ("64", 400), ("x", 400), ("", 400)])
def test_panoramas_come_in_two_sizes_the_small_one_first(client, width, status):
    game = start(client)
    assert client.get(f"{game}/rounds/1/panorama.jpg?width={width}").status_code == status
    assert client.get(game).json()["rounds"][0]["started"] is (status == 200)
    if status == 200:
        sharp = client.get(f"{game}/rounds/1/panorama.jpg?width=4096")
        assert Image.open(io.BytesIO(sharp.content)).width == 128


def test_a_chosen_seed_is_told_and_not_ranked(client):
    chosen, drawn = client.get(start(client)).json(), client.get(start(client, seed=None)).json()
    assert (chosen["seed_chosen"], chosen["ranked"]) == (True, False)
    assert (drawn["seed_chosen"], drawn["ranked"]) == (False, True)


def test_games_without_end_are_429_and_say_when_to_come_back(client):
    for _ in range(MOST_STARTED):
        start(client)
    refused = client.post("/arena/api/games", json={"name": "Ada", "map": "world"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert "wait for a minute" in refused.json()["error"]
    someone = TestClient(client.app)  # at the same address, in another browser
    assert someone.post("/arena/api/games", json={"name": "Bo", "map": "world"}).status_code == 201


def finished(client, **more):
    game = start(client, **more)
    for number in range(1, 6):
        guess(client, game, number)
    return game


def test_forty_who_ask_for_the_model_at_once_do_not_hold_up_the_server(serve, eventually):
    begun, go_on = [], threading.Event()

    def slow(images):
        begun.append(1)
        assert go_on.wait(120)
        return 1.0, 2.0

    client = serve(opponent=slow)
    with client:
        players = [TestClient(client.app), TestClient(client.app)]  # so many games are more than one may begin at once
        games = [finished(players[number % 2]) for number in range(40)]
        answers = [None] * len(games)

        def asked(number):
            secret = players[number % 2].cookies["homing_player"]
            return client.post(f"{games[number]}/opponent", headers={"Authorization": f"Bearer {secret}"})

        def ask(number):
            answers[number] = asked(number)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(games))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        eventually(lambda: begun == [1])
        assert client.get("/arena/api/maps").status_code == 200
        assert begun == [1]  # answered while the model is at its first picture: it has not been let on
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses.count(202) in (MOST_WAITING, MOST_WAITING + 1)
        assert set(statuses) == {202, 503}
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert int(busy.headers["retry-after"]) >= 1 and "ask again" in busy.json()["error"]
        go_on.set()
        waiting = [number for number, answer in enumerate(answers) if answer.status_code == 202]
        eventually(lambda: all(asked(number).status_code == 200 for number in waiting))


def test_a_model_that_cannot_play_says_why_once_and_may_be_asked_again(serve, eventually):
    answers = iter([ArtifactError("Looked for a checkpoint, found none.")])

    def opponent(images):
        if (error := next(answers, None)) is not None:
            raise error
        return 1.0, 2.0

    client = serve(opponent=opponent)
    game, told = finished(client), []

    def ask():
        answer = client.post(f"{game}/opponent")
        if answer.status_code >= 400:
            told.append(answer)
        return answer.status_code == 200

    eventually(ask)
    assert [answer.json()["error"] for answer in told] == ["Looked for a checkpoint, found none."]
    assert told[0].status_code == 503 and told[0].headers["retry-after"]
