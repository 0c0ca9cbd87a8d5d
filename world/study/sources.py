"""Names the state of the code and the tables: what other sources drew or read is other data. Knows no scene."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

WORLD = Path(__file__).parents[1]
# what decides over a picture: the rooms, the scene between them and the door, and the atlas that they ask
DRAWING = ("scene.py", "render.py", "earth", "clues", "layout", "draw", "sprites", "lettering")
READING = (*DRAWING, "study")  # and over what is read from one


def fingerprint(paths: Iterable[Path], root: Path) -> str:
    """16 hex digits for the names (below `root`) and contents of files, and of all .py and .csv files of folders."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(p for p in path.rglob("*") if p.suffix in (".py", ".csv")) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(root).as_posix()}\n{file.stat().st_size}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=2)
def sources(of: tuple[str, ...] = DRAWING) -> str:
    """The fingerprint of the world's sources, DRAWING or READING, and of the atlas' (model/geo)."""
    return fingerprint([*(WORLD / name for name in of), WORLD.parent / "model" / "geo"], WORLD.parent)
