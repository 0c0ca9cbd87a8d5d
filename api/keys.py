"""Who may ask: keys, where the owner has set any. Knows hashes of them, never compares in a time that tells something.

    HOMING_API_KEYS       keys, separated by commas; at least 16 characters each
    HOMING_API_KEYS_FILE  a file with the SHA-256 hash of one key on each line, as `sha256sum` writes it; what follows
                          the hash is a name for people, lines that begin with # are not read

A program shows its key as `Authorization: Bearer KEY` or `X-API-Key: KEY`. Both variables are read at the start.
"""

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import HTTPConnection

from model.errors import ConfigError, HomingError

VARIABLE, FILE_VARIABLE = "HOMING_API_KEYS", "HOMING_API_KEYS_FILE"
SHORTEST, LONGEST = 16, 512  # characters of a key
MAX_FILE_BYTES = 1 << 20
_HASH = re.compile(r"^([0-9a-fA-F]{64})(\s.*)?$")


class KeyNeededError(HomingError):
    """No key where one is needed, or one that is not known."""


class Keys:
    """The keys that open the API; without any, none is asked for."""

    def __init__(self, hashes: frozenset[str] = frozenset()) -> None:
        self._hashes = tuple(sorted(hashes))

    def __bool__(self) -> bool:
        """Whether keys are asked for."""
        return bool(self._hashes)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> "Keys":
        """The keys of the two variables.

        Raises:
            ConfigError: a key that could be guessed or that no header can hold, an emptied list, or a file that cannot
                be read or holds something else.
        """
        listed = environment.get(VARIABLE, "").strip()
        named = [key.strip() for key in environment.get(VARIABLE, "").split(",") if key.strip()]
        if short := [key for key in named if not SHORTEST <= len(key) <= LONGEST]:
            raise ConfigError(f"looked for keys of {SHORTEST} to {LONGEST} characters in {VARIABLE}, found one of "
                              f"{len(short[0])}; make one with `openssl rand -hex 24`.")  # fmt: skip
        if any(not (key.isascii() and key.isprintable()) for key in named):
            raise ConfigError(f"looked for keys of plain letters, digits and signs (ASCII) in {VARIABLE}, found "
                              "one with others, which no header can hold; try `openssl rand -hex 24`.")  # fmt: skip
        if listed and not named:  # an emptied list must not open the door to everyone
            raise ConfigError(f"looked for keys in {VARIABLE}, found commas alone; write a key, or unset {VARIABLE}.")
        path = environment.get(FILE_VARIABLE, "").strip()
        found = {hash_of(key) for key in named} | (_hashes_in(Path(path)) if path else set())
        if path and not found:  # an emptied file must not open the door to everyone
            raise ConfigError(f"looked for hashes of keys in the file of {FILE_VARIABLE}, found none; write one with "
                              f"`printf %s KEY | sha256sum`, or unset {FILE_VARIABLE}.")  # fmt: skip
        return cls(frozenset(found))

    def asker(self, request: HTTPConnection) -> str | None:
        """Who asks, by the key that is shown: a short name that does not tell the key; None where none is asked for.

        Raises:
            KeyNeededError: no key, or one that is not known.
        """
        if not self._hashes:
            return None
        shown = _shown(request)
        if not shown:
            raise KeyNeededError("This API asks for a key: send `Authorization: Bearer KEY` with one that the owner "
                                 "of this server gave you.")  # fmt: skip
        mine = hash_of(shown[:LONGEST])
        known = [hmac.compare_digest(mine, one) for one in self._hashes]  # all of them, whichever it is
        if not any(known):
            raise KeyNeededError("This key is not known here; ask the owner of this server for one.")
        return f"key:{mine[:12]}"


def hash_of(key: str) -> str:
    """What is kept of a key: its SHA-256, hexadecimal."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def _shown(request: HTTPConnection) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    shown = bearer.strip() if scheme.lower() == "bearer" else ""
    return shown or request.headers.get("x-api-key", "").strip()


def _hashes_in(path: Path) -> set[str]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigError(f"looked for hashes of keys in {path}, found more than {MAX_FILE_BYTES >> 20} MB; one "
                              "line for each key is enough.")  # fmt: skip
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not text"
        raise ConfigError(f"looked for hashes of keys in {path}, could not read it ({why}); mend {FILE_VARIABLE}, or "
                          "unset it.") from error  # fmt: skip
    found = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        matched = _HASH.match(line.strip())
        if matched is None:  # the line is not shown: it may be a key in clear
            raise ConfigError(f"looked for the SHA-256 hash of a key on line {number} of {path}, found something else; "
                              "write what `printf %s KEY | sha256sum` prints.")  # fmt: skip
        found.add(matched[1].lower())
    return found
