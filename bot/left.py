"""A game that a run left: which rounds it had reported, which guess was on its way. Read from events; no browser."""

import contextlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.events import STOPPED, Event, read_events
from bot.runner import runs
from model.errors import ConfigError

LAST = "last"
PLACES = ("lat", "lng", "wanted_lat", "wanted_lng")


@dataclass(frozen=True)
class LeftGame:
    """What is known of a game from the events of earlier runs; `pending` is the last guess without a result."""

    game_id: str
    map_name: str = ""
    player: str = ""
    known: frozenset[int] = frozenset()
    pending: Event | None = None
    folder: Path | None = None


def left_in(out: Path, game_id: str) -> LeftGame:
    """What the runs whose folders are at hand say of a game: the one in `out`, and those of the dashboard.

    Raises:
        ConfigError: `last` is asked for, and no game was left in `out`.
    """
    folders = {run.folder.resolve(): run.events() for run in reversed(runs())} | {
        out.resolve(): read_events(out / "events.jsonl")
    }
    if game_id == LAST:
        game_id = last_left(folders[out.resolve()])
        if not game_id:
            raise ConfigError(f"looked in {out} for a game that was left, found none; say which with --out or its id.")
    told = [(folder, happened) for folder, events in folders.items() for happened in events]
    return left_game(game_id, sorted(told, key=lambda one: _number(one[1].get("at")) or 0.0))


def left_game(game_id: str, told: list[tuple[Path, Event]]) -> LeftGame:
    """The state of a game, from all events (oldest first), each with its folder; what cannot be read is passed over.

    A page may name two games alike, its address say: what counts begins where the last of them did.
    """
    known: set[int] = set()
    pending: Event | None = None
    where: Path | None = None
    about: dict[str, Any] = {}
    for folder, happened in told:
        if happened.get("game_id") != game_id:
            continue
        kind = happened["event"]
        if kind == "game":
            if not happened.get("resumed"):
                known, pending = set(), None
            about = happened
        elif _round_of(happened) == 0:
            continue
        elif kind == "submitting" and all(_number(happened.get(name)) is not None for name in PLACES):
            pending, where = happened, folder
        elif kind == "round":
            known.add(_round_of(happened))
    if pending is not None and pending["round"] in known:
        pending = None
    return LeftGame(game_id, str(about.get("map", "")), str(about.get("player", "")), frozenset(known), pending, where)


def last_left(told: list[Event]) -> str:
    """The game that comes first among those that are not over; empty where there is none.

    That is the one begun last, also when later ones were played to their end: a game that was lost is not over. One
    that was taken up and lost again goes behind the others, so that each has its turn.
    """
    left: dict[str, None] = {}  # the first to be taken up stands last
    taken_up: set[str] = set()
    for happened in told:
        game_id, kind = str(happened.get("game_id") or ""), happened["event"]
        if not game_id:
            continue
        if kind == "beginning":  # of a new game nobody knows the id yet
            taken_up.add(game_id)
        elif kind == "game":
            left.pop(game_id, None)
            left[game_id] = None
        elif kind == "game_over" and not happened.get("failed"):
            left.pop(game_id, None)
            taken_up.discard(game_id)
        elif kind == "game_over" and game_id in taken_up:
            if happened["failed"] != STOPPED:
                left = {game_id: None} | {other: None for other in left if other != game_id}
            taken_up.discard(game_id)
        elif kind == "game_over":
            left.setdefault(game_id)  # begun on the page, and lost before its first round was seen
    return next(reversed(left), "")


def views_of(pending: Event, folder: Path) -> tuple[bytes, ...]:
    """The views that were seen before a guess, from their files; none where one is missing."""
    told = pending.get("views")
    names = [Path(str(name)).name for name in told] if isinstance(told, list) else []
    try:
        return tuple((folder / name).read_bytes() for name in names)
    except OSError:
        return ()


def _round_of(happened: Event) -> int:
    """Which round an event is of; 0 where it does not say."""
    number = happened.get("round")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else 0


def _number(value: object) -> float | None:
    """A number that is one."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    with contextlib.suppress(OverflowError):  # an integer of four hundred digits
        return float(value) if math.isfinite(value) else None
    return None
