"""The table at which matches are played: starts them, seats players, judges guesses. Knows no HTTP and no model.

The truth of a round leaves this room only together with its guess, or later where the match says so. The clock is the
server's, and each seat has its own: a round whose time is out is closed by whoever looks at the match next. An opponent
is any callable that gets a list with one picture, a 2:1 panorama or the one view of a game that allows no more, and
answers (lat, lng).
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from arena import clock
from arena.burden import Burden
from arena.daily import as_daily, daily_id, daily_map, day_of
from arena.hiding import hidden_rounds
from arena.live.openings import LiveOpenings, Means
from arena.live.play import Live
from arena.live.rooms import Rooms
from arena.live.rooms_book import RoomsBook
from arena.live.rules import check_beside_duel
from arena.live.thinking import Thinking
from arena.openings import Describe, Openings, Taken, Wish, from_atlas
from arena.panoramas import PanoramaCache
from arena.pictures import Pictures
from arena.records import HOST, USUAL_LENGTH, Game, Guess, Movement, Round, Rules
from arena.rival import Opponent, Rival
from arena.rules import (
    Refused,
    check_flag,
    check_length,
    check_mode,
    check_player,
    check_rules,
    check_seed,
    check_told,
    check_turn,
    closed_sentence,
    guess_of,
    is_late,
    open_round,
    seconds_left,
)  # fmt: skip
from arena.scorebook import Scorebook
from arena.seating import Seating, is_closed
from arena.showings import Showings, ShowsPictures
from arena.sources import Source, check_walk, find_maps, pick_map
from arena.streaks import MOST, Countries, check_streak, goes_on
from arena.turns import Turn
from model.geo.distance import check_points


class Arena(ShowsPictures):
    """All matches of one server; safe to share between threads.

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
        describe: Describe | None = None,
    ) -> None:
        self.opponent, self.maps = opponent, maps
        self._scorebook_url = scorebook_url
        self._scorebook: Scorebook | None = None
        self._lock = threading.Lock()
        panoramas, pictures = PanoramaCache(), Pictures(maps)
        self._burden = Burden(lambda: self.scorebook)
        self._openings = Openings(maps, panoramas, pictures, describe or from_atlas)
        self.countries = Countries(describe or from_atlas)
        self._showings = Showings(self.game, lambda *seen: self.scorebook.start_round(*seen), panoramas, pictures)
        self._rival = Rival(opponent, self._find, lambda: self.scorebook, panoramas, pictures)
        means = Means(self._openings, maps, self.game, lambda: self.live.book, opponent is not None)
        self._duels = LiveOpenings(means)
        thinking = Thinking(opponent, panoramas, pictures)
        self.live = Live(self._find, lambda: self.scorebook, thinking, self._duels.again, self._burden)
        self.rooms = Rooms(means, RoomsBook(lambda: self.scorebook))
        self._seating = Seating(self.game, self._find, lambda: self.scorebook, self.live, self._burden.check)

    @property
    def scorebook(self) -> Scorebook:
        """The scorebook, opened when first needed."""
        with self._lock:
            if self._scorebook is None:
                self._scorebook = Scorebook.open(self._scorebook_url)
            return self._scorebook

    def warm_up(self, map_name: str | None = None, movement: Movement = "no_move", length: int = USUAL_LENGTH) -> None:
        """Begin, in the background, to make first pictures of a map, by default of the one that is offered first."""
        self._openings.warm_up(map_name, movement, length)

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
        **more: object,
    ) -> str:
        """Start a match as `open` does, and answer its id alone."""
        return self.open(name, map_name, kind, seed, time_limit_s, movement, owner, network, **more).game_id

    def open(
        self,
        name: object,
        map_name: object,
        kind: object = "person",
        seed: object = None,
        time_limit_s: object = None,
        movement: object = None,
        owner: str | None = None,
        network: str | None = None,
        rounds: object = None,
        mode: object = None,
        told: object = None,
        duel: object = None,
        with_model: object = None,
    ) -> Taken:
        """Start a match and take its first seat; the first picture is already being made.

        Args:
            duel: the settings of a duel, as JSON data.
            owner: the identity of whoever asks; the seat is theirs, by it or by its token.
            network: the network address of whoever asks; it is not written down.
            with_model: whether the opponent plays each round as soon as it is guessed.

        Raises:
            Refused: a bad name, kind, seed, map, length, mode, rule or setting, or too many games. ImageError: a broken
                photo. StorageError: the scorebook.
        """
        player, known_kind = check_player(name, kind)
        rules, length = check_rules(time_limit_s, movement), check_length(rounds)
        chosen = None if seed is None else check_seed(seed)
        wish = Wish(pick_map(self.maps(), map_name), rules, length, check_mode(mode), check_told(told), chosen)
        if wish.mode == "streak":
            check_streak(wish.source, wish.told, rounds, bool(with_model))
            wish = replace(wish, length=MOST)
        check_walk(wish.source, rules.movement)
        if wish.mode == "duel":
            check_beside_duel(wish.told, with_model, chosen, duel)
        elif duel is not None:
            raise Refused(f'The settings of a duel are for the mode "duel"; found the mode "{wish.mode}".')
        self._burden.check(owner, network)
        if wish.mode == "duel":
            game, taken, in_stock = self._duels.begin(wish, rounds, duel, time_limit_s, player, known_kind, owner)
        else:
            game, taken, in_stock = self._openings.begin(wish, player, known_kind, owner)
            if check_flag(with_model, "with_model"):
                game = self._rival.sit_down(game)
        self.scorebook.add_game(game)
        self._burden.note(network, game.game_id)
        self._openings.begun(game, in_stock)
        return taken

    def play_daily(self, name: object, kind: object, owner: str, network: str | None = None) -> Taken:
        """Take a seat in the game of the day, which is drawn for the first who comes; each identity plays it once.

        Raises:
            Refused: a bad name or kind, too many games, or no map to play.
        """
        player, known_kind = check_player(name, kind)
        now = clock.now()
        if not self.scorebook.still_open([daily_id(day_of(now))]):
            self._burden.check(owner, network)
            wish = Wish(daily_map(self.maps()), Rules(), USUAL_LENGTH, "daily")
            game, taken, in_stock = self._openings.begin(wish, player, known_kind, owner)
            game = as_daily(game, now)
            if self.scorebook.add_game_if_new(game):
                self._burden.note(network, game.game_id)
                self._openings.begun(game, in_stock)
                return Taken(game.game_id, taken.seat, taken.token)
        return self.join(daily_id(day_of(now)), name, kind, owner, network)

    def join(
        self,
        game_id: str,
        name: object,
        kind: object = "person",
        owner: str | None = None,
        network: str | None = None,
        team: object = None,
    ) -> Taken:
        """Take a seat at a match that has one free; whoever sits there already is told which seat it is.

        Raises:
            Refused: no such match (unknown), it is closed or full (not_now), a bad name, kind or side, too many games.
        """
        return self._seating.join(game_id, name, kind, owner, network, team)

    def game(self, game_id: str) -> Game:
        """A match by its id, as it is now: every seat's round whose time is out is closed.

        Raises:
            Refused: there is none (unknown).
        """
        game = self._find(game_id)
        if game.live is not None:
            return self.live.settle(game)
        limit_s, late = game.rules.time_limit_s, False
        for seat in game.players() if limit_s is not None else ():
            number = open_round(game.guessed(seat), game.length)
            started_at = None if number is None else game.rounds[number - 1].starts.get(seat)
            if number is None or limit_s is None or not is_late(game.rules, started_at, clock.now()):
                continue
            guess = guess_of(game, number, None, float(limit_s), (started_at or 0.0) + limit_s)
            self._add_guess(game, number, seat, guess)
            late = True
        return self._find(game_id) if late else game

    def seat_of(self, game_id: str, identity: str | None, token: str | None = None) -> int | None:
        """Whose seat a request is for; see `Seating.seat_of`."""
        return self._seating.seat_of(game_id, identity, token)

    def player_seat(self, game_id: str, identity: str | None, token: str | None = None) -> int:
        """Whose seat a move is for; see `Seating.player_seat`."""
        return self._seating.player_seat(game_id, identity, token)

    def guess(self, game_id: str, number: int, lat: float | None, lng: float | None, seat: int = HOST) -> Round:
        """Judge a seat's guess, write it, and answer the round; without a position, the time ran out.

        Raises:
            Refused: guessed before, after the end, not its turn, too late (not_now); no position although there is
                time (malformed). CoordinateError: no place on Earth.
        """
        position = None if lat is None or lng is None else tuple(check_points((lat, lng)).tolist())
        game, now = self.game(game_id), clock.now()
        if game.live is not None:
            return self.live.guess(game, number, position, seat).rounds[number - 1]
        if number in game.guessed(seat) and game.rounds[number - 1].guesses[seat].lat is None:
            if position is None:
                return game.rounds[number - 1]  # closed by the clock a moment ago, or asked again
            raise Refused(f"The time of round {number} was out when this guess came; it counts as none.", "not_now")
        check_turn(number, game.guessed(seat), game.length)
        if is_closed(game):
            raise Refused(closed_sentence(game), "not_now")
        started_at, limit_s = game.rounds[number - 1].starts.get(seat), game.rules.time_limit_s
        if position is None and seconds_left(game.rules, started_at, now) != 0.0:
            raise Refused('Looked for "lat" and "lng" in degrees, found none, and there is still time to guess.')
        seconds = None if started_at is None else max(0.0, now - started_at)
        if seconds is not None and limit_s is not None:
            seconds = min(seconds, float(limit_s))
        guess = guess_of(game, number, position, seconds, now)
        if not self._add_guess(game, number, seat, guess):  # someone was quicker by a hair
            check_turn(number, self._find(game_id).guessed(seat), game.length)
        game = self._find(game_id)
        self._rival.follow(game)
        return game.rounds[number - 1]

    def _add_guess(self, game: Game, number: int, seat: int, guess: Guess) -> bool:
        """Write a guess as it counts in this match; False where this seat has guessed in this round before."""
        guess = self.countries.judged(game, number, guess)
        return self.scorebook.add_guess(game.game_id, number, seat, guess, last=not goes_on(game, guess))

    def play_opponent(self, game_id: str, seat: int = HOST) -> Turn | None:
        """Let the opponent play the rounds that are guessed, when it is free; None when it has.

        Raises:
            Refused: as `Rival.ask`; a live match (not_now).
        """
        game = self.game(game_id)
        if game.live is not None:
            raise Refused("In a live match the model plays along round by round, or not at all.", "not_now")
        return self._rival.ask(game, seat)

    def hidden_from(self, game: Game, seat: int | None) -> frozenset[int]:
        """The rounds of a match whose truth must not be told; see `hidden_rounds`."""
        return hidden_rounds(game, seat, self.scorebook)

    def may_tell_seed(self, game: Game) -> bool:
        """Whether the seed of a match gives nothing away any more."""
        return game.finished_at is not None and not self.scorebook.hides_seed(game)

    def _find(self, game_id: str) -> Game:
        game = self.scorebook.game(game_id)
        if game is None:
            raise Refused(
                f"There is no game {game_id!r:.40}; it may belong to another scorebook. Start a new one.", "unknown"
            )
        return game
