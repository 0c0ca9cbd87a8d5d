"""The benchmark of GeoCLIP on a small gallery: both answer the same place, and ours sooner."""

import json

import pytest

from benchmarks import geoclip

pytest.importorskip("geoclip", reason="pip install --no-deps -r requirements-geoclip.txt")


def test_both_answer_the_same_and_the_last_line_says_how_fast(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("model.retrieval.gallery.cache_dir", lambda: tmp_path)
    geoclip.cli(["--places", "60", "--backbone", "tiny", "--repeats", "1", "--json"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["places"] == 60 and figures["backbone"] == "tiny" and figures["speedup"] > 0
    assert figures["package_cpu_s"] > 0 and figures["ours_s"] > 0


def test_numbers_that_cannot_be_are_a_sentence(capsys):
    with pytest.raises(SystemExit):
        geoclip.cli(["--places", "0"])
    assert "must be 1 or more" in capsys.readouterr().err
