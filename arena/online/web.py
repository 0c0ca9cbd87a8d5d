"""Asking a service over HTTP, with distrust: deadlines, limits on bytes and pixels, back-off, no key in a sentence.

Replies are checked before anything is made of them. Knows no service and no map; sleep and clock can be handed in.
"""

import io
import ipaddress
import json
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from PIL import Image, UnidentifiedImageError

from model.errors import NetworkError

CONNECT_S, READ_S = 5.0, 15.0
DEADLINE_S = 40.0  # for one answer, however slowly it drips
TRIES = 4
PATIENCE_S = 30.0  # no new try after so long: a player waits
LONGEST_WAIT_S = 20.0  # a player waits: a service that asks for more is given up for now
MOST_JSON_BYTES = 4 << 20
MOST_PICTURE_BYTES = 48 << 20
MOST_PIXELS = 16384 * 8192
REDIRECTS = 3
BUSY = (408, 429, 500, 502, 503, 504)
AGENT = "Homing (open geolocation game)"


class Refusal(NetworkError):
    """The service said no; `status` is its HTTP status, 0 where none came."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class Web:
    """One service, by its title; safe to share between threads.

    Args:
        endpoint: where its API is; addresses in its replies may lie there, or anywhere public over https.
        headers: sent to the endpoint's own host alone, such as a token.
        transport: of httpx, for tests.
    """

    def __init__(
        self,
        title: str,
        endpoint: str,
        headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.title, self.endpoint = title, endpoint.rstrip("/")
        self._headers, self._sleep, self._clock = dict(headers or {}), sleep, clock
        timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
        self._client = httpx.Client(timeout=timeout, transport=transport, headers={"User-Agent": AGENT})

    def json(self, path: str, params: Mapping[str, str]) -> Any:
        """The JSON at a path of the endpoint.

        Raises:
            NetworkError: out of reach, refused (`Refusal`), too long or no JSON.
        """
        body = self._ask(f"{self.endpoint}{path}", params, MOST_JSON_BYTES)
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            what = "a web page" if body.lstrip()[:1] == b"<" else "something else"
            raise NetworkError(f"{self.title} was asked for JSON and sent {what}; a network that wants a sign-in "
                               "first, or another address than its API's, looks like this.") from error  # fmt: skip

    def picture(self, url: str, params: Mapping[str, str] | None = None) -> Image.Image:
        """The picture at an address, decoded, as RGB without any mark of where it is from.

        Raises:
            NetworkError: as `json`; no picture, a broken one, or one with too many pixels.
        """
        body = self._ask(url, params or {}, MOST_PICTURE_BYTES)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size is looked at below
                opened = Image.open(io.BytesIO(body), formats=("JPEG", "PNG", "WEBP"))
            if opened.width * opened.height > MOST_PIXELS:
                raise NetworkError(f"{self.title} sent a picture of {opened.width} × {opened.height} pixels, more than "
                                   "is looked at.")  # fmt: skip
            plain = Image.new("RGB", opened.size)
            plain.paste(opened.convert("RGB"))
            return plain
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise NetworkError(f"{self.title} was asked for a picture and sent none that can be read.") from error

    def _ask(self, url: str, params: Mapping[str, str], most: int) -> bytes:
        wait_s, began = 1.0, self._clock()
        for left in range(TRIES - 1, -1, -1):
            try:
                return self._once(url, params, most)
            except _Passing as error:
                asked_s = error.wait_s if error.wait_s is not None else wait_s
                late = self._clock() - began + asked_s > PATIENCE_S
                if not left or late or asked_s > LONGEST_WAIT_S:
                    raise Refusal(str(error), error.status) from error
                self._sleep(asked_s)
                wait_s *= 2.0
        raise AssertionError("the last try answers or raises")

    def _once(self, url: str, params: Mapping[str, str], most: int) -> bytes:
        until = self._clock() + DEADLINE_S
        query: Mapping[str, str] | None = params or None
        for _ in range(REDIRECTS + 1):
            self._check(url)
            own = urlsplit(url).netloc == urlsplit(self.endpoint).netloc
            try:
                with self._client.stream("GET", url, params=query, headers=self._headers if own else {}) as reply:
                    if reply.is_redirect:
                        url, query = urljoin(url, reply.headers.get("Location", "")), None
                        continue
                    self._check_status(reply)
                    return self._read(reply, most, until)
            except httpx.TimeoutException as error:
                raise _Passing(f"{self.title} did not answer in time.") from error
            except httpx.ProxyError as error:
                raise NetworkError(f"the proxy refused to pass on to {self.title}; look at HTTPS_PROXY.") from error
            except httpx.TransportError as error:
                raise _Passing(f"{self.title} cannot be reached; look at the network.") from error
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # an address out of a reply may be none
                raise NetworkError(f"{self.title} gave no usable answer.") from error
        raise NetworkError(f"{self.title} sends from one address to the next without end.")

    def _read(self, reply: httpx.Response, most: int, until: float) -> bytes:
        told = reply.headers.get("Content-Length", "")
        parts, size = [], int(told) if told.isdecimal() and len(told) < 16 else 0
        if size <= most:
            size = 0
            for part in reply.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > most:
                    break
                if self._clock() > until:
                    raise _Passing(f"{self.title} sends too slowly.")
        if size > most:
            raise NetworkError(f"{self.title} sent more than {most >> 20} MB at once, more than is looked at.")
        return b"".join(parts)

    def _check_status(self, reply: httpx.Response) -> None:
        status = reply.status_code
        if status < 300:
            return
        asked = reply.headers.get("Retry-After", "")
        if status in BUSY:
            why = "is asked too often now (429)" if status == 429 else f"has trouble of its own ({status})"
            raise _Passing(f"{self.title} {why}; try again later.", status, float(asked) if asked.isdecimal() else None)
        if status in (400, 401, 403):
            raise Refusal(f"{self.title} refused the key or the question ({status}); look at the key that Homing was "
                          "started with, and at what it is allowed to ask.", status)  # fmt: skip
        if status == 404:
            raise Refusal(f"{self.title} does not have it any more, or is not at this address (404).", status)
        raise Refusal(f"{self.title} answered {status}.", status)

    def _check(self, url: str) -> None:
        """An address out of a reply must not lead into this network."""
        try:
            parts, own = urlsplit(url), urlsplit(self.endpoint)
        except ValueError as error:
            raise NetworkError(f"{self.title} names an address that is none.") from error
        if parts.netloc == own.netloc and parts.scheme == own.scheme:
            return
        host = parts.hostname or ""
        try:
            ipaddress.ip_address(host)
            named = False
        except ValueError:
            named = "." in host and not host.endswith((".local", ".localhost", ".internal"))
        if parts.scheme != "https" or not named:
            raise NetworkError(f"{self.title} names an address that Homing does not follow.")


class _Passing(Exception):
    """What may be over in a moment."""

    def __init__(self, sentence: str, status: int = 0, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.status, self.wait_s = status, wait_s
