"""What happened in a run, one JSON object a line: written while playing, read by whoever watches. Knows no browser.

Each event carries `event`, `at` (seconds since 1970) and the facts of its kind:

    started              player, games, rounds, url, map, seed, pid
    doing, done          what: "model", "app", "browser"; done has `seconds`
    beginning            number: which game of the run is being opened
    game                 game_id, map, player, resumed; views: what is seen of a place, numbers where north is unknown;
                         stays: one may walk in this game, and the bot does not
    looking              game_id, round, heading: the camera turns there
    asking, guessed      game_id, round: the model is asked; the pin is being placed at lat, lng
    submitting           game_id, round, lat, lng of the pin, wanted_lat, wanted_lng, views: files beside the events
    round                all fields of `RoundPlayed`, and game_id
    lost                 number, game_id, message, screenshot, again: what went wrong, and whether it is tried again
    game_over            all fields of `GamePlayed`
    failed, stopped, finished    the end: why it failed, or how many games were `lost`
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model.errors import StorageError
from model.geo.scoring import MAX_SCORE

Event = dict[str, Any]
Sink = Callable[[Event], None]

ENDINGS = frozenset({"failed", "stopped", "finished"})
STOPPED = "stopped before its end."  # why a game, or a run, was not finished that a person ended


@dataclass(frozen=True)
class RoundPlayed:
    """One round: what the model said, where the pin fell, the truth, and what the page gave for it.

    Truth, distance and points are None where the page does not tell them.
    """

    round: int
    guess_lat: float  # the pin, which is what counts
    guess_lng: float
    wanted_lat: float  # the model's answer, at most a few pixels from the pin
    wanted_lng: float
    lat: float | None
    lng: float | None
    distance_km: float | None
    score: int | None
    seconds: float
    guess_place: str
    true_place: str
    filmstrip: str  # file name, beside the events
    max_score: int | None = MAX_SCORE

    def truth(self) -> tuple[float, float] | None:
        """(lat, lng) of the truth, if the page told it."""
        return None if self.lat is None or self.lng is None else (self.lat, self.lng)


@dataclass(frozen=True)
class GamePlayed:
    """One game: the rounds that this run played (all of it, unless it was resumed) and the points of the whole.

    A game that could not be finished says why in `failed`; its total is then that of its rounds. On a page that shows
    no points the total is None.
    """

    game_id: str
    map: str
    player: str
    total: int | None
    filmstrip: str
    rounds: list[RoundPlayed] = field(default_factory=list)
    failed: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


class EventLog:
    """Appends events to a file; each line is whole before the next begins.

    Raises:
        StorageError: the file cannot be written, or the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._end_torn_line()

    def __call__(self, event: Event) -> None:
        """Append one event."""
        line = json.dumps(event, ensure_ascii=False)
        with self._writing(), self.path.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(f"could not write {self.path}: {error.strerror or error}.") from error

    def _end_torn_line(self) -> None:
        """A run that was killed in the midst of a line must not swallow the next one."""
        try:
            with self.path.open("rb+") as stream:
                if stream.seek(0, os.SEEK_END) > 0:
                    stream.seek(-1, os.SEEK_END)
                    if stream.read(1) != b"\n":
                        stream.write(b"\n")
        except FileNotFoundError:
            pass


def event(kind: str, **facts: Any) -> Event:
    """An event that happens now."""
    return {"event": kind, "at": time.time(), **facts}


class EventTail:
    """The events of a file that grows: each look reads what is new, and no more. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._offset = 0
        self._events: list[Event] = []

    def read(self) -> list[Event]:
        """All events so far; none if nothing is written yet. A line still being written waits for the next look."""
        with self._lock:
            try:
                size = self.path.stat().st_size
                if size < self._offset:  # another file took its place
                    self._offset, self._events = 0, []
                if size > self._offset:
                    with self.path.open("rb") as stream:
                        stream.seek(self._offset)
                        fresh = stream.read()
                    end = fresh.rfind(b"\n") + 1
                    self._offset += end
                    self._events += _parsed(fresh[:end])
            except OSError:
                pass  # not there, or not ours to read: what was read before still counts
            return list(self._events)


def read_events(path: Path) -> list[Event]:
    """All events of a file, read once."""
    return EventTail(path).read()


def _parsed(lines: bytes) -> list[Event]:
    events: list[Event] = []
    for line in lines.decode("utf-8", errors="replace").split("\n"):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue  # cut short by a full disk or a kill; the lines around it still count
        if isinstance(found, dict) and isinstance(found.get("event"), str):
            events.append(found)
    return events
