"""The game of the day: one a day (UTC), the same places for everyone on this server, one attempt an identity.

Its seed is drawn when the first player of a day comes, so nobody can compute its places before; the match is known by
its day, so of two processes that draw at one moment one is written, and both go on with that. Knows no store, no HTTP.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

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


def daily_state(now: float, title: str, length: int, today: Game | None, before: Game | None, seat: int | None,
                seat_before: int | None) -> dict[str, Any]:  # fmt: skip
    """The game of the day as JSON data: whether it was played by who asks, the best of today, yesterday's winner.

    Args:
        title: of the map, for people. length: how many rounds.
        today: the match of this day; None before its first player. before: that of yesterday.
        seat: where who asks sits today, `seat_before` yesterday; None where nowhere.
    """
    rows, last = leaderboard(today, seat), leaderboard(before, seat_before)
    own = next((row for row in rows if row["you"]), None)
    guessed = 0 if today is None or seat is None else len(today.guessed(seat))
    return {
        "day": day_of(now),
        "game_id": daily_id(day_of(now)),
        "map_title": title,
        "rounds": length,
        "closes_at": end_of_day(now),
        "status": "new" if seat is None else "open" if own is None else "done",
        "guessed": guessed,
        "players": len(rows),
        "own": own,
        "table": rows[:TABLE],
        "yesterday": {"winner": last[0], "players": len(last), "own": next((row for row in last if row["you"]), None)}
        if last
        else None,
    }  # fmt: skip


def leaderboard(game: Game | None, seat: int | None) -> list[dict[str, Any]]:
    """Everyone who has guessed every round, the best first, of equals the earlier one; `you` is who sits at `seat`."""
    if game is None:
        return []
    done = [number for number in game.players() if game.is_done(number)]
    ended = {number: max(one.guesses[number].at for one in game.rounds) for number in done}
    done.sort(key=lambda number: (-game.total(number), ended[number]))
    return [
        {"rank": rank, "player": game.seats[number].player, "kind": game.seats[number].kind,
         "total": game.total(number), "you": number == seat}
        for rank, number in enumerate(done, start=1)
    ]  # fmt: skip
