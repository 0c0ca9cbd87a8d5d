"""A folder of pictures and a table of where they were taken: anybody's own, and test sets in the style of GWS15k.

Any table with a latitude, a longitude and a name of the picture (`image`, `file`, `img_id`, `pano_id`, `id` …), under
any case and spelling. Countries may be written in full or as ISO-2. A place whose split is empty is split later; a word
that names no split is refused, since a held-out place may not become one to train on.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from model.data.readers.columns import POSITION, Tally, read_columns, with_positions
from model.data.readers.countries import iso2
from model.data.readers.found import Found, degrees_of, month_of, once_each, table_of, with_pictures
from model.data.readers.shelf import Shelf
from model.errors import ManifestError

WANTED: dict[str, tuple[str, ...]] = {
    "id": ("id", "img_id", "image_id", "pano_id", "panoid", "photo_id", "key"),
    "image": ("image", "image_path", "img_path", "file", "filename", "file_name", "path", "img", "name"), **POSITION,
    "country": ("country", "country_code", "iso2", "country_name"), "month": ("month",),
    "captured_at": ("captured_at", "date", "datetime", "date_taken"), "split": ("split", "subset"),
    "heading_deg": ("heading_deg", "heading", "compass_angle", "azimuth"),
    "author": ("author", "creator_id", "photographer", "owner", "user"), "sequence": ("sequence", "sequence_id"),
}  # fmt: skip
SPLITS = {"train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation",
          "dev": "validation", "test": "test", "testing": "test"}  # fmt: skip


def read(root: Path, table: Path | None = None, test: bool = False) -> Found:
    """A folder and its table (the only one there with lat and lng, unless it is named); with `test` all are tests.

    Raises:
        ManifestError: no table, one that names no pictures or splits that are none, or no pictures.
    """
    tally = Tally()
    path = table or table_of(root, (), dict(POSITION))
    frame = with_positions(read_columns(path, WANTED, ("lat", "lng"), tally), tally)
    named = next((name for name in ("image", "id") if name in frame), None)
    if named is None:
        raise ManifestError(f"{path} names no pictures; looked for a column {' or '.join(WANTED['image'][:4])} or id.")
    told = splits_of(frame["split"], path) if "split" in frame and not test else "test" if test else ""
    frame = frame.assign(split=told)
    if "id" not in frame:
        frame = frame.assign(id=frame["image"])
    frame = once_each(frame, tally)
    frame = with_pictures(frame, frame[named], Shelf.of(root, tally), tally)
    if "country" in frame:
        frame = frame.assign(country=iso2(frame["country"]))
    if "month" in frame:
        month = pd.to_numeric(frame["month"].str.strip(), errors="coerce").astype(np.float64)
        frame = frame.assign(month=month.where(month.isin(range(1, 13))))
    elif "captured_at" in frame:
        frame = frame.assign(month=month_of(frame["captured_at"]))
    if "heading_deg" in frame:
        frame = frame.assign(heading_deg=degrees_of(frame["heading_deg"]))
    return Found(frame, [path], tally)


def splits_of(words: pd.Series, table: Path) -> pd.Series:
    """The splits (N,) that a table names, by our names; "" where it names none.

    Raises:
        ManifestError: words that are no split.
    """
    told = words.str.strip().str.lower()
    odd = told[~told.isin(["", *SPLITS])].value_counts()
    if len(odd):
        some = ", ".join(f"'{word}' ({n:,} rows)" for word, n in odd.head(5).items())
        raise ManifestError(f"{table} holds the splits {some}; looked for {', '.join(SPLITS)}, or nothing where a "
                            "place has none yet.")  # fmt: skip
    return told.map(SPLITS).fillna("")


gws = partial(read, test=True)
