"""Reads the pictures of a request, as a form, as JSON with data URIs, or as one bare file, within limits; no pixels.

Who sends too slowly is not waited for; how many may send at a time is counted in `api/crowd.py`. The number of pixels
is looked at where pictures are opened (`model.data.views`).
"""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, NoReturn

import anyio
import anyio.to_thread
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from model.errors import ImageError

NAMES = ("image", "image_2", "image_3", "image_4")  # as the paper's server named them: north, east, south, west
MAX_IMAGE_BYTES = 25 * 1024 * 1024
MAX_BODY_BYTES = len(NAMES) * MAX_IMAGE_BYTES * 4 // 3 + 1024 * 1024  # four images as base64, and what stands around
MAX_TEXT_BYTES = MAX_IMAGE_BYTES * 4 // 3 + 1024  # of a picture as base64: one that is longer is not waited for
MOST_PARTS = 1000  # of a JSON object: base64 has none of the characters that part it, and reading stops every thread
MAX_DRAIN_BYTES = 2 * MAX_BODY_BYTES  # read on and forget, so that a client that only writes still hears the answer
LONG_PART = "Part exceeded maximum size"  # what Starlette says of a text in a form that is longer than we take
STALL_S = 15.0  # without a byte
LEAST_BYTES_PER_S = 8 * 1024  # on the whole, once STALL_S are over: a place is not held by a byte now and then
KINDS = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "webp", "heic", "heif", "avif", "tiff", "gif", "bmp"))
READ_S = 120.0  # for a whole body: four pictures over a slow line


class TooLargeError(ImageError):
    """An upload over the limit of bytes."""


class UnreadableBodyError(ImageError):
    """A body that is neither a form nor JSON of the documented shape."""


class WrongTypeError(ImageError):
    """A body of a kind in which no picture is looked for."""


class TooSlowError(ImageError):
    """A sender who stopped in the midst of an upload, or would never come to its end."""


Came = Callable[[int], None]  # told how many bytes of an upload have come so far


async def read_images(request: Request, came: Came = lambda size: None) -> list[bytes]:
    """The one picture or the four views of a request, in the order north, east, south, west.

    Args:
        came: is told how many bytes have come, while they come; what it raises ends the reading.

    Raises:
        TooLargeError: the body or one image is over its limit.
        TooSlowError: the sender stopped, or takes too long.
        WrongTypeError: the body is neither a form nor JSON nor a picture.
        UnreadableBodyError: a form or JSON that cannot be read as such.
        ImageError: no picture, two or three of them, or one that is not base64.
    """
    kind = kind_of(request)
    body = Body(request, limit_of(kind), came)
    if kind == "multipart/form-data":
        try:
            images, found = await _from_form(body)
        except HTTPException as error:
            if error.detail.startswith(LONG_PART):
                await body.refuse()
            raise
        except UnicodeError as error:  # of a character set that Python has and nobody writes names in
            raise UnreadableBodyError(
                "The form's names cannot be read in the character set that it states; send it as UTF-8."
            ) from error
    elif kind == "application/json":
        images, found = await _from_json(body)
    elif kind in KINDS:
        images, found = await _from_file(body)
    else:
        raise WrongTypeError(
            f"Looked for pictures in a form (multipart/form-data), in JSON (application/json) or as one file "
            f"(image/jpeg, image/png, image/webp …), found {kind or 'no content type'}; send the picture as the form "
            "field 'image'."
        )
    for name, data in images.items():
        _check_size(name, len(data))
    if tuple(images) not in (NAMES[:1], NAMES):
        raise ImageError(
            f"Looked for one photo or panorama (image) or four views ({', '.join(NAMES)}), found "
            f"{', '.join(images) or ', '.join(found) or 'nothing'}; send one picture or all four."
        )
    return list(images.values())


