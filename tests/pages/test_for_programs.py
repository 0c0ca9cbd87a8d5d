"""What the API is handed: the model in two halves, and the scorebook."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.outcomes import read_outcome
from arena.scorebook import Scorebook
from model.errors import GameError
from pages.components import comparison, for_programs, resources


@pytest.fixture
def book(tmp_path, monkeypatch):
    opened = Scorebook.open(f"sqlite:///{tmp_path / 'book.db'}")
    monkeypatch.setenv("HOMING_HOME", str(tmp_path))
    monkeypatch.setattr(resources, "scorebook", lambda: opened)
    return opened


def outcome(**change):
    told = {"gameID": "x7", "roundID": 1, "guess": {"lat": 58.4, "lng": 26.7}, "truth": {"lat": 59.4, "lng": 24.8},
            "map": "World", "max_error_m": 14_916_862, "player": "Probe"} | change  # fmt: skip
    return read_outcome(json.dumps({k: v for k, v in told.items() if v is not None}).encode())


def test_a_reported_round_stands_in_the_book_once_with_points_by_the_law_of_its_map(book):
    first = for_programs.record(outcome())
    assert first["recorded"] and first["distance_km"] == pytest.approx(156.2, abs=1.0)
    assert first["score"] == round(5000 * 2.718281828 ** (-10 * first["distance_km"] / 14_916.862))
    again = for_programs.record(outcome(gameID="another"))
    assert not again["recorded"] and again["score"] == first["score"]
    [row] = book.guesses(told_only=False).to_dict("records")
    assert (row["player"], row["kind"], row["origin"], row["movement"]) == ("Probe", "bot", "imported", "no_move")
    assert (row["score"], row["map"], row["country"]) == (first["score"], "World", "EE")
    assert book.counts() == for_programs.counts() == {"games": 1, "guesses": 1}


def test_further_rounds_of_a_game_come_one_by_one(book):
    for number in range(1, 4):
        assert for_programs.record(outcome(roundID=number, truth={"lat": 50.0 + number, "lng": 10.0}))["recorded"]
    assert book.counts()["guesses"] == 3


def test_a_report_reads_no_more_of_the_book_than_its_place(book, monkeypatch):
    for_programs.record(outcome(truth={"lat": 10.0, "lng": 10.0}))
    for reading in ("guesses", "games"):
        monkeypatch.setattr(book, reading, lambda *_, **__: pytest.fail("the whole book was read"))
    assert for_programs.record(outcome())["recorded"]
    assert not for_programs.record(outcome())["recorded"]


def test_a_repeated_report_is_answered_with_its_own_points(book):
    spot = {"truth": {"lat": 10.0, "lng": 10.0}, "guess": {"lat": 11.0, "lng": 11.0}}
    ada = spot | {"player": "Ada", "map": "M1"}
    first = for_programs.record(outcome(**ada))
    for_programs.record(outcome(**spot, player="Bo", map="M2", max_error_m=1_000_000))
    again = for_programs.record(outcome(**ada))
    assert (again["recorded"], again["score"]) == (False, first["score"])


def test_a_round_that_another_program_wrote_meanwhile_was_not_recorded_here(book, monkeypatch):
    monkeypatch.setattr(book, "add_games", lambda batch: 0)
    assert for_programs.record(outcome())["recorded"] is False


def test_sentences_speak_of_the_report_and_of_no_file(book):
    with pytest.raises(GameError) as refused:
        for_programs.record(outcome(max_error_m=None))
    assert "max_error_m" in str(refused.value)
    assert not any(word in str(refused.value) for word in ("line 2", "--"))
    notes = for_programs.record(outcome(max_error_m=None, score=4500, map="Alps"))["notes"]
    assert notes and not any("--" in note for note in notes)


def test_characters_that_nobody_sees_stand_in_no_name(book):
    assert for_programs.record(outcome(player="Pro\0be", map="Wo\x1brld", gameID="x\0"))["recorded"]
    [row] = book.guesses(told_only=False).to_dict("records")
    assert (row["player"], row["map"]) == ("Probe", "World")


def test_a_round_whose_time_ran_out_is_no_distance_and_no_points(book):
    told = for_programs.record(outcome(guess=None))
    assert told == {"recorded": True, "distance_km": None, "score": 0, "notes": told["notes"]}


@pytest.mark.parametrize(("change", "word"), [
    ({"score": 4000}, "4,000 points"), ({"distance_km": 3.0}, "apart"), ({"max_error_m": None}, "scale"),
])  # fmt: skip
def test_a_round_that_contradicts_itself_is_not_recorded(book, change, word):
    with pytest.raises(GameError, match="not recorded") as refused:
        for_programs.record(outcome(**change))
    assert word in str(refused.value) and book.counts()["guesses"] == 0


def test_a_name_that_is_a_formula_or_holds_commas_is_only_a_name(book):
    for_programs.record(outcome(player='=1,"2\n3'))
    assert "1" in book.guesses(told_only=False)["player"].iloc[0]


def test_rounds_are_those_of_compare(book, monkeypatch):
    monkeypatch.setattr(comparison, "load", lambda: "the frame")
    assert for_programs.rounds() == "the frame"


class System:
    """Answers with its own name, for all places at once."""

    def __init__(self, name):
        self.name, self.passes = name, []

    def prepare(self, images):
        return images

    def locate_prepared(self, places):
        self.passes.append(len(places))
        return [SimpleNamespace(system=self.name, images=place) for place in places]


def test_questions_to_several_systems_are_answered_in_their_order_a_pass_for_each(monkeypatch):
    systems = {name: System(name) for name in ("pigeon", "zero-shot")}
    monkeypatch.setattr(resources, "named_system", systems.__getitem__)
    asked = [("pigeon", b"1"), ("zero-shot", b"2"), ("pigeon", b"3")]
    answers = for_programs.answer([for_programs.prepare([data], name) for name, data in asked])
    assert [(one.system, one.images) for one in answers] == [(name, [data]) for name, data in asked]
    assert [one.passes for one in systems.values()] == [[2], [1]]


def test_the_app_does_not_start_on_a_setting_of_the_api_that_cannot_be():
    done = subprocess.run(
        [sys.executable, "-c", "import streamlit_app"], cwd=Path(__file__).parents[2], capture_output=True, text=True,
        check=False, timeout=120, env={**os.environ, "HOMING_API_KEYS": "short"},
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Homing does not start: looked for keys of 16 to 512 characters")
