"""Pictures inside zip and tar archives, read where they lie: nothing is unpacked, nothing is written.

A manifest names them `shards/00.zip::00/123.jpg`. An archive is listed once: where each member begins is kept as plain
arrays, about 40 bytes a member, in the memory and, for large ones, in the cache. Only plain files are members here:
links, devices, encrypted members and names that climb out of the archive are never read. Knows no pixels.
"""

import hashlib
import struct
import tarfile
import threading
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.artifacts import whole
from model.errors import ImageError, StorageError
from model.geo.folders import cache_dir

SEPARATOR = "::"
ZIP, TAR = ".zip", ".tar"
KEPT_MEMBERS = 8_000_000  # of all listed archives together: 300 MB
CACHED_MEMBERS = 5_000  # an archive of fewer is listed again by the next process, in less than a second
STORED, DEFLATED, IN_TAR, ENCRYPTED = 0, 8, 254, 255  # the first two as the format of zip files numbers them
FOREIGN = (zipfile.BadZipFile, tarfile.TarError, struct.error, ValueError, NotImplementedError, EOFError, OverflowError)
LARGEST = 1 << 62  # bytes that a member may say it unpacks to; what is read is held far below that
LOCAL_HEADER = 30  # bytes, before the name and the extra field
_lock = threading.Lock()
_listed: "OrderedDict[str, Listing]" = OrderedDict()


@dataclass(frozen=True)
class Listing:
    """Where the M members of an archive lie, sorted by the hash of their names."""

    key: NDArray[np.uint64]  # (M,) of the name
    offset: NDArray[np.int64]  # (M,) of the local header (zip) or the first byte (tar)
    packed: NDArray[np.int64]  # (M,) bytes in the archive
    size: NDArray[np.int64]  # (M,) bytes unpacked
    crc: NDArray[np.int64]  # (M,) of the unpacked bytes; 0 in a tar
    method: NDArray[np.int64]  # (M,)


def inside(path: str | Path) -> tuple[Path, str] | None:
    """The archive and the member that a name means, or None for a file of its own."""
    archive, found, member = str(path).partition(SEPARATOR)
    return (Path(archive), member) if found and archive.lower().endswith((ZIP, TAR)) else None


def is_archive(path: Path) -> bool:
    """Whether pictures are looked for inside this file."""
    return path.suffix.lower() in (ZIP, TAR)


def members(archive: Path) -> Iterator[str]:
    """The names of all members that can be read, tidied ("./a.jpg" is "a.jpg"), in the archive's order.

    Raises:
        ImageError: a file that is no such archive, or one that is cut off.
    """
    for name, _ in _members(archive):
        yield name


def size_of(path: str | Path) -> int:
    """Bytes of a picture, unpacked.

    Raises:
        ImageError: no such file, no such archive, or no such member.
    """
    if (named := inside(path)) is None:
        if not Path(path).is_file():
            raise ImageError(f"looked for a picture at {path}, found no such file.")
        return Path(path).stat().st_size
    listing = _listing(named[0])
    return int(listing.size[_row(listing, *named)])


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a picture, in a file of its own or in an archive; the caller has asked for its size before.

    Raises:
        ImageError: no such member, one that is encrypted, damaged, or packed in a way that is not read.
        OSError: a file that cannot be read.
    """
    if (named := inside(path)) is None:
        return Path(path).read_bytes()
    archive, name = named
    listing = _listing(archive)
    row = _row(listing, archive, name)
    offset, packed, size, crc, method = (
        int(part[row]) for part in (listing.offset, listing.packed, listing.size, listing.crc, listing.method)
    )
    if method == ENCRYPTED:
        raise ImageError(f"'{name}' in {archive.name} is encrypted; make an archive without a password.")
    if method not in (STORED, DEFLATED, IN_TAR):
        raise ImageError(f"'{name}' in {archive.name} is packed by method {method}; looked for stored or deflated.")
    if packed > size + size // 1000 + 65536:  # deflate never makes a file longer than that
        raise ImageError(f"'{name}' in {archive.name} is damaged; copy the archive again.")
    with archive.open("rb") as stream:
        if method != IN_TAR:
            stream.seek(offset)
            head = stream.read(LOCAL_HEADER)
            if len(head) < LOCAL_HEADER or not head.startswith(b"PK\x03\x04"):
                raise ImageError(f"'{name}' in {archive.name} is damaged; copy the archive again.")
            offset += LOCAL_HEADER + sum(struct.unpack("<HH", head[26:30]))
        stream.seek(offset)
        data = stream.read(packed)
    if method == DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size + 1)  # a bomb ends one byte too late
        except zlib.error:
            data = b""
    if len(data) != size or (method != IN_TAR and zlib.crc32(data) != crc):
        raise ImageError(f"'{name}' in {archive.name} is damaged; copy the archive again.")
    return data


def _row(listing: Listing, archive: Path, name: str) -> int:
    key = _key(name)
    row = int(np.searchsorted(listing.key, key))
    if row == len(listing.key) or listing.key[row] != key:
        raise ImageError(f"looked for a picture '{name}' in {archive}, found no such member that can be read.")
    return row


def _key(name: str) -> np.uint64:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _tidy(name: str) -> str | None:
    """A member's name without "./" and doubled strokes; None for one that leads out of the archive."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    safe = parts and not name.startswith(("/", "\\")) and ".." not in parts and SEPARATOR not in name
    return "/".join(parts) if safe and "\0" not in name else None


