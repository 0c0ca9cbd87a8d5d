"""Where things outside the repository lie. Two variables move them, so that tests write nowhere else.

`HOMING_CACHE` (default ~/.cache/homing): the atlas and compiled code; safe to delete, made again when missing.
`HOMING_HOME` (default ~/.local/share/homing): the scorebook, the bot's filmstrips; a person's own, never deleted.
"""

import os
from pathlib import Path


def cache_dir() -> Path:
    """What can be made again. Not created here."""
    return _named("HOMING_CACHE", "XDG_CACHE_HOME", "~/.cache")


def home_dir() -> Path:
    """What a person would miss. Not created here."""
    return _named("HOMING_HOME", "XDG_DATA_HOME", "~/.local/share")


def repository_dir() -> Path:
    """The root of this checkout."""
    return Path(__file__).resolve().parents[2]


def _named(own: str, standard: str, default: str) -> Path:
    if named := os.environ.get(own):
        return Path(named).expanduser()
    return Path(os.environ.get(standard) or default).expanduser() / "homing"
