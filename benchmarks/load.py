"""What the server does when many play at a time: requests, times by route, errors by kind, and growth of its memory.

    python -m benchmarks.load [--players 200] [--seconds 120] [--app] [--json]
    python -m benchmarks.load --duels 50 --minutes 5 [--json]    live duels instead; see benchmarks/duels.py

Starts a server of its own on a loopback port, with an empty home, and stops it afterwards: the game alone, or with
--app the whole app, where some players ask for the model's turn too. Every player is a browser with a cookie of its own
that lists the maps, starts a game, and in each round reads the state, waits for the panorama, looks around, now and
then loads the sharp one, and guesses. 429 and 503 with a Retry-After are honest: the player waits and asks again; they
are counted apart. Any other answer from 400 on is an error. The players need a core of their own: on a small machine,
their share stands in the times. With --json the last line is one JSON object.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_S, REQUEST_S = 240.0, 120.0
KEEP_S = 2.0  # idle connections, which the server closes after five seconds
Play = Coroutine[Any, Any, None]
LONGEST_PAUSE_S = 30.0  # before a player asks again, whatever the server says


@dataclass
class Tally:
    """What happened, by route."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # of answers that were good
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)  # no answer at all
    dishonest: Counter[str] = field(default_factory=Counter)  # 429 or 503 without a sentence or without Retry-After
    first_pictures_s: list[float] = field(default_factory=list)  # from Start to the first panorama, waiting included
    games: int = 0
    finished: int = 0
    rounds: int = 0
    reconnected: int = 0

    def figures(self) -> dict[str, Any]:
        """Everything as JSON data."""
        errors = Counter({f"{route} {status}": n for (route, status), n in self.statuses.items() if status >= 400})
        honest = {kind: n for kind, n in errors.items() if kind.endswith((" 429", " 503"))}
        return {
            "requests": sum(self.statuses.values()) + sum(self.broken.values()),
            "games": self.games,
            "finished": self.finished,
            "rounds": self.rounds,
            "reconnected": self.reconnected,
            "start_to_picture_s": _spread(self.first_pictures_s),
            "routes": {name: {"n": len(found), **_spread(found)} for name, found in sorted(self.seconds.items())},
            "asked_to_wait": dict(sorted(honest.items())),
            "errors": dict(sorted((errors - Counter(honest) + self.broken + self.dishonest).items())),
        }


def _spread(seconds: list[float]) -> dict[str, float | None]:
    if not seconds:
        return {"p50": None, "p99": None, "worst": None}
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))]
    return {"p50": round(statistics.median(ordered), 3), "p99": round(p99, 3), "worst": round(ordered[-1], 3)}


