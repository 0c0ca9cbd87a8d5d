"""How a live match is set up: sides, an opponent that nobody moves, the next of a series. Knows no HTTP and no SQL."""

import base64
import hashlib
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from arena import clock
from arena.live.book import LiveBook
from arena.live.clicks import drawn_plan
from arena.live.course import LOBBY_S
from arena.live.records import LiveRules, Planned
from arena.live.rules import at_once, check_duel
from arena.openings import Openings, Taken, Wish
from arena.records import HOST, LENGTH, MODEL_NAME, Game, Kind, Rules, Seat, model_id
from arena.rules import Refused, check_length, is_expired
from arena.sources import Source, pick_map
from world import WORLD_VERSION

UNKNOWN_S = 30.0  # of a ghost's guess whose time nobody wrote down
NO_MODEL = "No model is at the table: this is the game alone. Start the whole app to play against it."


@dataclass(frozen=True)
class Means:
    """What live matches are opened with."""

    openings: Openings
    maps: Callable[[], dict[str, Source]]
    game: Callable[[str], Game]  # a match by its id, as it is now
    book: Callable[[], LiveBook]
    model: bool  # whether one is at the table


class LiveOpenings:
    """Begins live matches; safe to share between threads."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def begin(
        self, wish: Wish, rounds: object, asked: object, limit_s: object, player: str, kind: Kind, owner: str | None
    ) -> tuple[Game, Taken, str | None]:
        """A duel with its first seat taken, not yet written; last, the key of its first picture, if it is in stock.

        Raises:
            Refused: settings that no duel has, no model here, a ghost that cannot be met, or known places.
        """
        duel, opponent = check_duel(asked, limit_s), None
        length = LENGTH[1] if rounds is None else check_length(rounds)  # as many as there can be: health ends it
        wish = replace(wish, rules=Rules(None, wish.rules.movement), length=length, told="after_round")
        if duel.ghost is not None:
            source = self._means.game(duel.ghost[0])
            duel, opponent = with_ghost(duel, source, duel.ghost[1])
            if owner is not None and self._means.book().knows_places(owner, source):
                raise Refused("You have seen these places before; a ghost is met on places that are new to you.",
                              "not_allowed")  # fmt: skip
            places = tuple(one.place for one in source.rounds[: len(duel.planned)])
            wish = replace(
                wish, source=pick_map(self._means.maps(), source.map), rules=Rules(None, source.rules.movement),
                length=len(places), seed=source.seed or 0, places=places,
            )  # fmt: skip
        elif duel.model:
            if not self._means.model:
                raise Refused(NO_MODEL, "unknown")
            duel, opponent = with_model(duel, length, at_once(asked), self._means.book().human_times())
        game, taken, in_stock = self._means.openings.begin(wish, player, kind, owner)
        return as_duel(game, duel, opponent), taken, in_stock

    def again(self, game: Game, game_id: str | None = None) -> Game:
        """A match with other places on the same map, not yet written; its id is drawn where none is given."""
        wish = Wish(pick_map(self._means.maps(), game.map), game.rules, game.length, "duel")
        fresh, _, in_stock = self._means.openings.begin(wish, game.seats[HOST].player, "person", None)
        fresh = fresh if game_id is None else replace(fresh, game_id=game_id)
        self._means.openings.begun(fresh, in_stock)
        if game.live is not None and any(one.zoom is None and one.seconds > 0.0 for one in game.live.planned):
            live, _ = with_model(game.live, game.length, False, self._means.book().human_times())
            return replace(fresh, live=live)
        return replace(fresh, live=game.live)


def as_duel(game: Game, rules: LiveRules, opponent: Seat | None) -> Game:
    """A match that was just begun, as a duel whose lobby waits; `opponent` sits there already if it is no person."""
    seats = {number: replace(seat, team=0, seen_at=game.created_at) for number, seat in game.seats.items()}
    if opponent is not None:
        seats[HOST + 1] = replace(opponent, team=1)
    return replace(
        game, mode="duel", told="after_round", live=rules, seats=seats,
        most_seats=2 * rules.teams if opponent is None else 1, closes_at=game.created_at + LOBBY_S,
        series_id=secrets.token_urlsafe(16) if rules.series > 1 else None,
        series_number=1 if rules.series > 1 else None,
    )  # fmt: skip


def with_model(rules: LiveRules, length: int, quick: bool, times: Sequence[float]) -> tuple[LiveRules, Seat]:
    """A duel against the model: its moments, at the pace of people or at once, and its seat."""
    paced = drawn_plan(length, times, random.SystemRandom())
    planned = tuple(Planned(0.0) if quick else replace(one, zoom=None, misses=False) for one in paced)
    return replace(rules, planned=planned), Seat(MODEL_NAME, "model", model_id(), team=1)


def with_ghost(rules: LiveRules, source: Game, number: int) -> tuple[LiveRules, Seat]:
    """A duel against what a seat guessed before: its moments and points, and the ghost's seat.

    Raises:
        Refused: no such seat (unknown), a country streak, one that has not played it all, or places that have no
            picture (not_now).
    """
    earlier = source.seats.get(number)
    if earlier is None or earlier.kind == "ghost":
        raise Refused(f"There is no seat {number} in that game whose guesses could be played again.", "unknown")
    if source.mode == "streak":
        raise Refused("A country streak counts countries, not points: its guesses are not played again.", "not_now")
    played = [one for one in source.rounds if number in one.guesses]
    # Those that everyone may play are never finished, but closed when their time is out.
    over = source.finished_at is not None or is_expired(source.created_at, None, clock.now(), source.closes_at)
    if not over or not played or len(played) < (0 if source.live else source.length):
        raise Refused("A ghost plays a game that is over; this one is still played, or was not played to its end.",
                      "not_now")  # fmt: skip
    if any(one.place.recipe is None for one in source.rounds):
        raise Refused("That game was played elsewhere: its places have no pictures here.", "not_now")
    if source.world_version not in (None, WORLD_VERSION):
        raise Refused(
            f"That game was played on version {source.world_version} of the simulated Earth, here is {WORLD_VERSION}: "
            "its pictures would be others.",
            "not_now",
        )
    planned = []
    for one in played:
        guess = one.guesses[number]
        planned.append(Planned(UNKNOWN_S if guess.seconds is None else guess.seconds, guess.lat, guess.lng))
    ghost = Seat(earlier.player, "ghost", f"ghost:{earlier.player_id}", earlier.rating, team=1)
    return replace(rules, planned=tuple(planned)), ghost


def next_of(game: Game, fresh: Game) -> Game:
    """The next match of a series: other places, the same seats and settings; a seat is kept for whoever comes along."""
    seats = {number: replace(seat, ready_at=None, left_at=None, seen_at=None) for number, seat in game.seats.items()}
    return replace(
        fresh, mode=game.mode, told=game.told, seats=seats, most_seats=game.most_seats,
        closes_at=fresh.created_at + LOBBY_S, series_id=game.series_id, series_number=(game.series_number or 1) + 1,
        seed_chosen=False,
    )  # fmt: skip


def rematch_id(game_id: str) -> str:
    """The id of the one rematch of a match: known to whoever knows the match, and to nobody else."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"rematch of {game_id}".encode()).digest()[:16]).decode().rstrip("=")


def first_of_rematch(game: Game, fresh: Game) -> Game:
    """A match with other places and the seats of the one before: the first of a new series, where that was one."""
    series = game.series_id is not None
    return replace(
        next_of(game, fresh), series_id=secrets.token_urlsafe(16) if series else None,
        series_number=1 if series else None,
    )  # fmt: skip


def free_place(game: Game, wanted: int | None) -> tuple[int, int]:
    """The number and the side of a free seat.

    Raises:
        Refused: none is free, or none on the side that is wanted (not_now).
    """
    assert game.live is not None
    each, sides = game.live.teams, [seat.team or 0 for seat in game.seats.values()]
    side = wanted if wanted is not None else 1 if sides.count(1) < each else 0
    if not game.has_room():
        raise Refused("Every seat of this match is taken; start one of your own.", "not_now")
    if sides.count(side) >= each:
        raise Refused(f"Side {side + 1} is full; take a seat on the other one.", "not_now")
    return next(number for number in range(len(game.seats) + 1) if number not in game.seats), side
