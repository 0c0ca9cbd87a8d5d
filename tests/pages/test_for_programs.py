"""What the API is handed: the model in two halves, and the scorebook."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.figures import Figures
from api.outcomes import read_outcome
from arena.games import Arena
from arena.imports import report
from arena.imports.known import KnownGuesses
from arena.routes import routes
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


@pytest.mark.parametrize("numbers", [[3], [1, 3]])
def test_a_game_whose_rounds_were_reported_in_part_can_be_looked_at(book, numbers):
    for number in numbers:
        for_programs.record(outcome(roundID=number, truth={"lat": 50.0 + number, "lng": 24.8}))
    [told] = book.games().to_dict("records")
    game = Arena(scorebook_url=str(book.url)).game(told["game_id"])
    assert [one.number for one in game.rounds] == numbers
    client = TestClient(Starlette(routes=routes(None, str(book.url))))
    assert client.get(f"/arena/api/games/{told['game_id']}").status_code == 200


def five(**change):
    """The reports of a game of five rounds, the later ones first and one without a guess."""
    lats = {5: 10.0, 4: 11.0, 1: 12.0, 2: 13.0, 3: 14.0}
    for number, lat in lats.items():
        guess = None if number == 4 else {"lat": 58.4, "lng": 26.7}
        yield outcome(**{"roundID": number, "truth": {"lat": lat, "lng": 20.0}, "guess": guess} | change)


def test_the_rounds_of_one_game_are_one_game_in_the_book_and_in_the_statistics(book):
    for told in (*five(), *five()):
        for_programs.record(told)
    assert book.counts() == {"games": 1, "guesses": 5}
    [pool] = Figures().of(for_programs.rounds(), None, None, None).pools
    assert (pool.rounds, pool.games, pool.players) == (5, 1, 1)
    [game] = book.games().to_dict("records")
    assert (game["rounds"], game["guessed"], game["origin"]) == (5, 5, "imported")
    stored = book.game(game["game_id"])
    assert [(one.number, one.place.lat) for one in stored.rounds] == [
        (1, 12.0),
        (2, 13.0),
        (3, 14.0),
        (4, 11.0),
        (5, 10.0),
    ]
    assert stored.finished_at == max(one.guesses[0].at for one in stored.rounds)


def test_another_game_player_map_or_kind_is_another_game(book):
    spots = iter(range(1, 20))
    for change in (
        {},
        {"gameID": "x8"},
        {"gameID": 0},
        {"player": "Ada"},
        {"map": "Alps"},
        {"kind": "model"},
        {"gameID": None},
    ):
        for _ in range(2):
            told = outcome(**{"roundID": None, "truth": {"lat": float(next(spots)), "lng": 10.0}} | change)
            assert for_programs.record(told)["recorded"]
    assert book.counts() == {"games": 8, "guesses": 14}, "without a gameID each round stands alone"


def test_a_game_that_states_its_scale_once_has_it(book):
    first = for_programs.record(outcome(map="Alps", max_error_m=1_000_000, truth={"lat": 58.5, "lng": 26.7}))
    assert first["notes"] == ["score is confirmed by the law of the map."]
    later = outcome(map="Alps", max_error_m=None, roundID=2, truth={"lat": 58.6, "lng": 26.7})
    assert for_programs.record(later)["score"] == round(5000 * 2.718281828 ** (-10 * 22_239.0 / 1_000_000))
    assert book.guesses(told_only=False)["scale_km"].nunique() == 1


NO_SCALE = {"map": "Alps", "max_error_m": None}
POINTS = round(5000 * 2.718281828 ** (-10 * 22_239.0 / 1_000_000))  # 0.2 degrees north, on a map of 1,000 km


def test_a_game_whose_first_rounds_tell_no_scale_takes_it_from_a_later_one(book):
    first = for_programs.record(outcome(**NO_SCALE, guess=None))
    assert "not confirmed" in first["notes"][0]
    assert for_programs.record(outcome(**NO_SCALE, roundID=2, truth={"lat": 58.6, "lng": 26.7}, score=POINTS))
    assert book.guesses(told_only=False)["scale_km"].tolist() == [0.0, 0.0]
    spot = {"truth": {"lat": 58.5, "lng": 26.7}}
    third = for_programs.record(outcome(map="Alps", max_error_m=1_000_000, roundID=3, **spot))
    assert third["notes"] == ["score is confirmed by the law of the map."]
    assert book.guesses(told_only=False)["scale_km"].tolist() == [100.0] * 3
    with pytest.raises(GameError, match="max_error_m"):  # as of any game of a known scale
        for_programs.record(outcome(map="Alps", max_error_m=2_000_000, roundID=4, truth={"lat": 58.7, "lng": 26.7}))


def test_the_same_round_again_with_its_scale_gives_it_to_the_game(book):
    spot = {"truth": {"lat": 58.6, "lng": 26.7}, "score": POINTS}
    for_programs.record(outcome(**NO_SCALE, **spot))
    again = for_programs.record(outcome(map="Alps", max_error_m=1_000_000, **spot))
    assert not again["recorded"] and again["notes"][0] == "score is confirmed by the law of the map."
    assert book.guesses(told_only=False)["scale_km"].tolist() == [100.0]
    assert book.counts() == {"games": 1, "guesses": 1}


def test_a_scale_is_held_against_what_another_process_wrote_meanwhile(book, monkeypatch):
    for_programs.record(outcome(**NO_SCALE, guess=None))
    monkeypatch.setattr(for_programs, "_writing", contextlib.nullcontext())
    look = KnownGuesses.without_known

    def looked(*given):
        found = look(*given)
        monkeypatch.setattr(KnownGuesses, "without_known", look)
        for_programs.record(outcome(**NO_SCALE, roundID=2, truth={"lat": 58.6, "lng": 26.7}, score=4000))
        return found

    monkeypatch.setattr(KnownGuesses, "without_known", looked)
    with pytest.raises(GameError, match="max_error_m"):
        for_programs.record(outcome(map="Alps", max_error_m=1_000_000, roundID=3, truth={"lat": 58.5, "lng": 26.7}))
    assert book.guesses(told_only=False)["scale_km"].tolist() == [0.0, 0.0]


def test_a_scale_that_the_rounds_before_contradict_is_refused(book):
    spot = {"truth": {"lat": 58.6, "lng": 26.7}}
    for_programs.record(outcome(**NO_SCALE, **spot, score=4000))
    with pytest.raises(GameError, match="max_error_m"):
        for_programs.record(outcome(map="Alps", max_error_m=1_000_000, roundID=2, truth={"lat": 58.5, "lng": 26.7}))
    assert book.guesses(told_only=False)["scale_km"].tolist() == [0.0]


@pytest.mark.parametrize(("change", "field"), [
    ({"truth": {"lat": 1.0, "lng": 1.0}}, "roundID"), ({"roundID": 2, "movement": "nmpz"}, "movement"),
    ({"roundID": 2, "time_limit_s": 60}, "time_limit_s"), ({"roundID": 2, "max_error_m": 2_000_000}, "max_error_m"),
])  # fmt: skip
def test_what_contradicts_the_rounds_before_names_the_field(book, change, field):
    for_programs.record(outcome())
    with pytest.raises(GameError, match="not recorded") as refused:
        for_programs.record(outcome(**{"truth": {"lat": 1.0, "lng": 2.0}} | change))
    assert field in str(refused.value) and "gameID" in str(refused.value)
    assert book.counts() == {"games": 1, "guesses": 1}


def test_very_many_rounds_are_not_one_game(book, monkeypatch):
    monkeypatch.setattr(report, "MAX_ROUNDS", 2)
    spots = [outcome(roundID=None, truth={"lat": lat, "lng": 2.0}) for lat in (1.0, 2.0, 3.0)]
    assert [for_programs.record(told)["recorded"] for told in spots[:2]] == [True, True]
    with pytest.raises(GameError, match="gameID: a game has at most"):
        for_programs.record(spots[2])


def test_a_name_of_which_nothing_can_be_seen_is_none(book):
    with pytest.raises(GameError, match="player: there is no letter"):
        for_programs.record(outcome(player="\0\u200b"))


SWAPPED_SPOT = {"truth": {"lat": 26.7, "lng": 58.4}, "guess": {"lat": 59.4, "lng": 24.8}}


@pytest.mark.parametrize(("change", "words"), [
    ({"score": 4000}, "score: 4,000 points, but"),
    ({"distance_km": 3.0}, "distance_km: 3.0 km, but guess and truth are"),
    ({"distance_km": 0.156}, "distance_km: 0.2 km"), ({"guess": None, "score": 7}, "score: 7 points without a guess"),
    ({"max_error_m": None}, "neither score nor max_error_m"),
    ({**SWAPPED_SPOT, "distance_km": 156.2}, "lat and lng of truth look exchanged: distance_km fits"),
    ({**SWAPPED_SPOT, "score": 4503}, "lat and lng of truth look exchanged: score fits"),
])  # fmt: skip
def test_why_a_round_was_not_recorded_is_said_by_the_fields_of_the_report(book, change, words):
    with pytest.raises(GameError) as refused:
        for_programs.record(outcome(**change))
    assert f"This round was not recorded: {words}" in str(refused.value)
    for word in ("--", "line", "file", "column", "import"):
        assert word not in str(refused.value)


def test_two_threads_that_report_it_at_once_record_it_once(book, monkeypatch):
    """As two processes do: neither waits for the other's report, and neither knows of it when it begins to write."""
    monkeypatch.setattr(for_programs, "_writing", contextlib.nullcontext())
    together, look = threading.Barrier(2, timeout=20), KnownGuesses.without_known

    def looked(*given):
        found = look(*given)
        together.wait()
        return found

    monkeypatch.setattr(KnownGuesses, "without_known", looked)
    for told in (
        outcome(),
        outcome(roundID=None, truth={"lat": 1.0, "lng": 2.0}),
        outcome(gameID=None, truth={"lat": 3.0, "lng": 2.0}),
    ):
        answers = []
        threads = [
            threading.Thread(target=lambda t=told, a=answers: a.append(for_programs.record(t))) for _ in range(2)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join(20)
        assert sorted(one["recorded"] for one in answers) == [False, True]
        assert answers[0]["score"] == answers[1]["score"]
    assert book.counts() == {"games": 2, "guesses": 3}


def test_a_report_reads_no_more_of_the_book_than_its_place(book, monkeypatch):
    for_programs.record(outcome(truth={"lat": 10.0, "lng": 10.0}))
    for reading in ("guesses", "games"):
        monkeypatch.setattr(book, reading, lambda *_, **__: pytest.fail("the whole book was read"))
    assert for_programs.record(outcome(roundID=2))["recorded"]
    assert not for_programs.record(outcome(roundID=2))["recorded"]


def test_a_repeated_report_is_answered_with_its_own_points(book):
    spot = {"truth": {"lat": 10.0, "lng": 10.0}, "guess": {"lat": 11.0, "lng": 11.0}}
    ada = spot | {"player": "Ada", "map": "M1"}
    first = for_programs.record(outcome(**ada))
    for_programs.record(outcome(**spot, player="Bo", map="M2", max_error_m=1_000_000))
    again = for_programs.record(outcome(**ada))
    assert (again["recorded"], again["score"]) == (False, first["score"])


def test_a_round_that_another_program_wrote_meanwhile_was_not_recorded_here(book, monkeypatch):
    monkeypatch.setattr(book, "add_games", lambda batch: 0)
    assert for_programs.record(outcome(gameID=None))["recorded"] is False


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
