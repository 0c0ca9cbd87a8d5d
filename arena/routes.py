"""The game over HTTP: a list of Starlette routes that any ASGI app can mount. Knows no model and no dashboard.

Everything slow (rendering, the scorebook) runs in worker threads; the opponent's turn waits in a queue and is asked
for again. Who asks is said in `arena/askers.py`, what is asked for is read in `arena/requests.py`, errors are told in
`arena/answers.py`. A move is for a seat, and needs the secret of who holds it or the seat's own token.
"""

import functools
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from arena import answers, clock
from arena.answers import told
from arena.askers import give_secret, identity_of, new_secret, seat_token_of, secret_of
from arena.daily import TABLE, daily_id, daily_map, daily_state, day_before, day_of
from arena.games import Arena
from arena.guard import network_of
from arena.labels import towns_of_tile
from arena.leaderboard import leaderboard
from arena.live.routes import FRESH, LiveWeb, state_for
from arena.openings import Taken
from arena.records import LENGTH, MODEL_NAME, USUAL_LENGTH, player_id_for, player_id_of
from arena.requests import ahead_in, position_in, read_json, round_in, step_in, width_in
from arena.rival import Opponent
from arena.rules import MODES, MOVEMENTS, TIME_LIMIT_S, TOLD, Refused
from arena.showings import Showing
from arena.state import guess_result, opponent_state, walk_state
from arena.streaks import MOST
from arena.threads import Threads
from world import WORLD_VERSION

STATIC = Path(__file__).with_name("static")

BEST_STREAKS = 10  # shown
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
        Route(f"{api}/daily", web.daily, methods=["GET"]),
        Route(f"{api}/daily", web.play_daily, methods=["POST"]),
        Route(f"{api}/streaks", web.streaks),
        Route(f"{api}/games", web.create, methods=["POST"]),
        Route(game, web.state),
        Route(f"{game}/seats", web.join, methods=["POST"]),
        Route(f"{game}/rounds/{{number}}/panorama.jpg", web.panorama),
        Route(f"{game}/rounds/{{number}}/view.jpg", web.still),
        Route(f"{game}/rounds/{{number}}/guess", web.guess, methods=["POST"]),
        Route(f"{game}/opponent", web.play_opponent, methods=["POST"]),
        *web.live.routes(game, f"{api}/blind/{{room_id}}"),
    ]


