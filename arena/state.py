"""A game as the page sees it: JSON data, with the truth of guessed rounds only. Knows no store and no HTTP."""

from collections.abc import Collection
from typing import Any

from arena.games import OPPONENT
from arena.records import HOST, MODEL_NAME, Game, Guess, Round, Rules
from arena.rules import is_expired, open_round, seconds_left
from model.geo.scoring import MAX_SCORE

Bounds = tuple[float, float, float, float]  # south, west, north, east


def game_state(
    game: Game,
    map_title: str,
    view: Bounds,
    opponent: bool,
    now: float,
    hidden: Collection[int] = (),
    tell_seed: bool = False,
) -> dict[str, Any]:
    """Everything the page needs to draw or resume a game.

    Args:
        game: as stored.
        map_title: of its map, for people.
        view: what the guess map shows first.
        opponent: whether a model is at the table.
        now: seconds since 1970, UTC.
        hidden: rounds whose truth the asker must not get, guessed or not.
        tell_seed: whether the seed, which tells all places, gives nothing away any more.
    """
    host = game.seats[HOST]
    current = open_round(game.guessed(), len(game.rounds))
    played_by_opponent = len(game.guessed(OPPONENT)) == len(game.rounds)
    told = [one for one in game.rounds if HOST in one.guesses and one.number not in hidden]
    return {
        "game_id": game.game_id,
        "map": game.map,
        "map_title": map_title,
        "source": game.source,
        "scale_km": game.scale_km,
        "view": view,
        "player": host.player,
        "kind": host.kind,
        "rules": {"time_limit_s": game.rules.time_limit_s, "movement": game.rules.movement},
        "seed_chosen": game.seed_chosen,
        "ranked": not game.seed_chosen,
        "rounds_total": len(game.rounds),
        "round": current or len(game.rounds),
        "finished": current is None,
        "expired": is_expired(game.created_at, game.finished_at, now),
        "total": sum(one.guesses[HOST].score for one in told),
        "max_total": MAX_SCORE * len(game.rounds),
        "seed": game.seed if current is None and tell_seed else None,
        "rounds": [round_state(one, current, game.rules, now, one.number in hidden) for one in game.rounds],
        "opponent_offered": opponent,
        "model_name": MODEL_NAME,
        "opponent": opponent_state(game) if played_by_opponent and current is None and not hidden else None,
    }


def round_state(one: Round, current: int | None, rules: Rules, now: float, hidden: bool) -> dict[str, Any]:
    """One round: `status` is "guessed", "open" or "waiting"; only a guessed one has its guess, truth and points.

    A guessed round that is hidden from the asker has none of them and says so.
    """
    if HOST in one.guesses:
        told = {"hidden": True} if hidden else guess_result(one)
        return {"round": one.number, "status": "guessed", "started": True, **told}
    if one.number != current:
        return {"round": one.number, "status": "waiting", "started": one.started_at is not None}
    state = {"round": one.number, "status": "open", "started": one.started_at is not None}
    left_s = seconds_left(rules, one.started_at, now)
    return state if left_s is None else state | {"seconds_left": round(left_s, 3)}


def guess_result(one: Round) -> dict[str, Any]:
    """The answer to a guess: truth, guess, distance_km, score, seconds, timed_out."""
    place = one.place
    return {
        "truth": {"lat": place.lat, "lng": place.lng, "country": place.country, "label": place.label},
        **_guess(one.guesses[HOST]),
    }


def opponent_state(game: Game) -> dict[str, Any]:
    """What the opponent played on the rounds of a finished game."""
    guesses = [(one.number, one.guesses[OPPONENT]) for one in game.rounds]
    return {
        "player": game.seats[OPPONENT].player,
        "kind": game.seats[OPPONENT].kind,
        "total": sum(guess.score for _, guess in guesses),
        "rounds": [{"round": number, **_guess(guess)} for number, guess in guesses],
    }


def _guess(guess: Guess) -> dict[str, Any]:
    return {
        "guess": None if guess.lat is None else {"lat": guess.lat, "lng": guess.lng},
        "distance_km": guess.distance_km,
        "score": guess.score,
        "seconds": guess.seconds,
        "timed_out": guess.lat is None,
    }
