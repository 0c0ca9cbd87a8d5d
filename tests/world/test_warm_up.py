"""Getting ready before anyone waits: once for a state of the sources, in two processes, told by a note at the end."""

import logging
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from model.errors import ConfigError, StorageError
from world import warm_up
from world.draw import compiled
from world.layout.lay_out import Layout, lay_out
from world.render import render_views

REST = f"print({warm_up.ATLAS!r}); print({warm_up.PLANTS!r}); print({warm_up.LAYOUT!r})"


@pytest.fixture
def unmade(monkeypatch, tmp_path):
    """Nothing is made: children are small scripts, and this process notes its own work."""
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path / "numba"))
    monkeypatch.setattr(warm_up, "sweep", lambda *_: None)
    made: list[str] = []

    def compile_all():
        made.append("here")
        compiled.note().parent.mkdir(parents=True, exist_ok=True)
        compiled.note().write_text("done")
        return 1.0

    monkeypatch.setattr(warm_up, "compile_all", compile_all)
    return made


def _children(monkeypatch, renderer, rest=REST):
    scripts = {warm_up.RENDERER: renderer, warm_up.ATLAS: rest}
    monkeypatch.setattr(warm_up, "_command", lambda parts: [sys.executable, "-c", scripts[parts[0]]])


def test_two_processes_make_everything_and_each_part_is_told(monkeypatch, unmade):
    _children(monkeypatch, f"import time; time.sleep(0.5); print({warm_up.RENDERER!r})")
    said = []
    assert warm_up.prepare(lambda words, share: said.append((words, share))) > 0
    assert said[0] == ("the renderer and the atlas of the Earth", 0.0)
    assert said[-2:] == [("trying it out", warm_up.TRIED), ("done", 1.0)]
    assert [share for _, share in said] == sorted(share for _, share in said) and unmade == ["here"]
    warm_up.prepare(lambda words, share: said.append((words, share)))
    assert said[-1] == said[-2] == ("done", 1.0)  # nothing was left but to load it


@pytest.mark.parametrize("renderer", ["raise SystemExit('no compiler here')", "import os; os.kill(os.getpid(), 9)"])
def test_a_process_that_fails_is_told_and_this_one_makes_the_rest(monkeypatch, unmade, caplog, renderer):
    _children(monkeypatch, renderer)
    said = []
    with caplog.at_level(logging.WARNING, "homing.world"):
        warm_up.prepare(lambda words, share: said.append(words))
    assert "the rest of it here" in said[-2] and said[-1] == "done" and unmade == ["here"]
    assert "the renderer ended early" in caplog.text
    assert compiled.is_compiled()


def test_two_who_ask_at_once_make_it_once(monkeypatch, unmade, tmp_path):
    counted = f"open({str(tmp_path / 'made')!r}, 'a').write('x'); import time; time.sleep(0.5)"
    _children(monkeypatch, counted)
    said = []
    two = [threading.Thread(target=warm_up.prepare, args=(lambda words, _: said.append(words),)) for _ in range(2)]
    for one in two:
        one.start()
        time.sleep(0.1)
    for one in two:
        one.join()
    assert (tmp_path / "made").read_text() == "x" and "waiting for another process" in said


def test_a_cache_that_cannot_be_written_is_one_sentence_and_drawing_goes_on(monkeypatch, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(warm_up, "note", lambda: tmp_path / "file" / "note.txt")
    monkeypatch.setattr(warm_up, "is_compiled", lambda: False)
    with pytest.raises(StorageError, match="HOMING_CACHE"):
        warm_up.prepare()
    warm_up.before_drawing()
    assert "HOMING_CACHE" in caplog.text


def test_whoever_draws_waits_only_where_something_is_missing(monkeypatch):
    asked = []
    monkeypatch.setattr(warm_up, "prepare", lambda: asked.append(1))
    for there, times in ((True, 0), (False, 1)):
        monkeypatch.setattr(warm_up, "is_compiled", lambda there=there: there)
        warm_up.before_drawing()
        assert len(asked) == times


def test_the_command_makes_once_and_then_says_nothing(monkeypatch, unmade, capsys):
    _children(monkeypatch, "")
    assert warm_up.main(warm_up.WarmUpConfig()) == compiled.note()
    assert "made, in" in capsys.readouterr().err
    warm_up.main(warm_up.WarmUpConfig())
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "") and unmade == ["here"]
    warm_up.main(warm_up.WarmUpConfig(again=True))
    assert unmade == ["here"] * 2


