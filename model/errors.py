"""Errors a person may see. Each message says what was looked for, what was found and what to do.

    HomingError
    ├── CoordinateError      a latitude or longitude that is no place on Earth
    ├── ImageError           a file that is no picture, or one too large or too odd to look at
    ├── ManifestError        a table of places that lacks a column, repeats an id or names a missing image
    ├── ArtifactError        a checkpoint or stage output that is missing, foreign, edited or of another version
    ├── StorageError         a disk that is full, a database that is locked or read-only
    ├── NetworkError         a server that is out of reach, refuses, or sends something else than was asked for
    ├── GameError            an unknown map or game, a guess sent twice or after the end
    ├── BrowserError         no Chromium, a page that never loads, a click that was refused
    └── ConfigError          settings that contradict each other

Commands print the message and exit with 2; pages and the API show it as one sentence. Nothing else is caught.
"""


class HomingError(Exception):
    """What went wrong, in a sentence that a person can act on."""


class CoordinateError(HomingError):
    """A latitude or longitude that is no place on Earth."""


class ImageError(HomingError):
    """A file that is no picture, or one too large or too odd to look at."""


class ManifestError(HomingError):
    """A table of places that lacks a column, repeats an id or names a missing image."""


class ArtifactError(HomingError):
    """A checkpoint or stage output that is missing, foreign, edited or of another version."""


class StorageError(HomingError):
    """A disk that is full, a database that is locked or read-only."""


class NetworkError(HomingError):
    """A server that is out of reach, refuses, or sends something else than was asked for."""


class GameError(HomingError):
    """An unknown map or game, a guess sent twice or after the end."""


class BrowserError(HomingError):
    """No Chromium, a page that never loads, a click that was refused."""


class ConfigError(HomingError):
    """Settings that contradict each other."""
