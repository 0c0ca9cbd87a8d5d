"""Pictures of services whose terms allow it, kept on the disk: the ones used last, up to a size. Knows no service.

A picture is written without any mark of its place, under a name that tells nothing. Safe to delete at any time.
"""

import contextlib
import hashlib
import os
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from arena.panoramas import encode
from model.artifacts import whole
from model.errors import StorageError
from model.geo.folders import cache_dir

MOST_BYTES = 500_000_000


class Kept:
    """A folder of JPEGs by key; `folder` is made when the first comes."""

    def __init__(self, folder: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes = folder, most_bytes

    def get(self, key: str) -> Image.Image | None:
        """The picture of a key; None where there is none, or a broken one."""
        path = self._path(key)
        try:
            with Image.open(path, formats=("JPEG",)) as opened:
                picture = opened.convert("RGB")
            os.utime(path)
        except (OSError, UnidentifiedImageError, SyntaxError, ValueError):
            return None
        return picture

    def put(self, key: str, picture: Image.Image) -> None:
        """Keep a picture; a disk that has no room for it costs time the next time, and nothing else."""
        with contextlib.suppress(StorageError), whole(self._path(key)) as temporary:
            temporary.write_bytes(encode(picture))
        self._make_room()

    def _make_room(self) -> None:
        with contextlib.suppress(OSError):  # another process may tidy up at the same time
            found = [(path.stat(), path) for path in self._home().glob("*.jpg")]
            size = sum(stat.st_size for stat, _ in found)
            for stat, path in sorted(found, key=lambda one: one[0].st_mtime):
                if size <= self._most_bytes:
                    break
                path.unlink(missing_ok=True)
                size -= stat.st_size

    def _home(self) -> Path:
        return self._folder or cache_dir() / "online"

    def _path(self, key: str) -> Path:
        return self._home() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.jpg"
