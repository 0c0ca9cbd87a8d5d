"""Who sits where at a match, and who asks: seats are taken, and known again by identity or token. Knows no HTTP."""

from collections.abc import Callable

from arena import clock
from arena.live.play import Live
from arena.live.rules import check_team
from arena.openings import Taken, new_seat
from arena.records import Game, seat_by_token, seat_of
from arena.rules import Refused, check_player, closed_sentence, is_expired
from arena.scorebook import Scorebook


class Seating:
    """The seats of all matches; safe to share between threads.

    Args:
        game: a match by its id, with what is out of time closed.
        find: the same as it is stored.
        check_burden: refuses whoever has too many games open: (owner, network).
    """

    def __init__(
        self,
        game: Callable[[str], Game],
        find: Callable[[str], Game],
        scorebook: Callable[[], Scorebook],
        live: Live,
        check_burden: Callable[[str | None, str | None], None],
    ) -> None:
        self._game, self._find, self._scorebook, self._live = game, find, scorebook, live
        self._check_burden = check_burden

    def join(
        self, game_id: str, name: object, kind: object, owner: str | None, network: str | None, team: object
    ) -> Taken:
        """Take a seat at a match that has one free; whoever sits there already is told which seat it is.

        Raises:
            Refused: no such match (unknown), it is closed or full (not_now), a bad name or kind, too many games.
        """
        player, known_kind = check_player(name, kind)
        while True:  # another one may take the same number in the meantime
            game = self._game(game_id)
            if (known := seat_of(game.seats, owner)) is not None:
                return Taken(game_id, known, None)
            if game.finished_at is not None or is_closed(game):
                raise Refused(closed_sentence(game), "not_now")
            if not game.has_room():
                raise Refused("Every seat of this game is taken; start one of your own.", "not_now")
            self._check_burden(owner, network)
            if game.live is not None:
                return self._live.join(game, player, known_kind, owner, check_team(team))
            number = max(game.seats) + 1
            seat, token = new_seat(game_id, number, player, known_kind, owner)
            if self._scorebook().add_seat(game_id, number, seat):
                return Taken(game_id, number, token)

    def seat_of(self, game_id: str, identity: str | None, token: str | None = None) -> int | None:
        """Whose seat a request is for: that of its token, else that of its identity; None for who only looks on.

        Raises:
            Refused: there is no such match (unknown), or a token of no seat there (not_allowed).
        """
        seats = self._scorebook().seats(game_id) or self._find(game_id).seats
        held = seat_of(seats, identity)
        if token is None:
            return held
        seat = seat_by_token(seats, token)
        if seat is None and (seat := held) is None:
            raise Refused("This token belongs to no seat of this game; take a seat, or start a game.", "not_allowed")
        return seat

    def player_seat(self, game_id: str, identity: str | None, token: str | None = None) -> int:
        """The same for a move, which only a seat can make.

        Raises:
            Refused: as `seat_of`; no seat (not_allowed).
        """
        seat = self.seat_of(game_id, identity, token)
        if seat is None:
            raise Refused(
                "You have no seat in this game: it is played by someone else, or in another browser. Start one of "
                "your own.",
                "not_allowed",
            )
        return seat


def is_closed(game: Game) -> bool:
    """Whether a match was left for so long that no guess is taken any more."""
    return is_expired(game.created_at, game.finished_at, clock.now(), game.closes_at)
