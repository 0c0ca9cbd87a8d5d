"""The model at the table: takes a seat of its own and plays the rounds in a queue. Knows no model, it is handed one.

It plays a round when somebody at the table has guessed in it, and never before: there is nothing to be told too early.
"""

import contextlib
import io
import time
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from arena import clock
from arena.panoramas import PanoramaCache
from arena.pictures import Pictures
from arena.records import HOST, MODEL_NAME, Game, Seat, model_id
from arena.rules import Refused, guess_of
from arena.scorebook import Scorebook
from arena.turns import ModelTurns, Played, Turn
from model.errors import HomingError

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

    def sit_down(self, game: Game) -> Game:
        """A match that is about to begin with the opponent at the table, to play each round after its players.

        Raises:
            Refused: no opponent here (unknown).
        """
        self._check_opponent()
        seat = replace(_seat(), seen_at=game.created_at)  # which one that is asked for at the end has not
        return replace(game, seats=game.seats | {max(game.seats) + 1: seat})

    def ask(self, game: Game, seat: int = HOST) -> Turn | None:
        """Let the opponent play the rounds that somebody has guessed, when it is free; None when it has played them.

        Raises:
            Refused: a country streak (not_now); no opponent here (unknown); the seat has not finished, and has guessed
                nothing or no opponent sat down (not_now); or too many wait (busy). Once, what made the opponent fail.
        """
        if game.mode == "streak":  # its points are countries, and the opponent knows none
            raise Refused("The model does not play country streaks.", "not_now")
        own = game.model_seat()
        if not game.is_done(seat) and (own is None or not game.guessed(seat)):
            self._check_opponent()
            raise Refused("The model plays these rounds when you have finished them.", "not_now")
        if own is not None and _due(game, own) is None:
            return None
        self._check_opponent()
        return self._turns.ask(game.game_id, 0 if own is None else len(game.guessed(own)))

    def follow(self, game: Game) -> None:
        """Let the opponent play what was just guessed, where it sits at the table; nobody hears of it when it cannot.

        Whoever waits for it asks, and is told what is wrong.
        """
        own = game.model_seat()
        if self.opponent is not None and own is not None and _due(game, own) is not None:
            with contextlib.suppress(HomingError):
                self._turns.ask(game.game_id, len(game.guessed(own)))

    def _check_opponent(self) -> None:
        if self.opponent is None:
            raise Refused(
                "No model is at the table: this is the game alone. Start the whole app to play against it.", "unknown"
            )

    def _play(self, game_id: str, played: Played) -> None:
        """The opponent's turn: the rounds that somebody has guessed and it has not, also those guessed meanwhile."""
        if self.opponent is None:
            return
        game, own = self._seated(game_id)
        while (number := _due(game, own)) is not None:
            jpeg = self._panoramas.get_in_turn(*self._pictures.first(game, number))
            started = time.perf_counter()
            with Image.open(io.BytesIO(jpeg)) as picture:
                position = self.opponent([picture.convert("RGB")])
            guess = guess_of(game, number, position, time.perf_counter() - started, clock.now())
            self._scorebook().add_guess(game_id, number, own, guess)
            game = self._find(game_id)
            played(len(game.guessed(own)))

    def _seated(self, game_id: str) -> tuple[Game, int]:
        """A match in which the model has a seat: its own, or the next free number, which others may take meanwhile."""
        while True:
            game = self._find(game_id)
            if (own := game.model_seat()) is not None:
                return game, own
            self._scorebook().add_seat(game_id, max(game.seats) + 1, _seat())


def _seat() -> Seat:
    return Seat(MODEL_NAME, "model", model_id())


def _due(game: Game, own: int) -> int | None:
    """The first round that somebody at the table has guessed, and the opponent in seat `own` has not."""
    return next((one.number for one in game.rounds if one.guesses and own not in one.guesses), None)
