"""The model at the table: takes a seat of its own and plays the rounds in a queue. Knows no model, it is handed one."""

import io
import time
from collections.abc import Callable

from PIL import Image

from arena import clock
from arena.panoramas import PanoramaCache
from arena.pictures import Pictures
from arena.records import HOST, MODEL_NAME, Game, Seat, model_id
from arena.rules import Refused, guess_of
from arena.scorebook import Scorebook
from arena.turns import ModelTurns, Played, Turn

Opponent = Callable[[list[Image.Image]], tuple[float, float]]


class Rival:
    """Lets the opponent play matches, one at a time; safe to share between threads.

    Args:
        opponent: gets [one picture] and answers (lat, lng); None where nobody plays.
        find: a match by its id.
        scorebook: opened when first needed.
    """

    def __init__(
        self,
        opponent: Opponent | None,
        find: Callable[[str], Game],
        scorebook: Callable[[], Scorebook],
        panoramas: PanoramaCache,
        pictures: Pictures,
    ) -> None:
        self.opponent, self._find, self._scorebook = opponent, find, scorebook
        self._panoramas, self._pictures = panoramas, pictures
        self._turns = ModelTurns(self._play)

    def ask(self, game: Game, seat: int = HOST) -> Turn | None:
        """Let the opponent play the rounds that this seat has finished, when it is free; None when it has played all.

        Raises:
            Refused: no opponent here (unknown), the seat has not finished (not_now), or too many wait (busy).
            Once, what made the opponent fail.
        """
        own = game.model_seat()
        played = 0 if own is None else len(game.guessed(own))
        if own is not None and played == game.length and game.is_done(seat):
            return None  # where it stands may be read now: what it guessed tells much of the places
        if self.opponent is None:
            raise Refused(
                "No model is at the table: this is the game alone. Start the whole app to play against it.", "unknown"
            )
        if not game.is_done(seat):
            raise Refused("The model plays these rounds when you have finished them.", "not_now")
        return self._turns.ask(game.game_id, played)

    def _play(self, game_id: str, played: Played) -> None:
        """The opponent's turn: the rounds that it has not played yet."""
        if self.opponent is None:
            return
        game, own = self._seated(game_id)
        done = len(game.guessed(own))
        for one in game.rounds:
            if own in one.guesses:
                continue
            jpeg = self._panoramas.get_in_turn(*self._pictures.first(game, one.number))
            started = time.perf_counter()
            with Image.open(io.BytesIO(jpeg)) as picture:
                position = self.opponent([picture.convert("RGB")])
            guess = guess_of(game, one.number, position, time.perf_counter() - started, clock.now())
            self._scorebook().add_guess(game_id, one.number, own, guess)
            done += 1
            played(done)

    def _seated(self, game_id: str) -> tuple[Game, int]:
        """A match in which the model has a seat: its own, or the next free number, which others may take meanwhile."""
        while True:
            game = self._find(game_id)
            if (own := game.model_seat()) is not None:
                return game, own
            self._scorebook().add_seat(game_id, max(game.seats) + 1, Seat(MODEL_NAME, "model", model_id()))
