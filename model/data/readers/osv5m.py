"""OpenStreetView-5M (arXiv 2404.18873): 5 million street views of Mapillary; `train.csv`, `test.csv` and zip shards.

    DIR/train.csv, DIR/test.csv   id, latitude, longitude, thumb_original_url, country (ISO-2), sequence, captured_at,
                                  …, region, sub-region, city, land_cover, road_index, drive_side, climate, soil,
                                  dist_sea, quadtree_10_5000 …, creator_id
    DIR/images/train/00.zip … 97.zip, DIR/images/test/00.zip … (or unpacked): 00/<id>.jpg

The hub's own test stays the test. Of the training rows whole sequences and whole creators go to validation, so that no
drive and no camera stands on both sides.
"""

from pathlib import Path

import pandas as pd

from model.data.readers.columns import POSITION, Tally, read_columns, with_positions
from model.data.readers.countries import iso2
from model.data.readers.found import Found, month_of, once_each, with_pictures
from model.data.readers.shelf import Shelf
from model.errors import ManifestError

WANTED: dict[str, tuple[str, ...]] = {
    "id": ("id",), **POSITION, "country": ("country", "unique_country"), "sequence": ("sequence", "sequence_id"),
    "captured_at": ("captured_at",), "author": ("creator_id", "creator_username"),
}  # fmt: skip
NEEDED = ("id", "lat", "lng", "sequence", "author")


def read(root: Path) -> Found:
    """Both tables with their pictures; `split` is "test" for the test's rows and empty for those still to be split.

    Raises:
        ManifestError: no table, a missing column, or no pictures.
    """
    tally, parts, tables = Tally(), [], []
    for name in ("train", "test"):
        table = next((path for path in (root / f"{name}.csv", root / f"{name}.parquet") if path.is_file()), None)
        if table is None:
            continue
        rows = with_positions(read_columns(table, WANTED, NEEDED, tally), tally)
        under = next((part for part in (f"images/{name}", name) if (root / part).is_dir()), "")
        rows = with_pictures(rows, rows["id"], Shelf.of(root, tally, under), tally)
        parts.append(rows.assign(split="test" if name == "test" else ""))
        tables.append(table)
    if not parts:
        raise ManifestError(f"looked for train.csv or test.csv of OSV-5M in {root}, found neither.")
    frame = once_each(pd.concat(parts, ignore_index=True), tally)
    if "country" in frame:
        frame = frame.assign(country=iso2(frame["country"]))
    if "captured_at" in frame:
        frame = frame.assign(month=month_of(frame["captured_at"]))
    return Found(frame, tables, tally)
