"""The renderer's benchmark: its figures, what it refuses, what it leaves behind, and what it does without git."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.progress import Progress

from benchmarks import render
from benchmarks.renderer import processes, rates
from benchmarks.renderer.measuring import Bar, Options, best_s
from model.geo.folders import repository_dir
from world.earth.places import sample_places

KEYS = ["stages", "panoramas_per_s", "dataset_places_per_s", "equirectangular_2048_s", "equirectangular_4096_s",
        "cold_start_s", "warm_start_s", "against_version_2", "rss_growth_mb"]  # fmt: skip
FEW = Options(places=4, panoramas=8, rough=True)
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def bar():
    progress = Progress(disable=True)
    return Bar(progress, progress.add_task("here", total=None))


@pytest.fixture(scope="module")
def rough():
    """What the command says, with all that draws in one go and little of it."""
    only = "rss_growth_mb,stages,panoramas_per_s,dataset_places_per_s,equirectangular_2048_s"
    command = [sys.executable, "-m", "benchmarks.render", "--only", only, "--places", "4", "--panoramas", "8"]
    return subprocess.run([*command, "--rough", "--json"], cwd=repository_dir(), capture_output=True, text=True,
                          check=True)  # fmt: skip


def test_the_last_line_holds_what_was_asked_for_in_the_order_of_the_help(rough):
    figures = json.loads(rough.stdout.splitlines()[-1])
    assert list(figures) == [KEYS[0], KEYS[1], KEYS[2], KEYS[3], KEYS[8], "run"]
    assert figures["run"] | {"places": 4, "panoramas": 8, "rough": True, "atlas": False} == figures["run"]
    assert figures["run"]["cores"] == os.cpu_count()


def test_the_figures_are_ones_that_a_machine_can_have(rough):
    figures = json.loads(rough.stdout.splitlines()[-1])
    assert list(figures["stages"]) == ["scene_ms", "layout_ms", "first_rays_ms", "edge_rays_ms"]
    assert all(0.05 < value < 2000.0 for value in figures["stages"].values())
    assert 0.1 < figures["dataset_places_per_s"] < figures["panoramas_per_s"] < 5000.0  # this one begins, too
    assert 0.01 < figures["equirectangular_2048_s"] < 60.0
    assert -100.0 < figures["rss_growth_mb"] < 200.0


def test_bars_go_beside_the_figures_not_among_them(rough):
    assert "panoramas_per_s" in rough.stderr
    assert all(len(line.split()) == 2 for line in rough.stdout.splitlines()[:-1])


def test_all_is_measured_when_nothing_is_named(monkeypatch, capsys):
    measured = []
    for name in KEYS:
        monkeypatch.setitem(render.MEASUREMENTS, name, lambda options, _, name=name: measured.append((name, options)))
    render.cli(["--json"])
    assert measured == [(name, Options(512, 100_000, False, False)) for name in KEYS]
    said = capsys.readouterr().out
    assert said.count("not measured") == len(KEYS)
    assert json.loads(said.splitlines()[-1]) | dict.fromkeys(KEYS) == json.loads(said.splitlines()[-1])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--places", "255"], "too few"),
        (["--places", "16", "--only", "panoramas_per_s"], "--rough"),
        (["--only", "speed"], "panoramas_per_s, dataset_places_per_s"),
        (["--places", "0", "--rough"], "1 or more"),
        (["--panoramas", "-3"], "1 or more"),
    ],
)
def test_what_would_mislead_is_refused_with_a_sentence(arguments, words, capsys, monkeypatch):
    monkeypatch.setattr(render, "measure", lambda *_: pytest.fail("it began to measure"))
    with pytest.raises(SystemExit) as ended:
        render.cli(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_few_places_are_enough_for_what_is_no_rate(monkeypatch):
    monkeypatch.setitem(render.MEASUREMENTS, "stages", lambda options, _: {"places": options.places})
    render.cli(["--only", "stages", "--places", "16"])


def test_lots_shrink_so_that_two_processes_end_together():
    places = sample_places(300, seed=11, split="game")
    lots = [len(lot) for lot in rates.shrinking_lots(places)]
    assert sum(lots) == 300
    assert lots[0] == rates.BATCH
    assert lots == sorted(lots, reverse=True)
    free_at = [0, 0]  # places drawn by each of two processes that are equally fast
    for lot in lots:
        free_at[free_at.index(min(free_at))] += lot
    assert abs(free_at[0] - free_at[1]) <= rates.LEAST


def test_the_least_time_counts():
    ticks = iter([0.0, 5.0, 10.0, 12.0, 20.0, 29.0])
    assert best_s(lambda: None, lambda: next(ticks), repeats=3) == 2.0


def test_a_cold_start_finds_the_atlas_and_nothing_else(monkeypatch, tmp_path, bar):
    monkeypatch.setattr(processes, "START", f"""
