"""What the scorebook knows already of games that are imported. Knows the book; knows no file and no page.

A duplicate is the same guess of the same person on the same place, in whatever game or file it comes again. A person is
the same by id, by name or by pseudonym, so that a file is recognised when it comes the second time with names replaced.
"""

import hashlib
import json
import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from arena.imports.checks import Checked
from arena.imports.found import FoundGame, FoundGuess, FoundPlayer, FoundRound
from arena.imports.identities import read_back
from arena.imports.pseudonyms import Pseudonyms
from arena.imports.summary import Summary
from arena.scorebook import Scorebook

DIGITS = 5  # of a position in degrees: about a metre, and what tables are written with
FEW = 50  # places whose guesses are looked up one by one; for more of them the book is read once

Key = tuple[str, float, float, float | None, float | None, int]


def fingerprint_of(game: FoundGame, pseudonyms: Pseudonyms) -> str:
    """The same for the same guesses of the same people, whatever they are called in the book."""
    people = [pseudonyms.of(player.identity) for player in game.players]
    rows = sorted(_key(people[seat], one, guess) for one in game.rounds for seat, guess in one.guesses.items())
    return hashlib.sha256(json.dumps([game.map, rows]).encode()).hexdigest()


def _key(person: str, one: FoundRound, guess: FoundGuess) -> Key:
    """What makes a guess the same guess."""
    pin = [None if value is None else round(value, DIGITS) + 0.0 for value in (guess.lat, guess.lng)]
    return person, round(one.lat, DIGITS) + 0.0, round(one.lng, DIGITS) + 0.0, pin[0], pin[1], guess.score or 0


class Known:
    """The imported guesses on the places of this import, in the book and in this import so far."""

    def __init__(self, book: Scorebook, pseudonyms: Pseudonyms, hide: bool = False) -> None:
        self._book, self.pseudonyms, self._hide = book, pseudonyms, hide
        self._seen: set[Key] = set()
        self._named: set[Key] = set()  # of them, what stands in the book under a name
        self._places: set[tuple[float, float]] | None = set()  # that were looked up; None: all of the book was read

    def without_known(self, checked: list[Checked], summary: Summary) -> list[Checked]:
        """The games with what is new in them; what is known is counted."""
        prints = [fingerprint_of(one.game, self.pseudonyms) for one in checked]
        whole = self._book.has_fingerprints(prints)
        kept = []
        for one, fingerprint in zip(checked, prints, strict=True):
            before = one.game.rows()
            if fingerprint in whole:
                summary.known_by_name += self._by_name(one.game) if self._hide else 0
            else:
                summary.known_by_name += self._leave_new(one.game)
                if one.game.rows():
                    kept.append(one)
                    summary.known += before - one.game.rows()
                    continue
            summary.known += before
        return kept

    def _keys(self, player: FoundPlayer, one: FoundRound, guess: FoundGuess) -> set[Key]:
        """What a guess may be known by: who is not named shares the name with everyone who is not."""
        names = {player.identity, player.name} if player.named else {player.identity}
        return {_key(self.pseudonyms.of(name), one, guess) for name in names}

    def _by_name(self, game: FoundGame) -> int:
        """How many guesses of a game, to be hidden, stand in the book under a name."""
        self._read(game)
        rows = [(game.players[seat], one, guess) for one in game.rounds for seat, guess in one.guesses.items()]
        return sum(not self._named.isdisjoint(self._keys(*row)) for row in rows)

    def _leave_new(self, game: FoundGame) -> int:
        """Take the guesses out of a game that are known from elsewhere, and the players who have none left.

        Returns how many of those, to be hidden, stand in the book under a name.
        """
        seen = self._read(game)
        mine: set[Key] = set()
        named = 0
        for one in game.rounds:
            for seat, guess in list(one.guesses.items()):
                keys = self._keys(game.players[seat], one, guess)
                if keys & seen:
                    del one.guesses[seat]
                    named += self._hide and not keys.isdisjoint(self._named)
                mine |= keys
        seen |= mine
        game.rounds = [one for one in game.rounds if one.guesses]
        left = {seat: place for place, seat in enumerate(sorted({s for one in game.rounds for s in one.guesses}))}
        game.players = [game.players[seat] for seat in left]
        for one in game.rounds:
            one.guesses = {left[seat]: guess for seat, guess in one.guesses.items()}
        return named

    def _read(self, game: FoundGame) -> set[Key]:
        """Every guess of the book on the places of a game, at least; none is read twice."""
        if self._places is None:
            return self._seen
        new = {(one.lat, one.lng) for one in game.rounds} - self._places
        if len(self._places) + len(new) > FEW:
            self._places = None
            self._seen.update(self._keys_of(self._book.guesses(told_only=False, origin="imported")))
            return self._seen
        for lat, lng in new:
            near = self._book.guesses_near(lat, lng, 2.0 * 10.0**-DIGITS, origin="imported")
            self._seen.update(self._keys_of(near))
        self._places |= new
        return self._seen

    def _keys_of(self, frame: pd.DataFrame) -> Iterator[Key]:
        spots = frame[["lat", "lng", "guess_lat", "guess_lng"]].to_numpy(np.float64)
        spots = np.round(spots, DIGITS) + 0.0
        people: dict[tuple[str, str], tuple[set[str], bool]] = {}
        for player_id, player, spot, score in zip(
            frame["player_id"], frame["player"], spots.tolist(), frame["score"].tolist(), strict=True
        ):
            lat, lng, *pin = spot
            guess_lat, guess_lng = (None if math.isnan(value) else value for value in pin)
            who = str(player_id), str(player)
            if who not in people:
                identity, is_hidden = read_back(who[0])
                people[who] = (
                    {identity if is_hidden else self.pseudonyms.of(identity), self.pseudonyms.of(who[1])},
                    is_hidden,
                )
            hidden, is_hidden = people[who]
            keys = {(name, lat, lng, guess_lat, guess_lng, score) for name in hidden}
            if not is_hidden:
                self._named |= keys
            yield from keys
