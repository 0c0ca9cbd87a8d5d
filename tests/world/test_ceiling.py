"""The score that perfect eyes could reach: tiny numbers of places."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model.errors import ConfigError
from world import ceiling
from world.ceiling import CeilingConfig, cli, main
from world.clues import FAMILIES
from world.study.sources import READING

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"n", "country_accuracy", "within_km", "median_km", "mean_km", "mean_score", "cell_top1", "cell_top5"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ceiling")


@pytest.fixture(scope="module")
def config(folder):
    patch = pytest.MonkeyPatch()
    patch.setattr(ceiling, "PAIRS", 100)
    yield CeilingConfig(places=150, queries=20, seed=3, workers=1, out=folder / "figures.json", clues=folder / "clues")
    patch.undo()


@pytest.fixture(scope="module")
def figures(config):
    return main(config)


def test_there_is_a_row_for_all_clues_and_one_without_each_family(figures, config):
    assert set(figures) == {"all", *(f"without.{family}" for family in FAMILIES)}
    for row in figures.values():
        assert set(row) >= KEYS and row["n"] == 20
        assert set(row["within_km"]) == {"1", "25", "200", "750", "2500"}
    assert json.loads(config.out.read_text()) == figures


def test_with_few_known_places_the_guess_is_still_far_better_than_chance(figures):
    assert figures["all"]["mean_score"] > 1500
    assert figures["all"]["country_accuracy"] > 0.3


def test_a_second_run_reads_the_clues_from_the_folder(figures, config, monkeypatch):
    monkeypatch.setattr(ceiling, "clue_table", lambda scenes: pytest.fail("looked again"))
    assert main(config) == figures


def test_what_was_looked_at_before_a_stop_is_not_looked_at_again(figures, config, tmp_path, monkeypatch):
    monkeypatch.setattr(ceiling, "PIECE", 40)
    halting = dataclasses.replace(config, clues=tmp_path / "clues", out=None)
    look, looked = ceiling.clue_table, []

    def stopped_after_three(scenes):
        if len(looked) == 3:
            raise KeyboardInterrupt
        looked.append(len(scenes))
        return look(scenes)

    monkeypatch.setattr(ceiling, "clue_table", stopped_after_three)
    with pytest.raises(KeyboardInterrupt):
        main(halting)
    kept = list((tmp_path / "clues").glob("clues-*.npz"))
    assert len(kept) == 3
    monkeypatch.setattr(ceiling, "clue_table", lambda scenes: (looked.append(len(scenes)), look(scenes))[1])
    assert main(halting) == figures  # and pieces of another size tell the same
    first, second = ceiling._pairs(100, config.seed)
    assert sum(looked) == 150 + 20 + len(first) + len(second)


def test_another_state_of_the_worlds_sources_makes_tables_of_its_own(config, monkeypatch):
    places = ceiling.sample_places(5, 1, "train")
    before = ceiling._path(config.clues, places)
    asked = []
    monkeypatch.setattr(ceiling, "sources", lambda of: (asked.append(of), "another world")[1])
    assert ceiling._path(config.clues, places) != before
    assert asked == [READING]  # what draws, what reads and the atlas


def test_all_is_made_before_the_first_place_is_looked_at(config, tmp_path, monkeypatch):
    monkeypatch.setattr(ceiling, "ready", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(ceiling, "spread", lambda *_, **__: pytest.fail("looked before all was made"))
    with pytest.raises(KeyboardInterrupt):
        main(dataclasses.replace(config, clues=tmp_path / "clues", out=None))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc which processes run")
def test_a_run_that_is_killed_leaves_no_process_behind(tmp_path):
    arguments = ["--places", "4000", "--queries", "500", "--workers", "2", "--clues", str(tmp_path / "clues")]
    command = subprocess.Popen(
        [sys.executable, "-m", "world.ceiling", *arguments], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    )  # fmt: skip
    try:
        ends = time.monotonic() + 240.0  # both work: they write pieces
        while time.monotonic() < ends and not (workers := _children(command.pid, 2)):
            time.sleep(0.2)
        assert len(workers) == 2, "no two workers began"
        command.send_signal(signal.SIGKILL)
        command.wait(10.0)
        ends = time.monotonic() + 10.0
        while time.monotonic() < ends and _running(workers):
            time.sleep(0.1)
        assert not _running(workers)
    finally:
        command.kill()
        for pid in _running(workers):
            os.kill(pid, signal.SIGKILL)


def _children(parent: int, least: int) -> set[int]:
    """Worker processes of a command, when there are so many."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, of = (path / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            if int(of) == parent and state != "Z" and b"spawn_main" in (path / "cmdline").read_bytes():
                found.add(int(path.name))
        except OSError:
            continue
    return found if len(found) >= least else set()


def _running(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()}


def test_foolish_numbers_are_answered_with_a_sentence(capsys):
    with pytest.raises(ConfigError, match="--places must be at least 100"):
        CeilingConfig(places=3)
    with pytest.raises(ConfigError, match="not be negative"):
        CeilingConfig(seed=-1)
    with pytest.raises(SystemExit) as stopped:
        cli(["--places", "100", "--queries", "0"])
    assert stopped.value.code == 2
    assert "--queries at least 1" in capsys.readouterr().err