class Player:
    """One browser: plays game after game until the time is up."""

    def __init__(self, number: int, tally: Tally, transport: httpx.AsyncBaseTransport, url: str, until: float) -> None:
        self.tally, self.until, self.random = tally, until, random.Random(number)
        self.name = f"Player {number}"
        self.client = httpx.AsyncClient(transport=transport, base_url=url, timeout=REQUEST_S)

    async def play(self, model: bool) -> None:
        """Come in, and play."""
        await self.pause(0.0, 5.0)
        await self.ask("page", "GET", "/arena")
        await self.ask("maps", "GET", "/arena/api/maps")
        await self.ask("labels", "GET", "/arena/api/labels")
        await self.ask("outlines", "GET", "/arena/api/outlines/borders")
        while time.monotonic() < self.until:
            await self.pause(1.0, 4.0)
            await self.game(model)

    async def game(self, model: bool) -> None:
        """Five rounds, and perhaps the model's turn."""
        started = time.monotonic()
        found = await self.ask("create", "POST", "/arena/api/games", {"name": self.name, "map": "world"})
        if found is None:
            return
        self.tally.games += 1
        game = f"/arena/api/games/{found.json()['game_id']}"
        for number in range(1, 6):
            await self.ask("state", "GET", game)
            if await self.ask("panorama", "GET", f"{game}/rounds/{number}/panorama.jpg?width=2048") is None:
                return
            if number == 1:
                self.tally.first_pictures_s.append(time.monotonic() - started)
            await self.pause(2.0, 5.0)
            if self.random.random() < 0.15:
                await self.ask("sharp", "GET", f"{game}/rounds/{number}/panorama.jpg?width=4096", patient=False)
            await self.pause(2.0, 6.0)
            lat, lng = self.random.uniform(-55.0, 70.0), self.random.uniform(-180.0, 179.9)
            if await self.ask("guess", "POST", f"{game}/rounds/{number}/guess", {"lat": lat, "lng": lng}) is None:
                return
            self.tally.rounds += 1
        self.tally.finished += 1
        await self.ask("state", "GET", game)
        while model and (answer := await self.ask("opponent", "POST", f"{game}/opponent", patient=False)) is not None:
            if answer.status_code == 200:
                return
            await self.pause(1.0, 1.0)

    async def ask(
        self, route: str, verb: str, path: str, body: object = None, patient: bool = True
    ) -> httpx.Response | None:
        """One request; asked to wait, a patient player waits and asks again. None: the time is up, or an error."""
        while time.monotonic() < self.until:
            started = time.monotonic()
            try:
                answer = await self.send(verb, path, body)
            except httpx.HTTPError as error:
                self.tally.broken[f"{route} {type(error).__name__}"] += 1
                return None
            self.tally.statuses[route, answer.status_code] += 1
            if answer.status_code < 400:
                self.tally.seconds[route].append(time.monotonic() - started)
                return answer
            if answer.status_code not in (429, 503):
                return None
            wait_s = answer.headers.get("retry-after", "")
            if not wait_s.isdigit() or "application/json" not in answer.headers.get("content-type", ""):
                self.tally.dishonest[f"{route} {answer.status_code} without saying when"] += 1
            if not patient:
                return None
            wait_s = float(wait_s) if wait_s.isdigit() else 1.0
            await self.pause(min(wait_s, LONGEST_PAUSE_S), min(wait_s, LONGEST_PAUSE_S) + 1.0)
        return None

    async def send(self, verb: str, path: str, body: object) -> httpx.Response:
        """One request, sent anew, as browsers do, if the server had just closed the idle connection."""
        try:
            return await self.client.request(verb, path, json=body)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            if verb != "GET":
                raise
            self.tally.reconnected += 1
            return await self.client.request(verb, path, json=body)

    async def pause(self, least_s: float, most_s: float) -> None:
        """Think, but no longer than the benchmark lasts."""
        left_s = self.until - time.monotonic()
        await asyncio.sleep(max(0.0, min(left_s, self.random.uniform(least_s, most_s))))


def free_port() -> int:
    """A loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(app: bool, port: int, home: Path) -> Iterator[int]:
    """Our own server for the length of a `with`; gives its process id."""
    command = [sys.executable, "-m", "arena", "--host", HOST, "--port", str(port)]
    if app:
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.address", HOST,
                   "--server.port", str(port), "--server.headless", "true"]  # fmt: skip
    log = home / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL,
                                   env={**os.environ, "HOMING_HOME": str(home)})  # fmt: skip
    try:
        wait_until_it_draws(f"http://{HOST}:{port}", process, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_it_draws(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until one whole round was played: compilers and the atlas belong to the first start, not to the load."""
    deadline = time.monotonic() + START_S
    with httpx.Client(base_url=url, timeout=REQUEST_S, trust_env=False) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                sys.exit(f"the server ended with code {process.returncode}:\n{log.read_text(errors='replace')[-2000:]}")
            with contextlib.suppress(httpx.HTTPError):
                created = client.post("/arena/api/games", json={"name": "Warm-up", "map": "world"})
                if created.status_code == 201:
                    game = f"/arena/api/games/{created.json()['game_id']}"
                    client.get(f"{game}/rounds/1/panorama.jpg").raise_for_status()
                    client.post(f"{game}/rounds/1/guess", json={"lat": 0.0, "lng": 0.0}).raise_for_status()
                    return
            time.sleep(0.3)
    sys.exit(f"the server did not draw a picture within {START_S:g} s; its log:\n{log.read_text(errors='replace')}")


