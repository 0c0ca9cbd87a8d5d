"""A live match over a WebSocket: its state whenever it changes, and at least every few seconds. Knows no rule of play.

    server  the same JSON as GET games/{id}; or {"error": sentence}, and the socket is closed
    client  {"seat_token": …} says for whom, where no cookie does; {"seen": true} that somebody is there

A socket hears of changes that this app makes at once. Of those that another app on the same scorebook makes it learns
by asking the book, which is asked for a small stamp each second and for the match only where that is another one.
"""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from arena.askers import check_seat_token, identity_of
from arena.games import Arena
from arena.guard import network_of
from arena.records import Game
from arena.rules import Refused
from arena.threads import Threads
from model.errors import HomingError
from model.geo.folders import without_folders

STAMP_S = 1.0  # how often the book is asked whether another app has changed something
SEND_S = 5.0  # the longest silence of the server
MOST_SOCKETS = 2000  # of one app
MOST_OF_ONE = 400  # from one address: a school behind one router
MOST_MESSAGE = 2000  # characters
MOST_TOKENS = 20  # that are tried on one socket
SOONEST_S = 0.02
POLICY, TRY_LATER = 1008, 1013  # RFC 6455 and IANA's list: a message that breaks the rules; too many


class Sockets:
    """All open sockets of one app.

    Args:
        state: a match as a seat sees it, as JSON data.
    """

    def __init__(self, arena: Arena, threads: Threads, state: Callable[[Game, int | None], dict[str, Any]]) -> None:
        self._arena, self._threads, self._state = arena, threads, state
        self._open: dict[str, set[_Line]] = {}
        self._count, self._from = 0, Counter[str]()
        arena.live.on_change(self._notice)

    async def serve(self, socket: WebSocket) -> None:
        """Keep somebody informed of a match until they go."""
        await socket.accept()
        network = network_of(socket.client.host if socket.client else None)
        if self._count >= MOST_SOCKETS or self._from[network] >= MOST_OF_ONE:
            await _refuse(socket, "Very many are looking on at the moment; the state of the match can be asked for.",
                          TRY_LATER)  # fmt: skip
            return
        line = _Line(socket, socket.path_params["game_id"])
        self._count += 1
        self._from[network] += 1
        self._open.setdefault(line.game_id, set()).add(line)
        tasks = []
        try:
            line.identity = identity_of(socket)
            line.seat = await self._threads.run(self._arena.seat_of, line.game_id, line.identity)
            tasks = [asyncio.ensure_future(self._listen(line)), asyncio.ensure_future(self._speak(line))]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        except HomingError as error:
            await _refuse(socket, without_folders(str(error)))
        except (WebSocketDisconnect, RuntimeError):  # it is gone: what was about to be sent is sent to nobody
            pass
        finally:
            self._count -= 1
            self._from[network] -= 1
            if not self._from[network]:
                del self._from[network]
            self._open[line.game_id].discard(line)
            if not self._open[line.game_id]:
                del self._open[line.game_id]
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, line: "_Line") -> None:
        while True:
            message = _read(await _text_of(line.socket))
            if "seat_token" in message:
                line.tokens += 1
                if line.tokens > MOST_TOKENS:
                    raise Refused(f"This socket was given {MOST_TOKENS} tokens; open another one.", "too_many")
                token = check_seat_token(message["seat_token"])
                line.seat = await self._threads.run(self._arena.seat_of, line.game_id, line.identity, token)
                line.fresh = False
                line.changed.set()
            if message.get("seen") is True and line.seat is not None and time.monotonic() >= line.heard_until:
                line.heard_until = time.monotonic() + 1.0
                await self._threads.run(self._hear, line)

    async def _speak(self, line: "_Line") -> None:
        while True:
            line.changed.clear()
            state = await self._look(line)
            if state is not None:
                await line.socket.send_text(json.dumps(state, separators=(",", ":"), ensure_ascii=False))
                line.sent_at = time.monotonic()
            wait_s = max(SOONEST_S, min(STAMP_S, line.next_s if line.next_s is not None else STAMP_S))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(line.changed.wait(), wait_s)

    async def _look(self, line: "_Line") -> dict[str, Any] | None:
        """The state, where it has changed or it is time to say it again."""
        try:
            return await self._threads.run(self._read_state, line)
        except Refused as error:
            if error.reason != "busy":
                raise
            return None  # asked again in a second

    def _read_state(self, line: "_Line") -> dict[str, Any] | None:
        silent_s = time.monotonic() - line.sent_at
        stamp = self._arena.live.book.stamp(line.game_id)
        event = line.next_at is not None and time.monotonic() >= line.next_at
        told, line.told = line.told, False
        if line.fresh and stamp == line.stamp and silent_s < SEND_S and not event and not told:
            line.note_next(None if line.next_at is None else line.next_at - time.monotonic())
            return None
        game = self._arena.game(line.game_id)
        if line.seat is not None and line.seat not in game.seats:
            line.seat = None  # left the lobby
        if line.seat is None:
            line.seat = self._arena.seat_of(line.game_id, line.identity) if line.identity else None
        if line.seat is not None and game.live is not None:
            self._arena.live.touch(game, line.seat)
        state = self._state(game, line.seat)
        line.note_next(self._arena.live.next_event_s(game))
        line.stamp, same = self._arena.live.book.stamp(line.game_id), _without_now(state)
        if line.fresh and same == line.said and silent_s < SEND_S:
            return None
        line.said, line.fresh = same, True
        return state

    def _hear(self, line: "_Line") -> None:
        if line.seat is not None:
            game = self._arena.game(line.game_id)
            self._arena.live.touch(game, line.seat, back=game.started_at is not None)  # a lobby is left for good

    def _notice(self, game_id: str) -> None:
        """Called from any thread."""
        for line in list(self._open.get(game_id, ())):
            line.told = True
            with contextlib.suppress(RuntimeError):  # its loop is closed already
                line.loop.call_soon_threadsafe(line.changed.set)


class _Line:
    """One open socket, and what was last said over it."""

    def __init__(self, socket: WebSocket, game_id: str) -> None:
        self.socket, self.game_id = socket, game_id
        self.loop, self.changed = asyncio.get_running_loop(), asyncio.Event()
        self.identity: str | None = None
        self.seat: int | None = None
        self.tokens = 0
        self.told = False  # of a change
        self.fresh = False  # whether anything was said that is still of account
        self.stamp: tuple[Any, ...] = ()
        self.said: dict[str, Any] = {}
        self.sent_at = self.heard_until = 0.0
        self.next_s: float | None = None
        self.next_at: float | None = None

    def note_next(self, seconds: float | None) -> None:
        self.next_s = seconds
        self.next_at = None if seconds is None else time.monotonic() + seconds


async def _text_of(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1000)
    text = message.get("text")
    if not isinstance(text, str):
        raise Refused("Looked for a message of text, found bytes.")
    return text


def _read(text: str) -> dict[str, Any]:
    if len(text) > MOST_MESSAGE:
        raise Refused(f"This message is longer than {MOST_MESSAGE} characters.", "too_long")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("Looked for JSON in the message, found something else.") from error
    if not isinstance(message, dict):
        raise Refused('Looked for a JSON object such as {"seen": true}, found something else.')
    return message


def _without_now(state: dict[str, Any]) -> dict[str, Any]:
    live = state.get("live")
    return state if live is None else {**state, "live": {**live, "now": 0.0}}


async def _refuse(socket: WebSocket, sentence: str, code: int = POLICY) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_text(json.dumps({"error": sentence}, ensure_ascii=False))
        await socket.close(code, sentence.encode()[:120].decode(errors="ignore"))
