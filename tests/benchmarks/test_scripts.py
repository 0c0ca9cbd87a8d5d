"""Every benchmark can be started, and says what it measures and what each of its flags does."""

import importlib
import re
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(path.stem for path in (Path(__file__).parents[2] / "benchmarks").glob("*.py"))
FLAG = re.compile(r"^  (-\w, )?--?[\w-]+.*?(?:\s{2,}|\n\s{8,})(?P<help>\S.*)$", re.MULTILINE)


def help_of(name, monkeypatch, capsys):
    module = importlib.import_module(f"benchmarks.{name}")
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as ended:
        (getattr(module, "cli", None) or module.main)()
    assert ended.value.code == 0
    return module, capsys.readouterr().out


def test_there_are_benchmarks():
    assert {"atlas", "bot", "cold_start", "geocells", "load", "locate", "render"} <= set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_says_what_is_measured_and_how_it_is_called(name, monkeypatch, capsys):
    module, text = help_of(name, monkeypatch, capsys)
    assert module.__doc__.strip().splitlines()[0] in text
    assert f"python -m benchmarks.{name}" in text  # an example to copy
    assert "--json" in text and "last line" in text


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_flag_has_a_word_of_its_own(name, monkeypatch, capsys):
    _, text = help_of(name, monkeypatch, capsys)
    options = text[text.index("\noptions:") :]
    flags = re.findall(r"^  (?:-\w, )?(--[\w-]+)", options, re.MULTILINE)
    told = [match["help"] for match in FLAG.finditer(options)]
    assert len(told) == len(flags) >= 2
    assert all(len(words) > 8 for words in told), told
