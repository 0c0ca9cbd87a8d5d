"""One round that a program reports, checked as an import is -> the scorebook. Knows book and atlas; knows no HTTP.

Rounds of one player on one map under one name of a game are one game, in whatever order they come and whoever of
several processes hears of them; a round without such a name stands alone. What is known already counts once. Sentences
speak of the fields of a report, as `api/outcomes.py` calls them.
"""

import hashlib
import json
import time
from dataclasses import dataclass, replace

import numpy as np

from arena.imports.as_games import game_of
from arena.imports.checks import Checked, check_games
from arena.imports.found import FoundGame, FoundGuess, FoundPlayer, FoundRound, Refusal
from arena.imports.identities import stored
from arena.imports.known import KnownGuesses
from arena.imports.pseudonyms import Pseudonyms
from arena.imports.summary import SCALE_WORDS, Summary
from arena.imports.tables import MAX_ROUNDS
from arena.records import UNKNOWN_SCALE_KM, Game, Kind, Movement
from arena.rows import Appended
from arena.scorebook import Scorebook
from model.errors import GameError
from model.geo.atlas import Atlas
from model.geo.distance import haversine_km

WHERE = "report"
UNKNOWN_MAP = "Unnamed map"
SWAPPED = {"place": "of truth", "guess": "of guess", "both": "of truth and of guess"}
SAID: dict[Appended, str] = {
    "taken": "roundID: a round of this number was reported for this gameID before, with another place or guess; give "
    "each round its own number and each game its own gameID",
    "other rules": "gameID: the rounds of one game have one movement, time_limit_s and max_error_m, and those reported "
    "before have others; give this game a gameID of its own",
    "full": f"gameID: a game has at most {MAX_ROUNDS} rounds; give each game its own",
}


@dataclass(frozen=True)
class Report:
    """The outcome of one round: names in one line, positions in degrees, and None for what is not said."""

    player: str
    kind: Kind
    map: str
    movement: Movement
    truth: tuple[float, float]
    guess: tuple[float, float] | None = None  # None: the time ran out
    game: str = ""  # the name of the game; empty for a round that stands alone
    number: int | None = None  # of the round; None: the next one
    max_error_m: float | None = None
    time_limit_s: int | None = None
    distance_km: float | None = None
    score: int | None = None
    seconds: float | None = None

    @property
    def away_km(self) -> float | None:
        """From guess to truth on the sphere."""
        return None if self.guess is None else float(np.asarray(haversine_km(self.guess, self.truth)))

    @property
    def fingerprint(self) -> str:
        """Of the game that this round is of: the same for the same player, map and name of the game."""
        who = stored(FoundPlayer(self.player, self.player), self.kind)
        return hashlib.sha256(json.dumps(["report", who, self.map or UNKNOWN_MAP, self.game]).encode()).hexdigest()


@dataclass(frozen=True)
class Written:
    """What became of a report."""

    is_new: bool  # False where the book knew this guess already
    score: int  # the points that count
    notes: tuple[str, ...] = ()


def write_report(report: Report, book: Scorebook) -> Written:
    """Check a round and write it into the book, once.

    Raises:
        GameError: what is reported contradicts itself, or what was reported of this game before.
        StorageError: the book cannot be read or written.
    """
    before = _before(report, book)
    checked = _checked(report, book, before)
    notes = _notes(checked)
    score = sum(guess.score or 0 for one in checked.game.rounds for guess in one.guesses.values())
    pseudonyms = Pseudonyms.open()
    new = KnownGuesses(book, pseudonyms).without_known([checked], Summary())
    if not new and checked.max_error_m is not None and _has_no_scale(before) and _is_of(before, report):
        new = [_checked(report, book, before)]  # the same round again, now with the scale of its game
    if not new:
        return Written(False, score, (*notes, "The book knows this round already: it counts once."))
    told = Atlas.open().describe(np.array([report.truth]))
    named = zip(told["country"], told["town"], told["country_name"], strict=True)
    game = game_of(new[0], named, report.kind, pseudonyms, time.time())
    if not report.game:
        return Written(book.add_games([game]) > 0, score, notes)
    done = book.add_round(_of_game(game, report), MAX_ROUNDS, 0 if before is None else before.length)
    if done == "other rules" and _scale_and_length(_before(report, book)) != _scale_and_length(before):
        return write_report(report, book)  # another process has written of this game meanwhile
    if done in SAID:
        raise _refused(SAID[done])
    return Written(done == "new", score, notes)


def _before(report: Report, book: Scorebook) -> Game | None:
    """The game that this round is of, where rounds of it were reported before."""
    return book.game(_id_of(report.fingerprint)) if report.game else None


