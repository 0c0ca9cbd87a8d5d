"""What the player needs of a site. The arena is one; a page of your own is another (see own_page.py). Knows no browser.

A site may be played by this bot when its owner allows it. The public GeoGuessr site does not: scripts that give an
unfair advantage are cheating there, and nothing here automates it.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Phase = Literal["looking", "guessed", "summary"]
Heading = Literal["N", "E", "S", "W"]
HEADINGS: tuple[Heading, ...] = ("N", "E", "S", "W")
UNKNOWN_NORTH = (
    "1",
    "2",
    "3",
    "4",
)  # a quarter turn each, clockwise; the mean over views does not care where it begins
HEADING_DEG: dict[Heading, float] = {"N": 0.0, "E": 90.0, "S": 180.0, "W": 270.0}


@dataclass(frozen=True)
class Outcome:
    """What the page shows after a guess: truth, distance, points, the guess; None where it does not say.

    `max_score` is what a round can bring at most, where that is known.
    """

    lat: float | None = None
    lng: float | None = None
    distance_km: float | None = None
    score: int | None = None
    guess: tuple[float, float] | None = None  # (lat, lng)
    max_score: int | None = None


class Site(Protocol):
    """A page with a game on it, in the words of a player. Every method raises BrowserError when the page refuses."""

    def begin(self, player: str, map_name: str, seed: int | None) -> None:
        """Open the page and start a game."""

    def resume(self, game_id: str) -> None:
        """Open the page with a game that was left before its end."""

    def game_id(self) -> str:
        """The game's name, good for `resume`."""

    def phase(self) -> Phase:
        """Wait until the page wants something: a look and a guess, a click on, or nothing any more."""

    def round(self) -> int:
        """The round shown, counted from 1; 0 where a page does not say it beside a result."""

    def prepare_to_look(self) -> None:
        """Make the panorama fill the page alone, 90° wide."""

    def photograph(self, heading: Heading) -> bytes:
        """Turn to a heading and take a picture (PNG) of the panorama alone.

        A site with a `views` of its own (`Viewing`) is given the names in it instead.
        """

    def guess(self, lat: float, lng: float) -> tuple[float, float]:
        """Put the pin on a place and submit it; gives (lat, lng) of the pin."""

    def outcome(self) -> Outcome:
        """What the page says about the guess."""

    def next_round(self) -> None:
        """Go on."""

    def outcomes(self) -> dict[int, Outcome]:
        """Every round of this game that has its guess, as far as the page tells; a page may tell none."""

    def try_again(self) -> bool:
        """Where the page shows an error and offers to try again, do so; False where it does not."""

    def resume_command(self, game_id: str, map_name: str) -> str:
        """The command that finishes a game which was left; empty where no command can."""

    def total(self) -> int | None:
        """The points of the whole game, as the summary shows them; None where it shows none."""

    def picture(self) -> bytes:
        """The page as it looks now (PNG)."""


@runtime_checkable
class Viewing(Protocol):
    """A site whose places are not seen in four views to N, E, S, W."""

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the views of a place: one or four, numbers where north is unknown."""


@runtime_checkable
class Walking(Protocol):
    """A site on which one can walk along the road of a round. The player stays where a round begins, and says so."""

    def can_walk(self) -> bool:
        """Whether the game that is played lets one walk."""

    def walk(self, steps: int) -> int:
        """Walk so many steps forward along the road, back where negative, as far as it goes; gives the step one stands
        on, counted from where the round began.
        """


@runtime_checkable
class TwoSteps(Protocol):
    """A site that puts the pin and sends it in two steps: what is sent can be written down before it is."""

    def put_pin(self, lat: float, lng: float) -> tuple[float, float]:
        """Put the pin on a place; gives (lat, lng) of the pin."""

    def submit(self) -> None:
        """Send it."""
