"""Who may ask: the walls in front of the game and the API, over HTTP."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api import Keys, create_api
from api.uploads import KINDS
from arena.__main__ import create_app
from arena.guard import CALLS_AT_ONCE, PICTURE_TYPES, Guard, calls, cors_origins, is_loopback, whose
from arena.rate import MAX_ASKERS, Rate
from model.errors import ConfigError

GAMES = "/arena/api/games"


async def answer(request: Request) -> JSONResponse:
    return JSONResponse({"read": len(await request.body())})


async def page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>page</p>")


async def socket(websocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


@pytest.fixture(autouse=True)
def no_hosts(monkeypatch):
    monkeypatch.delenv("HOMING_HOSTS", raising=False)


@pytest.fixture
def served():
    """A client of a small app behind the guard: `served(bound, url)`."""

    def serve(bound=None, url="http://127.0.0.1:8501", rate=None, base="", **client) -> TestClient:
        paths = [GAMES, "/arena/api/maps", "/api/v1/predict", "/api/v1/health"]
        routes = [Route(base + path, answer, methods=["GET", "POST"]) for path in paths]
        routes += [Route(f"{base}/arena", page), Route("/bot", page), WebSocketRoute("/_stcore/stream", socket)]
        app = Starlette(routes=routes, middleware=[Middleware(Guard, bound=bound, rate=rate)])
        return TestClient(app, base_url=url, **client)

    return serve


def refused(answer, status: int, *words: str) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    for word in words:
        assert word in answer.json()["error"]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("LOCALHOST.", True), ("::1", True),
        ("[::1]", True), ("app.localhost", True), ("::ffff:127.0.0.1", True), ("0.0.0.0", False), ("::", False),
        ("192.168.0.4", False), ("localhost.example.org", False), ("127.0.0.1.example.org", False), ("", False),
        (None, False), ("1270.0.0.1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_this_machine(host, loopback):
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("url", ["http://127.0.0.1:8501", "http://localhost:9", "http://[::1]:8501"])
@pytest.mark.parametrize("path", [GAMES, "/api/v1/health", "/arena", "/bot"])
def test_on_a_loopback_address_its_own_names_are_answered(served, url, path):
    assert served("127.0.0.1", url).get(path).status_code == 200


@pytest.mark.parametrize("path", [GAMES, "/arena/api/maps", "/api/v1/health", "/arena", "/bot"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8501", "192.168.0.4:8501", "", "[", "a@b:c"])
def test_a_foreign_name_that_points_at_this_machine_reads_nothing(served, path, host):
    refused(served("127.0.0.1").get(path, headers={"host": host}), 421, "HOMING_HOSTS")


def test_a_foreign_name_opens_no_socket_of_the_dashboard_either(served):
    client = served("localhost")
    with client.websocket_connect("ws://localhost:8501/_stcore/stream") as open_socket:
        assert open_socket.receive_text() == "hello"
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://evil.example/_stcore/stream"):
        pass


def test_a_listed_name_is_answered_and_no_other(served, monkeypatch):
    monkeypatch.setenv("HOMING_HOSTS", " Homing.example.org:443, second.example.org ,")
    for bound in ("127.0.0.1", "0.0.0.0", None):
        assert served(bound, "https://homing.example.org").get(GAMES).status_code == 200
        assert served(bound, "http://second.example.org:8501").get(GAMES).status_code == 200
        assert served(bound).get(GAMES).status_code == 200, "this machine still knows itself"
        refused(served(bound, "http://evil.example").get(GAMES), 421)


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", None, "192.168.0.4"])
def test_beyond_loopback_any_name_passes_but_another_sites_page_does_not(served, bound):
    client = served(bound, "http://box.local:8501")
    assert client.post(GAMES, json={}).status_code == 200
    assert client.post(GAMES, json={}, headers={"origin": "http://box.local:8501"}).status_code == 200
    refused(client.post(GAMES, json={}, headers={"origin": "http://evil.example"}), 403)


def test_the_address_that_the_server_listens_on_is_one_of_its_names(served, monkeypatch):
    monkeypatch.setenv("HOMING_HOSTS", "homing.example.org")
    assert served("192.168.0.4", "http://192.168.0.4:8501").get(GAMES).status_code == 200
    refused(served("192.168.0.4", "http://192.168.0.5:8501").get(GAMES), 421)


def test_a_server_that_listens_wider_than_its_settings_say_is_not_fooled_by_a_host_header():
    async def reach(server):
        sent = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "method": "GET", "path": "/bot", "headers": [(b"host", b"127.0.0.1")],
                 "server": server, "client": ("10.0.0.9", 1)}  # fmt: skip
        await Guard(JSONResponse({}), "127.0.0.1")(scope, receive, send)
        return sent[0]["status"]

    assert asyncio.run(reach(("127.0.0.1", 8501))) == 200
    assert asyncio.run(reach(("192.168.0.4", 8501))) == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8501", 200),
        ("http://127.0.0.1:8502", 403),  # another program on this machine
        ("http://localhost:8501", 403),
        ("http://evil.example", 403),
        ("http://127.0.0.1:8501.evil.example", 403),
        ("null", 403),
        ("", 403),
        ("file://", 403),
        ("http://[", 403),
    ],
)
@pytest.mark.parametrize("path", [GAMES, "/api/v1/predict", "/api/v1/health"])
def test_only_pages_of_this_very_host_may_use_the_routes(served, path, origin, status):
    client = served("127.0.0.1")
    assert client.post(path, json={}, headers={"origin": origin}).status_code == status
    assert client.get(path, headers={"origin": origin}).status_code == status


def test_who_stands_behind_a_proxy_is_told_the_cure_and_it_helps(served, monkeypatch):
    client, headers = served(url="http://10.0.0.5:8501"), {"origin": "https://homing.example.org"}
    refused(client.post(GAMES, json={}, headers=headers), 403, "proxy", "HOMING_HOSTS", "homing.example.org")
    monkeypatch.setenv("HOMING_HOSTS", "homing.example.org")
    behind = headers | {"host": "homing.example.org"}
    assert served("127.0.0.1").post(GAMES, json={}, headers=behind).status_code == 200


def test_ports_that_go_without_saying_are_no_difference(served):
    assert served(url="http://box.local").get(GAMES, headers={"origin": "http://box.local:80"}).status_code == 200
    tls = served(url="http://box.local")  # a proxy in front speaks https, and hands on the name
    assert tls.post(GAMES, json={}, headers={"origin": "https://box.local"}).status_code == 200


def test_no_other_site_is_ever_told_that_it_may_read(served):
    client = served("127.0.0.1")
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    answers = [client.options(GAMES, headers=headers), client.get("/arena"), client.get(GAMES)]
    assert not [one for one in answers if "access-control-allow-origin" in one.headers]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
@pytest.mark.parametrize("path", [GAMES, "/api/v1/health"])
def test_what_a_form_of_another_site_can_send_is_refused_unread(served, path, kind):
    refused(served().post(path, content=b'{"name": "x"}', headers={"content-type": kind}), 415, "application/json")


def test_a_body_that_comes_in_pieces_needs_its_type_too(served):
    refused(served().post(GAMES, content=iter([b"{}"])), 415)


def test_json_passes_with_its_charset_and_nothing_at_all_passes_too(served):
    client = served()
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert client.post(GAMES, content=b"{}", headers=headers).json() == {"read": 2}
    assert client.post(GAMES).json() == {"read": 0}


def test_pictures_may_come_as_a_form(served):
    assert served().post("/api/v1/predict", files={"image": b"x"}).status_code == 200


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/webp", "image/heic"])
def test_pictures_may_come_bare_to_predict_and_nowhere_else(served, kind):
    headers = {"content-type": kind}
    assert served().post("/api/v1/predict", content=b"x", headers=headers).status_code == 200
    refused(served().post("/api/v1/health", content=b"x", headers=headers), 415)
    refused(
        served().post("/api/v1/predict", content=b"x", headers={"content-type": "image/svg+xml"}), 415, "image/jpeg"
    )


def test_the_guard_and_the_api_take_the_same_kinds_of_pictures():
    assert PICTURE_TYPES == KINDS


MAPS = "https://maps.example.org"


@pytest.fixture
def listed(monkeypatch):
    """The guard before the real API, both told of one other site; `listed(keys)`."""
    monkeypatch.setenv("HOMING_CORS_ORIGINS", f"{MAPS}, http://localhost:3000")

    def serve(keys=None) -> TestClient:
        api = create_api(lambda images: None, lambda: {"checkpoint": "toy"}, origins=cors_origins(), keys=keys)
        app = Starlette(
            routes=[Mount("/api/v1", api), Route(GAMES, answer, methods=["GET", "POST"])],
            middleware=[Middleware(Guard, bound="127.0.0.1", origins=cors_origins())],
        )
        return TestClient(app, base_url="http://127.0.0.1:8501")

    return serve


def test_a_listed_site_may_ask_the_api_and_read_what_it_says(listed):
    client, headers = listed(), {"origin": MAPS}
    answer = client.get("/api/v1/health", headers=headers)
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == MAPS
    before = headers | {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    preflight = client.options("/api/v1/predict", headers=before)
    assert preflight.status_code == 200 and preflight.headers["access-control-allow-origin"] == MAPS
    assert "access-control-allow-credentials" not in preflight.headers
    bad = client.post("/api/v1/predict", json={}, headers=headers)
    assert bad.status_code == 422 and bad.headers["access-control-allow-origin"] == MAPS, "errors can be read too"


def test_a_listed_site_may_ask_for_a_key_and_is_told_so(listed):
    answer = listed(Keys.of_environment({"HOMING_API_KEYS": "k" * 24})).post(
        "/api/v1/predict", json={}, headers={"origin": MAPS}
    )
    assert answer.status_code == 401 and answer.headers["access-control-allow-origin"] == MAPS


@pytest.mark.parametrize("origin", [
    "https://evil.example", "http://maps.example.org", f"{MAPS}:8443", f"{MAPS}.evil.example", "null",
    "http://localhost:3001",
])  # fmt: skip
def test_any_other_site_is_refused_as_before(listed, origin):
    headers = {"origin": origin, "access-control-request-method": "POST"}
    for one in (listed().get("/api/v1/health", headers=headers), listed().options("/api/v1/predict", headers=headers)):
        refused(one, 403)
        assert "access-control-allow-origin" not in one.headers


def test_a_listed_site_may_not_play_the_game(listed):
    refused(listed().post(GAMES, json={}, headers={"origin": MAPS}), 403)


def test_a_listed_site_can_read_why_it_was_refused_and_no_other_can(listed, monkeypatch):
    def refusals(origin):
        headers, client = {"origin": origin}, listed()
        yield 421, client.get("/api/v1/health", headers=headers | {"host": "evil.example"})
        yield 415, client.post("/api/v1/predict", content=b"x", headers=headers | {"content-type": "text/plain"})
        yield 403, client.post(GAMES, json={}, headers=headers)

    for status, one in refusals(MAPS):
        refused(one, status)
        assert one.headers["access-control-allow-origin"] == MAPS and one.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in one.headers
    for _, one in refusals("https://evil.example"):
        assert one.status_code in (403, 421) and "access-control-allow-origin" not in one.headers


def test_a_listed_site_that_asks_too_often_can_read_when_to_come_again():
    origin = "http://127.0.0.1:8501"  # this very host, listed besides
    app = Starlette(routes=[Route(GAMES, answer, methods=["POST"])],
                    middleware=[Middleware(Guard, rate=Rate(1, 0.5), origins=[origin])])  # fmt: skip
    client = TestClient(app, base_url=origin)
    late = [client.post(GAMES, json={}, headers={"origin": origin}) for _ in range(2)][1]
    refused(late, 429, "seconds")
    assert late.headers["access-control-allow-origin"] == origin
    assert late.headers["access-control-expose-headers"] == "Retry-After"


def test_by_default_no_site_is_listed(monkeypatch):
    monkeypatch.delenv("HOMING_CORS_ORIGINS", raising=False)
    assert cors_origins() == frozenset()


@pytest.mark.parametrize("said", [
    "*", "maps.example.org", f"{MAPS}/", f"{MAPS}:443", "https://Maps.example.org", "null", "https://", "file:///x",
    "https://a@b.example", "http://[", f"{MAPS} {MAPS}",
])  # fmt: skip
def test_what_is_no_origin_is_refused_at_the_start(monkeypatch, said):
    monkeypatch.setenv("HOMING_CORS_ORIGINS", f"http://localhost:3000,{said}")
    with pytest.raises(ConfigError, match="HOMING_CORS_ORIGINS"):
        cors_origins()


def test_calls_are_limited_for_addresses_of_the_network_and_not_for_this_machine():
    wait_s = calls()
    assert not any(wait_s("127.0.0.1") for _ in range(CALLS_AT_ONCE + 5))
    waits = [wait_s("10.0.0.7") for _ in range(CALLS_AT_ONCE + 5)]
    assert not any(waits[:CALLS_AT_ONCE]) and waits[-1] >= 1.0
    assert wait_s("10.0.0.8") == 0.0


def test_an_address_counts_as_its_network_and_this_machine_as_nobody():
    assert [whose(one) for one in ("127.0.0.1", "::1", "10.0.0.7")] == [None, None, "10.0.0.7"]
    assert whose("2001:db8::1") == whose("2001:db8::2") != whose("2001:db8:1::1")


def test_the_walls_stand_below_a_base_path_too(served):
    client = served("127.0.0.1", base="/maps/homing")
    refused(client.post(f"/maps/homing{GAMES}", content=b"x"), 415)
    refused(client.post(f"/maps/homing{GAMES}", json={}, headers={"origin": "http://evil.example"}), 403)
    assert "default-src 'self'" in client.get("/maps/homing/arena").headers["content-security-policy"]


def test_pages_may_stand_in_frames_of_this_host_alone_and_load_nothing_from_elsewhere(served):
    client = served("127.0.0.1")
    game, dashboard = client.get("/arena").headers, client.get("/bot").headers
    assert "frame-ancestors 'self'" in game["content-security-policy"]
    assert "default-src 'self'" in game["content-security-policy"]
    assert dashboard["content-security-policy"] == "frame-ancestors 'self'"
    for headers in (game, dashboard, client.get(GAMES).headers, client.post(GAMES, content=b"x").headers):
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_one_address_starts_many_games_but_not_endlessly_many(served):
    client = served("127.0.0.1", rate=Rate(3, 0.5))
    assert [client.post(GAMES, json={}).status_code for _ in range(4)] == [200, 200, 200, 429]
    late = client.post(GAMES, json={})
    refused(late, 429, "2 seconds")
    assert late.headers["retry-after"] == "2"
    assert client.get(GAMES).status_code == 200
    assert client.post("/arena/api/maps", json={}).status_code == 200


@pytest.mark.parametrize("what", ["daily", "games/g/seats", "games/g/rematch", "blind/r/enter"])
def test_whatever_else_begins_a_game_counts(served, what):
    client = served("127.0.0.1", rate=Rate(1, 0.01))
    assert [client.post(f"/arena/api/{what}", json={}).status_code for _ in range(2)] == [404, 429]
    assert client.get(f"/arena/api/{what}").status_code == 404  # which asks, and begins nothing


def test_a_household_counts_as_one_address_and_another_as_another(served):
    rate = Rate(1, 0.01)
    codes = [
        served(rate=rate, client=(address, 5000)).post(GAMES, json={}).status_code
        for address in ("10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "10.0.0.1")
    ]
    assert codes == [200, 200, 200, 429, 200, 429]


def test_ipv4_that_is_written_as_ipv6_counts_as_the_ipv4_it_is(served):
    """A socket that listens for both kinds shows every IPv4 client as ::ffff:a.b.c.d, all within one /64."""
    rate = Rate(1, 0.01)
    codes = [
        served(rate=rate, client=(address, 5000)).post(GAMES, json={}).status_code
        for address in ("::ffff:10.0.0.1", "::ffff:10.0.0.2", "10.0.0.1", "::ffff:10.0.0.2")
    ]
    assert codes == [200, 200, 429, 429]


def test_turns_come_back_with_time_and_the_forgotten_are_bounded():
    now = [0.0]
    rate = Rate(2, 0.5, lambda: now[0])
    assert [rate.wait_s("a") for _ in range(3)] == [0.0, 0.0, 2.0]
    now[0] = 1.9
    assert rate.wait_s("a") == 1.0
    now[0] = 2.0
    assert rate.wait_s("a") == 0.0
    now[0] = 100.0
    assert [rate.wait_s("a") for _ in range(3)] == [0.0, 0.0, 2.0], "never more than the bucket holds"
    for number in range(MAX_ASKERS + 50):
        rate.wait_s(str(number))
    assert len(rate._left) == MAX_ASKERS


def test_the_game_alone_stands_behind_the_same_walls(own_home):
    alone = TestClient(create_app(host="127.0.0.1"), base_url="http://127.0.0.1:8600")
    assert alone.get("/arena/api/maps").status_code == 200
    refused(alone.get("/arena/api/maps", headers={"host": "evil.example"}), 421)
    refused(alone.post(GAMES, content=b'{"name": "x"}'), 415)
    refused(alone.post(GAMES, json={"name": "x"}, headers={"origin": "http://evil.example"}), 403)
