"""What the model thinks of the rounds of live matches, ahead of their moment, one at a time. Knows no rule of play.

Nothing of it is written down: what an app has forgotten when it is started anew is thought again.
"""

import io
import logging
import threading
from collections import OrderedDict

from PIL import Image

from arena import clock
from arena.panoramas import PanoramaCache
from arena.pictures import Pictures
from arena.records import Game
from arena.rival import Opponent

LOG = logging.getLogger("homing.arena")

MOST_KEPT, MOST_WAITING = 2000, 400  # rounds
AGAIN_S = 5.0  # after a failure

Position = tuple[float, float]


class Thinking:
    """A queue of rounds, and one thread that lives while there is something in it; safe to share between threads.

    Args:
        opponent: gets [one picture] and answers (lat, lng).
    """

    def __init__(self, opponent: Opponent | None, panoramas: PanoramaCache, pictures: Pictures) -> None:
        self.opponent, self._panoramas, self._pictures = opponent, panoramas, pictures
        self._lock = threading.Lock()
        self._waiting: OrderedDict[tuple[str, int], Game] = OrderedDict()
        self._found: OrderedDict[tuple[str, int], tuple[Position, float]] = OrderedDict()
        self._failed: dict[tuple[str, int], float] = {}
        self._at_work: tuple[str, int] | None = None
        self._alive = False

    def position(self, game: Game, number: int) -> Position | None:
        """Where the model thinks that a round is; None while it has not thought of it, which it then begins to do."""
        with self._lock:
            key = game.game_id, number
            if (found := self._found.get(key)) is not None:
                return found[0]
            waits = key in self._waiting or key == self._at_work
            if self.opponent is None or waits or clock.now() < self._failed.get(key, 0.0):
                return None
            if len(self._waiting) < MOST_WAITING:
                self._waiting[key] = game
                if not self._alive:
                    self._alive = True
                    threading.Thread(target=self._work, name="the model in live matches", daemon=True).start()
            return None

    def since(self, game: Game, number: int) -> float | None:
        """Since when the model knows where a round is; None while it does not."""
        with self._lock:
            found = self._found.get((game.game_id, number))
        return None if found is None else found[1]

    def _work(self) -> None:
        while True:
            with self._lock:
                self._at_work = None
                if not self._waiting:
                    self._alive = False
                    return
                key, game = self._waiting.popitem(last=False)
                self._at_work = key
            try:
                found = self._think(game, key[1])
            except Exception:  # the round goes on without its guess
                LOG.exception("the model could not think of a round")
                with self._lock:
                    self._failed[key] = clock.now() + AGAIN_S
                    while len(self._failed) > MOST_KEPT:
                        self._failed.pop(next(iter(self._failed)))
                continue
            with self._lock:
                self._found[key] = found, clock.now()
                while len(self._found) > MOST_KEPT:
                    self._found.popitem(last=False)

    def _think(self, game: Game, number: int) -> Position:
        assert self.opponent is not None
        jpeg = self._panoramas.get_in_turn(*self._pictures.first(game, number))
        with Image.open(io.BytesIO(jpeg)) as picture:
            lat, lng = self.opponent([picture.convert("RGB")])
        return float(lat), float(lng)
