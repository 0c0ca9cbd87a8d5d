"""Runs of the bot can be started, watched and stopped from another process's pages."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

import bot.events
import bot.runner
from bot.alive import held
from bot.events import EventLog, event
from bot.runner import LOCK, AlreadyPlaying, BotRun, older, running, runs, runs_folder, start
from model.errors import ConfigError, StorageError

WAITS = "import threading; threading.Event().wait(60)"


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
    assert [path for _, path in run.filmstrips()] == [run.folder / "a.jpg"]
    assert run.live_image().read_bytes() == b"png"
    assert (run.is_running(), run.problem()) == (False, None)
    assert {"games": 2, "map": "world", "seed": 7}.items() <= run.settings().items()


def test_the_bot_is_called_with_what_was_asked_for(fake_bot):
    fake_bot("import sys; print(sys.argv[1:])")
    run = start(3, "http://127.0.0.1:9", "europe", None)
    finish(run)
    said = (run.folder / "run.log").read_text()
    assert all(word in said for word in ("'--games', '3'", "'--url', 'http://127.0.0.1:9'", "'--map', 'europe'"))
    assert "--seed" not in said and "'--rounds', '5'" in said


def test_a_running_bot_is_seen_running_and_can_be_stopped(fake_bot):
    fake_bot(WAITS)
    run = start(1, "http://127.0.0.1:1")
    assert run.is_running() and run.problem() is None and run.live_image() is None
    run.stop()
    assert not run.is_running()
    run.stop()  # a second time is harmless


def test_a_run_is_found_and_stopped_by_a_process_that_did_not_start_it(fake_bot):
    fake_bot(WAITS)
    run = start(1, "http://127.0.0.1:1")
    process = bot.runner._processes.pop(str(run.folder))
    (found,) = runs()
    assert found == run and found.is_running()
    found.stop()
    assert process.wait(30) != 0


def test_a_bot_that_dies_without_a_word_is_a_problem_with_the_last_line_of_its_log_and_no_folder(fake_bot):
    fake_bot("import sys; sys.exit('out of memory while reading /srv/secret/model.bin')")
    run = start(1, "http://127.0.0.1:1")
    finish(run)
    assert not run.is_running()
    assert "out of memory while reading …/model.bin" in run.problem()
    assert "/srv" not in run.problem()


def test_a_bot_that_was_killed_says_so(fake_bot):
    fake_bot(WAITS)
    run = start(1, "http://127.0.0.1:1")
    os.kill(run.settings()["pid"], signal.SIGKILL)
    finish(run)
    assert not run.is_running()
    assert "SIGKILL" in run.problem()


def test_who_comes_second_is_told_who_plays_and_starts_nothing(fake_bot):
    fake_bot(WAITS)
    first = start(1, "http://127.0.0.1:1")
    with pytest.raises(AlreadyPlaying, match="playing already") as caught:
        start(1, "http://127.0.0.1:1")
    assert caught.value.run == first == running()
    assert runs() == [first]
    first.stop()
    finish(first)
    assert running() is None


def test_of_many_threads_that_start_at_once_one_does(fake_bot):
    fake_bot(WAITS)
    started, refused, go = [], [], threading.Barrier(8)

    def press():
        go.wait()
        try:
            started.append(start(1, "http://127.0.0.1:1"))
        except AlreadyPlaying as error:
            refused.append(error.run)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(started), len(refused)) == (1, 7) and set(refused) == set(started)
    started[0].stop()


PRESS = f"""
import subprocess, sys, bot.runner
real = subprocess.Popen
bot.runner.subprocess.Popen = lambda command, **options: real([sys.executable, "-c", {WAITS!r}], **options)
sys.stdin.readline()
try:
    print("started", bot.runner.start(1, "http://127.0.0.1:1").name)
except bot.runner.AlreadyPlaying as error:
    print("refused", error.run.name)
