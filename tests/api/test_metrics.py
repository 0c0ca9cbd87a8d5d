"""What the API counts of itself, as Prometheus reads it."""

import threading

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api import Together, create_api
from model.errors import ImageError, StorageError


class Somewhere:
    lat, lng = 1.0, 2.0

    def as_dict(self):
        return {"lat": 1.0, "lng": 2.0}


def prepare(images, predictor="pigeon"):
    if images == [b"bad"]:
        raise ImageError("This file is no picture.")
    if images == [b"bug"]:
        raise RuntimeError("unforeseen")
    return images


def samples(client):
    """Every sample by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


@pytest.fixture
def client():
    locate = Together(prepare, lambda asked: [Somewhere()] * len(asked))
    api = create_api(locate, lambda: {"checkpoint": "toy"}, counts=lambda: {"games": 3, "guesses": 14})
    return TestClient(api, raise_server_exceptions=False)


def test_requests_errors_guesses_and_batches_are_counted(client):
    for data, predictor in ((b"ok", ""), (b"ok", "?predictor=zero-shot"), (b"bad", "")):
        client.post(f"/predict{predictor}", files={"image": data})
    client.post("/predict", content=b"x", headers={"content-type": "text/plain"})
    found = samples(client)
    asked = ("method", "POST"), ("route", "/predict")
    assert found["homing_requests_total", *asked, ("status", "200")] == 2
    assert found["homing_requests_total", *asked, ("status", "422")] == 1
    assert found["homing_errors_total", ("status", "415")] == 1
    assert found["homing_request_seconds_count", ("route", "/predict")] == 4
    assert found["homing_guesses_total", ("predictor", "zero-shot")] == 1
    assert found["homing_guesses_total", ("predictor", "pigeon")] == 1
    assert (found["homing_batch_size_count",], found["homing_batch_size_sum",]) == (2, 2)
    assert found["homing_queue_length",] == found["homing_uploads_in_flight",] == 0
    assert (found["homing_book_games",], found["homing_book_guesses",]) == (3, 14)


def test_addresses_that_nobody_serves_make_one_series_and_odd_verbs_too(client):
    for number in range(20):
        client.get(f"/nowhere/{number}")
        client.request(f"VERB{number}", "/predict")
    series = {key[1:] for key in samples(client) if key[0] == "homing_requests_total"}
    assert len(series) == 2


def test_an_unforeseen_failure_is_counted_as_what_was_answered(client):
    assert client.post("/predict", files={"image": b"bug"}).status_code == 500
    assert samples(client)["homing_errors_total", ("status", "500")] == 1


def test_a_book_that_cannot_be_read_is_a_sentence():
    def locked():
        raise StorageError("The scorebook is locked.")

    client = TestClient(create_api(lambda images: Somewhere(), dict, counts=locked))
    answer = client.get("/metrics")
    assert answer.status_code == 507 and answer.json() == {"error": "The scorebook is locked."}


def test_two_apis_in_one_process_count_apart(client):
    other = TestClient(create_api(lambda images: Somewhere(), lambda: {"checkpoint": "toy"}))
    other.get("/health")
    assert not any("/health" in str(key) for key in samples(client))


def test_the_counters_and_reports_do_not_wait_for_figures_of_a_large_book(played):
    begun, told, waited = threading.Event(), threading.Event(), []

    def rounds():
        begun.set()
        waited.append(not told.wait(10))
        return played

    report = {"guess": {"lat": 1, "lng": 2}, "truth": {"lat": 1, "lng": 2}}
    done = {"recorded": True, "distance_km": 0.0, "score": 5000}
    with TestClient(create_api(lambda images: Somewhere(), dict, rounds=rounds, record=lambda told: done)) as client:
        reading = threading.Thread(target=client.get, args=("/statistics",))
        reading.start()
        assert begun.wait(10)
        assert client.get("/metrics").status_code == client.post("/game", json=report).status_code == 200
        told.set()
        reading.join(30)
    assert waited == [False]
