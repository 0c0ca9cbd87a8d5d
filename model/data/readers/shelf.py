"""All pictures beneath a folder, loose and in zip and tar archives, found by what a table calls them.

A table may name a picture by its id, by a file name, or by a path that lies deeper or less deep on the disk, with
strokes or with underscores ("5d/b3/435.jpg", "5d_b3_435.jpg"). Nothing that a table says leaves the folder: names are
only compared with those of files that were found. Five million names are a few hundred megabytes.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute as pc

from model.data import archives
from model.data.readers.columns import Tally
from model.errors import ImageError, ManifestError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif", ".tif", ".tiff", ".bmp", ".gif")
_SUFFIX = r"\.(?i:jpe?g|png|webp|heic|avif|tiff?|bmp|gif)$"
BLOCK = 1 << 16  # names gathered before they become one array
PACKED_TARS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")


class Shelf:
    """N pictures beneath a folder; loose ones come before those in archives, and are taken where both are there."""

    def __init__(self, names: pa.ChunkedArray):
        self.names = names  # relative to the folder; "shards/00.zip::00/1.jpg" for one in an archive
        self._slashed = pc.replace_substring_regex(
            pc.replace_substring(names, archives.SEPARATOR, "/"), pattern=_SUFFIX, replacement=""
        )

    @classmethod
    def of(cls, root: Path, tally: Tally, under: str = "") -> "Shelf":
        """Everything in `root/under`; archives that cannot be listed are noted and left out.

        Raises:
            ManifestError: no such folder, or no pictures.
        """
        folder = root / under
        if not folder.is_dir():
            raise ManifestError(f"looked for pictures in {folder}, found no such folder.")
        chunks, some = [], []
        for name in _walk(root, folder, tally):
            some.append(name)
            if len(some) == BLOCK:
                chunks.append(pa.array(some, pa.string()))
                some = []
        chunks.append(pa.array(some, pa.string()))
        names = pa.chunked_array(chunks)
        if not len(names):
            hint = f" {' '.join(tally.lines())}." if tally.counts else ""
            raise ManifestError(f"looked for pictures ({', '.join(SUFFIXES[:4])} …) in {folder} and in the zip and tar "
                                f"archives there, found none.{hint}")  # fmt: skip
        return cls(names)

    def __len__(self) -> int:
        return len(self.names)

    def find(self, wanted: pd.Series) -> pd.Series:
        """The picture of each wanted name (N,), missing where there is none; index as that of `wanted`."""
        asked = pa.chunked_array(pa.array(wanted, type=pa.string(), from_pandas=True))
        asked = pc.replace_substring(pc.utf8_trim_whitespace(asked), "\\", "/")
        asked = pc.replace_substring_regex(asked, pattern=r"^(\./|/)+", replacement="")
        asked = pc.replace_substring_regex(asked, pattern=_SUFFIX, replacement="")
        depth = pc.max(pc.count_substring(asked, "/")).as_py() or 0
        place = pc.index_in(_flat(asked), _flat(self._slashed))
        for end in sorted({min(depth, 8), 0}, reverse=True):
            place = pc.coalesce(place, pc.index_in(_flat(asked), _flat(_last(self._slashed, end))))
        if depth:  # by the last part alone, where it can mean one picture only
            last, there = _last(asked, 0), _last(self._slashed, 0)
            alone = pc.and_(pc.is_in(last, _once(last)), pc.is_in(last, _once(there)))
            by_end = pc.if_else(alone, pc.index_in(last, there), pa.scalar(None, pa.int32()))
            place = pc.coalesce(place, by_end)
        found: pd.Series = self.names.take(place).to_pandas()
        empty = pc.equal(asked, "").to_numpy(zero_copy_only=False)
        found = found.mask(np.asarray(empty, bool))
        found.index = wanted.index
        return found


def stem_of(names: pd.Series) -> pd.Series:
    """The last part of each name (N,) without its suffix."""
    asked = pc.replace_substring(pa.chunked_array(pa.array(names, type=pa.string(), from_pandas=True)), "::", "/")
    stems: pd.Series = _last(pc.replace_substring_regex(asked, pattern=_SUFFIX, replacement=""), 0).to_pandas()
    stems.index = names.index
    return stems


def _flat(names: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring(names, "/", "_")


def _last(names: pa.ChunkedArray, strokes: int) -> pa.ChunkedArray:
    """The end of each name that holds so many strokes; shorter names stay whole."""
    pattern = rf"^.*/((?:[^/]*/){{{strokes}}}[^/]*)$"
    return pc.replace_substring_regex(names, pattern=pattern, replacement=r"\1")


def _once(names: pa.ChunkedArray) -> pa.Array:
    """The names that occur a single time."""
    counted = pc.value_counts(names)
    return counted.field("values").filter(pc.equal(counted.field("counts"), 1))


def _walk(root: Path, folder: Path, tally: Tally) -> Iterator[str]:
    """Pictures relative to `root`: files in the order of their names, then those in archives."""
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for file in sorted(files):
            path = Path(here) / file
            if file.startswith(".") or not _is_text(file):
                continue
            if archives.is_archive(path):
                found.append(path)
            elif file.lower().endswith(PACKED_TARS):
                tally.add("compressed tars, which cannot be read at any place (gunzip them first)", [file])
            elif file.lower().endswith(SUFFIXES) and archives.SEPARATOR not in file:
                yield path.relative_to(root).as_posix()
    for path in found:
        begin = path.relative_to(root).as_posix() + archives.SEPARATOR
        try:
            inner = [begin + name for name in archives.members(path) if _is_picture(name)]
        except ImageError:
            tally.add("archives that cannot be listed", [path.name])
        else:
            yield from inner


def _is_picture(member: str) -> bool:
    return member.lower().endswith(SUFFIXES) and not member.startswith("__MACOSX/") and _is_text(member)


def _is_text(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)