import json, os, time
found = [os.listdir(os.environ["HOMING_CACHE"]), os.environ.get("NUMBA_CACHE_DIR")]
open({str(tmp_path / "found")!r}, "w").write(json.dumps(found))
time.sleep(0.3)
print(time.time())
""")  # fmt: skip
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    for options, entries in ((FEW, ["atlas"]), (Options(atlas=True), [])):
        assert 0.3 <= processes.cold_start_s(options, bar) < 60.0
        assert json.loads((tmp_path / "found").read_text()) == [entries, None]


def test_a_process_that_fails_is_told_by_its_last_words():
    with pytest.raises(processes.ProcessError, match="ended with 1; its last words: ValueError: no such place"):
        processes.new_python(["-c", "raise ValueError('no such place')"])
    with pytest.raises(processes.ProcessError, match="its last words: none"):
        processes.new_python(["-c", "pass"])


def history(folder, speed_then, speed_now):
    """A checkout whose one commit says `speed_then`, and whose files say `speed_now` -> the commit, its worktrees."""

    def git(*words):
        done = subprocess.run(["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@b.c", *words],
                              check=True, capture_output=True, text=True)  # fmt: skip
        return done.stdout.strip()

    folder.mkdir()
    git("init", "--quiet")
    (folder / "speed").write_text(str(speed_then))
    git("add", "speed")
    git("commit", "--quiet", "-m", "then")
    (folder / "speed").write_text(str(speed_now))
    return git("rev-parse", "HEAD"), lambda: git("worktree", "list").splitlines()


@needs_git
def test_version_2_is_checked_out_measured_and_removed(monkeypatch, tmp_path, bar):
    commit, worktrees = history(tmp_path / "checkout", 4.0, 1.0)
    monkeypatch.setattr(processes, "ROOT", tmp_path / "checkout")
    monkeypatch.setattr(processes, "VERSION_2", commit)
    monkeypatch.setattr(processes, "ONE_PLACE", "import sys; assert open(sys.argv[1]).readline() == "
                        "'lat,lng,month,hour,seed\\n'; print(open('speed').read())")  # fmt: skip
    assert processes.against_version_2(FEW, bar) == 0.25
    assert len(worktrees()) == 1
    monkeypatch.setattr(processes, "ONE_PLACE", "raise SystemExit('it broke')")
    with pytest.raises(processes.ProcessError, match="it broke"):
        processes.against_version_2(FEW, bar)
    assert len(worktrees()) == 1


@needs_git
def test_a_history_without_version_2_gives_no_figure_and_a_sentence(monkeypatch, tmp_path, bar, capsys):
    history(tmp_path / "checkout", 4.0, 1.0)
    monkeypatch.setattr(processes, "ROOT", tmp_path / "checkout")
    assert processes.against_version_2(FEW, bar) is None
    said = capsys.readouterr().err
    assert "looked for commit 850e876" in said and "fetch the whole history" in said


def test_without_git_there_is_no_figure_but_a_sentence(monkeypatch, tmp_path, bar, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert processes.against_version_2(FEW, bar) is None
    assert "git did not start: No such file or directory" in capsys.readouterr().err


def test_ended_by_a_signal_it_takes_its_processes_along():
    command = [sys.executable, "-m", "benchmarks.render", "--only", "rss_growth_mb", "--rough"]
    started = subprocess.Popen(command, cwd=repository_dir(), stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 120.0
        while len(running(started.pid)) < 3:  # itself, multiprocessing's tracker and the process that draws
            assert started.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        started.terminate()
        assert started.wait(30.0) == 143
        while running(started.pid):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        if running(started.pid):
            os.killpg(started.pid, signal.SIGKILL)


def running(group):
    """Numbers of the processes of a group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, of = entry.read_text().rpartition(")")[2].split()[:3]
            found += [int(entry.parent.name)] if of == str(group) and state != "Z" else []
    return found
