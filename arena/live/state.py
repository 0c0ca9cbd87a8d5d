"""A live match as JSON data, for one who asks: where it is, who sits there, what is over. Knows no store and no HTTP.

A round is told, to seats and to those who look on alike, when it is over for all; in a blind match, the opponent is
nobody in particular until the verdicts are in.
"""

from collections.abc import Collection
from typing import Any

from arena.live.course import Closed, Course, broken_off, course_of, gone_at, is_opened, is_present, is_ready, team_of
from arena.live.records import LiveRules
from arena.records import Game, Round, Seat, opponent_kind
from arena.state import Viewer, guess_result

OPPONENT = "Opponent"


def add_live(state: dict[str, Any], game: Game, now: float, since: float, viewer: Viewer) -> dict[str, Any]:
    """The state of a live match: `state` as of any match, with what differs here, and `live`."""
    course = course_of(game, now, since)
    masked, over = is_masked(game), course.phase == "over"
    own = viewer.seat
    more: dict[str, Any] = {
        "seats": _standings(game, course, viewer, masked),
        "room": course.phase == "lobby" and game.has_room(),
        "round": course.round,
        "finished": over,
        "expired": over and game.started_at is None,
        "rounds": [_round(one, course, game, now, viewer) for one in game.rounds],
        "opponent": None,  # and nothing else that only a model at the table would put there
        "rival": None,
        "live": _live(game, course, now, since, viewer),
    }
    if masked and own is None:
        more |= {"player": OPPONENT, "kind": None}
    return state | more


def is_masked(game: Game) -> bool:
    """Whether it must not be told yet who sits at the table: a blind match whose verdicts are not in."""
    return game.mode == "blind" and game.finished_at is None


def _live(game: Game, course: Course, now: float, since: float, viewer: Viewer) -> dict[str, Any]:
    assert game.live is not None
    result, last = course.result, course.closed[-1] if course.closed else None
    broken = broken_off(game, course)
    health = last.health if last else (game.live.health, game.live.health)
    return {
        "phase": course.phase,
        "now": round(now, 3),
        "until": None if course.until is None else round(course.until, 3),
        "round": course.round,
        "rules": rules_state(game.live),
        "seats": [_seat(game, number, course, now, since, viewer) for number in sorted(game.seats)],
        "most_seats": 2 * game.live.teams,
        "teams": [
            {"team": side, "health": health[side], "points": sum(one.scores[side] for one in course.closed),
             "seats": [number for number, seat in sorted(game.seats.items()) if team_of(seat) == side]}
            for side in (0, 1)
        ],
        "rounds": [_closed(game, one, viewer.hidden) for one in course.closed],
        "broken_off": None if broken is None else _closed(game, broken, viewer.hidden),
        "winner": None if result is None else "draw" if result.winner is None else result.winner,
        "why": None if result is None else result.why,
        "series": None,
        "rematch_game_id": None,
        "blind": _blind(game, course, viewer) if game.mode == "blind" else None,
    }  # fmt: skip


def rules_state(rules: LiveRules) -> dict[str, Any]:
    """What is told of the settings."""
    return {
        "health": rules.health,
        "multipliers": list(rules.multipliers),
        "after_guess_s": rules.after_guess_s,
        "round_s": rules.round_s,
        "pause_s": rules.pause_s,
        "teams": rules.teams,
        "series": rules.series,
    }


def series_state(
    game: Game, matches: Collection[Game], now: float, since: float, waits: str | None = None
) -> dict[str, Any] | None:
    """Where a series stands: matches won by each side, and the next one, or the sentence why it `waits`."""
    if game.series_id is None or game.live is None:
        return None
    wins, number = [0, 0], game.series_number or 1
    for one in matches:
        result = course_of(one, now, since).result
        if result is not None and result.winner is not None:
            wins[result.winner] += 1
    following = next((one.game_id for one in matches if one.series_number == number + 1), None)
    return {
        "id": game.series_id,
        "number": number,
        "of": game.live.series,
        "wins": wins,
        "next_game_id": following,
        "waits": None if following else waits,
    }


