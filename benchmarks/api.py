"""How many guesses a second the API gives to 1, 8 and 32 clients: in batches against one by one, in one run.

    python -m benchmarks.api [--clients 1 8 32] [--seconds 10] [--picture photo] [--json]

Two servers of its own on loopback ports, with the shipped checkpoint: one answers requests in flight together, the
other each by itself, two at a time. They take turns, twice for each number of clients, so that a busy machine is busy
for both. Clients are coroutines of this process and send JPEG files drawn here; their share stands in the figures.
Before that, where the time of a guess goes, in milliseconds for each place: what everyone needs alone (decoding), and
the two passes (encoder; search and names) with 1 and with 8 places. With --json the last line is one JSON object.
"""

import argparse
import asyncio
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn
from PIL import Image

from api import Together, create_api
from benchmarks.load import HOST, free_port
from model.geo.atlas import Atlas
from model.geolocator import Geolocator, Prepared

ROOT = Path(__file__).resolve().parents[1]
TARGET = 2.0  # times the throughput of one by one, at 8 clients
MODES = ("one by one", "together")
START_S, REQUEST_S = 240.0, 120.0
SIZES = {"photo": (640, 480), "panorama": (2048, 1024)}


def jpegs(picture: str, count: int = 8) -> list[bytes]:
    """Smooth noise of the usual size, each file another."""
    found = []
    for seed in range(count):
        coarse = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(coarse).resize(SIZES[picture], Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
        found.append(stream.getvalue())
    return found


def serve(mode: str, port: int) -> None:
    """One of the two servers, until it is ended."""
    model = Geolocator.load()

    def prepare(images: Sequence[bytes]) -> Prepared:
        return model.prepare(list(images))

    def alone(images: Sequence[bytes]) -> Any:
        return model.locate(list(images))

    api = create_api(Together(prepare, model.locate_prepared) if mode == "together" else alone,
                     lambda: {"checkpoint": model.name})  # fmt: skip
    uvicorn.run(api, host=HOST, port=port, log_level="warning")


def parts_ms(picture: str, repeats: int = 7) -> dict[str, float]:
    """Milliseconds for each place of every step, with 1 and with 8 places in a pass."""
    from model.predictors.answers import guesses
    from model.predictors.checkpoint import Checkpoint

    model, files, atlas = Geolocator.load(), jpegs(picture), Atlas.open()
    places = [model.prepare([data]) for data in files]
    checkpoint: Checkpoint = places[0].checkpoint

    def milliseconds(work: Callable[[], object]) -> float:
        work()
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            work()
            times.append(1000.0 * (time.perf_counter() - began))
        return statistics.median(times)

    found = {"prepare": milliseconds(lambda: model.prepare([files[0]]))}
    for count in (1, 8):
        pixels = np.stack([one.pixels for one in places[:count]])
        embeddings, _ = checkpoint.look_at_pixels(pixels)
        found[f"encoder_{count}"] = milliseconds(lambda x=pixels: checkpoint.look_at_pixels(x)) / count
        found[f"search_{count}"] = milliseconds(lambda x=embeddings: guesses(checkpoint, x, atlas)) / count
    return {name: round(value, 2) for name, value in found.items()}


@contextlib.contextmanager
def servers(home: Path) -> Iterator[dict[str, str]]:
    """Both, ready to answer; their addresses by mode."""
    ports = {mode: free_port() for mode in MODES}
    running = []
    try:
        for mode, port in ports.items():
            command = [sys.executable, "-m", "benchmarks.api", "--serve", mode, "--port", str(port)]
            with (home / f"{port}.log").open("wb") as log:
                running.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))
        for (mode, port), process in zip(ports.items(), running, strict=True):
            _wait_until_ready(f"http://{HOST}:{port}", process, home / f"{port}.log", mode)
        yield {mode: f"http://{HOST}:{port}" for mode, port in ports.items()}
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path, mode: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", timeout=5.0, trust_env=False).status_code == 200:
                return
        time.sleep(0.2)
    sys.exit(f"the server that answers {mode} did not start; its log:\n{log.read_text(errors='replace')[-2000:]}")


