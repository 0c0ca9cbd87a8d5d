"""Other names for people: the same person is always the same, and nobody can tell who. Knows no file and no book.

A pseudonym is a keyed hash of a person's identity; the key is a random secret in `home_dir()`, made at the first import
and readable by its owner only. Whoever deletes it makes new people out of old ones at the next import.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

from arena.tokens import secret_in
from model.errors import StorageError
from model.geo.folders import home_dir

FILE = "pseudonyms.key"
KEY_BYTES = 32


class Pseudonyms:
    """Keyed hashes of identities."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, path: Path | None = None) -> "Pseudonyms":
        """With the secret of this home, made where there is none.

        Raises:
            StorageError: the secret cannot be read or written, or is no secret of ours.
        """
        path = path or home_dir() / FILE
        try:
            key = bytes.fromhex(secret_in(path, secrets.token_hex(KEY_BYTES)))
        except (OSError, ValueError) as error:
            raise StorageError(
                f"looked for the secret of the pseudonyms in {path.name} of the home folder, found none to use "
                f"({type(error).__name__}). Check that the folder can be written."
            ) from error
        if len(key) < KEY_BYTES:
            raise StorageError(f"{path.name} in the home folder is cut off; remove it to begin with new pseudonyms.")
        return cls(key)

    def of(self, identity: str) -> str:
        """The hidden identity of a person, 16 hex digits."""
        return hmac.new(self._key, identity.encode(), hashlib.sha256).hexdigest()[:16]


def name_of(hidden: str) -> str:
    """What a hidden person is called: "Player 3F9A2C"."""
    return f"Player {hidden[:6].upper()}"
