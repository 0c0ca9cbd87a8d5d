import json
import subprocess
import sys
from pathlib import Path

import pytest

from arena.import_scores import ImportConfig, main
from arena.scorebook import Scorebook
from model.errors import ConfigError, StorageError

ROOT = Path(__file__).resolve().parents[2]
TABLE = """player;true_lat;true_lng;guess_lat;guess_lng;score;map;map_max_error_m
Ada;53.23357;-6.18997;50.74193;4.49413;2961;world;14916862
Bo;53.23357;-6.18997;53.32947;-6.48776;4925;world;14916862
"""


def command(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "arena.import_scores", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_command_imports_into_the_database_it_is_given_and_ends_with_json(tmp_path):
    file = tmp_path / "duels.csv"
    file.write_text(TABLE)
    url = f"sqlite:///{tmp_path / 'book.sqlite'}"
    done = command(str(file), "--database", url, "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert {name: figures[name] for name in ("rows", "imported", "scores_confirmed", "known")} == {
        "rows": 2, "imported": 2, "scores_confirmed": 2, "known": 0}  # fmt: skip
    assert len(Scorebook.open(url).guesses()) == 2


def test_a_file_of_which_nothing_can_be_used_ends_with_a_sentence_and_exit_code_2(tmp_path):
    file = tmp_path / "garbage.csv"
    file.write_bytes(bytes(range(256)) * 100)
    done = command(str(file), "--database", f"sqlite:///{tmp_path / 'book.sqlite'}", "--json")
    assert done.returncode == 2 and "this is no text" in done.stdout and "Traceback" not in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["imported"] == 0


def test_a_missing_file_and_an_impossible_scale_are_sentences(tmp_path):
    with pytest.raises(StorageError, match="looked for a file"):
        main([tmp_path / "none.csv"], ImportConfig())
    with pytest.raises(ConfigError, match="between 1 and 1e9"):
        ImportConfig(max_error_m=-3.0)


def test_pseudonyms_are_a_flag(tmp_path, capsys):
    file = tmp_path / "duels.csv"
    file.write_text(TABLE)
    url = f"sqlite:///{tmp_path / 'book.sqlite'}"
    main([file], ImportConfig(url, pseudonyms=True))
    assert "2 guesses of 2 players imported in 2 games." in capsys.readouterr().out
    assert not Scorebook.open(url).guesses()["player"].isin(["Ada", "Bo"]).any()
