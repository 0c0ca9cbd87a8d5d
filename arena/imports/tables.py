"""Tables of guesses (CSV), one row for each guess. Pure: lines in, games out.

    game,round,player,rating,map,map_max_error_m,mode,round_time_s,true_lat,true_lng,guess_lat,guess_lng,distance_m,score

The four positions are needed, and points or the scale of the map; everything else may be missing. Commas, semicolons or
tabs; names of columns are forgiven their case, spaces and the usual other words (`COLUMNS`). Rows of one game belong
together by the column game, wherever they stand; without it each row is a game of its own. Empty guess positions are a
round whose time ran out. `mode` is moving (also where it is not said, the site's own default), no-move or nmpz.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from arena.imports.found import FoundGame, FoundGuess, FoundPlayer, FoundRound, NotReadable, Refusal
from arena.imports.identities import ANONYMOUS, identify, identify_as_one
from arena.imports.values import moment, number, text, whole
from arena.records import Movement

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "game": ("game", "gameid", "gametoken", "token", "duel", "duelid", "match", "matchid"),
    "round": ("round", "roundnumber", "rounds", "no", "number"),
    "player": ("player", "playername", "name", "nick", "nickname", "user", "username", "playerid"),
    "rating": ("rating", "elo", "playerrating"),
    "map": ("map", "mapname", "mapslug", "mapid"),
    "max_error_m": ("mapmaxerrorm", "maxerrorm", "maxerrordistance", "mapmaxerrordistance", "maxerror"),
    "scale_km": ("scalekm", "scale"),
    "mode": ("mode", "gamemode", "movement", "rules"),
    "time_limit_s": ("roundtimes", "roundtime", "timelimits", "timelimit"),
    "lat": ("truelat", "truelatitude", "truthlat", "actuallat", "actuallatitude", "reallat", "correctlat",
            "locationlat", "roundlat", "panoramalat", "lat", "latitude"),
    "lng": ("truelng", "truelon", "truelong", "truelongitude", "truthlng", "actuallng", "actuallon",
            "actuallongitude", "reallng", "correctlng", "locationlng", "roundlng", "panoramalng", "lng", "lon", "long",
            "longitude"),
    "guess_lat": ("guesslat", "guesslatitude", "guessedlat", "playerlat", "myguesslat", "predictedlat"),
    "guess_lng": ("guesslng", "guesslon", "guesslong", "guesslongitude", "guessedlng", "guessedlon", "playerlng",
                  "myguesslng", "predictedlng"),
    "distance_m": ("distancem", "distanceinmeters", "distancemeters", "distancemetres", "distance"),
    "distance_km": ("distancekm", "distanceinkm", "km", "awaykm"),
    "score": ("score", "points", "roundscore", "roundscoreinpoints", "roundpoints"),
    "seconds": ("seconds", "time", "times", "timeseconds", "guesstime"),
    "at": ("at", "date", "datetime", "created", "createdat", "timestamp", "playedat"),
}  # fmt: skip
NEEDED = {"lat": "true_lat", "lng": "true_lng", "guess_lat": "guess_lat", "guess_lng": "guess_lng"}
MODES: Mapping[str, Movement] = {
    "": "moving", "moving": "moving", "move": "moving", "standard": "moving", "nomove": "no_move",
    "nomoving": "no_move", "nm": "no_move", "nmpz": "nmpz", "nomovenopannozoom": "nmpz",
}  # fmt: skip
MAX_FIELD = 10_000  # characters
MAX_ROUNDS = 200  # of one game: more are many games under one name
DELIMITERS = ",;\t|"

Row = dict[str, str]


@dataclass(slots=True)
class _Growing:
    """A game while its rows are read, and where its players and rounds are found again."""

    game: FoundGame
    seats: dict[str, int] = field(default_factory=dict)  # by identity
    numbered: dict[int, FoundRound] = field(default_factory=dict)
    placed: dict[tuple[float, float], FoundRound] = field(default_factory=dict)


def read_table(lines: Iterable[str]) -> Iterator[FoundGame | Refusal]:
    """The games of a table, unchecked, in order of their first rows; and what could not be read.

    A row that cannot be read takes its game with it.
    """
    stream = iter(lines)
    head = next((line for line in stream if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    names = next(csv.reader([head], delimiter=delimiter), [])
    places = columns_of(names)
    if missing := [said for name, said in NEEDED.items() if name not in places]:
        seen = ", ".join(text(name, 24) or "(empty)" for name in islice(names, 12)) or "nothing"
        sentence = f"looked for a table with the columns {', '.join(NEEDED.values())}; {', '.join(missing)} is missing"
        yield Refusal("columns", "line 1", f"{sentence}; found {seen}", 0)
        return
    growing: dict[str, _Growing] = {}
    broken: dict[str, Refusal] = {}
    lost: dict[str, int] = {}
    reader = csv.reader(stream, delimiter=delimiter)
    line = 1
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            yield Refusal("row", f"line {reader.line_num + 1}", f"the row cannot be read ({error})")
            continue
        if fields is None:
            break
        line = reader.line_num + 1
        if not any(field.strip() for field in fields):
            continue
        row = {name: fields[place].strip() for name, place in places.items() if place < len(fields)}
        key = row.get("game") or f"\0{line}"
        if key in broken:
            lost[key] += 1
            continue
        try:
            _put(growing, key, row, f"line {line}", len(fields) > len(names) or len(fields) <= max(places.values()))
        except NotReadable as fault:
            broken[key] = Refusal(fault.kind, f"line {line}", fault.sentence)
            lost[key] = 1 + (growing.pop(key).game.rows() if key in growing else 0)
    for key, refusal in broken.items():
        yield Refusal(refusal.kind, refusal.where, refusal.sentence, lost[key])
    games = {key: one.game for key, one in growing.items()}
    if "player" not in places:
        identify_as_one(list(games.values()))
    for key, game in games.items():
        identify(game, key if "game" in places else "")
        yield game


def columns_of(names: Iterable[str]) -> dict[str, int]:
    """Which of our columns stands where, by the usual words for it; the first word of a list wins."""
    plain = ["".join(letter for letter in name.lower() if letter.isalnum()) for name in names]
    found = {}
    for ours, words in COLUMNS.items():
        if place := next((plain.index(word) + 1 for word in words if word in plain), 0):
            found[ours] = place - 1
    return found


def _put(growing: dict[str, _Growing], key: str, row: Row, where: str, uneven: bool) -> None:
    """Add a row to its game."""
    if uneven:
        raise NotReadable("row", "the row has more or fewer fields than the header")
    lat, lng = _number(row, "lat"), _number(row, "lng")
    if lat is None or lng is None:
        raise NotReadable("no place", "the row has no position of its place")
    if key not in growing:
        growing[key] = _Growing(_game(row, where))
    into = growing[key]
    game = into.game
    if row.get("map", "") and text(row["map"]) != game.map:
        raise NotReadable("mixed", f"one game is on two maps ({game.map} and {text(row['map'])})")
    player = _player(row)
    seat = into.seats.setdefault(player.identity, len(game.players))
    if seat == len(game.players):
        game.players.append(player)
    one = _round(into, row, lat, lng)
    guess = _guess(row, where)
    if (before := one.guesses.get(seat)) is not None:
        if (before.lat, before.lng, before.score) != (guess.lat, guess.lng, guess.score):
            raise NotReadable("repeated", f"{player.name} has two different guesses in round {one.number} of one game")
        game.repeats += 1
        return
    one.guesses[seat] = guess


def _game(row: Row, where: str) -> FoundGame:
    mode = "".join(letter for letter in row.get("mode", "").lower() if letter.isalnum())
    if mode not in MODES:
        raise NotReadable("mode", f'the mode "{text(row["mode"])}" is none of moving, no-move and nmpz')
    scale_km, error_m = _number(row, "scale_km"), _number(row, "max_error_m")
    return FoundGame(
        where,
        text(row.get("map", "")),
        [],
        [],
        error_m if error_m is not None else scale_km * 10_000.0 if scale_km is not None else None,
        None,
        MODES[mode],
        whole(row.get("time_limit_s"), 86_400) or None,
        moment(row.get("at")),
    )


def _player(row: Row) -> FoundPlayer:
    name = text(row.get("player", "")) or ANONYMOUS
    return FoundPlayer(name, text(row.get("player", ""), 80), whole(row.get("rating"), 10_000) or None)


def _round(into: _Growing, row: Row, lat: float, lng: float) -> FoundRound:
    """The round of a row: by its number, or by its place where rounds have no numbers."""
    wanted, rounds = whole(row.get("round")), into.game.rounds
    found = into.placed.get((lat, lng)) if wanted is None else into.numbered.get(wanted)
    if found is None:
        if len(rounds) == MAX_ROUNDS:
            raise NotReadable(
                "too long",
                f"one game has more than {MAX_ROUNDS} rounds; does the column game hold the same for many games? Give "
                "each its own, or leave the column out",
            )
        found = FoundRound(wanted if wanted is not None else len(rounds) + 1, lat, lng)
        rounds.append(found)
        into.numbered.setdefault(found.number, found)
        into.placed.setdefault((lat, lng), found)
    elif (found.lat, found.lng) != (lat, lng):
        raise NotReadable("two places", f"round {found.number} of one game has two places")
    return found


def _guess(row: Row, where: str) -> FoundGuess:
    lat, lng, score = _number(row, "guess_lat"), _number(row, "guess_lng"), None
    if row.get("score"):
        points = _number(row, "score")
        score = whole(points, 5000)
        if score is None:
            raise NotReadable("score", f"{text(row['score'])} are no points from 0 to 5000")
    metres, km = _number(row, "distance_m"), _number(row, "distance_km")
    if metres is None and km is not None:
        metres = km * 1000.0
    if lat is None and lng is None and not score:
        return FoundGuess(None, None, None, 0, number(row.get("seconds")), moment(row.get("at")), where)
    return FoundGuess(lat, lng, metres, score, number(row.get("seconds")), moment(row.get("at")), where)


def _number(row: Row, name: str) -> float | None:
    """A number of a row; None where the field is empty.

    Raises:
        NotReadable: something stands there that is no number.
    """
    if not (said := row.get(name, "")):
        return None
    found = number(said)
    if found is None:
        raise NotReadable("number", f'looked for a number in the column {name}, found "{text(said, 24)}"')
    return found
