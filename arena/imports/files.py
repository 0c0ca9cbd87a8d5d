"""A file from outside -> the games in it, whatever it calls itself: JSON, JSON lines or a table. Hostile until checked.

The bytes decide, not the name. Elements of a long list are read one after the other; a file of garbage, too deep, cut
off, in an old encoding or not a number is a `Refusal` with a sentence, never an exception.
"""

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from arena.imports.duel_json import is_duel, read_duel
from arena.imports.found import FoundGame, NotReadable, Refusal
from arena.imports.game_json import is_game, read_game
from arena.imports.tables import read_table

MAX_BYTES = 256 << 20
WITHIN = ("game", "games", "items", "entries", "duels", "data", "pageProps", "props")  # where a list of games may hide
DEEPEST = 6
MAX_DIGITS = 18
BLANK = re.compile(r"[\s,]*")


def read_games(data: bytes) -> Iterator[FoundGame | Refusal]:
    """Every game of a file, unchecked, and what could not be read."""
    if len(data) > MAX_BYTES:
        sentence = f"the file has {len(data) >> 20} MB; at most {MAX_BYTES >> 20} MB are read. Split it"
        yield Refusal("file", "the file", sentence, 0)
        return
    text = decoded(data)
    if text is None or "\0" in text[:4096]:
        yield Refusal("file", "the file", "this is no text: looked for JSON or a table of guesses (CSV)", 0)
        return
    begin = text[:4096].lstrip()[:1]
    if not begin:
        yield Refusal("file", "the file", "the file is empty", 0)
    elif begin in "[{":
        yield from _json(text)
    else:
        yield from read_table(io.StringIO(text, newline=""))


def decoded(data: bytes) -> str | None:
    """Text in UTF-8 or UTF-16 with its mark, else in Windows' western letters; None for what is no text."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Old tables are in Windows-1252; what has control characters in it is no text at all.
        if any(byte < 9 or 14 <= byte < 32 for byte in data[:4096]):
            return None
        return data.decode("cp1252", errors="replace")


def _json(text: str) -> Iterator[FoundGame | Refusal]:
    """The games of JSON text: one value, several after each other (JSON lines), or the elements of one list."""
    decoder = json.JSONDecoder(parse_constant=lambda _name: None, parse_int=_whole)
    place = BLANK.match(text, 0).end()  # type: ignore[union-attr]
    in_list = text.startswith("[", place)
    place += in_list
    count, line, counted = 0, 1, 0
    while True:
        place = BLANK.match(text, place).end()  # type: ignore[union-attr]
        if place >= len(text):
            if in_list:
                yield Refusal("file", "the end of the file", "the list of games is cut off: its ] is missing", 0)
            return
        if in_list and text[place] == "]":
            return
        count += 1
        line += text.count("\n", counted, place)
        counted = place
        where = f"line {line}" if not in_list else f"game {count}"
        try:
            value, place = decoder.raw_decode(text, place)
        except RecursionError:
            yield Refusal("file", where, "brackets are nested too deeply for a game", 0)
            return
        except ValueError as error:
            yield Refusal("file", where, f"this is not JSON ({str(error)[:80]})", 0)
            following = text.find("\n", place)
            if in_list or following < 0:
                return  # inside a list nobody can tell where the next game begins
            place = following
            continue
        found = False
        for one in _games_in(value, f"game {count}", 0):
            found = True
            yield one
        if not found:
            yield Refusal(
                "unknown", where, "neither a game (rounds and player.guesses) nor a duel (rounds and teams)", 0
            )


def _games_in(value: Any, where: str, depth: int) -> Iterator[FoundGame | Refusal]:
    """The games of a JSON value: itself, or those in the lists and wrappings that the site puts around them."""
    try:
        if is_duel(value):
            yield read_duel(value, where)
        elif is_game(value):
            yield read_game(value, where)
        elif isinstance(value, list) and depth < DEEPEST:
            for count, one in enumerate(value, start=1):
                yield from _games_in(one, f"{where}.{count}", depth + 1)
        elif isinstance(value, dict) and depth < DEEPEST:
            for key in WITHIN:
                if key in value:
                    yield from _games_in(value[key], where, depth + 1)
    except NotReadable as fault:
        yield Refusal(fault.kind, where, fault.sentence, fault.rows)


def _whole(digits: str) -> int | None:
    """A whole number of JSON; one with more digits than anything in a game could have is nothing."""
    return int(digits) if len(digits) <= MAX_DIGITS else None
