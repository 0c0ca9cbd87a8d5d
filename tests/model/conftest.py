"""A toy run: places on the sphere, embeddings that are smooth functions of the place, and every stage after them.

And a model hub on this machine, for what is fetched.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from model.geo.distance import from_unit, to_unit

DIM = 24


@dataclass(frozen=True)
class ToyRun:
    manifest: Path
    embeddings: Path
    out: Path

    @property
    def files(self):
        return ["--manifest", str(self.manifest), "--embeddings", str(self.embeddings)]


def toy_places(folder: Path, n: int = 700, seed: int = 0) -> ToyRun:
    rng = np.random.default_rng(seed)
    points = from_unit(rng.normal(size=(n, 3)) * [1, 1, 0.6])
    waves = np.random.default_rng(99)  # the toy "encoder": the same for every seed of places
    weights = waves.normal(size=(3, DIM)) * waves.choice([1.0, 3.0, 8.0], size=DIM)
    embeddings = np.sin(to_unit(points) @ weights + waves.uniform(0, 6.3, DIM)) + 0.05 * rng.normal(size=(n, DIM))
    split = np.where(np.arange(n) % 10 < 8, "train", np.where(np.arange(n) % 10 == 8, "validation", "test"))
    manifest = pd.DataFrame({"id": [f"s{seed}-{i}" for i in range(n)], "split": split, "lat": points[:, 0],
                             "lng": points[:, 1], "country": "FR", "region": "somewhere"})  # fmt: skip
    manifest.to_parquet(folder / "manifest.parquet", index=False)
    np.save(folder / "embeddings.npy", embeddings.astype(np.float32))
    return ToyRun(folder / "manifest.parquet", folder / "embeddings.npy", folder / "run")


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> ToyRun:
    """Never change its files: copy `out` first."""
    from model import build_geocells, build_index, calibrate, train_head

    run = toy_places(tmp_path_factory.mktemp("toy"))
    build_geocells.main(build_geocells.GeocellConfig(run.manifest, run.out, "kmeans", cells=30))
    cells = run.out / "geocells.parquet"
    train_head.main(train_head.HeadConfig(run.manifest, run.embeddings, cells, run.out, lr=0.02, epochs=60))
    build_index.main(build_index.IndexConfig(run.manifest, run.embeddings, cells, run.out, kernel_places=0))
    calibrate.main(calibrate.CalibrateConfig(run.manifest, run.embeddings, run.out))
    return run


@dataclass(frozen=True)
class ColouredPlaces:
    manifest: Path
    geocells: Path


@pytest.fixture(scope="session")
def coloured_places(tmp_path_factory: pytest.TempPathFactory) -> ColouredPlaces:
    """36 places in three countries, each of its own colour: what a network can learn in seconds."""
    from PIL import Image

    from model.build_geocells import GeocellConfig, main
    from model.data.manifest import write_manifest

    colours = {"AA": (200, 40, 40), "BB": (40, 200, 40), "CC": (40, 40, 200)}
    folder = tmp_path_factory.mktemp("coloured")
    rng = np.random.default_rng(0)
    rows = []
    for i in range(36):
        country = list(colours)[i % 3]
        row = {
            "id": f"p{i:02d}", "split": "validation" if i % 6 == 5 else "train", "lat": 10.0 * (i % 3) + rng.random(),
            "lng": 179.0 + rng.random() * 2, "country": country, "country_name": f"{country}land", "region": "North",
            "town": f"Town {i % 4}", "koppen": "Cfb" if i % 2 else "Af", "driving_side": "left" if i % 3 else "right",
            "month": 1 + i % 12, "temperature_c": float(i % 3), "heading_deg": 0.0,
        }  # fmt: skip
        for view in range(4):
            noise = rng.integers(-20, 20, (32, 32, 3)) + np.array(colours[country])
            row[f"image_{view}"] = f"{i}_{view}.png"
            Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(folder / row[f"image_{view}"])
        rows.append(row)
    manifest = write_manifest(pd.DataFrame(rows), folder / "manifest.parquet")
    return ColouredPlaces(manifest, main(GeocellConfig(manifest, folder / "cells", "kmeans", cells=3)))


class Hub:
    """A local server that speaks as much of the model hub's protocol as fetching needs, and misbehaves on demand."""

    COMMIT = "0123456789abcdef0123456789abcdef01234567"

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.asked: list[tuple[str, str, str]] = []  # method, path, Range
        self.break_after: dict[str, list[int]] = {}  # file name -> after how many bytes each answer breaks off
        self.spoil: set[str] = set()  # files whose bytes are others than the listing says
        self.answers: list[tuple[int, dict[str, str]]] = []  # given before anything else, one for each question
        self.ignores_range = False
        self.listing: bytes | None = None
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                hub.answer(self)

            do_HEAD = do_GET

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(request.path.split("?")[0])
        self.asked.append((request.command, path, request.headers.get("Range", "")))
        assert "Authorization" not in request.headers, "no token is sent"
        if self.answers:
            status, headers = self.answers.pop(0)
            return self.send(request, status, b"{}", headers)
        if told := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/(.+)", path):
            return self.list(request, told[1])
        if told := re.fullmatch(rf"/([^/]+/[^/]+)/resolve/(main|{self.COMMIT})/(.+)", path):
            return self.resolve(request, told[1], told[3])
        if told := re.fullmatch(r"/cdn/([^/]+/[^/]+)/(.+)", path):
            return self.stream(request, told[1], told[2])
        return self.send(request, 404, b"", {"X-Error-Code": "RepoNotFound"})

    def list(self, request: BaseHTTPRequestHandler, name: str) -> None:
        if self.listing is not None:
            return self.send(request, 200, self.listing, {"Content-Type": "application/json"})
        if name not in self.repositories:
            return self.send(request, 401, b"{}", {"X-Error-Code": "RepoNotFound"})
        files = []
        for path, data in self.repositories[name].items():
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            one = {"rfilename": path, "size": len(data), "blobId": blob}
            if path.endswith(".safetensors"):
                one["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 135}
            files.append(one)
        told = {
            "_id": "1",
            "id": name,
            "sha": self.COMMIT,
            "siblings": files,
            "tags": [],
            "downloads": 1,
            "likes": 1,
            "private": False,
        }
        return self.send(request, 200, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def resolve(self, request: BaseHTTPRequestHandler, name: str, path: str) -> None:
        data = self.repositories.get(name, {}).get(path)
        if data is None:
            return self.send(request, 404, b"", {"X-Error-Code": "EntryNotFound"})
        if path.endswith(".safetensors"):  # large files come from elsewhere
            linked = {
                "X-Repo-Commit": self.COMMIT,
                "X-Linked-Size": str(len(data)),
                "Location": f"/cdn/{name}/{path}",
                "X-Linked-ETag": f'"{hashlib.sha256(data).hexdigest()}"',
            }
            return self.send(request, 302, b"", linked)
        return self.stream(request, name, path)

    def stream(self, request: BaseHTTPRequestHandler, name: str, path: str) -> None:
        data = self.repositories[name][path]
        if path in self.spoil:
            data = bytes(len(data))
        headers, status, begin = {"X-Repo-Commit": self.COMMIT, "ETag": '"1"', "Accept-Ranges": "bytes"}, 200, 0
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        if asked and not self.ignores_range:
            begin = int(asked[1])
            if begin >= len(data):
                return self.send(request, 416, b"", {})
            status, headers["Content-Range"] = 206, f"bytes {begin}-{len(data) - 1}/{len(data)}"
        breaks = self.break_after.get(path)
        stops = breaks.pop(0) if breaks else None
        return self.send(request, status, data[begin:], headers, stops)

    def send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        data: bytes,
        headers: dict[str, str],
        stops: int | None = None,
    ) -> None:
        request.send_response(status)
        for key, value in headers.items():
            request.send_header(key, value)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data[:stops])
        if stops is not None:
            request.close_connection = True

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The hub on this machine, and an empty folder for what is fetched from it."""
    import huggingface_hub
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr("model.predictors.fetched.cache_dir", lambda: tmp_path / "cache")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    huggingface_hub.close_session()  # the next one reads the proxies anew
    server = Hub()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    yield server
    server.close()
    huggingface_hub.close_session()
