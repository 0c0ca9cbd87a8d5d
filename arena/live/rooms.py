"""The blind experiment: a room with a link, and for whoever comes in, a person or the model, drawn at random.

Even odds, by a generator that nobody can foresee, and written down before anything is sent. Who was drawn a person is
paired with the next who was; who was drawn the model waits as long as such waits are. Who is left over, after a time
that was drawn for them as well, gets the model; that is written down, and such a match does not count. Both kinds of
match are made alike: the side of the seat is drawn, and nothing that is sent before the end depends on who sits on the
other one. Knows no HTTP and no SQL.
"""

import random
import secrets
from dataclasses import dataclass, replace
from typing import Any

from arena import clock
from arena.live.clicks import drawn_plan
from arena.live.openings import NO_MODEL, Means
from arena.live.records import LiveRules
from arena.live.rooms_book import Drawn, Entry, RoomsBook
from arena.openings import Wish
from arena.records import MODEL_NAME, Rules, Seat, hash_of, model_id, player_id_for
from arena.rules import EXPIRES_S, Refused, check_length, check_player, check_rules
from arena.sources import Source, check_walk, pick_map
from model.errors import HomingError, StorageError

LEFT_OVER_S = (35.0, 90.0)  # drawn for each: no wait is so long that it could not end with a person
HERE_S = 12.0  # who has not asked for so long does not wait any more
SEEN_EACH_S = 2.0
LEAST_WAIT_S = (2.0, 4.0)  # of everyone: whoever comes when somebody waits is not served at once
MEAN_WAIT_S = 12.0  # for the model, where few have waited for people yet: exponential
FEWEST_WAITS = 20
COUNTDOWN_S = 5.0  # who waits asks each second whether there is a match
MOST_ENTRIES = 5000  # in one room


@dataclass(frozen=True)
class Visit:
    """Somebody in a room: a match, or none yet; the token of the coming seat is shown once."""

    room_id: str
    settings: dict[str, Any]
    entry: Entry | None
    token: str | None = None