"""


def test_of_two_processes_that_start_at_once_one_does_and_its_bot_outlives_it():
    both = [
        subprocess.Popen([sys.executable, "-c", PRESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    said = sorted(process.communicate()[0].split() for process in both)
    assert [words[0] for words in said] == ["refused", "started"] and said[0][1] == said[1][1]
    (run,) = runs()
    assert run.is_running()  # though the process that started it has gone
    os.kill(run.settings()["pid"], signal.SIGKILL)
    while run.is_running():
        pass
    assert running() is None


def test_a_run_that_the_system_does_not_start_is_a_sentence_and_blocks_nobody(monkeypatch):
    def full(*_args, **_options):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(bot.runner.subprocess, "Popen", full)
    with pytest.raises(StorageError, match="could not be started: Resource"):
        start(1, "http://127.0.0.1:1")
    assert running() is None


def test_a_failure_that_the_bot_told_is_passed_on(tmp_path):
    EventLog(tmp_path / "events.jsonl")(event("failed", message="No Chromium."))
    assert BotRun(tmp_path).problem() == "No Chromium."


def test_what_the_bot_told_of_this_machine_stays_on_it(tmp_path):
    EventLog(tmp_path / "events.jsonl")(event("failed", message="could not write '/srv/films/a.jpg', no space left."))
    assert BotRun(tmp_path).problem() == "could not write '…/a.jpg', no space left."


def test_a_look_reads_only_what_is_new(tmp_path, monkeypatch):
    log, run = EventLog(tmp_path / "events.jsonl"), BotRun(tmp_path)
    parsed = []
    real = bot.events._parsed
    monkeypatch.setattr(bot.events, "_parsed", lambda lines: parsed.append(len(lines)) or real(lines))
    for number in range(3):
        log(event("round", round=number))
        assert len(run.events()) == len(run.rounds()) == number + 1
    assert len(parsed) == 3 and sum(parsed) == log.path.stat().st_size


def test_how_long_things_took_is_known_from_earlier_runs(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    for happened in (
        {"event": "done", "at": 1.0, "what": "model", "seconds": 12.5},
        {"event": "game", "at": 10.0, "game_id": "a"},
        {"event": "game_over", "at": 70.0, "game_id": "a", "rounds": [{}] * 5},
        {"event": "game", "at": 80.0, "game_id": "b"},
        {"event": "game_over", "at": 81.0, "game_id": "b", "rounds": [{}], "failed": "lost"},
    ):
        log(happened)
    among = [BotRun(tmp_path)]
    assert [bot.runner.usual_seconds(what, among) for what in ("model", "game", "app")] == [12.5, 60.0, None]


def test_only_the_newest_runs_are_opened_the_others_are_names(monkeypatch):
    monkeypatch.setattr(bot.runner, "NEWEST", 2)
    for day in range(1, 6):
        EventLog(runs_folder() / f"2026010{day}-100000" / "events.jsonl")(event("started"))
    assert [run.name for run in runs()] == ["20260105-100000", "20260104-100000"]
    assert older() == ["20260103-100000", "20260102-100000", "20260101-100000"]


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
    (tmp_path / LOCK).touch()
    (tmp_path / "run.json").write_text(json.dumps({"pid": os.getpid()}))
    assert not BotRun(tmp_path).is_running()
    BotRun(tmp_path).stop()  # and is not ended in its place


def test_a_run_started_by_hand_is_alive_while_it_holds_its_lock(tmp_path):
    with held(tmp_path / LOCK):
        assert BotRun(tmp_path).is_running()
    assert not BotRun(tmp_path).is_running()


def test_a_broken_run_file_is_no_reason_to_fail(tmp_path):
    (tmp_path / "run.json").write_text("{")
    run = BotRun(tmp_path)
    assert (run.settings(), run.events(), run.is_running(), run.filmstrips()) == ({}, [], False, [])
    assert "ended before" in run.problem()


def test_a_run_without_games_is_refused():
    with pytest.raises(ConfigError, match="at least one game"):
        start(0, "http://127.0.0.1:1")
    assert runs() == []
