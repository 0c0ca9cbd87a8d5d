"""/statistics says what Compare shows: like with like, n, and intervals."""

import json

import pytest
from fastapi.testclient import TestClient

import api.figures
from api import create_api
from arena import statistics
from model.errors import StorageError
from model.metrics.bootstrap import LEVEL

FIGURES = {"mean_score", "median_km", "within_1_km", "within_25_km", "within_200_km", "within_750_km",
           "within_2500_km", "country"}  # fmt: skip


def client_of(rounds):
    return TestClient(create_api(lambda images: None, dict, rounds=rounds))


@pytest.fixture
def client(played):
    return client_of(lambda: played)


def test_the_pool_with_the_most_rounds_is_told_with_intervals(client, played):
    told = client.get("/statistics").json()
    assert [(one["map"], one["rounds"], one["time_limit_s"]) for one in told["pools"]] == [
        ("world", 60, None), ("capitals", 4, 60)]  # fmt: skip
    assert told["pool"] == told["pools"][0]["pool"] == statistics.pool_keys(played).iloc[0]
    assert (told["level"], told["replays"], told["pair"]) == (LEVEL, 2, None)
    assert [(one["player"], one["kind"], one["n"]) for one in told["players"]] == [
        ("Ada", "person", 30), ("Bot", "bot", 30)], "who played on a chosen seed is not ranked"  # fmt: skip
    row = statistics.summary(played[played["player"] == "Ada"]).iloc[0]
    ada = told["players"][0]["figures"]
    assert set(ada) == FIGURES
    for name in FIGURES:
        expected = {"value": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
        assert ada[name] == pytest.approx(expected)
    assert ada["mean_score"]["low"] < 3450 == ada["mean_score"]["value"] < ada["mean_score"]["high"]


def test_another_pool_is_asked_for_by_its_key_and_few_rounds_have_no_interval(client):
    key = client.get("/statistics").json()["pools"][1]["pool"]
    told = client.get("/statistics", params={"pool": key}).json()
    [cy] = told["players"]
    assert (cy["player"], cy["n"], cy["figures"]["mean_score"]) == ("Cy", 4, {"value": 4000, "low": None, "high": None})


def test_two_players_are_set_against_each_other_on_the_same_places(client):
    pair = client.get("/statistics", params={"a": "Bot", "b": "Ada"}).json()["pair"]
    assert (pair["a"], pair["b"], pair["places"], pair["losses"], pair["games"]) == ("Bot", "Ada", 30, 30, 6)
    assert pair["mean_difference"]["value"] == -500 and pair["median_km"] == [114.5, 114.5]


@pytest.mark.parametrize("asked", [{"pool": "nothing"}, {"a": "Ada"}, {"b": "Ada"}, {"a": "Ada", "b": "Zoe"}])
def test_what_nobody_has_is_a_404_that_says_what_there_is(client, asked):
    answer = client.get("/statistics", params=asked)
    assert answer.status_code == 404 and set(answer.json()) == {"error"} and "take" in answer.json()["error"]


def test_an_empty_book_is_an_empty_answer(client, played):
    told = client_of(lambda: played.iloc[:0]).get("/statistics").json()
    assert (told["pools"], told["pool"], told["players"]) == ([], None, [])


def test_figures_are_computed_once_for_a_state_of_the_book(client, played, monkeypatch):
    asked = []
    summary = statistics.summary
    monkeypatch.setattr(api.figures.statistics, "summary", lambda frame: asked.append(1) or summary(frame))
    first = client.get("/statistics").json()
    assert client.get("/statistics").json() == first and len(asked) == 1
    played.attrs["state"] = "book-2"
    assert client.get("/statistics").json() == first and len(asked) == 2


def test_a_pair_is_reckoned_of_its_own_rounds_alone(client, played, monkeypatch):
    asked = dict.fromkeys(("pools", "summary", "pool_keys", "head_to_head"), 0)

    def counting(name, reckon):
        def counted(*given):
            asked[name] += 1
            return reckon(*given)

        return counted

    for name in asked:
        monkeypatch.setattr(api.figures.statistics, name, counting(name, getattr(statistics, name)))
    plain = client.get("/statistics").json()
    before = dict(asked)
    for pair in ({"a": "Bot", "b": "Ada"}, {"a": "Ada", "b": "Bot"}, {"a": "Bot", "b": "Ada"}):
        told = client.get("/statistics", params=pair).json()
        assert told | {"pair": None} == plain and (told["pair"]["a"], told["pair"]["b"]) == (pair["a"], pair["b"])
    assert client.get("/statistics", params={"a": "Ada", "b": "Zoe"}).status_code == 404
    assert asked == before | {"head_to_head": 2}
    played.attrs["state"] = "book-2"
    assert client.get("/statistics", params={"a": "Ada", "b": "Bot"}).status_code == 200
    assert asked["summary"] == before["summary"] + 1 and asked["head_to_head"] == 3


def test_of_very_many_pairs_the_latest_are_kept(client, monkeypatch):
    monkeypatch.setattr(api.figures, "MOST_PAIRS", 1)
    for _ in range(2):
        for a, b in (("Ada", "Bot"), ("Bot", "Ada")):
            assert client.get("/statistics", params={"a": a, "b": b}).json()["pair"]["a"] == a


def test_a_book_that_went_away_is_a_507_with_a_sentence():
    def gone():
        raise StorageError("looked for the scorebook in /home/me/book.db, found it locked; close the other program.")

    answer = client_of(gone).get("/statistics")
    assert answer.status_code == 507 and "locked" in answer.json()["error"] and "/home" not in answer.text


def test_no_identity_is_told(client):
    assert "person:" not in json.dumps(client.get("/statistics").json())


def test_without_a_book_there_are_no_statistics():
    assert client_of(None).get("/statistics").status_code == 404