class Rooms:
    """The rooms of one server; safe to share between threads."""

    def __init__(self, means: Means, book: RoomsBook) -> None:
        self._means, self.book = means, book
        self._rng = random.SystemRandom()

    def open(
        self, map_name: object, movement: object, rounds: object, owner: str | None, round_s: object = None
    ) -> str:
        """Open a room, and answer its id.

        Raises:
            Refused: no model here (unknown), a bad map, movement, length or time, a map where nobody can walk
                (not_now), or one with fewer places (malformed). ImageError: a broken photo.
        """
        if not self._means.model:
            raise Refused(NO_MODEL, "unknown")
        source, length = pick_map(self._means.maps(), map_name), check_length(rounds)
        rules = check_rules(round_s, movement)
        check_walk(source, rules.movement)
        source.draw(length, secrets.randbits(48))  # what cannot be drawn is told now, not to those who wait
        room_id = secrets.token_urlsafe(12)
        settings = {"map": source.name, "movement": rules.movement, "rounds": length,
                    "round_s": rules.time_limit_s or LiveRules().round_s}  # fmt: skip
        self.book.add_room(room_id, owner, clock.now(), settings)
        return room_id

    def visit(self, room_id: str, owner: str | None) -> Visit:
        """Look into a room: what is played there, and how far one's own wait is; after a match one may come in again.

        Raises:
            Refused: no such room (unknown). Once, whoever waited for a match that cannot be made, its map being
                gone or broken (not_now): they wait no more, and may come in again when it is back.
        """
        settings = self._settings(room_id)
        own = self.book.entries_of(room_id, owner) if owner is not None else []
        if own and own[-1].game_id is None:
            self._see(own[-1])
            self._pair(room_id, settings, own[-1])
            own = self.book.entries_of(room_id, owner or "")
        return Visit(room_id, settings, own[-1] if own and self._goes_on(own[-1]) else None)

    def enter(self, room_id: str, name: object, owner: str, kind: object = "person") -> Visit:
        """Come in, and be drawn whom one meets; who waits or plays already stays as they are.

        Raises:
            Refused: no such room (unknown), a bad name or kind, a bot (not_allowed), too many in it (too_many), or a
                map that is gone or broken (not_now).
        """
        settings, (player, known_kind) = self._settings(room_id), check_player(name, kind)
        if known_kind != "person":
            raise Refused("In a blind match people meet people or the model; a bot takes part in other games.",
                          "not_allowed")  # fmt: skip
        own = self.book.entries_of(room_id, owner)
        if own and self._goes_on(own[-1]):
            return self.visit(room_id, owner)
        if self.book.count(room_id) >= MOST_ENTRIES:
            raise Refused(f"This room was entered {MOST_ENTRIES} times; open another one.", "too_many", 3600.0)
        if not self._means.model:
            raise Refused(NO_MODEL, "unknown")
        self._source(settings)
        now, token = clock.now(), secrets.token_urlsafe(24)
        drawn: Drawn = self._rng.choice(("person", "model"))
        patience_s = self._rng.uniform(*LEFT_OVER_S)
        entry = Entry(f"{room_id}:{owner}:{len(own)}", room_id, owner, player, hash_of(token), drawn, now,
                      self._wait_s(drawn, patience_s), now, patience_s=patience_s)  # fmt: skip
        if not self.book.add_entry(entry):  # another tab was quicker
            return self.visit(room_id, owner)
        return Visit(room_id, settings, entry, token)

    def _settings(self, room_id: str) -> dict[str, Any]:
        settings = self.book.room(room_id)
        if settings is None:
            raise Refused(f"There is no room {room_id!r:.40}; open one of your own.", "unknown")
        return settings

    def _goes_on(self, entry: Entry) -> bool:
        """Whether somebody waits, plays, or has still to say whom they met."""
        if entry.game_id is None:
            return True
        game = self._means.game(entry.game_id)
        return game.finished_at is None and entry.seat not in game.verdicts

    def _see(self, entry: Entry) -> None:
        """Somebody still waits; who was away for long waits from now on."""
        now = clock.now()
        away_s = now - entry.seen_at
        if not 0.0 <= away_s < SEEN_EACH_S:
            gone = not 0.0 <= away_s <= HERE_S
            self.book.seen(entry.entry_id, now, now if gone else min(now, entry.entered_at))

    def _wait_s(self, drawn: Drawn, most_s: float) -> float:
        """How long somebody waits at least: for the model no longer than another one waits for people."""
        least = self._rng.uniform(*LEAST_WAIT_S)
        if drawn == "person":
            return least
        waits = self.book.waits()
        if len(waits) >= FEWEST_WAITS:
            return min(most_s, max(least, self._rng.choice(waits) * self._rng.uniform(0.9, 1.1)))
        drawn_s = self._rng.expovariate(1.0 / MEAN_WAIT_S)
        while least + drawn_s > most_s:
            drawn_s = self._rng.expovariate(1.0 / MEAN_WAIT_S)
        return least + drawn_s

    def _source(self, settings: dict[str, Any]) -> Source:
        """The map of a room, fit to be played.

        Raises:
            Refused: it is gone or broken (not_now).
        """
        try:
            return pick_map(self._means.maps(), settings["map"])
        except Refused as error:
            raise Refused(f"{error} Nobody can be met in this room before it is back.", "not_now") from error

    def _pair(self, room_id: str, settings: dict[str, Any], own: Entry) -> None:
        """Give a match to everyone who has waited for long enough.

        Raises:
            Refused: the one of `own` cannot be made; it is taken out of the room (not_now).
        """
        try:
            self._source(settings)
        except Refused:
            self.book.take_out(own.entry_id)
            raise
        now = clock.now()
        waiting = [one for one in self.book.waiting(room_id, now - HERE_S) if now - one.entered_at >= one.waits_s]
        people = [one for one in waiting if one.drawn == "person"]
        while len(people) >= 2:
            self._try(settings, [people.pop(0), people.pop(0)], False, own)
        for one in people:
            if now - one.entered_at >= one.patience_s:
                self._try(settings, [one], True, own)
        for one in waiting:
            if one.drawn == "model":
                self._try(settings, [one], False, own)

    def _try(self, settings: dict[str, Any], who: list[Entry], left_over: bool, own: Entry) -> None:
        """Begin a match; what is wrong with it is told to those who wait for it alone, each at a look of their own."""
        try:
            self._begin(settings, who, left_over)
        except StorageError:
            raise
        except HomingError as error:
            if all(one.entry_id != own.entry_id for one in who):
                return
            self.book.take_out(own.entry_id)
            raise Refused(f"{error} No match can be made in this room at the moment.", "not_now") from error

    def _begin(self, settings: dict[str, Any], who: list[Entry], left_over: bool) -> None:
        now = clock.now()
        wish = Wish(self._source(settings), Rules(None, settings["movement"]), settings["rounds"], "blind")
        fresh, _, in_stock = self._means.openings.begin(wish, who[0].player, "person", who[0].owner)
        numbers = [0, 1]
        self._rng.shuffle(numbers)
        seated = dict(zip(numbers, who, strict=False))
        seats = {number: _seat(one, number, now) for number, one in seated.items()}
        live = LiveRules(health=0, multipliers=(1.0,), round_s=float(settings["round_s"]), countdown_s=COUNTDOWN_S)
        if len(who) == 1:
            seats[numbers[1]] = Seat(MODEL_NAME, "model", model_id(), team=numbers[1], seen_at=now)
            live = replace(live, planned=drawn_plan(fresh.length, self._means.book().human_times(), self._rng))
        first, *later = fresh.rounds
        game = replace(
            fresh, seats=dict(sorted(seats.items())), live=live, started_at=now, closes_at=now + EXPIRES_S,
            most_seats=len(who), rounds=(replace(first, started_at=now + COUNTDOWN_S), *later),
        )  # fmt: skip
        if self.book.pair(game, seated, now, left_over):
            self._means.openings.begun(game, in_stock)


def _seat(entry: Entry, number: int, now: float) -> Seat:
    return Seat(entry.player, "person", player_id_for("person", entry.owner), owner=entry.owner,
                token_hash=entry.token_hash, team=number, seen_at=now)  # fmt: skip
