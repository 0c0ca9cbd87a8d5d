"""The secrets by which this machine's own bots and programs are known to a game. Knows files; knows no game.

A person has a cookie, a bot or a program has such a token: one for each name, made when it is first needed and kept in
`home_dir()/tokens`, where only their owner reads them. HOMING_PLAYER_TOKEN names another one; HOMING_TOKEN is the
password of an app that others may reach, and no player's.
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

from model.errors import ConfigError, StorageError
from model.geo.folders import home_dir

TOKEN_VARIABLE = "HOMING_PLAYER_TOKEN"
_TOKEN = re.compile(r"[\w-]{32,128}", re.ASCII)


def token_of(name: str) -> str:
    """The token of the bot or program of this name, made now where there is none.

    Raises:
        ConfigError: HOMING_PLAYER_TOKEN holds no token. StorageError: the file cannot be used, or holds none.
    """
    if given := os.environ.get(TOKEN_VARIABLE):
        if not _TOKEN.fullmatch(given):
            raise ConfigError(f"{TOKEN_VARIABLE} must be 32 to 128 letters, digits, - and _; found something else.")
        return given
    path = home_dir() / "tokens" / hashlib.sha256(name.encode()).hexdigest()[:16]
    try:
        return _kept(path)
    except OSError as error:
        raise StorageError(f"The token of {name!r:.40} cannot be kept in {path.parent}: {error.strerror}.") from error


def _kept(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = secret_in(path, secrets.token_urlsafe(32))
    if not _TOKEN.fullmatch(found):
        raise StorageError(f"The file {path} holds no token; remove it, and a new one is made.")
    return found


def secret_in(path: Path, new: str) -> str:
    """The text of a file that only its owner reads; `new`, written now, where there is none.

    Of several processes that begin at once one writes, whole or not at all, and the others read what it wrote.

    Raises:
        OSError: the file or its folder cannot be used.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(0o600)
        try:
            draft.write_text(f"{new}\n", encoding="ascii")
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if not path.exists():
                draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii", errors="replace").strip()
