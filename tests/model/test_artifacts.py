"""Fingerprints: large files are read once, and again as soon as anything about them changes."""

import json
import os
import time

import pytest

from model import artifacts
from model.artifacts import fingerprint
from model.geo.folders import cache_dir

BIG = artifacts.TRUSTED_BYTES


@pytest.fixture
def reads(monkeypatch, tmp_path):
    """How often contents were read."""
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(artifacts, "SETTLED_S", -1.0)
    count = []
    plain = artifacts._digest
    monkeypatch.setattr(artifacts, "_digest", lambda path, files: count.append(path) or plain(path, files))
    return count


def test_a_large_file_is_read_once_and_a_small_one_each_time(tmp_path, reads):
    for name, size, times in (("big.bin", BIG, 1), ("small.bin", BIG - 1, 3)):
        reads.clear()
        (tmp_path / name).write_bytes(b"x" * size)
        assert len({fingerprint(tmp_path / name) for _ in range(3)}) == 1
        assert len(reads) == times


def test_what_was_edited_is_read_again_even_where_size_and_time_are_set_back(tmp_path, reads):
    file = tmp_path / "big.bin"
    file.write_bytes(b"x" * BIG)
    before, stat = fingerprint(file), file.stat()
    time.sleep(0.02)
    file.write_bytes(b"y" * BIG)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert fingerprint(file) != before


def test_a_small_file_of_a_large_folder_counts(tmp_path, reads):
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"x" * BIG)
    (folder / "config.json").write_text("{}")
    before = fingerprint(folder)
    assert fingerprint(folder) == before and len(reads) == 1
    (folder / "config.json").write_text("[]")
    assert fingerprint(folder) != before
    (folder / "config.json").write_text("{}")
    assert fingerprint(folder) == before
    (folder / "config.json").rename(folder / "other.json")
    assert fingerprint(folder) != before


def test_a_file_of_this_very_moment_is_not_trusted_yet(tmp_path, reads, monkeypatch):
    monkeypatch.setattr(artifacts, "SETTLED_S", 60.0)
    (tmp_path / "big.bin").write_bytes(b"x" * BIG)
    assert fingerprint(tmp_path / "big.bin") == fingerprint(tmp_path / "big.bin")
    assert len(reads) == 2 and not (cache_dir() / "fingerprints.json").exists()


@pytest.mark.parametrize("note", ["", "[]", '{"a": 1}', "\x00"])
def test_a_broken_note_costs_time_and_nothing_else(tmp_path, reads, note):
    file = tmp_path / "big.bin"
    file.write_bytes(b"x" * BIG)
    first = fingerprint(file)
    (cache_dir() / "fingerprints.json").write_text(note)
    assert fingerprint(file) == first and len(reads) == 2
    assert json.loads((cache_dir() / "fingerprints.json").read_text())


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, reads):
    (tmp_path / "cache").write_text("a file where the folder would be")
    (tmp_path / "big.bin").write_bytes(b"x" * BIG)
    assert len(fingerprint(tmp_path / "big.bin")) == 64
