"""A GeoGuessr game as the site gives it (`/api/v3/games/…`, or an item of a challenge's high scores). Pure.

    {"token", "map", "mapName", "timeLimit", "forbidMoving", "forbidZooming", "forbidRotating",
     "bounds": {"min": {"lat", "lng"}, "max": {…}}, "rounds": [{"lat", "lng", "startTime", …}, …],
     "player": {"id", "nick", "guesses": [{"lat", "lng", "timedOut", "timedOutWithGuess", "roundScoreInPoints",
                "roundScore": {"amount": "2101"}, "distanceInMeters", "distance": {"meters": …}, "time"}, …]}}

Points stand there as a number, as text, or inside `roundScore`; a guess that timed out without a pin is at 0, 0.
"""

from typing import Any

from arena.imports.found import FoundGame, FoundGuess, FoundPlayer, FoundRound, NotReadable
from arena.imports.identities import ANONYMOUS, identify
from arena.imports.values import member, members, moment, number, text, whole
from arena.records import Movement
from model.geo.distance import haversine_km


def is_game(data: Any) -> bool:
    """Whether this looks like one game of one player."""
    return isinstance(data, dict) and isinstance(member(data, "player", "guesses"), list) and "rounds" in data


def read_game(data: dict[str, Any], where: str) -> FoundGame:
    """One game, unchecked.

    Raises:
        NotReadable: no rounds, no guesses, or a round without a position.
    """
    rounds, guesses = members(data, "rounds"), members(data, "player", "guesses")
    if not rounds or not guesses:
        raise NotReadable("empty", "a game without rounds or without guesses", 0)
    found = []
    for count, (place, guess) in enumerate(zip(rounds, guesses, strict=False), start=1):
        lat, lng = number(member(place, "lat")), number(member(place, "lng"))
        if lat is None or lng is None:
            raise NotReadable("no place", f"round {count} has no position of its place", len(guesses))
        if not isinstance(guess, dict):
            raise NotReadable("no guess", f"the guess of round {count} is no object", len(guesses))
        started = moment(member(place, "startTime"))
        found.append(FoundRound(count, lat, lng, {0: _guess(guess, count, started)}))
    player = member(data, "player")
    nick, identity = text(member(player, "nick")), text(member(player, "id"), 80)
    game = FoundGame(
        where,
        text(member(data, "mapName")) or text(member(data, "map")) or "",
        [FoundPlayer(nick or text(identity) or ANONYMOUS, identity or nick)],
        found,
        number(member(data, "maxErrorDistance")) or number(member(data, "map", "maxErrorDistance")),
        extent_m(member(data, "bounds")),
        movement_of(data),
        whole(member(data, "timeLimit"), 86_400) or None,
        next((moment(member(place, "startTime")) for place in rounds), None) or moment(member(data, "created")),
    )
    identify(game, text(member(data, "token"), 80))
    return game


def extent_m(bounds: Any) -> float | None:
    """The diagonal of a map's bounds in metres, which is the scale that the site states for the World map."""
    corners = [number(member(bounds, side, name)) for side in ("min", "max") for name in ("lat", "lng")]
    south, west, north, east = (float("nan") if value is None else value for value in corners)
    if not (abs(south) <= 90 and abs(north) <= 90 and abs(west) <= 180 and abs(east) <= 180):
        return None
    return float(haversine_km((south, west), (north, east))) * 1000.0 or None


def movement_of(options: Any) -> Movement:
    """The rule of a game from its three prohibitions; one that forbids moving alone is no-move."""
    if not member(options, "forbidMoving"):
        return "moving"
    forbids = bool(member(options, "forbidZooming")) or bool(member(options, "forbidRotating"))
    return "nmpz" if forbids else "no_move"


def _guess(guess: dict[str, Any], number_of_round: int, started: float | None) -> FoundGuess:
    seconds = number(guess.get("time"))
    at = started + seconds if started is not None and seconds is not None else started
    points = [guess.get("roundScoreInPoints"), member(guess, "roundScore", "amount"), guess.get("roundScore")]
    score = next((found for value in points if (found := whole(value, 5000)) is not None), None)
    where = f"round {number_of_round}"
    if guess.get("timedOut") and not guess.get("timedOutWithGuess"):
        return FoundGuess(None, None, None, score or 0, seconds, at, where)
    metres = number(guess.get("distanceInMeters"))
    return FoundGuess(number(guess.get("lat")), number(guess.get("lng")), metres, score, seconds, at, where)