def _listing(archive: Path) -> Listing:
    """Where the members lie: from memory, from the cache, or read from the archive."""
    try:
        told = archive.stat()
    except OSError as error:
        raise ImageError(f"looked for an archive at {archive}, found no such file.") from error
    signature = f"{told.st_dev}:{told.st_ino}:{told.st_size}:{told.st_mtime_ns}:{archive.suffix}"
    with _lock:
        if signature in _listed:
            _listed.move_to_end(signature)
            return _listed[signature]
        kept = cache_dir() / "archives" / f"{hashlib.sha256(signature.encode()).hexdigest()}.npz"
        listing = _cached(kept)
        if listing is None:
            listing = _sorted(archive)
            if len(listing.key) >= CACHED_MEMBERS:
                with suppress(StorageError), whole(kept) as temporary, temporary.open("wb") as stream:
                    np.savez(stream, **{item.name: getattr(listing, item.name) for item in fields(Listing)})
        _listed[signature] = listing
        while len(_listed) > 1 and sum(len(one.key) for one in _listed.values()) > KEPT_MEMBERS:
            _listed.popitem(last=False)
        return listing


def _cached(path: Path) -> Listing | None:
    """A listing kept by an earlier process; what is lost or broken costs time and nothing else."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            listing = Listing(**{item.name: kept[item.name] for item in fields(Listing)})
    except (OSError, KeyError, RuntimeError, zlib.error, *FOREIGN):
        return None
    same = all(getattr(listing, item.name).shape == listing.key.shape for item in fields(Listing))
    return listing if same else None


def _sorted(archive: Path) -> Listing:
    rows = [(int(_key(name)), *where) for name, where in _members(archive)]
    table = np.array([row[1:] for row in rows], np.int64).reshape(-1, 5)
    keys = np.array([row[0] for row in rows], np.uint64)
    order = np.argsort(keys, kind="stable")
    return Listing(keys[order], *(np.ascontiguousarray(table[order, column]) for column in range(5)))


def _members(archive: Path) -> Iterator[tuple[str, tuple[int, int, int, int, int]]]:
    """Name, and offset, packed, size, crc, method of every plain file.

    Raises:
        ImageError: a file that cannot be listed.
    """
    try:
        yield from _in_zip(archive) if archive.suffix.lower() == ZIP else _in_tar(archive)
    except OSError as error:
        raise ImageError(f"{archive} cannot be read ({error.strerror or error}).") from error
    except FOREIGN as error:
        kind = "zip" if archive.suffix.lower() == ZIP else "tar that is not compressed"
        raise ImageError(f"{archive} cannot be listed: looked for a {kind}, found something else or a part of one "
                         f"({error}).") from error  # fmt: skip


def _in_zip(archive: Path) -> Iterator[tuple[str, tuple[int, int, int, int, int]]]:
    end = archive.stat().st_size
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            name, mode = _tidy(info.filename), info.external_attr >> 16
            is_link = (mode & 0o170000) == 0o120000
            if name is None or info.is_dir() or is_link:
                continue
            within = 0 <= info.header_offset <= end and 0 <= info.compress_size <= end
            if not (within and 0 <= info.file_size <= LARGEST):
                raise EOFError(f"'{name}' is said to lie outside of it")
            method = ENCRYPTED if info.flag_bits & 0x1 else int(info.compress_type)
            yield name, (info.header_offset, info.compress_size, info.file_size, info.CRC, method)


def _in_tar(archive: Path) -> Iterator[tuple[str, tuple[int, int, int, int, int]]]:
    end = archive.stat().st_size
    with tarfile.open(archive, "r:") as opened:
        while (info := opened.next()) is not None:
            opened.members.clear()  # type: ignore[attr-defined]  # else a million members stay in the memory
            name = _tidy(info.name)
            if info.size < 0:
                raise EOFError(f"'{info.name}' is said to have {info.size} bytes")
            if name is None or info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.sparse is not None:
                continue
            if info.offset_data + info.size > end:
                raise EOFError(f"'{name}' is cut off")
            yield name, (info.offset_data, info.size, info.size, 0, IN_TAR)
        last = opened.offset
    # The reader takes a header that is damaged, or not there, for the end; a whole tar ends with empty blocks.
    with archive.open("rb") as stream:
        stream.seek(last)
        if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise EOFError(f"it is cut off or damaged at byte {last:,}")
