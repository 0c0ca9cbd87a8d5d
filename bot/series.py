"""Plays games one after the other, whatever becomes of one of them. Knows no command line and no model.

A round that is lost is taken up again: by the page's own "Try again", by opening the game anew, at last in a fresh
browser. What cannot be saved is reported as lost, with what was played of it, and the next game begins.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from bot.album import Album
from bot.events import STOPPED, GamePlayed, event
from bot.player import DRIVER_ERRORS, FAILURE, Locate, Player, Sitting, Trouble
from bot.screens.site import Site
from bot.sites import described
from model.errors import ArtifactError, BrowserError, ConfigError, HomingError, StorageError

LOG = logging.getLogger("homing.bot")
PAUSE_S = (0.5, 2.0, 5.0)  # before each new try without a round more being played; after the last one the game is lost
HOPELESS = 2  # games in a row that did not even begin: those after them would not either
FATAL = (ArtifactError, ConfigError, StorageError)  # no second try mends a checkpoint or a full disk


class Series:
    """Games in one browser after the other; `games` gets each as it ends, well or not."""

    def __init__(
        self,
        open_site: Callable[[], AbstractContextManager[Site]],
        locate: Locate,
        album: Album,
        games: list[GamePlayed] | None = None,
    ) -> None:
        self.games: list[GamePlayed] = [] if games is None else games
        self._open_site, self._locate, self._album = open_site, locate, album
        self._browser = contextlib.ExitStack()
        self._player: Player | None = None
        self._had_browser = False

    def play(self, sittings: Iterable[Sitting]) -> list[GamePlayed]:
        """Play them all; a game that was lost says why in `failed`.

        Raises:
            HomingError: what no further game could escape: no browser, no checkpoint, a full disk.
        """
        unbegun = 0
        with self._browser:
            for number, sitting in enumerate(sittings, start=1):
                if unbegun == HOPELESS:
                    self._lose(sitting, f"not tried: the {HOPELESS} games before it could not be begun.")
                    continue
                self._album.tell(event("beginning", number=number, game_id=sitting.game_id))
                try:
                    self._play_one(number, sitting)
                except HomingError as error:
                    self._lose(sitting, str(error))
                    raise
                except KeyboardInterrupt:
                    self._lose(sitting, STOPPED, self._player.site if self._player else None)
                    raise
                unbegun = unbegun + 1 if self.games[-1].failed and not sitting.announced else 0
        return self.games

    def _play_one(self, number: int, sitting: Sitting) -> None:
        """Play a game until it has ended or is lost; raises what is fatal."""
        tries, opened = 0, False
        while True:
            before = len(sitting.frames)
            player = self._player = self._player or self._fresh_player()
            try:
                self.games.append(player.play(sitting, opened))
                return
            except FATAL:
                raise
            except Exception as error:
                why = _sentence(error)
                tries = 1 if len(sitting.frames) > before else tries + 1
                opened = tries <= len(PAUSE_S) and self._tried_again(player, sitting, error, PAUSE_S[tries - 1])
                again = tries <= len(PAUSE_S) and (opened or sitting.begun() or not _refused(error))
                picture = error.screenshot if isinstance(error, Trouble) else self._photograph(player)
                facts = {"game_id": sitting.game_id, "message": why, "again": again, "screenshot": picture}
                self._album.tell(event("lost", number=number, **facts))
                if not again:
                    self._lose(sitting, why, player.site)
                if getattr(error, "gone", False) or (tries > 1 and not opened):
                    self._close()
                if not again:
                    return

    def _fresh_player(self) -> Player:
        """A player in a new browser; where there was one before, a machine too busy for it is asked again."""
        for pause_s in PAUSE_S if self._had_browser else ():
            try:
                return self._opened()
            except (BrowserError, *DRIVER_ERRORS):
                LOG.warning("no browser came up; it is tried again", exc_info=True)
                time.sleep(pause_s)
        try:
            return self._opened()
        except DRIVER_ERRORS as error:
            raise BrowserError(f"No browser came up ({type(error).__name__}); the log says more.") from error

    def _opened(self) -> Player:
        player = Player(self._browser.enter_context(self._open_site()), self._locate, self._album)
        self._had_browser = True
        return player

    def _tried_again(self, player: Player, sitting: Sitting, error: Exception, pause_s: float) -> bool:
        """Wait a little; then press the page's own "Try again" if it has one. Whether its error is gone by that."""
        time.sleep(pause_s)
        if not _refused(error) or (sitting.game_id and not sitting.announced):
            return False  # a game that has begun is opened by its id: pressing the button could begin another one
        with contextlib.suppress(*DRIVER_ERRORS):
            return player.site.try_again()
        return False

    def _photograph(self, player: Player) -> str:
        """The page at an error that is none of the browser's; the name of its picture, if one can be taken."""
        with contextlib.suppress(BrowserError, *DRIVER_ERRORS):
            self._album.show(player.site.picture(), FAILURE)
            return FAILURE
        return ""

    def _close(self) -> None:
        self._player = None
        with contextlib.suppress(*DRIVER_ERRORS):
            self._browser.close()

    def _lose(self, sitting: Sitting, why: str, site: Site | None = None) -> None:
        """Report a game that cannot be finished, with the rounds it has and, where there is one, the way to go on."""
        command = site.resume_command(sitting.game_id, sitting.map_name) if site and sitting.announced else ""
        points = [frame.played.score for frame in sitting.frames if frame.played.score is not None]
        game = sitting.ended(sum(points) if points or not sitting.frames else None, why)
        self.games.append(game)  # before its filmstrip, which may find the disk full
        self.games[-1] = game = self._album.add_game(game, sitting.frames)
        self._album.tell(event("game_over", **game.as_dict(), resume=command))


def _refused(error: Exception) -> bool:
    """Whether the page itself said what is wrong."""
    return isinstance(error, Trouble) and error.refused


def _sentence(error: Exception) -> str:
    """What went wrong; what nobody foresaw, in the model or in somebody's site class, goes to the log in full."""
    if isinstance(error, HomingError):
        return str(error)
    LOG.error("a game failed", exc_info=error)
    return f"something went wrong that was not foreseen ({described(error)}); the log says more."
