"""Every picture of a table opened once: which cannot be used, which world drew it, and a fingerprint of them all.

A run that was stopped goes on where it was: each chunk of places leaves one line in a note. Knows no atlas, no network.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from model.data import archives
from model.data.manifest import SIMULATED, drawn_version
from model.data.picture_paths import PicturePaths
from model.data.views import drawn_by, read_views
from model.errors import ImageError, ManifestError, StorageError

CHUNK = 1000  # places opened between two lines of the note


@dataclass(frozen=True)
class Inspection:
    """What was found in the pictures of a table."""

    bad: dict[int, str]  # row: why its pictures cannot be used
    worlds: tuple[int, ...]  # versions of the simulated Earth that pictures say they were drawn by
    digest: str  # of the contents of all pictures in their order


def state_of(paths: Iterable[Sequence[Path]]) -> dict[str, Any]:
    """How many files, how many bytes, and a digest of names, sizes and times: changes when a picture does.

    Nothing is opened, so a million pictures take seconds; a file that is gone counts as one of no bytes.
    """
    digest, files, total = hashlib.blake2b(digest_size=16), 0, 0
    seen: dict[Path, int] = {}  # when the archives were written
    for row in paths:
        for path in row:
            size, changed = _size_and_time(path, seen)
            digest.update(f"{path.name}\0{size}\0{changed}\n".encode(errors="surrogateescape"))
            files, total = files + 1, total + size
    return {"files": files, "bytes": total, "state": digest.hexdigest()}


def _size_and_time(path: Path, seen: dict[Path, int]) -> tuple[int, int]:
    """Bytes of a picture, and when it was written: in an archive, when that one was."""
    try:
        if (named := archives.inside(path)) is None:
            told = path.stat()
            return told.st_size, told.st_mtime_ns
        if named[0] not in seen:
            seen[named[0]] = named[0].stat().st_mtime_ns
        return archives.size_of(path), seen[named[0]]
    except (OSError, ImageError):
        return 0, -1


def inspect(paths: PicturePaths, views: int, note: Path, key: str) -> Inspection:
    """Open the pictures of all places, in threads, with a bar.

    Args:
        paths: the pictures of each place.
        views: of each place, as for `read_views`.
        note: file that a stopped run goes on from; removed by the caller when all is well.
        key: what the note must have been begun for.

    Raises:
        StorageError: the note cannot be written.
    """
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    chunks = _read_note(note, key)[: -(-len(paths) // CHUNK)]
    columns = (*Progress.get_default_columns()[:3], MofNCompleteColumn(), TimeRemainingColumn())
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool, Progress(*columns) as progress:
        task = progress.add_task("opening pictures", total=len(paths), completed=min(len(paths), len(chunks) * CHUNK))
        for start in range(len(chunks) * CHUNK, len(paths), CHUNK):
            found = list(pool.map(partial(_look, views=views), paths[start : start + CHUNK]))
            chunk = {
                "bad": {start + i: reason for i, (reason, _, _) in enumerate(found) if reason},
                "worlds": sorted({version for _, versions, _ in found for version in versions}),
                "digest": hashlib.blake2b(b"".join(digest for *_, digest in found), digest_size=16).hexdigest(),
            }
            _append(note, key, chunk)
            chunks.append(chunk)
            progress.advance(task, len(found))
    return Inspection(
        {int(row): reason for chunk in chunks for row, reason in chunk["bad"].items()},
        tuple(sorted({version for chunk in chunks for version in chunk["worlds"]})),
        hashlib.blake2b("".join(chunk["digest"] for chunk in chunks).encode(), digest_size=16).hexdigest(),
    )


def source_of(told: dict[str, Any], found: Inspection, table: Path) -> dict[str, Any]:
    """Where the pictures come from, by the table (`told`, see `read_source`) and by the pictures themselves.

    Raises:
        ManifestError: they name several versions of the simulated Earth.
    """
    version = drawn_version(told)
    worlds = sorted({*found.worlds, *([version] if version is not None else [])})
    if len(worlds) > 1:
        raise ManifestError(
            f"the pictures of {table} were drawn by the versions {', '.join(map(str, worlds))} of the simulated Earth, "
            "which look different; make one data set with `python -m world.make_dataset`."
        )
    return {"kind": SIMULATED, "world_version": worlds[0]} if worlds and version is None else told


def _look(paths: list[Path], views: int) -> tuple[str, set[int], bytes]:
    """Why the pictures of a place cannot be used ("" where they can), what drew them, and a digest of the files."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        seen = read_views(paths, views, size=32)
        for path in paths:
            digest.update(archives.read_bytes(path))
    except (ImageError, OSError) as error:
        return str(error), set(), digest.digest()
    return "", {version for version in map(drawn_by, seen) if version is not None}, digest.digest()


def _append(note: Path, key: str, chunk: dict[str, Any]) -> None:
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        with note.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"key": key, **chunk}) + "\n")
    except OSError as error:
        raise StorageError(f"could not note in {note} how far the pictures were opened ({error.strerror or error}); "
                           "free some space and run the same command again.") from error  # fmt: skip


def _read_note(note: Path, key: str) -> list[dict[str, Any]]:
    """The finished chunks of a stopped run; whatever follows a line that is cut or foreign is taken off the file."""
    chunks, good = [], 0
    try:
        for line in note.read_bytes().splitlines(keepends=True):
            chunk = json.loads(line)
            if not line.endswith(b"\n") or chunk["key"] != key or not {"bad", "worlds", "digest"} <= chunk.keys():
                break
            chunks.append(chunk)
            good += len(line)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    with note.open("ab") as stream:
        stream.truncate(good)
    return chunks
