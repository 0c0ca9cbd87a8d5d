"""The door in front of the game and the API: who may ask, from where, and how often. Knows no game and no model.

A server that listens on this machine alone is still reachable from every web page its owner visits, so each request is
looked at before anything reads it:

    Host      on a loopback address a loopback name, or one listed in HOMING_HOSTS; else a foreign name that points
              here (DNS rebinding) could play and read as this machine's owner
    Origin    where a browser sends one, this very host: no other site's page may use the routes or open a socket, for
              which browsers ask nobody; but the API, not the game, for the origins that the owner lists in
              HOMING_CORS_ORIGINS
    type      what is sent to a JSON route is JSON, which no form of another site can send without asking first
    rate      new games by one address: many, not endlessly many

HOMING_HOSTS is a list with commas of the names under which the app is known, such as "homing.example.org";
HOMING_CORS_ORIGINS one of the sites whose pages may use the API, such as "https://maps.example.org".
"""

import ipaddress
import os
import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.rate import Rate
from model.errors import ConfigError

JSON_TYPES = frozenset({"application/json"})
PICTURE_TYPES = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "webp", "heic", "heif", "avif", "tiff", "gif", "bmp")
)
UPLOAD_TYPES = JSON_TYPES | PICTURE_TYPES | {"multipart/form-data"}
GAMES_AT_ONCE, GAMES_PER_S = 240, 2.0  # by one address: a school behind one router, not a script without an end
CALLS_AT_ONCE, CALLS_PER_S = 240, 10.0  # of the API, likewise

# Which begin matches too, or have a player more sit down: at the game of the day for one, which has no most seats.
_ENTERS = re.compile(r"/arena/api/(blind/[^/]+/enter|daily|games/[^/]+/(rematch|seats))$")

# What the pages of the game and of the API may load: nothing from elsewhere, whatever a name or a title says.
PAGE_POLICY = (
    "default-src 'self' 'unsafe-inline' blob: data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
FRAME_POLICY = "frame-ancestors 'self'"  # of the dashboard, whose own parts Streamlit puts together


def is_loopback(host: str | None) -> bool:
    """Whether an address or a name is this machine alone; None, as a server's address, is every network."""
    if not host:
        return False
    name = host.strip("[]").lower().rstrip(".")
    if name.startswith("unix://") or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def known_hosts() -> frozenset[str]:
    """The names in HOMING_HOSTS, without ports."""
    listed = (_name_of(part.strip()) for part in os.environ.get("HOMING_HOSTS", "").split(","))
    return frozenset(name for name in listed if name)


def cors_origins() -> frozenset[str]:
    """The origins in HOMING_CORS_ORIGINS, as browsers write them; none by default.

    Raises:
        ConfigError: something that is no origin. "*" is none either: whose pages may ask is said by name.
    """
    listed = [part.strip() for part in os.environ.get("HOMING_CORS_ORIGINS", "").split(",") if part.strip()]
    for one in listed:
        parts = _split(one)
        if parts is None or parts[0] not in ("http", "https") or one != _origin(*parts):
            raise ConfigError(f"looked for origins such as https://maps.example.org in HOMING_CORS_ORIGINS, found "
                              f"{one!r:.80}; write scheme and name in small letters, a port only where it is not the "
                              "usual one, and nothing after it.")  # fmt: skip
    return frozenset(listed)


def calls() -> Callable[[str | None], float]:
    """A limit to how often an address may use the API: address -> 0, or the seconds until it may ask again.

    This machine's own programs are not limited; they wait for the model as everyone does.
    """
    rate = Rate(CALLS_AT_ONCE, CALLS_PER_S)
    return lambda client: 0.0 if is_loopback(client) else rate.wait_s(network_of(client))


def whose(client: str | None) -> str | None:
    """As whom an address counts, in turns and in room: its network, or None for this machine's own programs."""
    return None if is_loopback(client) else network_of(client)


class Guard:
    """ASGI middleware around a whole app.

    Args:
        bound: the address that the server listens on, or a callable that answers it at the first request; None when
            nobody knows, or when it is every network: then any Host passes that HOMING_HOSTS does not forbid.
        rate: how often one address may start a game; by default `GAMES_AT_ONCE` and `GAMES_PER_S`.
        origins: other sites whose pages may use the API, as `cors_origins` gives them; the API's own CORS must be told
            the same.
    """

    def __init__(
        self,
        app: ASGIApp,
        bound: str | Callable[[], str | None] | None = None,
        rate: Rate | None = None,
        origins: Collection[str] = (),
    ) -> None:
        self._app, self._bound, self._origins = app, bound, frozenset(origins)
        self._rate = rate or Rate(GAMES_AT_ONCE, GAMES_PER_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with a sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(scope["path"], send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1][:120]})
        else:
            status, sentence, headers = refusal
            answer = JSONResponse({"error": sentence}, status, headers | self._readable(scope))
            await answer(scope, receive, _with_headers(scope["path"], send))

    def _readable(self, scope: Scope) -> dict[str, str]:
        """Lets the pages of a listed origin read why they were refused; nobody else's."""
        origin = Headers(scope=scope).get("origin")
        if origin is None or origin not in self._origins:
            return {}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After", "Vary": "Origin"}

    def _refusal(self, scope: Scope) -> tuple[int, str, dict[str, str]] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        bound = self._bound() if callable(self._bound) else self._bound
        if trouble := _wrong_host(host, bound, scope.get("server")):
            return 421, trouble, {}
        kind = _json_route(scope["path"])
        if kind is None:
            return None
        origin = headers.get("origin")
        listed = kind in ("predict", "api") and origin in self._origins
        if origin is not None and not listed and not _same_host(origin, host):
            sentence = (
                f"Looked for a request of this app's own pages, found one of {origin!r:.80}. If that is the app itself "
                "behind a proxy, list its name in HOMING_HOSTS."
                + (
                    " Other sites that may use the API stand in HOMING_CORS_ORIGINS."
                    if "/api/v1/" in scope["path"]
                    else ""
                )
            )
            return 403, sentence, {}
        if scope["type"] == "websocket":
            return None
        taken = UPLOAD_TYPES if kind == "predict" else JSON_TYPES
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and (trouble := _wrong_type(headers, taken)):
            return 415, trouble, {}
        if kind == "games" and scope["method"] == "POST":
            wait_s = self._rate.wait_s(network_of((scope.get("client") or (None,))[0]))
            if wait_s > 0.0:
                sentence = f"Very many games were started from this address; try again in {wait_s:.0f} seconds."
                return 429, sentence, {"Retry-After": f"{wait_s:.0f}"}
        return None


