"""Is it true? Positions on Earth, stated distances against the sphere, points against the law of the map. Pure.

A game is believed whole or refused whole. Nothing is mended in silence: columns that look exchanged are refused with a
sentence that says which.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from arena.imports.found import FoundGame, FoundGuess, FoundRound, NotReadable, Refusal
from arena.imports.scales import follows, infer_max_error_m, points_at
from model.geo.distance import Floats, haversine_km

NEAR_SHARE, NEAR_M = 0.005, 50.0  # how far a stated distance may be from ours: another radius, rounded positions
EXCHANGES = ("place", "guess", "both")  # whose latitude and longitude stand in each other's column
Known = Callable[[str], Iterable[float]]
SAID = {
    "place": "the true latitude and longitude", "guess": "the guess's latitude and longitude",
    "both": "latitude and longitude, of place and guess,",
}  # fmt: skip


@dataclass(slots=True)
class Checked:
    """A game that may be imported. Its guesses carry the distance (m) and the points that count."""

    game: FoundGame
    max_error_m: float | None
    confirmed: int  # guesses whose points follow the law of the map
    scale_from: str  # "file", "option", as `infer_max_error_m` says, or "" where the scale is not known


def check_games(
    games: Sequence[FoundGame], max_error_m: float | None = None, known: Known = lambda _map: ()
) -> list[Checked | Refusal]:
    """Check all games of a file, in order.

    Args:
        max_error_m: for maps whose scale the file does not state.
        known: the scales (max error, m) that a map of this name is known to have elsewhere, the best first.
    """
    refused: dict[int, Refusal] = {}
    sound, kept = [], []
    for game in games:
        try:
            _on_earth(game)
            sound.append(game)
        except NotReadable as fault:
            refused[id(game)] = Refusal(fault.kind, game.where, fault.sentence, game.rows())
    ours = _distances(sound)
    for game in sound:
        try:
            _agree_on_distances(game, ours)
            kept.append(game)
        except NotReadable as fault:
            refused[id(game)] = Refusal(fault.kind, game.where, fault.sentence, game.rows())
    scales = _scales(kept, ours, max_error_m, known)
    checked: dict[int, Checked] = {}
    for game in kept:
        try:
            checked[id(game)] = _score(game, *scales.get(_key(game), (None, "")))
        except NotReadable as fault:
            refused[id(game)] = Refusal(fault.kind, game.where, fault.sentence, game.rows())
    return [refused[id(game)] if id(game) in refused else checked[id(game)] for game in games]


def _guesses(game: FoundGame) -> list[tuple[FoundRound, FoundGuess]]:
    return [(one, guess) for one in game.rounds for guess in one.guesses.values()]


def _on_earth(game: FoundGame) -> None:
    """Every position is on Earth, and a guess without one has no points."""
    for one, guess in _guesses(game):
        for what, lat, lng in (("place", one.lat, one.lng), ("guess", guess.lat, guess.lng)):
            if lat is None and lng is None and what == "guess":
                if guess.score:
                    raise NotReadable("no guess", f"{guess.where}: {guess.score} points without a position")
                continue
            if lat is None or lng is None:
                raise NotReadable("no guess", f"{guess.where}: half a position ({lat}, {lng})")
            if abs(lat) > 90.0 and abs(lng) <= 90.0 and abs(lat) <= 180.0:
                sentence = f"{guess.where}: no latitude is {lat:g}; {SAID[what]} look exchanged (swapped columns?)"
                raise NotReadable(f"swapped {what}", f"{sentence}. Exchange them and import again")
            if abs(lat) > 90.0 or abs(lng) > 180.0:
                raise NotReadable("off earth", f"{guess.where}: the {what} ({lat:g}, {lng:g}) is not on Earth")
    if game.max_error_m is not None and not 1.0 <= game.max_error_m <= 1e9:
        raise NotReadable("scale", f"a map with a max error of {game.max_error_m:g} m has no law of points")


def _distances(games: Sequence[FoundGame]) -> dict[int, float]:
    """Our own distance in metres of every guess that has a position, by the guess's identity; all in one call."""
    pairs = [(one, guess) for game in games for one, guess in _guesses(game) if guess.lat is not None]
    if not pairs:
        return {}
    places = np.array([(one.lat, one.lng) for one, _ in pairs])
    pins = np.array([(guess.lat, guess.lng) for _, guess in pairs], np.float64)
    metres = np.asarray(haversine_km(places, pins)) * 1000.0
    return {id(guess): float(away) for (_, guess), away in zip(pairs, metres, strict=True)}


def _near(stated_m: float, own_m: float) -> bool:
    return abs(stated_m - own_m) <= max(NEAR_M, NEAR_SHARE * own_m)


def _agree_on_distances(game: FoundGame, ours: dict[int, float]) -> None:
    """Leave the file's distance where it fits the positions, put ours where there is none."""
    for one, guess in _guesses(game):
        if guess.lat is None or guess.lng is None:
            guess.distance_m = None
            continue
        own = ours[id(guess)]
        if guess.distance_m is None:
            guess.distance_m = own
            continue
        if _near(guess.distance_m, own):
            continue
        stated = guess.distance_m
        if what := _exchange(one, guess, stated):
            stated_km = f"the stated {stated / 1000:,.1f} km"
            raise NotReadable(f"swapped {what}", _looks_exchanged(guess.where, what, stated_km))
        unit = " (are these kilometres? call the column distance_km)" if _near(stated * 1000.0, own) else ""
        raise NotReadable(
            "distance",
            f"{guess.where}: the file states {stated:,.0f} m, place and guess are {own:,.0f} m apart{unit}",
        )


