"""What a run of the bot is doing, how far it is, and what to call it, as words. Knows its events; draws nothing."""

import time
from datetime import UTC, datetime
from typing import Any

from bot import runner
from model.geo.folders import without_folders
from pages.components import words

HEADINGS = {"N": "north", "E": "east", "S": "south", "W": "west"}
WHAT = {"model": "Loading the model", "app": "Looking for the game", "browser": "Starting the browser"}
AFTER = {"model": "Unrolling the atlas", "app": "Getting ready", "browser": "Opening the game"}
TELLING_S = 3.0  # what takes longer than this has its seconds shown

Event = dict[str, Any]


def doing(events: list[Event], runs: list[runner.BotRun], now: float | None = None) -> str:
    """What happens now, from the last event: "Round 2: looking east …"; with its seconds where one has to wait."""
    last = events[-1] if events else {"event": "started"}
    since_s = max(0.0, (time.time() if now is None else now) - float(last.get("at") or time.time()))
    waited = f" {since_s:.0f} s" if since_s >= TELLING_S else ""
    if last["event"] == "doing" and (usual := runner.usual_seconds(str(last.get("what")), runs)) is not None:
        waited += f" (it took {words.duration(usual)} before)"
    return f"{_happening(last)} …{waited}"


def _happening(last: Event) -> str:
    kind, which = last["event"], f"Round {last.get('round', '')}"
    if kind == "doing":
        return WHAT.get(str(last.get("what")), "Getting ready")
    if kind == "done":
        return AFTER.get(str(last.get("what")), "Getting ready")
    if kind == "lost":
        return "Trying again" if last.get("again") else "A game was lost; going on"
    return {
        "started": "Starting the bot",
        "beginning": f"Opening game {last.get('number', '')}",
        "game": "The game is open",
        "looking": f"{which}: looking {HEADINGS.get(str(last.get('heading')), 'around')}",
        "asking": f"{which}: asking the model",
        "guessed": f"{which}: placing the pin",
        "round": f"{which}: {int(last.get('score', 0)):,} points. Going on",
        "game_over": "The game is over",
    }.get(kind, "Closing the browser")


def trouble(events: list[Event]) -> str:
    """What went wrong just now, where it is being tried again; empty when nothing did."""
    told = next((happened for happened in reversed(events) if happened["event"] not in ("doing", "done")), {})
    return without_folders(str(told.get("message", ""))) if told.get("event") == "lost" else ""


def share(events: list[Event], games: int, rounds: int) -> float:
    """How much of the run is behind it, 0 … 1; what was lost of a game is behind it too."""
    over = [happened for happened in events if happened["event"] == "game_over"]
    ended = {happened.get("game_id") for happened in over}
    open_rounds = sum(1 for one in events if one["event"] == "round" and one.get("game_id") not in ended)
    return min(1.0, (len(over) * rounds + open_rounds) / max(1, games * rounds))


def progress(events: list[Event], games: int, rounds: int) -> str:
    """The same in words: "3 of 10 rounds", and what was lost."""
    played = sum(1 for happened in events if happened["event"] == "round")
    lost = sum(1 for happened in events if happened["event"] == "game_over" and happened.get("failed"))
    said = f"{played} of {games * rounds} rounds"
    return f"{said}, {lost} game{'s' if lost != 1 else ''} lost" if lost else said


def elsewhere(settings: dict[str, Any]) -> str:
    """What to say to those who did not start the run that they see."""
    at = settings.get("at")
    when = f" at {datetime.fromtimestamp(at, UTC):%H:%M} UTC" if isinstance(at, int | float) else ""
    return f"This run was started in another window{when}. One bot plays at a time, and everybody may watch it."


def title(run: runner.BotRun) -> str:
    """A run in a line: when, how many rounds, how many points."""
    at = run.settings().get("at")
    when = f"{datetime.fromtimestamp(at, UTC):%d %b %H:%M} UTC" if isinstance(at, int | float) else run.name
    played = run.rounds()
    points = sum(int(one["score"] or 0) for one in played)
    rounds = f"{len(played)} round{'s' if len(played) != 1 else ''}"
    return f"{when}: {rounds}, {points:,} points" if played else f"{when}: no rounds"
