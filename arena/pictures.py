"""What a round shows: a panorama, sharp or not, or the one view of a game that allows no more. Knows no truth told.

The key of a picture is that of its game and round, so nobody is shown what another game was given.
"""

import hashlib
from collections.abc import Callable

from PIL import Image

from arena.records import Game
from arena.rules import Refused
from arena.sources import Source, Walkable, pick_map

WIDTHS = (2048, 4096)  # of a panorama in pixels: the first, and the sharp one

Making = tuple[str, Callable[[], Image.Image]]  # a key, and how the picture is made


class Pictures:
    """The pictures of all games, by the maps they are played on."""

    def __init__(self, maps: Callable[[], dict[str, Source]]) -> None:
        self._maps = maps

    def first(self, game: Game, number: int) -> Making:
        """What a round is begun with, and what an opponent looks at."""
        return self.still(game, number) if game.rules.movement == "nmpz" else self.panorama(game, number)

    def panorama(self, game: Game, number: int, width: int = WIDTHS[0], step: int = 0) -> Making:
        """The panorama of a round, or from a step along its road.

        Raises:
            Refused: another width (malformed), a game that shows one view only, or in which nobody walks
                (not_allowed), or a step that there is not (unknown).
        """
        if width not in WIDTHS:
            raise Refused(f"A panorama is {WIDTHS[0]} or {WIDTHS[1]} pixels wide; found {width}.")
        if game.rules.movement == "nmpz":
            raise Refused(
                "This game is played without moving, panning or zooming: each round has one view, and no panorama.",
                "not_allowed",
            )
        place, key = game.rounds[number - 1].place, f"{game.game_id}/{number}"
        if step:
            walk, at = self._walkable(game, step), f"{key}/step/{step}"
            if width == WIDTHS[0]:
                return at, lambda: walk.panorama_at(place, step)
            return f"{at}/{width}", lambda: walk.panorama_at(place, step, width)
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

    def road_deg(self, game: Game, number: int, step: int) -> int:
        """Where the road of a round leads forward at a step, in whole degrees from north.

        Raises:
            Refused: a game in which nobody walks (not_allowed), or a step that there is not (unknown).
        """
        return self._walkable(game, step).road_deg(game.rounds[number - 1].place, step)

    def beside(self, game: Game, number: int, step: int) -> list[Making]:
        """The panoramas one step farther, that which leads away from the place first."""
        walk = self._walkable(game, step)
        on, back = (step + 1, step - 1) if step >= 0 else (step - 1, step + 1)
        return [self.panorama(game, number, step=one) for one in (on, back) if abs(one) <= walk.farthest]

    def _walkable(self, game: Game, step: int) -> Walkable:
        source = self._source(game)
        if game.rules.movement != "moving" or not isinstance(source, Walkable):
            raise Refused("Nobody walks in this game: it is played from where one stands.", "not_allowed")
        if abs(step) > source.farthest:
            raise Refused(
                f"The road ends {source.farthest} steps from the place to either side; found step {step}.", "unknown"
            )
        return source

    def _source(self, game: Game) -> Source:
        return pick_map(self._maps(), game.map)


def drawn_deg(map_name: str, seed: int | None, number: int) -> float:
    """A heading, the same for everyone who plays this round on the same map and seed.

    It is told to players, so it is drawn slowly on purpose: a compass must be no quick test of 2^48 seeds.
    """
    drawn = hashlib.pbkdf2_hmac("sha256", f"{seed}/{number}".encode(), map_name.encode(), 20_000, 4)
    return int.from_bytes(drawn, "big") / 2**32 * 360.0
