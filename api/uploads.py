"""Reads the pictures of a request, as a form or as JSON with data URIs, within limits. Knows nothing of pixels.

Bytes are counted while they arrive, so a body that is too large is refused before it is held; the number of pixels is
looked at where pictures are opened (`model.data.views`).
"""

import base64
import binascii
import json
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive

from model.errors import ImageError

NAMES = ("image", "image_2", "image_3", "image_4")  # as the paper's server named them: north, east, south, west
MAX_IMAGE_BYTES = 25 * 1024 * 1024
MAX_BODY_BYTES = len(NAMES) * MAX_IMAGE_BYTES * 4 // 3 + 1024 * 1024  # four images as base64, and what stands around
MAX_DRAIN_BYTES = 512 * 1024 * 1024  # read on and forget, so that a client that only writes still hears the answer


class TooLargeError(ImageError):
    """An upload over the limit of bytes."""


class UnreadableBodyError(ImageError):
    """A body that is neither a form nor JSON of the documented shape."""


async def read_images(request: Request) -> list[bytes]:
    """The one picture or the four views of a request, in the order north, east, south, west.

    Raises:
        TooLargeError: the body or one image is over its limit.
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
    """`receive`, until more than MAX_BODY_BYTES have come: then the rest is read, forgotten and refused."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            while message.get("more_body") and seen < MAX_DRAIN_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
            raise TooLargeError(
                f"The upload is larger than the limit of {MAX_BODY_BYTES >> 20} MB "
                f"({MAX_IMAGE_BYTES >> 20} MB a picture); send smaller copies."
            )
        return message

    return bounded


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
        body: Any = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(f"The body says it is JSON and cannot be read as such ({error}).") from error
    if not isinstance(body, dict):
        raise UnreadableBodyError('Looked for a JSON object such as {"image": "data:image/png;base64,…"}.')
    return {name: _decode(name, body[name]) for name in NAMES if body.get(name) is not None}, [str(k) for k in body]


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
