"""What a round shows: a panorama, sharp or not, or the one view of a game that allows no more. Knows no truth told.

The key of a picture is that of its game and round, so nobody is shown what another game was given.
"""

import hashlib
from collections.abc import Callable

from PIL import Image

from arena.records import Game
from arena.rules import Refused
from arena.sources import Source, pick_map

WIDTHS = (2048, 4096)  # of a panorama in pixels: the first, and the sharp one

Making = tuple[str, Callable[[], Image.Image]]  # a key, and how the picture is made


class Pictures:
    """The pictures of all games, by the maps they are played on."""

    def __init__(self, maps: Callable[[], dict[str, Source]]) -> None:
        self._maps = maps

    def first(self, game: Game, number: int) -> Making:
        """What a round is begun with, and what an opponent looks at."""
        return self.still(game, number) if game.rules.movement == "nmpz" else self.panorama(game, number)

    def panorama(self, game: Game, number: int, width: int = WIDTHS[0]) -> Making:
        """The panorama of a round.

        Raises:
            Refused: another width (malformed), or a game that shows one view only (not_allowed).
        """
        if width not in WIDTHS:
            raise Refused(f"A panorama is {WIDTHS[0]} or {WIDTHS[1]} pixels wide; found {width}.")
        if game.rules.movement == "nmpz":
            raise Refused(
                "This game is played without moving, panning or zooming: each round has one view, and no panorama.",
                "not_allowed",
            )
        place, key = game.rounds[number - 1].place, f"{game.game_id}/{number}"
        if width == WIDTHS[0]:
            return key, lambda: self._source(game).panorama(place)
        return f"{key}/{width}", lambda: self._source(game).panorama(place, width)

    def still(self, game: Game, number: int) -> Making:
        """The one view of a round.

        Raises:
            Refused: a game that shows panoramas (not_allowed).
        """
        if game.rules.movement != "nmpz":
            raise Refused("This game shows panoramas; a single view belongs to games without panning.", "not_allowed")
        place = game.rounds[number - 1].place
        return f"{game.game_id}/{number}/still", lambda: self._source(game).still(place, self.heading_deg(game, number))

    def heading_deg(self, game: Game, number: int) -> int:
        """Where the one view of a round looks, in whole degrees from north."""
        return self._source(game).heading_deg(game.rounds[number - 1].place, drawn_deg(game.map, game.seed, number))

    def _source(self, game: Game) -> Source:
        return pick_map(self._maps(), game.map)


def drawn_deg(map_name: str, seed: int | None, number: int) -> float:
    """A heading, the same for everyone who plays this round on the same map and seed.

    It is told to players, so it is drawn slowly on purpose: a compass must be no quick test of 2^48 seeds.
    """
    drawn = hashlib.pbkdf2_hmac("sha256", f"{seed}/{number}".encode(), map_name.encode(), 20_000, 4)
    return int.from_bytes(drawn, "big") / 2**32 * 360.0
