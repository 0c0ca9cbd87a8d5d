"""Where pictures come in: one uploader, or four. Owns its state; knows neither pixels nor model.

Nothing is stored: the bytes live in the visitor's session and go with it.
"""

import streamlit as st

from pages.components import samples

TYPES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif"]
PHOTO, VIEWS, PANORAMA = "One photo", "Four views", "A panorama"
KINDS = {PHOTO: 1, VIEWS: 4, PANORAMA: 1}
HINTS = {
    PHOTO: "Any photo, taken outdoors. It stays in this session and is never stored.",
    VIEWS: "Facing north, east, south and west, from the same spot.",
    PANORAMA: "A full 360° picture, twice as wide as high; its middle looks north.",
}
DIRECTIONS = ("North", "East", "South", "West")


def ask(kind: str) -> list[bytes] | None:
    """The pictures of this kind in order, or None while some are missing."""
    if KINDS[kind] == 1:
        file = st.file_uploader(HINTS[kind], type=TYPES, key=f"file-{kind}", on_change=_own_picture)
        return [file.getvalue()] if file else None
    st.caption(HINTS[kind])
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


def _own_picture() -> None:
    """A picture of one's own puts the sample away."""
    samples.choose(None)
