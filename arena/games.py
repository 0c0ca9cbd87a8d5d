"""The table at which games are played: starts them, hands out pictures, judges guesses. Knows no HTTP and no model.

The truth of a round leaves this room only together with its guess. The clock is the server's: a round whose time is out
is closed by whoever looks at the game next. An opponent is any callable that gets a list with one picture, a 2:1
panorama or the one view of a game that allows no more, and answers (lat, lng).
"""

import io
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from PIL import Image

from arena.networks import OpenGames
from arena.panoramas import Order, PanoramaCache, Urgency
from arena.pictures import WIDTHS, Making, Pictures
from arena.ready import ReadyGames
from arena.records import HOST, MODEL_NAME, Game, Guess, Movement, Place, Round, Seat, named_id
from arena.rules import (
    EXPIRES_S,
    ROUNDS,
    STARTED_IN_S,
    Refused,
    check_burden,
    check_player,
    check_rules,
    check_seed,
    check_turn,
    is_expired,
    is_late,
    judge,
    open_round,
    seconds_left,
)  # fmt: skip
from arena.scorebook import Scorebook
from arena.sources import Source, find_maps, pick_map
from arena.turns import ModelTurns, Played, Turn
from model.geo.distance import check_points
from world import WORLD_VERSION

LOG = logging.getLogger("homing.arena")

OPPONENT = 1  # its seat

Opponent = Callable[[list[Image.Image]], tuple[float, float]]


@dataclass(frozen=True)
class Showing:
    """A picture that was ordered for a player, and what is to be done when it is there: the clock starts."""

    order: Order
    shown: Callable[[], None]

    def wait(self) -> bytes:
        """The JPEG, waited for in this thread; the clock starts."""
        jpeg = self.order.wait()
        self.shown()
        return jpeg


