"""Files of games -> the scorebook: read, checked, named, without duplicates. Knows book and atlas; knows no page."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from arena.imports.checks import Checked, check_games
from arena.imports.files import read_games
from arena.imports.found import FoundGuess, FoundPlayer, Refusal
from arena.imports.identities import stored
from arena.imports.known import Known, fingerprint_of
from arena.imports.pseudonyms import Pseudonyms, name_of
from arena.imports.summary import Summary
from arena.records import Game, Guess, Kind, Place, Round, Rules, Seat
from arena.scorebook import Scorebook
from model.geo.atlas import Atlas

SOURCE, UNKNOWN_MAP = "import", "Unnamed map"
UNKNOWN_SCALE_KM = 0.0  # stored for games whose scale nobody knows, which keeps them in a pool of their own
SCALE_DIGITS = 7  # of a scale in km, so that one that comes back from the book is the same to the last bit
BATCH = 200  # games between two steps of the progress bar
ROW_S = 1e-3  # guesses without a time follow each other, so that the first stays the first

Tell = Callable[[str, int, int], None]  # what is being done, how many games are done, of how many


@dataclass(frozen=True)
class Choices:
    """What the file does not say, or what is asked of it."""

    pseudonyms: bool = False
    map: str = ""  # for games that name none
    max_error_m: float | None = None  # for maps whose scale is not stated
    kind: Kind = "person"


def bring(
    files: Iterable[tuple[str, bytes]], book: Scorebook, choices: Choices, tell: Tell = lambda *_: None
) -> Summary:
    """Import files, given by name and content, and say what happened. A broken game stops no other.

    Raises:
        StorageError: the book or the secret of the pseudonyms cannot be read or written; what was written stays.
    """
    scales = _Scales(book)
    summary, known = Summary(), Known(book, Pseudonyms.open(), choices.pseudonyms)
    for name, data in files:
        summary.files += 1
        tell(f"reading {name}", 0, 0)
        games = []
        for one in read_games(data):
            if isinstance(one, Refusal):
                summary.refuse(name, one)
            else:
                one.map = one.map or choices.map or UNKNOWN_MAP
                summary.wrong_dates += one.without_wrong_dates()
                games.append(one)
        tell(f"checking {name}", 0, len(games))
        checked = []
        for result in check_games(games, choices.max_error_m, scales.of):
            if isinstance(result, Refusal):
                summary.refuse(name, result)
            else:
                checked.append(result)
                _count(summary, result)
                scales.add(result)
        new = known.without_known(checked, summary)
        _write(new, book, choices, known.pseudonyms, summary, lambda done, of, n=name: tell(f"importing {n}", done, of))  # type: ignore[misc]
    return summary


def _count(summary: Summary, checked: Checked) -> None:
    game, rows = checked.game, checked.game.rows()
    summary.rows += rows + game.repeats
    summary.known += game.repeats
    summary.points += sum(guess.score or 0 for one in game.rounds for guess in one.guesses.values())
    summary.scores_confirmed += checked.confirmed
    summary.scores_unconfirmed += rows - checked.confirmed
    if checked.max_error_m is None:
        summary.unscaled.add(game.map)
    else:
        summary.scales[(game.map, checked.scale_from)] = round(checked.max_error_m)


def _write(
    new: list[Checked],
    book: Scorebook,
    choices: Choices,
    pseudonyms: Pseudonyms,
    summary: Summary,
    tell: Callable[[int, int], None],
) -> None:
    """Write the new games in batches; where their places lie is asked in one call."""
    if not new:
        return
    places = [(one.lat, one.lng) for checked in new for one in checked.game.rounds]
    told = Atlas.open().describe(np.array(places))
    named = iter(zip(told["country"], told["town"], told["country_name"], strict=True))
    now = time.time()
    for start in range(0, len(new), BATCH):
        batch = []
        for checked in new[start : start + BATCH]:
            batch.append(_record(checked, named, choices, pseudonyms, now))
            now += ROW_S * checked.game.rows()
        added = book.add_games(batch)
        summary.games += added
        summary.imported += sum(len(one.guesses) for game in batch for one in game.rounds)
        summary.players |= {seat.player_id for game in batch for seat in game.seats.values()}
        tell(min(start + BATCH, len(new)), len(new))


def _record(
    checked: Checked, named: Iterator[tuple[str, str, str]], choices: Choices, pseudonyms: Pseudonyms, now: float
) -> Game:
    """A checked game as the book writes it down."""
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
        {seat: _seat(player, choices, pseudonyms) for seat, player in enumerate(game.players)},
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


def _seat(player: FoundPlayer, choices: Choices, pseudonyms: Pseudonyms) -> Seat:
    if choices.pseudonyms:
        hidden = pseudonyms.of(player.identity)
        return Seat(name_of(hidden), choices.kind, stored(player, choices.kind, hidden), player.rating)
    return Seat(player.name, choices.kind, stored(player, choices.kind), player.rating)


class _Scales:
    """The scales that maps are known to have: of this import first, then of the book."""

    def __init__(self, book: Scorebook) -> None:
        self._book = book
        self._here: dict[str, dict[float, None]] = {}
        self._there: dict[str, list[float]] = {}

    def add(self, checked: Checked) -> None:
        """Remember the scale of a game."""
        if checked.max_error_m is not None:
            self._here.setdefault(checked.game.map, {})[checked.max_error_m] = None

    def of(self, name: str) -> list[float]:
        """Max errors in metres of the map of this name."""
        if name not in self._there:
            self._there[name] = [10_000.0 * km for km in self._book.scales_km(name)]
        return [*self._here.get(name, ()), *self._there[name]]