@dataclass
class Turn:
    """What some clients were given in some seconds."""

    answers: int = 0
    refused: int = 0
    elapsed_s: float = 0.0
    seconds: list[float] = field(default_factory=list)

    def add(self, other: "Turn") -> None:
        """Another turn of the same kind."""
        self.answers, self.refused = self.answers + other.answers, self.refused + other.refused
        self.elapsed_s += other.elapsed_s
        self.seconds += other.seconds

    def figures(self) -> dict[str, Any]:
        """Rate, and how long one answer took."""
        ordered = sorted(self.seconds) or [float("nan")]
        return {"per_s": round(self.answers / self.elapsed_s, 2), "p50_s": round(statistics.median(ordered), 3),
                "p99_s": round(ordered[round(0.99 * (len(ordered) - 1))], 3), "refused": self.refused}  # fmt: skip


async def turn(url: str, files: Sequence[bytes], clients: int, seconds: float) -> Turn:
    """So many clients, each asking again when it was answered."""
    done, limits = Turn(), httpx.Limits(max_connections=clients)
    began = time.monotonic()

    async def one(number: int, client: httpx.AsyncClient) -> None:
        while time.monotonic() < began + seconds:
            asked = time.monotonic()
            answer = await client.post("/predict", content=files[number % len(files)],
                                       headers={"content-type": "image/jpeg"})  # fmt: skip
            number += clients
            if answer.status_code == 200:
                done.answers += 1
                done.seconds.append(time.monotonic() - asked)
            else:
                done.refused += 1
                await asyncio.sleep(0.1)

    async with httpx.AsyncClient(base_url=url, timeout=REQUEST_S, limits=limits, trust_env=False) as client:
        await asyncio.gather(*(one(number, client) for number in range(clients)))
    done.elapsed_s = time.monotonic() - began
    return done


def measure(clients: Sequence[int], seconds: float, picture: str) -> dict[str, Any]:
    """Everything."""
    parts, files = parts_ms(picture), jpegs(picture)
    told: dict[str, Any] = {"picture": picture, "seconds": seconds, "cores": os.cpu_count(),
                            "threads": os.environ.get("OMP_NUM_THREADS"), "parts_ms": parts, "clients": {}}  # fmt: skip
    with tempfile.TemporaryDirectory() as home, servers(Path(home)) as urls:
        for url in urls.values():  # the first pictures of each number in a pass are slow
            for count in (1, 8):
                asyncio.run(turn(url, files, count, 1.0))
        for count in clients:
            turns = {mode: Turn() for mode in MODES}
            for order in (MODES, MODES[::-1]):
                for mode in order:
                    turns[mode].add(asyncio.run(turn(urls[mode], files, count, seconds / 2)))
            row = {mode: found.figures() for mode, found in turns.items()}
            row["ratio"] = round(row["together"]["per_s"] / max(row["one by one"]["per_s"], 1e-9), 2)
            told["clients"][str(count)] = row
    at_eight = told["clients"].get("8")
    return told | {"target": TARGET, "met": None if at_eight is None else at_eight["ratio"] >= TARGET}


def report(told: dict[str, Any]) -> None:
    """The figures as lines for people."""
    print(f"{told['picture']}, {told['cores']} cores; milliseconds for each place:")
    print("  " + "   ".join(f"{name} {value:.1f}" for name, value in told["parts_ms"].items()))
    for count, row in told["clients"].items():
        for mode in MODES:
            found = row[mode]
            print(f"  {count:>3} clients, {mode:10}  {found['per_s']:7.2f} /s   p50 {found['p50_s']:.3f} s   "
                  f"p99 {found['p99_s']:.3f} s   refused {found['refused']}")  # fmt: skip
        print(f"      together / one by one: {row['ratio']:.2f}")
    if told["met"] is not None:
        print(f"at least {TARGET:g} times at 8 clients: {'yes' if told['met'] else 'no'}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32], help="how many at a time, in turn")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each way with each number of clients")
    parser.add_argument("--picture", choices=list(SIZES), default="photo", help="what is sent (default: %(default)s)")
    parser.add_argument("--serve", choices=MODES, help="be one of the two servers, and measure nothing")
    parser.add_argument("--port", type=int, default=0, help="loopback port of that server")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.port)
        return
    if min(options.clients) < 1 or options.seconds <= 0:
        parser.error("looked for at least one client and some seconds")
    told = measure(options.clients, options.seconds, options.picture)
    report(told)
    if options.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
