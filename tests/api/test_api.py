"""The API answers good pictures with a place and everything else with a sentence."""

import asyncio
import base64
import html
import re
import subprocess
import sys
import threading
import tracemalloc

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

import api.app
import api.uploads
from api import create_api
from model.errors import ArtifactError, ImageError, StorageError
from tests.api.toy_model import PNG, Somewhere
from tests.api.wire import Wire, chunked, picture_parts

NAMES = ("image", "image_2", "image_3", "image_4")


@pytest.fixture
def client(model):
    return TestClient(create_api(model.locate, model.describe), raise_server_exceptions=False)


def data_uri(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def refused(answer, status: int, *words: str) -> None:
    """The answer is a sentence with these words, and no traceback."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    for word in words:
        assert word in answer.json()["error"]
    assert "Traceback" not in answer.text


def test_one_photo_in_a_form_gets_a_place(client, model):
    answer = client.post("/predict", files={"image": ("a.png", PNG)})
    assert answer.status_code == 200
    assert answer.json() == {
        "results": {"lat": 58.38, "lng": 26.72},
        "predictor": "pigeon",
        "country": "Estonia",
        "country_code": "EE",
        "confidence": 0.25,
        "candidates": [{"lat": 58.0, "probability": 0.25}],
        "guess": Somewhere(58.38, 26.72).as_dict(),
    }
    assert model.seen == [[PNG]]


def test_four_views_arrive_in_the_order_north_east_south_west_however_they_were_sent(client, model):
    views = {name: name.encode() for name in reversed(NAMES)}
    assert client.post("/predict", files=views).status_code == 200
    assert client.post("/predict", json={k: data_uri(v) for k, v in views.items()}).status_code == 200
    assert model.seen == [[name.encode() for name in NAMES]] * 2


def test_json_as_the_papers_server_took_it_is_understood(client, model):
    body = {"gameID": "x", "roundID": 1} | {name: data_uri(PNG) for name in NAMES}
    assert client.post("/predict", json=body).json()["results"] == {"lat": 58.38, "lng": 26.72}
    assert model.seen == [[PNG] * 4]


def test_plain_base64_without_a_data_uri_is_understood(client, model):
    assert client.post("/predict", json={"image": base64.b64encode(PNG).decode()}).status_code == 200
    assert model.seen == [[PNG]]


def test_the_empty_fields_of_a_page_count_as_absent(client, model):
    boundary = "xx"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\nPIC\r\n',
        *(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename=""\r\n'
            "Content-Type: application/octet-stream\r\n\r\n\r\n"
            for name in NAMES[1:]
        ),
        f"--{boundary}--\r\n",
    ]
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    assert client.post("/predict", content="".join(parts), headers=headers).status_code == 200
    assert model.seen == [[b"PIC"]]


@pytest.mark.parametrize("count", [2, 3])
def test_two_or_three_views_are_refused_with_what_was_found(client, model, count):
    refused(client.post("/predict", files=dict.fromkeys(NAMES[:count], PNG)), 422, "one photo", "four views", "image_2")
    refused(client.post("/predict", json=dict.fromkeys(NAMES[:count], data_uri(PNG))), 422, "four views")
    assert model.seen == []


def test_four_names_without_the_first_are_refused(client):
    refused(client.post("/predict", files=dict.fromkeys(NAMES[1:], PNG)), 422, "image_2")


def test_a_picture_under_another_name_is_refused_with_the_name_that_was_found(client):
    refused(client.post("/predict", files={"photo": PNG}), 422, "image", "photo")


def test_no_picture_at_all_is_refused(client):
    refused(client.post("/predict", json={}), 422, "found nothing")
    refused(client.post("/predict"), 415, "no content type")
    refused(client.post("/predict", content=b"", headers={"content-type": "image/jpeg"}), 422, "found nothing")


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/webp", "IMAGE/PNG; q=1", "image/heic"])
def test_a_bare_file_is_a_picture(client, model, kind):
    answer = client.post("/predict?predictor=zero-shot", content=PNG, headers={"content-type": kind})
    assert answer.status_code == 200 and answer.json()["predictor"] == "zero-shot"
    assert model.seen == [[PNG]]


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "image/svg+xml", "video/mp4", "image/"])
def test_a_body_of_another_kind_is_refused(client, model, kind):
    refused(client.post("/predict", content=PNG, headers={"content-type": kind}), 415, kind, "image/jpeg", "'image'")
    assert model.seen == []


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "null", "[" * 100_000])
def test_json_that_is_broken_or_no_object_is_refused(client, body):
    refused(client.post("/predict", content=body, headers={"content-type": "application/json"}), 400, "JSON")


@pytest.mark.parametrize(
    "value", ["", "äöü", "data:image/png,%89PNG", "data:image/png;base64,", 7, ["x"], {"a": 1}, "*!"]
)
def test_a_picture_that_is_not_base64_is_refused(client, value):
    refused(client.post("/predict", json={"image": value}), 422, "image", "base64")


def test_json_of_very_many_parts_is_refused(client):
    # reading it would stop every thread of the server
    body = b'{"image": "AAAA", "more": [' + b"{}," * 2000 + b"{}]}"
    refused(client.post("/predict", content=body, headers={"content-type": "application/json"}), 400, "parts")


def test_a_form_in_an_odd_character_set_is_refused(client):
    body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\nAAAA\r\n--x--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x; charset=undefined"}
    refused(client.post("/predict", content=body, headers=kind), 400, "UTF-8")


def test_a_form_without_boundary_is_refused(client):
    answer = client.post("/predict", content=b"abc", headers={"content-type": "multipart/form-data"})
    refused(answer, 400)


def test_what_the_model_says_of_a_bad_picture_reaches_the_caller(client, model):
    model.error = ImageError("This file is no picture.")
    refused(client.post("/predict", files={"image": b"text"}), 422, "This file is no picture.")


def test_a_missing_checkpoint_is_a_503_for_predict_and_health(client, model):
    model.error = ArtifactError("No checkpoint in runs/x.")
    refused(client.post("/predict", files={"image": PNG}), 503, "No checkpoint")
    refused(client.get("/health"), 503, "No checkpoint")


def test_no_sentence_tells_a_folder_and_the_log_does(client, model, caplog):
    model.error = ArtifactError("looked for /home/me/runs/x/head.json, found none.")
    answer = client.post("/predict", files={"image": PNG})
    refused(answer, 503, "head.json")
    assert "/home" not in answer.text and int(answer.headers["retry-after"]) > 0
    assert "/home" not in client.get("/health").text
    assert "/home/me/runs/x" in caplog.text


def test_a_full_disk_is_a_507(client, model):
    model.error = StorageError("The disk is full.")
    refused(client.post("/predict", files={"image": PNG}), 507, "disk is full")
    model.error = OSError(28, "No space left on device")
    refused(client.post("/predict", files={"image": PNG}), 507, "No space left")


def test_an_unforeseen_failure_shows_no_internals(client, model):
    model.error = RuntimeError("secret path /home/me")
    answer = client.post("/predict", files={"image": PNG})
    refused(answer, 500, "log")
    assert "secret" not in answer.text


def test_an_image_over_its_limit_is_refused(client, model, monkeypatch):
    monkeypatch.setattr(api.uploads, "MAX_IMAGE_BYTES", 1000)
    refused(client.post("/predict", files={"image": b"x" * 1001}), 413, "image", "limit")
    assert client.post("/predict", files={"image": b"x" * 1000}).status_code == 200


def test_a_body_over_the_limit_is_refused_while_it_streams_and_never_held(served, model, monkeypatch):
    monkeypatch.setattr(api.uploads, "MAX_BODY_BYTES", 100_000)
    monkeypatch.setattr(api.uploads, "MAX_DRAIN_BYTES", 400_000)
    wire = Wire(picture_parts(300))
    status, told, _ = asyncio.run(wire.send_to(served))
    assert (status, model.seen) == (413, [])
    assert "larger than the limit" in told["error"]
    assert 10 < wire.read < 50, "read on for a while, so that the sender hears the answer, and not to the end"


def test_a_body_that_says_it_is_too_large_is_refused_unread(served, model):
    wire = Wire(picture_parts(3), [(b"content-length", b"134000000000")])
    status, told, _ = asyncio.run(wire.send_to(served))
    assert (status, wire.read, model.seen) == (413, 0, [])
    assert "larger than the limit" in told["error"]


def test_json_over_the_limit_is_refused(client, model, monkeypatch):
    monkeypatch.setattr(api.uploads, "MAX_BODY_BYTES", 100_000)
    refused(client.post("/predict", content=b'{"image": "' + b"A" * 200_000, headers=JSON), 413)
    assert model.seen == []


@pytest.mark.parametrize("limit", ["STALL_S", "READ_S"])
def test_who_sends_too_slowly_is_not_waited_for(served, model, monkeypatch, limit):
    monkeypatch.setattr(api.uploads, limit, 0.2)
    wire = Wire(picture_parts(300), before=lambda: asyncio.sleep(0.05 if limit == "READ_S" else 30))
    status, told, _ = asyncio.run(wire.send_to(served))
    assert (status, model.seen) == (408, [])
    assert "too slowly" in told["error"]


JSON = {"content-type": "application/json"}


def uri_parts(megabytes):
    yield b'{"gameID": "x", "image": "data:image/png;base64,'
    for _ in range(megabytes * 16):
        yield b"A" * 65536
    yield b'"}'


def test_a_data_uri_of_200_mb_is_refused_while_it_streams_and_never_held(served, model):
    wire = Wire(uri_parts(200))
    wire.headers = [(b"content-type", b"application/json")]
    tracemalloc.start()
    status, told, _ = asyncio.run(wire.send_to(served))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (status, model.seen) == (413, [])
    assert "25 MB a picture" in told["error"]
    assert wire.read > 200 * 16, "read to the end, so that the sender hears the answer"
    assert most < 48 * 2**20, "no more of it was held than one picture may have"


def form_parts(megabytes):
    yield b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\ndata:image/png;base64,'
    for _ in range(megabytes * 16):
        yield b"A" * 65536
    yield b"\r\n--x--\r\n"


def test_a_data_uri_that_is_too_large_is_told_in_the_same_words_in_a_form(served, model, monkeypatch):
    monkeypatch.setattr(api.uploads, "MAX_TEXT_BYTES", 2**20)
    in_json = Wire(uri_parts(2))
    in_json.headers = [(b"content-type", b"application/json")]
    in_form = Wire(form_parts(2))
    told = [asyncio.run(wire.send_to(served))[:2] for wire in (in_json, in_form)]
    assert told[0] == told[1] and told[0][0] == 413 and "25 MB a picture" in told[0][1]["error"]
    assert model.seen == [] and in_form.read > 2 * 16, "read to the end, so that the sender hears the answer"


def test_a_form_of_too_many_fields_is_still_a_form_that_cannot_be_read(client):
    refused(client.post("/predict", data={f"x{i}": "1" for i in range(20)}, files={"image": PNG}), 400, "fields")


def test_a_bare_file_over_the_limit_is_refused_while_it_streams(served, model, monkeypatch):
    monkeypatch.setattr(api.uploads, "MAX_IMAGE_BYTES", 50_000)
    wire = Wire(picture_parts(20))
    wire.headers = [(b"content-type", b"image/jpeg")]
    status, told, _ = asyncio.run(wire.send_to(served))
    assert (status, model.seen) == (413, []) and "larger than the limit" in told["error"]


def test_the_default_limits_are_25_mb_a_picture_and_four_pictures_a_body():
    assert api.uploads.MAX_IMAGE_BYTES == 25 * 2**20
    assert 4 * api.uploads.MAX_IMAGE_BYTES < api.uploads.MAX_BODY_BYTES < 200 * 10**6


def test_few_predictions_run_at_a_time_and_all_of_them_are_answered(monkeypatch):
    running, most, lock, gate = 0, 0, threading.Lock(), threading.Event()

    def locate(images):
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
            if running == api.app.CONCURRENT_PREDICTIONS:
                gate.set()
        assert gate.wait(20)
        with lock:
            running -= 1
        return Somewhere(1.0, 2.0)

    with TestClient(create_api(locate, dict)) as client:
        answers: list[int] = []
        ask = lambda: answers.append(client.post("/predict", files={"image": PNG}).status_code)  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert answers == [200] * 6
    assert most == api.app.CONCURRENT_PREDICTIONS


def test_who_sends_a_byte_now_and_then_is_not_waited_for(served, model, monkeypatch):
    monkeypatch.setattr(api.uploads, "STALL_S", 0.2)
    wire = chunked(b"image/jpeg", parts=[b"x"] * 3000)
    wire.before = lambda: asyncio.sleep(0.01)
    status, told, _ = asyncio.run(wire.send_to(served))
    assert (status, model.seen) == (408, []) and "too slowly" in told["error"]
    assert wire.read < 3000


def test_a_system_is_asked_by_its_name_and_an_unknown_one_is_a_sentence(client, model):
    for address in ("/predict", "/predict?predictor=zero-shot", "/predict?predictor="):
        assert client.post(address, files={"image": PNG}).status_code == 200
    assert model.asked == ["pigeon", "zero-shot", "pigeon"]
    refused(client.post("/predict?predictor=oracle", files={"image": PNG}), 422, "oracle", "zero-shot")
    refused(client.post(f"/predict?predictor={'x' * 99}", files={"image": PNG}), 422, "predictor")
    assert "predictor" in client.get("/docs").text


def test_a_system_that_will_not_be_there_is_not_asked_for_again(client):
    answer = client.post("/predict?predictor=oracle", files={"image": PNG})
    assert answer.status_code == 422 and "retry-after" not in answer.headers


def test_health_names_the_checkpoint(client):
    found = {"ok": True, "checkpoint": "toy", "world_version": 3, "note": "pictures of version 4 are refused.",
             "predictors": ["pigeon", "zero-shot"]}  # fmt: skip
    assert client.get("/health").json() == found


def test_the_bare_address_leads_to_the_description(client):
    assert client.get("/").url.path == "/docs"
    mounted = TestClient(Starlette(routes=[Mount("/base/api/v1", app=client.app)]))
    assert mounted.get("/base/api/v1/").url.path == "/base/api/v1/docs"


def test_unknown_pages_and_wrong_verbs_get_a_sentence(client):
    refused(client.get("/nowhere"), 404, "Not Found")
    refused(client.get("/predict"), 405, "Method Not Allowed")


def test_openapi_describes_both_ways_of_sending_pictures(client):
    document = client.get("/openapi.json").json()
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert {"multipart/form-data", "application/json", "image/jpeg", "image/png", "image/webp"} <= set(content)
    assert list(content["application/json"]["schema"]["properties"]) == list(NAMES)


def test_the_docs_page_shows_every_operation_and_needs_no_network(client):
    page = client.get("/docs").text
    for word in ("/predict", "/health", "image_4", "413", "<form", "image/jpeg"):
        assert word in page
    assert not re.search(r"(src|href|action)=.?https?:", page)
    assert "<script" not in page


def test_the_examples_name_this_very_address(client):
    page = client.get("/docs?x=1", headers={"host": "127.0.0.1:8501"}).text
    assert "http://127.0.0.1:8501/predict" in page


@pytest.mark.parametrize("host", ["zz'b<c>", 'zz"b', "zz b", "zz;b", "a\\b"])
def test_a_host_that_is_no_name_stands_in_no_example(client, host):
    page = client.get("/docs", headers={"host": host}).text
    assert host not in html.unescape(page) and re.search(r"http://(testserver|127.0.0.1:8501/api/v1)/predict", page)


def test_the_example_in_python_runs_as_it_stands(model, tmp_path):
    server = uvicorn.Server(uvicorn.Config(create_api(model.locate, model.describe), port=0, log_level="error"))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    while not server.started:
        assert serving.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    (tmp_path / "photo.jpg").write_bytes(PNG)
    page = httpx.get(f"http://127.0.0.1:{port}/docs", trust_env=False).text
    example = html.unescape(re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)[1])
    assert f"http://127.0.0.1:{port}" in example and len(example.splitlines()) <= 16
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False,
                          env={"HOMING_KEY": "k" * 20, "no_proxy": "*"}, timeout=60)  # fmt: skip
    server.should_exit = True
    serving.join(20)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str({"lat": 58.38, "lng": 26.72})
    assert model.seen == [[PNG]]
