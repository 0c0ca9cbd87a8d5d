"""Reads the pictures of a request, as a form or as JSON with data URIs, within limits. Knows nothing of pixels.

Uploads and their bytes are counted before anything is read (`Crowd`), by what their headers announce; then bytes are
counted while they arrive, and who sends too slowly is not waited for. The number of pixels is looked at where pictures
are opened (`model.data.views`).
"""

import base64
import binascii
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.to_thread
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive

from model.errors import ImageError

NAMES = ("image", "image_2", "image_3", "image_4")  # as the paper's server named them: north, east, south, west
MAX_IMAGE_BYTES = 25 * 1024 * 1024
MAX_BODY_BYTES = len(NAMES) * MAX_IMAGE_BYTES * 4 // 3 + 1024 * 1024  # four images as base64, and what stands around
MAX_DRAIN_BYTES = 2 * MAX_BODY_BYTES  # read on and forget, so that a client that only writes still hears the answer
MAX_BYTES_IN_FLIGHT = 2 * MAX_BODY_BYTES  # of all uploads together
STALL_S = 15.0  # without a byte
READ_S = 120.0  # for a whole body: four pictures over a slow line
RETRY_S = 5  # when a place may be free again


class TooLargeError(ImageError):
    """An upload over the limit of bytes."""


class UnreadableBodyError(ImageError):
    """A body that is neither a form nor JSON of the documented shape."""


class TooSlowError(ImageError):
    """A sender who stopped in the midst of an upload, or would never come to its end."""


class CrowdedError(ImageError):
    """So many uploads at a time that another would not fit into memory."""


class Crowd:
    """The uploads that are in memory now, counted before they are read. Used in the event loop only.

    Args:
        most_bytes: how many bytes all of them may announce together.
    """

    def __init__(self, most_bytes: int = MAX_BYTES_IN_FLIGHT) -> None:
        self._most_bytes = most_bytes
        self.uploads, self.bytes = 0, 0

    @contextlib.contextmanager
    def enter(self, request: Request, most: int) -> Iterator[None]:
        """A place for one upload beside at most `most` - 1 others, for as long as the block lasts.

        Raises:
            TooLargeError: it announces more than one upload may have. CrowdedError: there is no room now.
        """
        announced = request.headers.get("content-length", "")
        size = int(announced) if announced.isascii() and announced.isdigit() else MAX_BODY_BYTES
        if size > MAX_BODY_BYTES:
            raise _too_large()
        if self.uploads >= most or (self.uploads and self.bytes + size > self._most_bytes):
            raise CrowdedError("Many pictures are waiting for their turn; try again in some seconds.")
        self.uploads, self.bytes = self.uploads + 1, self.bytes + size
        try:
            yield
        finally:
            self.uploads, self.bytes = self.uploads - 1, self.bytes - size


async def read_images(request: Request) -> list[bytes]:
    """The one picture or the four views of a request, in the order north, east, south, west.

    Raises:
        TooLargeError: the body or one image is over its limit.
        TooSlowError: the sender stopped, or takes too long.
        UnreadableBodyError: the body is neither a form nor JSON.
        ImageError: no picture, two or three of them, or one that is not base64.
    """
    bounded = Request(request.scope, _bounded(request.receive))
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        images, found = await _from_form(bounded)
    elif kind == "application/json":
        images, found = await _from_json(bounded)
    else:
        raise UnreadableBodyError(
            f"Looked for pictures in a form (multipart/form-data) or in JSON (application/json), found "
            f"{kind or 'no content type'}; send the picture as the form field 'image'."
        )
    for name, data in images.items():
        if len(data) > MAX_IMAGE_BYTES:
            raise TooLargeError(
                f"The picture '{name}' has {len(data) / 2**20:.0f} MB, the limit is {MAX_IMAGE_BYTES >> 20} MB; "
                "send a smaller copy."
            )
    if tuple(images) not in (NAMES[:1], NAMES):
        raise ImageError(
            f"Looked for one photo or panorama (image) or four views ({', '.join(NAMES)}), found "
            f"{', '.join(images) or ', '.join(found) or 'nothing'}; send one picture or all four."
        )
    return list(images.values())


def _bounded(receive: Receive) -> Receive:
    """`receive`, until more than MAX_BODY_BYTES have come, which are forgotten and refused, or the time is up."""
    seen, until = 0, anyio.current_time() + READ_S

    async def next_part() -> Message:
        nonlocal seen
        with anyio.move_on_after(min(STALL_S, until - anyio.current_time())) as waiting:
            message = await receive()
        if waiting.cancelled_caught:
            raise TooSlowError("The upload stopped or came too slowly; send it again, or send smaller copies.")
        seen += len(message.get("body", b""))
        return message

    async def bounded() -> Message:
        message = await next_part()
        if seen > MAX_BODY_BYTES:
            while message.get("more_body") and seen < MAX_DRAIN_BYTES:
                message = await next_part()
            raise _too_large()
        return message

    return bounded


def _too_large() -> TooLargeError:
    return TooLargeError(
        f"The upload is larger than the limit of {MAX_BODY_BYTES >> 20} MB ({MAX_IMAGE_BYTES >> 20} MB a picture); "
        "send smaller copies."
    )


async def _from_form(request: Request) -> tuple[dict[str, bytes], list[str]]:
    async with request.form(max_files=16, max_fields=16, max_part_size=MAX_BODY_BYTES) as form:
        images: dict[str, bytes] = {}
        for name in NAMES:
            value = form.get(name)
            if isinstance(value, UploadFile) and (value.filename or value.size):  # an empty field of a page is no image
                images[name] = await value.read()
            elif isinstance(value, str) and value:
                images[name] = _decode(name, value)
        return images, list(form)


async def _from_json(request: Request) -> tuple[dict[str, bytes], list[str]]:
    try:
        body: Any = await anyio.to_thread.run_sync(json.loads, await request.body())  # large ones take a while
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(f"The body says it is JSON and cannot be read as such ({error}).") from error
    if not isinstance(body, dict):
        raise UnreadableBodyError('Looked for a JSON object such as {"image": "data:image/png;base64,…"}.')
    images = {
        name: await anyio.to_thread.run_sync(_decode, name, body[name]) for name in NAMES if body.get(name) is not None
    }
    return images, [str(key) for key in body]


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
