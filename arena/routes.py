"""The game over HTTP: a list of Starlette routes that any ASGI app can mount. Knows no model and no dashboard.

Everything slow (rendering, the scorebook, the opponent) runs in worker threads. Errors are JSON {"error": sentence}.
"""

import functools
import importlib.util
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from arena.games import Arena, Opponent
from arena.labels import map_labels, towns_of_tile
from arena.rules import ROUNDS, Reason, Refused
from arena.state import game_state, guess_result, opponent_state
from model.errors import CoordinateError, GameError, HomingError, ImageError, StorageError
from world import WORLD_VERSION

STATIC = Path(__file__).with_name("static")
MAX_BODY_BYTES = 10_000

# What HTTP calls the reasons for which a move is refused.
_REFUSED: dict[Reason, int] = {
    "malformed": 400, "unknown": 404, "not_now": 409, "not_allowed": 403, "too_many": 429,
    "too_long": 413, "busy": 503,
}  # fmt: skip
_STATUS: dict[type[HomingError], int] = {CoordinateError: 400, GameError: 400, ImageError: 422, StorageError: 503}

Handler = Callable[[Request], Awaitable[Response]]


def routes(
    opponent: Opponent | None = None, scorebook_url: str | None = None, arena: Arena | None = None
) -> list[BaseRoute]:
    """All routes of the game, below /arena.

    Args:
        opponent: gets [one 2:1 panorama] and answers (lat, lng); None leaves the game without a model.
        scorebook_url: where rounds are written; by default the person's own scorebook.
        arena: the table itself, in place of the two above.
    """
    web = _Web(arena or Arena(opponent, scorebook_url))
    api, game = "/arena/api", "/arena/api/games/{game_id}"
    return [
        Route("/arena", web.page),
        Route("/arena/", web.home),
        Route("/arena/deck.js", web.deck),
        Mount("/arena/static", StaticFiles(directory=STATIC)),
        Route(f"{api}/maps", web.maps),
        Route(f"{api}/labels", web.labels),
        Route(f"{api}/towns/{{zoom:int}}/{{x:int}}/{{y:int}}", web.towns),
        Route(f"{api}/outlines/{{kind}}", web.outlines),
        Route(f"{api}/games", web.create, methods=["POST"]),
        Route(game, web.state),
        Route(f"{game}/rounds/{{number}}/panorama.jpg", web.panorama),
        Route(f"{game}/rounds/{{number}}/guess", web.guess, methods=["POST"]),
        Route(f"{game}/opponent", web.play_opponent, methods=["POST"]),
    ]


def _told(
    handler: Callable[["_Web", Request], Awaitable[Response]],
) -> Callable[["_Web", Request], Awaitable[Response]]:
    """Turn an error that a person may see into JSON with its status."""

    @functools.wraps(handler)
    async def tell(self: "_Web", request: Request) -> Response:
        try:
            return await handler(self, request)
        except HomingError as error:
            known = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
            return JSONResponse({"error": str(error)}, _REFUSED[error.reason] if isinstance(error, Refused) else known)

    return tell


class _Web:
    """The handlers, around one arena."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena

    async def page(self, _request: Request) -> Response:
        await run_in_threadpool(self.arena.warm_up)  # while the player types a name
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    async def home(self, request: Request) -> Response:
        # Said as a step from here: whatever stands before /arena, a base path or a proxy, stays.
        return RedirectResponse("../arena" + (f"?{request.url.query}" if request.url.query else ""))

    async def deck(self, _request: Request) -> Response:
        return FileResponse(_deck_bundle(), media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})

    @_told
    async def maps(self, _request: Request) -> Response:
        found = await run_in_threadpool(self.arena.maps)
        listed = [
            {"name": one.name, "title": one.title, "description": one.description, "kind": one.kind,
             "scale_km": one.scale_km, "error": one.problem or None}
            for one in found.values()
        ]  # fmt: skip
        offered = self.arena.opponent is not None
        return JSONResponse({"maps": listed, "rounds": ROUNDS, "opponent": offered, "world_version": WORLD_VERSION})

    @_told
    async def labels(self, _request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(map_labels), headers={"Cache-Control": "max-age=86400"})

    @_told
    async def towns(self, request: Request) -> Response:
        tile = (request.path_params[name] for name in ("zoom", "x", "y"))
        return JSONResponse(await run_in_threadpool(towns_of_tile, *tile), headers={"Cache-Control": "max-age=86400"})

    @_told
    async def outlines(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in ("land", "borders", "regions"):
            raise Refused(f'Outlines are "land", "borders" or "regions"; found {kind!r:.40}.', "unknown")
        body = await run_in_threadpool(_outline_bytes, kind)
        return Response(body, media_type="application/geo+json", headers={"Cache-Control": "max-age=86400"})

    @_told
    async def create(self, request: Request) -> Response:
        body = await _read_json(request)
        game_id = await run_in_threadpool(
            self.arena.create, body.get("name"), body.get("map", "world"), body.get("kind", "person"), body.get("seed")
        )
        return JSONResponse({"game_id": game_id}, 201)

    @_told
    async def state(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._state, request.path_params["game_id"]))

    @_told
    async def panorama(self, request: Request) -> Response:
        jpeg = await run_in_threadpool(self.arena.panorama, request.path_params["game_id"], _number(request))
        return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    @_told
    async def guess(self, request: Request) -> Response:
        number, body = _number(request), await _read_json(request)
        lat, lng = _degrees(body, "lat"), _degrees(body, "lng")
        done = await run_in_threadpool(self.arena.guess, request.path_params["game_id"], number, lat, lng)
        return JSONResponse({"round": number, **guess_result(done)})

    @_told
    async def play_opponent(self, request: Request) -> Response:
        game = await run_in_threadpool(self.arena.play_opponent, request.path_params["game_id"])
        return JSONResponse(opponent_state(game))

    def _state(self, game_id: str) -> dict[str, Any]:
        game = self.arena.game(game_id)
        source = self.arena.maps().get(game.map)  # a photo folder may be gone by now
        title, view = (source.title, source.view) if source else (game.map, (-58.0, -170.0, 75.0, 180.0))
        return game_state(game, title, view, self.arena.opponent is not None)


async def _read_json(request: Request) -> dict[str, Any]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refused(f"This request is longer than {MAX_BODY_BYTES} bytes.", "too_long")
    try:
        values = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refused(f"Looked for JSON in the request, found something else: {error}.") from error
    if not isinstance(values, dict):
        raise Refused('Looked for a JSON object such as {"lat": 48.9, "lng": 2.4}, found something else.')
    return values


def _degrees(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f'Looked for "{name}" in degrees, found {value!r:.40}.')
    try:
        return float(value)
    except OverflowError as error:
        raise Refused(f'"{name}" is no angle: it has more digits than a number can hold.') from error


def _number(request: Request) -> int:
    text = request.path_params["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Refused(f"There is no round {text!r:.20}; a game has rounds 1 to {ROUNDS}.", "unknown")
    return int(text)


@functools.cache
def _deck_bundle() -> Path:
    """deck.gl as the installed pydeck wheel carries it; found without importing pydeck."""
    spec = importlib.util.find_spec("pydeck")
    return Path(cast(str, spec.origin if spec else "")).parent / "nbextension" / "static" / "index.js"


@functools.cache
def _outline_bytes(kind: str) -> bytes:
    from model.geo.outlines import outlines

    return json.dumps(outlines(kind), separators=(",", ":")).encode()  # type: ignore[arg-type,unused-ignore]
