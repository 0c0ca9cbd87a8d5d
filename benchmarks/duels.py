"""Many duels at a time: is a guess lost or counted twice, how long does one take, and does the server's memory grow.

    python -m benchmarks.duels [--duels 50] [--minutes 5] [--app] [--json]

Starts a server of its own on a loopback port, with an empty home, and stops it afterwards. Each duel has two players
with a cookie and a WebSocket of their own: they meet in a lobby, wait for the panorama of each round, think, and guess;
now and then one sends a guess twice at a moment, or drops the socket for a while. When a duel is over they begin
another. Every guess that the server took is looked up in what it tells at the end: `lost` counts those that are not
there or are others, `doubled` those that were taken twice. `rss_growth_mb` is how much the memory grew after the first
quarter of the time, when pictures and compilers have their place. With --json the last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from benchmarks.load import HOST, REQUEST_S, Play, free_port, let_play, server

THINK_S = (4.0, 14.0)
TWICE, DROPS, DROP_S = 0.15, 0.03, (1.0, 10.0)  # how often a guess is sent twice, a socket dropped, and for how long
SETTINGS = {"pause_s": 3}
LOOK_AGAIN_S = 1.0


@dataclass
class Count:
    """What happened."""

    seconds: list[float] = field(default_factory=list)  # of guesses that were taken
    guesses: int = 0
    lost: int = 0
    doubled: int = 0
    late: int = 0  # refused, for the round or the match was over
    twice: int = 0  # sent twice on purpose
    dropped: int = 0  # sockets
    duels: int = 0
    over: int = 0
    waited: int = 0  # asked to come again by 429 or 503
    errors: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """As JSON data; times in seconds."""
        times = sorted(self.seconds)
        return {
            "guesses": self.guesses, "lost": self.lost, "doubled": self.doubled,
            "p50_s": at_share(times, 0.5), "p99_s": at_share(times, 0.99), "worst_s": at_share(times, 1.0),
            "late": self.late, "sent_twice": self.twice, "sockets_dropped": self.dropped, "duels": self.duels,
            "duels_over": self.over, "asked_to_wait": self.waited, "errors": dict(self.errors),
        }  # fmt: skip


def at_share(ordered: list[float], share: float) -> float | None:
    """The value below which a share of ordered values lies; None of none."""
    return round(ordered[round(share * (len(ordered) - 1))], 3) if ordered else None


class Duellist:
    """One browser at one duel."""

    def __init__(self, client: httpx.AsyncClient, count: Count, rng: random.Random, until: float) -> None:
        self.client, self.count, self.rng, self.until = client, count, rng, until
        self.game = ""
        self.taken: dict[int, float] = {}  # round -> latitude of the guess that the server took

    async def ask(self, verb: str, path: str, body: object = None) -> httpx.Response:
        """One request, asked again where the server says so, or had just closed the idle connection."""
        while True:
            try:
                answer = await self.client.request(verb, path, json=body)
            except (httpx.ReadError, httpx.RemoteProtocolError):
                if verb != "GET":
                    raise
                continue
            if answer.status_code not in (429, 503) or time.monotonic() > self.until:
                return answer
            self.count.waited += 1
            await asyncio.sleep(min(10.0, float(answer.headers.get("retry-after", "1"))) + self.rng.random())

    async def play(self) -> None:
        """Until the duel is over or the time is up, by what the socket says."""
        while time.monotonic() < self.until:
            cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
            url = f"{str(self.client.base_url).rstrip('/').replace('http', 'ws', 1)}{self.game}/live"
            try:
                async with connect(url, additional_headers={"Cookie": cookies}, proxy=None, open_timeout=60) as line:
                    if await self.listen(line):
                        return
            except (OSError, WebSocketException, TimeoutError) as error:
                self.count.errors[f"socket {type(error).__name__}"] += 1
            self.count.dropped += 1
            await asyncio.sleep(self.rng.uniform(*DROP_S))

    async def listen(self, line: Any) -> bool:
        """Play by the states as they come; False when the socket is dropped on purpose."""
        while time.monotonic() < self.until:
            try:
                live = json.loads(await asyncio.wait_for(line.recv(), LOOK_AGAIN_S))["live"]
            except TimeoutError:
                continue
            if live["phase"] == "over":
                return True
            own = next(seat for seat in live["seats"] if seat["you"])
            if live["phase"] == "looking" and not own["guessed"] and live["round"] not in self.taken:
                await self.guess(live["round"], live["until"] - live["now"])
                if self.rng.random() < DROPS:
                    return False
        return True

    async def guess(self, number: int, left_s: float) -> None:
        """Look, think and guess, now and then twice at one moment."""
        began = time.monotonic()
        await self.ask("GET", f"{self.game}/rounds/{number}/panorama.jpg?width=2048")
        think_s = self.rng.uniform(*THINK_S)
        await asyncio.sleep(max(0.0, min(think_s, left_s - (time.monotonic() - began) - 1.0)))
        lat = round(self.rng.uniform(-55.0, 70.0), 6)
        both = [self.send(number, lat)]
        if self.rng.random() < TWICE:
            self.count.twice += 1
            both.append(self.send(number, -lat))
        taken = [one for one in await asyncio.gather(*both) if one is not None]
        self.count.doubled += max(0, len(taken) - 1)
        if taken:
            self.taken[number] = taken[0]
            self.count.guesses += 1

    async def send(self, number: int, lat: float) -> float | None:
        """Send a guess; its latitude where it was taken."""
        began = time.monotonic()
        try:
            answer = await self.ask("POST", f"{self.game}/rounds/{number}/guess", {"lat": lat, "lng": 10.0})
        except httpx.HTTPError as error:
            self.count.errors[f"guess {type(error).__name__}"] += 1
            return None
        if answer.status_code == 200:
            self.count.seconds.append(time.monotonic() - began)
            return lat
        if answer.status_code == 409:
            self.count.late += "counts once" not in answer.text
        else:
            self.count.errors[f"guess {answer.status_code}"] += 1
        return None

    async def check(self) -> None:
        """Look up every guess that was taken."""
        state = (await self.client.get(self.game)).json()
        told = {one["round"]: one for one in state["rounds"]}
        for number, lat in self.taken.items():
            found = told[number].get("guess")
            kept = told[number]["status"] == "guessed" and ((found is None and told[number].get("hidden")) or (
                found is not None and found["lat"] == lat))  # fmt: skip
            self.count.lost += not kept
        if state["live"]["phase"] == "over":
            self.count.over += 1


async def table(number: int, url: str, transport: httpx.AsyncBaseTransport, count: Count, until: float) -> None:
    """One table at which two play duel after duel."""
    rng = random.Random(number)
    clients = [httpx.AsyncClient(transport=transport, base_url=url, timeout=REQUEST_S) for _ in range(2)]
    await asyncio.sleep(rng.uniform(0.0, 5.0))
    while time.monotonic() < until - 2.0:
        ada, bo = (Duellist(client, count, random.Random(rng.random()), until) for client in clients)
        try:
            made = await ada.ask("POST", "/arena/api/games", {"name": "Ada", "mode": "duel", "duel": SETTINGS})
            if made.status_code != 201:
                continue
            ada.game = bo.game = f"/arena/api/games/{made.json()['game_id']}"
            await bo.ask("POST", f"{bo.game}/seats", {"name": "Bo"})
            for one in (ada, bo):
                await one.ask("POST", f"{one.game}/ready", {"ready": True})
            count.duels += 1
            await asyncio.gather(ada.play(), bo.play())
            for one in (ada, bo):
                await one.check()
        except httpx.HTTPError as error:
            count.errors[f"table {type(error).__name__}"] += 1


async def crowd(url: str, pid: int, duels: int, seconds: float) -> tuple[Count, list[float]]:
    """Let everyone play; what happened, and the server's memory every other second in MB."""
    count = Count()

    def begin(transport: httpx.AsyncBaseTransport, until: float) -> Iterator[Play]:
        for one in range(duels):
            yield table(one, url, transport, count, until)

    return count, await let_play(begin, pid, 2 * duels, seconds, lambda: f"{count.guesses} guesses")