def _seat(game: Game, number: int, course: Course, now: float, since: float, viewer: Viewer) -> dict[str, Any]:
    seat, stranger = game.seats[number], is_masked(game) and number != viewer.seat
    current = game.rounds[course.round - 1]
    return {
        "seat": number,
        "team": team_of(seat),
        "player": OPPONENT if stranger else seat.player,
        "kind": None if stranger else seat.kind,
        "you": number == viewer.seat,
        # What a person may do and a model cannot would tell them apart.
        "ready": False if game.mode == "blind" else is_ready(game, seat, course.closed, now, since),
        "present": stranger or number == viewer.seat or is_present(seat, now, since),
        "guessed": course.phase in ("looking", "pause") and number in current.guesses,
        "forfeit": seat.left_at is not None,
        "forfeits_at": None if stranger or number == viewer.seat else _forfeits_at(game, seat, course, now, since),
    }


def _forfeits_at(game: Game, seat: Seat, course: Course, now: float, since: float) -> float | None:
    """When somebody who is away forfeits the match."""
    running = course.phase in ("countdown", "looking", "pause")
    if not running or seat.left_at is not None or is_present(seat, now, since):
        return None
    return round(gone_at(seat, game.started_at or 0.0, now, since), 3)


def _closed(game: Game, one: Closed, hidden: Collection[int]) -> dict[str, Any]:
    played, told = game.rounds[one.number - 1], one.number not in hidden
    assert game.live is not None
    place = played.place
    guesses = [
        {"seat": seat, "lat": _fine(guess.lat), "lng": _fine(guess.lng), "distance_km": _fine(guess.distance_km, 3),
         "score": guess.score, "seconds": _fine(guess.seconds, 2)}
        for seat, guess in sorted(played.guesses.items())
    ]  # fmt: skip
    return {
        "round": one.number,
        "multiplier": game.live.multiplier(one.number),
        "scores": list(one.scores),
        "damage": list(one.damage),
        "health": list(one.health),
        "truth": {"lat": place.lat, "lng": place.lng, "country": place.country, "label": place.label} if told else None,
        "guesses": guesses if told else [],
    }


def _standings(game: Game, course: Course, viewer: Viewer, masked: bool) -> list[dict[str, Any]]:
    """Everyone at the table, the best first; points are told at the end."""
    over = course.phase == "over"
    rows = [
        {"seat": number, "player": OPPONENT if masked and number != viewer.seat else seat.player,
         "kind": None if masked and number != viewer.seat else seat.kind, "you": number == viewer.seat,
         "guessed": len(game.guessed(number)), "done": over, "total": game.total(number) if over else None}
        for number, seat in game.seats.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-(row["total"] or 0), row["seat"]))


def _round(one: Round, course: Course, game: Game, now: float, viewer: Viewer) -> dict[str, Any]:
    seat, number = viewer.shown, one.number
    if seat in one.guesses:
        told = {"hidden": True} if number in viewer.hidden else guess_result(one, seat)
        return {"round": number, "status": "guessed", "started": True, **told}
    looking = course.phase == "looking" and number == course.round
    # When the first seat fetched its picture is nothing to one who looks on: a model never fetches any.
    started = is_opened(game, number, now) if viewer.seat is None else seat in one.starts
    return {"round": number, "status": "open" if looking else "waiting", "started": started}


def _blind(game: Game, course: Course, viewer: Viewer) -> dict[str, Any]:
    """What the one who asks has said, and once it is told, whom they met; `rate` is filled in by who knows the book."""
    own = None if viewer.seat is None else game.verdicts.get(viewer.seat)
    was = None
    if not is_masked(game) and viewer.seat is not None:
        was = opponent_kind(game, viewer.seat)
    opens = course.phase == "over" and game.finished_at is None and viewer.seat is not None and own is None
    return {"verdict_open": opens and course.result is not None, "your_verdict": own, "was": was, "rate": None}


def _fine(value: float | None, digits: int = 6) -> float | None:
    return None if value is None else round(value, digits)
