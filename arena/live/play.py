"""Live matches as they are played: what has become due is written, and moves are judged. Knows no HTTP and no SQL.

Where a match is follows from the book and the clock (`arena/live/course.py`); here is who writes it. Everyone who looks
does: there is no thread that keeps a match going, so none can be lost with an app.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from arena import clock
from arena.burden import Burden
from arena.live.agenda import Due, agenda
from arena.live.book import LiveBook
from arena.live.clicks import clicked
from arena.live.course import GONE_S, GRACE_S, course_of, deadline, is_later, nobody_there, opened_at, was_served
from arena.live.openings import free_place
from arena.live.sequels import Sequels
from arena.live.thinking import Thinking
from arena.openings import Taken, new_seat
from arena.records import HOST, Game, Guess, Kind, opponent_kind, seat_of
from arena.rules import EXPIRES_S, Refused, guess_of
from arena.scorebook import Scorebook

SEEN_EACH_S = 5.0  # presence is written no more often
MOST_SERVED = 10_000  # matches that were begun before this app was started
MOST_STEPS = 300  # of one look: more than a whole match has
AHEAD = 2  # rounds that the model thinks of, with the one that is open
BLIND_AHEAD = 4  # more than pass before somebody who looks away has forfeited

Position = tuple[float, float]


class Live:
    """The live matches of a server; safe to share between threads.

    Args:
        find: a match by its id, as stored.
        scorebook: opened when first needed.
        thinking: the model's guesses, ahead of their moment.
        again: a new match with other places, like the one that is given, of this id; it is not written yet.
        burden: how many matches one may begin.
    """

    def __init__(
        self,
        find: Callable[[str], Game],
        scorebook: Callable[[], Scorebook],
        thinking: Thinking,
        again: Callable[[Game, str | None], Game],
        burden: Burden,
    ) -> None:
        self._find, self._scorebook, self._thinking = find, scorebook, thinking
        self.book, self.since = LiveBook(scorebook), clock.now()
        self._notices: list[Callable[[str], None]] = []
        self._lock = threading.Lock()
        self._served: OrderedDict[str, bool] = OrderedDict()
        self.sequels = Sequels(find, scorebook, self.book, again, burden, self._tell, self.since)

    def on_change(self, notice: Callable[[str], None]) -> None:
        """Have `notice` called with the id of each match that changes through this app."""
        self._notices.append(notice)

    def since_of(self, game: Game) -> float:
        """Since when a match was served: since this app was started, or longer, where another one was there then.

        Two apps on one scorebook so agree on the deadlines of a round that was open when the second was started.
        """
        if game.created_at >= self.since or game.started_at is None or game.finished_at is not None:
            return self.since
        with self._lock:
            if game.game_id not in self._served:
                self._served[game.game_id] = was_served(game, clock.now(), self.since)
                while len(self._served) > MOST_SERVED:
                    self._served.popitem(last=False)
            return game.created_at if self._served[game.game_id] else self.since

    def settle(self, game: Game) -> Game:
        """A match with everything written that has become due by itself."""
        changed = False
        for _ in range(MOST_STEPS):
            self._think_ahead(game)
            now = clock.now()
            due = [one for one in agenda(game, now, self.since_of(game)) if one.at <= now]
            if not any(self._write(game, one, now) for one in due):  # the first that can be written; then look anew
                break
            game, changed = self._find(game.game_id), True
        if changed:
            self._tell(game.game_id)
        if game.finished_at is not None:
            self.sequels.go_on(game)
        return game

    def join(self, game: Game, player: str, kind: Kind, owner: str | None, team: int | None) -> Taken:
        """Take a free seat in the lobby; whoever has taken one a moment ago is told which it is.

        Raises:
            Refused: the match has begun, or no seat is free (not_now).
        """
        while True:  # another one may take the same number in the meantime, or the same one in another tab
            if (known := seat_of(game.seats, owner)) is not None:
                return Taken(game.game_id, known, None)
            if course_of(game, clock.now(), self.since_of(game)).phase != "lobby":
                raise Refused("This match has begun; look on, or start one of your own.", "not_now")
            number, side = free_place(game, team)
            seat, token = new_seat(game.game_id, number, player, kind, owner)
            seat = replace(seat, team=side, seen_at=clock.now())
            if self._scorebook().add_seat(game.game_id, number, seat):
                self._tell(game.game_id)
                return Taken(game.game_id, number, token)
            game = self._find(game.game_id)

    def ready(self, game: Game, seat: int, ready: bool) -> Game:
        """Say that a seat may go on: with the match in the lobby, with the next round in a pause.

        Raises:
            Refused: there is nothing to be ready for, or the seat has become free meanwhile (not_now).
        """
        if seat not in game.seats:
            raise Refused(f"After {GONE_S:.0f} seconds away your seat became free; take a seat again.", "not_now")
        phase = course_of(game, clock.now(), self.since_of(game)).phase
        if game.mode == "blind":
            raise Refused("A blind match goes on by itself; nobody is ready in it.", "not_now")
        if phase not in ("lobby", "pause"):
            raise Refused("One is ready in the lobby, and for the next round in a pause; not now.", "not_now")
        self.touch(game, seat, back=True)
        self.book.ready(game.game_id, seat, clock.now() if ready else None)
        return self._after(game)

    def leave(self, game: Game, seat: int) -> Game:
        """Give up a seat in the lobby, or forfeit the match; whoever opened the lobby closes it.

        A later match of a series is forfeited in its lobby too: what was won before stands, and the series goes on.
        Leaving a match that is over changes nothing, nor does leaving a seat that has become free meanwhile.
        """
        phase = course_of(game, clock.now(), self.since_of(game)).phase
        if phase == "lobby" and is_later(game):
            self.book.ready(game.game_id, seat, None)
            self.book.left(game.game_id, seat, clock.now())
        elif phase == "lobby" and seat == HOST:
            self.book.finish(game.game_id, clock.now())
        elif phase == "lobby":
            if (own := self._find(game.game_id).seats.get(seat)) is not None:
                self.book.free(game.game_id, seat, own.seen_at)
        elif phase != "over":
            self.book.left(game.game_id, seat, clock.now())
        return self._after(game)

    def touch(self, game: Game, seat: int, back: bool = False) -> None:
        """Note that somebody is at a seat; one who has forfeited comes back by a word or a move.

        Whoever comes back first to a running match that everybody was away from gives all others as long to follow.
        """
        if game.finished_at is not None or seat not in game.seats:
            return
        own, now = game.seats[seat], clock.now()
        fresh = own.seen_at is not None and 0.0 <= now - own.seen_at < SEEN_EACH_S
        if own.left_at is not None:
            if back and course_of(game, now, self.since_of(game)).phase != "over":
                self.book.back(game.game_id, seat, now)
                self._tell(game.game_id)
        elif nobody_there(game, now, self.since_of(game)):
            self.book.all_seen(game.game_id, now)
        elif not fresh:
            self.book.seen(game.game_id, seat, now)

    def guess(self, game: Game, number: int, position: Position | None, seat: int) -> Game:
        """Judge a guess and write it.

        Raises:
            Refused: guessed before, no round that is open, too late (not_now), no such round (unknown), no position
                although there is time (malformed).
        """
        now = clock.now()
        course = course_of(game, now, self.since_of(game))
        self._check_open(game, course.phase, course.round, number, seat)
        opened = opened_at(game, number, now, self.since_of(game)) or now
        ends = deadline(game, number, opened, now, self.since_of(game))
        if position is None:
            if now < ends:
                raise Refused('Looked for "lat" and "lng" in degrees, found none, and there is still time to guess.')
            return game
        guess = guess_of(game, number, position, max(0.0, min(now, ends) - opened), now)
        if not self._scorebook().add_guess(game.game_id, number, seat, guess):
            self._check_open(self._find(game.game_id), "looking", number, number, seat)
        self.touch(game, seat, back=True)
        return self._after(game)

    def add_verdict(self, game: Game, seat: int, thinks: object) -> Game:
        """Write whom a seat thinks that it met in a blind match; said once.

        Raises:
            Refused: neither "person" nor "model" (malformed), no blind match, before its end, or after the time for it
                (not_now).
        """
        if thinks not in ("person", "model"):
            raise Refused(f'Looked for whom you think you met, "person" or "model", found {thinks!r:.40}.')
        if game.mode != "blind":
            raise Refused("Only after a blind match one says whom one met.", "not_now")
        if seat in game.verdicts:
            raise Refused("You have said whom you met already; it counts once.", "not_now")
        if game.finished_at is not None:
            raise Refused("The time to say whom you met is out.", "not_now")
        if course_of(game, clock.now(), self.since_of(game)).result is None:
            raise Refused("The match still goes on; say whom you met at its end.", "not_now")
        self.book.add_verdict(game.game_id, seat, str(thinks), opponent_kind(game, seat), clock.now())
        return self._after(game)

    def next_event_s(self, game: Game) -> float | None:
        """How long it is until something becomes due by itself; None where nothing will."""
        now = clock.now()
        coming = [one.at - now for one in agenda(game, now, self.since_of(game)) if one.at > now]
        return min(coming, default=None)

    def thought(self, game: Game, number: int) -> Position | None:
        """Where the model thinks that a round is; None while it does not know, or where it does not play."""
        return None if game.model_seat() is None else self._thinking.position(game, number)

    def _check_open(self, game: Game, phase: str, current: int, number: int, seat: int) -> None:
        if not 1 <= number <= game.length:
            raise Refused(f"There is no round {number}; this match has rounds 1 to {game.length}.", "unknown")
        if (guess := game.rounds[number - 1].guesses.get(seat)) is not None:
            if guess.lat is None:
                raise Refused(f"The time of round {number} was out when this guess came; it counts as none.", "not_now")
            raise Refused(f"Round {number} has its guess already; a guess counts once.", "not_now")
        if phase == "over":
            raise Refused("This match is over; no guess is taken any more.", "not_now")
        if phase != "looking" or number != current:
            raise Refused(f"Round {number} is not open; wait until it opens for everyone.", "not_now")

    def _after(self, game: Game) -> Game:
        """A match after a move, told to all who look on."""
        game = self.settle(self._find(game.game_id))
        self._tell(game.game_id)
        return game

    def _think_ahead(self, game: Game) -> None:
        model = game.model_seat()
        if model is None or game.live is None or game.started_at is None or game.finished_at is not None:
            return
        done = len(game.guessed(model))
        ahead = BLIND_AHEAD if game.mode == "blind" else AHEAD
        for number in range(done + 1, min(done + ahead, game.length) + 1):
            self._thinking.position(game, number)

    def _write(self, game: Game, due: Due, now: float) -> bool:
        """Write one thing that is due; False where it cannot be yet."""
        assert game.live is not None
        at, game_id = due.moment(now, game.mode, self.since_of(game)), game.game_id
        if due.what == "free":
            self.book.free(game_id, due.seat, game.seats[due.seat].seen_at)
        elif due.what == "begin":
            self.book.begin(game_id, at, at + game.live.countdown_s, at + EXPIRES_S)
        elif due.what == "award":
            self.book.award(game_id, due.counts_at)
        elif due.what == "forfeit":
            self.book.left(game_id, due.seat, due.counts_at)
        elif due.what == "open":
            self.book.open_round(game_id, due.number, at)
        elif due.what == "finish":
            self.book.finish(game_id, at)
        else:
            guess = self._guess_due(game, due, at, now)
            if guess is None:
                return False
            self._scorebook().add_guess(game_id, due.number, due.seat, guess)
        return True

    def _guess_due(self, game: Game, due: Due, at: float, now: float) -> Guess | None:
        """The guess of a seat that nobody moves, or of one whose time is out; None while it is not known yet."""
        assert game.live is not None
        opened = opened_at(game, due.number, at, self.since_of(game)) or at
        if due.what == "none":
            return guess_of(game, due.number, None, max(0.0, due.counts_at - opened), at)
        planned = game.live.planned[due.number - 1]
        position: Position | None
        if game.seats[due.seat].kind == "ghost":
            position = None if planned.lat is None or planned.lng is None else (planned.lat, planned.lng)
        elif (thought := self._thinking.position(game, due.number)) is not None:
            position = clicked(thought, planned.zoom, planned.offset)
            at = max(at, min(now, self._thinking.since(game, due.number) or at))
            ends = deadline(game, due.number, opened, now, self.since_of(game))
            if game.mode == "blind" and at > ends:  # as the guess of a person that is on its way then
                if at > ends + GRACE_S:
                    return None
                return guess_of(game, due.number, position, ends - opened, at)
        else:
            return None
        return guess_of(game, due.number, position, max(0.0, at - opened), at)

    def _tell(self, game_id: str) -> None:
        for notice in list(self._notices):
            notice(game_id)
