"""How a match begins: its map and places, a first picture already being made, a seat. Knows no HTTP, no model.

A first picture is kept in stock for the map that is offered first, so that a game need not wait for compilers and the
atlas, nor for its picture.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from arena import clock
from arena.panoramas import PanoramaCache
from arena.pictures import Pictures
from arena.ready import ReadyGames
from arena.records import (
    HOST,
    USUAL_LENGTH,
    Game,
    Kind,
    Mode,
    Movement,
    Place,
    Round,
    Rules,
    Seat,
    Told,
    hash_of,
    player_id_for,
)
from arena.rules import CHALLENGE_S, MOST_SEATS
from arena.sources import Source
from world import WORLD_VERSION

LOG = logging.getLogger("homing.arena")

Describe = Callable[[Sequence[tuple[float, float]]], pd.DataFrame]


@dataclass(frozen=True)
class Wish:
    """What a new match is to be, checked already."""

    source: Source
    rules: Rules
    length: int
    mode: Mode = "solo"
    told: Told = "after_round"
    seed: int | None = None  # None: drawn, so that nobody knows it
    places: tuple[Place, ...] = ()  # those of an earlier match, to be played again; else they are drawn


@dataclass(frozen=True)
class Taken:
    """A seat that was taken: its token is shown this once, and None where its holder sat there before."""

    game_id: str
    seat: int
    token: str | None


class Openings:
    """Begins matches, and keeps first pictures in stock; safe to share between threads.

    Args:
        describe: points (N, 2) -> frame with `country`, `country_name` and `town`.
    """

    def __init__(
        self, maps: Callable[[], dict[str, Source]], panoramas: PanoramaCache, pictures: Pictures, describe: Describe
    ) -> None:
        self._maps, self._panoramas, self._pictures, self._describe = maps, panoramas, pictures, describe
        self._ready, self._warming = ReadyGames(panoramas), threading.Lock()

    def warm_up(self, map_name: str | None = None, movement: Movement = "no_move", length: int = USUAL_LENGTH) -> None:
        """Begin, in the background, to make first pictures of a map, by default of the one that is offered first.

        One thread at most does so.
        """
        if self._warming.acquire(blocking=False):
            threading.Thread(
                target=self._prepare, args=(map_name, movement, length), name="first pictures", daemon=True
            ).start()

    def begin(self, wish: Wish, player: str, kind: Kind, owner: str | None) -> tuple[Game, Taken, str | None]:
        """A new match with its first seat taken, not yet written; last, the key of its picture in stock, if it has one.

        Raises:
            Refused: fewer places on the map than rounds. ImageError: a broken photo.
        """
        chosen = wish.seed is not None
        ready = None if chosen else self._ready.take(wish.source, wish.rules.movement, wish.length)
        seed = ready.seed if ready else secrets.randbits(48) if wish.seed is None else wish.seed
        drawn = list(wish.places) or self._named(list(ready.places) if ready else wish.source.draw(wish.length, seed))
        game_id, now = secrets.token_urlsafe(16), clock.now()
        seat, token = new_seat(game_id, HOST, player, kind, owner)
        shared = wish.mode == "challenge"
        game = Game(
            game_id, wish.source.name, wish.source.kind, seed, wish.source.scale_km, now, None, {HOST: seat},
            tuple(Round(i, place, None) for i, place in enumerate(drawn, start=1)), wish.rules,
            seed_chosen=chosen, world_version=WORLD_VERSION if wish.source.kind == "world" else None,
            mode=wish.mode, told=wish.told, closes_at=now + CHALLENGE_S if shared else None,
            most_seats=MOST_SEATS if shared else 1,
        )  # fmt: skip
        return game, Taken(game_id, HOST, token), ready.key if ready else None

    def begun(self, game: Game, in_stock: str | None) -> None:
        """Have the first picture of a new match made, or take it out of stock, and see to the next one's."""
        first = self._pictures.first(game, 1)
        if in_stock is not None:
            self._panoramas.rename(in_stock, first[0])
        self._panoramas.ahead(*first)
        if not game.seed_chosen:
            self.warm_up(game.map, game.rules.movement, game.length)  # whoever plays so once may do it again

    def _prepare(self, map_name: str | None, movement: Movement, length: int) -> None:
        try:
            maps = self._maps()
            source = maps.get(map_name) if map_name else next(iter(maps.values()), None)
            if source is not None and not source.problem:
                self._ready.prepare(source, movement, length)
        except Exception:  # whoever starts a game hears what is wrong, in a sentence
            LOG.warning("no first picture could be made in stock", exc_info=True)
        finally:
            self._warming.release()

    def _named(self, places: list[Place]) -> list[Place]:
        frame = self._describe([(place.lat, place.lng) for place in places])
        named = []
        for place, row in zip(places, frame.to_dict("records"), strict=True):
            label = ", ".join(str(part) for part in (row["town"], row["country_name"]) if part)
            if credit := (place.recipe or {}).get("credit"):
                label += f" (photo: {credit})"  # whoever lent it is named with the truth, and not before
            named.append(Place(place.lat, place.lng, place.recipe, str(row["country"] or ""), label))
        return named


def new_seat(game_id: str, number: int, player: str, kind: Kind, owner: str | None) -> tuple[Seat, str]:
    """A seat, and its token; whoever asks without an identity is a player of this match alone."""
    token = secrets.token_urlsafe(24)
    alone = f"game:{game_id}" if number == HOST else f"game:{game_id}:{number}"
    player_id = player_id_for(kind, owner) if owner is not None else alone
    return Seat(player, kind, player_id, owner=owner, token_hash=hash_of(token)), token


def from_atlas(points: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """What the atlas knows of these places."""
    from model.geo.atlas import Atlas

    frame: pd.DataFrame = Atlas.open().describe(points)
    return frame
