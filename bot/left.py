"""A game that a run left: which rounds it had reported, which guess was on its way. Read from events; no browser."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.events import Event

LAST = "last"


@dataclass(frozen=True)
class LeftGame:
    """What is known of a game from the events of earlier runs; `pending` is the last guess without a result."""

    game_id: str
    map_name: str = ""
    player: str = ""
    known: frozenset[int] = frozenset()
    pending: Event | None = None
    folder: Path | None = None


def left_game(game_id: str, told: list[tuple[Path, Event]]) -> LeftGame:
    """The state of a game, from all events (oldest first), each with its folder.

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
        elif kind == "submitting":
            pending, where = happened, folder
        elif kind == "round":
            known.add(int(happened["round"]))
    if pending is not None and pending.get("round") in known:
        pending = None
    return LeftGame(game_id, str(about.get("map", "")), str(about.get("player", "")), frozenset(known), pending, where)


def last_left(told: list[tuple[Path, Event]]) -> str:
    """The game that was begun last among those that are not over; empty where there is none.

    A game that was lost is not over, also when later ones were played to their end.
    """
    left: dict[str, None] = {}  # in the order in which they were begun, or taken up again
    for _, happened in told:
        game_id = str(happened.get("game_id", ""))
        if not game_id:
            continue
        if happened["event"] == "game":
            left.pop(game_id, None)
            left[game_id] = None
        elif happened["event"] == "game_over" and not happened.get("failed"):
            left.pop(game_id, None)
    return next(reversed(left), "")


def views_of(pending: Event, folder: Path) -> tuple[bytes, ...]:
    """The views that were seen before a guess, from their files; none where one is missing."""
    names = [Path(str(name)).name for name in pending.get("views", [])]
    try:
        return tuple((folder / name).read_bytes() for name in names)
    except OSError:
        return ()
