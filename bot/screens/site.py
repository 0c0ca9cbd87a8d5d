"""What the player needs of a site. The arena is one; a page of your own is another (see own_page.py). Knows no browser.

A site may be played by this bot when its owner allows it. The public GeoGuessr site does not: scripts that give an
unfair advantage are cheating there, and nothing here automates it.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

Phase = Literal["looking", "guessed", "summary"]
Heading = Literal["N", "E", "S", "W"]
HEADINGS: tuple[Heading, ...] = ("N", "E", "S", "W")
HEADING_DEG: dict[Heading, float] = {"N": 0.0, "E": 90.0, "S": 180.0, "W": 270.0}


@dataclass(frozen=True)
class Outcome:
    """What the page shows after a guess: the truth, how far the guess was, and its points; the guess, if it says."""

    lat: float
    lng: float
    distance_km: float
    score: int
    guess: tuple[float, float] | None = None  # (lat, lng)


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
        """The round shown, counted from 1."""

    def prepare_to_look(self) -> None:
        """Make the panorama fill the page alone, 90° wide."""

    def photograph(self, heading: Heading) -> bytes:
        """Turn to a heading and take a picture (PNG) of the panorama alone."""

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

    def total(self) -> int:
        """The points of the whole game, as the summary shows them."""

    def picture(self) -> bytes:
        """The page as it looks now (PNG)."""
