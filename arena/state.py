"""A game as the page sees it: JSON data, with the truth of guessed rounds only. Knows no store and no HTTP."""

from typing import Any

from arena.games import OPPONENT
from arena.records import HOST, Game, Guess, Round
from arena.rules import MAX_TOTAL, open_round


def game_state(game: Game, map_title: str, view: tuple[float, float, float, float], opponent: bool) -> dict[str, Any]:
    """Everything the page needs to draw or resume a game; the seed, which tells all places, only after the end."""
    host = game.seats[HOST]
    current = open_round(game.guessed(), len(game.rounds))
    played_by_opponent = len(game.guessed(OPPONENT)) == len(game.rounds)
    return {
        "game_id": game.game_id,
        "map": game.map,
        "map_title": map_title,
        "source": game.source,
        "scale_km": game.scale_km,
        "view": view,
        "player": host.player,
        "kind": host.kind,
        "rounds_total": len(game.rounds),
        "round": current or len(game.rounds),
        "finished": current is None,
        "total": sum(one.guesses[HOST].score for one in game.rounds if HOST in one.guesses),
        "max_total": MAX_TOTAL,
        "seed": game.seed if current is None else None,
        "rounds": [round_state(one, current) for one in game.rounds],
        "opponent_offered": opponent,
        "opponent": opponent_state(game) if played_by_opponent and current is None else None,
    }


def round_state(one: Round, current: int | None) -> dict[str, Any]:
    """One round: `status` is "guessed", "open" or "waiting"; only a guessed one has its guess, truth and points."""
    if HOST in one.guesses:
        return {"round": one.number, "status": "guessed", "started": True, **guess_result(one)}
    status = "open" if one.number == current else "waiting"
    return {"round": one.number, "status": status, "started": one.started_at is not None}


def guess_result(one: Round) -> dict[str, Any]:
    """The answer to a guess: truth, guess, distance_km, score, seconds."""
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
        "guess": {"lat": guess.lat, "lng": guess.lng},
        "distance_km": guess.distance_km,
        "score": guess.score,
        "seconds": guess.seconds,
    }
