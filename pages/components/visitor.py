"""Who a visitor is: the secret in the cookie of the game, given with the first page. Knows no page and no game.

Streamlit knows the cookies of the moment in which a page opens its connection. The game gives its cookie with its own
page; a visitor of the dashboard would have to load it anew before it could find the games played since.
"""

import re
import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.records import player_id_of

COOKIE, COOKIE_S = "homing_player", 365 * 24 * 3600  # as the game's own routes give it
_SECRET = re.compile(r"[\w-]{32,128}", re.ASCII)
_NO_PAGE = re.compile(r"/(arena|api|_stcore|static|media|component)(/|$)")


def player_id() -> str | None:
    """The identity of who looks at this page; None before any cookie."""
    secret = st.context.cookies.get(COOKIE)
    return player_id_of(secret) if isinstance(secret, str) and _SECRET.fullmatch(secret) else None


class Greeter:
    """ASGI middleware: a browser that asks for a page of the dashboard, and has no secret yet, gets one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the cookie to the page's answer."""
        if scope["type"] != "http" or not _asks_for_a_page(scope) or _known(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return

        async def greet(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                secure = "; Secure" if scope.get("scheme") == "https" else ""
                cookie = f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={COOKIE_S}; HttpOnly; SameSite=lax"
                MutableHeaders(scope=message).append("set-cookie", cookie + secure)
            await send(message)

        await self._app(scope, receive, greet)


def _asks_for_a_page(scope: Scope) -> bool:
    accepts = Headers(scope=scope).get("accept", "")
    return scope["method"] == "GET" and "text/html" in accepts and not _NO_PAGE.search(scope["path"])


def _known(headers: Headers) -> bool:
    found = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    return bool(_SECRET.fullmatch(found))
