import stat

import pytest

from arena.tokens import TOKEN_VARIABLE, token_of
from model.errors import ConfigError, StorageError
from model.geo.folders import home_dir


def test_a_bot_has_one_token_for_each_name_and_keeps_it():
    first = token_of("Homing bot")
    assert token_of("Homing bot") == first != token_of("Another bot")
    files = list((home_dir() / "tokens").iterdir())
    assert len(files) == 2 and {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_token_can_be_given_and_must_be_one(monkeypatch):
    monkeypatch.setenv(TOKEN_VARIABLE, "g" * 32)
    assert token_of("Homing bot") == "g" * 32
    monkeypatch.setenv(TOKEN_VARIABLE, "too short")
    with pytest.raises(ConfigError, match="32 to 128"):
        token_of("Homing bot")


def test_the_password_of_an_app_is_no_players_token(monkeypatch):
    own = token_of("Homing bot")
    for password in ("open sesame", "g" * 40):
        monkeypatch.setenv("HOMING_TOKEN", password)
        assert token_of("Homing bot") == own


def test_a_file_without_a_token_is_a_sentence():
    token_of("Homing bot")
    [path] = (home_dir() / "tokens").iterdir()
    path.write_text("")
    with pytest.raises(StorageError, match="remove it"):
        token_of("Homing bot")
