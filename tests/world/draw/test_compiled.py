"""Where machine code is kept: any kernel in any folder counts, and what nobody uses is swept away."""

import os
import shutil
import time

import pytest

from world.draw import compiled
from world.draw.compiled import WORLD, fingerprint, kernel_sources, sweep


def test_editing_any_kernel_in_any_folder_changes_the_fingerprint(tmp_path):
    copy = tmp_path / "world"
    shutil.copytree(WORLD, copy, ignore=shutil.ignore_patterns("__pycache__"))
    kernels = [path for path in copy.rglob("*.py") if "@kernel" in path.read_text(encoding="utf-8")]
    assert {path.parent.name for path in kernels} >= {"draw", "things", "sprites"}
    before = fingerprint(kernel_sources(copy))
    assert before == fingerprint(kernel_sources(WORLD))
    for path in [*kernels, copy / "draw" / "slots.py"]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n# one more word\n", encoding="utf-8")
        assert fingerprint(kernel_sources(copy)) != before, path
        path.write_text(text, encoding="utf-8")
    assert fingerprint(kernel_sources(copy)) == before


def test_a_kernel_in_a_new_folder_counts(tmp_path):
    world = tmp_path / "world"
    (world / "draw").mkdir(parents=True)
    (world / "draw" / "a.py").write_text("A = 1\n")
    before = fingerprint(kernel_sources(world))
    (world / "elsewhere").mkdir()
    (world / "elsewhere" / "b.py").write_text("B = 1\n")
    assert fingerprint(kernel_sources(world)) == before
    (world / "elsewhere" / "c.py").write_text("\n@kernel\ndef f(x): ...\n")
    assert fingerprint(kernel_sources(world)) != before


def test_words_and_names_count():
    assert fingerprint([], "a") != fingerprint([], "b")


def test_what_nobody_used_for_a_day_is_swept_away(tmp_path):
    old = time.time() - 2 * compiled.SWEEP_AFTER_S
    for name in ("x-old", "x-kept", "x-new", "y-old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("1")
    (tmp_path / "x-file").write_text("1")
    for name in ("x-old", "x-kept", "y-old", "x-file"):
        os.utime(tmp_path / name, (old, old))
    sweep(tmp_path, "x-*", "x-kept")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x-kept", "x-new", "y-old"]
    assert (tmp_path / "x-kept").stat().st_mtime > old  # used just now
    sweep(tmp_path / "missing", "*", "none")  # nothing to sweep is no error


def test_the_note_is_of_these_sources_and_of_this_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    assert not compiled.is_compiled()
    before = compiled.note()
    monkeypatch.setattr(compiled, "SOURCES", "other")
    assert compiled.note() != before


@pytest.mark.parametrize("change", ["fastmath", "cache"])
def test_kernels_keep_their_machine_code_and_may_reorder_sums(change):
    assert compiled.OPTIONS[change] is True


def test_machine_code_of_other_sources_is_never_found_wherever_it_is_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    assert compiled.machine_code_dir("one") == tmp_path / "named" / "one"
    assert compiled.machine_code_dir("two") != compiled.machine_code_dir("one")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    (tmp_path / "numba").write_text("no folder")
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path))
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    kept = compiled.machine_code_dir("one")
    assert kept.is_dir() and kept.name == "one" and kept.is_relative_to(tmp_path / "temporary")
