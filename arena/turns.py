"""The model's turns: one game at a time, the next ones in a short queue. Knows no HTTP, no model and no store.

Whoever asks is never kept waiting: the answer is where the game stands in the queue, and asking again starts nothing
twice. A turn that failed says why, once, to the next who asks; after that it can be asked for again.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from arena.rules import Refused
from model.errors import HomingError

LOG = logging.getLogger("homing.arena")

MOST_WAITING = 8
MOST_FAILURES = 100  # remembered until somebody asks

Played = Callable[[int], None]  # told after each round how many are played


@dataclass(frozen=True)
class Turn:
    """Where the model is with one game."""

    status: Literal["waiting", "playing"]
    played: int  # rounds


class ModelTurns:
    """A queue with a limit, and one thread that lives while there is something in it; safe to share between threads.

    Args:
        play: plays a game to its end, by its id, and tells how far it is.
        most: how many games may wait beside the one that is played.
    """

    def __init__(self, play: Callable[[str, Played], None], most: int = MOST_WAITING) -> None:
        self._play, self._most = play, most
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, int] = OrderedDict()  # game -> rounds played before
        self._playing: tuple[str, int] | None = None
        self._at_work = False  # whether there is a thread
        self._failed: OrderedDict[str, HomingError] = OrderedDict()
        self._usual_s = 15.0  # a turn, lately

    def ask(self, game_id: str, played: int) -> Turn:
        """Queue a game, or say how far it is; `played` is how many of its rounds are in the book.

        Raises:
            Refused: too many wait (busy). What made this game's turn fail, once.
        """
        with self._lock:
            if (error := self._failed.pop(game_id, None)) is not None:
                raise error
            if self._playing is not None and self._playing[0] == game_id:
                return Turn("playing", self._playing[1])
            if game_id not in self._waiting:
                self._queue(game_id, played)
            return Turn("waiting", self._waiting[game_id])

    def _queue(self, game_id: str, played: int) -> None:
        if len(self._waiting) >= self._most:
            retry_s = max(1.0, min(60.0, self._usual_s))
            raise Refused(
                f"The model is playing for others, and {len(self._waiting)} games wait already; ask again in "
                f"{retry_s:.0f} seconds.",
                "busy",
                retry_s,
            )
        self._waiting[game_id] = played
        if not self._at_work:
            self._at_work = True
            threading.Thread(target=self._work, name="model's turn", daemon=True).start()

    def _work(self) -> None:
        while (game_id := self._next()) is not None:
            started = time.monotonic()
            error: HomingError | None = None
            try:
                self._play(game_id, self._tell)
            except HomingError as problem:
                error = problem
            except Exception:
                LOG.exception("the model's turn in a game broke off")
                error = Refused(
                    "The model broke off in the midst of its turn; the log of the app says why. Ask it again.", "busy"
                )
            with self._lock:
                self._playing = None
                self._usual_s += 0.3 * (time.monotonic() - started - self._usual_s)
                if error is not None:
                    self._failed[game_id] = error
                    while len(self._failed) > MOST_FAILURES:
                        self._failed.popitem(last=False)

    def _next(self) -> str | None:
        with self._lock:
            if not self._waiting:
                self._at_work = False
                return None
            game_id, played = self._waiting.popitem(last=False)
            self._playing = game_id, played
            return game_id

    def _tell(self, played: int) -> None:
        with self._lock:
            if self._playing is not None:
                self._playing = self._playing[0], played