class _Web:
    """The handlers, around one arena."""

    def __init__(self, arena: Arena) -> None:
        self.arena, self._threads = arena, Threads()
        self.live = LiveWeb(arena, self._threads)

    @told
    async def page(self, request: Request) -> Response:
        self.arena.warm_up()  # while the player types a name
        answer = FileResponse(STATIC / "index.html", headers={"Cache-Control": "private, no-cache"})
        if secret_of(request) is None:  # given before the first game, so that two tabs are one player
            give_secret(request, answer, new_secret())
        return answer

    async def home(self, request: Request) -> Response:
        # Said as a step from here: whatever stands before /arena, a base path or a proxy, stays.
        return RedirectResponse("../arena" + (f"?{request.url.query}" if request.url.query else ""))

    async def deck(self, _request: Request) -> Response:
        return FileResponse(_deck_bundle(), media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})

    @told
    async def maps(self, _request: Request) -> Response:
        found = await self._threads.run(self.arena.maps)
        listed = [
            {"name": one.name, "title": one.title, "description": one.description, "kind": one.kind,
             "scale_km": one.scale_km, "error": one.problem or None,
             "walk": walk_state(one)}
            for one in found.values()
        ]  # fmt: skip
        offered = self.arena.opponent is not None
        modes = [*MODES, "blind"] if offered else list(MODES)  # which is against the model, half of the time
        shortest, longest = TIME_LIMIT_S
        fewest, most = LENGTH
        return JSONResponse(
            {"maps": listed, "rounds": USUAL_LENGTH, "length": {"min": fewest, "max": most}, "opponent": offered,
             "model_name": MODEL_NAME, "world_version": WORLD_VERSION,
             "time_limit_s": {"min": shortest, "max": longest}, "movements": list(MOVEMENTS), "modes": modes,
             "told": list(TOLD)}
        )  # fmt: skip

    @told
    async def labels(self, _request: Request) -> Response:
        body = await self._threads.run(answers.label_bytes)
        return Response(body, media_type="application/json", headers={"Cache-Control": "max-age=86400"})

    @told
    async def towns(self, request: Request) -> Response:
        tile = (request.path_params[name] for name in ("zoom", "x", "y"))
        return JSONResponse(await self._threads.run(towns_of_tile, *tile), headers={"Cache-Control": "max-age=86400"})

    @told
    async def outlines(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in ("land", "borders", "regions"):
            raise Refused(f'Outlines are "land", "borders" or "regions"; found {kind!r:.40}.', "unknown")
        body = await self._threads.run(answers.outline_bytes, kind)
        return Response(body, media_type="application/geo+json", headers={"Cache-Control": "max-age=86400"})

    @told
    async def create(self, request: Request) -> Response:
        body = await read_json(request)
        if body.get("mode") == "blind":
            return await self.live.open_room(request, body)
        return await self._take_seat(request, lambda owner, network: self.arena.open(
            body.get("name"), body.get("map", "world"), body.get("kind", "person"), body.get("seed"),
            body.get("time_limit_s"), body.get("movement"), owner, network,
            rounds=body.get("rounds"), mode=body.get("mode"), told=body.get("told"), duel=body.get("duel"),
            with_model=body.get("with_model"),
        ))  # fmt: skip

    @told
    async def daily(self, request: Request) -> Response:
        return JSONResponse(await self._threads.run(self._daily, identity_of(request)), headers=FRESH)

    @told
    async def play_daily(self, request: Request) -> Response:
        body = await read_json(request)
        return await self._take_seat(request, lambda owner, network: self.arena.play_daily(
            body.get("name"), body.get("kind", "person"), owner, network,
        ))  # fmt: skip

    @told
    async def streaks(self, request: Request) -> Response:
        return JSONResponse(await self._threads.run(self._streaks, identity_of(request)), headers=FRESH)

    @told
    async def join(self, request: Request) -> Response:
        body, game_id = await read_json(request), request.path_params["game_id"]
        return await self._take_seat(request, lambda owner, network: self.arena.join(
            game_id, body.get("name"), body.get("kind", "person"), owner, network, body.get("team"),
        ))  # fmt: skip

    async def _take_seat(self, request: Request, take: Callable[[str, str], Taken]) -> Response:
        """Answer a seat and, this once, its token; a browser without a secret gets one."""
        known = secret_of(request)
        secret = known or new_secret()
        network = network_of(request.client.host if request.client else None)
        taken = await self._threads.run(take, player_id_of(secret), network)
        answer = JSONResponse(
            {"game_id": taken.game_id, "seat": taken.seat, "seat_token": taken.token},
            201 if taken.token else 200,
            FRESH,
        )
        if known is None:
            give_secret(request, answer, secret)
        return answer

    @told
    async def state(self, request: Request) -> Response:
        return JSONResponse(await self._threads.run(self._state, *_asker(request)), headers=FRESH)

    @told
    async def panorama(self, request: Request) -> Response:
        number, width, step = round_in(request), width_in(request), step_in(request)
        if step is not None:
            asked = number, step, width, ahead_in(request)
            showing, road_deg = await self._threads.run(self._step, *_asker(request), *asked)
            return await self._picture(request, showing, {"X-Road-Deg": str(road_deg)})
        return await self._picture(request, await self._threads.run(self._panorama, *_asker(request), number, width))

    @told
    async def still(self, request: Request) -> Response:
        number = round_in(request)
        showing, heading_deg = await self._threads.run(self._still, *_asker(request), number)
        return await self._picture(request, showing, {"X-Heading-Deg": str(heading_deg)})

    async def _picture(self, request: Request, showing: Showing, headers: dict[str, str] | None = None) -> Response:
        jpeg = await showing.order.arrive(request.is_disconnected)
        if jpeg is None:
            return Response(status_code=204)  # nobody is there to read it
        await self._threads.run(showing.shown)
        return Response(jpeg, media_type="image/jpeg", headers=_KEPT | (headers or {}))

    @told
    async def guess(self, request: Request) -> Response:
        number, asker = round_in(request), _asker(request)
        lat, lng = position_in(await read_json(request))
        return JSONResponse(await self._threads.run(self._guess, *asker, number, lat, lng), headers=FRESH)

    @told
    async def play_opponent(self, request: Request) -> Response:
        found, status = await self._threads.run(self._opponent, *_asker(request))
        return JSONResponse(found, status, headers=FRESH)

    def _state(self, game_id: str, identity: str | None, token: str | None) -> dict[str, Any]:
        game, seat = self.arena.game(game_id), self.arena.seat_of(game_id, identity, token)
        if game.live is not None and seat is not None:
            self.arena.live.touch(game, seat)
        return state_for(self.arena, game, seat)

    def _daily(self, identity: str | None) -> dict[str, Any]:
        now, book, maps = clock.now(), self.arena.scorebook, self.arena.maps()
        today = leaderboard(book, daily_id(day_of(now)), identity, TABLE)
        before = leaderboard(book, daily_id(day_before(now)), identity, 1)
        source = daily_map(maps) if today is None else maps.get(today.map)
        title = source.title if source else today.map if today else ""
        return daily_state(now, title, today.rounds if today else USUAL_LENGTH, today, before)

    def _streaks(self, identity: str | None) -> dict[str, Any]:
        maps = self.arena.maps()
        best = [
            {"rank": rank, "player": row["player"], "kind": row["kind"], "streak": row["streak"],
             "map_title": maps[str(row["map"])].title if row["map"] in maps else row["map"],
             "rules": {"time_limit_s": row["time_limit_s"], "movement": row["movement"]},
             "you": identity is not None and row["player_id"] == player_id_for(str(row["kind"]), identity)}
            for rank, row in enumerate(self.arena.scorebook.best_streaks(BEST_STREAKS), start=1)
        ]  # fmt: skip
        return {"best": best, "most": MOST}

    def _panorama(self, game_id: str, identity: str | None, token: str | None, number: int, width: int) -> Showing:
        return self.arena.order_panorama(game_id, number, width, self.arena.seat_of(game_id, identity, token))

    def _step(
        self, game_id: str, identity: str | None, token: str | None, number: int, step: int, width: int, ahead: bool
    ) -> tuple[Showing, int]:
        seat = self.arena.seat_of(game_id, identity, token)
        return self.arena.order_step(game_id, number, step, width, seat, ahead)

    def _still(self, game_id: str, identity: str | None, token: str | None, number: int) -> tuple[Showing, int]:
        return self.arena.order_still(game_id, number, self.arena.seat_of(game_id, identity, token))

    def _guess(
        self, game_id: str, identity: str | None, token: str | None, number: int, lat: float | None, lng: float | None
    ) -> dict[str, Any]:
        seat = self.arena.player_seat(game_id, identity, token)
        self.arena.guess(game_id, number, lat, lng, seat)
        game = self.arena.game(game_id)
        if number in self.arena.hidden_from(game, seat):
            return {"round": number, "hidden": True}
        told = {"round": number, **guess_result(game.rounds[number - 1], seat)}
        if game.mode == "streak":
            told["countries"] = self.arena.countries.told(game, seat, [number])[number]
        return told

    def _opponent(self, game_id: str, identity: str | None, token: str | None) -> tuple[dict[str, Any] | None, int]:
        seat = self.arena.player_seat(game_id, identity, token)
        turn = self.arena.play_opponent(game_id, seat)
        game = self.arena.game(game_id)
        if turn is not None:
            return {"status": turn.status, "played": turn.played, "of": game.length}, 202
        if not game.is_done(seat):  # what it played on the rounds so far stands in the state, with their truth
            return {"status": "played", "played": len(game.guessed(seat)), "of": game.length}, 200
        return opponent_state(game), 200


def _asker(request: Request) -> tuple[str, str | None, str | None]:
    """The match that is meant, who asks, and for which seat."""
    return request.path_params["game_id"], identity_of(request), seat_token_of(request)


@functools.cache
def _deck_bundle() -> Path:
    """deck.gl as the installed pydeck wheel carries it; found without importing pydeck."""
    spec = importlib.util.find_spec("pydeck")
    return Path(cast(str, spec.origin if spec else "")).parent / "nbextension" / "static" / "index.js"
