"""Fetching a published system from a server that speaks the hub's protocol, and what goes wrong on the way."""

import json
import shutil
import threading
from collections import namedtuple

import httpx2
import numpy as np
import pytest

from model.errors import ArtifactError, NetworkError, StorageError
from model.predictors import fetched
from model.predictors.catalogue import CATALOGUE, CLIP_FILES, published
from model.predictors.download import Download
from model.predictors.fetch import fetch
from model.predictors.fetched import Stopped, fetched_folder, is_fetched, kept_bytes, remove

STREETCLIP, GEOCLIP = published("streetclip"), published("geoclip")
REPOSITORY = "geolocal/StreetCLIP"
WEIGHTS = np.random.default_rng(0).bytes(300_000)


@pytest.fixture
def waits():
    """How long it would have slept."""
    return []


@pytest.fixture
def small(hub):
    """A repository of the right names, whose weights are noise, among files that nobody wants."""
    hub.repositories[REPOSITORY] = {
        "config.json": b'{"model_type": "clip"}', "preprocessor_config.json": b"{}", "model.safetensors": WEIGHTS,
        "tokenizer.json": b"{}", "vocab.json": b"{}", "pytorch_model.bin": b"pickled", "README.md": b"words",
        "run.py": b"evil", "../up.json": b"{}", "deep/config.json": b"{}",
    }  # fmt: skip
    return hub


def streamed(hub):
    return [asked for asked in hub.asked if "/cdn/" in asked[1]]


def test_only_named_files_come_each_checked_and_the_record_is_written_last(small, waits):
    told = []
    assert not is_fetched(STREETCLIP)
    folder = fetch(STREETCLIP, told.append, wait=waits.append)
    assert sorted(path.name for path in (folder / "encoder").iterdir()) == [
        "config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json", "vocab.json",
    ]  # fmt: skip
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["get.record.json"]
    assert not (folder / fetched.PARTS).exists() and not waits
    record = json.loads((folder / "get.record.json").read_text())
    assert record["facts"]["commits"] == {REPOSITORY: small.COMMIT}
    assert record["facts"]["licence"] == "CC BY-NC 4.0"
    assert (folder / "encoder" / "model.safetensors").read_bytes() == WEIGHTS
    assert is_fetched(STREETCLIP) and fetched_folder(STREETCLIP) == folder
    shares = [one.share for one in told]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert told[-2].words == "model.safetensors"

    questions = len(small.asked)
    assert fetch(STREETCLIP) == folder and len(small.asked) == questions, "what is here is not asked for again"


def test_a_download_that_breaks_off_goes_on_from_there(small, waits):
    small.break_after["model.safetensors"] = [100_000, 50_000]
    folder = fetch(STREETCLIP, wait=waits.append)
    assert (folder / "encoder" / "model.safetensors").read_bytes() == WEIGHTS
    begun = [int(asked[2].removeprefix("bytes=").rstrip("-") or 0) for asked in streamed(small)]
    assert begun[0] == 0 and begun == sorted(begun) and len(begun) == 3
    assert 0 < begun[1] <= 100_000 < begun[2] <= 150_000
    assert waits == [1.0, 1.0], "progress starts the waiting anew"


def test_what_came_before_the_app_was_stopped_is_kept_and_the_rest_comes_the_next_time(small, waits):
    halt = threading.Event()

    def tell(now):
        if now.words == "model.safetensors":
            halt.set()

    with pytest.raises(Stopped, match="kept"):
        fetch(STREETCLIP, tell, halt, waits.append)
    assert not is_fetched(STREETCLIP)
    [part] = (fetched.folder_for(STREETCLIP) / fetched.PARTS).glob("*.part")
    size = part.stat().st_size
    assert 0 < size < len(WEIGHTS)
    small.asked.clear()
    fetch(STREETCLIP, wait=waits.append)
    assert is_fetched(STREETCLIP) and streamed(small)[0][2] == f"bytes={size}-"


def test_a_server_that_ignores_where_to_begin_is_read_from_the_start(small, waits):
    small.break_after["model.safetensors"] = [100_000]
    small.ignores_range = True
    folder = fetch(STREETCLIP, wait=waits.append)
    assert (folder / "encoder" / "model.safetensors").read_bytes() == WEIGHTS


def test_a_part_longer_than_the_file_is_thrown_away(small, waits):
    import hashlib

    parts = fetched.folder_for(STREETCLIP) / fetched.PARTS
    parts.mkdir(parents=True)
    (parts / f"{hashlib.sha256(WEIGHTS).hexdigest()}.part").write_bytes(WEIGHTS + b"more")
    assert (fetch(STREETCLIP, wait=waits.append) / "encoder" / "model.safetensors").read_bytes() == WEIGHTS


