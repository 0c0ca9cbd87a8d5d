"""The sample game over HTTP: the model's turn is asked for again until it is over, and every refusal is a sentence."""

import json
from collections.abc import Callable

import httpx
import pytest

from model.errors import GameError
from pages.components import game_client

PINS = [(1.0, 2.0)] * 5
Answers = Callable[..., list[str]]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """A server whose model answers in turn what is given: (status, body); gives the requests it got."""
    real = httpx.Client

    def serve(*turns: tuple[int, dict]) -> list[str]:
        asked, left = [], list(turns)

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            if request.url.path.endswith("/games"):
                return httpx.Response(201, json={"game_id": "g"})
            if request.url.path.endswith("/opponent"):
                status, body = left.pop(0)
                return httpx.Response(status, content=json.dumps(body))
            return httpx.Response(200, json={"round": 1})

        monkeypatch.setattr(httpx, "Client", lambda **options: real(transport=httpx.MockTransport(answer), **options))
        monkeypatch.setattr(game_client, "ASK_AGAIN_S", 0.0)
        return asked

    return serve


def test_the_models_turn_is_waited_for_and_told(server: Answers) -> None:
    turn = {"status": "playing", "played": 2, "of": 5}
    asked = server((202, {"status": "waiting", "played": 0, "of": 5}), (202, turn), (200, {"total": 9}))
    said = list(game_client.play_sample(PINS))
    assert "waits for its turn" in said[2] and "2 of 5" in said[3]
    assert len([path for path in asked if path.endswith("/opponent")]) == 3
    assert len([path for path in asked if path.endswith("/guess")]) == 5


@pytest.mark.parametrize("status", [422, 503])
def test_a_refusal_is_passed_on_in_its_words(server: Answers, status: int) -> None:
    server((202, {"status": "waiting"}), (status, {"error": "Too many wait for the model."}))
    with pytest.raises(GameError, match="Too many wait"):
        list(game_client.play_sample(PINS))


def test_a_model_that_never_ends_is_not_waited_for_for_ever(server: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game_client, "MODEL_S", -1.0)
    server((202, {"status": "waiting"}))
    with pytest.raises(GameError, match="still waiting"):
        list(game_client.play_sample(PINS))


def test_a_server_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game_client, "own_url", lambda: "http://127.0.0.1:9")
    with pytest.raises(GameError, match="no answer"):
        list(game_client.play_sample(PINS))


def test_maps_of_online_services_are_told_and_a_foreign_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    real, body = httpx.Client, [b""]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body[0])

    monkeypatch.setattr(httpx, "Client", lambda **options: real(transport=httpx.MockTransport(answer), **options))
    lent = {"title": "Panoramax", "description": "Real", "kind": "online", "error": None}
    body[0] = json.dumps({"maps": [{"title": "World", "description": "", "kind": "world"}, lent]}).encode()
    assert game_client.online_maps() == [("Panoramax", "Real", "")]
    for broken in (b"", b"[]", b'{"maps": [3]}', b'{"maps": [{"kind": "online"}]}'):
        body[0] = broken
        assert game_client.online_maps() == []
