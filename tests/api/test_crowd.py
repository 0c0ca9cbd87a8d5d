"""Uploads are counted before they are read; who finds no room comes again later."""

import asyncio

import api.app
import api.crowd
import api.uploads
from api import create_api
from model.errors import ImageError
from tests.api.toy_model import PNG
from tests.api.wire import Wire, chunked, picture_parts


async def crowd_of(served, wires):
    """Send these uploads at a time; they end when all have begun or were refused. How each was answered."""
    return await asyncio.gather(*(wire.send_to(served) for wire in wires))


def test_a_crowd_is_asked_to_come_back_later_before_its_pictures_are_read(served, model):
    async def visit():
        door = asyncio.Event()
        wires = [Wire(picture_parts(2), before=door.wait) for _ in range(100)]
        answering = asyncio.ensure_future(crowd_of(served, wires))
        await asyncio.sleep(0.2)  # everyone stands at the door
        refused_unread = sum(wire.read == 0 for wire in wires)
        door.set()
        return refused_unread, wires, await answering

    refused_unread, wires, answers = asyncio.run(visit())
    turned_away = [(status, told, headers) for status, told, headers in answers if status != 200]
    assert len(turned_away) >= 100 - api.app.MAX_WAITING
    assert {status for status, *_ in turned_away} == {503}
    assert all("try again" in told["error"] and int(headers["retry-after"]) > 0 for _, told, headers in turned_away)
    assert refused_unread == 100
    assert sum(wire.read == 0 for wire in wires) == len(turned_away), "not one byte of theirs was read"
    assert len(model.seen) == 100 - len(turned_away) > 0
    status, *_ = asyncio.run(Wire(picture_parts(2)).send_to(served))
    assert status == 200, "afterwards there is room again"


def test_a_hundred_uploads_of_134_mb_are_not_all_let_in(served):
    """What they announce is counted, long before it has come."""
    size = [(b"content-length", str(api.uploads.MAX_BODY_BYTES).encode())]

    async def visit():
        door = asyncio.Event()
        wires = [Wire(picture_parts(1), size, door.wait) for _ in range(100)]
        answering = asyncio.ensure_future(crowd_of(served, wires))
        await asyncio.sleep(0.2)
        door.set()
        return await answering

    statuses = [status for status, *_ in asyncio.run(visit())]
    assert statuses.count(200) * api.uploads.MAX_BODY_BYTES <= api.crowd.MAX_BYTES_IN_FLIGHT
    assert statuses.count(503) == 100 - statuses.count(200)
    assert statuses.count(200) > 0


def test_two_uploads_that_hardly_send_anything_keep_nobody_out(served, model):
    async def visit():
        door = asyncio.Event()
        slow = [chunked(kind, parts=[b"x"]) for kind in (b"image/jpeg", b"multipart/form-data; boundary=x") * 4]
        for wire in slow:
            wire.before = door.wait
        waiting = asyncio.ensure_future(crowd_of(served, slow))
        await asyncio.sleep(0)
        answer = await chunked(b"image/jpeg", "10.0.0.9", [PNG]).send_to(served)
        door.set()
        await waiting
        return answer[0]

    assert asyncio.run(visit()) == 200


def test_one_address_has_a_part_of_the_room(served, model):
    async def visit():
        door = asyncio.Event()
        wires = [Wire(picture_parts(1), before=door.wait) for _ in range(100)]
        for wire in wires:
            wire.client = ("10.0.0.9", 5)
        answering = asyncio.ensure_future(crowd_of(served, wires))
        await asyncio.sleep(0)
        other = await chunked(b"image/jpeg", "10.0.0.10", [PNG]).send_to(served)
        door.set()
        return other[0], [status for status, *_ in await answering]

    other, statuses = asyncio.run(visit())
    assert other == 200
    assert statuses.count(200) == api.app.MAX_WAITING // 2 and statuses.count(503) == 100 - statuses.count(200)


def test_this_machine_has_all_the_room(model):
    served = create_api(model.locate, model.describe, whose=lambda client: None)

    async def visit():
        door = asyncio.Event()
        wires = [Wire(picture_parts(1), before=door.wait) for _ in range(100)]
        answering = asyncio.ensure_future(crowd_of(served, wires))
        await asyncio.sleep(0)
        door.set()
        return [status for status, *_ in await answering]

    assert asyncio.run(visit()).count(200) == api.app.MAX_WAITING


def test_what_nobody_announced_is_counted_while_it_comes(model, monkeypatch):
    monkeypatch.setattr(api.app, "Crowd", lambda: crowd)
    crowd = api.crowd.Crowd(100_000)
    served = create_api(model.locate, model.describe, whose=lambda client: None)
    parts = [b"x" * 10_000] * 7

    async def visit():
        both = [chunked(b"image/jpeg", parts=parts) for _ in range(2)]
        for wire in both:
            wire.before = lambda: asyncio.sleep(0)  # in turns
        return await crowd_of(served, both)

    assert sorted(status for status, *_ in asyncio.run(visit())) == [200, 503]
    assert (crowd.uploads, crowd.bytes) == (0, 0)
    assert asyncio.run(chunked(b"image/jpeg", parts=parts).send_to(served))[0] == 200


def test_a_bare_file_that_announces_more_than_a_picture_may_have_is_refused_unread(served, model):
    wire = chunked(b"image/jpeg", parts=[b"x"])
    wire.headers.append((b"content-length", str(api.uploads.MAX_IMAGE_BYTES + 1).encode()))
    status, told, _ = asyncio.run(wire.send_to(served))
    assert (status, wire.read) == (413, 0) and "25 MB a picture" in told["error"]


def test_a_failed_upload_gives_its_place_back(served, model, monkeypatch):
    monkeypatch.setattr(api.app, "MAX_WAITING", 1)
    model.error = ImageError("This file is no picture.")
    statuses = [asyncio.run(Wire(picture_parts(1)).send_to(served))[0] for _ in range(3)]
    assert statuses == [422] * 3
