"""Compiling before anyone waits: done once for a state of the sources, told by a note that is written last."""

import pytest

from world import compiled


def test_the_note_is_of_these_sources_and_of_this_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    assert not compiled.is_compiled()
    before = compiled._note()
    monkeypatch.setattr(compiled, "_sources", lambda: "other")
    assert compiled._note() != before


def test_the_command_compiles_once_and_then_says_nothing(monkeypatch, tmp_path, capsys):
    calls = []

    def compile_all():
        calls.append(1)
        compiled._note().write_text("done")
        return 48.0

    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiled, "compile_all", compile_all)
    assert compiled.main(compiled.CompileConfig()) == compiled._note()
    assert "in 48 s" in capsys.readouterr().out
    compiled.main(compiled.CompileConfig())
    assert len(calls) == 1 and capsys.readouterr().out == ""
    compiled.main(compiled.CompileConfig(again=True))
    assert len(calls) == 2


def test_drawing_the_small_place_leaves_the_note(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "_note", lambda: tmp_path / "numba" / "note.txt")
    assert compiled.compile_all() > 0
    assert compiled.is_compiled()


def test_a_failure_leaves_no_note(monkeypatch, tmp_path):
    import world.render

    monkeypatch.setattr(compiled, "_note", lambda: tmp_path / "note.txt")
    monkeypatch.setattr(world.render, "render_maps", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        compiled.compile_all()
    assert not compiled.is_compiled()
