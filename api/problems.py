"""Errors of every kind as {"error": sentence}, with the status that a program understands. Knows no route."""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.crowd import RETRY_S, CrowdedError
from api.figures import UnknownError
from api.keys import KeyNeededError
from api.outcomes import OutcomeError
from api.uploads import TooLargeError, TooSlowError, UnreadableBodyError, WrongTypeError
from model.errors import ArtifactError, HomingError, ImageError, StorageError
from model.geo.folders import without_folders

LOG = logging.getLogger("homing.api")


class TooOftenError(HomingError):
    """More requests by one asker than the server answers."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"Very many requests came from here; try again in {wait_s:.0f} seconds.")
        self.wait_s = wait_s


class ForbiddenError(HomingError):
    """Something that may not be done from where it was asked."""


STATUS: tuple[tuple[type[HomingError], int], ...] = (
    (KeyNeededError, 401),
    (ForbiddenError, 403),
    (UnknownError, 404),
    (TooOftenError, 429),
    (TooLargeError, 413),
    (WrongTypeError, 415),
    (TooSlowError, 408),
    (CrowdedError, 503),
    (UnreadableBodyError, 400),
    (OutcomeError, 422),
    (ImageError, 422),
    (ArtifactError, 503),
    (StorageError, 507),
    (HomingError, 422),
)


def answer_errors_with_a_sentence(api: FastAPI) -> None:
    """Every error of this API leaves as a sentence, none as a traceback."""

    @api.exception_handler(HomingError)
    async def refused(_: Request, error: HomingError) -> JSONResponse:
        LOG.warning("a request was refused: %s", error)  # with its folders, which the answer leaves away
        status = next(status for kind, status in STATUS if isinstance(error, kind))
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        if isinstance(error, TooOftenError):
            headers["Retry-After"] = f"{error.wait_s:.0f}"
        return _problem(status, without_folders(str(error)), headers)

    @api.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        return _problem(error.status_code, str(error.detail), error.headers)

    @api.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _problem(422, "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))

    @api.exception_handler(ClientDisconnect)
    async def gone(_: Request, error: ClientDisconnect) -> JSONResponse:
        return _problem(400, "The upload stopped before its end.")

    @api.exception_handler(OSError)
    async def storage(_: Request, error: OSError) -> JSONResponse:
        return _problem(
            507, f"The server could not keep the upload ({error.strerror or 'disk error'}); try again later."
        )

    @api.exception_handler(Exception)
    async def unknown(_: Request, error: Exception) -> JSONResponse:
        return _problem(500, "The server failed while it looked at this; its log says why.")


def _problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    later = {"Retry-After": str(RETRY_S)} if status == 503 else {}
    return JSONResponse({"error": sentence}, status_code=status, headers={**later, **(headers or {})})
