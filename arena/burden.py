"""How many games one player, and one network address, may have open. Knows no HTTP and no SQL."""

from collections.abc import Callable

from arena import clock
from arena.networks import OpenGames
from arena.rules import STARTED_IN_S, check_burden
from arena.scorebook import Scorebook


class Burden:
    """What is asked before each game that is begun; safe to share between threads.

    Args:
        scorebook: opened when first needed.
    """

    def __init__(self, scorebook: Callable[[], Scorebook]) -> None:
        self._scorebook = scorebook
        self._networks = OpenGames(lambda games: scorebook().still_open(games))

    def check(self, owner: str | None, network: str | None = None) -> None:
        """Whether one more game may be begun by this identity, from this address.

        Raises:
            Refused: too many wait for a guess, or were begun within a minute (too_many). StorageError: the scorebook.
        """
        if owner is not None:
            check_burden(*self._scorebook().burden(owner, clock.now() - STARTED_IN_S))
        if network is not None:
            self._networks.check(network)

    def note(self, network: str | None, game_id: str) -> None:
        """Remember from where a game was begun."""
        if network is not None:
            self._networks.note(network, game_id)