def _exchange(one: FoundRound, guess: FoundGuess, stated_m: float) -> str:
    """Which exchange of latitude and longitude makes the stated distance true; "" for none."""
    place, pin = np.array([[one.lat, one.lng]]), np.array([[guess.lat, guess.lng]], np.float64)
    away = {what: float(_exchanged_m(place, pin, what)[0]) for what in EXCHANGES}
    return next((what for what, metres in away.items() if _near(stated_m, metres)), "")


def _key(game: FoundGame) -> tuple[str, float | None]:
    return game.map, game.max_error_m


def _scales(
    games: Sequence[FoundGame], ours: dict[int, float], option_m: float | None, known: Known
) -> dict[tuple[str, float | None], tuple[float | None, str]]:
    """The scale of every map: as the file states it, else as asked for, else a known one or what its rounds tell.

    Where they tell nothing until latitude and longitude are exchanged, the second value says whose.
    """
    found: dict[tuple[str, float | None], tuple[float | None, str]] = {}
    open_maps: dict[tuple[str, float | None], list[FoundGame]] = {}
    for game in games:
        if game.max_error_m is not None:
            found[_key(game)] = (game.max_error_m, "file")
        elif option_m is not None:
            found[_key(game)] = (option_m, "option")
        else:
            open_maps.setdefault(_key(game), []).append(game)
    for key, own in open_maps.items():
        rows = [
            (guess.distance_m, guess.score, one.lat, one.lng, guess.lat, guess.lng)
            for game in own
            for one, guess in _guesses(game)
            if guess.distance_m is not None and guess.score is not None
        ]
        extents = [game.extent_m for game in own if game.extent_m is not None]
        arrays: Floats = np.array(rows, np.float64).reshape(-1, 6)
        stated = [error_m for name, error_m in found if name == key[0] and error_m is not None]
        scales = dict.fromkeys([*stated, *known(key[0])])
        if (told := infer_max_error_m(arrays[:, 0], arrays[:, 1], extents, scales)) is not None:
            found[key] = told
            continue
        for what in EXCHANGES:
            away = _exchanged_m(arrays[:, 2:4], arrays[:, 4:6], what)
            possible = np.isfinite(away)
            if possible.all() and infer_max_error_m(away, arrays[:, 1]) is not None:
                found[key] = (None, what)
    return found


def _exchanged_m(places: Floats, pins: Floats, what: str) -> Floats:
    """Distances (N,) in metres if latitude and longitude were exchanged; not a number where that is impossible."""
    a = places[:, ::-1] if what in ("place", "both") else places
    b = pins[:, ::-1] if what in ("guess", "both") else pins
    away = np.full(len(a), np.nan)
    possible = (np.abs(a[:, 0]) <= 90.0) & (np.abs(b[:, 0]) <= 90.0)
    away[possible] = np.asarray(haversine_km(a[possible], b[possible])) * 1000.0
    return away


def _score(game: FoundGame, max_error_m: float | None, scale_from: str) -> Checked:
    """Points against the law; points that the file lacks are computed."""
    if max_error_m is None and scale_from:
        raise NotReadable(f"swapped {scale_from}", _looks_exchanged(game.where, scale_from, "the points"))
    rows = [(guess, guess.distance_m) for _, guess in _guesses(game) if guess.distance_m is not None]
    missed = sum(len(one.guesses) for one in game.rounds) - len(rows)
    away = np.array([metres for _, metres in rows], np.float64)
    if max_error_m is None:
        if any(guess.score is None for guess, _ in rows):
            raise NotReadable("no score", "neither points nor the scale of the map; say it with --max-error-m")
        return Checked(game, None, 0, "")
    law = points_at(away, max_error_m)
    for (guess, _), points in zip(rows, law, strict=True):
        if guess.score is None:
            guess.score = int(points)
    right = follows(away, np.array([guess.score for guess, _ in rows], np.float64), max_error_m)
    if len(rows) and not right.all():
        worst = int(np.argmin(right))
        guess, metres = rows[worst]
        if what := _exchange_for_points(game, max_error_m):
            raise NotReadable(f"swapped {what}", _looks_exchanged(guess.where, what, "the points"))
        raise NotReadable(
            "score",
            f"{guess.where}: {guess.score:,} points, but {metres / 1000:,.1f} km on a map with a max error of "
            f"{max_error_m:,.0f} m give {int(law[worst]):,}",
        )
    return Checked(game, max_error_m, len(rows) + missed, scale_from)


def _exchange_for_points(game: FoundGame, max_error_m: float) -> str:
    """Which exchange of latitude and longitude makes all points of a game follow the law; "" for none."""
    rows = [(one.lat, one.lng, guess.lat, guess.lng, guess.score) for one, guess in _guesses(game)]
    arrays = np.array([row for row in rows if row[2] is not None], np.float64)
    for what in EXCHANGES:
        away = _exchanged_m(arrays[:, :2], arrays[:, 2:4], what)
        if np.isfinite(away).all() and follows(away, arrays[:, 4], max_error_m).all():
            return what
    return ""


def _looks_exchanged(where: str, what: str, evidence: str) -> str:
    looks = f"{where}: {SAID[what]} look exchanged (swapped columns?)"
    return f"{looks}: {evidence} fit only then. Exchange them and import again"
