"""Where panoramas come from: the protocol of a source, and the list of maps one can play. Knows no game.

A source draws places by seed, so that the same map and seed give the same places to everyone, and makes the
picture of a place from its recipe, whenever asked.
"""

from pathlib import Path
from typing import Protocol, runtime_checkable

from PIL import Image

from arena.online.find import find_online_maps
from arena.photo_maps import find_photo_maps
from arena.records import Movement, Place
from arena.rules import Refused
from arena.world_maps import find_world_maps
from model.geo.folders import home_dir


class Source(Protocol):
    """One map: where its places come from, and how far off a guess may be."""

    @property
    def name(self) -> str:
        """In URLs and in the scorebook: "world", "photos-holiday"."""

    @property
    def title(self) -> str:
        """For people: "World"."""

    @property
    def description(self) -> str:
        """One line about it, without a full stop."""

    @property
    def kind(self) -> str:
        """ "world", "photos" or "online"."""

    @property
    def scale_km(self) -> float:
        """Of the score."""

    @property
    def problem(self) -> str:
        """Why it cannot be played, as a sentence; empty when it can."""

    @property
    def view(self) -> tuple[float, float, float, float]:
        """What the guess map shows first: south, west, north, east."""

    def draw(self, n: int, seed: int) -> list[Place]:
        """`n` different places; the same for the same seed."""

    def panorama(self, place: Place, width: int = 2048) -> Image.Image:
        """The 2:1 equirectangular picture of a place, at most `width` pixels wide; its middle column looks north."""

    def heading_deg(self, place: Place, drawn_deg: float) -> int:
        """Where the one view of a place looks, where it may not be turned; `drawn_deg` if nothing speaks against it."""

    def still(self, place: Place, heading_deg: int) -> Image.Image:
        """That view: `rules.VIEW_PX` pixels, `rules.VIEW_ACROSS_DEG` degrees across."""


@runtime_checkable
class Walkable(Protocol):
    """A map on whose roads one can walk: a place is seen from steps along its road, negative ones behind it."""

    @property
    def farthest(self) -> int:
        """How many steps there are to either side of a place."""

    @property
    def step_m(self) -> int:
        """How long a step is, in metres."""

    def road_deg(self, place: Place, step: int) -> int:
        """Where the road leads forward at a step, in whole degrees from north."""

    def panorama_at(self, place: Place, step: int, width: int = 2048) -> Image.Image:
        """The panorama from a step along the road; that of step 0 is the place's own."""


def find_maps(folder: Path | None = None) -> dict[str, Source]:
    """Every map by name: the simulated Earth and its continents, the photo folders in `home_dir()/maps`, and what
    online services lend, where that was asked for.
    """
    own = find_photo_maps(folder or home_dir() / "maps")
    sources: list[Source] = [*find_world_maps(), *own, *find_online_maps()]
    return {source.name: source for source in sources}


def pick_map(maps: dict[str, Source], name: object) -> Source:
    """The map called `name`, fit to be played.

    Raises:
        Refused: unknown (unknown) or broken (not_now).
    """
    source = maps.get(name) if isinstance(name, str) else None
    if source is None:
        known = ", ".join(maps) or "none"
        raise Refused(f"There is no map {name!r:.60}. Known maps: {known}.", "unknown")
    if source.problem:
        raise Refused(source.problem, "not_now")
    return source


def check_walk(source: Source, movement: Movement) -> None:
    """Whether a map can be played with this movement.

    Raises:
        Refused: one cannot walk there (not_now).
    """
    if movement == "moving" and not isinstance(source, Walkable):
        raise Refused(
            f"One cannot walk on the map {source.title}: each of its places is a single photo. Choose a map of the "
            "simulated Earth, or look around without moving.",
            "not_now",
        )
