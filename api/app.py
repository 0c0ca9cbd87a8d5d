"""Where was this seen? The question as an HTTP call: predict, statistics, game, health, metrics, and their page.

The model, the scorebook and the rules of who may ask come in as callables, so this file knows no checkpoint and no
store; every error leaves as {"error": sentence}.
"""

import functools
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol

import anyio.to_thread
import pandas as pd
from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.middleware.cors import CORSMiddleware

from api import bodies, metrics, outcomes
from api.batches import Together
from api.crowd import Crowd
from api.docs import docs_page
from api.figures import Figures
from api.keys import Keys
from api.problems import ForbiddenError, TooOftenError, answer_errors_with_a_sentence
from api.schemas import Health, Position, Prediction, Problem, Recorded, Statistics
from api.uploads import Body, WrongTypeError, read_images
from model.geolocator import DEFAULT

ASKED = Query(default=None, max_length=64, description="which system answers, by a name of `/health`; by default the "
              "first of them")  # fmt: skip
POOL = Query(default=None, max_length=64, description="which games, by a key of `pools`; by default those with the "
             "most rounds")  # fmt: skip
A = Query(default=None, max_length=80, description="a player's name, to be set against `b`")
B = Query(default=None, max_length=80, description="another player's name")
CONCURRENT_PREDICTIONS = 2  # a prediction uses the cores by itself; more at a time only makes all of them late
MAX_WAITING = 64  # uploads in memory: being read, waiting for their turn, or being looked at
WORDS = {
    400: "the body cannot be read", 401: "a key is asked for", 403: "not from here", 404: "nothing of that name",
    408: "the upload came too slowly", 413: "too large", 415: "a body of another kind", 422: "read, and not usable",
    429: "too many requests: `Retry-After`", 500: "the server failed", 503: "too busy, or no model: `Retry-After`",
    507: "the disk or the database of the server failed",
}  # fmt: skip


class GuessLike(Protocol):
    """What the API needs of an answer."""

    lat: float
    lng: float

    def as_dict(self) -> dict[str, Any]:
        """Everything that is known of the guess, ready for JSON."""


Locate = Callable[..., GuessLike]  # the pictures, and `predictor` where one was asked for by name


