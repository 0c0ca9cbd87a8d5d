"""Where pictures come in: one uploader, four, or one for many. Owns its state; knows neither pixels nor model.

Nothing is stored: the bytes live in the visitor's session and go with it.
"""

from dataclasses import dataclass

import streamlit as st

from pages.components import samples

TYPES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif"]
MOST = 50  # pictures at once: some ten seconds of work


@dataclass(frozen=True)
class Kind:
    """What a visitor may have: the shape in which it is read, and what to say above the uploader."""

    shape: str
    hint: str


PHOTO, VIEWS, PANORAMA, SEVERAL = "One photo", "Four views", "A panorama", "Several photos"
KINDS = {
    PHOTO: Kind("photo", "Any photo, taken outdoors. It stays in this session and is never stored."),
    VIEWS: Kind(
        "views", "Facing north, east, south and west, from the same spot; a strip of all four goes under One photo."
    ),
    PANORAMA: Kind("panorama", "A full 360° picture, twice as wide as high; its middle looks north."),
    SEVERAL: Kind("photo", f"Up to {MOST} photos, each of a place of its own: a table, a map and a CSV of them all."),
}
DIRECTIONS = ("North", "East", "South", "West")


@dataclass(frozen=True)
class File:
    """A file as it came: its name and its bytes."""

    name: str
    data: bytes


def ask(kind: str) -> list[bytes] | None:
    """The pictures of this kind in order, or None while some are missing."""
    if kind != VIEWS:
        file = st.file_uploader(KINDS[kind].hint, type=TYPES, key=f"file-{kind}", on_change=_own_picture)
        return [file.getvalue()] if file else None
    st.caption(KINDS[kind].hint)
    with st.container():
        columns = st.columns(4)
        files = [
            column.file_uploader(name, type=TYPES, key=f"file-{name}", on_change=_own_picture)
            for column, name in zip(columns, DIRECTIONS, strict=True)
        ]
    missing = [name for name, file in zip(DIRECTIONS, files, strict=True) if file is None]
    if 0 < len(missing) < 4:
        st.info(f"{4 - len(missing)} of 4 views are here; add {' and '.join(missing)}.", icon=":material/add_a_photo:")
    return None if missing else [file.getvalue() for file in files if file]


def ask_many() -> list[File]:
    """All the photos that were dropped, the first MOST of them; empty while there is none."""
    files = st.file_uploader(
        KINDS[SEVERAL].hint, type=TYPES, accept_multiple_files=True, key=f"file-{SEVERAL}", on_change=_own_picture
    )
    if len(files) > MOST:
        st.info(
            f"{len(files)} photos came in and {MOST} are looked at at once; the last {len(files) - MOST} wait outside.",
            icon=":material/photo_library:",
        )
    return [File(file.name, file.getvalue()) for file in files[:MOST]]


def _own_picture() -> None:
    """A picture of one's own puts the sample away."""
    samples.choose(None)
