"""Requests that nobody thinks of, made by Schemathesis from the API's own document: no 5xx, only what is documented."""

import base64

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from api import Keys, Together, create_api
from api.uploads import KINDS
from model.errors import ConfigError, ImageError

KEY = "k" * 24
CHECKED = [
    checks.not_a_server_error, openapi_checks.status_code_conformance, openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance, openapi_checks.response_headers_conformance,
]  # fmt: skip
FEW = hypothesis.settings(max_examples=12, deadline=None, database=None, derandomize=True,
                          suppress_health_check=list(HealthCheck))  # fmt: skip


@schemathesis.serializer(*sorted(KINDS))
def as_it_is(_context, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def prepare(images, predictor="pigeon"):
    if predictor != "pigeon":
        raise ConfigError(f"looked for the predictor '{predictor}', found pigeon; take that.")
    if not all(data.startswith(b"\x89PNG") for data in images):
        raise ImageError("the picture cannot be read; give a photo of a place.")
    return images


class Somewhere:
    lat, lng = 58.38, 26.72

    def as_dict(self):
        return {"lat": self.lat, "lng": self.lng, "country": "Estonia", "country_code": "EE",
                "candidates": [{"lat": 58.0, "lng": 26.0, "probability": 0.3}], "entropy": 1.5}  # fmt: skip


@pytest.fixture(params=["open", "with a key"])
def served(request, played):
    keys = Keys.of_environment({"HOMING_API_KEYS": KEY} if request.param == "with a key" else {})
    few = played[played["player"] == "Cy"]
    told = {"checkpoint": "toy", "world_version": 3, "note": None, "predictors": ["pigeon"]}
    return create_api(
        Together(prepare, lambda asked: [Somewhere()] * len(asked)), lambda: told, rounds=lambda: few,
        record=lambda outcome: {"recorded": True, "distance_km": None, "score": outcome.score or 0},
        counts=lambda: {"games": 1, "guesses": 2}, keys=keys,
    )  # fmt: skip


@pytest.mark.parametrize("operation", ["POST /predict", "GET /statistics", "POST /game", "GET /health", "GET /metrics"])
def test_whatever_is_sent_the_answer_is_a_documented_one(served, operation):
    verb, path = operation.split()
    document = schemathesis.openapi.from_asgi("/openapi.json", served)
    statuses = set()

    @FEW
    @hypothesis.given(case=document[path][verb].as_strategy())
    def send(case):
        statuses.add(case.call_and_validate(checks=CHECKED).status_code)

    send()
    assert statuses and not {status for status in statuses if status >= 500}


def test_every_operation_of_the_document_is_tried(served):
    tried = {"/predict", "/statistics", "/game", "/health", "/metrics"}
    assert set(served.openapi()["paths"]) == tried


@pytest.mark.parametrize("served", ["open"], indirect=True)
def test_the_examples_of_the_document_are_answered(served):
    document = schemathesis.openapi.from_asgi("/openapi.json", served)
    png = b"\x89PNG and more"
    uri = "data:image/png;base64," + base64.b64encode(png).decode()
    for kind, body in (("image/png", png), ("application/json", {"image": uri})):
        case = document["/predict"]["POST"].Case(body=body, media_type=kind)
        assert case.call_and_validate(checks=CHECKED).status_code == 200
