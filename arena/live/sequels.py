"""What follows a live match: the next one of its series, and a rematch. Knows no HTTP and no SQL."""

import contextlib
from collections.abc import Callable

from arena import clock
from arena.burden import Burden
from arena.live.book import LiveBook
from arena.live.course import course_of
from arena.live.openings import first_of_rematch, next_of, rematch_id
from arena.records import Game
from arena.rules import Refused
from arena.scorebook import Scorebook
from model.errors import HomingError

MOST_REMATCHES = 20  # of one match that never began


class Sequels:
    """The matches that follow others; safe to share between threads.

    Args:
        find: a match by its id, as stored.
        again: a new match with other places, like the one that is given, of this id; it is not written yet.
        burden: how many matches one may begin.
        tell: called with the id of a match that something new is to be told of.
        since: when this app was started.
    """

    def __init__(
        self,
        find: Callable[[str], Game],
        scorebook: Callable[[], Scorebook],
        book: LiveBook,
        again: Callable[[Game, str | None], Game],
        burden: Burden,
        tell: Callable[[str], None],
        since: float,
    ) -> None:
        self._find, self._scorebook, self._book = find, scorebook, book
        self._again, self._burden, self._tell, self._since = again, burden, tell, since

    def rematch(self, game: Game, owner: str | None = None, network: str | None = None) -> Game:
        """The same duel once more, on other places: one for everybody who asks, another one where its lobby closed.

        Raises:
            Refused: no duel that is over, or one against a ghost (not_now); too many games of who asks (too_many).
        """
        if game.mode != "duel" or game.live is None or game.finished_at is None or game.started_at is None:
            raise Refused("A rematch is asked for when a duel is over.", "not_now")
        if game.live.ghost is not None:
            raise Refused("A ghost has played its places once, and you know them now: no rematch.", "not_now")
        if (known := self.rematch_of(game)) is None:
            self._burden.check(owner, network)
            known = self._next_rematch(game)
            self._book.add_next(first_of_rematch(game, self._again(game, known)))
            self._burden.note(network, known)
            self._tell(game.game_id)
        return self._find(known)

    def rematch_of(self, game: Game) -> str | None:
        """The id of the rematch of a duel, where somebody has asked for one."""
        if game.mode != "duel" or game.finished_at is None:
            return None
        known = self._next_rematch(game)
        return known if self._scorebook().seats(known) else None

    def _next_rematch(self, game: Game) -> str:
        """The id of the rematch that may be played, or be written: none whose lobby closed before it began."""
        known = rematch_id(game.game_id)
        for _ in range(MOST_REMATCHES):
            written = self._scorebook().game(known)
            if written is None or course_of(written, clock.now(), self._since).phase != "over" or written.started_at:
                break
            known = rematch_id(known)
        return known

    def go_on(self, game: Game) -> None:
        """Make the next match of a series, once; it waits where its map has gone, or who plays has too many open."""
        if self._is_due(game):
            with contextlib.suppress(HomingError):  # the match that is over is told all the same
                self._check_players(game)
                self._book.add_next(next_of(game, self._again(game, None)))

    def held_up(self, game: Game) -> str | None:
        """Why the next match of a series, which is due, is not there; None where nothing keeps it."""
        if not self._is_due(game):
            return None
        try:
            self._check_players(game)
        except HomingError:
            return "The next match waits: somebody who plays has too many games open, or began many within a minute."
        return None

    def _is_due(self, game: Game) -> bool:
        number = game.series_number
        if game.live is None or game.series_id is None or number is None or number >= game.live.series:
            return False
        if game.finished_at is None or game.started_at is None:  # open, or whoever opened it closed it again
            return False
        return all(one.series_number != number + 1 for one in self._book.series(game.series_id))

    def _check_players(self, game: Game) -> None:
        for seat in game.players():
            self._burden.check(game.seats[seat].owner)