def test_parts_are_made_in_their_order_and_an_unknown_one_is_named(monkeypatch, capsys):
    made = []
    for part in warm_up.MAKERS:
        monkeypatch.setitem(warm_up.MAKERS, part, lambda part=part: made.append(part))
    warm_up.main(warm_up.WarmUpConfig(parts=f"{warm_up.PLANTS},{warm_up.ATLAS}"))
    assert made == [warm_up.PLANTS, warm_up.ATLAS] == capsys.readouterr().out.splitlines()
    with pytest.raises(ConfigError, match=r"found only the renderer"):
        warm_up.main(warm_up.WarmUpConfig(parts="the sea"))


def test_every_part_is_made_by_one_of_the_two_processes():
    assert {part for parts in warm_up.BESIDE for part in parts} == set(warm_up.MAKERS) == set(warm_up.WEIGHTS)


def test_an_empty_layout_is_of_the_kinds_that_a_place_has(monkeypatch):
    empty, real = warm_up.empty_layout(), lay_out(warm_up.small_place())
    for name, array in zip(Layout._fields, real, strict=True):
        other = getattr(empty, name)
        told = (other.ndim, other.dtype, other.flags.c_contiguous, other.flags.writeable)
        assert told == (array.ndim, array.dtype, array.flags.c_contiguous, array.flags.writeable), name
    monkeypatch.delitem(warm_up.AXES, "shadows")
    with pytest.raises(ConfigError, match="AXES"):
        warm_up.empty_layout()


def test_what_is_compiled_for_an_empty_layout_is_what_places_are_drawn_by():
    script = """
from world import warm_up
from world.draw.rows import draw_rows
from world.render import render_equirectangular, render_maps, render_view_maps, render_views
warm_up.compile_renderer()
place = warm_up.small_place()
render_views(place, 16), render_view_maps(place, 16), render_equirectangular(place, 64, 1), render_maps(place, 64)
print(len(draw_rows.whole.signatures))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.stdout == "1\n", ran.stderr


def test_drawing_the_small_place_leaves_the_note(monkeypatch, tmp_path):
    for module in (compiled, warm_up):
        monkeypatch.setattr(module, "note", lambda: tmp_path / "numba" / "note.txt")
    assert warm_up.compile_all() > 0
    assert compiled.is_compiled()


def test_only_folders_of_our_own_are_swept(monkeypatch, tmp_path):
    monkeypatch.setattr(warm_up, "cache_dir", lambda: tmp_path)
    for name in ("0123456789ab", "not-ours", "0123456789ab-too"):
        (tmp_path / "numba" / name).mkdir(parents=True)
        os.utime(tmp_path / "numba" / name, (0, 0))
    warm_up.compile_all()
    assert sorted(entry.name for entry in (tmp_path / "numba").iterdir()) == ["0123456789ab-too", "not-ours"]


def test_a_failure_leaves_no_note(monkeypatch, tmp_path):
    for module in (compiled, warm_up):
        monkeypatch.setattr(module, "note", lambda: tmp_path / "note.txt")
    monkeypatch.setattr(warm_up, "draw_rows", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        warm_up.compile_all()
    assert not compiled.is_compiled()


def test_a_part_runs_as_a_command_of_its_own():
    ran = subprocess.run(warm_up._command((warm_up.PLANTS,)), capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, f"{warm_up.PLANTS}\n"), ran.stderr


def test_a_child_ends_with_its_parent_however_that_ended():
    child = "import time; from world import warm_up; warm_up.end_with_parent(); print('on', flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as started:
        assert started.stdout is not None and started.stdout.readline() == b"on\n"
        began = time.monotonic()
        started.kill()
        started.stdout.read()  # closed when nobody holds it any more
    assert time.monotonic() - began < 30


def test_the_picture_of_the_small_place_is_no_blank():
    assert np.std(render_views(warm_up.small_place(), size=16, samples=1, headings=(0,))) > 5
