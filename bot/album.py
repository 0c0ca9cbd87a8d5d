"""What a run leaves behind: a filmstrip for each round and game, the last view, and the events. Knows no browser."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.events import GamePlayed, RoundPlayed, Sink
from bot.filmstrip import Frame, game_image, round_image
from bot.screens.site import HEADINGS
from bot.small_map import Outlines
from model.artifacts import whole

NamePlaces = Callable[[Sequence[tuple[float, float]]], list[str]]


class Album:
    """The folder of a run. `tell` gets every event; `name_places` says what people call a position (lat, lng).

    `rounds` is how many each game has, where that is known.
    """

    def __init__(
        self, out: Path, outlines: Outlines, name_places: NamePlaces, tell: Sink, rounds: int | None = None
    ) -> None:
        self.out, self.outlines, self.name_places, self.tell, self.rounds = out, outlines, name_places, tell, rounds

    def show(self, png: bytes, name: str = "live.png") -> None:
        """Leave a picture for whoever watches."""
        with whole(self.out / name) as path:
            path.write_bytes(png)

    def keep_views(self, game_id: str, number: int, views: Sequence[bytes]) -> list[str]:
        """Write the views of an open round; gives the names of their files, in order."""
        names = [f"{file_name(game_id)}-round-{number}-view-{k}.png" for k in range(1, len(views) + 1)]
        for name, png in zip(names, views, strict=True):
            self.show(png, name)
        return names

    def drop_views(self, game_id: str, number: int | str = "*") -> None:
        """Remove them, once the round has its filmstrip; those of all rounds, once the game is over."""
        for path in self.out.glob(f"{file_name(game_id)}-round-{number}-view-*.png"):
            path.unlink(missing_ok=True)

    def add_round(
        self,
        played: RoundPlayed,
        views: tuple[bytes, ...],
        player: str,
        map_name: str,
        names: tuple[str, ...] = HEADINGS,
    ) -> Frame:
        """The filmstrip of a round, from its views; from none, where they were lost with an earlier run."""
        frame = Frame(played, views, names)
        strip = round_image(frame, self.outlines, player, map_title(map_name), self.rounds)
        with whole(self.out / played.filmstrip) as path:
            strip.save(path, "JPEG", quality=90)
        return frame

    def add_game(self, game: GamePlayed, frames: Sequence[Frame]) -> GamePlayed:
        """The filmstrip of a game; a game without rounds has none."""
        if not frames:
            return game
        strip = game_image(list(frames), self.outlines, game.player, map_title(game.map), game.total)
        game = GamePlayed(**{**vars(game), "filmstrip": f"{file_name(game.game_id)}.jpg"})
        with whole(self.out / game.filmstrip) as path:
            strip.save(path, "JPEG", quality=90)
        return game


def map_title(name: str) -> str:
    """A map's name for people: south_america is South America, and the page of a class MyCampus is My Campus."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", name).title()


def file_name(game_id: str) -> str:
    """A game's id as part of a file name: a page of one's own may use an address."""
    return re.sub(r"[^\w-]+", "-", game_id).strip("-")[-60:] or "game"
