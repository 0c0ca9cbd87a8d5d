"""Where was this seen? The question as an HTTP call: predict, health, and a page that describes both.

The model comes in as a callable, so this file knows no checkpoint; every error leaves as {"error": sentence}.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import anyio.to_thread
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.docs import docs_page
from api.uploads import (
    NAMES,
    RETRY_S,
    Crowd,
    CrowdedError,
    TooLargeError,
    TooSlowError,
    UnreadableBodyError,
    read_images,
)
from model.errors import ArtifactError, HomingError, ImageError, StorageError
from model.geo.folders import without_folders

LOG = logging.getLogger("homing.api")

ASKED = Query(default=None, max_length=64, description="which system answers, by a name of `/health`; by default the "
              "first of them")  # fmt: skip
CONCURRENT_PREDICTIONS = 2  # a prediction uses the cores by itself; more at a time only makes all of them late
MAX_WAITING = 16  # uploads in memory: being read, waiting for their turn, or being looked at

STATUS: tuple[tuple[type[HomingError], int], ...] = (
    (TooLargeError, 413),
    (TooSlowError, 408),
    (CrowdedError, 503),
    (UnreadableBodyError, 400),
    (ImageError, 422),
    (ArtifactError, 503),
    (StorageError, 507),
    (HomingError, 422),
)


class GuessLike(Protocol):
    """What the API needs of an answer."""

    lat: float
    lng: float

    def as_dict(self) -> dict[str, Any]:
        """Everything that is known of the guess, ready for JSON."""


Locate = Callable[..., GuessLike]  # the pictures, and `predictor` where one was asked for by name


class Position(BaseModel):
    """A place on Earth, WGS-84 degrees."""

    lat: float = Field(description="latitude, −90 to 90", examples=[58.38])
    lng: float = Field(description="longitude, −180 to 180", examples=[26.72])


class Prediction(BaseModel):
    """Where the pictures were taken, as the paper's server answered, and everything else that is known."""

    results: Position
    guess: dict[str, Any] = Field(
        description="the whole guess: country and its code, candidates, entropy, look-alikes; `system` that answered "
        "(PIGEON: four views, PIGEOTTO: one photo); `radius_km`, by chance in percent (50, 80, 95) how far around the "
        "guess the truth lies; `attributes`, what else was read (climate, side of the road, month …); "
        "`out_of_distribution` where the checkpoint has never seen such pictures (then all that says how sure it is "
        "is null: `expected_score`, `radius_km`, `attributes`, `entropy`, `cells`, and `probability` and `score` of "
        "the candidates), `read_as` …"
    )


class Health(BaseModel):
    """Whether the model answers, and which one it is."""

    ok: bool
    checkpoint: str = Field(description="name of the checkpoint that answers")
    world_version: int | None = Field(default=None, description="version of the simulated Earth it was trained on")
    note: str | None = Field(default=None, description="what it refuses, such as pictures of another simulated Earth")
    predictors: list[str] = Field(default=[], description="the systems that can be asked by name")


class Problem(BaseModel):
    """What went wrong, in a sentence."""

    error: str


def create_api(locate: Locate, describe: Callable[[], Mapping[str, Any]]) -> FastAPI:
    """The API as an ASGI application.

    Args:
        locate: takes the bytes of 1 photo, 1 panorama or 4 views (N, E, S, W), and gives a guess; called in a thread.
            With `predictor` the system of that name answers, or a ConfigError says that there is none.
        describe: gives `checkpoint` (name), `world_version`, perhaps a `note` of the model, and `predictors`, the names
            of all systems; raises ArtifactError if there is none.
    """
    api = FastAPI(
        title="Homing",
        version="1",
        description="Where on Earth was this seen? A photo, four views (also as one 4:1 strip) or a 360° panorama.",
        docs_url=None,  # FastAPI's own pages fetch their scripts from the network
        redoc_url=None,
        responses={code: {"model": Problem} for code in (400, 408, 413, 415, 422, 503, 507)},
    )
    limiter, describing = anyio.CapacityLimiter(CONCURRENT_PREDICTIONS), anyio.CapacityLimiter(1)
    crowd = Crowd()
    _answer_errors_with_a_sentence(api)

    @api.post("/predict", openapi_extra={"requestBody": _request_body()})
    async def predict(request: Request, predictor: str | None = ASKED) -> Prediction:
        """Where were these pictures taken? One photo, one 2:1 panorama, or four views facing N, E, S and W."""
        asked: Locate = functools.partial(locate, predictor=predictor) if predictor else locate
        with crowd.enter(request, MAX_WAITING):
            images = await read_images(request)
            guess = await anyio.to_thread.run_sync(asked, images, limiter=limiter)
        return Prediction(results=Position(lat=guess.lat, lng=guess.lng), guess=guess.as_dict())

    @api.get("/health")
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

    @api.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("docs")  # of this very folder, whatever it is mounted as

    @api.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(api.openapi()))

    return api


def _answer_errors_with_a_sentence(api: FastAPI) -> None:
    def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
        later = {"Retry-After": str(RETRY_S)} if status == 503 else {}
        return JSONResponse({"error": sentence}, status_code=status, headers={**later, **(headers or {})})

    @api.exception_handler(HomingError)
    async def refused(_: Request, error: HomingError) -> JSONResponse:
        LOG.warning("a request was refused: %s", error)  # with its folders, which the answer leaves away
        status = next(status for kind, status in STATUS if isinstance(error, kind))
        return problem(status, without_folders(str(error)))

    @api.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), error.headers)

    @api.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))

    @api.exception_handler(ClientDisconnect)
    async def gone(_: Request, error: ClientDisconnect) -> JSONResponse:
        return problem(400, "The upload stopped before its end.")

    @api.exception_handler(OSError)
    async def storage(_: Request, error: OSError) -> JSONResponse:
        return problem(
            507, f"The server could not keep the upload ({error.strerror or 'disk error'}); try again later."
        )

    @api.exception_handler(Exception)
    async def unknown(_: Request, error: Exception) -> JSONResponse:
        return problem(500, "The server failed while it looked at this; its log says why.")


def _request_body() -> dict[str, Any]:
    """The request body as OpenAPI: both ways of sending pictures."""

    def schema(kind: dict[str, str]) -> dict[str, Any]:
        headings = ("a photo, a 2:1 panorama, or the view to the north", "east", "south", "west")
        fields = {name: kind | {"description": what} for name, what in zip(NAMES, headings, strict=True)}
        return {"schema": {"type": "object", "required": ["image"], "properties": fields}}

    return {
        "required": True,
        "content": {
            "multipart/form-data": schema({"type": "string", "format": "binary"}),
            "application/json": schema({"type": "string", "format": "data-uri"}),
        },
    }
