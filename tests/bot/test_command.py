"""The command refuses what it cannot do, and says so in its events."""

import contextlib

import pytest

import bot.__main__ as command
from bot.__main__ import BotConfig, main
from bot.events import read_events
from model.errors import ArtifactError, BrowserError, ConfigError


@pytest.mark.parametrize("wrong", [{"games": 0}, {"seed": -1}])
def test_contradictions_are_refused_at_birth(wrong):
    with pytest.raises(ConfigError, match=f"--{next(iter(wrong))}"):
        BotConfig(**wrong)


def test_without_a_checkpoint_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "running_app", lambda *_: pytest.fail("an app was started"))
    with pytest.raises(ArtifactError):
        main(BotConfig(checkpoint=tmp_path / "none", out=tmp_path / "out"))
    started, failed = read_events(tmp_path / "out" / "events.jsonl")
    assert (started["event"], failed["event"]) == ("started", "failed")
    assert "none" in failed["message"]


def test_without_a_browser_the_sentence_says_what_to_install(tmp_path, monkeypatch, outlines):
    monkeypatch.setattr(command, "running_app", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(command, "_atlas", lambda: (lambda places: [], outlines))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserError, match="apt-get install chromium chromium-driver"):
        main(BotConfig(out=tmp_path / "out"), lambda views: None)


def test_a_model_of_another_world_does_not_play(tmp_path, monkeypatch, outlines):
    def refuse(version):
        raise ArtifactError(f"looked for version {version}")

    monkeypatch.setattr(command, "running_app", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(command, "_atlas", lambda: (lambda places: [], outlines))
    monkeypatch.setattr(command, "_model", lambda checkpoint: (lambda views: None, refuse))
    monkeypatch.setattr(command, "world_drawn", lambda url, name: 9)
    monkeypatch.setattr(command, "open_browser", lambda *_: pytest.fail("a browser was opened"))
    with pytest.raises(ArtifactError, match="version 9"):
        main(BotConfig(out=tmp_path / "out"))
    assert read_events(tmp_path / "out" / "events.jsonl")[-1]["message"] == "looked for version 9"


def test_a_run_that_is_interrupted_says_so(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        main(BotConfig(out=tmp_path / "out"), lambda views: None)
    assert read_events(tmp_path / "out" / "events.jsonl")[-1]["event"] == "stopped"
