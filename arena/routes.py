"""The game over HTTP: a list of Starlette routes that any ASGI app can mount. Knows no model and no dashboard.

Everything slow (rendering, the scorebook) runs in worker threads; the opponent's turn waits in a queue and is asked
for again. Errors are JSON {"error": sentence}; 429 and 503 say when to try again. A person is known by a secret in a
cookie, which no script can read.
"""

import functools
import importlib.util
import json
import math
import re
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from arena.games import Arena, Opponent, Showing
from arena.guard import network_of
from arena.labels import map_labels, towns_of_tile
from arena.pictures import WIDTHS
from arena.records import MODEL_NAME, player_id_of
from arena.rules import MOVEMENTS, ROUNDS, TIME_LIMIT_S, Reason, Refused
from arena.state import game_state, guess_result, opponent_state
from arena.threads import Threads
from model.errors import ArtifactError, CoordinateError, GameError, HomingError, ImageError, StorageError
from model.geo.folders import without_folders
from world import WORLD_VERSION

COOKIE, COOKIE_S = "homing_player", 365 * 24 * 3600
RETRY_S = 2.0  # where nobody knows better
STATIC = Path(__file__).with_name("static")
MAX_BODY_BYTES = 10_000

# What HTTP calls the reasons for which a move is refused.
_REFUSED: dict[Reason, int] = {
    "malformed": 400, "unknown": 404, "not_now": 409, "not_allowed": 403, "too_many": 429,
    "too_long": 413, "busy": 503,
}  # fmt: skip
_STATUS: dict[type[HomingError], int] = {
    CoordinateError: 400, GameError: 400, ImageError: 422, StorageError: 503, ArtifactError: 503,
}  # fmt: skip

_FRESH = {"Cache-Control": "no-store"}  # a state is true for a moment, and for one asker
_KEPT = {"Cache-Control": "private, max-age=3600"}


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
        Route(f"{game}/rounds/{{number}}/view.jpg", web.still),
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
            status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
            retry_s = None
            if isinstance(error, Refused):
                status, retry_s = _REFUSED[error.reason], error.retry_s
            again = {"Retry-After": str(math.ceil(retry_s or RETRY_S))} if status in (429, 503) else None
            return JSONResponse({"error": without_folders(str(error))}, status, again)

    return tell


