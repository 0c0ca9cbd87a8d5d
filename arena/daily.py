"""The game of the day: one a day (UTC), the same places for everyone on this server, one attempt an identity.

Its seed is drawn when the first player of a day comes, so nobody can compute its places before; the match is known by
its day, so of two processes that draw at one moment one is written, and both go on with that. Knows no store, no HTTP.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from arena.leaderboard import Leaderboard, Standing
from arena.records import Game
from arena.rules import Refused
from arena.sources import Source

TABLE = 10  # players shown of a day


def day_of(now: float) -> str:
    """The day of a moment (seconds since 1970), in UTC: "2026-11-22"."""
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def day_before(now: float) -> str:
    """The day before that."""
    return (datetime.fromtimestamp(now, UTC).date() - timedelta(days=1)).isoformat()


def daily_id(day: str) -> str:
    """By what the match of a day is known."""
    return f"daily-{day}"


def end_of_day(now: float) -> float:
    """When the day of a moment is over, in seconds since 1970."""
    midnight = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1)).timestamp()


def as_daily(game: Game, now: float) -> Game:
    """A match that was just begun as that of the day: open to everyone until midnight."""
    return replace(game, game_id=daily_id(day_of(now)), closes_at=end_of_day(now), most_seats=None)


def daily_map(maps: dict[str, Source]) -> Source:
    """The map of the day: the first one that can be played.

    Raises:
        Refused: there is none (not_now).
    """
    found = next((one for one in maps.values() if not one.problem), None)
    if found is None:
        raise Refused("No map can be played at the moment, so there is no game of the day.", "not_now")
    return found


def daily_state(
    now: float, title: str, length: int, today: Leaderboard | None, before: Leaderboard | None
) -> dict[str, Any]:
    """The game of the day as JSON data: whether it was played by who asks, the best of today, yesterday's winner.

    Args:
        title: of the map, for people. length: how many rounds.
        today: of this day, as who asks stands in it; None before its first player. before: likewise, of yesterday.
    """
    own = _row(today.own, today) if today and today.own else None
    return {
        "day": day_of(now),
        "game_id": daily_id(day_of(now)),
        "map_title": title,
        "rounds": length,
        "closes_at": end_of_day(now),
        "status": "new" if today is None or today.seat is None else "open" if own is None else "done",
        "guessed": today.guessed if today else 0,
        "players": today.players if today else 0,
        "own": own,
        "table": [_row(one, today) for one in today.best] if today else [],
        "yesterday": {
            "winner": _row(before.best[0], before),
            "players": before.players,
            "own": _row(before.own, before) if before.own else None,
        }
        if before and before.best
        else None,
    }


def _row(place: Standing, table: Leaderboard) -> dict[str, Any]:
    return {"rank": place.rank, "player": place.player, "kind": place.kind, "total": place.total,
            "you": place.seat == table.seat}  # fmt: skip
