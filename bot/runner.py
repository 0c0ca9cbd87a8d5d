"""Runs of the bot as processes of their own: start, watch, stop. For the dashboard; knows no browser and no model.

A run is a folder below `home_dir()/bot`: run.json (how it was started), events.jsonl, live.png, filmstrips, run.log. So
a page that is reloaded, or opened by someone else, finds every run again, those started by hand (`python -m bot`) too.
One bot plays at a time: each run keeps a file locked while it lives (bot/alive.py), and `start` looks at all of them.
"""

import contextlib
import functools
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arena.records import LENGTH, USUAL_LENGTH
from bot.alive import HANDED_DOWN, held, is_held
from bot.events import ENDINGS, Event, EventTail
from bot.server import stop_group
from model.artifacts import whole
from model.errors import BrowserError, ConfigError, StorageError
from model.geo.folders import home_dir, repository_dir, without_folders

STOP_S = 15.0  # the browser and an app that was started want closing
NEWEST = 50  # runs that are opened; of older ones the names are known
LOCK = "alive.lock"

_processes: dict[str, subprocess.Popen[bytes]] = {}  # runs of this process, so that it can say how they ended


class AlreadyPlaying(BrowserError):
    """A bot is at it; `run` is its run."""

    def __init__(self, run: "BotRun") -> None:
        super().__init__("a bot is playing already, and one plays at a time: watch this one, or stop it first.")
        self.run = run


@dataclass(frozen=True)
class BotRun:
    """One run, by its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The run's name, which sorts by time."""
        return self.folder.name

    def settings(self) -> dict[str, Any]:
        """How the run was started: games, rounds, url, map, seed, pid, at; empty if that cannot be read."""
        try:
            found = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # started by hand, or its file is broken: its first event says the same
            found = next((happened for happened in self.events() if happened["event"] == "started"), {})
        return found if isinstance(found, dict) else {}

    def events(self) -> list[Event]:
        """All that has happened, oldest first (see bot/events.py)."""
        return _tail(self.folder / "events.jsonl").read()

    def rounds(self) -> list[Event]:
        """The rounds played so far."""
        return [happened for happened in self.events() if happened["event"] == "round"]

    def live_image(self) -> Path | None:
        """The bot's last view, if it has seen anything."""
        path = self.folder / "live.png"
        return path if path.is_file() else None

    def filmstrips(self) -> list[tuple[Event, Path]]:
        """The rounds and games that left a filmstrip, each with its file, in the order in which they were made."""
        named = [one for one in self.events() if one["event"] in ("round", "game_over") and one.get("filmstrip")]
        paths = [(one, self.folder / Path(str(one["filmstrip"])).name) for one in named]
        return [(one, path) for one, path in paths if path.is_file()]

    def is_running(self) -> bool:
        """Whether the bot is still at it; its last words may be written a moment before its process ends."""
        return is_held(self.folder / LOCK)

    def problem(self) -> str | None:
        """What stopped the run, as a sentence for a page; None while it runs, and when it ended well or was stopped."""
        events = self.events()
        for happened in reversed(events):
            if happened["event"] == "failed":
                return without_folders(str(happened.get("message", "")))
        if self.is_running() or any(happened["event"] in ENDINGS for happened in events[-1:]):
            return None
        return f"the bot's process ended before its games did{self._how_it_ended()}. What it had played is kept."

    def stop(self) -> None:
        """End the run, its browser too; what was played is kept. A run that has ended is left alone."""
        if not self.is_running():
            return
        process = _processes.get(str(self.folder))
        if process is not None:
            stop_group(process, STOP_S)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError, KeyError, TypeError, ValueError):
            os.kill(int(self.settings()["pid"]), signal.SIGTERM)  # it holds its lock, so the id is its own

    def _how_it_ended(self) -> str:
        """What the system says of it, or the last line that the bot itself wrote."""
        process = _processes.get(str(self.folder))
        if process is not None and (code := process.poll()) is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f": it was ended from outside ({signal.Signals(-code).name}), or had no memory left"
        log = self.folder / "run.log"
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.is_file() else []
        return f": {without_folders(lines[-1])[:300].rstrip('.')}" if lines else ""


