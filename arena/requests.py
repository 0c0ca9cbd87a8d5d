"""What a request asks for, read and checked as if a stranger had written it. Knows no game."""

import json
from typing import Any

from starlette.requests import Request

from arena.pictures import WIDTHS
from arena.records import LENGTH
from arena.rules import Refused

MAX_BODY_BYTES = 10_000


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object in a request; an empty body is an empty one.

    Raises:
        Refused: too long (too_long), no JSON, or no object.
    """
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


def position_in(body: dict[str, Any]) -> tuple[float | None, float | None]:
    """(lat, lng) in degrees as sent; None for both says that the time ran out.

    Raises:
        Refused: one of them is no number.
    """
    if "lat" in body and "lng" in body and body["lat"] is None and body["lng"] is None:
        return None, None
    return _degrees(body, "lat"), _degrees(body, "lng")


def round_in(request: Request) -> int:
    """The number of the round in the address.

    Raises:
        Refused: it is none (unknown).
    """
    text = str(request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Refused(f"There is no round {text!r:.20}; a game has at most rounds 1 to {LENGTH[1]}.", "unknown")
    return int(text)


def width_in(request: Request) -> int:
    """How wide a panorama is wanted, in pixels.

    Raises:
        Refused: none of the widths there are.
    """
    text = request.query_params.get("width", str(WIDTHS[0]))
    if text not in map(str, WIDTHS):
        raise Refused(f"A panorama is {' or '.join(map(str, WIDTHS))} pixels wide; found {text!r:.20}.")
    return int(text)


def step_in(request: Request) -> int | None:
    """Which step along the road is wanted; None where none is named.

    Raises:
        Refused: it is no whole number.
    """
    text = request.query_params.get("step")
    if text is None:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 4):
        raise Refused(f"A step along the road is a whole number, 0 where the round began; found {text!r:.20}.")
    return int(text)


def ahead_in(request: Request) -> bool:
    """Whether a picture is only wanted next, after everyone who waits for one."""
    return request.query_params.get("ahead") == "1"


def _degrees(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f'Looked for "{name}" in degrees, found {value!r:.40}.')
    try:
        return float(value)
    except OverflowError as error:
        raise Refused(f'"{name}" is no angle: it has more digits than a number can hold.') from error