def resident_mb(pid: int) -> float:
    """Memory of a process, without its children: the server has none."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return float(done.stdout.strip() or "nan") / 1024.0


async def crowd(url: str, pid: int, players: int, seconds: float, model: bool) -> tuple[Tally, list[float]]:
    """Let everyone play; the tally, and the server's memory every other second in MB."""
    tally = Tally()

    def begin(transport: httpx.AsyncBaseTransport, until: float) -> Iterator[Play]:
        for number in range(players):
            yield Player(number, tally, transport, url, until).play(model and number % 4 == 0)

    return tally, await let_play(begin, pid, players, seconds, lambda: f"{tally.rounds} rounds")


async def let_play(
    begin: Callable[[httpx.AsyncBaseTransport, float], Iterable[Play]],
    pid: int,
    connections: int,
    seconds: float,
    progress: Callable[[], str],
) -> list[float]:
    """Let everyone play whom `begin` sends, with a transport and a time to stop; the memory of the server's process.

    Returns:
        MB, every other second, the first before anyone came.
    """
    memory, until = [resident_mb(pid)], time.monotonic() + seconds
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=connections, keepalive_expiry=KEEP_S)
    transport = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)  # one pool, and a jar of cookies for each
    playing = [asyncio.ensure_future(one) for one in begin(transport, until)]
    while not all(one.done() for one in playing):
        await asyncio.wait(playing, timeout=2.0)
        memory.append(await asyncio.to_thread(resident_mb, pid))
        print(f"\r{max(0.0, until - time.monotonic()):4.0f} s left, {progress()}", end="", file=sys.stderr)
    print(file=sys.stderr)
    await asyncio.gather(*playing)
    with contextlib.suppress(RuntimeError):
        await transport.aclose()
    return memory


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, default=200, help="browsers at a time (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long they play (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="loopback port of the server (default: a free one)")
    parser.add_argument("--app", action="store_true", help="the whole app, with the model, in place of the game alone")
    parser.add_argument("--duels", type=int, default=0, help="so many live duels at a time instead of games alone")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long the duels last (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    options = parser.parse_args()
    if options.duels:
        from benchmarks import duels  # which stands on this script

        if options.duels < 0 or options.minutes <= 0:
            parser.error("looked for at least one duel and some minutes")
        duels.conclude(duels.measure(options.duels, options.minutes, options.app, options.port), options.json)
        return
    if options.players < 1 or options.seconds <= 0:
        parser.error("looked for at least one player and some seconds")
    port = options.port or free_port()
    with tempfile.TemporaryDirectory() as home, server(options.app, port, Path(home)) as pid:
        tally, memory = asyncio.run(crowd(f"http://{HOST}:{port}", pid, options.players, options.seconds, options.app))
        time.sleep(3.0)
        after = resident_mb(pid)
    figures = {
        "players": options.players,
        "seconds": options.seconds,
        "served": "app" if options.app else "arena",
        "cores": os.cpu_count(),
        **tally.figures(),
        "memory_mb": {"before": round(memory[0]), "most": round(max(memory)), "after": round(after),
                      "grown": round(after - memory[0])},
    }  # fmt: skip
    report(figures)
    if options.json:
        print(json.dumps(figures))
    if figures["errors"]:
        sys.exit(1)


def report(figures: dict[str, Any]) -> None:
    """The figures as lines for people."""
    print(f"{figures['players']} players, {figures['seconds']:g} s, {figures['served']}, {figures['cores']} cores")
    print(f"{figures['requests']} requests, {figures['games']} games, {figures['rounds']} rounds")
    first = figures["start_to_picture_s"]
    print(f"from Start to the first picture: p50 {first['p50']} s, p99 {first['p99']} s, waiting included")
    for name, row in figures["routes"].items():
        times = "   ".join(f"{part} {row[part]:7.3f} s" for part in ("p50", "p99", "worst"))
        print(f"  {name:10} {row['n']:6}   {times}")
    print(f"asked to wait: {figures['asked_to_wait'] or 'nobody'}")
    print(f"errors: {figures['errors'] or 'none'}")
    memory = figures["memory_mb"]
    print(f"memory: {memory['before']} MB before, {memory['most']} at most, {memory['after']} after")


if __name__ == "__main__":
    main()
