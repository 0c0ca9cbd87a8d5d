"""Country streaks: each round asks for the country alone, until the first wrong one. Knows no store and no HTTP.

A right country is worth one point and a wrong one none, so the points of such a match are the length of its streak.
Countries are those of the atlas, at the place and under the pin; the sea belongs to none.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from arena.records import Game, Guess
from arena.rules import Refused
from arena.sources import Source

MOST = 100  # rounds: whoever is right in all of them has won
KEPT = 20_000  # points whose country is remembered
AT_SEA = "the sea"

Describe = Callable[[Sequence[tuple[float, float]]], pd.DataFrame]
Position = tuple[float, float]  # lat, lng


def check_streak(source: Source, told: str, rounds: object, with_model: bool) -> None:
    """Whether a streak can be begun so.

    Raises:
        Refused: on a map that is no part of the simulated Earth (not_now), or with rules that make no sense for it.
    """
    if source.kind != "world":
        raise Refused(
            f"A country streak needs the places of the simulated Earth; the map {source.title} has too few.", "not_now"
        )
    if told != "after_round":
        raise Refused("A country streak tells after each round whether it goes on; choose that rule.")
    if rounds is not None:
        raise Refused("A country streak goes on until the first wrong country: leave the number of rounds away.")
    if with_model:
        raise Refused("The model does not play country streaks; leave it away from the table.")


class Countries:
    """In which countries points lie; safe to share between threads.

    Args:
        describe: points (N, 2) -> frame with `country` (ISO-2, empty at sea) and `country_name`.
    """

    def __init__(self, describe: Describe) -> None:
        self._describe, self._lock = describe, threading.Lock()
        self._known: dict[Position, tuple[str, str]] = {}

    def of(self, points: Sequence[Position]) -> list[tuple[str, str]]:
        """(ISO-2, name) of each point."""
        with self._lock:
            found = {point: self._known[point] for point in points if point in self._known}
        if missing := list(dict.fromkeys(point for point in points if point not in found)):
            frame = self._describe(missing)
            names = zip(frame["country"], frame["country_name"], strict=True)
            found |= {
                point: (str(iso or ""), str(name or AT_SEA)) for point, (iso, name) in zip(missing, names, strict=True)
            }
            with self._lock:
                if len(self._known) > KEPT:
                    self._known.clear()
                self._known |= found
        return [found[point] for point in points]

    def judged(self, game: Game, number: int, guess: Guess) -> Guess:
        """A guess as it counts: in a streak one point for the right country, none for another or for no guess."""
        if game.mode != "streak":
            return guess
        if guess.lat is None or guess.lng is None:
            return replace(guess, score=0)
        ((country, _),) = self.of([(guess.lat, guess.lng)])
        return replace(guess, score=int(bool(country) and country == game.rounds[number - 1].place.country))

    def told(self, game: Game, seat: int, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        """By round, of these of a streak: whether the country was right, its name, and that under the pin or None."""
        played = [one for one in game.rounds if one.number in numbers and seat in one.guesses]
        truths = self.of([(one.place.lat, one.place.lng) for one in played])
        pins = [one.guesses[seat] for one in played]
        self.of([(pin.lat, pin.lng) for pin in pins if pin.lat is not None and pin.lng is not None])  # all in one look
        told: dict[int, dict[str, Any]] = {}
        for one, pin, (_, truth) in zip(played, pins, truths, strict=True):
            under: str | None = None
            if pin.lat is not None and pin.lng is not None:
                ((_, under),) = self.of([(pin.lat, pin.lng)])
            told[one.number] = {"right": bool(pin.score), "truth": truth, "guess": under}
        return told


def goes_on(game: Game, guess: Guess) -> bool:
    """Whether a match goes on after this guess: a streak ends with the first wrong country."""
    return game.mode != "streak" or guess.score > 0