def test_bytes_with_another_checksum_are_thrown_away_with_a_sentence(small, waits):
    small.spoil.add("model.safetensors")
    with pytest.raises(NetworkError, match="another checksum"):
        fetch(STREETCLIP, wait=waits.append)
    assert not is_fetched(STREETCLIP) and kept_bytes(STREETCLIP) < 1000
    small.spoil.clear()
    assert fetch(STREETCLIP, wait=waits.append) and is_fetched(STREETCLIP)


def test_a_small_file_with_another_checksum_is_refused_too(small, waits):
    small.spoil.add("config.json")
    with pytest.raises(NetworkError, match=r"config\.json .* another checksum"):
        fetch(STREETCLIP, wait=waits.append)


def test_a_disk_without_room_is_told_before_anything_comes(small, waits, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 200_100_000))
    with pytest.raises(StorageError, match=r"300 kB are to come .* has room for 200 MB; free some"):
        fetch(STREETCLIP, wait=waits.append)
    assert not streamed(small)


def test_a_disk_that_fills_up_on_the_way_is_a_sentence(small, waits, monkeypatch):
    from model.predictors import fetch as module

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_fill", full)
    with pytest.raises(StorageError, match="is full; free some"):
        fetch(STREETCLIP, wait=waits.append)


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "open to all"), (404, "open to all"), (403, "not given out"), (400, "answered 400"), (407, "name and a")],
)
def test_a_refusal_is_a_sentence_and_is_not_repeated(small, waits, status, words):
    headers = {"X-Error-Code": "RepoNotFound"} if status in (401, 404) else {}
    small.answers = [(status, headers)] * 3
    with pytest.raises(NetworkError, match=words):
        fetch(STREETCLIP, wait=waits.append)
    assert len(small.asked) == 1 and not waits


def test_a_gated_repository_is_a_sentence(small, waits):
    small.answers = [(401, {"X-Error-Code": "GatedRepo"})]
    with pytest.raises(NetworkError, match="gated"):
        fetch(STREETCLIP, wait=waits.append)


def test_a_busy_server_is_asked_again_after_as_long_as_it_says(small, waits):
    small.answers = [(429, {"Retry-After": "7"}), (503, {}), (429, {"Retry-After": "9999"})]
    assert fetch(STREETCLIP, wait=waits.append)
    assert waits == [7.0, 2.0, 60.0]