class _Web:
    """The handlers, around one arena."""

    def __init__(self, arena: Arena) -> None:
        self.arena, self._threads = arena, Threads()

    async def page(self, request: Request) -> Response:
        self.arena.warm_up()  # while the player types a name
        answer = FileResponse(STATIC / "index.html", headers={"Cache-Control": "private, no-cache"})
        if _secret(request) is None:  # given before the first game, so that two tabs are one player
            _give_secret(request, answer, _new_secret())
        return answer

    async def home(self, request: Request) -> Response:
        # Said as a step from here: whatever stands before /arena, a base path or a proxy, stays.
        return RedirectResponse("../arena" + (f"?{request.url.query}" if request.url.query else ""))

    async def deck(self, _request: Request) -> Response:
        return FileResponse(_deck_bundle(), media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})

    @_told
    async def maps(self, _request: Request) -> Response:
        found = await self._threads.run(self.arena.maps)
        listed = [
            {"name": one.name, "title": one.title, "description": one.description, "kind": one.kind,
             "scale_km": one.scale_km, "error": one.problem or None}
            for one in found.values()
        ]  # fmt: skip
        offered = self.arena.opponent is not None
        shortest, longest = TIME_LIMIT_S
        return JSONResponse(
            {"maps": listed, "rounds": ROUNDS, "opponent": offered, "model_name": MODEL_NAME,
             "world_version": WORLD_VERSION, "time_limit_s": {"min": shortest, "max": longest},
             "movements": list(MOVEMENTS)}
        )  # fmt: skip

    @_told
    async def labels(self, _request: Request) -> Response:
        body = await self._threads.run(_label_bytes)
        return Response(body, media_type="application/json", headers={"Cache-Control": "max-age=86400"})

    @_told
    async def towns(self, request: Request) -> Response:
        tile = (request.path_params[name] for name in ("zoom", "x", "y"))
        return JSONResponse(await self._threads.run(towns_of_tile, *tile), headers={"Cache-Control": "max-age=86400"})

    @_told
    async def outlines(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in ("land", "borders", "regions"):
            raise Refused(f'Outlines are "land", "borders" or "regions"; found {kind!r:.40}.', "unknown")
        body = await self._threads.run(_outline_bytes, kind)
        return Response(body, media_type="application/geo+json", headers={"Cache-Control": "max-age=86400"})

    @_told
    async def create(self, request: Request) -> Response:
        body = await _read_json(request)
        known = _secret(request)
        secret = known or _new_secret()
        game_id = await self._threads.run(
            self.arena.create, body.get("name"), body.get("map", "world"), body.get("kind", "person"), body.get("seed"),
            body.get("time_limit_s"), body.get("movement"), player_id_of(secret),
            network_of(request.client.host if request.client else None),
        )  # fmt: skip
        answer = JSONResponse({"game_id": game_id}, 201)
        if known is None:
            _give_secret(request, answer, secret)
        return answer

    @_told
    async def state(self, request: Request) -> Response:
        found = await self._threads.run(self._state, request.path_params["game_id"], _asker(request))
        return JSONResponse(found, headers=_FRESH)

    @_told
    async def panorama(self, request: Request) -> Response:
        number, width = _number(request), _width(request)
        showing = await self._threads.run(self.arena.order_panorama, request.path_params["game_id"], number, width)
        return await self._picture(request, showing)

    @_told
    async def still(self, request: Request) -> Response:
        game_id, number = request.path_params["game_id"], _number(request)
        showing, heading_deg = await self._threads.run(self.arena.order_still, game_id, number)
        return await self._picture(request, showing, {"X-Heading-Deg": str(heading_deg)})

    async def _picture(self, request: Request, showing: Showing, headers: dict[str, str] | None = None) -> Response:
        jpeg = await showing.order.arrive(request.is_disconnected)
        if jpeg is None:
            return Response(status_code=204)  # nobody is there to read it
        await self._threads.run(showing.shown)
        return Response(jpeg, media_type="image/jpeg", headers=_KEPT | (headers or {}))

    @_told
    async def guess(self, request: Request) -> Response:
        number, body = _number(request), await _read_json(request)
        out_of_time = "lat" in body and "lng" in body and body["lat"] is None and body["lng"] is None
        lat, lng = (None, None) if out_of_time else (_degrees(body, "lat"), _degrees(body, "lng"))
        done = await self._threads.run(self.arena.guess, request.path_params["game_id"], number, lat, lng)
        return JSONResponse({"round": number, **guess_result(done)})

    @_told
    async def play_opponent(self, request: Request) -> Response:
        found, status = await self._threads.run(self._opponent, request.path_params["game_id"], _asker(request))
        return JSONResponse(found, status, headers=_FRESH)

    def _state(self, game_id: str, asker: str | None) -> dict[str, Any]:
        game = self.arena.game(game_id)
        source = self.arena.maps().get(game.map)  # a photo folder may be gone by now
        title, view = (source.title, source.view) if source else (game.map, (-58.0, -170.0, 75.0, 180.0))
        hidden = self.arena.hidden_from(game, asker)
        return game_state(
            game, title, view, self.arena.opponent is not None, time.time(), hidden, self.arena.may_tell_seed(game)
        )

    def _opponent(self, game_id: str, asker: str | None) -> tuple[dict[str, Any], int]:
        turn = self.arena.play_opponent(game_id)
        game = self.arena.game(game_id)
        if turn is not None:
            return {"status": turn.status, "played": turn.played, "of": len(game.rounds)}, 202
        if self.arena.hidden_from(game, asker):
            raise Refused("Somebody still plays these places; the model's guesses are told afterwards.", "not_now")
        return opponent_state(game), 200


def _secret(request: Request) -> str | None:
    """The secret by which a browser is known, if it is one of ours."""
    found = request.cookies.get(COOKIE, "")
    return found if re.fullmatch(r"[\w-]{32,128}", found, re.ASCII) else None


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _give_secret(request: Request, answer: Response, secret: str) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, secret, COOKIE_S, path="/", secure=secure, httponly=True, samesite="lax")


def _asker(request: Request) -> str | None:
    secret = _secret(request)
    return None if secret is None else player_id_of(secret)


def _width(request: Request) -> int:
    text = request.query_params.get("width", str(WIDTHS[0]))
    if text not in map(str, WIDTHS):
        raise Refused(f"A panorama is {' or '.join(map(str, WIDTHS))} pixels wide; found {text!r:.20}.")
    return int(text)


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


def _once(make: Callable[..., bytes]) -> Callable[..., bytes]:
    """Make what never changes once: of a crowd that comes in together, one makes it and the others wait for it."""
    lock, made = threading.Lock(), functools.cache(make)

    @functools.wraps(make)
    def making(*arguments: str) -> bytes:
        with lock:
            return made(*arguments)

    return making


@_once
def _label_bytes() -> bytes:
    return json.dumps(map_labels(), separators=(",", ":"), ensure_ascii=False).encode()


@_once
def _outline_bytes(kind: str) -> bytes:
    from model.geo.outlines import outlines

    return json.dumps(outlines(kind), separators=(",", ":")).encode()  # type: ignore[arg-type,unused-ignore]
