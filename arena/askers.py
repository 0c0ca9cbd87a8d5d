"""Who asks: a secret in a cookie or in a header, and the token of a seat. Knows Starlette's requests, and no game.

    Cookie: homing_player=SECRET         a person at a browser; given with the page, and no script can read it
    Authorization: Bearer SECRET         a bot or a program: 32 to 128 letters, digits, - and _ of its own
    X-Seat-Token: TOKEN                  the seat that a move is for, as it was answered when the seat was taken

Whoever shows a secret is the player of that secret; names are only shown.
"""

import re
import secrets

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from arena.records import player_id_of
from arena.rules import Refused

COOKIE, COOKIE_S = "homing_player", 365 * 24 * 3600
SEAT_HEADER = "x-seat-token"
_SECRET = re.compile(r"[\w-]{32,128}", re.ASCII)
_TOKEN = re.compile(r"[\w-]{16,64}", re.ASCII)


def secret_of(request: HTTPConnection) -> str | None:
    """The secret by which an asker is known, if there is one of ours; a bearer's goes before a cookie.

    Raises:
        Refused: a bearer of none (malformed): whoever sends that means to be known by it.
    """
    scheme, _, shown = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":  # other schemes are those of a proxy on the way
        if not _SECRET.fullmatch(shown.strip()):
            raise Refused(
                'Looked for a secret of 32 to 128 letters, digits, - and _ after "Bearer" in the header Authorization, '
                "found something else."
            )
        return shown.strip()
    found = request.cookies.get(COOKIE, "")
    return found if _SECRET.fullmatch(found) else None


def identity_of(request: HTTPConnection) -> str | None:
    """The identity of an asker; None for who shows no secret. Raises as `secret_of`."""
    secret = secret_of(request)
    return None if secret is None else player_id_of(secret)


def seat_token_of(request: HTTPConnection) -> str | None:
    """The token of the seat that a request is for.

    Raises:
        Refused: something that is no token of ours (not_allowed).
    """
    return check_seat_token(request.headers.get(SEAT_HEADER))


def check_seat_token(shown: object) -> str | None:
    """The token of a seat as it was sent; None where none was.

    Raises:
        Refused: something that is no token of ours (not_allowed).
    """
    if shown is None:
        return None
    if not isinstance(shown, str) or not _TOKEN.fullmatch(shown):
        raise Refused("Looked for the token of a seat in the header X-Seat-Token, found something else.", "not_allowed")
    return shown


def new_secret() -> str:
    """A secret for a browser that has none yet."""
    return secrets.token_urlsafe(32)


def give_secret(request: Request, answer: Response, secret: str) -> None:
    """Have a browser keep a secret."""
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, secret, COOKIE_S, path="/", secure=secure, httponly=True, samesite="lax")
