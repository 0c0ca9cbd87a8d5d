"""Live matches over HTTP: ready, leave, and the state with all that is live in it. Knows no model and no dashboard."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from arena import clock
from arena.answers import told
from arena.askers import give_secret, identity_of, new_secret, seat_token_of, secret_of
from arena.games import Arena
from arena.guard import network_of
from arena.live.rooms import Visit
from arena.live.rules import check_beside_blind
from arena.live.sockets import Sockets
from arena.live.state import add_live, series_state
from arena.records import Game, player_id_of
from arena.requests import read_json
from arena.rules import Refused
from arena.state import Viewer, game_state, walk_state
from arena.streaks import MOST
from arena.threads import Threads

Move = Callable[[Game, int], Game]

FRESH = {"Cache-Control": "no-store"}  # a state is true for a moment, and for one asker
ANYWHERE = (-58.0, -170.0, 75.0, 180.0)  # what a guess map shows of a photo folder that is gone


def state_for(arena: Arena, game: Game, seat: int | None) -> dict[str, Any]:
    """A match as one seat sees it, or who only looks on."""
    source = arena.maps().get(game.map)
    title, view = (source.title, source.view) if source else (game.map, ANYWHERE)
    viewer = Viewer(seat, arena.hidden_from(game, seat), arena.may_tell_seed(game))
    now = clock.now()
    state = game_state(game, title, view, arena.opponent is not None and game.mode != "streak", now, viewer)
    state["walk"] = walk_state(source) if game.rules.movement == "moving" else None
    if game.mode == "streak":
        known = [one["round"] for one in state["rounds"] if "truth" in one]
        countries = arena.countries.told(game, viewer.shown, known)
        state["rounds"] = [one | {"countries": countries.get(one["round"])} for one in state["rounds"]]
        state["max_total"] = MOST
    if game.live is None:
        return state
    since = arena.live.since_of(game)
    state = add_live(state, game, now, since, viewer)
    if game.series_id is not None:
        matches = arena.live.book.series(game.series_id)
        waits = None if seat is None else arena.live.sequels.held_up(game)
        state["live"]["series"] = series_state(game, matches, now, since, waits)
    # Whoever looks on is no party to it, and finds no seat there that is kept for somebody else.
    state["live"]["rematch_game_id"] = None if seat is None else arena.live.sequels.rematch_of(game)
    if game.mode == "blind" and game.finished_at is not None and seat is not None:
        right, verdicts = arena.live.book.verdict_rate(game.seats[seat].player_id)
        state["live"]["blind"]["rate"] = {"right": right, "of": verdicts} if verdicts else None
    return state


class LiveWeb:
    """The handlers of live matches, around one arena."""

    def __init__(self, arena: Arena, threads: Threads) -> None:
        self.arena, self._threads = arena, threads
        self._sockets = Sockets(arena, threads, lambda game, seat: state_for(arena, game, seat))

    def routes(self, game: str, room: str) -> list[BaseRoute]:
        """All of them, below the addresses of a match and of a room."""
        return [
            Route(f"{game}/ready", self.ready, methods=["POST"]),
            Route(f"{game}/leave", self.leave, methods=["POST"]),
            Route(f"{game}/rematch", self.rematch, methods=["POST"]),
            Route(f"{game}/verdict", self.verdict, methods=["POST"]),
            WebSocketRoute(f"{game}/live", self._sockets.serve),
            Route(f"{room}", self.room),
            Route(f"{room}/enter", self.enter, methods=["POST"]),
        ]

    @told
    async def ready(self, request: Request) -> Response:
        """Say that one may go on."""
        ready = (await read_json(request)).get("ready", True)
        if not isinstance(ready, bool):
            raise Refused(f'Looked for "ready", true or false, found {ready!r:.40}.')
        return await self._move(request, lambda game, seat: self.arena.live.ready(game, seat, ready))

    @told
    async def leave(self, request: Request) -> Response:
        """Give up one's seat."""
        await read_json(request)
        return await self._move(request, self.arena.live.leave)

    @told
    async def verdict(self, request: Request) -> Response:
        """Say whom one met in a blind match."""
        thinks = (await read_json(request)).get("thinks")
        state = await self._moved(request, lambda game, seat: self.arena.live.add_verdict(game, seat, thinks))
        return JSONResponse(state["live"]["blind"], headers=FRESH)

    @told
    async def rematch(self, request: Request) -> Response:
        """Ask for the same duel once more."""
        await read_json(request)
        asker, network = _asker(request), network_of(request.client.host if request.client else None)

        def asked() -> dict[str, Any]:
            seat = self.arena.player_seat(*asker)
            again = self.arena.live.sequels.rematch(self.arena.game(asker[0]), asker[1], network)
            return {"game_id": again.game_id, "seat": seat if seat in again.seats else None, "seat_token": None}

        return JSONResponse(await self._threads.run(asked), 201, FRESH)

    @told
    async def open_room(self, request: Request, body: dict[str, Any]) -> Response:
        """Open a room of the blind experiment."""
        check_beside_blind(body)
        room_id = await self._threads.run(
            self.arena.rooms.open, body.get("map", "world"), body.get("movement"), body.get("rounds"),
            identity_of(request), body.get("time_limit_s"),
        )  # fmt: skip
        return JSONResponse({"room": room_id, "game_id": None, "seat": None, "seat_token": None}, 201, FRESH)

    @told
    async def room(self, request: Request) -> Response:
        """A room, and how far one's own wait is."""
        room_id, owner = request.path_params["room_id"], identity_of(request)
        return JSONResponse(
            await self._threads.run(lambda: self._room_state(self.arena.rooms.visit(room_id, owner), owner)),
            headers=FRESH,
        )

    @told
    async def enter(self, request: Request) -> Response:
        """Come into a room; a browser without a secret gets one."""
        body, room_id, known = await read_json(request), request.path_params["room_id"], secret_of(request)
        secret = known or new_secret()
        owner = player_id_of(secret)
        answer = JSONResponse(
            await self._threads.run(
                lambda: self._room_state(
                    self.arena.rooms.enter(room_id, body.get("name"), owner, body.get("kind", "person")), owner
                )
            ),
            headers=FRESH,
        )
        if known is None:
            give_secret(request, answer, secret)
        return answer

    def _room_state(self, visit: Visit, owner: str | None) -> dict[str, Any]:
        source, entry = self.arena.maps().get(visit.settings["map"]), visit.entry
        right, verdicts = self.arena.live.book.verdict_rate(owner) if owner is not None else (0, 0)
        return {
            "room": visit.room_id,
            "map": visit.settings["map"],
            "map_title": source.title if source else visit.settings["map"],
            "source": source.kind if source else None,
            "rounds": visit.settings["rounds"],
            "rules": {"time_limit_s": visit.settings["round_s"], "movement": visit.settings["movement"]},
            "entered": entry is not None,
            "waiting": entry is not None and entry.game_id is None,
            "game_id": entry.game_id if entry else None,
            "seat": entry.seat if entry else None,
            "seat_token": visit.token,
            "result": {"right": right, "of": verdicts} if verdicts else None,
        }

    async def _move(self, request: Request, move: Move) -> Response:
        return JSONResponse(await self._moved(request, move), headers=FRESH)

    async def _moved(self, request: Request, move: Move) -> dict[str, Any]:
        """The state after a move of a seat."""
        asker = _asker(request)

        def moved() -> dict[str, Any]:
            seat = self.arena.player_seat(*asker)
            game = self.arena.game(asker[0])
            if game.live is None:
                raise Refused("This game is no live match: everyone plays it at a pace of their own.", "not_now")
            game = move(game, seat)
            return state_for(self.arena, game, seat if seat in game.seats else None)

        return await self._threads.run(moved)


def _asker(request: Request) -> tuple[str, str | None, str | None]:
    return request.path_params["game_id"], identity_of(request), seat_token_of(request)
