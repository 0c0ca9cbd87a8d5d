"""Runs of the bot can be started, watched and stopped from another process's pages."""

import json
import os
import subprocess
import sys

import pytest

import bot.runner
from bot.events import EventLog, event
from bot.runner import BotRun, runs, runs_folder, start
from model.errors import ConfigError


@pytest.fixture
def fake_bot(monkeypatch):
    """Replaces the command that a run starts by Python code; ARGS are those of the bot."""
    real = subprocess.Popen

    def use(code: str) -> None:
        def popen(command, **options):
            assert command[1:3] == ["-m", "bot"]
            return real([sys.executable, "-c", code, *command[3:], "bot"], **options)

        monkeypatch.setattr(bot.runner.subprocess, "Popen", popen)

    return use


def finish(run: BotRun) -> None:
    bot.runner._processes[str(run.folder)].wait(30)


WRITES = """
import json, pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
with (out / "events.jsonl").open("a") as log:
    for happened in ({"event": "round", "round": 1, "score": 4000, "filmstrip": "a.jpg"}, {"event": "finished"}):
        log.write(json.dumps(happened) + "\\n")
(out / "a.jpg").write_bytes(b"jpg"); (out / "live.png").write_bytes(b"png")
"""


def test_a_run_tells_its_rounds_filmstrips_and_last_picture(fake_bot):
    fake_bot(WRITES)
    run = start(2, "http://127.0.0.1:1", "world", 7)
    finish(run)
    assert [played["score"] for played in run.rounds()] == [4000]
    assert run.filmstrips() == [run.folder / "a.jpg"]
    assert run.latest_image().read_bytes() == b"png"
    assert (run.is_running(), run.problem()) == (False, None)
    assert {"games": 2, "map": "world", "seed": 7}.items() <= run.settings().items()


def test_the_bot_is_called_with_what_was_asked_for(fake_bot):
    fake_bot("import sys; print(sys.argv[1:])")
    run = start(3, "http://127.0.0.1:9", "europe", None)
    finish(run)
    said = (run.folder / "run.log").read_text()
    assert all(word in said for word in ("'--games', '3'", "'--url', 'http://127.0.0.1:9'", "'--map', 'europe'"))
    assert "--seed" not in said


def test_a_running_bot_is_seen_running_and_can_be_stopped(fake_bot):
    fake_bot("import threading; threading.Event().wait(60)")
    run = start(1, "http://127.0.0.1:1")
    assert run.is_running() and run.problem() is None and run.latest_image() is None
    run.stop()
    assert not run.is_running()
    run.stop()  # a second time is harmless


def test_a_run_is_found_and_stopped_by_a_process_that_did_not_start_it(fake_bot):
    fake_bot("import threading; threading.Event().wait(60)")
    run = start(1, "http://127.0.0.1:1")
    process = bot.runner._processes.pop(str(run.folder))
    (found,) = runs()
    assert found == run and found.is_running()
    found.stop()
    assert process.wait(30) != 0


def test_a_bot_that_dies_without_a_word_is_a_problem_with_the_last_line_of_its_log(fake_bot):
    fake_bot("import sys; sys.exit('out of memory')")
    run = start(1, "http://127.0.0.1:1")
    finish(run)
    assert not run.is_running()
    assert "out of memory" in run.problem()


def test_a_failure_that_the_bot_told_is_passed_on(tmp_path):
    EventLog(tmp_path / "events.jsonl")(event("failed", message="No Chromium."))
    assert BotRun(tmp_path).problem() == "No Chromium."


def test_what_there_is_to_see_is_the_last_view_or_the_filmstrip_of_a_round_just_played(tmp_path):
    log, run = EventLog(tmp_path / "events.jsonl"), BotRun(tmp_path)
    assert run.latest_image() is None
    (tmp_path / "live.png").write_bytes(b"png")
    log(event("looked", heading="N"))
    assert run.latest_image().name == "live.png"
    log(event("round", filmstrip="a.jpg"))
    assert run.latest_image().name == "live.png"  # the strip is not there yet
    (tmp_path / "a.jpg").write_bytes(b"jpg")
    assert run.latest_image().name == "a.jpg"
    log(event("looked", heading="N"))
    assert run.latest_image().name == "live.png"


def test_a_stopped_run_is_no_problem(tmp_path):
    EventLog(tmp_path / "events.jsonl")(event("stopped"))
    assert BotRun(tmp_path).problem() is None


def test_runs_are_listed_newest_first_also_those_started_by_hand():
    assert runs() == []
    for name in ("20260101-100000", "20260301-100000-ab12cd"):
        EventLog(runs_folder() / name / "events.jsonl")(event("started", games=1, map="world", pid=os.getpid()))
    assert [run.name for run in runs()] == ["20260301-100000-ab12cd", "20260101-100000"]
    assert runs()[1].settings()["map"] == "world"


def test_a_process_that_only_took_over_the_number_is_not_the_bot(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "run.json").write_text(json.dumps({"pid": other.pid}))
        assert not BotRun(tmp_path).is_running()
        other.communicate(b"\n")


def test_a_broken_run_file_is_no_reason_to_fail(tmp_path):
    (tmp_path / "run.json").write_text("{")
    run = BotRun(tmp_path)
    assert (run.settings(), run.events(), run.is_running(), run.filmstrips()) == ({}, [], False, [])
    assert "ended before" in run.problem()


def test_a_run_without_games_is_refused():
    with pytest.raises(ConfigError, match="at least one game"):
        start(0, "http://127.0.0.1:1")
    assert runs() == []
