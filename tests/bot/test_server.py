"""The bot uses the app that answers, starts ours if none does, and stops what it started."""

import http.server
import socket
import sys
import threading

import pytest

import bot.server
from bot.server import answers, running_app, world_drawn
from model.errors import BrowserError

APP = """
import http.server, sys
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{"maps": []}')
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), App).serve_forever()
"""


@pytest.fixture
def serve():
    """Serves one status and body for every address."""
    servers = []

    def serve(status: int, body: bytes) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def free_url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_an_app_that_answers_is_used_and_left_running(serve, tmp_path):
    url = serve(200, b'{"maps": []}')
    with running_app(url, tmp_path / "app.log"):
        assert answers(url)
    assert answers(url)
    assert not (tmp_path / "app.log").exists()


def test_the_world_that_a_map_is_drawn_by_is_asked_of_the_arena(serve, free_url):
    maps = b'{"maps": [{"name": "world", "kind": "world"}, {"name": "alps", "kind": "photos"}], "world_version": 7}'
    url = serve(200, maps)
    assert [world_drawn(url, name) for name in ("world", "alps", "none")] == [7, None, None]
    assert world_drawn(serve(200, b'{"maps": []}'), "world") is None
    assert world_drawn(free_url, "world") is None


def test_where_nothing_answers_the_app_is_started_and_stopped_again(free_url, tmp_path, monkeypatch):
    monkeypatch.setattr(bot.server, "_command", lambda host, port: [sys.executable, "-c", APP, str(port)])
    with running_app(free_url, tmp_path / "app.log"):
        assert answers(free_url)
    assert not answers(free_url)


def test_the_app_is_stopped_also_when_the_game_fails(free_url, tmp_path, monkeypatch):
    monkeypatch.setattr(bot.server, "_command", lambda host, port: [sys.executable, "-c", APP, str(port)])
    with pytest.raises(ZeroDivisionError), running_app(free_url, tmp_path / "app.log"):
        _ = 1 / 0
    assert not answers(free_url)


def test_an_app_that_dies_at_its_start_is_an_error_that_names_the_log(free_url, tmp_path, monkeypatch):
    monkeypatch.setattr(bot.server, "_command", lambda *_: [sys.executable, "-c", "import sys; sys.exit('no torch')"])
    with pytest.raises(BrowserError, match=r"ended with code 1.*app\.log"), running_app(free_url, tmp_path / "app.log"):
        pass
    assert "no torch" in (tmp_path / "app.log").read_text()


def test_an_app_that_never_serves_is_an_error(free_url, tmp_path, monkeypatch):
    monkeypatch.setattr(bot.server, "START_S", 0.5)
    monkeypatch.setattr(
        bot.server, "_command", lambda *_: [sys.executable, "-c", "import threading as t; t.Event().wait()"]
    )
    with pytest.raises(BrowserError, match="did not serve"), running_app(free_url, tmp_path / "app.log"):
        pass


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (404, b"", "HTTP 404"),
        (200, b"<html>", "no list of maps"),
        (200, b"[]", "other JSON"),
        (200, b"\xff", "no list"),
    ],
)
def test_another_page_at_the_address_is_an_error(serve, tmp_path, status, body, words):
    with pytest.raises(BrowserError, match=words), running_app(serve(status, body), tmp_path / "app.log"):
        pass


@pytest.mark.parametrize("url", ["", "arena", "ftp://127.0.0.1", "http://127.0.0.1:notaport", "http://127.0.0.1:99999"])
def test_what_is_no_address_is_an_error(tmp_path, url):
    with pytest.raises(BrowserError, match="no address"), running_app(url, tmp_path / "app.log"):
        pass


def test_nothing_is_started_for_an_address_elsewhere(tmp_path):
    with pytest.raises(BrowserError, match="no game answers"), running_app("https://127.0.0.1:1", tmp_path / "app.log"):
        pass
