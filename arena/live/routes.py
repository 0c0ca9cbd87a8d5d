"""Live matches over HTTP: ready, leave, and the state with all that is live in it. Knows no model and no dashboard."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from arena import clock
from arena.answers import told
from arena.askers import identity_of, seat_token_of
from arena.games import Arena
from arena.live.sockets import Sockets
from arena.live.state import add_live, series_state
from arena.records import Game
from arena.requests import read_json
from arena.rules import Refused
from arena.state import Viewer, game_state
from arena.threads import Threads

FRESH = {"Cache-Control": "no-store"}  # a state is true for a moment, and for one asker
ANYWHERE = (-58.0, -170.0, 75.0, 180.0)  # what a guess map shows of a photo folder that is gone


def state_for(arena: Arena, game: Game, seat: int | None) -> dict[str, Any]:
    """A match as one seat sees it, or who only looks on."""
    source = arena.maps().get(game.map)
    title, view = (source.title, source.view) if source else (game.map, ANYWHERE)
    viewer = Viewer(seat, arena.hidden_from(game, seat), arena.may_tell_seed(game))
    now = clock.now()
    state = game_state(game, title, view, arena.opponent is not None, now, viewer)
    if game.live is None:
        return state
    state = add_live(state, game, now, arena.live.since, viewer)
    if game.series_id is not None:
        state["live"]["series"] = series_state(game, arena.live.book.series(game.series_id), now, arena.live.since)
    return state


class LiveWeb:
    """The handlers of live matches, around one arena."""

    def __init__(self, arena: Arena, threads: Threads) -> None:
        self.arena, self._threads = arena, threads
        self._sockets = Sockets(arena, threads, lambda game, seat: state_for(arena, game, seat))

    def routes(self, game: str) -> list[BaseRoute]:
        """All of them, below the address of a match."""
        return [
            Route(f"{game}/ready", self.ready, methods=["POST"]),
            Route(f"{game}/leave", self.leave, methods=["POST"]),
            WebSocketRoute(f"{game}/live", self._sockets.serve),
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

    async def _move(self, request: Request, move: Any) -> Response:
        game_id, identity, token = request.path_params["game_id"], identity_of(request), seat_token_of(request)

        def moved() -> dict[str, Any]:
            seat = self.arena.player_seat(game_id, identity, token)
            game = self.arena.game(game_id)
            if game.live is None:
                raise Refused("This game is no live match: everyone plays it at a pace of their own.", "not_now")
            game = move(game, seat)
            return state_for(self.arena, game, seat if seat in game.seats else None)

        return JSONResponse(await self._threads.run(moved), headers=FRESH)
