"""Plays a game on a site: look four ways, ask the model, pin, submit, read, go on. Knows no model and no locator.

What is played stands in a `Sitting`, not in the browser: when that is lost, another player goes on with the same
sitting, and reads from the page what became of a guess that was submitted and never answered.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from bot.album import Album, file_name
from bot.browser import said_by
from bot.events import GamePlayed, RoundPlayed, event
from bot.filmstrip import Frame
from bot.screens.screen import POLL_S, PageRefused
from bot.screens.site import HEADINGS, Outcome, Site, TwoSteps, Viewing, Walking
from model.errors import BrowserError

FAILURE = "failure.png"
NUMBER_S = 2.0  # a page may open a round a moment before it counts it
DRIVER_ERRORS = (WebDriverException, HTTPError, ConnectionError)


class Place(Protocol):
    """What the player needs of an answer."""

    @property
    def lat(self) -> float:
        """Latitude in degrees."""

    @property
    def lng(self) -> float:
        """Longitude in degrees."""


Locate = Callable[[Sequence[bytes]], Place]  # four PNGs, a quarter turn clockwise each, or one photo -> where


class Trouble(BrowserError):
    """Something went wrong in the browser.

    Attributes:
        refused: the page said so itself. gone: there is no browser any more.
        screenshot: file name of a picture of the page, in the run's folder; empty where none could be taken.
    """

    def __init__(self, message: str, refused: bool, gone: bool, screenshot: str) -> None:
        super().__init__(message)
        self.refused, self.gone, self.screenshot = refused, gone, screenshot


@dataclass(frozen=True)
class Submitted:
    """A guess on its way: what was seen, what the model said, where the pin fell (None until it has)."""

    number: int
    views: tuple[bytes, ...]
    wanted: tuple[float, float]
    pin: tuple[float, float] | None
    began: float | None  # by the clock of this process; None where another one began the round


@dataclass
class Sitting:
    """A game as far as it is played; `game_id` is empty before it has begun, `known` are rounds told elsewhere."""

    player: str
    map_name: str
    seed: int | None = None
    game_id: str = ""
    known: frozenset[int] = frozenset()
    frames: list[Frame] = field(default_factory=list)
    submitted: Submitted | None = None
    fresh: bool = False  # begun here, so that the page knows its id
    announced: bool = False

    def played(self) -> set[int]:
        """The rounds whose result is in a report already."""
        return {frame.played.round for frame in self.frames} | self.known

    def begun(self) -> bool:
        """Whether there is a game to go on with: it was seen, or the page had begun it before it failed."""
        return self.announced or (self.fresh and bool(self.game_id))

    def expected(self) -> int:
        """The round that is shown, where the page does not say it."""
        return self.submitted.number if self.submitted else max(self.played(), default=0)

    def ended(self, total: int | None, failed: str | None = None) -> GamePlayed:
        """The game as it is reported."""
        rounds = [frame.played for frame in self.frames]
        return GamePlayed(self.game_id, self.map_name, self.player, total, "", rounds, failed)


class Player:
    """A bot at a site."""

    def __init__(self, site: Site, locate: Locate, album: Album) -> None:
        self.site, self.locate, self.album, self.tell = site, locate, album, album.tell

    def play(self, sitting: Sitting, opened: bool = False) -> GamePlayed:
        """Play a new game, or the rest of one, to its end; `opened`: it stands on the page already.

        Raises:
            Trouble: the browser died, the page did not load, a click was refused. `sitting` holds what was played.
        """
        with self._failing_well():
            if not opened and sitting.game_id:
                self.site.resume(sitting.game_id)
            elif not opened:
                sitting.fresh = True
                self.site.begin(sitting.player, sitting.map_name, sitting.seed)
            while True:
                began = time.perf_counter()
                try:
                    phase = self.site.phase()
                finally:  # a game whose first picture does not come has begun all the same; the page may begin another
                    if sitting.fresh and not sitting.announced:
                        sitting.game_id = self._game_id() or sitting.game_id
                if phase == "summary":
                    if sitting.fresh and not sitting.announced:
                        raise BrowserError("the page shows the end of a game where a new one should begin.")
                    self._read_what_was_missed(sitting)
                    total = self.site.total()
                    break
                self._announce(sitting)
                if phase == "guessed":
                    number = self.site.round() or sitting.expected()
                    if number not in sitting.played():
                        self._take(sitting, number, self.site.outcome())
                    self.site.next_round()
                else:
                    self._play_round(sitting, began)
        game = self.album.add_game(sitting.ended(total), sitting.frames)
        self.tell(event("game_over", **game.as_dict()))
        self.album.drop_views(sitting.game_id)
        return game

    def _game_id(self) -> str:
        with contextlib.suppress(BrowserError, *DRIVER_ERRORS):
            return self.site.game_id()
        return ""

    def _announce(self, sitting: Sitting) -> None:
        if not sitting.announced:
            facts = {"game_id": sitting.game_id, "map": sitting.map_name, "player": sitting.player}
            self.tell(event("game", **facts, resumed=not sitting.fresh, views=self._views(),
                            stays=isinstance(self.site, Walking) and self.site.can_walk()))  # fmt: skip
            sitting.announced = True

    def _views(self) -> tuple[str, ...]:
        """What is seen of a place, as the site names it."""
        return self.site.views if isinstance(self.site, Viewing) else HEADINGS

    def _play_round(self, sitting: Sitting, began: float) -> None:
        """Look, ask, submit, and wait for the result: until it comes, the page looks as if the round were open."""
        number, about = self._open_round(sitting), {"game_id": sitting.game_id}
        if sitting.submitted and sitting.submitted.number < number:
            self._take_unread(sitting)  # the page went on by itself, past a result that nobody read
        self.site.prepare_to_look()
        views: list[bytes] = []
        for heading in self._views():
            self.tell(event("looking", **about, round=number, heading=heading))
            views.append(self.site.photograph(heading))  # type: ignore[arg-type]
            self.album.show(views[-1])
        self.tell(event("asking", **about, round=number))
        place = self.locate(views)
        wanted = float(place.lat), float(place.lng)
        reach = getattr(place, "reach", str)()  # a model that knows how near it may be says so
        said = {"reach": reach} if reach else {}
        self.tell(event("guessed", **about, round=number, lat=wanted[0], lng=wanted[1], **said))
        sitting.submitted = Submitted(number, tuple(views), wanted, None, began)
        pin = self._guess(sitting, sitting.submitted)
        sitting.submitted = Submitted(number, tuple(views), wanted, pin, began)
        self._take(sitting, number, self.site.outcome())

    def _open_round(self, sitting: Sitting) -> int:
        """The number of the open round, once the page says it.

        Raises:
            BrowserError: it says none, or one that was played already: nothing may be guessed twice.
        """
        since = time.monotonic()
        while (number := self.site.round()) < 1 or number in sitting.played():
            if time.monotonic() - since > NUMBER_S:
                raise BrowserError(
                    f"the page opens round {number}, which this game has behind it: another game began in its place."
                    if number > 0
                    else "the page does not say which round is open, so that no crash could be told from a guess."
                )
            time.sleep(POLL_S)
        return number

    def _guess(self, sitting: Sitting, sent: Submitted) -> tuple[float, float]:
        """Put the pin and send it; what can be written down in between is, for a run that is killed right after."""
        if not isinstance(self.site, TwoSteps):
            return self.site.guess(*sent.wanted)
        pin = self.site.put_pin(*sent.wanted)
        names = self.album.keep_views(sitting.game_id, sent.number, sent.views)
        facts = {"lat": pin[0], "lng": pin[1], "wanted_lat": sent.wanted[0], "wanted_lng": sent.wanted[1]}
        self.tell(event("submitting", game_id=sitting.game_id, round=sent.number, **facts, views=names))
        sitting.submitted = Submitted(sent.number, sent.views, sent.wanted, pin, sent.began)
        self.site.submit()
        return pin

    def _take_unread(self, sitting: Sitting) -> None:
        """Report a guess that was sent and whose result is on no screen any more: with what the page still tells."""
        assert sitting.submitted is not None
        number = sitting.submitted.number
        self._take(sitting, number, self.site.outcomes().get(number, Outcome()))

    def _read_what_was_missed(self, sitting: Sitting) -> None:
        """At the end of a game that was taken up again, the last result is not on the screen any more."""
        if sitting.submitted and sitting.submitted.number not in sitting.played():
            self._announce(sitting)
            self._take_unread(sitting)
            return
        outcomes = self.site.outcomes()
        last = max(outcomes, default=0)
        if last in outcomes and last not in sitting.played():
            self._announce(sitting)
            self._take(sitting, last, outcomes[last])

    def _take(self, sitting: Sitting, number: int, outcome: Outcome) -> None:
        """Report a round: once, whoever submitted it."""
        sent = sitting.submitted if sitting.submitted and sitting.submitted.number == number else None
        guess = (sent.pin if sent else None) or outcome.guess
        if guess is None and (told := self.site.outcomes().get(number)) is not None:
            guess = told.guess
        if guess is None and sent:
            guess = sent.wanted
        if guess is None:
            return  # submitted by a run that is gone, on a page that does not say what was guessed
        wanted = sent.wanted if sent else guess
        seconds = round(time.perf_counter() - sent.began, 3) if sent and sent.began is not None else 0.0
        known = outcome.lat is not None and outcome.lng is not None
        names = self.album.name_places([guess, (outcome.lat, outcome.lng)] if known else [guess])  # type: ignore[list-item]
        played = RoundPlayed(
            number, *guess, *wanted, outcome.lat, outcome.lng, outcome.distance_km, outcome.score, seconds,
            names[0], names[1] if known else "", f"{file_name(sitting.game_id)}-round-{number}.jpg", outcome.max_score,
        )  # fmt: skip
        views = sent.views if sent else ()
        frame = self.album.add_round(played, views, sitting.player, sitting.map_name, self._views())
        self.tell(event("round", game_id=sitting.game_id, **vars(played)))
        sitting.frames.append(frame)
        sitting.submitted = None
        self.album.drop_views(sitting.game_id, number)

    @contextlib.contextmanager
    def _failing_well(self) -> Iterator[None]:
        """Turn every failure of the browser into one sentence, with a screenshot."""
        try:
            yield
        except (BrowserError, *DRIVER_ERRORS) as error:
            if isinstance(error, BrowserError):
                reason = str(error)
            elif isinstance(error, WebDriverException):
                reason = f"the browser died or refused: {said_by(error)}"
            else:
                reason = f"the browser's driver is gone ({type(error).__name__})."
            try:
                self.album.show(self.site.picture(), FAILURE)
            except (BrowserError, *DRIVER_ERRORS):
                raise Trouble(reason, isinstance(error, PageRefused), True, "") from error
            raise Trouble(reason, isinstance(error, PageRefused), False, FAILURE) from error
