"""Two variables move everything that is written outside the repository."""

from pathlib import Path

import pytest

from model.geo.folders import cache_dir, home_dir, repository_dir, without_folders


def test_own_variables_win(monkeypatch, tmp_path):
    monkeypatch.setenv("HOMING_CACHE", str(tmp_path / "c"))
    monkeypatch.setenv("HOMING_HOME", str(tmp_path / "h"))
    assert (cache_dir(), home_dir()) == (tmp_path / "c", tmp_path / "h")
    assert not (tmp_path / "c").exists()  # naming a folder makes none


def test_then_the_desktop_standard_then_the_home_folder(monkeypatch, tmp_path):
    for name in ("HOMING_CACHE", "HOMING_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir() == tmp_path / "homing"
    assert home_dir() == Path("~/.local/share/homing").expanduser()


def test_the_repository_is_where_the_project_file_lies():
    assert (repository_dir() / "pyproject.toml").is_file()


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("looked for /home/me/runs/x/head.json, found none.", "looked for …/head.json, found none."),
        ("'/srv/a/b.csv' is bad", "'…/b.csv' is bad"),
        (r"C:\Users\me\b.csv is bad", "…/b.csv is bad"),
        ("open http://127.0.0.1:8501/arena/ and say 1/5 and/or `/arena`", None),
        ("no folder at all.", None),
    ],
)
def test_a_sentence_for_visitors_tells_no_folder(sentence, told):
    assert without_folders(sentence) == (told or sentence)


def test_folders_with_spaces_are_not_told_either(own_home):
    for folder in (home_dir() / "maps" / "Our holiday", repository_dir() / "checkpoints" / "x y"):
        told = without_folders(f"{folder / 'a.json'} is not readable; nor is {folder}.")
        assert str(folder.parent) not in told and "a.json" in told
        assert str(own_home) not in told and str(repository_dir()) not in told
