"""Photographs of Flickr: MP-16 and MP16-Pro to train on; Im2GPS, Im2GPS3k, YFCC4k and YFCC26k to be measured on.

    mp16_places365.csv, MP16_Pro_filtered.csv …   IMG_ID ("5d/b3/4351225471.jpg"), LAT, LON, S3_Label …; MP16-Pro also
                                                  names neighbourhood, city, state, country in full
    im2gps3k_places365.csv, im2gps_places365.csv  IMG_ID ("104123223_7410c654ba_19_55325337@N00.jpg"), AUTHOR, LAT, LON
    yfcc25600_places365.csv, yfcc4k_places365.csv IMG_ID, LAT, LON …

Pictures lie beside the table, at any depth, loose, zipped or in a tar, under their path ("5d/b3/435.jpg"), with
underscores for its strokes, or under its last part. Where a benchmark has no table, positions are the cameras' own.
The author is the column AUTHOR, or the last token of a file name that Flickr gave ("…_55325337@N00.jpg").
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from model.data.decode import exif_position
from model.data.readers.columns import POSITION, Tally, read_columns, with_positions
from model.data.readers.countries import iso2
from model.data.readers.found import Found, find_table, once_each, table_of, with_pictures
from model.data.readers.shelf import Shelf, stem_of
from model.errors import ManifestError

NAMES: dict[str, tuple[str, ...]] = {
    "mp16": ("MP16_Pro_filtered.csv", "MP16_Pro_places365.csv", "mp16_places365.csv", "mp16.csv"),
    "im2gps": ("im2gps_places365.csv", "im2gps.csv"),
    "im2gps3k": ("im2gps3k_places365.csv", "im2gps3k.csv"),
    "yfcc4k": ("yfcc4k_places365.csv", "yfcc4k.csv"),
    "yfcc26k": ("yfcc25600_places365.csv", "yfcc26k_places365.csv", "yfcc26k.csv"),
}
WANTED: dict[str, tuple[str, ...]] = {
    "id": ("img_id", "image_id", "id", "image", "filename"), **POSITION, "author": ("author", "owner", "user_nsid"),
    "country": ("country", "country_code"),
}  # fmt: skip
AUTHOR = re.compile(r"^.*_(\d+@N\d\d)$", re.IGNORECASE)  # an NSID, which Flickr gives to each person


def read(root: Path, name: str, table: Path | None = None) -> Found:
    """One of the data sets of `NAMES`; all but MP-16 are tests.

    Raises:
        ManifestError: several tables that could be meant, no table and no positions in the pictures, a missing column,
            or no pictures.
    """
    tally = Tally()
    look: Callable[..., Path | None] = table_of if name == "mp16" else find_table
    path = table or look(root, NAMES[name], {key: WANTED[key] for key in ("id", "lat", "lng")})
    if path is None:
        frame, tables = _by_cameras(root, tally), []
    else:
        rows = with_positions(read_columns(path, WANTED, ("id", "lat", "lng"), tally), tally)
        rows = once_each(rows, tally)
        frame = with_pictures(rows, rows["id"], Shelf.of(root, tally), tally)
        tables = [path]
    frame = frame.assign(author=authors_of(frame))
    if "country" in frame:
        frame = frame.assign(country=iso2(frame["country"]))
    return Found(frame.assign(split="") if name == "mp16" else frame.assign(split="test"), tables, tally)


def authors_of(frame: pd.DataFrame) -> pd.Series:
    """Who took each photograph (N,): the table's word, or the last token of the file name; "" where neither says."""
    of_name = stem_of(frame["id"]).str.extract(AUTHOR, expand=False).fillna("")
    if "author" not in frame:
        return of_name
    told = frame["author"].astype("str").str.strip()
    return told.where(told != "", of_name)


def _by_cameras(root: Path, tally: Tally) -> pd.DataFrame:
    """Benchmarks that were handed out as pictures alone: where each camera says that it was.

    Raises:
        ManifestError: no picture says so.
    """
    names = Shelf.of(root, tally).names.to_pandas()
    points = [exif_position(root / name) for name in names]
    silent = np.array([point is None for point in points], bool)
    tally.add("pictures that say no position, where no table says one", list(names[silent][:5]), int(silent.sum()))
    told = np.array([point for point in points if point is not None], np.float64).reshape(-1, 2)
    if not len(told):
        raise ManifestError(f"looked in {root} for a table with IMG_ID, LAT, LON, or for pictures that say where they "
                            "were taken; found neither.")  # fmt: skip
    image = names[~silent].reset_index(drop=True)
    frame = pd.DataFrame({"id": stem_of(image), "lat": told[:, 0], "lng": told[:, 1], "image": image})
    return once_each(frame.assign(table="pictures", row=np.arange(1, len(frame) + 1)), tally)


READERS = {name: partial(read, name=name) for name in NAMES}