def test_a_server_that_stays_busy_is_given_up(small, waits):
    small.answers = [(429, {})] * 9
    with pytest.raises(NetworkError, match="too often"):
        fetch(STREETCLIP, wait=waits.append)
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_no_network_is_a_sentence(small, waits, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(NetworkError, match="cannot be reached"):
        fetch(STREETCLIP, wait=waits.append)
    assert len(waits) == 4


def test_a_server_that_does_not_answer_is_a_sentence(small, waits, monkeypatch):
    def slow(*_, **__):
        raise httpx2.ReadTimeout("slow")

    monkeypatch.setattr("model.predictors.hub.HfApi.model_info", slow)
    with pytest.raises(NetworkError, match="in time"):
        fetch(STREETCLIP, wait=waits.append)


def test_the_offline_switch_of_the_hub_is_obeyed(small, waits, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NetworkError, match="HF_HUB_OFFLINE"):
        fetch(STREETCLIP, wait=waits.append)
    assert not small.asked


def test_a_proxy_that_refuses_is_a_sentence(small, waits, monkeypatch):
    import huggingface_hub

    monkeypatch.setenv("HTTPS_PROXY", small.url)  # it answers CONNECT with 501
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    huggingface_hub.close_session()
    with pytest.raises(NetworkError, match="the proxy refused"):
        fetch(STREETCLIP, wait=waits.append)
    assert not waits


@pytest.mark.parametrize(
    "listing", [b"<html>Sign in to the hotel's network</html>", b"[]", b'{"id": "x"}', b'{"sha":1}']
)
def test_a_page_in_place_of_a_listing_is_a_sentence(small, waits, listing):
    small.listing = listing
    with pytest.raises(NetworkError):
        fetch(STREETCLIP, wait=waits.append)


def test_a_repository_that_lost_its_safetensors_is_refused_and_its_pickle_not_taken(small, waits):
    del small.repositories[REPOSITORY]["model.safetensors"]
    with pytest.raises(NetworkError, match=r"looked for model\.safetensors"):
        fetch(STREETCLIP, wait=waits.append)
    assert not any("pytorch_model" in asked[1] for asked in small.asked)


def test_two_at_a_time_are_one_too_many(small, waits):
    from filelock import FileLock

    parts = fetched.folder_for(STREETCLIP) / fetched.PARTS
    parts.mkdir(parents=True)
    with FileLock(parts / "lock"), pytest.raises(StorageError, match="already"):
        fetch(STREETCLIP, wait=waits.append)


def test_a_file_that_is_lost_or_edited_afterwards_is_found(small, waits):
    folder = fetch(STREETCLIP, wait=waits.append)
    (folder / "encoder" / "config.json").write_text("{}")
    with pytest.raises(ArtifactError, match="edited"):
        fetched_folder(STREETCLIP)
    (folder / "encoder" / "config.json").unlink()
    with pytest.raises(ArtifactError, match=r"model\.get streetclip"):
        fetched_folder(STREETCLIP)
    small.asked.clear()
    fetch(STREETCLIP, wait=waits.append)
    assert fetched_folder(STREETCLIP) and not streamed(small), "only the missing one comes again"
    assert remove(STREETCLIP) > 300_000 and not folder.exists()


def test_a_record_that_is_none_is_no_download(small, waits):
    folder = fetch(STREETCLIP, wait=waits.append)
    (folder / "get.record.json").write_text('{"format": 1, "stage": "get", "config": {}, "inputs": {}, "facts": {}, '
                                            '"outputs": {"a": {}}}')  # fmt: skip
    assert not is_fetched(STREETCLIP)


def test_a_folder_that_cannot_be_written_is_a_sentence(small, waits, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "models").write_text("a file")
    with pytest.raises(StorageError, match="could not write"):
        fetch(STREETCLIP, wait=waits.append)


def test_a_download_beside_other_work_can_be_looked_at_and_tells_why_it_ended(small):
    then = threading.Event()
    download = Download(STREETCLIP, then.set)
    download.wait(30)
    assert not download.running and not download.problem and then.is_set()
    assert download.progress.share == 1.0 and "of" in download.progress.sentence()
    remove(STREETCLIP)
    small.answers = [(403, {})]
    download = Download(STREETCLIP, lambda: pytest.fail("it did not come"))
    download.wait(30)
    assert "not given out" in download.problem


def test_a_download_that_is_stopped_says_so(small):
    small.answers = [(503, {"Retry-After": "60"})]
    download = Download(STREETCLIP)
    download.stop()
    download.wait(30)
    assert "Stopped" in download.problem and not download.running


def test_the_two_repositories_of_geoclip_go_into_one_folder_in_the_true_layout(hub, waits):
    from safetensors.numpy import load_file, save

    rng = np.random.default_rng(0)
    tensors = {"logit_scale": np.full((), 4.6, np.float32),
               "image_encoder.mlp.0.weight": rng.random((8, 8), np.float32),
               "location_encoder.LocEnc0.capsule.0.b": rng.random((4, 2), np.float32)}  # fmt: skip
    config = {"model_type": "geoclip-geolocation", "format_version": 1, "sigma": [1, 16, 256],
              "gallery_file": "coordinates_100K.csv",
              "backbone": {"repo_id": "openai/clip-vit-large-patch14", "revision": "0" * 40}}  # fmt: skip
    hub.repositories["VicenteVivanco/geoclip-geolocation"] = {
        "config.json": json.dumps(config).encode(), "model.safetensors": save(tensors),
        "coordinates_100K.csv": b"LAT,LON\n1.0,2.0\n", "README.md": b"",
    }  # fmt: skip
    hub.repositories["openai/clip-vit-large-patch14"] = dict.fromkeys(CLIP_FILES, b"{}")
    folder = fetch(GEOCLIP, wait=waits.append)
    assert load_file(folder / "model.safetensors").keys() == tensors.keys()
    assert (folder / "coordinates_100K.csv").read_bytes().startswith(b"LAT,LON")
    assert sorted(path.name for path in (folder / "encoder").iterdir()) == sorted(CLIP_FILES)
    assert is_fetched(GEOCLIP)


def test_every_entry_says_what_one_should_know_before_a_yes():
    for one in CATALOGUE.values():
        assert one.licence and one.terms and one.licence_url.startswith("https://") and one.about_bytes > 10**9
        assert all("arXiv" in figures.source and "%" in figures.sentence() for figures in one.figures)
        names = [name for repository in one.repositories for name in (*repository.needed, *repository.wanted)]
        assert all(name.endswith((".json", ".safetensors", ".txt", ".csv")) for name in names)