class Body:
    """The body of a request, counted while it comes; what is over a limit is read on, forgotten and refused.

    Args:
        most: bytes of the whole body.
        came: is told how many bytes have come, and may refuse them by a CrowdedError.
    """

    def __init__(self, request: Request, most: int, came: Came = lambda size: None) -> None:
        self._receive, self._most, self._came = request.receive, most, came
        self._seen, self._since, self._more = 0, anyio.current_time(), True
        self.request = Request(request.scope, self._next)

    async def read(self, most_between_quotes: int | None = None) -> bytes:
        """All of it.

        Args:
            most_between_quotes: bytes from one quotation mark to the next, which is how long a text of JSON may be.

        Raises:
            TooLargeError: it is, or one text in it. TooSlowError: the sender stopped, or takes too long.
        """
        parts: list[bytes] = []
        since = 0  # the last quotation mark
        async for part in self.request.stream():
            first, last = part.find(b'"'), part.rfind(b'"')
            run = since + (len(part) if first < 0 else first)
            if most_between_quotes is not None and run > most_between_quotes:
                parts.clear()
                await self.refuse()
            since = since + len(part) if last < 0 else len(part) - last - 1
            parts.append(part)
        return b"".join(parts)

    async def _next(self) -> Message:
        message = await self._part()
        if self._seen > self._most:
            await self.refuse()
        self._came(self._seen)  # who finds no room is not read on: what he holds makes room for the others
        return message

    async def _part(self) -> Message:
        with anyio.move_on_after(min(STALL_S, READ_S - self._age_s())) as waiting:
            message = await self._receive()
        self._seen += 0 if waiting.cancelled_caught else len(message.get("body", b""))
        self._more = waiting.cancelled_caught or bool(message.get("more_body"))
        slow = self._more and self._age_s() > STALL_S and self._seen < LEAST_BYTES_PER_S * self._age_s()
        if waiting.cancelled_caught or slow:
            raise TooSlowError("The upload stopped or came too slowly; send it again, or send smaller copies.")
        return message

    def _age_s(self) -> float:
        return anyio.current_time() - self._since

    async def refuse(self) -> NoReturn:
        """Read on for a while and forget it; then a TooLargeError."""
        while self._more and self._seen < MAX_DRAIN_BYTES:  # or a client that only writes never hears the answer
            await self._part()
        raise too_large(self._most)


def kind_of(request: Request) -> str:
    """What the body of a request is said to be, without parameters; empty where nothing is said."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def limit_of(kind: str) -> int:
    """Bytes of a body of this kind: a bare file is one picture."""
    return MAX_IMAGE_BYTES if kind in KINDS else MAX_BODY_BYTES


def too_large(most: int | None = None) -> TooLargeError:
    """The sentence for an upload over its limit."""
    if most is not None and most < MAX_IMAGE_BYTES:
        return TooLargeError(f"The body is larger than the limit of {most >> 10} kB; send less.")
    return TooLargeError(
        f"The upload is larger than the limit of {MAX_BODY_BYTES >> 20} MB ({MAX_IMAGE_BYTES >> 20} MB a picture); "
        "send smaller copies."
    )


async def _from_file(body: Body) -> tuple[dict[str, bytes], list[str]]:
    data = await body.read()
    return ({NAMES[0]: data} if data else {}), []


async def _from_form(body: Body) -> tuple[dict[str, bytes], list[str]]:
    async with body.request.form(max_files=16, max_fields=16, max_part_size=MAX_TEXT_BYTES) as form:
        images: dict[str, bytes] = {}
        for name in NAMES:
            value = form.get(name)
            if isinstance(value, UploadFile) and (value.filename or value.size):  # an empty field of a page is no image
                _check_size(name, value.size or 0)  # before it is read from the disk
                images[name] = await value.read()
            elif isinstance(value, str) and value:
                images[name] = _decode(name, value)
        return images, list(form)


async def _from_json(body: Body) -> tuple[dict[str, bytes], list[str]]:
    try:
        text = await body.read(most_between_quotes=MAX_TEXT_BYTES)
        if sum(map(text.count, (b",", b"[", b"{"))) > MOST_PARTS:
            raise UnreadableBodyError(
                f"Looked for a JSON object of {len(NAMES)} pictures, found one of more than {MOST_PARTS:,} parts."
            )
        told: Any = await anyio.to_thread.run_sync(json.loads, text)  # large ones take a while
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(
            f"The body says it is JSON and cannot be read as such ({error}); send an object such as "
            '{"image": "data:image/png;base64,…"}.'
        ) from error
    if not isinstance(told, dict):
        raise UnreadableBodyError('Looked for a JSON object such as {"image": "data:image/png;base64,…"}.')
    images = {
        name: await anyio.to_thread.run_sync(_decode, name, told[name]) for name in NAMES if told.get(name) is not None
    }
    return images, [str(key)[:40] for key in list(told)[:8]]


def _check_size(name: str, n_bytes: int) -> None:
    if n_bytes > MAX_IMAGE_BYTES:
        raise TooLargeError(
            f"The picture '{name}' has {n_bytes / 2**20:.0f} MB, the limit is {MAX_IMAGE_BYTES >> 20} MB; "
            "send a smaller copy."
        )


def _decode(name: str, value: Any) -> bytes:
    """The bytes of a data URI, or of plain base64."""
    head, _, tail = value.partition(",") if isinstance(value, str) else ("", "", "")
    text = tail if head.startswith("data:") else head
    try:
        if not text or (head.startswith("data:") and not head.endswith(";base64")):
            raise ValueError("empty or of another encoding")
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ImageError(
            f"'{name}' is not a picture in base64 ({error}); send it as data:image/png;base64,… or as a form field."
        ) from error
