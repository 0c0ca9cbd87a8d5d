"""Compiling before anyone waits: done once for a state of the sources, told by a note that is written last."""

import pytest

from world import warm_up
from world.draw import compiled


def test_the_command_compiles_once_and_then_says_nothing(monkeypatch, tmp_path, capsys):
    calls = []

    def compile_all():
        calls.append(1)
        compiled.note().write_text("done")
        return 48.0

    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(warm_up, "compile_all", compile_all)
    assert warm_up.main(warm_up.WarmUpConfig()) == compiled.note()
    assert "in 48 s" in capsys.readouterr().out
    warm_up.main(warm_up.WarmUpConfig())
    assert len(calls) == 1 and capsys.readouterr().out == ""
    warm_up.main(warm_up.WarmUpConfig(again=True))
    assert len(calls) == 2


def _note_at(path, monkeypatch):
    for module in (compiled, warm_up):
        monkeypatch.setattr(module, "note", lambda: path)


def test_drawing_the_small_place_leaves_the_note(monkeypatch, tmp_path):
    _note_at(tmp_path / "numba" / "note.txt", monkeypatch)
    assert warm_up.compile_all() > 0
    assert compiled.is_compiled()


def test_a_failure_leaves_no_note(monkeypatch, tmp_path):
    _note_at(tmp_path / "note.txt", monkeypatch)
    monkeypatch.setattr(warm_up, "render_maps", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        warm_up.compile_all()
    assert not compiled.is_compiled()
