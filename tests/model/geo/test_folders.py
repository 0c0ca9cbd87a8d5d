"""Two variables move everything that is written outside the repository."""

from pathlib import Path

from model.geo.folders import cache_dir, home_dir, repository_dir


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
