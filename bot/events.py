"""What happened in a run, one JSON object a line: written while playing, read by whoever watches. Knows no browser.

Events: started, game, looked, guessed, round, game_over, failed, stopped, finished. Each carries `event`, `at` (seconds
since 1970) and the facts of its kind; `round` carries all fields of `RoundPlayed`, `game_over` all of `GamePlayed`.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Event = dict[str, Any]
Sink = Callable[[Event], None]

ENDINGS = frozenset({"failed", "stopped", "finished"})


@dataclass(frozen=True)
class RoundPlayed:
    """One round: what the model said, where the pin fell, the truth, and what the arena gave for it."""

    round: int
    guess_lat: float  # the pin, which is what counts
    guess_lng: float
    wanted_lat: float  # the model's answer, at most a few pixels from the pin
    wanted_lng: float
    lat: float
    lng: float
    distance_km: float
    score: int
    seconds: float
    guess_place: str
    true_place: str
    filmstrip: str  # file name, beside the events


@dataclass(frozen=True)
class GamePlayed:
    """One game: the rounds that this run played (all five, unless it was resumed) and the points of the whole."""

    game_id: str
    map: str
    player: str
    total: int
    filmstrip: str
    rounds: list[RoundPlayed] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


class EventLog:
    """Appends events to a file; each line is whole before the next begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def __call__(self, event: Event) -> None:
        """Append one event."""
        line = json.dumps(event, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def event(kind: str, **facts: Any) -> Event:
    """An event that happens now."""
    return {"event": kind, "at": time.time(), **facts}


def read_events(path: Path) -> list[Event]:
    """All events so far; none if nothing is written yet. A last line still being written is left for the next look."""
    if not path.is_file():
        return []
    events: list[Event] = []
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]:
        try:
            found = json.loads(line)
        except ValueError:
            continue  # cut short by a full disk or a kill; the lines around it still count
        if isinstance(found, dict) and "event" in found:
            events.append(found)
    return events