def _wrong_host(host: str, bound: str | None, server: object) -> str:
    """Why a Host header is refused; empty when it is not."""
    name, listed = _name_of(host), known_hosts()
    if name in listed:
        return ""
    if bound is not None and is_loopback(bound):
        reached = server[0] if isinstance(server, tuple | list) and server else None
        if _is_address(reached) and not is_loopback(str(reached)):
            return (
                "This app is set up for this machine alone, and was reached over the network. Start it with "
                "`make app HOST=0.0.0.0`, or name its hosts in HOMING_HOSTS."
            )
        open_to_name = is_loopback(name)
    else:
        open_to_name = not listed or is_loopback(name) or name == (bound or "").strip("[]").lower()
    if open_to_name:
        return ""
    return (
        f"Looked for a request to this machine by its own name, found the host {name!r:.80}. Open http://127.0.0.1 "
        "with the app's port, or list the host in HOMING_HOSTS."
    )


def _json_route(path: str) -> str | None:
    """Which kind of JSON route a path is, wherever the app is mounted; None for pages and files."""
    if "/arena/api/" in path:
        return "games" if path.endswith("/arena/api/games") or _ENTERS.search(path) else "game"
    if "/api/v1/" in path:
        return "predict" if path.endswith("/predict") else "api"
    return None


def _wrong_type(headers: Headers, taken: frozenset[str]) -> str:
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    if kind in taken or (empty and not kind):
        return ""
    pictures = ["a picture such as image/jpeg"] if taken & PICTURE_TYPES else []
    wanted = " or ".join(sorted(taken - PICTURE_TYPES) + pictures)
    return f"Looked for {wanted} in this request, found {kind or 'no content type'!r:.60}."


def _same_host(origin: str, host: str) -> bool:
    """Whether a page of `origin` is one of ours: same name and port as the request itself, or a listed name."""
    parts = _split(origin)
    if parts is None or parts[0] not in ("http", "https"):
        return False  # "null" too: a page in a sandbox, or a file
    scheme, name, port = parts
    if name in known_hosts():
        return True
    own = _split(f"{scheme}://{host}")
    usual = 443 if scheme == "https" else 80
    return own is not None and name != "" and (name, port or usual) == (own[1], own[2] or usual)


def _origin(scheme: str, name: str, port: int | None) -> str:
    named = f"[{name}]" if ":" in name else name
    usual = 443 if scheme == "https" else 80
    return f"{scheme}://{named}" + ("" if port in (None, usual) else f":{port}") if name else ""


def _split(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None


def _name_of(host: str) -> str:
    parts = _split(f"//{host}" if "//" not in host else host)
    return parts[1] if parts else ""


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def network_of(client: str | None) -> str:
    """Who counts as one asker: an IPv4 address, or the /64 that a household gets of IPv6."""
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:
        return client or "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)  # a socket for both kinds writes IPv4 as IPv6


def _with_headers(path: str, send: Send) -> Send:
    ours = "/arena" in path or "/api/v1" in path

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Referrer-Policy", "same-origin")
            if "text/html" in headers.get("content-type", ""):
                headers.setdefault("Content-Security-Policy", PAGE_POLICY if ours else FRAME_POLICY)
        await send(message)

    return sending
