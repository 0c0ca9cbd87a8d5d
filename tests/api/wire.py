"""Uploads as the server sees them, part by part."""

import json


class Wire:
    """An upload as the server sees it, part by part; counts how many parts were read."""

    def __init__(self, parts, headers=(), before=None):
        self.parts, self.read, self.before, self.client = iter(parts), 0, before, ("127.0.0.1", 5)
        self.headers = [(b"content-type", b"multipart/form-data; boundary=x"), *headers]

    async def receive(self):
        if self.before is not None:
            await self.before()
        self.read += 1
        part = next(self.parts, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send_to(self, api):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/predict", "raw_path": b"/predict", "query_string": b"",
                 "headers": self.headers, "http_version": "1.1", "scheme": "http", "root_path": "",
                 "server": ("127.0.0.1", 80), "client": self.client}  # fmt: skip
        await api(scope, self.receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], json.loads(body), headers


def picture_parts(count, size=10_000):
    yield b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    for _ in range(count):
        yield b"x" * size
    yield b"\r\n--x--\r\n"


def chunked(kind, client="10.0.0.9", parts=()):
    """An upload that does not say how large it is, and of which these parts come."""
    wire = Wire(iter(parts))
    wire.headers, wire.client = [(b"content-type", kind)], (client, 5)
    return wire
