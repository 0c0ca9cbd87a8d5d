"""The benchmark of the API asks both servers alike and counts what they answer."""

import asyncio
import contextlib
import json
import sys

import pytest
import uvicorn

import benchmarks.api as script
from api import create_api


class Somewhere:
    lat, lng = 1.0, 2.0

    def as_dict(self):
        return {"lat": 1.0, "lng": 2.0}


@contextlib.asynccontextmanager
async def served(locate):
    port = script.free_port()
    server = uvicorn.Server(uvicorn.Config(create_api(locate, dict), port=port, log_level="error"))
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://{script.HOST}:{port}"
    finally:
        server.should_exit = True
        await serving


def test_every_client_asks_again_when_it_was_answered_and_each_file_is_a_picture():
    seen = []

    async def visit():
        async with served(lambda images: seen.append(images[0]) or Somewhere()) as url:
            return await script.turn(url, script.jpegs("photo", 2), clients=3, seconds=0.3)

    found = asyncio.run(visit())
    assert found.answers == len(found.seconds) == len(seen) >= 3 and found.refused == 0
    assert len(set(seen)) == 2 and all(data.startswith(b"\xff\xd8") for data in seen)
    assert found.figures()["per_s"] == pytest.approx(found.answers / found.elapsed_s, abs=0.01)


def test_the_ways_take_turns_and_the_ratio_is_of_one_run(monkeypatch, capsys):
    order, rates = [], {"one by one": 10, "together": 25}

    async def turn(url, files, clients, seconds):
        order.append((url, clients))
        return script.Turn(rates[url] * clients, 0, 10.0, [0.1])

    monkeypatch.setattr(script, "parts_ms", lambda picture: {"prepare": 1.0})
    monkeypatch.setattr(script, "servers", lambda home: contextlib.nullcontext({mode: mode for mode in script.MODES}))
    monkeypatch.setattr(script, "turn", turn)
    monkeypatch.setattr(sys, "argv", ["api", "--clients", "1", "8", "--json"])
    script.main()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["clients"]["8"]["ratio"], told["target"], told["met"]) == (2.5, 2.0, True)
    first, second = script.MODES
    assert [url for url, clients in order[-4:]] == [first, second, second, first]


def test_a_server_that_does_not_start_is_shown_with_its_log(monkeypatch, tmp_path):
    monkeypatch.setattr(script, "ROOT", tmp_path)  # nothing can be started from there
    with pytest.raises(SystemExit, match="did not start"), script.servers(tmp_path):
        pass
