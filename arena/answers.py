"""Errors as JSON {"error": sentence} with the status that HTTP has for them, and what is made once. Knows no game."""

import functools
import json
import math
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from starlette.responses import JSONResponse, Response

from arena.labels import map_labels
from arena.rules import Reason, Refused
from model.errors import ArtifactError, CoordinateError, GameError, HomingError, ImageError, StorageError
from model.geo.folders import without_folders

RETRY_S = 2.0  # where nobody knows better

# What HTTP calls the reasons for which a move is refused.
_REFUSED: dict[Reason, int] = {
    "malformed": 400, "unknown": 404, "not_now": 409, "not_allowed": 403, "too_many": 429,
    "too_long": 413, "busy": 503,
}  # fmt: skip
_STATUS: dict[type[HomingError], int] = {
    CoordinateError: 400, GameError: 400, ImageError: 422, StorageError: 503, ArtifactError: 503,
}  # fmt: skip

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Response]])


def told(handler: Handler) -> Handler:
    """Turn an error that a person may see into JSON with its status; 429 and 503 say when to try again."""

    @functools.wraps(handler)
    async def tell(*arguments: Any) -> Response:
        try:
            return await handler(*arguments)
        except HomingError as error:
            status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
            retry_s = None
            if isinstance(error, Refused):
                status, retry_s = _REFUSED[error.reason], error.retry_s
            again = {"Retry-After": str(math.ceil(retry_s or RETRY_S))} if status in (429, 503) else None
            return JSONResponse({"error": without_folders(str(error))}, status, again)

    return tell  # type: ignore[return-value]


def once(make: Callable[..., bytes]) -> Callable[..., bytes]:
    """Make what never changes once: of a crowd that comes in together, one makes it and the others wait for it."""
    lock, made = threading.Lock(), functools.cache(make)

    @functools.wraps(make)
    def making(*arguments: str) -> bytes:
        with lock:
            return made(*arguments)

    return making


@once
def label_bytes() -> bytes:
    """The names on the guess map, as JSON."""
    return json.dumps(map_labels(), separators=(",", ":"), ensure_ascii=False).encode()


@once
def outline_bytes(kind: str) -> bytes:
    """Land, borders or regions, as GeoJSON."""
    from model.geo.outlines import outlines

    return json.dumps(outlines(kind), separators=(",", ":")).encode()  # type: ignore[arg-type,unused-ignore]
