"""Runs of the bot as processes of their own: start, watch, stop. For the dashboard; knows no browser and no model.

A run is a folder below `home_dir()/bot`: run.json (how it was started), events.jsonl, live.png, filmstrips, run.log. So
a page that is reloaded, or opened by someone else, finds every run again, those started by hand (`python -m bot`) too.
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.events import ENDINGS, Event, read_events
from bot.server import stop_group
from model.artifacts import whole
from model.errors import ConfigError
from model.geo.folders import home_dir, repository_dir

STOP_S = 15.0  # the browser and an app that was started want closing

_processes: dict[str, subprocess.Popen[bytes]] = {}  # runs of this process, so that a dead one is not taken for alive


@dataclass(frozen=True)
class BotRun:
    """One run, by its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The run's name, which sorts by time."""
        return self.folder.name

    def settings(self) -> dict[str, Any]:
        """How the run was started: games, url, map, seed, pid, at; empty if that cannot be read."""
        try:
            found = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # started by hand, or its file is broken: its first event says the same
            found = next((happened for happened in self.events() if happened["event"] == "started"), {})
        return found if isinstance(found, dict) else {}

    def events(self) -> list[Event]:
        """All that has happened, oldest first (see bot/events.py)."""
        return read_events(self.folder / "events.jsonl")

    def rounds(self) -> list[Event]:
        """The rounds played so far."""
        return [happened for happened in self.events() if happened["event"] == "round"]

    def latest_image(self) -> Path | None:
        """What there is to see now: the bot's last view, or the filmstrip of the round or game that just ended."""
        last = self.events()[-1:]
        strip = last[0].get("filmstrip") if last and last[0]["event"] in ("round", "game_over") else None
        found = (self.folder / name for name in (strip, "live.png") if name)
        return next((path for path in found if path.is_file()), None)

    def filmstrips(self) -> list[Path]:
        """The filmstrips of rounds and games, in the order in which they were made."""
        named = [happened.get("filmstrip") for happened in self.events() if happened["event"] in ("round", "game_over")]
        return [self.folder / name for name in named if name and (self.folder / name).is_file()]

    def is_running(self) -> bool:
        """Whether the bot is still at it."""
        if self._has_ended():
            return False
        process = _processes.get(str(self.folder))
        if process is not None:
            return process.poll() is None
        return _is_alive(self.settings().get("pid"))

    def problem(self) -> str | None:
        """What stopped the run, as a sentence; None while it runs, and when it ended well or was stopped."""
        for happened in reversed(self.events()):
            if happened["event"] == "failed":
                return str(happened["message"])
        if self.is_running() or self._has_ended():
            return None
        log = self.folder / "run.log"
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] if log.is_file() else []
        return f"the bot ended before its games did{': ' + last[0] if last else ''}. Its log is {log}."

    def stop(self) -> None:
        """End the run, its browser too; what was played is kept. A run that has ended is left alone."""
        if not self.is_running():
            return
        process = _processes.get(str(self.folder))
        if process is not None:
            stop_group(process, STOP_S)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(int(self.settings()["pid"]), signal.SIGTERM)

    def _has_ended(self) -> bool:
        return any(happened["event"] in ENDINGS for happened in self.events()[-1:])


def start(games: int, base_url: str, map_name: str = "world", seed: int | None = None) -> BotRun:
    """Start a bot that plays `games` games at `base_url`; returns at once.

    Raises:
        ConfigError: fewer than one game.
        StorageError: the run's folder cannot be written.
    """
    if games < 1:
        raise ConfigError(f"a run has at least one game, found {games}.")
    folder = runs_folder() / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    command = [sys.executable, "-m", "bot", "--games", str(games), "--url", base_url, "--map", map_name,
               "--out", str(folder), *(["--seed", str(seed)] if seed is not None else [])]  # fmt: skip
    settings = {"games": games, "url": base_url, "map": map_name, "seed": seed, "at": time.time(), "pid": None}
    _write(folder, settings)
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=repository_dir(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                   start_new_session=True)  # fmt: skip
    _processes[str(folder)] = process
    _write(folder, settings | {"pid": process.pid})
    return BotRun(folder)


def runs() -> list[BotRun]:
    """Every run there is, the newest first."""
    folder = runs_folder()
    found = {path.parent for name in ("run.json", "events.jsonl") for path in folder.glob(f"*/{name}")}
    return [BotRun(path) for path in sorted(found, reverse=True)]


def runs_folder() -> Path:
    """Where runs lie."""
    return home_dir() / "bot"


def _write(folder: Path, settings: dict[str, Any]) -> None:
    with whole(folder / "run.json") as path:
        path.write_text(json.dumps(settings) + "\n", encoding="utf-8")


def _is_alive(pid: object) -> bool:
    """Whether a process of that id runs, and is a bot: ids are used again."""
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    command = Path(f"/proc/{pid}/cmdline")
    return b"bot" in command.read_bytes().split(b"\0") if command.is_file() else True