def start(
    games: int, base_url: str, map_name: str = "world", seed: int | None = None, rounds: int = USUAL_LENGTH
) -> BotRun:
    """Start a bot that plays `games` games of `rounds` rounds at `base_url`; returns at once.

    Raises:
        ConfigError: fewer than one game, or a length that no game has.
        AlreadyPlaying: a bot is at it, whoever started it.
        StorageError: the run's folder cannot be written, or the system starts no process.
    """
    if games < 1:
        raise ConfigError(f"a run has at least one game, found {games}.")
    if not LENGTH[0] <= rounds <= LENGTH[1]:
        raise ConfigError(f"a game has {LENGTH[0]} to {LENGTH[1]} rounds, found {rounds}.")
    with held(runs_folder() / "start.lock"):  # one at a time, over all threads and processes
        if (playing := running()) is not None:
            raise AlreadyPlaying(playing)
        folder = runs_folder() / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        command = [sys.executable, "-m", "bot", "--games", str(games), "--rounds", str(rounds), "--url", base_url,
                   "--map", map_name, "--out", str(folder),
                   *(["--seed", str(seed)] if seed is not None else [])]  # fmt: skip
        settings = {"games": games, "rounds": rounds, "url": base_url, "map": map_name, "seed": seed,
                    "at": time.time(), "pid": None}  # fmt: skip
        with held(folder / LOCK) as lock:
            _write(folder, settings)
            try:
                with (folder / "run.log").open("wb") as log:
                    process = subprocess.Popen(
                        command, cwd=repository_dir(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                        start_new_session=True, pass_fds=(lock,), env=os.environ | {HANDED_DOWN: str(folder / LOCK)},
                    )  # fmt: skip
            except OSError as error:
                raise StorageError(f"the bot could not be started: {error.strerror or error}.") from error
            _processes[str(folder)] = process
            _write(folder, settings | {"pid": process.pid})
    return BotRun(folder)


def running() -> BotRun | None:
    """The run that is being played, whoever started it."""
    return next((run for run in map(BotRun, _folders()) if run.is_running()), None)


def runs() -> list[BotRun]:
    """The newest runs, the newest first."""
    return [BotRun(folder) for folder in _folders()[:NEWEST]]


def older() -> list[str]:
    """The names of the runs before those."""
    return [folder.name for folder in _folders()[NEWEST:]]


def usual_seconds(what: str, among: list[BotRun]) -> float | None:
    """How long `what` took in these runs, the middle: "model", "app", "browser", or a "game" of the usual length."""
    found: list[float] = []
    for run in among:
        began: dict[str, float] = {}
        for happened in run.events():
            if happened["event"] == "done" and happened.get("what") == what:
                found.append(float(happened.get("seconds", 0.0)))
            elif happened["event"] == "game":
                began[str(happened.get("game_id"))] = float(happened["at"])
            elif happened["event"] == "game_over" and what == "game":
                since = began.get(str(happened.get("game_id")))
                if since is not None and len(happened.get("rounds", [])) == USUAL_LENGTH and not happened.get("failed"):
                    found.append(float(happened["at"]) - since)
    return statistics.median(found) if found else None


def runs_folder() -> Path:
    """Where runs lie."""
    return home_dir() / "bot"


def _folders() -> list[Path]:
    """The folders of all runs, the newest first."""
    try:
        found = [Path(entry.path) for entry in os.scandir(runs_folder()) if entry.is_dir()]
    except OSError:
        return []
    kept = [path for path in found if (path / "run.json").is_file() or (path / "events.jsonl").is_file()]
    return sorted(kept, reverse=True)


@functools.lru_cache(maxsize=2 * NEWEST)
def _tail(path: Path) -> EventTail:
    """One reader for each run, so that a look costs what is new."""
    return EventTail(path)


def _write(folder: Path, settings: dict[str, Any]) -> None:
    with whole(folder / "run.json") as path:
        path.write_text(json.dumps(settings) + "\n", encoding="utf-8")
