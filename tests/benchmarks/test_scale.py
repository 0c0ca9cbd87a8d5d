"""The benchmark of millions of places, on a few hundred."""

import json
import runpy
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks import scale
from model.errors import ConfigError


@pytest.fixture
def in_this_process(monkeypatch):
    """Stages run right here: a process for each would take longer than all that they do."""
    ran = []

    def measured(command):
        ran.append(command[0])
        monkeypatch.setattr(sys, "argv", list(command))
        runpy.run_module(f"model.{command[0]}", run_name="__main__")
        return 1.25, 1.0, 100.0 + len(ran)

    monkeypatch.setattr(scale, "measured", measured)
    return ran


def test_four_stages_run_on_made_up_places_and_the_last_line_is_their_figures(in_this_process, tmp_path, capsys):
    scale.cli(["--rows", "300", "--dim", "6", "--method", "naive", "--preset", "pigeon", "--epochs", "1", "--folder",
               str(tmp_path), "--json"])  # fmt: skip
    assert in_this_process == ["prepare_dataset", "build_geocells", "train_head", "build_index"]
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(figures["stages"]) == ["prepare", "cells", "head", "index"]
    assert figures["seconds"] == 5.0
    assert figures["peak_mb"] == 104.0
    assert np.load(tmp_path / "embeddings.npy", mmap_mode="r").shape == (300, 6)
    assert len(pd.read_parquet(tmp_path / "run" / "index" / "members.parquet")) > 200


def test_a_stage_is_a_process_whose_seconds_and_memory_are_its_own(monkeypatch):
    greedy = "import time; block = bytearray(80 << 20); time.sleep(0.3)"
    monkeypatch.setattr(scale.subprocess, "Popen", _instead([sys.executable, "-c", greedy]))
    seconds, busy, peak_mb = scale.measured(["build_index"])
    assert 0.3 < seconds < 60.0
    assert 0.0 < busy < seconds + 1.0
    assert 80.0 < peak_mb < 200.0


def test_a_stage_that_fails_ends_the_benchmark_with_a_sentence(monkeypatch):
    monkeypatch.setattr(scale.subprocess, "Popen", _instead([sys.executable, "-c", "raise SystemExit(2)"]))
    with pytest.raises(ConfigError, match="build_index` ended with 2"):
        scale.measured(["build_index"])


@pytest.mark.parametrize("wrong", [["--rows", "5"], ["--dim", "1"], ["--only", "index"], ["--preset", "tiny"]])
def test_what_cannot_be_measured_is_refused(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        scale.cli(wrong)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err


def _instead(command):
    real = scale.subprocess.Popen
    return lambda _, **options: real(command, **options)
