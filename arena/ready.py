"""First pictures made before a game is started: a seed that nobody knows, its places, and the picture. Each used once.

While somebody fills in the start form, the first panorama of a map is already being made; and the first single view,
once somebody has played the map that way. Knows no game and no player.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from arena.panoramas import PanoramaCache, Urgency
from arena.pictures import drawn_deg
from arena.records import USUAL_LENGTH, Movement, Place
from arena.sources import Source
from model.errors import HomingError

EACH = 1  # ready for one map, movement and length: the next is begun as soon as it is taken
MAPS = 4  # those asked for last, with a movement and a length each


@dataclass(frozen=True)
class Ready:
    """Places drawn by a seed of their own, whose first picture is kept, or being made, under `key`."""

    key: str
    source: Source
    seed: int
    places: tuple[Place, ...]


class ReadyGames:
    """What is in stock for the maps that were shown last; safe to share between threads."""

    def __init__(self, panoramas: PanoramaCache, each: int = EACH, maps: int = MAPS) -> None:
        self._panoramas, self._each, self._maps = panoramas, each, maps
        self._lock = threading.Lock()
        self._stock: OrderedDict[tuple[str, Movement, int], list[Ready]] = OrderedDict()

    def prepare(self, source: Source, movement: Movement = "no_move", length: int = USUAL_LENGTH) -> None:
        """Fill the stock of a map, in the background and after everything that somebody waits for."""
        if source.kind == "online":
            return  # what a service lends is asked for when somebody plays it, never in stock
        shelf = (source.name, movement, length)
        with self._lock:
            found = self._stock.setdefault(shelf, [])
            found[:] = [one for one in found if one.source == source]  # a folder of photos may be another by now
            self._stock.move_to_end(shelf)
            while len(self._stock) > self._maps:
                self._stock.popitem(last=False)
            missing = self._each - len(found)
        for _ in range(missing):
            if (one := self._draw(source, length)) is None:
                return
            with self._lock:
                found = self._stock.get(shelf, [])
                if len(found) >= self._each:
                    return
                found.append(one)
            self._panoramas.ahead(one.key, _making(one, movement), Urgency.STOCK)

    def take(self, source: Source, movement: Movement = "no_move", length: int = USUAL_LENGTH) -> Ready | None:
        """One game's seed and places with their first picture, which nobody else gets; None when none is in stock."""
        with self._lock:
            found = self._stock.get((source.name, movement, length), [])
            fitting = [one for one in found if one.source == source]
            if not fitting:
                return None
            found.remove(fitting[0])
            return fitting[0]

    def _draw(self, source: Source, length: int) -> Ready | None:
        seed = secrets.randbits(48)
        try:
            places = tuple(source.draw(length, seed))
        except HomingError:
            return None  # whoever starts a game hears the sentence
        return Ready(f"ready/{secrets.token_hex(8)}", source, seed, places)


def _making(ready: Ready, movement: Movement) -> Callable[[], Image.Image]:
    source, place = ready.source, ready.places[0]
    if movement != "nmpz":
        return lambda: source.panorama(place)
    return lambda: source.still(place, source.heading_deg(place, drawn_deg(source.name, ready.seed, 1)))
