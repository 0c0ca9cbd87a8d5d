"""Handing out the pictures of a match: who may see which, and whose clock starts. Knows no HTTP and no truth."""

from collections.abc import Callable
from dataclasses import dataclass

from arena import clock
from arena.live.course import is_opened
from arena.panoramas import Order, PanoramaCache, Urgency
from arena.pictures import WIDTHS, Making, Pictures
from arena.records import HOST, Game
from arena.rules import Refused, check_turn, is_expired


@dataclass(frozen=True)
class Showing:
    """A picture that was ordered for a player, and what is to be done when it is there: the clock starts."""

    order: Order
    shown: Callable[[], None]

    def wait(self) -> bytes:
        """The JPEG, waited for in this thread; the clock starts."""
        jpeg = self.order.wait()
        self.shown()
        return jpeg


class Showings:
    """Orders pictures for seats, and for those who only look on; safe to share between threads.

    Args:
        find: a match by its id, with what is out of time closed.
        start: notes that a seat has seen a round: (game_id, round, seat).
    """

    def __init__(
        self,
        find: Callable[[str], Game],
        start: Callable[[str, int, int], None],
        panoramas: PanoramaCache,
        pictures: Pictures,
    ) -> None:
        self._find, self._start, self._panoramas, self._pictures = find, start, panoramas, pictures

    def panorama(self, game_id: str, number: int, width: int = WIDTHS[0], seat: int | None = HOST) -> Showing:
        """Order the panorama of a round that is open or over for a seat; the smaller one starts its clock.

        Raises:
            Refused: no such match or round (unknown), a round before its turn or a sharp panorama before the first
                (not_now), a game that shows one view only (not_allowed), another width, or too many wait (busy).
        """
        game = self._shown(game_id, number, seat)
        making = self._pictures.panorama(game, number, width)
        if width == WIDTHS[0]:
            return self._hand_out(game, number, making, seat)
        if seat is not None and seat not in game.rounds[number - 1].starts and number not in game.guessed(seat):
            raise Refused(f"The first panorama of round {number} comes before the sharp one.", "not_now")
        return Showing(self._panoramas.order(*making, Urgency.SHARP), lambda: None)

    def step(
        self,
        game_id: str,
        number: int,
        step: int,
        width: int = WIDTHS[0],
        seat: int | None = HOST,
        ahead: bool = False,
    ) -> tuple[Showing, int]:
        """Order the panorama from a step along the road, and where the road leads there in whole degrees.

        Any step that there is may be asked for, once the round's first panorama was seen: one could walk to it. The
        clock starts with step 0 and never again. `ahead` asks for what will be wanted next, after everyone who waits.

        Raises:
            Refused: as in `panorama`; a step before the first panorama (not_now), a game in which nobody walks
                (not_allowed), or a step that there is not (unknown).
        """
        game = self._shown(game_id, number, seat)
        road_deg = self._pictures.road_deg(game, number, step)
        if step == 0 and not ahead:
            return self.panorama(game_id, number, width, seat), road_deg
        making = self._pictures.panorama(game, number, width, step)
        if seat is not None and seat not in game.rounds[number - 1].starts and number not in game.guessed(seat):
            raise Refused(f"The first panorama of round {number} comes before a step along its road.", "not_now")
        if width != WIDTHS[0] or ahead:
            urgency = Urgency.AHEAD if width == WIDTHS[0] else Urgency.SHARP
            return Showing(self._panoramas.order(*making, urgency), lambda: None), road_deg

        def shown() -> None:
            self._beside_ahead(game, number, step)

        return Showing(self._panoramas.order(*making), shown), road_deg

    def _beside_ahead(self, game: Game, number: int, step: int) -> None:
        for making in self._pictures.beside(game, number, step):
            self._panoramas.ahead(*making)

    def still(self, game_id: str, number: int, seat: int | None = HOST) -> tuple[Showing, int]:
        """Order the one view of a round, and its heading in whole degrees; otherwise as `panorama`.

        Raises:
            Refused: as in `panorama`; a game that shows panoramas (not_allowed).
        """
        game = self._shown(game_id, number, seat)
        showing = self._hand_out(game, number, self._pictures.still(game, number), seat)
        return showing, self._pictures.heading_deg(game, number)

    def _shown(self, game_id: str, number: int, seat: int | None) -> Game:
        """A match of which this round may be seen from this seat; who has none sees what nobody can guess any more."""
        game = self._find(game_id)
        if not 1 <= number <= game.length:
            check_turn(number, (), game.length)
        if seat is None:
            if not game.is_over_for_all(number):
                raise Refused(
                    f"You have no seat in this game, and round {number} is still being guessed; look on later.",
                    "not_allowed",
                )
        elif game.live is not None:
            if not game.is_over_for_all(number) and not is_opened(game, number, clock.now()):
                raise Refused(f"Round {number} is not open; wait until it opens for everyone.", "not_now")
        elif number not in game.guessed(seat):
            check_turn(number, game.guessed(seat), game.length)
            if is_expired(game.created_at, game.finished_at, clock.now(), game.closes_at):
                raise Refused("This game was left for too long and is closed; start a new one.", "not_now")
        return game

    def _hand_out(self, game: Game, number: int, making: Making, seat: int | None) -> Showing:
        def shown() -> None:
            if seat is not None and seat not in game.rounds[number - 1].starts:
                self._start(game.game_id, number, seat)
            if game.rules.movement == "moving":
                self._beside_ahead(game, number, 0)
            if number < game.length:
                self._panoramas.ahead(*self._pictures.first(game, number + 1))

        return Showing(self._panoramas.order(*making), shown)


class ShowsPictures:
    """An arena's pictures, as whoever runs the game asks for them."""

    _showings: Showings

    def panorama(self, game_id: str, number: int, width: int = WIDTHS[0], seat: int | None = HOST) -> bytes:
        """The JPEG of a round, waited for in this thread."""
        return self.order_panorama(game_id, number, width, seat).wait()

    def still(self, game_id: str, number: int, seat: int | None = HOST) -> tuple[bytes, int]:
        """The one view of a round as JPEG, and its heading, waited for in this thread."""
        showing, heading_deg = self.order_still(game_id, number, seat)
        return showing.wait(), heading_deg

    def order_panorama(self, game_id: str, number: int, width: int = WIDTHS[0], seat: int | None = HOST) -> Showing:
        """Order the JPEG of a round for a seat; see `Showings.panorama`."""
        return self._showings.panorama(game_id, number, width, seat)

    def order_step(
        self, game_id: str, number: int, step: int, width: int, seat: int | None, ahead: bool
    ) -> tuple[Showing, int]:
        """Order the panorama from a step along the road, and where the road leads there; see `Showings.step`."""
        return self._showings.step(game_id, number, step, width, seat, ahead)

    def order_still(self, game_id: str, number: int, seat: int | None = HOST) -> tuple[Showing, int]:
        """Order the one view of a round for a seat, and its heading; see `Showings.still`."""
        return self._showings.still(game_id, number, seat)
