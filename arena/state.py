"""A match as one seat sees it: JSON data, with the truth of told rounds only. Knows no store and no HTTP.

Who has no seat looks on over the shoulder of the first one, and is told no more than everyone may know.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from arena.records import HOST, MODEL_NAME, Game, Guess, Round
from arena.rules import is_expired, open_round, seconds_left
from arena.sources import Source, Walkable
from model.geo.scoring import MAX_SCORE

MOST_SHOWN = 100  # players of a table; and oneself
Bounds = tuple[float, float, float, float]  # south, west, north, east


@dataclass(frozen=True)
class Viewer:
    """Who asks, and what must not be told: `hidden` are rounds, guessed or not; a seed tells all places."""

    seat: int | None
    hidden: Collection[int] = ()
    tell_seed: bool = False

    @property
    def shown(self) -> int:
        """The seat whose rounds are shown."""
        return HOST if self.seat is None else self.seat


def game_state(game: Game, map_title: str, view: Bounds, opponent: bool, now: float, viewer: Viewer) -> dict[str, Any]:
    """Everything the page needs to draw or resume a match.

    Args:
        game: as stored.
        map_title: of its map, for people.
        view: what the guess map shows first.
        opponent: whether a model is at the table.
        now: seconds since 1970, UTC.
        viewer: the seat that asks.
    """
    seat = viewer.shown
    own, current = game.seats[seat], open_round(game.guessed(seat), game.length)
    told = [one.number for one in game.rounds if seat in one.guesses and one.number not in viewer.hidden]
    closed = is_expired(game.created_at, game.finished_at, now, game.closes_at)
    return {
        "game_id": game.game_id,
        "mode": game.mode,
        "told": game.told,
        "seat": viewer.seat,
        "seats": standings(game, viewer),
        "room": game.has_room() and game.finished_at is None and not closed,
        "closes_at": game.closes_at,
        "map": game.map,
        "map_title": map_title,
        "source": game.source,
        "scale_km": game.scale_km,
        "view": view,
        "player": own.player,
        "kind": own.kind,
        "rules": {"time_limit_s": game.rules.time_limit_s, "movement": game.rules.movement},
        "seed_chosen": game.seed_chosen,
        "ranked": not game.seed_chosen,
        "rounds_total": game.length,
        "round": current or game.length,
        "finished": current is None,
        "expired": closed and current is not None,
        "total": game.total(seat, told),
        "max_total": MAX_SCORE * game.length,
        "seed": game.seed if current is None and viewer.tell_seed else None,
        "rounds": [round_state(one, current, game, now, viewer) for one in game.rounds],
        "opponent_offered": opponent,
        "model_name": MODEL_NAME,
        "rival": _rival(game, told),
        "opponent": opponent_state(game) if current is None and _model_is_told(game, viewer) else None,
    }


def standings(game: Game, viewer: Viewer) -> list[dict[str, Any]]:
    """Everyone at the table, the best first; points are told of those who have guessed every round."""
    rows: list[dict[str, Any]] = [
        {"seat": number, "player": seat.player, "kind": seat.kind, "you": number == viewer.seat,
         "guessed": len(game.guessed(number)), "done": game.is_done(number),
         "total": game.total(number) if game.is_done(number) else None}
        for number, seat in game.seats.items()
    ]  # fmt: skip
    ordered = sorted(rows, key=lambda row: (not row["done"], -(row["total"] or 0), -row["guessed"], row["seat"]))
    return [row for place, row in enumerate(ordered) if place < MOST_SHOWN or row["you"]]


def round_state(one: Round, current: int | None, game: Game, now: float, viewer: Viewer) -> dict[str, Any]:
    """One round: `status` is "guessed", "open" or "waiting"; only a guessed one has its guess, truth and points.

    A guessed round that must not be told yet has none of them and says so.
    """
    seat = viewer.shown
    if seat in one.guesses:
        if one.number in viewer.hidden:
            return {"round": one.number, "status": "guessed", "started": True, "hidden": True}
        own = game.model_seat()
        played = None if own is None or own == seat else one.guesses.get(own)
        model = {"model": None if played is None else _guess(played)}
        return {"round": one.number, "status": "guessed", "started": True, **guess_result(one, seat), **model}
    started_at = one.starts.get(seat)
    status = "open" if one.number == current else "waiting"
    state = {"round": one.number, "status": status, "started": started_at is not None}
    left_s = seconds_left(game.rules, started_at, now) if status == "open" else None
    return state if left_s is None else state | {"seconds_left": round(left_s, 3)}


def guess_result(one: Round, seat: int = HOST) -> dict[str, Any]:
    """The answer to a guess: truth, guess, distance_km, score, seconds, timed_out."""
    place = one.place
    return {
        "truth": {"lat": place.lat, "lng": place.lng, "country": place.country, "label": place.label},
        **_guess(one.guesses[seat]),
    }


def walk_state(source: Source | None) -> dict[str, int] | None:
    """How far one can walk on a map: steps to either side of a place, metres a step; None where nobody can."""
    return {"farthest": source.farthest, "step_m": source.step_m} if isinstance(source, Walkable) else None


def _rival(game: Game, told: list[int]) -> dict[str, Any] | None:
    """How the model at the table stands on the rounds that are told; None where it has no seat.

    `from_start` says whether it was asked to the table when the match began.
    """
    own = game.model_seat()
    if own is None:
        return None
    played = [number for number in game.guessed(own) if number in told]
    seat = game.seats[own]
    return {"player": seat.player, "guessed": len(played), "total": game.total(own, played),
            "from_start": seat.seen_at is not None}  # fmt: skip


def opponent_state(game: Game) -> dict[str, Any] | None:
    """What the model played on the rounds of a match; None before it has played them all."""
    seat = game.model_seat()
    if seat is None or not game.is_done(seat):
        return None
    return {
        "player": game.seats[seat].player,
        "kind": game.seats[seat].kind,
        "total": game.total(seat),
        "rounds": [{"round": one.number, **_guess(one.guesses[seat])} for one in game.rounds],
    }


def _model_is_told(game: Game, viewer: Viewer) -> bool:
    """Whether no round of the match is kept from who asks."""
    return not any(one.number in viewer.hidden for one in game.rounds)


def _guess(guess: Guess) -> dict[str, Any]:
    return {
        "guess": None if guess.lat is None else {"lat": guess.lat, "lng": guess.lng},
        "distance_km": guess.distance_km,
        "score": guess.score,
        "seconds": guess.seconds,
        "timed_out": guess.lat is None,
    }