def measure(duels: int, minutes: float, app: bool = False, port: int = 0) -> dict[str, Any]:
    """Start a server, let everyone play, and answer the figures."""
    port = port or free_port()
    with tempfile.TemporaryDirectory() as home, server(app, port, Path(home)) as pid:
        count, memory = asyncio.run(crowd(f"http://{HOST}:{port}", pid, duels, 60.0 * minutes))
    return {
        "at_a_time": duels, "minutes": minutes, "served": "app" if app else "arena", "cores": os.cpu_count(),
        **count.figures(), "rss_growth_mb": round(memory[-1] - memory[len(memory) // 4], 1),
        "rss_mb": {"before": round(memory[0]), "most": round(max(memory)), "after": round(memory[-1])},
    }  # fmt: skip


def report(figures: dict[str, Any]) -> None:
    """The figures as lines for people."""
    print(f"{figures['at_a_time']} duels at a time, {figures['minutes']:g} min, {figures['served']}, "
          f"{figures['cores']} cores: {figures['duels']} begun, {figures['duels_over']} seats saw the end")  # fmt: skip
    print(f"{figures['guesses']} guesses, {figures['lost']} lost, {figures['doubled']} doubled "
          f"({figures['sent_twice']} sent twice), {figures['late']} too late")  # fmt: skip
    print(f"a guess: p50 {figures['p50_s']} s, p99 {figures['p99_s']} s, worst {figures['worst_s']} s")
    print(f"memory: {figures['rss_mb']['before']} MB before, {figures['rss_mb']['after']} after, "
          f"{figures['rss_growth_mb']} grown after the first quarter")  # fmt: skip
    print(f"asked to wait {figures['asked_to_wait']} times; errors: {figures['errors'] or 'none'}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duels", type=int, default=50, help="duels at a time (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long they are played (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="loopback port of the server (default: a free one)")
    parser.add_argument("--app", action="store_true", help="the whole app, with the model, in place of the game alone")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    options = parser.parse_args()
    if options.duels < 1 or options.minutes <= 0:
        parser.error("looked for at least one duel and some minutes")
    conclude(measure(options.duels, options.minutes, options.app, options.port), options.json)


def conclude(figures: dict[str, Any], as_json: bool) -> None:
    """Print the figures; a guess that was lost or counted twice is a failure."""
    report(figures)
    if as_json:
        print(json.dumps(figures))
    if figures["lost"] or figures["doubled"] or figures["errors"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
