"""All pictures beneath a folder, loose and in zip and tar archives, found by what a table calls them.

A table may name a picture by its id, by a file name, or by a path that lies deeper or less deep on the disk, with
strokes or with underscores ("5d/b3/435.jpg", "5d_b3_435.jpg"). What fits exactly comes first; below that a name counts
only where one picture fits. Nothing that a table says leaves the folder: names are only compared with those of files
that were found. Five million names are a few hundred megabytes.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
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

    def find(self, wanted: pd.Series) -> tuple[pd.Series, NDArray[np.bool_]]:
        """The picture of each wanted name (N,), and where several fit, so that none was taken (N,).

        Names are compared from the strictest to the loosest rule: with their suffix and without it, each time the whole
        path first and then the end of it; then both again with underscores for strokes; then by the last part alone.
        A picture that a stricter rule gave to one name is not given to another by the last two.

        Returns:
            names as `self.names` has them, missing where none or several fit, with the index of `wanted`.
        """
        asked = pa.chunked_array(pa.array(wanted, type=pa.string(), from_pandas=True))
        asked = pc.replace_substring(pc.utf8_trim_whitespace(pc.fill_null(asked, "")), "\\", "/")
        asked = pc.replace_substring_regex(asked, pattern=r"^(\./|/)+", replacement="")
        there = pc.replace_substring(self.names, archives.SEPARATOR, "/")
        as_told, bare = (asked, there), (_bare(asked), _bare(there))
        search = _Search(self.names, len(asked))
        ends = sorted({min(depth, 8) for depth in pc.unique(pc.count_substring(asked, "/")).to_pylist()} | {0})[::-1]
        for mine, theirs in (as_told, bare):
            search.by(mine, theirs)
            for end in ends:
                search.by(mine, _last(theirs, end))
        search.keep_what_was_taken()
        for mine, theirs in (as_told, bare):
            search.by(_flat(mine), _flat(theirs))
            for end in ends:
                search.by(_flat(mine), _flat(_last(theirs, end)))
        search.keep_what_was_taken()
        if any(ends):  # by the last part alone, where no other name asks for it
            for mine, theirs in (as_told, bare):
                last = _last(mine, 0)
                alone = pc.is_in(last, _once(last))
                search.by(pc.if_else(alone, last, pa.scalar("")), _last(theirs, 0), doubt=False)
        row = pa.array(search.place, mask=search.place < 0)
        found: pd.Series = self.names.take(row).to_pandas()
        found.index = wanted.index
        return found, search.doubtful


class _Search:
    """Which of M pictures each of N names means, as far as rules found it so far."""

    def __init__(self, names: pa.ChunkedArray, count: int) -> None:
        self.place = np.full(count, -1, np.int64)  # row of the picture; -1: not found
        self.doubtful = np.zeros(count, bool)
        self.free = np.ones(len(names), bool)  # pictures that may still be given
        self.loose = ~pc.match_substring(names, archives.SEPARATOR).to_numpy().astype(bool)  # not in an archive

    def by(self, asked: pa.ChunkedArray, names: pa.ChunkedArray, doubt: bool = True) -> None:
        """Find the names that are still open by one key each, "" for none. Where several fit, nothing is taken: that is
        the end of it with `doubt`, and open for the next rule without it."""
        still = np.flatnonzero((self.place < 0) & ~self.doubtful)
        keys = asked.take(pa.array(still)).combine_chunks() if len(still) else None
        if keys is None:
            return
        rows = np.flatnonzero(pc.is_in(names, value_set=keys).to_numpy().astype(bool) & self.free)
        if not len(rows):
            return
        fits = pd.DataFrame({"key": names.take(pa.array(rows)).to_pandas(), "row": rows, "loose": self.loose[rows]})
        fits = fits[fits["key"] != ""]
        # A picture that lies loose is taken before those in archives, and then only loose ones are counted.
        fits = fits[fits["loose"] | ~fits.groupby("key", sort=False)["loose"].transform("any")]
        told = fits.groupby("key", sort=False)["row"].agg(["min", "size"])
        where = told.index.get_indexer(pd.Index(keys.to_pandas()))
        known = where >= 0
        first, size = told["min"].to_numpy()[where[known]], told["size"].to_numpy()[where[known]]
        self.place[still[known]] = np.where(size == 1, first, -1)
        self.doubtful[still[known]] = (size > 1) & doubt

    def keep_what_was_taken(self) -> None:
        """From here on a picture that was given to a name is given to no other."""
        self.free[self.place[self.place >= 0]] = False


def stem_of(names: pd.Series) -> pd.Series:
    """The last part of each name (N,) without its suffix."""
    asked = pc.replace_substring(pa.chunked_array(pa.array(names, type=pa.string(), from_pandas=True)), "::", "/")
    stems: pd.Series = _last(_bare(asked), 0).to_pandas()
    stems.index = names.index
    return stems


def _bare(names: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(names, pattern=_SUFFIX, replacement="")


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
            if file.startswith(".") or not is_text(file):
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
    return member.lower().endswith(SUFFIXES) and not member.startswith("__MACOSX/") and is_text(member)


def is_text(name: str) -> bool:
    """Whether a text can be written as UTF-8: half a surrogate pair cannot."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)
