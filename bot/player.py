"""Plays a game on a site: look four ways, ask the model, pin, submit, read, go on. Knows no model and no locator.

Whatever goes wrong in the browser leaves as a BrowserError that names the screenshot it left and how to go on.
"""

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from bot.browser import said_by
from bot.events import GamePlayed, RoundPlayed, Sink, event
from bot.filmstrip import Frame, game_image, round_image
from bot.screens.site import HEADINGS, Site
from bot.small_map import Outlines
from model.artifacts import whole
from model.errors import BrowserError


class Place(Protocol):
    """What the player needs of an answer."""

    @property
    def lat(self) -> float:
        """Latitude in degrees."""

    @property
    def lng(self) -> float:
        """Longitude in degrees."""


Locate = Callable[[Sequence[bytes]], Place]  # four PNGs, N E S W -> where
NamePlaces = Callable[[Sequence[tuple[float, float]]], list[str]]


class Player:
    """A bot at a site. `out` gets a filmstrip for each round and game, and live.png, what it saw last."""

    def __init__(
        self, site: Site, locate: Locate, out: Path, outlines: Outlines, name_places: NamePlaces, tell: Sink
    ) -> None:
        self.site, self.locate, self.out, self.outlines = site, locate, out, outlines
        self.name_places, self.tell = name_places, tell

    def play(self, player: str, map_name: str, seed: int | None = None, resume: str | None = None) -> GamePlayed:
        """Play a new game to its end, or the rest of the game `resume`.

        Raises:
            BrowserError: the browser died, the page did not load, a click was refused.
        """
        game_id = resume or ""
        frames: list[Frame] = []
        with self._failing_well(lambda: game_id):
            if resume:
                self.site.resume(resume)
            else:
                self.site.begin(player, map_name, seed)
            while True:
                began = time.perf_counter()
                phase = self.site.phase()
                if not frames and not game_id:
                    game_id = self.site.game_id()
                if phase == "summary":
                    break
                if phase == "guessed":
                    self.site.next_round()
                    continue
                if not frames:
                    self.tell(event("game", game_id=game_id, map=map_name, player=player))
                frames.append(self._play_round(began, game_id, player, map_name))
            total = self.site.total()
        return self._finish(GamePlayed(game_id, map_name, player, total, "", [f.played for f in frames]), frames)

    def _play_round(self, began: float, game_id: str, player: str, map_name: str) -> Frame:
        number = self.site.round()
        self.site.prepare_to_look()
        views: list[bytes] = []
        for heading in HEADINGS:
            views.append(self.site.photograph(heading))
            self._show(views[-1])
            self.tell(event("looked", game_id=game_id, round=number, heading=heading))
        place = self.locate(views)
        wanted = float(place.lat), float(place.lng)
        self.tell(event("guessed", game_id=game_id, round=number, lat=wanted[0], lng=wanted[1]))
        pin = self.site.guess(*wanted)
        outcome = self.site.outcome()
        truth = outcome.lat, outcome.lng
        names = self.name_places([pin, truth])
        played = RoundPlayed(
            number, *pin, *wanted, *truth, outcome.distance_km, outcome.score, round(time.perf_counter() - began, 3),
            names[0], names[1], f"{_file_name(game_id)}-round-{number}.jpg",
        )  # fmt: skip
        frame = Frame(played, (views[0], views[1], views[2], views[3]))
        strip = round_image(frame, self.outlines, player, map_title(map_name))
        with whole(self.out / played.filmstrip) as path:
            strip.save(path, "JPEG", quality=90)
        self.tell(event("round", game_id=game_id, **vars(played)))
        return frame

    def _finish(self, game: GamePlayed, frames: list[Frame]) -> GamePlayed:
        if frames:
            strip = game_image(frames, self.outlines, game.player, map_title(game.map), game.total)
            game = GamePlayed(**{**vars(game), "filmstrip": f"{_file_name(game.game_id)}.jpg"})
            with whole(self.out / game.filmstrip) as path:
                strip.save(path, "JPEG", quality=90)
        self.tell(event("game_over", **game.as_dict()))
        return game

    def _show(self, png: bytes) -> None:
        """Leave what was seen last for whoever watches."""
        with whole(self.out / "live.png") as path:
            path.write_bytes(png)

    @contextlib.contextmanager
    def _failing_well(self, game_id: Callable[[], str]) -> Iterator[None]:
        """Turn every failure of the browser into one sentence, with a screenshot and the way to go on."""
        try:
            yield
        except (BrowserError, WebDriverException, HTTPError, ConnectionError) as error:
            if isinstance(error, BrowserError):
                reason = str(error)
            elif isinstance(error, WebDriverException):
                reason = f"the browser died or refused: {said_by(error)}"
            else:
                reason = f"the browser's driver is gone ({type(error).__name__})."
            raise BrowserError(f"{reason}{self._last_picture()}{_way_on(game_id())}") from error

    def _last_picture(self) -> str:
        try:
            png = self.site.picture()
        except (BrowserError, WebDriverException, HTTPError, ConnectionError):
            return " No screenshot could be taken."
        path = self.out / "failure.png"
        with whole(path) as temporary:
            temporary.write_bytes(png)
        return f" Screenshot: {path}."


def _way_on(game_id: str) -> str:
    return f" Nothing played is lost; go on with: python -m bot --resume {game_id}" if game_id else ""


def map_title(name: str) -> str:
    """A map's name for people: south_america is South America."""
    return name.replace("_", " ").replace("-", " ").title()


def _file_name(game_id: str) -> str:
    """A game's id as part of a file name: a page of one's own may use an address."""
    return re.sub(r"[^\w-]+", "-", game_id).strip("-")[-60:] or "game"
