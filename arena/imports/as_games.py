"""A checked game as the book writes it down. Pure; what has no time of its own gets one."""

from collections.abc import Iterator

from arena.imports.checks import Checked
from arena.imports.found import FoundGuess, FoundPlayer
from arena.imports.identities import stored
from arena.imports.known import fingerprint_of
from arena.imports.pseudonyms import Pseudonyms, name_of
from arena.records import UNKNOWN_SCALE_KM, Game, Guess, Kind, Place, Round, Rules, Seat

SOURCE = "import"
SCALE_DIGITS = 7  # of a scale in km, so that one that comes back from the book is the same to the last bit
ROW_S = 1e-3  # guesses without a time follow each other, so that the first stays the first


def game_of(
    checked: Checked,
    named: Iterator[tuple[str, str, str]],
    kind: Kind,
    pseudonyms: Pseudonyms,
    now: float,
    hide: bool = False,
) -> Game:
    """A checked game as the book writes it down.

    Args:
        named: country (ISO-2), town and name of the country of each of its places; as many are taken as it has rounds.
        kind: what its players are.
        now: for what has no time of its own, seconds since 1970.
        hide: whether pseudonyms stand in place of names.
    """
    game = checked.game
    fingerprint = fingerprint_of(game, pseudonyms)
    rounds, row, latest = [], 0, game.at or now
    for one in game.rounds:
        country, town, country_name = next(named)
        guesses = {}
        for seat, guess in one.guesses.items():
            at = guess.at or game.at or now
            guesses[seat] = _guess(guess, at + ROW_S * row if guess.at is None else at)
            row, latest = row + 1, max(latest, guesses[seat].at)
        label = f"near {town}, {country_name}" if town else country_name
        rounds.append(Round(one.number, Place(one.lat, one.lng, None, country, label), None, guesses))
    scale_km = UNKNOWN_SCALE_KM if checked.max_error_m is None else round(checked.max_error_m / 10_000.0, SCALE_DIGITS)
    return Game(
        f"import-{fingerprint[:24]}",
        game.map,
        SOURCE,
        None,
        scale_km,
        game.at or now,
        latest,
        {seat: _seat(player, kind, pseudonyms if hide else None) for seat, player in enumerate(game.players)},
        tuple(rounds),
        Rules(game.time_limit_s, game.movement),
        origin="imported",
        fingerprint=fingerprint,
        mode="duel" if len(game.players) > 1 else "solo",
        most_seats=max(1, len(game.players)),
    )


def _guess(found: FoundGuess, at: float) -> Guess:
    km = None if found.distance_m is None else found.distance_m / 1000.0
    seconds = found.seconds if found.seconds is not None and 0 <= found.seconds < 86_400 else None
    return Guess(found.lat, found.lng, km, found.score or 0, seconds, at)


def _seat(player: FoundPlayer, kind: Kind, pseudonyms: Pseudonyms | None) -> Seat:
    if pseudonyms is not None:
        hidden = pseudonyms.of(player.identity)
        return Seat(name_of(hidden), kind, stored(player, kind, hidden), player.rating)
    return Seat(player.name, kind, stored(player, kind), player.rating)
