"""The rounds of a match whose truth must not be told yet to who asks. Knows no HTTP and no SQL."""

from arena.live.course import broken_off_number
from arena.records import Game
from arena.scorebook import Scorebook
from arena.seating import is_closed


def hidden_rounds(game: Game, seat: int | None, scorebook: Scorebook) -> frozenset[int]:
    """The rounds whose truth must not be told to a seat, guessed or not; None is who only looks on.

    A seat that has guessed knows the place, as soon as the match tells it; in a live match, when nobody can guess there
    any more, be it that a side has given up. Anyone else who has the match's id may be about to guess there.
    """
    numbers = range(1, game.length + 1)
    if seat is not None:
        if game.live is not None:
            return frozenset(number for number in numbers if not _is_over(game, number))
        waits = game.told == "after_match" and not game.is_done(seat) and not is_closed(game)
        return frozenset(number for number in numbers if waits or seat not in game.rounds[number - 1].guesses)
    untold, closed = scorebook.untold_places(game), is_closed(game) and game.live is None
    waits = game.told == "after_match" and game.finished_at is None and not closed
    return frozenset(
        one.number
        for one in game.rounds
        if (one.place.lat, one.place.lng) in untold or not (closed or _is_over(game, one.number)) or waits
    )


def _is_over(game: Game, number: int) -> bool:
    """Whether nobody can guess in a round any more: everyone has, or it was open when a side gave up."""
    return game.is_over_for_all(number) or number == broken_off_number(game)
