"""Addresses keep below the base path, and a visitor's browser is known from its first page."""

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.components import address, visitor

HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Streamlit's settings."""
    found: dict[str, object] = {"server.port": 8501, "server.address": "127.0.0.1"}
    monkeypatch.setattr(st, "get_option", found.get)
    return found


def test_without_a_base_path_the_game_lies_at_the_root(options: dict[str, object]) -> None:
    assert (address.arena_url(), address.own_url()) == ("/arena", "http://127.0.0.1:8501")


@pytest.mark.parametrize("base", ["homing", "/homing", "/homing/"])
def test_below_a_base_path_everything_lies_below_it(options: dict[str, object], base: str) -> None:
    options["server.baseUrlPath"] = base
    assert address.arena_url("/static/panorama.js") == "/homing/arena/static/panorama.js"
    assert address.own_url() == "http://127.0.0.1:8501/homing"


@pytest.mark.parametrize(("bound", "host"), [("0.0.0.0", "127.0.0.1"), (None, "127.0.0.1"), ("::1", "[::1]")])
def test_the_server_finds_itself_whatever_it_listens_on(options: dict[str, object], bound: object, host: str) -> None:
    options["server.address"] = bound
    assert address.own_url() == f"http://{host}:8501"


@pytest.fixture
def client() -> TestClient:
    """A server with a page and a route of the game."""
    here = [Route(path, lambda _request: HTMLResponse("hello")) for path in ("/", "/play", "/arena", "/homing/arena")]
    return TestClient(visitor.Greeter(Starlette(routes=here)))


def test_a_browser_gets_its_secret_with_the_first_page_and_no_other_one_later(client: TestClient) -> None:
    given = client.get("/play", headers=HTML).headers["set-cookie"]
    assert given.startswith("homing_player=") and "HttpOnly" in given and "SameSite=lax" in given and "Path=/" in given
    assert len(client.cookies["homing_player"]) >= 32
    assert "set-cookie" not in client.get("/", headers=HTML).headers


def test_a_cookie_that_is_none_of_ours_is_replaced(client: TestClient) -> None:
    headers = HTML | {"cookie": "homing_player=x; other=1"}
    assert "set-cookie" in client.get("/play", headers=headers).headers


@pytest.mark.parametrize(
    ("path", "headers"), [("/arena", HTML), ("/homing/arena", HTML), ("/play", {"accept": "application/json"})]
)
def test_what_is_no_page_of_the_dashboard_gets_none(client: TestClient, path: str, headers: dict[str, str]) -> None:
    assert "set-cookie" not in client.get(path, headers=headers).headers
