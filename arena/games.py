"""The table at which games are played: starts them, hands out panoramas, judges guesses. Knows no HTTP and no model.

The truth of a round leaves this room only together with its guess. An opponent is any callable that gets a list with
one 2:1 panorama and answers (lat, lng).
"""

import io
import secrets
import threading
import time
from collections.abc import Callable, Sequence

import pandas as pd
from PIL import Image

from arena.panoramas import PanoramaCache
from arena.records import HOST, MODEL_NAME, Game, Guess, Place, Round, Seat, named_id
from arena.rules import ROUNDS, Refused, check_player, check_seed, check_turn, judge, open_round
from arena.scorebook import Scorebook
from arena.sources import Source, find_maps, pick_map
from model.geo.distance import check_points
from world import WORLD_VERSION

OPPONENT = 1  # its seat

Opponent = Callable[[list[Image.Image]], tuple[float, float]]


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
        self._panoramas = PanoramaCache()
        self._lock = threading.Lock()
        self._playing = threading.Lock()
        self._cold = True

    @property
    def scorebook(self) -> Scorebook:
        """The scorebook, opened when first needed."""
        with self._lock:
            if self._scorebook is None:
                self._scorebook = Scorebook.open(self._scorebook_url)
            return self._scorebook

    def warm_up(self) -> None:
        """Make one panorama in the background, once: the first game need not wait for compilers then."""
        with self._lock:
            cold, self._cold = self._cold, False
        source = next(iter(self.maps().values()), None) if cold else None
        if source is not None and not source.problem:
            self._panoramas.ahead("warm-up", lambda: source.panorama(source.draw(1, 0)[0]))

    def create(self, name: object, map_name: object, kind: object = "person", seed: object = None) -> str:
        """Start a game and answer its id, a token that cannot be guessed; the first panorama is already being made.

        Raises:
            Refused: a bad name, kind, seed or map. ImageError: a broken photo. StorageError: the scorebook.
        """
        player, known_kind = check_player(name, kind)
        drawn = secrets.randbits(48) if seed is None else check_seed(seed)
        source = pick_map(self.maps(), map_name)
        places = self._named(source.draw(ROUNDS, drawn))
        seat = Seat(player, known_kind, named_id(known_kind, player))
        game = Game(
            secrets.token_urlsafe(16), source.name, source.kind, drawn, source.scale_km, time.time(), None,
            {HOST: seat}, tuple(Round(i, place, None) for i, place in enumerate(places, start=1)),
            seed_chosen=seed is not None, world_version=WORLD_VERSION if source.kind == "world" else None,
        )  # fmt: skip
        self.scorebook.add_game(game)
        self._panoramas.ahead(*self._making(game, 1))
        return game.game_id

    def game(self, game_id: str) -> Game:
        """A game by its id.

        Raises:
            Refused: there is none (unknown).
        """
        game = self.scorebook.game(game_id)
        if game is None:
            raise Refused(
                f"There is no game {game_id!r:.40}; it may belong to another scorebook. Start a new one.", "unknown"
            )
        return game

    def panorama(self, game_id: str, number: int) -> bytes:
        """The JPEG of a round that is open or over; the clock of an open round starts here.

        Raises:
            Refused: no such game or round (unknown), or a round before its turn (not_now).
        """
        game = self.game(game_id)
        if number not in game.guessed():
            check_turn(number, game.guessed())
        jpeg = self._panoramas.get(*self._making(game, number))
        if game.rounds[number - 1].started_at is None:
            self.scorebook.start_round(game_id, number)
        if number < len(game.rounds):
            self._panoramas.ahead(*self._making(game, number + 1))
        return jpeg

    def guess(self, game_id: str, number: int, lat: float, lng: float) -> Round:
        """Judge a guess, write it, and answer the round with its truth.

        Raises:
            Refused: guessed before, after the end, not its turn (not_now). CoordinateError: no place on Earth.
        """
        game = self.game(game_id)
        check_turn(number, game.guessed())
        lat, lng = check_points((lat, lng)).tolist()
        last = [*game.guessed(), number] == [one.number for one in game.rounds]
        started_at = game.rounds[number - 1].started_at
        seconds = None if started_at is None else max(0.0, time.time() - started_at)
        if not self._write(game, number, HOST, (lat, lng), seconds, last):  # someone was quicker by a hair
            check_turn(number, self.game(game_id).guessed())
        return self.game(game_id).rounds[number - 1]

    def play_opponent(self, game_id: str) -> Game:
        """Let the opponent play the rounds of a finished game; asked again, it answers what it played before.

        Raises:
            Refused: no opponent here (unknown), or the game is not over (not_now).
        """
        game = self.game(game_id)
        if self.opponent is None:
            raise Refused(
                "No model is at the table: this is the game alone. Start the whole app to play against it.", "unknown"
            )
        if open_round(game.guessed()) is not None:
            raise Refused("The model plays these rounds when you have finished them.", "not_now")
        with self._playing:  # one at a time: two would only make each other slower
            game = self.game(game_id)
            self.scorebook.add_seat(game_id, OPPONENT, Seat(MODEL_NAME, "model", named_id("model", MODEL_NAME)))
            for one in game.rounds:
                if OPPONENT in one.guesses:
                    continue
                jpeg = self._panoramas.get(*self._making(game, one.number))
                started = time.perf_counter()
                with Image.open(io.BytesIO(jpeg)) as panorama:
                    position = self.opponent([panorama.convert("RGB")])
                self._write(game, one.number, OPPONENT, position, time.perf_counter() - started, False)
        return self.game(game_id)

    def _write(
        self, game: Game, number: int, seat: int, position: tuple[float, float], seconds: float | None, last: bool
    ) -> bool:
        place = game.rounds[number - 1].place
        outcome = judge((place.lat, place.lng), position, game.scale_km)
        guess = Guess(float(position[0]), float(position[1]), outcome.distance_km, outcome.score, seconds, time.time())
        return self.scorebook.add_guess(game.game_id, number, seat, guess, last)

    def _making(self, game: Game, number: int) -> tuple[str, Callable[[], Image.Image]]:
        place = game.rounds[number - 1].place
        return f"{game.game_id}/{number}", lambda: pick_map(self.maps(), game.map).panorama(place)

    def _named(self, places: list[Place]) -> list[Place]:
        frame = self._describe([(place.lat, place.lng) for place in places])
        named = []
        for place, row in zip(places, frame.to_dict("records"), strict=True):
            label = ", ".join(str(part) for part in (row["town"], row["country_name"]) if part)
            named.append(Place(place.lat, place.lng, place.recipe, str(row["country"] or ""), label))
        return named


def _from_atlas(points: Sequence[tuple[float, float]]) -> pd.DataFrame:
    from model.geo.atlas import Atlas

    frame: pd.DataFrame = Atlas.open().describe(points)
    return frame
