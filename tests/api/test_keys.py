"""Keys: none by default, asked for where the owner set any, and never told by an answer."""

import hashlib

import pytest
from fastapi.testclient import TestClient

from api import Keys, create_api
from api.keys import FILE_VARIABLE, VARIABLE
from model.errors import ConfigError

KEY, OTHER = "k" * 24, "another key of 25 letters"
PNG = b"\x89PNG"


class Somewhere:
    lat, lng = 1.0, 2.0

    def as_dict(self):
        return {"lat": 1.0, "lng": 2.0}


def client_of(keys=None, **more):
    described = {"checkpoint": "toy"}
    return TestClient(create_api(lambda images: Somewhere(), lambda: described, keys=keys, **more))


def ask(client, **headers):
    return client.post("/predict", files={"image": PNG}, headers=headers)


@pytest.fixture
def keys(tmp_path):
    file = tmp_path / "keys.txt"
    file.write_text(f"# who may ask\n\n{hashlib.sha256(OTHER.encode()).hexdigest().upper()}  the tram's clock\n")
    return Keys.of_environment({VARIABLE: f" {KEY},", FILE_VARIABLE: str(file)})


def test_without_any_key_nobody_is_asked_for_one():
    assert not Keys.of_environment({}) and not Keys.of_environment({VARIABLE: "  "})
    assert ask(client_of(Keys.of_environment({}))).status_code == 200


@pytest.mark.parametrize("headers", [
    {"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {OTHER} "}, {"x-api-key": KEY},
])  # fmt: skip
def test_a_key_of_either_place_opens_by_either_header(keys, headers):
    assert ask(client_of(keys), **headers).status_code == 200


@pytest.mark.parametrize("headers", [
    {}, {"authorization": "Bearer"}, {"authorization": f"Basic {KEY}"}, {"authorization": f"Bearer {KEY}x"},
    {"x-api-key": KEY[:-1]}, {"x-api-key": b"\xe4" * 20}, {"x-api-key": "x" * 9000},
])  # fmt: skip
def test_no_key_or_a_wrong_one_is_a_401_with_a_sentence(keys, headers):
    answer = ask(client_of(keys), **headers)
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert set(answer.json()) == {"error"} and "owner" in answer.json()["error"]
    assert KEY[:16] not in answer.text


def test_the_key_is_looked_at_before_the_pictures_are_read(keys):
    answer = client_of(keys).post("/predict", content=b"", headers={"content-type": "text/plain"})
    assert answer.status_code == 401


def test_the_page_its_document_and_health_need_no_key_and_the_counters_do(keys):
    client = client_of(keys)
    assert [client.get(path).status_code for path in ("/docs", "/openapi.json", "/health")] == [200] * 3
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"x-api-key": KEY}).status_code == 200


def test_whoever_asks_too_often_waits_and_is_counted_by_the_key(keys):
    turns = {}

    def wait_s(asker):
        turns[asker] = turns.get(asker, 0) + 1
        return 7.0 if turns[asker] > 2 else 0.0

    client = client_of(keys, wait_s=wait_s)
    assert [ask(client, **{"x-api-key": KEY}).status_code for _ in range(3)] == [200, 200, 429]
    answer = ask(client, **{"x-api-key": KEY})
    assert answer.headers["retry-after"] == "7" and "7 seconds" in answer.json()["error"]
    assert ask(client, **{"x-api-key": OTHER}).status_code == 200
    assert len(turns) == 2 and not any(KEY in asker or OTHER in asker for asker in turns)
    assert ask(client_of(wait_s=lambda asker: 3.0 if asker == "testclient" else 0.0)).status_code == 429


def test_this_machines_own_programs_are_not_limited_with_a_key_either(keys):
    client = client_of(keys, wait_s=lambda asker: 3.0, whose=lambda client: None)
    assert ask(client, **{"x-api-key": KEY}).status_code == 200


@pytest.mark.parametrize("lines", ["", "# nobody\n"])
def test_an_emptied_file_opens_no_door(tmp_path, lines):
    (tmp_path / "keys").write_text(lines)
    with pytest.raises(ConfigError, match="found none"):
        Keys.of_environment({FILE_VARIABLE: str(tmp_path / "keys")})


@pytest.mark.parametrize("content", [KEY.encode(), b"\xff\xfe", b"a" * 63, b"a" * 64 + b"b"])
def test_a_file_of_anything_else_is_refused_without_showing_it(tmp_path, content):
    (tmp_path / "keys").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        Keys.of_environment({FILE_VARIABLE: str(tmp_path / "keys")})
    assert KEY not in str(refused.value)


def test_a_missing_file_a_huge_one_and_a_key_that_can_be_guessed_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="could not read it"):
        Keys.of_environment({FILE_VARIABLE: str(tmp_path / "nowhere")})
    (tmp_path / "keys").write_bytes(b"a" * (2 << 20))
    with pytest.raises(ConfigError, match="more than 1 MB"):
        Keys.of_environment({FILE_VARIABLE: str(tmp_path / "keys")})
    with pytest.raises(ConfigError, match="found one of 6"):
        Keys.of_environment({VARIABLE: f"{KEY},secret"})


@pytest.mark.parametrize(("listed", "word"), [("schlüssel-aus-köln-ä", "ASCII"), (",", "commas"), (" , ,", "commas")])
def test_a_key_that_no_header_can_hold_and_an_emptied_list_are_refused(listed, word):
    with pytest.raises(ConfigError, match=word):
        Keys.of_environment({"HOMING_API_KEYS": listed})


def test_an_empty_bearer_does_not_hide_the_key_in_the_other_header(keys):
    assert ask(client_of(keys), **{"authorization": "Bearer ", "x-api-key": KEY}).status_code == 200
