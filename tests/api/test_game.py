"""/game: a round that was played elsewhere is reported, read with care, and handed on."""

import pytest
from fastapi.testclient import TestClient

from api import Keys, create_api
from model.errors import GameError, StorageError

KEY = "k" * 24
ROUND = {"gameID": "x7", "roundID": 2, "guess": {"lat": 58.4, "lng": 26.7}, "truth": {"lat": 59.4, "lng": 24.8},
         "score": 4567}  # fmt: skip


class Book:
    def __init__(self):
        self.rounds, self.error = [], None

    def record(self, outcome):
        if self.error:
            raise self.error
        known = outcome in self.rounds
        self.rounds.append(outcome)
        return {"recorded": not known, "distance_km": 155.2, "score": outcome.score or 0, "notes": []}


@pytest.fixture
def book():
    return Book()


def client_of(book, **more):
    return TestClient(create_api(lambda images: None, dict, record=book.record, **more))


def test_a_round_is_recorded_and_the_second_report_of_it_is_told_apart(book):
    client = client_of(book)
    first, second = (client.post("/game", json=ROUND) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.json() == {"recorded": True, "distance_km": 155.2, "score": 4567, "notes": []}
    assert second.json()["recorded"] is False
    assert (book.rounds[0].gameID, book.rounds[0].roundID, book.rounds[0].kind) == ("x7", 2, "bot")
    assert "homing_reported_rounds_total 1.0" in client.get("/metrics").text


def test_a_round_without_a_guess_is_one_in_which_the_time_ran_out(book):
    body = {name: value for name, value in ROUND.items() if name not in ("guess", "score")}
    assert client_of(book).post("/game", json=body).status_code == 200
    assert book.rounds[0].guess is None and book.rounds[0].score is None


@pytest.mark.parametrize(("change", "word"), [
    ({"truth": None}, "truth"), ({"guess": {"lat": 91, "lng": 0}}, "guess.lat"), ({"score": 5001}, "score"),
    ({"guess": {"lat": "north", "lng": 0}}, "guess.lat"), ({"roundID": 0}, "roundID"), ({"player": "x" * 41}, "player"),
    ({"player": ""}, "player"), ({"kind": "god"}, "kind"), ({"gameID": "x" * 81}, "gameID"),
    ({"seconds": -1}, "seconds"),
])  # fmt: skip
def test_a_report_that_cannot_be_names_the_field(book, change, word):
    answer = client_of(book).post("/game", json=ROUND | change)
    assert answer.status_code == 422 and set(answer.json()) == {"error"}
    assert word in answer.json()["error"] and book.rounds == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"truth": {"lat": NaN, "lng": 0}}', b"\xff", b"[" * 9000])
def test_what_is_no_json_of_this_shape_is_refused(book, body):
    answer = client_of(book).post("/game", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422 and "truth" in answer.json()["error"]


def test_another_type_and_a_body_too_long_are_refused(book):
    client = client_of(book)
    assert client.post("/game", data={"score": "1"}).status_code == 415
    answer = client.post("/game", json=ROUND | {"noise": "x" * 20_000})
    assert answer.status_code == 413 and "16 kB" in answer.json()["error"]


def test_what_contradicts_itself_and_a_locked_book_are_sentences(book):
    client = client_of(book)
    book.error = GameError("This round was not recorded: 4,567 points, but 2.0 km give 4,993.")
    assert client.post("/game", json=ROUND).status_code == 422
    book.error = StorageError("The scorebook is locked.")
    assert client.post("/game", json=ROUND).status_code == 507


def test_from_elsewhere_rounds_are_reported_with_a_key_alone(book):
    refused = client_of(book, may_record=lambda: False).post("/game", json=ROUND)
    assert refused.status_code == 403 and "HOMING_API_KEYS" in refused.json()["error"] and book.rounds == []
    keyed = client_of(book, may_record=lambda: False, keys=Keys.of_environment({"HOMING_API_KEYS": KEY}))
    assert keyed.post("/game", json=ROUND, headers={"x-api-key": KEY}).status_code == 200
    assert keyed.post("/game", json=ROUND).status_code == 401


def test_without_a_book_there_is_no_game():
    assert TestClient(create_api(lambda images: None, dict)).post("/game", json=ROUND).status_code == 404
