"""What a reader finds in a file: games as they are written there, unchecked, and what it could not read.

Knows no format and no store. Positions are degrees, distances metres, times seconds since 1970 (UTC); None is what the
file does not say.
"""

import math
from dataclasses import dataclass, field

from arena.records import Movement


@dataclass(slots=True)
class FoundGuess:
    """One guess of one player. No position: the time ran out."""

    lat: float | None
    lng: float | None
    distance_m: float | None
    score: int | None
    seconds: float | None = None
    at: float | None = None
    where: str = ""  # "line 12", "round 3"


@dataclass(slots=True)
class FoundRound:
    """A place, and who guessed there: guesses by the player's place in `FoundGame.players`."""

    number: int
    lat: float
    lng: float
    guesses: dict[int, FoundGuess] = field(default_factory=dict)


@dataclass(slots=True)
class FoundPlayer:
    """A person. `identity` is what stays the same when the name does not: the site's own id where the file has one.

    A reader leaves it empty where the file has neither name nor id; `identities` then makes one.
    """

    name: str
    identity: str
    rating: int | None = None
    named: bool = True  # by the file


@dataclass(slots=True)
class FoundGame:
    """One game of one file. `max_error_m` is the scale of its map; `extent_m` what its bounds suggest instead."""

    where: str
    map: str
    players: list[FoundPlayer]
    rounds: list[FoundRound]
    max_error_m: float | None = None
    extent_m: float | None = None
    movement: Movement = "moving"
    time_limit_s: int | None = None
    at: float | None = None
    repeats: int = 0  # rows that stood in the file twice, and count once

    def rows(self) -> int:
        """How many guesses it holds."""
        return sum(len(one.guesses) for one in self.rounds)

    def without_wrong_dates(self) -> int:
        """Leave out times that are not a number, which stand for dates that cannot be; how many there were."""
        wrong = 0
        for one in self.rounds:
            for guess in one.guesses.values():
                if guess.at is not None and math.isnan(guess.at):
                    guess.at, wrong = None, wrong + 1
        if self.at is not None and math.isnan(self.at):
            self.at, wrong = None, max(wrong, 1)
        return wrong


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not imported: its kind (the same for the same fault), where, why, and how many guesses."""

    kind: str
    where: str
    sentence: str
    rows: int = 1


class NotReadable(Exception):
    """A game that cannot be read, with the kind of fault and the sentence that says so. Never leaves this room."""

    def __init__(self, kind: str, sentence: str, rows: int = 1) -> None:
        super().__init__(sentence)
        self.kind, self.sentence, self.rows = kind, sentence, rows
