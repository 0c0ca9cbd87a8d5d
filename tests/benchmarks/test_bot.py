"""The benchmark of the bot asks it for what its flags say."""

import json
import sys

import benchmarks.bot as script


def test_the_arena_at_the_url_is_played_for_as_many_games_as_the_rounds_need(tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setenv("HOMING_HOME", str(tmp_path))  # the script sets another one
    monkeypatch.setattr(script, "play", lambda config: asked.append(config) or [])
    monkeypatch.setattr(sys, "argv", ["bot", "--on", "arena", "--rounds", "7", "--url", "http://127.0.0.1:1", "--json"])
    script.main()
    [config] = asked
    assert (config.games, config.rounds, config.url, config.seed) == (2, 5, "http://127.0.0.1:1", 0)
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["rounds"], figures["lost"]) == (0, 10)
