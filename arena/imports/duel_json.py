"""A GeoGuessr duel as the site gives it (`/duels/…`): two teams on the same places. Pure.

    {"gameId", "options": {"roundTime", "movementOptions": {"forbidMoving", …}, "map": {"name", "slug", "bounds",
     "maxErrorDistance"}}, "rounds": [{"roundNumber", "startTime", "panorama": {"lat", "lng", …}}, …],
     "teams": [{"name", "players": [{"playerId", "nick", "rating", "guesses": [{"roundNumber", "lat", "lng", "distance",
                "score", "created"}, …]}], "roundResults": [{"roundNumber", "score", "bestGuess": {…} or null}]}, …]}

Rounds that were drawn and never played stand in the list too. A team of several players has a guess of each; where a
file keeps only the team's best guesses, the team is one player. A rating of 0 is how the site writes "none".
"""

from typing import Any

from arena.imports.found import FoundGame, FoundGuess, FoundPlayer, FoundRound, NotReadable
from arena.imports.game_json import extent_m, movement_of
from arena.imports.identities import ANONYMOUS, identify
from arena.imports.values import member, members, moment, number, text, whole


def is_duel(data: Any) -> bool:
    """Whether this looks like one duel."""
    return isinstance(data, dict) and isinstance(data.get("teams"), list) and "rounds" in data


def read_duel(data: dict[str, Any], where: str) -> FoundGame:
    """One duel, unchecked: a game with a seat for each player.

    Raises:
        NotReadable: no rounds, no guesses, or a guess in a round without a position.
    """
    places = {whole(member(one, "roundNumber")) or k: one for k, one in enumerate(members(data, "rounds"), start=1)}
    players: list[FoundPlayer] = []
    rounds: dict[int, FoundRound] = {}
    for team in members(data, "teams"):
        for player, guesses in _seats(team):
            seat = len(players)
            players.append(player)
            for one in guesses:
                _put(rounds, places, seat, one)
            for played in _missed(team, {whole(member(one, "roundNumber")) for one in guesses}):
                if played in places:
                    _put(rounds, places, seat, {"roundNumber": played, "score": 0, "missed": True})
    if not any(one.guesses for one in rounds.values()):
        raise NotReadable("empty", "a duel without rounds or without guesses", 0)
    options = member(data, "options")
    chart = member(options, "map")
    rules = member(options, "movementOptions") or member(data, "movementOptions") or options
    ordered = [rounds[key] for key in sorted(rounds)]
    game = FoundGame(
        where,
        text(member(chart, "name")) or text(member(chart, "slug")) or text(member(options, "mapSlug")) or "",
        players,
        ordered,
        number(member(chart, "maxErrorDistance")),
        extent_m(member(chart, "bounds") or member(data, "mapBounds")),
        movement_of(rules),
        whole(member(options, "roundTime"), 86_400) or whole(member(options, "maxRoundTime"), 86_400) or None,
        moment(member(places.get(ordered[0].number), "startTime")),
    )
    identify(game, text(member(data, "gameId"), 80))
    return game


def _seats(team: Any) -> list[tuple[FoundPlayer, list[Any]]]:
    """The players of a team with their guesses; the team itself where only its best guesses are kept."""
    seats = [
        (_player(one), [guess for guess in members(one, "guesses") if isinstance(guess, dict)])
        for one in members(team, "players")
        if members(one, "guesses")
    ]
    if seats:
        return seats
    known = [
        {"roundNumber": one.get("roundNumber")} | {name: value for name, value in best.items() if value is not None}
        for one in members(team, "roundResults")
        if isinstance(best := member(one, "bestGuess"), dict)
    ]
    alone = next(iter(members(team, "players")), None)
    # A name of a team ("red") is that of many; its id is its own.
    name, identity = text(member(team, "name")), text(member(team, "id"), 80)
    player = _player(alone) if alone else FoundPlayer(name or text(identity) or ANONYMOUS, identity)
    return [(player, known)] if known else []


def _player(data: Any) -> FoundPlayer:
    ratings = [member(data, "rating"), member(data, "progressChange", "rankedSystemProgress", "ratingBefore"),
               member(data, "competitive", "rating")]  # fmt: skip
    identity = text(member(data, "playerId"), 80) or text(member(data, "id"), 80)
    nick = text(member(data, "nick"))
    name = nick or text(identity) or ANONYMOUS
    return FoundPlayer(name, identity or nick, next((found for one in ratings if (found := whole(one, 10_000))), None))


def _missed(team: Any, guessed: set[int | None]) -> list[int]:
    """Rounds that the team played without any guess: a result stands there, its best guess is null."""
    return [
        played
        for one in members(team, "roundResults")
        if isinstance(one, dict) and "bestGuess" in one and one["bestGuess"] is None
        if (played := whole(one.get("roundNumber"))) is not None and played not in guessed
    ]


def _put(rounds: dict[int, FoundRound], places: dict[int, Any], seat: int, guess: dict[str, Any]) -> None:
    played = whole(guess.get("roundNumber"))
    place = places.get(played) if played is not None else None
    spot = member(place, "panorama") or place
    lat, lng = number(member(spot, "lat")), number(member(spot, "lng"))
    if played is None or lat is None or lng is None:
        raise NotReadable("no place", f"a guess is in round {played or '?'}, which has no position")
    one = rounds.setdefault(played, FoundRound(played, lat, lng))
    if seat in one.guesses:
        raise NotReadable("repeated", f"a player has two guesses in round {played}")
    started, at = moment(member(place, "startTime")), moment(guess.get("created"))
    seconds = at - started if at is not None and started is not None and 0 <= at - started < 86_400 else None
    where = f"round {played}"
    if guess.get("missed"):
        one.guesses[seat] = FoundGuess(None, None, None, 0, None, started, where)
        return
    metres = number(guess.get("distance"))
    one.guesses[seat] = FoundGuess(
        number(guess.get("lat")), number(guess.get("lng")), metres, whole(guess.get("score"), 5000), seconds, at, where
    )
