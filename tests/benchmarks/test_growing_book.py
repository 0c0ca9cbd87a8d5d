"""The benchmark of a growing book measures what it says, and finds ratings that went astray."""

import json
import sys

import pandas as pd
import pytest

from arena.rating import Ladder
from benchmarks import growing_book


def test_a_small_book_is_measured(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["growing_book", "--duels", "6", "--players", "4", "--rounds", "80", "--json"])
    growing_book.cli()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["duels"], told["players"], told["rounds"]) == (6, 4, 80)
    assert all(told[name] > 0.0 for name in told) and {"ratings_ratio", "statistics_ratio"} <= set(told)


def test_the_made_up_duels_are_duels():
    frame = growing_book.duels(30, 5)
    assert len(frame) == 300 and frame["game_id"].nunique() == 30
    assert frame.groupby("game_id")["player_id"].nunique().eq(2).all(), "nobody plays against themselves"
    assert frame.groupby(["lat", "lng"]).size().eq(2).all(), "each round is on a place of its own"


def test_ratings_that_are_not_those_reckoned_anew_end_it(monkeypatch):
    sound = Ladder.rate

    def odd(self, guesses):
        found = sound(self, guesses)
        return type(found)(found.standings.iloc[::-1], pd.DataFrame()) if len(guesses) > 10 else found

    monkeypatch.setattr(Ladder, "rate", odd)
    monkeypatch.setattr(growing_book, "rate", lambda guesses: sound(Ladder(), guesses))
    with pytest.raises(SystemExit, match="anew"):
        growing_book.ratings(2, 3)


def test_no_players_are_no_book(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["growing_book", "--players", "2"])
    with pytest.raises(SystemExit):
        growing_book.cli()
    assert "three players" in capsys.readouterr().err
