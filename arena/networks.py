"""How many games each network address has left open, so that no single one fills the book. Knows no HTTP and no SQL.

A cookie is invented as easily as it is left away; an address is not. It is remembered in memory alone, never written.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

from arena.rate import MAX_ASKERS
from arena.rules import Refused

MOST_OPEN_HERE = 2000  # games of one address that wait for a guess: a school behind one router, on a day of trying out


class OpenGames:
    """The games that were started from each address; safe to share between threads.

    Args:
        still_open: answers which of some games may still be played on; asked only when an address has reached `most`.
    """

    def __init__(self, still_open: Callable[[Collection[str]], set[str]], most: int = MOST_OPEN_HERE) -> None:
        self._still_open, self._most = still_open, most
        self._games: OrderedDict[str, set[str]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, network: str) -> None:
        """Whether one more game may be started from here.

        Raises:
            Refused: too many wait for a guess (too_many). StorageError: the scorebook.
        """
        with self._lock:
            started = set(self._games.get(network, ()))
        if len(started) < self._most:
            return
        over = started - self._still_open(started)
        with self._lock:
            self._games.get(network, set()).difference_update(over)
        if len(started) - len(over) >= self._most:
            raise Refused(
                f"{self._most} games from this address wait for a guess already; finish some first, or wait until they "
                "expire.",
                "too_many",
                3600.0,
            )

    def note(self, network: str, game_id: str) -> None:
        """Remember a new game; of very many addresses the one that started none for longest is forgotten."""
        with self._lock:
            self._games.setdefault(network, set()).add(game_id)
            self._games.move_to_end(network)
            if len(self._games) > MAX_ASKERS:
                self._games.popitem(last=False)
