"""What is served below a base path: every kind of route, sockets too."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient


async def line(socket):
    await socket.accept()
    await socket.send_text(socket.path_params["game_id"])
    await socket.close()


@pytest.fixture(scope="module")
def under():
    from streamlit_app import under

    return under


def test_pages_mounts_and_sockets_are_below_the_base_path(under):
    served = [
        Route("/page", lambda _request: PlainTextResponse("page"), methods=["GET"]),
        Mount("/files", routes=[Route("/one", lambda _request: PlainTextResponse("file"))]),
        WebSocketRoute("/games/{game_id}/live", line),
    ]
    client = TestClient(Starlette(routes=under("/base", served)))
    assert client.get("/base/page").text == "page" and client.get("/base/files/one").text == "file"
    assert client.get("/page").status_code == 404
    with client.websocket_connect("/base/games/g7/live") as socket:
        assert socket.receive_text() == "g7"
