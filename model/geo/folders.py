"""Where things outside the repository lie, and sentences that do not tell it. Two variables move them, for tests.

`HOMING_CACHE` (default ~/.cache/homing): the atlas and compiled code; safe to delete, made again when missing.
`HOMING_HOME` (default ~/.local/share/homing): the scorebook, the bot's filmstrips; a person's own, never deleted.
"""

import os
import re
import tempfile
from pathlib import Path

_PATH = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?(?:[\\/][^\s\\/'\"`,;()]+)+(?=[\\/])[\\/]")


def cache_dir() -> Path:
    """What can be made again. Not created here."""
    return _named("HOMING_CACHE", "XDG_CACHE_HOME", "~/.cache")


def home_dir() -> Path:
    """What a person would miss. Not created here."""
    return _named("HOMING_HOME", "XDG_DATA_HOME", "~/.local/share")


def repository_dir() -> Path:
    """The root of this checkout."""
    return Path(__file__).resolve().parents[2]


def without_folders(sentence: str) -> str:
    """The sentence for somebody who is not at this machine: a file keeps its own name, the folders above it go."""
    known = {repository_dir(), home_dir(), cache_dir(), Path.cwd(), Path(tempfile.gettempdir()), Path.home()}
    for folder in sorted(map(str, known), key=len, reverse=True):
        if len(folder) > 1:
            sentence = sentence.replace(f"{folder}{os.sep}", "…/").replace(folder, "…")
    return re.sub("…+/", "…/", _PATH.sub("…/", sentence))


def _named(own: str, standard: str, default: str) -> Path:
    if named := os.environ.get(own):
        return Path(named).expanduser()
    return Path(os.environ.get(standard) or default).expanduser() / "homing"