class Arena:
    """All games of one server; safe to share between threads.

    Args:
        opponent: plays the same rounds when asked to, or None.
        scorebook_url: any SQLAlchemy URL; opened at the first game, so that a locked one does not stop the server.
        maps: what `GET maps` lists; found anew each time, so that a folder dropped in shows up.
        describe: points (N, 2) -> frame with `country`, `country_name` and `town`; by default the atlas.
    """

    def __init__(
        self,
        opponent: Opponent | None = None,
        scorebook_url: str | None = None,
        maps: Callable[[], dict[str, Source]] = find_maps,
        describe: Callable[[Sequence[tuple[float, float]]], pd.DataFrame] | None = None,
    ) -> None:
        self.opponent, self.maps = opponent, maps
        self._describe = describe or _from_atlas
        self._scorebook_url = scorebook_url
        self._scorebook: Scorebook | None = None
        self._panoramas, self._pictures = PanoramaCache(), Pictures(maps)
        self._turns = ModelTurns(self._play)
        self._networks = OpenGames(lambda games: self.scorebook.still_open(games))
        self._lock = threading.Lock()
        self._ready, self._warming = ReadyGames(self._panoramas), threading.Lock()

    @property
    def scorebook(self) -> Scorebook:
        """The scorebook, opened when first needed."""
        with self._lock:
            if self._scorebook is None:
                self._scorebook = Scorebook.open(self._scorebook_url)
            return self._scorebook

    def warm_up(self, map_name: str | None = None, movement: Movement = "no_move") -> None:
        """Begin, in the background, to make first pictures of a map, by default of the one that is offered first.

        So a game need not wait for compilers and the atlas, nor for its first picture. One thread at most does so.
        """
        if self._warming.acquire(blocking=False):
            threading.Thread(
                target=self._prepare, args=(map_name, movement), name="first pictures", daemon=True
            ).start()

    def _prepare(self, map_name: str | None, movement: Movement) -> None:
        try:
            maps = self.maps()
            source = maps.get(map_name) if map_name else next(iter(maps.values()), None)
            if source is not None and not source.problem:
                self._ready.prepare(source, movement)
        except Exception:  # whoever starts a game hears what is wrong, in a sentence
            LOG.warning("no first picture could be made in stock", exc_info=True)
        finally:
            self._warming.release()

    def create(
        self,
        name: object,
        map_name: object,
        kind: object = "person",
        seed: object = None,
        time_limit_s: object = None,
        movement: object = None,
        owner: str | None = None,
        network: str | None = None,
    ) -> str:
        """Start a game and answer its id, a token that cannot be guessed; the first picture is already being made.

        Args:
            owner: the `player_id` of whoever asks; a person is known by it, a bot or an asker without one by others.
            network: the network address of whoever asks; it is not written down.

        Raises:
            Refused: a bad name, kind, seed, map or rule, or too many games. ImageError: a broken photo.
            StorageError: the scorebook.
        """
        player, known_kind = check_player(name, kind)
        rules = check_rules(time_limit_s, movement)
        chosen = None if seed is None else check_seed(seed)
        source = pick_map(self.maps(), map_name)
        if owner is not None:
            check_burden(*self.scorebook.burden(owner, time.time() - STARTED_IN_S))
        if network is not None:
            self._networks.check(network)
        ready = self._ready.take(source, rules.movement) if chosen is None else None
        drawn = ready.seed if ready else secrets.randbits(48) if chosen is None else chosen
        places = self._named(list(ready.places) if ready else source.draw(ROUNDS, drawn))
        game_id = secrets.token_urlsafe(16)
        player_id = named_id(known_kind, player) if known_kind != "person" else owner or f"game:{game_id}"
        game = Game(
            game_id, source.name, source.kind, drawn, source.scale_km, time.time(), None,
            {HOST: Seat(player, known_kind, player_id, owner=owner)},
            tuple(Round(i, place, None) for i, place in enumerate(places, start=1)), rules,
            seed_chosen=seed is not None, world_version=WORLD_VERSION if source.kind == "world" else None,
        )  # fmt: skip
        self.scorebook.add_game(game)
        if network is not None:
            self._networks.note(network, game_id)
        first = self._pictures.first(game, 1)
        if ready:
            self._panoramas.rename(ready.key, first[0])
        self._panoramas.ahead(*first)
        if chosen is None:
            self.warm_up(source.name, rules.movement)  # whoever plays this map so once may do it again
        return game_id

    def game(self, game_id: str) -> Game:
        """A game by its id, as it is now: a round whose time is out is closed.

        Raises:
            Refused: there is none (unknown).
        """
        game = self._find(game_id)
        number = open_round(game.guessed(), len(game.rounds))
        if number is None:
            return game
        started_at, limit_s = game.rounds[number - 1].started_at, game.rules.time_limit_s
        if limit_s is None or started_at is None or not is_late(game.rules, started_at, time.time()):
            return game
        self._write(game, number, HOST, None, float(limit_s), started_at + limit_s)
        return self._find(game_id)

    def panorama(self, game_id: str, number: int, width: int = WIDTHS[0]) -> bytes:
        """The JPEG of a round, waited for in this thread; raises as `order_panorama`."""
        return self.order_panorama(game_id, number, width).wait()

    def still(self, game_id: str, number: int) -> tuple[bytes, int]:
        """The one view of a round as JPEG, and its heading, waited for in this thread; raises as `order_still`."""
        showing, heading_deg = self.order_still(game_id, number)
        return showing.wait(), heading_deg

    def order_panorama(self, game_id: str, number: int, width: int = WIDTHS[0]) -> Showing:
        """Order the JPEG of a round that is open or over; the smaller one starts the clock of an open round.

        Raises:
            Refused: no such game or round (unknown), a round before its turn or a sharp panorama before the first
                (not_now), a game that shows one view only (not_allowed), another width, or too many wait (busy).
        """
        game = self._shown(game_id, number)
        making = self._pictures.panorama(game, number, width)
        if width == WIDTHS[0]:
            return self._hand_out(game, number, making)
        if game.rounds[number - 1].started_at is None and number not in game.guessed():
            raise Refused(f"The first panorama of round {number} comes before the sharp one.", "not_now")
        return Showing(self._panoramas.order(*making, Urgency.SHARP), lambda: None)

    def order_still(self, game_id: str, number: int) -> tuple[Showing, int]:
        """Order the one view of a round, and its heading in whole degrees; otherwise as `order_panorama`.

        Raises:
            Refused: as in `order_panorama`; a game that shows panoramas (not_allowed).
        """
        game = self._shown(game_id, number)
        showing = self._hand_out(game, number, self._pictures.still(game, number))
        return showing, self._pictures.heading_deg(game, number)

    def guess(self, game_id: str, number: int, lat: float | None, lng: float | None) -> Round:
        """Judge a guess, write it, and answer the round with its truth; without a position, the time ran out.

        Raises:
            Refused: guessed before, after the end, not its turn, too late (not_now); no position although there is
                time (malformed). CoordinateError: no place on Earth.
        """
        position = None if lat is None or lng is None else tuple(check_points((lat, lng)).tolist())
        game, now = self.game(game_id), time.time()
        if number in game.guessed() and game.rounds[number - 1].guesses[HOST].lat is None:
            if position is None:
                return game.rounds[number - 1]  # closed by the clock a moment ago, or asked again
            raise Refused(f"The time of round {number} was out when this guess came; it counts as none.", "not_now")
        check_turn(number, game.guessed(), len(game.rounds))
        if is_expired(game.created_at, game.finished_at, now):
            raise Refused(
                f"This game was begun more than {EXPIRES_S / 3600:.0f} hours ago and is closed; start a new one.",
                "not_now",
            )
        started_at = game.rounds[number - 1].started_at
        left_s = seconds_left(game.rules, started_at, now)
        if position is None and left_s != 0.0:
            raise Refused('Looked for "lat" and "lng" in degrees, found none, and there is still time to guess.')
        seconds = None if started_at is None else max(0.0, now - started_at)
        if seconds is not None and game.rules.time_limit_s is not None:
            seconds = min(seconds, float(game.rules.time_limit_s))
        if not self._write(game, number, HOST, position, seconds, now):  # someone was quicker by a hair
            check_turn(number, self._find(game_id).guessed())
        return self._find(game_id).rounds[number - 1]

    def play_opponent(self, game_id: str) -> Turn | None:
        """Let the opponent play the rounds of a finished game, when it is free; None when it has played them all.

        Raises:
            Refused: no opponent here (unknown), the game is not over (not_now), or too many wait (busy).
            Once, what made the opponent fail.
        """
        game = self.game(game_id)
        played = len(game.guessed(OPPONENT))
        if played == len(game.rounds):
            return None
        if self.opponent is None:
            raise Refused(
                "No model is at the table: this is the game alone. Start the whole app to play against it.", "unknown"
            )
        if open_round(game.guessed(), len(game.rounds)) is not None:
            raise Refused("The model plays these rounds when you have finished them.", "not_now")
        return self._turns.ask(game_id, played)

    def hidden_from(self, game: Game, asker: str | None) -> frozenset[int]:
        """The rounds of a game whose truth `asker` must not get, for someone may still guess the place elsewhere.

        Whoever played them knows them; anyone else who has the game's id may be that someone.
        """
        owner = game.seats[HOST].owner
        if owner is not None and owner == asker:
            return frozenset()
        untold = self.scorebook.untold_places(game)
        return frozenset(one.number for one in game.rounds if (one.place.lat, one.place.lng) in untold)

    def may_tell_seed(self, game: Game) -> bool:
        """Whether the seed of a game gives nothing away any more."""
        return game.finished_at is not None and not self.scorebook.hides_seed(game)

    def _find(self, game_id: str) -> Game:
        game = self.scorebook.game(game_id)
        if game is None:
            raise Refused(
                f"There is no game {game_id!r:.40}; it may belong to another scorebook. Start a new one.", "unknown"
            )
        return game

    def _shown(self, game_id: str, number: int) -> Game:
        """A game of which this round may be seen: it is over, or open."""
        game = self.game(game_id)
        if number not in game.guessed():
            check_turn(number, game.guessed(), len(game.rounds))
            if is_expired(game.created_at, game.finished_at, time.time()):
                raise Refused("This game was left for too long and is closed; start a new one.", "not_now")
        return game

    def _hand_out(self, game: Game, number: int, making: Making) -> Showing:
        def shown() -> None:
            if game.rounds[number - 1].started_at is None:
                self.scorebook.start_round(game.game_id, number)
            if number < len(game.rounds):
                self._panoramas.ahead(*self._pictures.first(game, number + 1))

        return Showing(self._panoramas.order(*making), shown)

    def _play(self, game_id: str, played: Played) -> None:
        """The opponent's turn: the rounds that it has not played yet."""
        if self.opponent is None:
            return
        game = self._find(game_id)
        self.scorebook.add_seat(game_id, OPPONENT, Seat(MODEL_NAME, "model", named_id("model", MODEL_NAME)))
        done = len(game.guessed(OPPONENT))
        for one in game.rounds:
            if OPPONENT in one.guesses:
                continue
            jpeg = self._panoramas.get_in_turn(*self._pictures.first(game, one.number))
            started = time.perf_counter()
            with Image.open(io.BytesIO(jpeg)) as picture:
                position = self.opponent([picture.convert("RGB")])
            self._write(game, one.number, OPPONENT, position, time.perf_counter() - started, time.time())
            done += 1
            played(done)

    def _write(
        self, game: Game, number: int, seat: int, position: tuple[float, float] | None, seconds: float | None, at: float
    ) -> bool:
        guess = Guess(None, None, None, 0, seconds, at)
        if position is not None:
            place = game.rounds[number - 1].place
            outcome = judge((place.lat, place.lng), position, game.scale_km)
            guess = Guess(float(position[0]), float(position[1]), outcome.distance_km, outcome.score, seconds, at)
        last = seat == HOST and {*game.guessed(), number} == {one.number for one in game.rounds}
        return self.scorebook.add_guess(game.game_id, number, seat, guess, last)

    def _named(self, places: list[Place]) -> list[Place]:
        frame = self._describe([(place.lat, place.lng) for place in places])
        named = []
        for place, row in zip(places, frame.to_dict("records"), strict=True):
            label = ", ".join(str(part) for part in (row["town"], row["country_name"]) if part)
            if credit := (place.recipe or {}).get("credit"):
                label += f" (photo: {credit})"  # whoever lent it is named with the truth, and not before
            named.append(Place(place.lat, place.lng, place.recipe, str(row["country"] or ""), label))
        return named


def _from_atlas(points: Sequence[tuple[float, float]]) -> pd.DataFrame:
    from model.geo.atlas import Atlas

    frame: pd.DataFrame = Atlas.open().describe(points)
    return frame