def _scale_and_length(game: Game | None) -> tuple[float, int]:
    return (UNKNOWN_SCALE_KM, 0) if game is None else (game.scale_km, game.length)


def _has_no_scale(game: Game | None) -> bool:
    return game is not None and game.scale_km == UNKNOWN_SCALE_KM


def _is_of(game: Game | None, report: Report) -> bool:
    """Whether a game has this very round."""
    rounds = () if game is None else game.rounds
    told = (*report.truth, *(report.guess or (None, None)))
    return any((one.place.lat, one.place.lng, guess.lat, guess.lng) == told
               for one in rounds for guess in one.guesses.values())  # fmt: skip


def _of_game(game: Game, report: Report) -> Game:
    """A game of one round under the id of the game that is meant."""
    rounds = tuple(replace(one, number=report.number or 0) for one in game.rounds)
    return replace(game, game_id=_id_of(report.fingerprint), fingerprint=report.fingerprint, rounds=rounds)


def _id_of(fingerprint: str) -> str:
    return f"import-{fingerprint[:24]}"


def _checked(report: Report, book: Scorebook, before: Game | None) -> Checked:
    """The report as a game of one round that may be written."""
    lat, lng = report.guess or (None, None)
    guess = FoundGuess(
        lat,
        lng,
        None if report.distance_km is None or report.guess is None else 1000.0 * report.distance_km,
        report.score if report.guess is not None or report.score else 0,
        report.seconds,
        where=WHERE,
    )
    found = FoundGame(
        WHERE, report.map or UNKNOWN_MAP, [FoundPlayer(report.player, report.player)],
        [FoundRound(report.number or 1, *report.truth, {0: guess})],
        report.max_error_m, None, report.movement, report.time_limit_s,
    )  # fmt: skip
    if before is not None and not _has_no_scale(before):  # what was believed holds for this round too
        [result] = check_games([found], 10_000.0 * before.scale_km)
    else:
        earlier = [] if before is None else [_again(before, found)]
        known = [10_000.0 * km for km in book.scales_km(found.map)]
        result, *others = check_games([found, *earlier], known=lambda _map: known)
        if not isinstance(result, Refusal) and any(isinstance(other, Refusal) for other in others):
            raise _refused(SAID["other rules"])
    if isinstance(result, Refusal):
        raise _refused(_fault(result, report))
    return result


def _again(before: Game, found: FoundGame) -> FoundGame:
    """The rounds of a game whose scale was not known, to be held against what a further round tells of it."""
    rounds = []
    for one in before.rounds:
        [guess] = one.guesses.values()
        said = FoundGuess(guess.lat, guess.lng, None, guess.score, where=WHERE)
        rounds.append(FoundRound(one.number, one.place.lat, one.place.lng, {0: said}))
    return replace(found, rounds=rounds)


def _notes(checked: Checked) -> tuple[str, ...]:
    """What was concluded, and what is not sure."""
    if checked.max_error_m is None:
        return ("score is not confirmed: the scale of the map is not known. Its rounds are kept apart from all others; "
                "max_error_m states the scale.",)  # fmt: skip
    confirmed = "score is confirmed by the law of the map."
    if checked.scale_from not in SCALE_WORDS or checked.scale_from in ("file", "option"):
        return (confirmed,)
    return confirmed, f"max_error_m is taken to be {checked.max_error_m:,.0f}: {SCALE_WORDS[checked.scale_from]}."


def _fault(refusal: Refusal, report: Report) -> str:
    """Why a report is not believed, by its fields."""
    if refusal.kind.startswith("swapped "):
        evidence = "distance_km" if "the stated" in refusal.sentence else "score"
        return (f"lat and lng {SWAPPED[refusal.kind.removeprefix('swapped ')]} look exchanged: {evidence} fits only "
                "then. Exchange them and report it again")  # fmt: skip
    if refusal.kind == "distance":
        stated, away = report.distance_km or 0.0, report.away_km or 0.0
        metres = " (are these metres?)" if abs(stated / 1000.0 - away) <= 0.005 * away else ""
        return f"distance_km: {stated:,.1f} km, but guess and truth are {away:,.1f} km apart{metres}"
    if refusal.kind == "no guess":
        return f"score: {report.score:,} points without a guess; leave it out where the time ran out"
    if refusal.kind == "no score":
        return "neither score nor max_error_m, the scale of the map, is there; give one of them"
    return f"{refusal.kind}: {refusal.sentence.removeprefix(f'{WHERE}: ')}"


def _refused(why: str) -> GameError:
    return GameError(f"This round was not recorded: {why}.")