def create_api(
    locate: Locate,
    describe: Callable[[], Mapping[str, Any]],
    *,
    rounds: Callable[[], pd.DataFrame] | None = None,
    record: Callable[[outcomes.Outcome], Mapping[str, Any]] | None = None,
    counts: metrics.Counts | None = None,
    keys: Keys | None = None,
    wait_s: Callable[[str | None], float] = lambda asker: 0.0,
    whose: Callable[[str | None], str | None] = lambda client: client,
    may_record: Callable[[], bool] = lambda: True,
    origins: Collection[str] = (),
) -> FastAPI:
    """The API as an ASGI application.

    Args:
        locate: takes the bytes of 1 photo, 1 panorama or 4 views (N, E, S, W), and gives a guess; called in a thread.
            With `predictor` the system of that name answers, or a ConfigError says that there is none. A `Together`
            is called by as many threads as uploads are let in, and answers them in batches.
        describe: gives `checkpoint` (name), `world_version`, perhaps a `note` of the model, and `predictors`, the names
            of all systems; raises ArtifactError if there is none.
        rounds: every round that may be told (see `Figures.of`); None: there is no /statistics.
        record: writes a round that was played elsewhere; None: there is no /game.
        counts: how many `games` and `guesses` the scorebook holds, for /metrics.
        keys: who may ask; by default everyone.
        wait_s: takes a turn for an address or a key: 0, or the seconds until there is one.
        whose: as whom an address counts; None is this machine itself, which takes no turns, with a key or without, and
            may have all the room for uploads.
        may_record: whether rounds may be reported without a key.
        origins: other sites whose pages may ask, as browsers write them.
    """
    keys, counted, crowd = keys or Keys(), metrics.Metrics(), Crowd()
    together = isinstance(locate, Together)
    limiter = anyio.CapacityLimiter(MAX_WAITING if together else CONCURRENT_PREDICTIONS)
    # Figures of a large book take seconds: neither a report nor a look at the counters waits for them.
    describing, reckoning, writing, counting = (anyio.CapacityLimiter(1) for _ in range(4))
    api = FastAPI(
        title="Homing",
        version="1",
        description="Where on Earth was this seen? A photo, four views (also as one 4:1 strip) or a 360° panorama. "
        "What comes from elsewhere than this machine may need a key: `Authorization: Bearer KEY`.",
        docs_url=None,  # FastAPI's own pages fetch their scripts from the network
        redoc_url=None,
    )
    answer_errors_with_a_sentence(api)
    if origins:
        api.add_middleware(
            CORSMiddleware, allow_origins=sorted(origins), allow_methods=["GET", "POST"], max_age=600,
            allow_headers=["Authorization", "Content-Type", "X-API-Key"], expose_headers=["Retry-After"],
        )  # fmt: skip
    api.add_middleware(metrics.Measured, metrics=counted)
    counted.uploads.set_function(lambda: crowd.uploads)
    if isinstance(locate, Together):
        locate.batches.observe = counted.batches.observe
        counted.queue.set_function(lambda: len(locate.batches))
    if counts is not None:
        counted.count_book(counts)

    def asking(request: Request) -> str | None:
        return whose(request.client.host if request.client else None)

    async def let_in(request: Request) -> str | None:
        """Who asks, if by a key; before anything of the body is read."""
        asker = keys.asker(request)
        address = asking(request)
        wait = 0.0 if address is None else wait_s(asker or address)
        if wait > 0.0:
            raise TooOftenError(wait)
        return asker

    @api.post("/predict", openapi_extra={"requestBody": bodies.pictures()}, dependencies=[Depends(let_in)],
              responses=_problems(400, 401, 408, 413, 415, 422, 429, 503, 507))  # fmt: skip
    async def predict(request: Request, predictor: str | None = ASKED) -> Prediction:
        """Where were these pictures taken? One photo, one 2:1 panorama, or four views facing N, E, S and W."""
        asked: Locate = functools.partial(locate, predictor=predictor) if predictor else locate
        with crowd.enter(request, MAX_WAITING, asking(request)) as came:
            images = await read_images(request, came)
            guess = await anyio.to_thread.run_sync(asked, images, limiter=limiter)
        counted.guesses.labels(predictor or DEFAULT).inc()
        return _prediction(guess, predictor or DEFAULT)

    if rounds is not None:
        _add_statistics(api, rounds, let_in, reckoning)
    if record is not None:

        @api.post("/game", openapi_extra={"requestBody": bodies.outcome()}, status_code=200,
                  responses=_problems(400, 401, 403, 408, 413, 415, 422, 429, 503, 507))  # fmt: skip
        async def game(request: Request, asker: str | None = Depends(let_in)) -> Recorded:
            """Report the outcome of a round that was played elsewhere; it is checked, and counts once."""
            if asker is None and not may_record():
                raise ForbiddenError("Rounds are reported from this machine alone, or with a key: the owner of this "
                                     "server sets one in HOMING_API_KEYS.")  # fmt: skip
            kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
            if kind != "application/json":
                raise WrongTypeError(f"Looked for application/json, found {kind or 'no content type'}; send the "
                                     "outcome as a JSON object.")  # fmt: skip
            told = outcomes.read_outcome(await Body(request, outcomes.MAX_BYTES).read())
            found = Recorded.model_validate(await anyio.to_thread.run_sync(record, told, limiter=writing))
            counted.reported.inc(int(found.recorded))
            return found

    @api.get("/health", responses=_problems(503, 507))
    async def health() -> Health:
        """Whether the model answers, and which one it is."""
        facts = await anyio.to_thread.run_sync(describe, limiter=describing)  # the first one waits for the model
        return Health(
            ok=True,
            checkpoint=str(facts["checkpoint"]),
            world_version=facts.get("world_version"),
            note=facts.get("note"),
            predictors=list(facts.get("predictors", [])),
        )

    @api.get("/metrics", dependencies=[Depends(let_in)], response_class=PlainTextResponse,
             responses=_problems(401, 429, 507, as_json=True))  # fmt: skip
    async def measured() -> PlainTextResponse:
        """What the server counts, as Prometheus reads it."""
        text = await anyio.to_thread.run_sync(counted.text, limiter=counting)
        return PlainTextResponse(text, media_type=metrics.CONTENT_TYPE)

    @api.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("docs")  # of this very folder, whatever it is mounted as

    @api.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(docs_page(api.openapi(), str(request.url).partition("?")[0].removesuffix("/docs")))

    return api


def _add_statistics(
    api: FastAPI,
    rounds: Callable[[], pd.DataFrame],
    let_in: Callable[[Request], Awaitable[str | None]],
    limiter: anyio.CapacityLimiter,
) -> None:
    figures = Figures()

    @api.get("/statistics", dependencies=[Depends(let_in)], responses=_problems(401, 404, 422, 429, 503, 507))
    async def statistics(pool: str | None = POOL, a: str | None = A, b: str | None = B) -> Statistics:
        """Who knows the Earth better: players of like games, with n and intervals; two of them on the same places."""
        return await anyio.to_thread.run_sync(lambda: figures.of(rounds(), pool, a, b), limiter=limiter)


def _prediction(guess: GuessLike, predictor: str) -> Prediction:
    told = guess.as_dict()
    candidates = told.get("candidates") or []
    return Prediction(
        results=Position(lat=guess.lat, lng=guess.lng),
        predictor=predictor,
        country=told.get("country") or "",
        country_code=told.get("country_code") or "",
        confidence=candidates[0].get("probability") if candidates else None,
        candidates=candidates,
        guess=told,
    )


def _problems(*codes: int, as_json: bool = False) -> dict[int | str, dict[str, Any]]:
    """The errors of an operation; `as_json` where what it answers else is of another type."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    body = {"content": content} if as_json else {"model": Problem}
    return {code: body | {"description": WORDS[code]} for code in (*codes, 500)}
